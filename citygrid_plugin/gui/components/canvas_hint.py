"""One line at the lower edge of the map: what the next click does."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QLabel

from citygrid_plugin.gui.components.on_canvas import OnCanvas

_STYLE = (
    "QLabel#citygrid_hint { background: rgba(255, 255, 255, 225); color: #2b2b2b;"
    " border: 1px solid #8a7ba3; border-radius: 3px; padding: 3px 8px; }"
)


class CanvasHint(OnCanvas, QLabel):
    """Text over the map; hidden while it is empty."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.lay_on(canvas, "citygrid_hint", _STYLE)

    def say(self, text: str) -> None:
        """Show a text; an empty one takes the line away."""
        self.setText(text)
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Lie at the left of the lower edge."""
        self.adjustSize()
        self.move(12, self._canvas.height() - self.height() - 12)
