"""A map tool that points at grids or roads."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent

from citygrid_plugin.gui.tools.grid_tool import GridTool


class GridPickTool(GridTool):
    """Says what the mouse points at; right click or Enter ends a choice of several.

    Signals
    -------
    hovered(QgsPointXY, bool), picked(QgsPointXY, bool)
        Where (map CRS), and whether Shift was held.
    finished()
    """

    hovered = pyqtSignal(QgsPointXY, bool)
    picked = pyqtSignal(QgsPointXY, bool)
    finished = pyqtSignal()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Say where the mouse is."""
        self.hovered.emit(event.mapPoint(), _shift(event))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Say where it was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(event.mapPoint(), _shift(event))
        elif event.button() == Qt.MouseButton.RightButton:
            self.finished.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ends."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


def _shift(event: QgsMapMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
