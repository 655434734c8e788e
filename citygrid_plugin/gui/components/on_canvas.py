"""What lies on the map and keeps its place there."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QObject


class OnCanvas:
    """Mixin of a widget on the map canvas, hidden at first; `place` says where it lies."""

    def lay_on(self, canvas: QgsMapCanvas, name: str, style: str) -> None:
        """Begin to follow the canvas, whose child the widget is."""
        self._canvas = canvas
        self.setObjectName(name)
        self.setStyleSheet(style)
        canvas.installEventFilter(self)
        self.hide()

    def place(self) -> None:
        """Take size and place on the canvas as it is now."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the map changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def remove(self) -> None:
        """Leave the map: the mirror of `lay_on`."""
        self._canvas.removeEventFilter(self)
        self.setParent(None)
        self.deleteLater()
