"""Who answers: departments and duty rules."""

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
