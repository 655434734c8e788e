"""A map tool that says where the user clicked."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QCursor


class PointTool(QgsMapTool):
    """Emits the point that was clicked, in the map's CRS, and how far a click may miss.

    Signals
    -------
    clicked(QgsPointXY, float)
        The point and a radius in map units: a few pixels.
    """

    clicked = pyqtSignal(QgsPointXY, float)
    #: How many pixels a click may miss a component.
    PIXELS = 8

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(QCursor(Qt.CursorShape.CrossCursor))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Say where the left button was released."""
        if event.button() == Qt.MouseButton.LeftButton:
            radius = self.PIXELS * self.canvas().mapUnitsPerPixel()
            self.clicked.emit(self.toMapCoordinates(event.pos()), radius)
