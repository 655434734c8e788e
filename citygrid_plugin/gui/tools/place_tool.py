"""A map tool that puts a point: drag its pin, or click where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import QPoint, QPointF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QCursor

from citygrid_plugin.gui.components.markers import Pin

#: How near to a pin a press takes hold of it, and how far a click may slip, in pixels.
_HOLD, _SLIP = 16, 4


class PlaceTool(QgsMapTool):
    """Emits where the point was put, in the map's CRS; a drag beside the pins is nothing.

    Signals
    -------
    put(QgsPointXY)
        The pin was let go there, or the map was clicked there.

    Parameters
    ----------
    pins : callable
        The pins that can be taken hold of.
    """

    put = pyqtSignal(QgsPointXY)

    def __init__(self, canvas: QgsMapCanvas, pins: Callable[[], Iterable[Pin]]) -> None:
        super().__init__(canvas)
        self.setCursor(QCursor(Qt.CursorShape.CrossCursor))
        self._pins = pins
        self._held: Pin | None = None
        self._from: QPoint | None = None

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Take hold of the pin under the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._from = QPoint(event.pos())
        self._held = next((p for p in self._pins() if _grabs(p, event.pos())), None)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Let the pin follow the mouse."""
        if self._held is not None:
            self._held.move_to(self.toMapCoordinates(event.pos()))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Say where the pin was let go, or where the map was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or self._from is None:
            return
        slipped = (event.pos() - self._from).manhattanLength() <= _SLIP
        held, self._held, self._from = self._held, None, None
        # A press on a pin that never moved is no decision, nor is a drag beside the pins.
        if (held is None) == slipped:
            self.put.emit(self.toMapCoordinates(event.pos()))


def _grabs(pin: Pin, where: QPoint) -> bool:
    """Whether a press takes hold of a pin: of its head or its tip."""
    return pin.boundingRect().translated(pin.pos()).contains(QPointF(where)) or (
        (pin.pos() - QPointF(where)).manhattanLength() <= _HOLD
    )
