"""A second map over the right half of the first; both move together and have one scale."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapToolPan
from qgis.PyQt.QtCore import QEvent, QObject
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import QLabel

_CHIP = (
    "background: rgba(255,255,255,230); color: #1f1f1f; border: 1px solid #1f1f1f;"
    "border-radius: 4px; padding: 3px 8px; font-weight: bold"
)


class SideCanvas(QgsMapCanvas):
    """Covers the right half of `main` until it is closed."""

    def __init__(self, main: QgsMapCanvas, layers: list[QgsMapLayer]) -> None:
        super().__init__(main)
        self.setObjectName("citygrid_heat_side")
        self._main = main
        # What it shows follows the first map; only moves of its own lead.
        self._following = True
        self.setDestinationCrs(main.mapSettings().destinationCrs())
        self.setCanvasColor(main.canvasColor())
        self.enableAntiAliasing(True)
        self.setStyleSheet("QgsMapCanvas { border-left: 2px solid #1f1f1f }")
        self.setLayers(layers)
        self._pan = QgsMapToolPan(self)
        self.setMapTool(self._pan)
        self._names = QLabel(main), QLabel(self)
        for label in self._names:
            label.setStyleSheet(_CHIP)
        main.installEventFilter(self)
        main.extentsChanged.connect(self._follow)
        self.extentsChanged.connect(self._lead)
        self._place()
        self.show()
        self._names[0].show()
        # What was seen on the whole width is seen on each half.
        scale = main.scale()
        self.setExtent(main.extent())
        self._share = scale / self.scale()
        self._following = False
        self._lead()

    def remove(self) -> None:
        """Uncover the first map: the mirror of the constructor."""
        self._main.removeEventFilter(self)
        self._main.extentsChanged.disconnect(self._follow)
        self.unsetMapTool(self._pan)
        middle, scale = self.center(), self.scale() * self._share
        self._names[0].hide()
        self._names[0].deleteLater()
        self.hide()
        self.setParent(None)
        self.deleteLater()
        self._main.setCenter(middle)
        self._main.zoomScale(scale)

    def name(self, left: str, right: str) -> None:
        """Name both maps."""
        for label, text in zip(self._names, (left, right), strict=True):
            label.setText(text)
            label.adjustSize()
            label.move(10, 10)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the first map."""
        if event.type() == QEvent.Type.Resize:
            self._place()
            self._follow()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change the size without leading the first map astray."""
        was, self._following = self._following, True
        super().resizeEvent(event)
        self._following = was

    def _place(self) -> None:
        half = self._main.width() // 2
        self.setGeometry(self._main.width() - half, 0, half, self._main.height())

    def _follow(self) -> None:
        """Show what the visible half of the first map shows."""
        if self._following:
            return
        self._following = True
        whole = self._main.extent()
        left = QgsRectangle(whole)
        left.setXMaximum(whole.xMinimum() + whole.width() / 2)
        self.setExtent(left)
        self.refresh()
        self._following = False

    def _lead(self) -> None:
        """The second map was moved or zoomed: the first goes along."""
        if self._following:
            return
        self._following = True
        mine = self.extent()
        both = QgsRectangle(mine)
        both.setXMaximum(mine.xMinimum() + 2 * mine.width())
        self._main.setExtent(both)
        self._main.refresh()
        self._following = False
