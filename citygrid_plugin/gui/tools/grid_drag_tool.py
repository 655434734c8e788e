"""A map tool that drags a place of a border."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent
from qgis.PyQt.QtCore import Qt, pyqtSignal

from citygrid_plugin.gui.tools.grid_tool import GridTool, Snapper


class GridDragTool(GridTool):
    """Press on a border or a vertex, drag, release; the right button or Esc lets go.

    Signals
    -------
    grabbed(QgsPointXY)
        Where it was pressed: drawn to a vertex or border.
    dragged(QgsPointXY), dropped(QgsPointXY)
        Where it is being held, and where it was let go.
    """

    grabbed = pyqtSignal(QgsPointXY)
    dragged = pyqtSignal(QgsPointXY)
    dropped = pyqtSignal(QgsPointXY)

    def __init__(self, canvas: QgsMapCanvas, name: str, snapper: Snapper) -> None:
        super().__init__(canvas, name, snapper)
        self._held: QgsPointXY | None = None

    def busy(self) -> bool:
        """Whether a place is held."""
        return self._held is not None

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self.snapped(event)
            self.grabbed.emit(self._held)
        elif self._held is not None:
            self.drop()
            self.cancelled.emit()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Drag what is held; otherwise show what could be taken."""
        point = self.snapped(event)
        if self._held is not None:
            self.dragged.emit(self._to(event, point))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Let go."""
        if event.button() != Qt.MouseButton.LeftButton or self._held is None:
            return
        place, to = self._held, self._to(event, self.snapped(event))
        self.drop()
        if place.distance(to) > 0.3 * self.reach():
            self.dropped.emit(to)
        else:
            self.cancelled.emit()

    def drop(self) -> None:
        """Let go of what is held."""
        self._held = None

    def _to(self, event: QgsMapMouseEvent, drawn: QgsPointXY) -> QgsPointXY:
        """Return where it is dragged to: never drawn back to where it was taken."""
        near = self._held is not None and drawn.distance(self._held) < 0.5 * self.reach()
        return event.mapPoint() if near else drawn
