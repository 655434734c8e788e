"""Counts of cases."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import Family, column

HEAT_COUNTS = Family(
    "heat_counts",
    Text("heat counts", "热力计数"),
    {"NONE": "heat_counts"},
    "grid_code",
    (
        column(
            "grid_code", "text", "单元网格标识码（未定位为空）", "grid code (empty: not located)"
        ),
        column("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        column("class_code", "text", "类别代码", "class code", required=True),
        column("source", "text", "问题来源", "source", "case_source", required=True),
        column("day", "date", "日期", "day", required=True),
        column("hour", "integer", "小时（-1：仅有日期）", "hour (-1: only a date is known)"),
        column("cases", "integer", "案件数", "cases", required=True),
        column("weak", "integer", "弱定位案件数", "weakly located cases"),
    ),
    history=False,
    unique=("grid_code", "object_kind", "class_code", "source", "day", "hour"),
    derived=True,
)
