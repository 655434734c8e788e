"""Placing components from QGIS: the core's desk on the workspace that is open.

The desk writes in this process, through Python's own ``sqlite3``. That is safe where
Python and QGIS share one SQLite library, as on Debian: both then see each other's
locks. `one_sqlite` asks both which library they are; where they differ the desk stays
closed, because two copies in one process would destroy the file.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsProviderRegistry,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers.project import find_layer

if TYPE_CHECKING:
    from citygrid_core.census.alerts import Alert
    from citygrid_core.operations.census.capture.captured import Attributes, Placed
    from citygrid_core.operations.census.capture.desk import CaptureDesk
    from citygrid_core.operations.census.capture.steps import Step
    from citygrid_core.operations.census.resurvey import Resurvey

TABLES = ("components_point", "components_line", "components_polygon")
#: Seconds to wait for another program that writes, before the click is refused.
_PATIENCE = 4.0
#: How long the hand rests before the map is drawn anew, in milliseconds.
_REST_MS = 900


class TwoLibraries(CitygridError):
    """Python and QGIS were built with two copies of SQLite."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Python and QGIS use two copies of SQLite here; placing components would "
                "endanger the workspace. Use the field pack, or citygrid census import.",
                "此处 Python 与 QGIS 使用两份不同的 SQLite，直接采集可能损坏工作库。"
                "请使用外业包，或 citygrid census import 导入。",
            )
        )


def one_sqlite(path: Path) -> bool:
    """Return whether QGIS's GeoPackage driver and Python are linked with one SQLite."""
    if os.name == "nt":  # locks of Windows belong to the handle, not to the process
        return True
    metadata = QgsProviderRegistry.instance().providerMetadata("ogr")
    connection = metadata.createConnection(str(path), {})
    rows = connection.executeSql("SELECT sqlite_source_id()")
    with sqlite3.connect(":memory:") as own:
        mine = own.execute("SELECT sqlite_source_id()").fetchone()[0]
    return bool(rows and rows[0] and rows[0][0] == mine)


class CaptureService(QObject):
    """Keeps the desk of the workspace that is open.

    Signals
    -------
    stored(object), changed(), undone(object)
        A `Placed`; components are other than before; a `Step` was taken back.
    redrawn()
        The layers are being drawn anew, with all that was stored.
    """

    stored = pyqtSignal(object)
    changed = pyqtSignal()
    undone = pyqtSignal(object)
    redrawn = pyqtSignal()

    def __init__(self, project: QgsProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._departments: dict[str, str] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_REST_MS)
        self._pause.timeout.connect(self._redraw)
        self._desk: CaptureDesk | None = None
        self.resurvey: Resurvey | None = None

    @property
    def desk(self) -> CaptureDesk | None:
        """The desk, while components are being placed."""
        return self._desk

    def open(self, path: Path, who: str) -> CaptureDesk:
        """Open the desk on a workspace; one that is open on it already goes on.

        Raises
        ------
        TwoLibraries, CitygridError
        """
        from citygrid_core.operations.census.capture.desk import CaptureDesk
        from citygrid_core.workspace import Workspace

        if self._desk is not None and Path(self._desk.workspace.path) == path:
            self._desk.steps.who = who
            return self._desk
        self.close()
        if not one_sqlite(path):
            raise TwoLibraries
        self._desk = CaptureDesk(Workspace.open(path, timeout=_PATIENCE), who=who)
        register = self._desk.workspace.read("departments")
        named = sorted(zip(register["name"], register["code"], strict=True))
        self._departments = {str(code): str(name) for name, code in named}
        return self._desk

    def close(self) -> None:
        """Close the desk; what was placed is stored already."""
        self._pause.stop()
        if self._desk is not None:
            self._desk.workspace.close()
        self._desk = self.resurvey = None

    def today(self) -> str:
        """Return the date on the city's wall clock."""
        zone = ZoneInfo(self._open().workspace.timezone)
        return dt.datetime.now(zone).date().isoformat()

    def photos(self, code: str) -> int:
        """Return how many photos a component has."""
        if self.desk is None:
            return 0
        return int(self.desk.workspace.count("attachments", where={"component_code": code}))

    def departments(self) -> dict[str, str]:
        """Return the departments that were valid when the desk was opened: code to name, by name."""
        return self._departments

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return the stored name of a component as people read it."""
        edition = self._open().edition
        return shown(edition.stored_name(str(values["class_code"]), str(values["name"])))

    # --- placing ---------------------------------------------------------------------

    def place(
        self,
        class_code: str,
        corners: Sequence[QgsPointXY],
        crs: QgsCoordinateReferenceSystem,
        attributes: Attributes,
    ) -> Placed:
        """Store a component drawn on the map; when this returns it is safe.

        Parameters
        ----------
        corners : sequence of QgsPointXY
            In `crs`, the map's.
        """
        from citygrid_core.operations.census.capture.captured import Capture

        desk = self._open()
        shape = desk.chooser.classes[class_code].shape
        geometry = self.geometry(shape, corners, crs)
        placed = desk.place(Capture(class_code, geometry, attributes), on=self.today())
        self.show()
        self.stored.emit(placed)
        return placed

    def geometry(
        self, shape: str, corners: Sequence[QgsPointXY], crs: QgsCoordinateReferenceSystem
    ) -> Any:
        """Return what was drawn in the workspace's CRS, to the millimetre."""
        import shapely

        own = QgsCoordinateReferenceSystem.fromWkt(self._open().workspace.crs.to_wkt())
        transform = QgsCoordinateTransform(crs, own, self._project)
        xy = [transform.transform(corner) for corner in corners]
        points = [(round(p.x(), 3), round(p.y(), 3)) for p in xy]
        if shape == "point":
            return shapely.Point(points[0])
        if shape == "line":
            return shapely.LineString(points)
        return shapely.Polygon(points)

    def answer(self, placed: Placed, alert: Alert, action: str) -> None:
        """Do what an alert was answered with; ``keep`` needs nothing."""
        desk, on = self._open(), self.today()
        if action == "merge":
            desk.merge(placed.code, alert.other, on=on)
        elif action == "drop":
            desk.drop(placed.code, on=on)
        elif action == "rule":
            desk.keep_rule(placed.code, alert, on=on)
        if action != "keep":
            self.show()

    def amend(self, code: str, changes: Mapping[str, Any]) -> None:
        """Change fields of a component."""
        if self.resurvey is not None and code in self.resurvey.round:
            self.resurvey.change(code, changes, on=self.today())
        else:
            self._open().amend(code, changes, on=self.today())
        self.show()

    def undo(self) -> Step | None:
        """Take the last step back."""
        step = self._open().steps.undo()
        if step is not None:
            if self.resurvey is not None:
                self.resurvey.undone(step)
            self.show()
            self.undone.emit(step)
        return step

    def values(self, code: str) -> dict[str, Any]:
        """Return the fields of a component."""
        row = self._open().read(code).iloc[0]
        return {str(k): v for k, v in row.items() if k != "geometry"}

    def show(self) -> None:
        """Draw the layers of components anew when the hand rests: they read what was stored."""
        self._pause.start()
        self.changed.emit()

    def _redraw(self) -> None:
        for table in TABLES:
            layer = find_layer(self._project, table)
            if layer is not None:
                layer.triggerRepaint()
        self.redrawn.emit()

    # --- inside ----------------------------------------------------------------------

    def _open(self) -> CaptureDesk:
        assert self._desk is not None, "the desk is not open"
        return self._desk
