"""Who answers: departments, duty rules, and the disputes about them."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

DEPARTMENTS = Family(
    "departments",
    Text("departments", "部门"),
    {"NONE": "departments"},
    "code",
    (
        column("code", "text", "统一社会信用代码", "social credit code", required=True),
        column("name", "text", "部门名称", "name", required=True),
        column("short_name", "text", "简称", "short name"),
        column("aliases", "text", "别名（#分隔）", "aliases (joined by #)"),
        column("parent_code", "text", "上级部门代码", "parent department"),
        column("successor_code", "text", "承接部门代码", "successor"),
        *HISTORY,
        NOTE,
    ),
)
DUTY_RULES = Family(
    "duty_rules",
    Text("duty rules", "责任规则"),
    {
        "NONE": "duty_rules",
        "MULTILINESTRING": "duty_rules_line",
        "MULTIPOLYGON": "duty_rules_polygon",
    },
    "code",
    (
        column("code", "text", "规则编号", "rule code", required=True),
        column("place", "text", "地域类型", "kind of place", "duty_place", required=True),
        column("place_code", "text", "地域代码", "place code (area prefix, grid or group)"),
        column("width_m", "real", "两侧宽度（米）", "width on each side (m)"),
        column("object_kind", "text", "对象", "object kind", "object_kind"),
        column("class_code", "text", "类别代码（前缀）", "class code (prefix)"),
        column("attribute", "text", "部件属性条件", "component attribute"),
        column("area_class", "text", "区域类别", "area class"),
        column("role", "text", "责任角色", "role", "role", required=True),
        column("department_code", "text", "部门代码", "department code", required=True),
        *HISTORY,
        column("hours", "text", "时段", "hours"),
        column("weekdays", "text", "星期", "weekdays"),
        column("season", "text", "季节", "season"),
        column("document", "text", "文号", "document"),
        column("clause", "text", "条款", "clause"),
        column("priority", "integer", "优先级", "priority"),
        NOTE,
    ),
)
#: What is being settled between bodies, as it stands; how it came to stand so is the log.
DUTY_DISPUTES = Family(
    "duty_disputes",
    Text("duty disputes", "责任协调"),
    {"POINT": "duty_disputes"},
    "code",
    (
        column("code", "text", "协调编号", "dispute code", required=True),
        column("state", "text", "状态", "state", "dispute_state", required=True),
        column("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        column("class_code", "text", "类别代码", "class code", required=True),
        column("role", "text", "责任角色", "role", "role", required=True),
        column("grid_code", "text", "所在单元网格", "grid code"),
        column("community_code", "text", "社区代码", "community code"),
        column("outcome", "text", "提出时的责任判定", "duty outcome when proposed"),
        column("candidates", "text", "候选部门（#分隔）", "candidates (joined by #)"),
        column("rules", "text", "相关规则（#分隔）", "rules (joined by #)"),
        column("case_number", "text", "相关案卷号", "case number"),
        column("department_code", "text", "拟定或裁定部门代码", "department, proposed or decided"),
        column("proposed_on", "date", "提出日期", "proposed on", required=True),
        column("settled_on", "date", "确认或裁定日期", "settled on"),
        column("rule_code", "text", "形成的规则", "rule that it became"),
        column("document", "text", "文号", "document"),
        column("clause", "text", "条款", "clause"),
        NOTE,
    ),
    history=False,
)
#: Rows are only ever added.
DUTY_DISPUTE_LOG = Family(
    "duty_dispute_log",
    Text("log of duty disputes", "责任协调记录"),
    {"NONE": "duty_dispute_log"},
    "dispute_code",
    (
        column("dispute_code", "text", "协调编号", "dispute code", required=True),
        column("seq", "integer", "序号", "sequence", required=True),
        column("step", "text", "步骤", "step", "dispute_step", required=True),
        column("on", "date", "日期", "on", required=True),
        column("who", "text", "操作人", "who"),
        column("state", "text", "其后状态", "state after", "dispute_state", required=True),
        column("department_code", "text", "部门代码", "department"),
        column("document", "text", "文号", "document"),
        column("clause", "text", "条款", "clause"),
        NOTE,
    ),
    history=False,
    unique=("dispute_code", "seq"),
)
