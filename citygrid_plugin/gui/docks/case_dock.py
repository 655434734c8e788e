"""The dock of cases: intake, queue, dispatch, card."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QScrollArea, QTabWidget, QWidget

from citygrid_plugin.gui.components.case_page import CasePage
from citygrid_plugin.gui.components.dispatch_page import DispatchPage
from citygrid_plugin.gui.components.intake_page import IntakePage
from citygrid_plugin.gui.components.queue_page import QueuePage
from citygrid_plugin.i18n import tr


class CaseDock(QgsDockWidget):
    """Holds the pages; each has a desk of its own.

    Parameters
    ----------
    icon, symbol : callable
        From a name to the plugin's own icon; from a major class to its symbol.
    """

    def __init__(
        self,
        icon: Callable[[str], QIcon],
        symbol: Callable[[str], QIcon],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Cases", "案件"), parent)
        self.setObjectName("CitygridCaseDock")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("citygrid_case_tabs")
        self.intake, self.queue = IntakePage(icon, symbol), QueuePage(icon)
        self.dispatch, self.case = DispatchPage(icon), CasePage(icon)
        for page, title in (
            (self.intake, tr("Intake", "受理")),
            (self.queue, tr("Queue", "队列")),
            (self.dispatch, tr("Dispatch", "派遣")),
            (self.case, tr("Case", "卡片")),
        ):
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QScrollArea.Shape.NoFrame)
            scroll.setWidget(page)
            self.tabs.addTab(scroll, title)
        self.setWidget(self.tabs)
        self.setMinimumWidth(432)

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        pages = [self.tabs.widget(i).widget() for i in range(self.tabs.count())]
        self.tabs.setCurrentIndex(pages.index(page))

    def front(self) -> QWidget:
        """Return the page that is in front."""
        return self.tabs.currentWidget().widget()
