"""The dock of heat: the question, a grid's card, two periods and the printed sheet, as pages."""

from __future__ import annotations

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QScrollArea, QTabWidget, QToolButton, QWidget

from citygrid_plugin.i18n import tr


class HeatDock(QgsDockWidget):
    """Holds the pages, and the button that takes the map tool in hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Heat analysis", "热力分析"), parent)
        self.setObjectName("CitygridHeatDock")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("citygrid_heat_tabs")
        self.pick = QToolButton()
        self.pick.setObjectName("citygrid_heat_pick")
        self.tabs.setCornerWidget(self.pick)
        self.setWidget(self.tabs)
        self.setMinimumWidth(390)

    def add_page(self, page: QWidget, title: str) -> None:
        """Add a page that scrolls when the screen is low."""
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        bar = scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumWidth(page.minimumSizeHint().width() + bar + 4)
        self.tabs.addTab(scroll, title)

    def turn_to(self, number: int) -> None:
        """Bring a page to the front."""
        self.tabs.setCurrentIndex(number)
