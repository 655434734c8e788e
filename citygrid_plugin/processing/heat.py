"""Heat: cases per hectare of each grid of a layer."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.frames import add_row, fields_of, joined, to_frame
from citygrid_plugin.processing.grids import LayerNotMetric, field_parameter, layer_parameter

_HECTARE = 10_000.0


class HeatPerGrid(CitygridAlgorithm):
    """Cases of a layer of points counted per grid."""

    key = "heatpergrid"
    title = Text("Cases per grid", "网格案件计数")
    group_key = "heat"
    help = Text(
        "Counts points in unit grids: number and rate in cases per hectare. Each point counts "
        "once: on a shared border for the lowest code. Points outside all grids are reported.",
        "统计各单元网格内的点数及密度（件/公顷）。每点只计一次：位于公共边界时归编码最小的网格；"
        "网格之外的点数另行报告。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare cases and grids."""
        points = [QgsProcessing.SourceType.TypeVectorPoint]
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.addParameter(layer_parameter("CASES", tr("Cases", "案件点"), points))
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), polygons))
        self.addParameter(field_parameter("CODE", tr("Grid code", "网格代码字段"), "GRIDS"))
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", tr("Heat", "案件热力")))
        outside = tr("Cases outside all grids", "网格之外的案件数")
        self.addOutput(QgsProcessingOutputNumber("OUTSIDE", outside))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Count."""
        import numpy as np

        from citygrid_core.heat import count
        from citygrid_core.locate import CellIndex

        layer = self.source(parameters, "GRIDS", context)
        if layer.sourceCrs().isGeographic():
            raise LayerNotMetric(layer.sourceName(), layer.sourceCrs().authid())
        code = self.parameterAsString(parameters, "CODE", context)
        cells = to_frame(layer, {code: "code"})
        index = CellIndex.build(cells.geometry.to_numpy(), cells["code"].to_numpy(dtype=object))
        cases = to_frame(self.source(parameters, "CASES", context), {}).to_crs(cells.crs)
        cases = cases[~(cases.geometry.is_empty | cases.geometry.isna())]
        found = index.locate(cases.geometry.x.to_numpy(), cases.geometry.y.to_numpy())
        codes = np.append(np.asarray(index.codes, dtype=object), "")[found]
        counts = count(cases.assign(grid_code=codes), by=("grid_code",))
        number = dict(zip(counts["grid_code"], counts["cases"], strict=True))

        fields = joined(layer.fields(), fields_of({"cases": int, "cases_per_ha": float}))
        sink, output = self.sink(
            parameters, "OUTPUT", context, fields, layer.wkbType(), layer.sourceCrs()
        )
        area = cells.geometry.area / _HECTARE
        for feature in layer.getFeatures():
            n = int(number.get(cells.at[feature.id(), "code"], 0))
            rate = n / area[feature.id()] if area[feature.id()] > 0 else None
            add_row(sink, fields, [*feature.attributes(), n, rate], feature.geometry())
        outside = int(number.get("", 0))
        if outside:
            feedback.pushWarning(
                tr(f"{outside} cases lie outside all grids", f"{outside} 个案件位于网格之外")
            )
        return {"OUTPUT": output, "OUTSIDE": outside}
