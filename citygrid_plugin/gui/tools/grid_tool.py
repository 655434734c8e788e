"""What the map tools for grids have in common: snapping, its mark, and the keys."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsVertexMarker
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QCursor, QKeyEvent, QKeySequence

#: Draws a point (map CRS) to what is there, within a reach in map units; says to what.
Snapper = Callable[[QgsPointXY, float], "tuple[QgsPointXY, str]"]

#: How many pixels a click may miss.
PIXELS = 10


class GridTool(QgsMapTool):
    """A tool that only says what the user does; Esc, Ctrl+Z and Ctrl+Shift+Z are the same in all.

    Signals
    -------
    cancelled()
        Esc: what was begun is dropped.
    undo_wanted(), redo_wanted()
        The usual keys, when nothing is being drawn.
    """

    cancelled = pyqtSignal()
    undo_wanted = pyqtSignal()
    redo_wanted = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, name: str, snapper: Snapper) -> None:
        super().__init__(canvas)
        self.setToolName(name)
        self.setCursor(QCursor(Qt.CursorShape.CrossCursor))
        self._snapper = snapper
        self._mark: QgsVertexMarker | None = None

    def reach(self) -> float:
        """Return how far a click may miss, in map units."""
        return PIXELS * self.canvas().mapUnitsPerPixel()

    def snapped(self, event: QgsMapMouseEvent) -> QgsPointXY:
        """Return where the mouse is, drawn to the grids unless Ctrl is held; mark it."""
        point = event.mapPoint()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._show(None, "")
            return point
        drawn, to = self._snapper(point, self.reach())
        self._show(drawn, to)
        return drawn

    def _show(self, point: QgsPointXY | None, to: str) -> None:
        if point is None or not to:
            self._drop_mark()
            return
        if self._mark is None:
            self._mark = QgsVertexMarker(self.canvas())
            self._mark.setColor(QColor("#c2187f"))
            self._mark.setPenWidth(2)
            self._mark.setIconSize(12)
        kinds = QgsVertexMarker.IconType
        self._mark.setIconType(kinds.ICON_BOX if to == "vertex" else kinds.ICON_DOUBLE_TRIANGLE)
        self._mark.setCenter(point)

    def _drop_mark(self) -> None:
        if self._mark is not None:
            self.canvas().scene().removeItem(self._mark)
            self._mark = None

    def busy(self) -> bool:
        """Whether something is being drawn."""
        return False

    def drop(self) -> None:
        """Forget what is being drawn."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc drops what was begun; Ctrl+Z undoes, Ctrl+Shift+Z does again."""
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
            self.cancelled.emit()
        elif event.matches(QKeySequence.StandardKey.Redo) and not self.busy():
            self.redo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.busy():
            self.undo_wanted.emit()
        else:
            event.ignore()
            return
        event.accept()

    def deactivate(self) -> None:
        """Another tool takes over: what was begun is dropped."""
        self.drop()
        self._drop_mark()
        self.cancelled.emit()
        super().deactivate()
