"""One line at the lower edge of the map: what the next click does."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QObject
from qgis.PyQt.QtWidgets import QLabel

_STYLE = (
    "QLabel#citygrid_hint { background: rgba(255, 255, 255, 225); color: #2b2b2b;"
    " border: 1px solid #8a7ba3; border-radius: 3px; padding: 3px 8px; }"
)


class CanvasHint(QLabel):
    """Text over the map; hidden while it is empty."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("citygrid_hint")
        self.setStyleSheet(_STYLE)
        self._canvas = canvas
        canvas.installEventFilter(self)
        self.hide()

    def say(self, text: str) -> None:
        """Show a text; an empty one takes the line away."""
        self.setText(text)
        self.setVisible(bool(text))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the lower edge when the map changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def remove(self) -> None:
        """Leave the map: the mirror of the constructor."""
        self._canvas.removeEventFilter(self)
        self.setParent(None)
        self.deleteLater()

    def _place(self) -> None:
        self.adjustSize()
        self.move(12, self._canvas.height() - self.height() - 12)
