"""A map tool that draws one component: a click, or clicks and a right click."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QCursor, QKeyEvent

from citygrid_plugin.layers import palette

#: Letters that mean something while the tool is on; the controller says what.
LETTERS = "RKMXDZUN"
_POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry
_LINE = QgsWkbTypes.GeometryType.LineGeometry
_FEWEST = {"point": 1, "line": 2, "polygon": 3}


class CaptureTool(QgsMapTool):
    """Knows pixels, corners and keys, and only emits.

    Signals
    -------
    drawn(list)
        The corners of a component, `QgsPointXY` in the map's CRS.
    pressed(str)
        A digit 1 to 9 or a letter of `LETTERS`.
    fields_wanted(), search_wanted()
        Tab, and ``/``: the keyboard goes to the fields, or to the search for a class.
    """

    drawn = pyqtSignal(list)
    pressed = pyqtSignal(str)
    fields_wanted = pyqtSignal()
    search_wanted = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(QCursor(Qt.CursorShape.CrossCursor))
        self._shape = "point"
        self._corners: list[QgsPointXY] = []
        self._band = QgsRubberBand(canvas, _LINE)
        self._band.setColor(QColor(palette.VERMILION))
        self._band.setFillColor(QColor(213, 94, 0, 40))
        self._band.setWidth(2)

    def set_shape(self, shape: str) -> None:
        """Draw points, lines or polygons from now on; a drawing that was begun is left."""
        if shape != self._shape:
            self._shape = shape
            self.abandon()

    def abandon(self) -> None:
        """Forget the corners of the drawing that was begun."""
        self._corners = []
        self._show(None)

    def corners(self) -> list[QgsPointXY]:
        """Return the corners drawn so far."""
        return list(self._corners)

    def activate(self) -> None:
        """Take the keyboard, with the keys that QGIS would take for its own commands."""
        super().activate()
        self.canvas().installEventFilter(self)
        self.canvas().setFocus()

    def deactivate(self) -> None:
        """Give the keyboard back; a drawing that was begun is left."""
        self.canvas().removeEventFilter(self)
        self.abandon()
        super().deactivate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim our keys before QGIS's shortcuts see them."""
        if event.type() == QEvent.Type.ShortcutOverride and _meaning(event):
            event.accept()
            return True
        # Tab would move the focus before any key event comes.
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            self.fields_wanted.emit()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say which of our keys was pressed; leave the others to the canvas."""
        said = _meaning(event)
        if said == "escape":
            self.abandon()
        elif said == "back":
            self._corners = self._corners[:-1]
            self._show(None)
        elif said == "search":
            self.search_wanted.emit()
        elif said == "finish":
            self._finish()
        elif said:
            self.pressed.emit(said)
        else:
            event.ignore()
            return
        event.accept()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Take a corner; a right click ends a line or an area."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._corners.append(event.snapPoint())
            if self._shape == "point":
                self._finish()
            else:
                self._show(None)
        elif event.button() == Qt.MouseButton.RightButton:
            self._finish()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Show the drawing up to the cursor."""
        if self._corners:
            self._show(event.snapPoint())

    def _finish(self) -> None:
        corners, self._corners = self._corners, []
        self._show(None)
        if len(corners) >= _FEWEST[self._shape]:
            self.drawn.emit(corners)
        else:
            self._corners = corners
            self._show(None)

    def _show(self, cursor: QgsPointXY | None) -> None:
        corners = [*self._corners, *([cursor] if cursor is not None else [])]
        area = self._shape == "polygon" and len(corners) > 2
        self._band.reset(_POLYGON if area else _LINE)
        if len(corners) > 1:
            shape = (
                QgsGeometry.fromPolygonXY([corners])
                if area
                else QgsGeometry.fromPolylineXY(corners)
            )
            self._band.setToGeometry(shape, None)

    def remove(self) -> None:
        """Take the drawing off the map: the mirror of the constructor."""
        self.canvas().removeEventFilter(self)
        self.canvas().scene().removeItem(self._band)


def _meaning(event: QEvent) -> str:
    """Return what a key means here: a digit, a letter, a word, or nothing."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = event.key()
    if modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Z:
        return "Z"
    if modifiers not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return ""
    words = {
        Qt.Key.Key_Escape: "escape",
        Qt.Key.Key_Backspace: "back",
        Qt.Key.Key_Slash: "search",
        Qt.Key.Key_Return: "finish",
        Qt.Key.Key_Enter: "finish",
    }
    if key in words:
        return words[key]
    text = chr(key) if 0x30 <= key <= 0x5A else ""
    return text if text in "123456789" or text in LETTERS else ""
