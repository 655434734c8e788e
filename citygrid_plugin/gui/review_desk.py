"""The review of addresses: between the table, the map and the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.markers import Pin, area_band, circle, remove
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.gui.tools.place_tool import PlaceTool
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.geocode import Found, Gazetteers
from citygrid_plugin.services.jobs import CommandTask
from citygrid_plugin.services.review import Review

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.review_dock import ReviewDock
    from citygrid_plugin.services.session import Session

_DECIDED, _OTHER = "#00735c", "#b34700"
#: Half of what the map shows around a candidate, in metres.
_AROUND = 150.0


class ReviewDesk(QObject):
    """Connects the table of unresolved addresses, the map and the commands."""

    def __init__(
        self, iface: QgisInterface, session: Session, dock: ReviewDock, gazetteers: Gazetteers
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._gazetteers = gazetteers
        self._review: Review | None = None
        self._at = -1
        self._pins: list[Pin] = []
        self._task: CommandTask | None = None
        canvas = iface.mapCanvas()
        self._circle = area_band(canvas, _OTHER, 25, 2)
        self._tool = PlaceTool(canvas, lambda: self._pins)
        self._tool.put.connect(self.put)
        dock.open_wanted.connect(self.choose_file)
        dock.apply_wanted.connect(self.choose_output)
        dock.row_chosen.connect(self.look)
        dock.picked.connect(self.pick)
        dock.corrected.connect(self.correct)
        dock.cleared.connect(self.clear)
        dock.alias_toggled.connect(self.set_alias)
        dock.view.chosen.connect(lambda _: self._mark_candidate())
        dock.visibilityChanged.connect(self._visible)
        session.changed.connect(self._session_changed)

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        if self._task is not None:
            self._task.cancel()
        self._unmark()
        remove(self._circle)
        self._iface.mapCanvas().unsetMapTool(self._tool)
        self._tool.deleteLater()
        self.deleteLater()

    def show(self) -> None:
        """Show the dock."""
        show_beside(self._dock)

    def choose_file(self) -> None:
        """Let the user pick a review file."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._iface.mainWindow(),
            tr("Open a review file", "打开复核文件"),
            "",
            tr("Review files (*.csv)", "复核文件 (*.csv)"),
        )
        if chosen:
            self.open(Path(chosen))

    def open(self, path: Path) -> None:
        """Open a review file; the first undecided row is looked at."""
        try:
            self._review = Review(path)
        except (CitygridError, OSError, UnicodeDecodeError) as error:
            self._say(
                shown(error) if isinstance(error, CitygridError) else str(error),
                Qgis.MessageLevel.Warning,
            )
            return
        show_beside(self._dock)
        self._dock.show_review(self._review)
        self._iface.mapCanvas().setMapTool(self._tool)
        self._next(-1)

    def look(self, at: int) -> None:
        """Look at a row: its address, its candidates, where they lie."""
        path, review = self._session.path, self._review
        if path is None or review is None:
            return
        self._at = at
        row = review.rows[at]
        try:
            found = self._gazetteers.find(path, row.address)
        except CitygridError as error:
            self._say(shown(error), Qgis.MessageLevel.Warning)
            return
        # The numbers of the file are what a decision names, whatever the gazetteer says today.
        outcome = row.cells.get("outcome") or found.outcome
        same = Found(row.address, outcome, found.spans, row.places, found.reasons, found.ignored)
        self._dock.show_address(same, row.alias)
        self._mark()
        self._zoom()

    def pick(self, number: int) -> None:
        """Take a candidate, numbered from 1, and go on to the next open row."""
        review = self._review
        if review is None or not 1 <= number <= len(review.rows[self._at].places):
            return
        self._decide(choice=str(number))
        self._next(self._at)

    def put(self, point: QgsPointXY) -> None:
        """Put the address where the pin was let go, in the map's CRS."""
        if self._review is None or self._at < 0:
            return
        back = Qgis.TransformDirection.Reverse
        there = self._transform().transform(point, back)
        self._decide(set_x=f"{there.x():.2f}", set_y=f"{there.y():.2f}")

    def correct(self, text: str) -> None:
        """Take the text as it should read, when the gazetteer is sure of it."""
        path, review = self._session.path, self._review
        if path is None or review is None or self._at < 0 or not text:
            return
        found = self._gazetteers.find(path, text)
        self._dock.view.show_found(found)
        if found.outcome != "accepted":
            self._say(
                tr(f"{text} is not certain either.", f"“{text}”仍不能确定。"),
                Qgis.MessageLevel.Info,
            )
            return
        self._decide(corrected=text)
        self._next(self._at)

    def clear(self) -> None:
        """Take the decision of the row back."""
        if self._review is not None and self._at >= 0:
            self._decide()

    def set_alias(self, on: bool) -> None:
        """Keep the typed name as an alias, or not."""
        if self._review is not None and self._at >= 0:
            self._review.set_alias(self._at, on)
            self._dock.show_row(self._at, self._review)

    def choose_output(self) -> None:
        """Let the user say where the decided addresses go, then apply."""
        review = self._review
        if review is None:
            return
        proposed = review.path.with_name(f"{review.path.stem}_decided.csv")
        chosen, _ = QFileDialog.getSaveFileName(
            self._iface.mainWindow(),
            tr("Decided addresses", "已判定的地址"),
            str(proposed),
            tr("Tables (*.csv *.xlsx)", "表格 (*.csv *.xlsx)"),
        )
        if chosen:
            self.apply(Path(chosen))

    def apply(self, output: Path) -> None:
        """Write the decided addresses and store the new aliases, in a child process."""
        if self._review is None or self._task is not None:
            return
        words = ["geocode", str(self._session.path), "--apply-review", str(self._review.path)]
        words += ["-o", str(output), "--overwrite"]
        title = tr("citygrid: applying the review", "citygrid：应用复核结果")
        self._task = CommandTask(title, words, self._applied)
        QgsApplication.taskManager().addTask(self._task)

    def _applied(self, result: CommandResult) -> None:
        self._task = None
        if not result.done:
            self._say(result.error(), Qgis.MessageLevel.Warning)
            return
        names = int(result.report.get("names_added", 0))
        self._say(
            tr(
                f"The review was applied; {names} new aliases.",
                f"复核结果已应用，新增别名 {names} 个。",
            ),
            Qgis.MessageLevel.Success,
        )
        self._session.refresh()

    def _decide(self, **cells: str) -> None:
        assert self._review is not None
        try:
            self._review.decide(self._at, **cells)
        except OSError as error:
            self._say(str(error), Qgis.MessageLevel.Critical)
            return
        self._dock.show_row(self._at, self._review)
        self._mark()

    def _next(self, after: int) -> None:
        """Go to the next row that is open; the first one when none is left below."""
        assert self._review is not None
        waiting = self._review.open_rows
        if waiting:
            self._dock.choose_row(next((i for i in waiting if i > after), waiting[0]))

    def _mark(self) -> None:
        self._unmark()
        if self._review is None or self._at < 0:
            return
        row, canvas = self._review.rows[self._at], self._iface.mapCanvas()
        number = int(row.cells["choice"] or 0)
        for n, place in reversed(list(enumerate(row.places, 1))):
            color = _DECIDED if n == number else _OTHER if n == 1 else "#6b6b6b"
            point = self._transform().transform(QgsPointXY(place.x, place.y))
            self._pins.append(Pin(canvas, point, str(n), color))
        put = row.point()
        if put is not None and not number:
            point = self._transform().transform(QgsPointXY(*put))
            self._pins.append(Pin(canvas, point, "✓", _DECIDED))
        self._mark_candidate()

    def _mark_candidate(self) -> None:
        place = self._dock.view.place()
        self._circle.reset()
        if place is not None and place.error_m > 0:
            grids = find_layer(QgsProject.instance(), "grids")
            self._circle.addGeometry(circle(place.x, place.y, place.error_m), grids)

    def _zoom(self) -> None:
        """Show all candidates that are worth it, or leave the map where it is."""
        assert self._review is not None
        row = self._review.rows[self._at]
        points = [(p.x, p.y) for p in row.places[:3]]
        put = row.point()
        points = [put] if put is not None else points
        if not points:
            return
        xs, ys = zip(*points, strict=True)
        box = QgsRectangle(min(xs), min(ys), max(xs), max(ys)).buffered(_AROUND)
        canvas = self._iface.mapCanvas()
        canvas.setExtent(self._transform().transformBoundingBox(box))
        canvas.refresh()

    def _transform(self) -> QgsCoordinateTransform:
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        grids = find_layer(QgsProject.instance(), "grids")
        return QgsCoordinateTransform(grids.crs() if grids else crs, crs, QgsProject.instance())

    def _visible(self, on: bool) -> None:
        if not on:
            self._unmark()
            self._iface.mapCanvas().unsetMapTool(self._tool)
        elif self._review is not None:
            self._iface.mapCanvas().setMapTool(self._tool)
            self._mark()

    def _session_changed(self) -> None:
        if self._session.path is None:
            self._review, self._at = None, -1
            self._unmark()
            self._dock.show_review(None)

    def _unmark(self) -> None:
        remove(*self._pins)
        self._pins.clear()
        self._circle.reset()

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage("citygrid", text, level, 8)
