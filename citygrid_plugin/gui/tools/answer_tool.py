"""The map tool "who answers here": it says where the mouse rests and where it clicked."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import QPoint, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QCursor, QKeyEvent


class AnswerTool(QgsMapTool):
    """Emits points in the map's CRS.

    Signals
    -------
    clicked(QgsPointXY, float)
        The point and a radius in map units: how far a click may miss a component.
    hovered(QgsPointXY, QPoint)
        Where the mouse is, on the map and in the canvas; not more often than the eye sees.
    left()
        The mouse has left the map, or Escape was pressed.
    """

    clicked = pyqtSignal(QgsPointXY, float)
    hovered = pyqtSignal(QgsPointXY, QPoint)
    left = pyqtSignal()
    #: How many pixels a click may miss a component.
    PIXELS = 8
    _EVERY_MS = 30

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(QCursor(Qt.CursorShape.CrossCursor))
        self._last: QPoint | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self._EVERY_MS)
        self._timer.timeout.connect(self._hover)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Remember where the mouse is; the timer says it when it is due."""
        self._last = QPoint(event.pos())
        if not self._timer.isActive():
            self._timer.start()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Say where the left button was released."""
        if event.button() == Qt.MouseButton.LeftButton:
            radius = self.PIXELS * self.canvas().mapUnitsPerPixel()
            self.clicked.emit(self.toMapCoordinates(event.pos()), radius)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the marks off the map."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.ignore()

    def deactivate(self) -> None:
        """Stop: another tool took over."""
        self._timer.stop()
        self.left.emit()
        super().deactivate()

    def _hover(self) -> None:
        if self._last is not None and self.isActive():
            self.hovered.emit(self.toMapCoordinates(self._last), self._last)
