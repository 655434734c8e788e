"""The dock of unit grids: a page for each thing that one does with them."""

from __future__ import annotations

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from citygrid_plugin.i18n import tr


class GridDock(QgsDockWidget):
    """Tabs; each page scrolls by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Unit grids", "单元网格"), parent)
        self.setObjectName("CitygridGridDock")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("citygrid_grid_tabs")
        self.tabs.setDocumentMode(True)
        self.setWidget(self.tabs)
        self.setMinimumWidth(380)

    def add_page(self, page: QWidget, title: str, icon: QIcon) -> None:
        """Put a page behind the others."""
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        self.tabs.addTab(scroll, icon, title)

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        for index in range(self.tabs.count()):
            if self.tabs.widget(index).widget() is page:
                self.tabs.setCurrentIndex(index)
        self.setUserVisible(True)
