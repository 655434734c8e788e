"""The ground: areas, unit grids and their groups."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

AREAS = Family(
    "areas",
    Text("areas", "行政区域"),
    {"MULTIPOLYGON": "areas"},
    "code",
    (
        column("code", "text", "行政区划代码", "area code", required=True),
        column("name", "text", "名称", "name", required=True),
        column("level", "text", "级别", "level", "area_level", required=True),
        column("parent_code", "text", "上级代码", "parent code"),
        column("area_m2", "real", "面积（平方米）", "area (m²)"),
        *HISTORY,
        NOTE,
    ),
)
GRIDS = Family(
    "grids",
    Text("unit grids", "单元网格"),
    {"POLYGON": "grids"},
    "code",
    (
        column("code", "text", "单元网格标识码", "grid code", required=True),
        column("community_code", "text", "社区代码", "community code", required=True),
        column("area_m2", "real", "面积（平方米）", "area (m²)"),
        *HISTORY,
        column("reason", "text", "例外或变更原因", "reason of exception or change"),
        column("document", "text", "文号", "document"),
        NOTE,
    ),
)
GRID_GROUPS = Family(
    "grid_groups",
    Text("grid groups", "网格组"),
    {"MULTIPOLYGON": "grid_groups"},
    "code",
    (
        column("code", "text", "网格组代码", "group code", required=True),
        column("kind", "text", "类别", "kind", "grid_group_kind", required=True),
        column("name", "text", "名称", "name"),
        column("grid_codes", "text", "所含单元网格", "unit grids"),
        column("area_m2", "real", "面积（平方米）", "area (m²)"),
        *HISTORY,
        NOTE,
    ),
)
