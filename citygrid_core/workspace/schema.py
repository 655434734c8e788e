"""What a workspace holds, declared once.

The declaration drives the tables of the store, the aliases and value lists that
QGIS shows, and the checks on what is written. Stored names are neutral English;
an edition's own field names appear only in deliveries and exchange.

A *family* is one kind of thing whose features may have different geometries:
components are points, lines or polygons as their class says. Each geometry has a
table of its own (QGIS opens and edits such tables best); `Workspace.read` and
`Transaction.insert` speak of the family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from citygrid_core.errors import Text

SCHEMA_VERSION = 1

ColumnType = Literal["text", "integer", "real", "boolean", "date", "datetime"]
GeometryType = Literal["POINT", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON", "NONE"]


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column: its name, type, what people see, and its value list."""

    name: str
    type: ColumnType
    label: Text
    choices: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of thing: its columns, its key and a table for each geometry.

    Attributes
    ----------
    tables : dict
        Geometry type to table name.
    key : str
        The column that names the thing to people; with history the pair of key
        and ``valid_from`` is unique.
    history : bool
        Whether rows carry ``valid_from`` and ``valid_to`` (half-open dates).
    unique : tuple of str
        Columns whose values together name one row (an empty value counts as a
        value); with history the key and ``valid_from``, else the key, when empty.
    placed : bool
        Whether a row of a table with a geometry must have one.
    derived : bool
        Whether rows are computed from others, and so may be deleted and made anew.
    """

    name: str
    label: Text
    tables: dict[GeometryType, str]
    key: str
    columns: tuple[Column, ...]
    history: bool = True
    unique: tuple[str, ...] = ()
    placed: bool = True
    derived: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns whose values together name one row."""
        return self.unique or ((self.key, "valid_from") if self.history else (self.key,))

    def column(self, name: str) -> Column:
        """Return one column by its name."""
        return next(c for c in self.columns if c.name == name)


def _c(
    name: str, type_: ColumnType, zh: str, en: str, choices: str = "", required: bool = False
) -> Column:
    return Column(name, type_, Text(en, zh), choices, required)


#: Value lists: stored value to what people see.
CHOICES: dict[str, dict[str, Text]] = {
    "area_level": {
        "county": Text("county", "区县"),
        "street": Text("street", "街道"),
        "community": Text("community", "社区"),
    },
    "grid_group_kind": {
        "responsibility": Text("responsibility grid", "责任网格"),
        "management": Text("management grid", "管理网格"),
        "evaluation": Text("evaluation grid", "评价网格"),
    },
    "object_kind": {
        "component": Text("component", "部件"),
        "event": Text("event", "事件"),
    },
    "component_state": {
        "intact": Text("intact", "完好"),
        "damaged": Text("damaged", "破损"),
        "lost": Text("lost", "丢失"),
        "abandoned": Text("abandoned", "废弃"),
        "removed": Text("removed", "移除"),
    },
    "data_source": {
        "surveyed": Text("surveyed", "实测"),
        "topographic": Text("topographic map", "地形图"),
        "base": Text("base data", "基础地理数据"),
        "other": Text("other", "其他"),
    },
    "accuracy_class": {
        "A": Text("A ±0.5 m", "A类 ±0.5米"),
        "B": Text("B ±1.0 m", "B类 ±1.0米"),
        "C": Text("C ±10.0 m", "C类 ±10.0米"),
    },
    "role": {
        "supervising": Text("supervising", "主管"),
        "owning": Text("owning", "权属"),
        "maintaining": Text("maintaining", "养护"),
        "handling": Text("handling", "处置"),
    },
    "duty_place": {
        "everywhere": Text("everywhere", "全域"),
        "area": Text("area", "行政区域"),
        "grid": Text("unit grid", "单元网格"),
        "grid_group": Text("grid group", "网格组"),
        "polygon": Text("polygon", "面"),
        "line": Text("line with a width", "带宽度的线"),
    },
    "place_kind": {
        "region": Text("region", "区域"),
        "zone": Text("zone", "地片"),
        "block": Text("block", "区片"),
        "street": Text("street", "街巷"),
        "plate": Text("plate", "门（楼）牌"),
        "poi": Text("POI", "兴趣点"),
    },
    "case_source": {
        "collector": Text("collector", "监督员上报"),
        "hotline": Text("hotline", "公众举报"),
        "leader": Text("leader", "领导批办"),
        "media": Text("media", "媒体"),
        "web": Text("web or app", "网络"),
        "video": Text("video", "视频"),
        "inspection": Text("inspection", "督查"),
        "sensor": Text("sensor or AI", "智能感知"),
        "other": Text("other", "其他"),
    },
    "case_stage": {
        "collected": Text("collected", "信息收集"),
        "verified": Text("verified", "已核实"),
        "registered": Text("registered", "案卷建立"),
        "dispatched": Text("dispatched", "任务派遣"),
        "handled": Text("handled", "处理反馈"),
        "checked": Text("checked", "已核查"),
        "closed": Text("closed", "结案"),
        "void": Text("void", "作废"),
    },
    "location_method": {
        "given": Text("coordinates given", "坐标给定"),
        "component": Text("component", "部件位置"),
        "geocoded": Text("geocoded", "地址匹配"),
        "none": Text("not located", "未定位"),
    },
}

_HISTORY = (
    _c("valid_from", "date", "起始日期", "valid from", required=True),
    _c("valid_to", "date", "终止日期", "valid to"),
)
_NOTE = _c("note", "text", "备注", "note")

AREAS = Family(
    "areas",
    Text("areas", "行政区域"),
    {"MULTIPOLYGON": "areas"},
    "code",
    (
        _c("code", "text", "行政区划代码", "area code", required=True),
        _c("name", "text", "名称", "name", required=True),
        _c("level", "text", "级别", "level", "area_level", required=True),
        _c("parent_code", "text", "上级代码", "parent code"),
        _c("area_m2", "real", "面积（平方米）", "area (m²)"),
        *_HISTORY,
        _NOTE,
    ),
)
GRIDS = Family(
    "grids",
    Text("unit grids", "单元网格"),
    {"POLYGON": "grids"},
    "code",
    (
        _c("code", "text", "单元网格标识码", "grid code", required=True),
        _c("community_code", "text", "社区代码", "community code", required=True),
        _c("area_m2", "real", "面积（平方米）", "area (m²)"),
        *_HISTORY,
        _c("reason", "text", "例外或变更原因", "reason of exception or change"),
        _c("document", "text", "文号", "document"),
        _NOTE,
    ),
)
GRID_GROUPS = Family(
    "grid_groups",
    Text("grid groups", "网格组"),
    {"MULTIPOLYGON": "grid_groups"},
    "code",
    (
        _c("code", "text", "网格组代码", "group code", required=True),
        _c("kind", "text", "类别", "kind", "grid_group_kind", required=True),
        _c("name", "text", "名称", "name"),
        _c("grid_codes", "text", "所含单元网格", "unit grids"),
        _c("area_m2", "real", "面积（平方米）", "area (m²)"),
        *_HISTORY,
        _NOTE,
    ),
)
DEPARTMENTS = Family(
    "departments",
    Text("departments", "部门"),
    {"NONE": "departments"},
    "code",
    (
        _c("code", "text", "统一社会信用代码", "social credit code", required=True),
        _c("name", "text", "部门名称", "name", required=True),
        _c("short_name", "text", "简称", "short name"),
        _c("aliases", "text", "别名（#分隔）", "aliases (joined by #)"),
        _c("parent_code", "text", "上级部门代码", "parent department"),
        _c("successor_code", "text", "承接部门代码", "successor"),
        *_HISTORY,
        _NOTE,
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
        _c("code", "text", "规则编号", "rule code", required=True),
        _c("place", "text", "地域类型", "kind of place", "duty_place", required=True),
        _c("place_code", "text", "地域代码", "place code (area prefix, grid or group)"),
        _c("width_m", "real", "两侧宽度（米）", "width on each side (m)"),
        _c("object_kind", "text", "对象", "object kind", "object_kind"),
        _c("class_code", "text", "类别代码（前缀）", "class code (prefix)"),
        _c("attribute", "text", "部件属性条件", "component attribute"),
        _c("area_class", "text", "区域类别", "area class"),
        _c("role", "text", "责任角色", "role", "role", required=True),
        _c("department_code", "text", "部门代码", "department code", required=True),
        *_HISTORY,
        _c("hours", "text", "时段", "hours"),
        _c("weekdays", "text", "星期", "weekdays"),
        _c("season", "text", "季节", "season"),
        _c("document", "text", "文号", "document"),
        _c("clause", "text", "条款", "clause"),
        _c("priority", "integer", "优先级", "priority"),
        _NOTE,
    ),
)
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
        _c("code", "text", "部件标识码", "component code", required=True),
        _c("class_code", "text", "部件类别代码", "class code", required=True),
        _c("name", "text", "部件名称", "name"),
        _c("supervising_code", "text", "主管部门代码", "supervising department"),
        _c("owning_code", "text", "权属单位代码", "owning department"),
        _c("maintaining_code", "text", "养护单位代码", "maintaining department"),
        _c("grid_code", "text", "所在单元网格", "grid code"),
        _c("state", "text", "部件状态", "state", "component_state"),
        _c("surveyed_on", "date", "初始日期", "first surveyed on"),
        _c("changed_on", "date", "变更日期", "changed on"),
        _c("data_source", "text", "数据来源", "data source", "data_source"),
        _c("accuracy_class", "text", "精度等级", "accuracy class", "accuracy_class"),
        _c("source", "text", "来源文件", "source"),
        _c("source_key", "text", "来源主键", "key in the source"),
        _c("datum", "text", "来源基准", "datum of the source"),
        *_HISTORY,
        _NOTE,
    ),
)
PLACES = Family(
    "places",
    Text("places", "地名地址"),
    {
        "POINT": "places_point",
        "MULTILINESTRING": "places_line",
        "MULTIPOLYGON": "places_polygon",
    },
    "code",
    (
        _c("code", "text", "地名代码", "place code", required=True),
        _c("kind", "text", "类别", "kind", "place_kind", required=True),
        _c("name", "text", "名称", "name", required=True),
        _c("aliases", "text", "别名（#分隔）", "aliases (joined by #)"),
        _c("former_names", "text", "曾用名（#分隔）", "former names (joined by #)"),
        _c("street_name", "text", "所在街巷", "road name"),
        _c("number", "text", "门牌号", "house number"),
        _c("zone_name", "text", "所在片区或小区", "zone or compound"),
        _c("county_code", "text", "区县代码", "county code"),
        _c("street_code", "text", "街道代码", "street code"),
        _c("community_code", "text", "社区代码", "community code"),
        _c("address", "text", "地址", "address"),
        _c("category", "text", "兴趣点类别", "POI category"),
        _c("source", "text", "来源文件", "source"),
        _c("source_key", "text", "来源主键", "key in the source"),
        *_HISTORY,
        _NOTE,
    ),
)
CASES = Family(
    "cases",
    Text("cases", "案件"),
    {"POINT": "cases"},
    "number",
    (
        _c("number", "text", "案卷号", "case number", required=True),
        _c("source", "text", "问题来源", "source", "case_source", required=True),
        _c("source_system", "text", "来源系统", "source system"),
        _c("source_number", "text", "来源编号", "number in the source"),
        _c("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        _c("class_code", "text", "类别代码", "class code", required=True),
        _c("component_code", "text", "部件标识码", "component code"),
        _c("description", "text", "问题描述", "description"),
        _c("address", "text", "事发位置", "address"),
        _c("stage", "text", "阶段", "stage", "case_stage", required=True),
        _c("reported_at", "datetime", "上报时间", "reported at", required=True),
        _c("registered_at", "datetime", "立案时间", "registered at"),
        _c("dispatched_at", "datetime", "派遣时间", "dispatched at"),
        _c("handled_at", "datetime", "处置完成时间", "handled at"),
        _c("checked_at", "datetime", "核查时间", "checked at"),
        _c("closed_at", "datetime", "结案时间", "closed at"),
        _c("due_at", "datetime", "处置截止时间", "due at"),
        _c("grid_code", "text", "所在单元网格", "grid code"),
        _c("community_code", "text", "社区代码", "community code"),
        _c("street_code", "text", "街道代码", "street code"),
        _c("county_code", "text", "区县代码", "county code"),
        _c("supervising_code", "text", "主管部门代码", "supervising department"),
        _c("handling_code", "text", "处置部门代码", "handling department"),
        _c("duty_outcome", "text", "责任判定", "duty outcome"),
        _c("location_method", "text", "定位方式", "location method", "location_method"),
        _c("location_error_m", "real", "定位误差（米）", "position error (m)"),
        _c("location_probability", "real", "定位可信度", "location probability"),
        _c("datum", "text", "来源基准", "datum of the source"),
        _NOTE,
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
        _c("number", "text", "案卷号", "case number", required=True),
        _c("seq", "integer", "序号", "sequence", required=True),
        _c("step", "text", "操作", "step", required=True),
        _c("at", "datetime", "时间", "at", required=True),
        _c("who", "text", "操作人", "who"),
        _c("reason", "text", "原因", "reason"),
        _c("before", "text", "操作前阶段", "stage before", "case_stage"),
        _c("after", "text", "操作后阶段", "stage after", "case_stage"),
        _c("department_code", "text", "部门代码", "department"),
    ),
    history=False,
    unique=("number", "seq"),
)
HEAT_COUNTS = Family(
    "heat_counts",
    Text("heat counts", "热力计数"),
    {"NONE": "heat_counts"},
    "grid_code",
    (
        _c("grid_code", "text", "单元网格标识码（未定位为空）", "grid code (empty: not located)"),
        _c("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        _c("class_code", "text", "类别代码", "class code", required=True),
        _c("source", "text", "问题来源", "source", "case_source", required=True),
        _c("day", "date", "日期", "day", required=True),
        _c("cases", "integer", "案件数", "cases", required=True),
        _c("weak", "integer", "弱定位案件数", "weakly located cases"),
    ),
    history=False,
    unique=("grid_code", "object_kind", "class_code", "source", "day"),
    derived=True,
)

FAMILIES: dict[str, Family] = {
    f.name: f
    for f in (
        AREAS,
        GRIDS,
        GRID_GROUPS,
        DEPARTMENTS,
        DUTY_RULES,
        COMPONENTS,
        PLACES,
        CASES,
        CASE_LOG,
        HEAT_COUNTS,
    )
}
