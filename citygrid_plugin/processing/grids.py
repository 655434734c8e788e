"""Unit grids: draw, number and check layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsWkbTypes,
)

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.processing.given import Given, field_parameter, layer_parameter
from citygrid_plugin.processing.layered import Columns, JoinAlgorithm, MakeAlgorithm
from citygrid_plugin.processing.options import TARGET_AREA

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_POLYGON = [QgsProcessing.SourceType.TypeVectorPolygon]
_LINE = [QgsProcessing.SourceType.TypeVectorLine]
_LINE_OR_POLYGON = [*_LINE, *_POLYGON]
_STEERING = {
    "ROADS": (Text("Street centre lines", "道路中心线"), _LINE),
    "BARRIERS": (Text("Rivers, railways, walls", "河流、铁路、围墙"), _LINE_OR_POLYGON),
    "BUILDINGS": (Text("Buildings: never cut", "建筑物（不切割）"), _POLYGON),
    "COMPOUNDS": (Text("Compounds: stay whole", "院落小区（保持完整）"), _POLYGON),
}


def edition_parameter() -> QgsProcessingParameterEnum:
    """Return the edition whose codes are written, the newest by default."""
    from citygrid_core.standards import DEFAULT_EDITION, editions

    return QgsProcessingParameterEnum(
        "EDITION",
        tr("Edition of the standards", "标准版本"),
        editions(),
        defaultValue=editions().index(DEFAULT_EDITION),
    )


class DrawGrids(MakeAlgorithm):
    """`citygrid_core.grids.draw` on layers."""

    key = "drawgrids"
    title = Text("Draw unit grids", "划分单元网格")
    group_key = "grids"
    output = Text("Unit grids", "单元网格")
    kind = QgsWkbTypes.Type.Polygon
    columns: ClassVar[Columns] = {"community_code": str, "area_m2": float, "reason": str}
    numbers: ClassVar[Mapping[str, Text]] = {"COUNT": Text("Number of grids", "网格数")}
    help = Text(
        "Divides communities into unit grids along streets and barriers: seamless, near the "
        "target area, no building cut, compounds whole. A grid outside the range of areas keeps "
        "the reason. All layers must be in one projected CRS in metres.",
        "沿道路与屏障把社区划分为单元网格：无缝拼接、接近目标面积、不切割建筑物、院落小区保持完整；"
        "面积超出范围的网格记录原因。全部图层须为同一投影坐标系（米）。",
    )
    options = (TARGET_AREA,)

    def declare(self) -> None:
        """Add the layers and the target area."""
        self.addParameter(layer_parameter("AREAS", tr("Communities", "社区"), _POLYGON))
        code = tr("Community code", "社区代码字段")
        self.addParameter(field_parameter("CODE", code, "AREAS"))
        for name, (title, kinds) in _STEERING.items():
            self.addParameter(layer_parameter(name, tr(*title), kinds, optional=True))
        super().declare()

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Draw."""
        from citygrid_core.grids import Policy, draw

        steering = {
            name.lower(): given.frame(name) for name in _STEERING if given.layer(name) is not None
        }
        drawing = draw(
            given.frame("AREAS", {given.text("CODE"): "code"}),
            steering.pop("roads", None),
            policy=Policy(target_m2=given.number("TARGET_AREA")),
            progress=given.progress,
            **steering,
        )
        return drawing.grids, {"COUNT": len(drawing.grids)}


class NumberGrids(JoinAlgorithm):
    """`citygrid_core.grids.number` on a layer."""

    key = "numbergrids"
    title = Text("Number unit grids", "单元网格编码")
    group_key = "grids"
    layer = ("GRIDS", Text("Unit grids", "单元网格"), _POLYGON)
    output = Text("Numbered grids", "已编码网格")
    help = Text(
        "Gives unit grids their codes: in each community row by row from north to south, in a "
        "row from west to east. For new layers only: in a workspace codes are minted once and "
        "kept.",
        "按社区为单元网格编码：自北向南分行，行内自西向东。仅用于新图层；工作库中的编码一经赋予不再更改。",
    )

    def declare(self) -> None:
        """Add the community codes and the edition."""
        community = tr("Community code", "社区代码字段")
        self.addParameter(field_parameter("COMMUNITY", community, "GRIDS", "community_code"))
        self.addParameter(edition_parameter())

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Number."""
        from citygrid_core.grids import number
        from citygrid_core.standards import editions

        edition = editions()[given.choice("EDITION")]
        grids = given.frame("GRIDS", {given.text("COMMUNITY"): "community_code"})
        return number(grids, edition=edition).to_frame("code"), {"code": str}, {}


class CheckGrids(MakeAlgorithm):
    """`citygrid_core.grids.check` on layers."""

    key = "checkgrids"
    title = Text("Check unit grids", "检查单元网格")
    group_key = "grids"
    output = Text("Findings", "问题")
    columns: ClassVar[Columns] = {
        "rule": str,
        "severity": str,
        "codes": str,
        "measure": float,
        "text": str,
    }
    numbers: ClassVar[Mapping[str, Text]] = {"COUNT": Text("Number of findings", "问题数")}
    help = Text(
        "Checks unit grids against their communities: gaps, overlaps, grids that cross a border, "
        "codes, areas out of range, buildings that are cut. Every finding is a point.",
        "对照社区检查单元网格：缝隙、重叠、跨界、编码、面积超限、切割建筑物等。每个问题为一个点。",
    )
    options = (TARGET_AREA,)

    def declare(self) -> None:
        """Add the layers and the target area."""
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), _POLYGON))
        self.addParameter(field_parameter("GRID_CODE", tr("Grid code", "网格代码字段"), "GRIDS"))
        community = tr("Community code of the grid", "网格的社区代码字段")
        self.addParameter(field_parameter("COMMUNITY", community, "GRIDS", "community_code"))
        self.addParameter(layer_parameter("AREAS", tr("Communities", "社区"), _POLYGON))
        self.addParameter(field_parameter("CODE", tr("Community code", "社区代码字段"), "AREAS"))
        buildings = tr("Buildings", "建筑物")
        self.addParameter(layer_parameter("BUILDINGS", buildings, _POLYGON, optional=True))
        super().declare()

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Check."""
        import geopandas as gpd

        from citygrid_core.grids import Policy, check

        names = {given.text("GRID_CODE"): "code", given.text("COMMUNITY"): "community_code"}
        grids = given.frame("GRIDS", names)
        findings = check(
            grids,
            given.frame("AREAS", {given.text("CODE"): "code"}),
            policy=Policy(target_m2=given.number("TARGET_AREA")),
            buildings=None if given.layer("BUILDINGS") is None else given.frame("BUILDINGS"),
        )
        if not len(findings):
            given.feedback.pushInfo(tr("No findings.", "未发现问题。"))
        found = [
            (one.rule, one.severity, " ".join(one.codes), one.measure, shown(one.text))
            for one in findings
        ]
        held = {name: [row[i] for row in found] for i, name in enumerate(self.columns)}
        places = [one.place for one in findings]
        return gpd.GeoDataFrame(held, geometry=places, crs=grids.crs), {"COUNT": len(found)}


class LayerNotMetric(CitygridError):
    """A layer is in degrees where metres are needed."""

    def __init__(self, layer: str, crs: str) -> None:
        super().__init__(
            Text(
                f"layer {layer} is in {crs}, in degrees; reproject it to a CRS in metres",
                f"图层“{layer}”为 {crs}（经纬度），请先投影到以米为单位的坐标系",
            )
        )
