"""A map tool that draws a line or a polygon, snapped to the grids."""

from __future__ import annotations

from qgis.core import QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent

from citygrid_plugin.gui.tools.grid_tool import GridTool, Snapper
from citygrid_plugin.layers import palette


class GridLineTool(GridTool):
    """Clicks set points; right click, Enter or a double click ends, Backspace takes one back.

    Signals
    -------
    drawn(list)
        The points so far and where the mouse is (map CRS), at each move.
    finished(list)
        The points.
    """

    drawn = pyqtSignal(list)
    finished = pyqtSignal(list)

    def __init__(
        self, canvas: QgsMapCanvas, name: str, snapper: Snapper, *, polygon: bool = False
    ) -> None:
        super().__init__(canvas, name, snapper)
        kinds = QgsWkbTypes.GeometryType
        self._kind = kinds.PolygonGeometry if polygon else kinds.LineGeometry
        self._least = 3 if polygon else 2
        self._points: list[QgsPointXY] = []
        self._band: QgsRubberBand | None = None

    def busy(self) -> bool:
        """Whether a point was set."""
        return bool(self._points)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Set a point, or end with the right button."""
        if event.button() == Qt.MouseButton.LeftButton:
            point = self.snapped(event)
            if not self._points or self._points[-1] != point:
                self._points.append(point)
            self._redraw(point)
        elif event.button() == Qt.MouseButton.RightButton:
            self._finish()

    def canvasDoubleClickEvent(self, event: QgsMapMouseEvent) -> None:
        """End: the first click of the two has set the last point."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Follow the mouse."""
        point = self.snapped(event)
        if self._points:
            self._redraw(point)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ends, Backspace takes the last point back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._points:
            self._points.pop()
            if self._points:
                self._redraw(self._points[-1])
            else:
                self.drop()
                self.cancelled.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def drop(self) -> None:
        """Forget the points."""
        self._points = []
        if self._band is not None:
            self.canvas().scene().removeItem(self._band)
            self._band = None

    def _redraw(self, mouse: QgsPointXY) -> None:
        points = [*self._points, mouse] if mouse != self._points[-1] else list(self._points)
        if self._band is None:
            self._band = QgsRubberBand(self.canvas(), self._kind)
            self._band.setStrokeColor(QColor(palette.BLUE))
            self._band.setFillColor(QColor(0, 114, 178, 30))
            self._band.setWidth(2)
        self._band.reset(self._kind)
        for point in points:
            self._band.addPoint(point)
        self.drawn.emit(points)

    def _finish(self) -> None:
        points = list(self._points)
        if len(points) < self._least:
            return
        self.drop()
        self.finished.emit(points)
