"""Addresses of a table, matched against the gazetteer of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsPointXY,
    QgsProcessing,
    QgsProcessingFeatureSource,
    QgsWkbTypes,
)

from citygrid_core.accept import ACCEPT
from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.given import Given, field_parameter, workspace_parameter
from citygrid_plugin.processing.layered import Columns, JoinAlgorithm
from citygrid_plugin.processing.options import Option

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: Columns = {
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
_DUTIES: Columns = {
    "handling_code": str,
    "handling_name": str,
    "duty_outcome": str,
}


class GeocodeTable(JoinAlgorithm):
    """`citygrid_core.operations.geocode.addresses` on a table."""

    key = "geocodetable"
    title = Text("Geocode a table", "地址匹配")
    group_key = "places"
    layer = ("TABLE", Text("Table", "表"), [QgsProcessing.SourceType.TypeVector])
    output = Text("Matched addresses", "匹配结果")
    numbers: ClassVar[Mapping[str, Text]] = {
        "ACCEPTED": Text("Accepted", "接受数"),
        "AMBIGUOUS": Text("Ambiguous", "多解数"),
        "REJECTED": Text("Rejected", "未匹配数"),
    }
    help = Text(
        "Matches the addresses of a table against the gazetteer of a workspace: point, error, "
        "probability, grid, and for a class who answers there. An ambiguous or weak match gets "
        "no point; its outcome says so.",
        "将表中地址与工作库的地名库匹配，给出点位、误差、可信度与网格；给出类别时另填责任部门。"
        "多解或可信度不足者不落点，由结果字段如实说明。",
    )
    options = (
        Option("ACCEPT", Text("Least probability that is accepted", "接受的最低可信度"), "number",
               default=ACCEPT, least=0, most=1, optional=False),
        Option("CLASS", Text("Class: who answers there", "类别（填责任部门）")),
    )  # fmt: skip
    names: ClassVar[Mapping[str, str]] = {"CLASS": "class_code"}

    def declare(self) -> None:
        """Add address field, workspace, threshold and class."""
        address = tr("Address", "地址字段")
        self.addParameter(field_parameter("ADDRESS", address, "TABLE", "address"))
        self.addParameter(workspace_parameter())
        super().declare()

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Match."""
        from citygrid_core.operations.geocode.addresses import geocode

        addresses = given.table("TABLE")[given.text("ADDRESS")].fillna("").astype(str)
        asked = self.asked(given)
        with given.workspace() as workspace:
            self._crs = QgsCoordinateReferenceSystem()
            self._crs.createFromUserInput(workspace.crs.to_string())
            answers = geocode(workspace, addresses, **asked, progress=given.progress)
        best = [c[0] if c else {} for c in answers["candidates"]]
        answers["place_code"] = [c.get("code") for c in best]
        answers["place_name"] = [c.get("name") for c in best]
        count = answers["outcome"].value_counts()
        numbers = {name: int(count.get(name.lower(), 0)) for name in self.numbers}
        columns = {**_COLUMNS, **(_DUTIES if "class_code" in asked else {}), "x": float, "y": float}
        return answers, columns, numbers

    def shape(
        self, source: QgsProcessingFeatureSource, given: Given
    ) -> tuple[QgsWkbTypes.Type, QgsCoordinateReferenceSystem]:
        """Return points in the workspace's CRS."""
        return QgsWkbTypes.Type.Point, self._crs

    def geometry(self, row: Any, own: QgsGeometry) -> QgsGeometry | None:
        """Return the point of an accepted answer, and of no other."""
        if row.get("outcome") != "accepted":
            return None
        return QgsGeometry.fromPointXY(QgsPointXY(float(row["x"]), float(row["y"])))
