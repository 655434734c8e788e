"""Addresses of a table, matched against the gazetteer of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsPointXY,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.base import CitygridAlgorithm, progress_of
from citygrid_plugin.processing.commands import workspace_parameter
from citygrid_plugin.processing.frames import add_row, fields_of, joined, said, to_table
from citygrid_plugin.processing.grids import field_parameter, layer_parameter

_COLUMNS = {
    "outcome": str,
    "probability": float,
    "error_m": float,
    "level": str,
    "place_code": str,
    "place_name": str,
    "reasons": str,
    "grid_code": str,
    "community_code": str,
}


class GeocodeTable(CitygridAlgorithm):
    """`citygrid_core.geocode` on a table."""

    key = "geocodetable"
    title = Text("Geocode a table", "地址匹配")
    group_key = "places"
    help = Text(
        "Matches the addresses of a table against the gazetteer of a workspace: point, error, "
        "probability, grid. An ambiguous or weak match gets no point; its outcome says so.",
        "将表中地址与工作库的地名库匹配，给出点位、误差、可信度与网格。多解或可信度不足者不落点，"
        "由结果字段如实说明。",
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare table, address field, workspace and threshold."""
        kinds = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(layer_parameter("TABLE", tr("Table", "表"), kinds))
        address = tr("Address", "地址字段")
        self.addParameter(field_parameter("ADDRESS", address, "TABLE", "address"))
        self.addParameter(workspace_parameter())
        self.addParameter(
            QgsProcessingParameterNumber(
                "ACCEPT",
                tr("Least probability that is accepted", "接受的最低可信度"),
                QgsProcessingParameterNumber.Type.Double,
                0.8,
                False,
                0.0,
                1.0,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Matched addresses", "匹配结果"))
        )
        self.addOutput(QgsProcessingOutputNumber("ACCEPTED", tr("Accepted", "接受数")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Match."""
        from citygrid_core.operations.city import City
        from citygrid_core.operations.gazetteer import gazetteer
        from citygrid_core.workspace import Workspace

        progress = progress_of(feedback)
        layer = self.source(parameters, "TABLE", context)
        field = self.parameterAsString(parameters, "ADDRESS", context)
        addresses = to_table(layer)[field].fillna("").astype(str)
        path = Path(self.parameterAsFile(parameters, "WORKSPACE", context))
        with Workspace.open(path) as workspace:
            progress(tr("reading the gazetteer", "读取地名库"), 0, 3)
            matcher = gazetteer(workspace)
            progress(tr("matching", "匹配"), 1, 3)
            answers = matcher.geocode(
                addresses, accept=self.parameterAsDouble(parameters, "ACCEPT", context)
            )
            crs = QgsCoordinateReferenceSystem()
            crs.createFromUserInput(workspace.crs.to_string())
            accepted = answers["outcome"] == "accepted"
            place = City(workspace).locate(
                answers["x"].to_numpy(float), answers["y"].to_numpy(float)
            )
        progress(tr("writing", "写出"), 2, 3)
        answers = answers.assign(
            place_code=[c[0]["code"] if c else "" for c in answers["candidates"]],
            place_name=[c[0]["name"] if c else "" for c in answers["candidates"]],
            reasons=[said(r) for r in answers["reasons"]],
            **{c: place[c].to_numpy() for c in ("grid_code", "community_code")},
        )
        fields = joined(layer.fields(), fields_of(_COLUMNS))
        sink, output = self.sink(parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.Point, crs)
        for feature in layer.getFeatures():
            row = answers.loc[feature.id()]
            values = [*feature.attributes(), *(row[name] for name in _COLUMNS)]
            point = None
            if accepted.loc[feature.id()]:
                point = QgsGeometry.fromPointXY(QgsPointXY(float(row["x"]), float(row["y"])))
            add_row(sink, fields, values, point)
        return {"OUTPUT": output, "ACCEPTED": int(accepted.sum())}
