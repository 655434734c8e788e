"""The classes of a graduated layer as a small legend."""

from __future__ import annotations

from qgis.core import QgsGraduatedSymbolRenderer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QPainter, QPixmap
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget


class RangeLegend(QWidget):
    """Colours and bounds of a choropleth, with its title and unit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(2)

    def show_layer(self, layer: QgsVectorLayer | None) -> None:
        """Show the classes of `layer`; nothing when it has none."""
        while self._form.rowCount():
            self._form.removeRow(0)
        if layer is None or not isinstance(layer.renderer(), QgsGraduatedSymbolRenderer):
            return
        title = QLabel(layer.name())
        title.setWordWrap(True)
        self._form.addRow(title)
        for part in layer.renderer().ranges():
            swatch = QLabel()
            pixels = QPixmap(22, 13)
            color = part.symbol().color()
            color.setAlphaF(layer.opacity())
            pixels.fill(Qt.GlobalColor.white)
            painter = QPainter(pixels)
            painter.fillRect(pixels.rect(), color)
            painter.end()
            swatch.setPixmap(pixels)
            self._form.addRow(swatch, QLabel(part.label()))

    def texts(self) -> list[str]:
        """Return what is written: the title, then the classes."""
        return [label.text() for label in self.findChildren(QLabel) if label.text()]
