"""The map tool that draws the line between two periods aside; a plain click still asks a grid."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas, QgsMapMouseEvent
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QCursor

from citygrid_plugin.gui.tools.answer_tool import AnswerTool

#: How far the mouse has to go before it is a drag.
_FAR = 4


class SwipeTool(AnswerTool):
    """Emits what `AnswerTool` emits, and drags.

    Signals
    -------
    dragged(float)
        Where the line is put: share of the map's width from the left.
    """

    dragged = pyqtSignal(float)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(QCursor(Qt.CursorShape.SplitHCursor))
        self._pressed: QPoint | None = None
        self._dragging = False

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Remember where the left button went down."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = QPoint(event.pos()), False

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Drag the line, or tell what is under the mouse."""
        if self._pressed is None:
            super().canvasMoveEvent(event)
            return
        if abs(event.pos().x() - self._pressed.x()) >= _FAR:
            self._dragging = True
        if self._dragging:
            self.dragged.emit(event.pos().x() / max(self.canvas().width(), 1))

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """End the drag; without one it was a click."""
        dragged, self._pressed, self._dragging = self._dragging, None, False
        if not dragged:
            super().canvasReleaseEvent(event)
