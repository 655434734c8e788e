"""Reported problems and their steps."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

CASES = Family(
    "cases",
    Text("cases", "案件"),
    {"POINT": "cases"},
    "number",
    (
        column("number", "text", "案卷号", "case number", required=True),
        column("source", "text", "问题来源", "source", "case_source", required=True),
        column("source_system", "text", "来源系统", "source system"),
        column("source_number", "text", "来源编号", "number in the source"),
        column("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        column("class_code", "text", "类别代码", "class code", required=True),
        column("component_code", "text", "部件标识码", "component code"),
        column("condition", "text", "情形", "condition"),
        column("area_class", "text", "区域类别", "area class"),
        column("description", "text", "问题描述", "description"),
        column("address", "text", "事发位置", "address"),
        column("stage", "text", "阶段", "stage", "case_stage", required=True),
        column("hold", "text", "挂起状态", "hold", "case_hold"),
        column("duplicate_of", "text", "重复于案卷", "the same as case"),
        column("reported_at", "datetime", "上报时间", "reported at", required=True),
        column("registered_at", "datetime", "立案时间", "registered at"),
        column("dispatched_at", "datetime", "派遣时间", "dispatched at"),
        column("handled_at", "datetime", "处置完成时间", "handled at"),
        column("checked_at", "datetime", "核查时间", "checked at"),
        column("closed_at", "datetime", "结案时间", "closed at"),
        column("due_at", "datetime", "处置截止时间", "due at"),
        column("grid_code", "text", "所在单元网格", "grid code"),
        column("community_code", "text", "社区代码", "community code"),
        column("street_code", "text", "街道代码", "street code"),
        column("county_code", "text", "区县代码", "county code"),
        column("supervising_code", "text", "主管部门代码", "supervising department"),
        column("handling_code", "text", "处置部门代码", "handling department"),
        column("duty_outcome", "text", "责任判定", "duty outcome"),
        column("location_method", "text", "定位方式", "location method", "location_method"),
        column("location_error_m", "real", "定位误差（米）", "position error (m)"),
        column("location_probability", "real", "定位可信度", "location probability"),
        column("datum", "text", "来源基准", "datum of the source"),
        NOTE,
    ),
    history=False,
    placed=False,
)
CASE_LOG = Family(
    "case_log",
    Text("case log", "案件流程记录"),
    {"NONE": "case_log"},
    "number",
    (
        column("number", "text", "案卷号", "case number", required=True),
        column("seq", "integer", "序号", "sequence", required=True),
        column("step", "text", "操作", "step", required=True),
        column("at", "datetime", "时间", "at", required=True),
        column("who", "text", "操作人", "who"),
        column("reason", "text", "原因", "reason"),
        column("before", "text", "操作前阶段", "stage before", "case_stage"),
        column("after", "text", "操作后阶段", "stage after", "case_stage"),
        column("department_code", "text", "部门代码", "department"),
        column("post", "text", "岗位", "post", "case_post"),
        column("until", "datetime", "期限", "until"),
        column("document", "text", "文号", "document"),
    ),
    history=False,
    unique=("number", "seq"),
)
CASE_LIMITS = Family(
    "case_limits",
    Text("time limits", "办理时限"),
    {"NONE": "case_limits"},
    "code",
    (
        column("code", "text", "时限编号", "limit code", required=True),
        column("stage", "text", "环节", "stage", required=True),
        column("object_kind", "text", "对象", "object kind", "object_kind"),
        column("class_code", "text", "类别代码（前缀）", "class code (prefix)"),
        column("condition", "text", "情形", "condition"),
        column("area_class", "text", "区域类别", "area class"),
        column("value", "real", "时限", "value", required=True),
        column("unit", "text", "单位", "unit", required=True),
        column("document", "text", "文号", "document"),
        *HISTORY,
        NOTE,
    ),
)
#: Days that are not what their weekday says, beside the built-in calendar.
WORK_DAYS = Family(
    "work_days",
    Text("work calendar", "工作日历"),
    {"NONE": "work_days"},
    "day",
    (
        column("day", "date", "日期", "day", required=True),
        column("works", "boolean", "是否上班", "working day", required=True),
        column("name", "text", "名称", "name"),
    ),
    history=False,
)
