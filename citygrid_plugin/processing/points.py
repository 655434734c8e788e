"""Points: their grid and areas, and who answers for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.commands import text_parameter, workspace_parameter
from citygrid_plugin.processing.frames import add_row, fields_of, joined, said, to_frame
from citygrid_plugin.processing.grids import field_parameter, layer_parameter

_POINT = [QgsProcessing.SourceType.TypeVectorPoint]
_POLYGON = [QgsProcessing.SourceType.TypeVectorPolygon]
KINDS = ("component", "event")


class LocatePoints(CitygridAlgorithm):
    """The exact index of `citygrid_core.locate` on layers."""

    key = "locatepoints"
    title = Text("Locate points in grids", "点定位到单元网格")
    group_key = "places"
    help = Text(
        "Gives each point the code of its unit grid and of its community, street and county. "
        "Each point gets exactly one grid: on a shared border the lowest code. A point outside "
        "all grids keeps empty codes and is counted.",
        "为每个点填入单元网格、社区、街道与区县代码。每点仅属一个网格：位于公共边界时取编码最小者；"
        "位于网格之外的点代码为空并计数。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare points and grids."""
        self.addParameter(layer_parameter("POINTS", tr("Points", "点图层"), _POINT))
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), _POLYGON))
        self.addParameter(field_parameter("CODE", tr("Grid code", "网格代码字段"), "GRIDS"))
        self.addParameter(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Located points", "已定位的点"))
        )
        outside = tr("Points outside all grids", "网格之外的点数")
        self.addOutput(QgsProcessingOutputNumber("OUTSIDE", outside))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Locate."""
        import numpy as np

        from citygrid_core.locate import CellIndex

        layer = self.source(parameters, "POINTS", context)
        code = self.parameterAsString(parameters, "CODE", context)
        cells = to_frame(self.source(parameters, "GRIDS", context), {code: "code"})
        index = CellIndex.build(cells.geometry.to_numpy(), cells["code"].to_numpy(dtype=object))
        points = to_frame(layer, {}).to_crs(cells.crs)
        x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
        there = ~(np.isnan(x) | np.isnan(y))
        found = np.full(len(points), -1, dtype=np.int64)
        found[there] = index.locate(x[there], y[there])
        codes = np.append(np.asarray(index.codes, dtype=object), "")[found]
        place = dict(zip(points.index, codes, strict=True))

        columns = ("grid_code", "community_code", "street_code", "county_code")
        fields = joined(layer.fields(), fields_of(dict.fromkeys(columns, str)))
        sink, output = self.sink(
            parameters, "OUTPUT", context, fields, layer.wkbType(), layer.sourceCrs()
        )
        for feature in layer.getFeatures():
            grid = place[feature.id()] or None
            parents = [grid and grid[:digits] for digits in (12, 9, 6)]
            add_row(sink, fields, [*feature.attributes(), grid, *parents], feature.geometry())
        outside = int((found < 0).sum())
        if outside:
            feedback.pushWarning(
                tr(f"{outside} points lie outside all grids", f"{outside} 个点位于网格之外")
            )
        return {"OUTPUT": output, "OUTSIDE": outside}


class ResolveDuties(CitygridAlgorithm):
    """`citygrid_core.operations.lookup` on a layer of points."""

    key = "resolveduties"
    title = Text("Resolve duties of points", "点位责任判定")
    group_key = "places"
    help = Text(
        "Joins to each point its grid, areas and the departments that answer there for its "
        "class, by the duty rules of a workspace. Several claims or none are answers of their "
        "own (duty_outcome), never a guess; the reasons are written out.",
        "按工作库的责任规则，为每个点填入网格、区划及其类别对应的责任部门。多头或无人负责均如实给出"
        "（duty_outcome），不作猜测，并写明依据。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare points, class, workspace and day."""
        self.addParameter(layer_parameter("POINTS", tr("Points", "点图层"), _POINT))
        self.addParameter(workspace_parameter())
        self.addParameter(
            QgsProcessingParameterField(
                "CLASS_FIELD",
                tr("Field with the class code", "类别代码字段"),
                None,
                "POINTS",
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "CLASS", tr("Class of all points", "全部点的类别"), "", optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterEnum(
                "KIND",
                tr("Kind of object", "对象"),
                [tr("component", "部件"), tr("event", "事件")],
                defaultValue=0,
            )
        )
        self.addParameter(text_parameter("AT", tr("Rules of the day (date)", "规则日期")))
        self.addParameter(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Points with duties", "责任判定结果"))
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Resolve."""
        from citygrid_core.operations.lookup import lookup
        from citygrid_core.workspace import Workspace

        layer = self.source(parameters, "POINTS", context)
        field = self.parameterAsString(parameters, "CLASS_FIELD", context)
        given = self.parameterAsString(parameters, "CLASS", context)
        points = to_frame(layer, {field: "class_code"} if field else {})
        points = points[~(points.geometry.is_empty | points.geometry.isna())]
        path = Path(self.parameterAsFile(parameters, "WORKSPACE", context))
        with Workspace.open(path) as workspace:
            answers = lookup(
                workspace,
                points,
                class_code=None if field else given or None,
                object_kind=KINDS[self.parameterAsEnum(parameters, "KIND", context)],
                at=self.parameterAsString(parameters, "AT", context) or None,
            )
        added = [c for c in answers.columns if c != "class_code"]
        fields = joined(layer.fields(), fields_of(dict.fromkeys(added, str)))
        sink, output = self.sink(
            parameters, "OUTPUT", context, fields, layer.wkbType(), layer.sourceCrs()
        )
        texts = {fid: [said(v) for v in row] for fid, row in zip(
            answers.index, answers[added].itertuples(index=False), strict=True
        )}  # fmt: skip
        nothing = [None] * len(added)
        for feature in layer.getFeatures():
            values = [*feature.attributes(), *texts.get(feature.id(), nothing)]
            add_row(sink, fields, values, feature.geometry())
        return {"OUTPUT": output}
