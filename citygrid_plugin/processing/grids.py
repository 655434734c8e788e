"""Unit grids: draw, number and check layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.processing.base import CitygridAlgorithm, progress_of
from citygrid_plugin.processing.frames import (
    add_row,
    fields_of,
    from_shape,
    joined,
    to_frame,
)
from citygrid_plugin.processing.given import field_parameter, layer_parameter

if TYPE_CHECKING:
    import geopandas as gpd

_POLYGON = [QgsProcessing.SourceType.TypeVectorPolygon]
_LINE = [QgsProcessing.SourceType.TypeVectorLine]
_LINE_OR_POLYGON = [*_LINE, *_POLYGON]
_STEERING = {
    "ROADS": (Text("Street centre lines", "道路中心线"), _LINE),
    "BARRIERS": (Text("Rivers, railways, walls", "河流、铁路、围墙"), _LINE_OR_POLYGON),
    "BUILDINGS": (Text("Buildings: never cut", "建筑物（不切割）"), _POLYGON),
    "COMPOUNDS": (Text("Compounds: stay whole", "院落小区（保持完整）"), _POLYGON),
}


def target_parameter() -> QgsProcessingParameterNumber:
    """Return the target area of a cell."""
    return QgsProcessingParameterNumber(
        "TARGET_AREA",
        tr("Target area (m²)", "目标面积（平方米）"),
        QgsProcessingParameterNumber.Type.Double,
        10_000,
        False,
        500,
    )


def edition_parameter() -> QgsProcessingParameterEnum:
    """Return the edition whose codes are written, the newest by default."""
    from citygrid_core.standards import DEFAULT_EDITION, editions

    return QgsProcessingParameterEnum(
        "EDITION",
        tr("Edition of the standards", "标准版本"),
        editions(),
        defaultValue=editions().index(DEFAULT_EDITION),
    )


class DrawGrids(CitygridAlgorithm):
    """`citygrid_core.grids.draw` on layers."""

    key = "drawgrids"
    title = Text("Draw unit grids", "划分单元网格")
    group_key = "grids"
    help = Text(
        "Divides communities into unit grids along streets and barriers: seamless, near the "
        "target area, no building cut, compounds whole. A grid outside the range of areas keeps "
        "the reason. All layers must be in one projected CRS in metres.",
        "沿道路与屏障把社区划分为单元网格：无缝拼接、接近目标面积、不切割建筑物、院落小区保持完整；"
        "面积超出范围的网格记录原因。全部图层须为同一投影坐标系（米）。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the layers and the target area."""
        self.addParameter(layer_parameter("AREAS", tr("Communities", "社区"), _POLYGON))
        code = tr("Community code", "社区代码字段")
        self.addParameter(field_parameter("CODE", code, "AREAS"))
        for name, (title, kinds) in _STEERING.items():
            self.addParameter(layer_parameter(name, tr(*title), kinds, optional=True))
        self.addParameter(target_parameter())
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", tr("Unit grids", "单元网格")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of grids", "网格数")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Draw."""
        from citygrid_core.grids import Policy, draw

        areas = self.source(parameters, "AREAS", context)
        code = self.parameterAsString(parameters, "CODE", context)
        steering: dict[str, gpd.GeoDataFrame] = {}
        for name in _STEERING:
            layer = self.parameterAsSource(parameters, name, context)
            if layer is not None:
                steering[name.lower()] = to_frame(layer)
        target = self.parameterAsDouble(parameters, "TARGET_AREA", context)
        drawing = draw(
            to_frame(areas, {code: "code"}),
            steering.pop("roads", None),
            policy=Policy(target_m2=target),
            progress=progress_of(feedback),
            **steering,
        )
        fields = fields_of({"community_code": str, "area_m2": float, "reason": str})
        kind = QgsWkbTypes.Type.Polygon
        sink, output = self.sink(parameters, "OUTPUT", context, fields, kind, areas.sourceCrs())
        for row in drawing.grids.itertuples():
            values = (row.community_code, row.area_m2, row.reason)
            add_row(sink, fields, values, from_shape(row.geometry))
        return {"OUTPUT": output, "COUNT": len(drawing.grids)}


class NumberGrids(CitygridAlgorithm):
    """`citygrid_core.grids.number` on a layer."""

    key = "numbergrids"
    title = Text("Number unit grids", "单元网格编码")
    group_key = "grids"
    help = Text(
        "Gives unit grids their codes: in each community row by row from north to south, in a "
        "row from west to east. For new layers only: in a workspace codes are minted once and "
        "kept.",
        "按社区为单元网格编码：自北向南分行，行内自西向东。仅用于新图层；工作库中的编码一经赋予不再更改。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the layer, its community codes and the edition."""
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), _POLYGON))
        self.addParameter(
            field_parameter(
                "COMMUNITY", tr("Community code", "社区代码字段"), "GRIDS", "community_code"
            )
        )
        self.addParameter(edition_parameter())
        self.addParameter(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Numbered grids", "已编码网格"))
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Number."""
        from citygrid_core.grids import number
        from citygrid_core.standards import editions

        grids = self.source(parameters, "GRIDS", context)
        community = self.parameterAsString(parameters, "COMMUNITY", context)
        edition = editions()[self.parameterAsEnum(parameters, "EDITION", context)]
        codes = number(to_frame(grids, {community: "community_code"}), edition=edition)
        fields = joined(grids.fields(), fields_of({"code": str}))
        sink, output = self.sink(
            parameters, "OUTPUT", context, fields, grids.wkbType(), grids.sourceCrs()
        )
        for feature in grids.getFeatures():
            values = [*feature.attributes(), codes.loc[feature.id()]]
            add_row(sink, fields, values, feature.geometry())
        return {"OUTPUT": output}


class CheckGrids(CitygridAlgorithm):
    """`citygrid_core.grids.check` on layers."""

    key = "checkgrids"
    title = Text("Check unit grids", "检查单元网格")
    group_key = "grids"
    help = Text(
        "Checks unit grids against their communities: gaps, overlaps, grids that cross a border, "
        "codes, areas out of range, buildings that are cut. Every finding is a point.",
        "对照社区检查单元网格：缝隙、重叠、跨界、编码、面积超限、切割建筑物等。每个问题为一个点。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the layers."""
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), _POLYGON))
        self.addParameter(field_parameter("GRID_CODE", tr("Grid code", "网格代码字段"), "GRIDS"))
        self.addParameter(
            field_parameter(
                "COMMUNITY", tr("Community code of the grid", "网格的社区代码字段"), "GRIDS",
                "community_code",
            )
        )  # fmt: skip
        self.addParameter(layer_parameter("AREAS", tr("Communities", "社区"), _POLYGON))
        self.addParameter(field_parameter("CODE", tr("Community code", "社区代码字段"), "AREAS"))
        buildings = tr("Buildings", "建筑物")
        self.addParameter(layer_parameter("BUILDINGS", buildings, _POLYGON, optional=True))
        self.addParameter(target_parameter())
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", tr("Findings", "问题")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of findings", "问题数")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Check."""
        from citygrid_core.grids import Policy, check

        layer = self.source(parameters, "GRIDS", context)
        grids = to_frame(
            layer,
            {
                self.parameterAsString(parameters, "GRID_CODE", context): "code",
                self.parameterAsString(parameters, "COMMUNITY", context): "community_code",
            },
        )
        areas = to_frame(
            self.source(parameters, "AREAS", context),
            {self.parameterAsString(parameters, "CODE", context): "code"},
        )
        houses = self.parameterAsSource(parameters, "BUILDINGS", context)
        target = self.parameterAsDouble(parameters, "TARGET_AREA", context)
        findings = check(
            grids,
            areas,
            policy=Policy(target_m2=target),
            buildings=None if houses is None else to_frame(houses),
        )
        columns = {"rule": str, "severity": str, "codes": str, "measure": float, "text": str}
        fields = fields_of(columns)
        sink, output = self.sink(
            parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.Point, layer.sourceCrs()
        )
        for one in findings:
            values = (one.rule, one.severity, " ".join(one.codes), one.measure, shown(one.text))
            add_row(sink, fields, values, from_shape(one.place))
        if not len(findings):
            feedback.pushInfo(tr("No findings.", "未发现问题。"))
        return {"OUTPUT": output, "COUNT": len(findings)}


class LayerNotMetric(CitygridError):
    """A layer is in degrees where metres are needed."""

    def __init__(self, layer: str, crs: str) -> None:
        super().__init__(
            Text(
                f"layer {layer} is in {crs}, in degrees; reproject it to a CRS in metres",
                f"图层“{layer}”为 {crs}（经纬度），请先投影到以米为单位的坐标系",
            )
        )
