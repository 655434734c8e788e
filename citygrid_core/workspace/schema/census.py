"""What is surveyed: components, their photos, and what a check finds wrong."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

COMPONENTS = Family(
    "components",
    Text("components", "部件"),
    {
        "POINT": "components_point",
        "MULTILINESTRING": "components_line",
        "MULTIPOLYGON": "components_polygon",
    },
    "code",
    (
        column("code", "text", "部件标识码", "component code", required=True),
        column("class_code", "text", "部件类别代码", "class code", required=True),
        column("name", "text", "部件名称", "name"),
        column("supervising_code", "text", "主管部门代码", "supervising department"),
        column("owning_code", "text", "权属单位代码", "owning department"),
        column("maintaining_code", "text", "养护单位代码", "maintaining department"),
        column("grid_code", "text", "所在单元网格", "grid code"),
        column("state", "text", "部件状态", "state", "component_state"),
        column("surveyed_on", "date", "初始日期", "first surveyed on"),
        column("changed_on", "date", "变更日期", "changed on"),
        column("data_source", "text", "数据来源", "data source", "data_source"),
        column("accuracy_class", "text", "精度等级", "accuracy class", "accuracy_class"),
        column("source", "text", "来源文件", "source"),
        column("source_key", "text", "来源主键", "key in the source"),
        column("datum", "text", "来源基准", "datum of the source"),
        column("manhole_number", "text", "井盖编号", "manhole number (19 digits)"),
        column("asset_number", "text", "权属单位资产编号", "owner's asset number"),
        *HISTORY,
        NOTE,
    ),
)
ATTACHMENTS = Family(
    "attachments",
    Text("attachments of components", "部件附件"),
    {"POINT": "attachments"},
    "attachment",
    (
        column("attachment", "text", "附件编号", "attachment", required=True),
        column("component_code", "text", "部件标识码", "component code", required=True),
        column("kind", "text", "附件类型", "kind", "attachment_kind", required=True),
        column("path", "text", "文件（相对工作库）", "file (relative to the workspace)"),
        column("sha256", "text", "文件哈希", "hash of the file"),
        column("taken_at", "datetime", "拍摄时间", "taken at"),
        column("taken_by", "text", "拍摄人", "taken by"),
        NOTE,
    ),
    history=False,
    placed=False,
)
FINDINGS = Family(
    "findings",
    Text("findings of the check", "检查发现"),
    {"POINT": "findings"},
    "finding",
    (
        column("finding", "text", "发现编号", "finding", required=True),
        column("rule", "text", "规则", "rule", required=True),
        column("rule_group", "text", "规则组", "group of the rule", "rule_group", required=True),
        column("severity", "text", "严重程度", "severity", "severity", required=True),
        column("family", "text", "对象类型", "what it is about", "checked_family", required=True),
        column("object_code", "text", "对象标识码", "code of the object", required=True),
        column("other_code", "text", "相关对象", "other object"),
        column("class_code", "text", "部件类别代码", "class code"),
        column("grid_code", "text", "所在单元网格", "grid code"),
        column("field", "text", "字段", "field"),
        column("found", "text", "发现", "found"),
        column("message_zh", "text", "说明", "message (Chinese)"),
        column("message_en", "text", "说明（英文）", "message"),
        column("state", "text", "状态", "state", "finding_state", required=True),
        column("reason", "text", "理由", "reason"),
        column("found_on", "date", "发现日期", "found on", required=True),
        column("found_by", "text", "检查人", "found by"),
        column("closed_on", "date", "处理日期", "closed on"),
        column("closed_by", "text", "处理人", "closed by"),
        NOTE,
    ),
    history=False,
    placed=False,
)
CHECKS = Family(
    "checks",
    Text("last result of each rule", "各规则最近检查结果"),
    {"NONE": "checks"},
    "rule",
    (
        column("rule", "text", "规则", "rule", required=True),
        column("outcome", "text", "结果", "outcome", "check_outcome", required=True),
        column("judged", "integer", "判定数", "judged"),
        column("found", "integer", "发现数", "found"),
        column("scope", "text", "范围", "scope"),
        column("checked_on", "date", "检查日期", "checked on", required=True),
        column("checked_by", "text", "检查人", "checked by"),
        NOTE,
    ),
    history=False,
    derived=True,
)
