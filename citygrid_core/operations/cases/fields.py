"""What a file of cases may carry."""

from __future__ import annotations

from citygrid_core.operations.importing.intake import choices
from citygrid_core.tables import Field

#: Texts in which what is personal is masked before anything is stored.
TEXTS = ("description", "address", "note", "condition", "area_class")
#: Codes, which may look like a phone number and are none.
CODES = ("source_number", "source_system", "class_code", "component_code", "given_grid_code")
FIELDS = (
    Field(
        "source_number", "text", labels=("案卷号", "任务号", "编号", "受理编号", "case_id"),
        required=True,
    ),
    Field("source_system", "text", labels=("来源系统",)),
    Field("source", "text", labels=("问题来源", "来源", "来源渠道")),
    Field("object_kind", "text", labels=("对象", "问题类型", "类型")),
    Field(
        "class_code", "text", labels=("类别代码", "小类代码", "小类", "类别", "小类名称"),
        required=True,
    ),
    Field("component_code", "text", labels=("部件标识码", "部件编码")),
    Field("condition", "text", labels=("情形", "立案条件")),
    Field("area_class", "text", labels=("区域类别", "区域类型")),
    Field(
        "given_grid_code", "text",
        labels=("单元网格编码", "单元网格代码", "网格编码", "网格代码", "所在单元网格"),
    ),
    Field("description", "text", labels=("问题描述", "描述", "内容")),
    Field("address", "text", labels=("事发位置", "地址", "位置描述", "事发地点")),
    Field(
        "reported_at", "datetime", labels=("上报时间", "受理时间", "登记时间", "OPEN_DT"),
        required=True,
    ),
    Field("registered_at", "datetime", labels=("立案时间",)),
    Field("dispatched_at", "datetime", labels=("派遣时间", "派单时间")),
    Field("handled_at", "datetime", labels=("处置完成时间", "处置时间", "反馈时间")),
    Field("checked_at", "datetime", labels=("核查时间",)),
    Field("closed_at", "datetime", labels=("结案时间", "办结时间", "CLOSED_DT")),
    Field("due_at", "datetime", labels=("处置截止时间", "截止时间", "TARGET_DT")),
    Field("stage", "choice", labels=("阶段", "状态"), choices=choices("case_stage")),
    Field("note", "text", labels=("备注",)),
)  # fmt: skip
