"""Everything about heat in the main window: dock, pages, map tool; wired here, by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.gui.docks.heat_card_page import HeatCardPage
from citygrid_plugin.gui.docks.heat_compare_page import HeatComparePage
from citygrid_plugin.gui.docks.heat_dock import HeatDock
from citygrid_plugin.gui.docks.heat_more_page import HeatMorePage
from citygrid_plugin.gui.docks.heat_page import HeatPage
from citygrid_plugin.gui.docks.heat_print_page import HeatPrintPage
from citygrid_plugin.gui.heat_clicking import HeatClicking
from citygrid_plugin.gui.heat_comparing import HeatComparing
from citygrid_plugin.gui.heat_desk import HeatDesk
from citygrid_plugin.gui.heat_printing import HeatPrinting
from citygrid_plugin.gui.heat_timing import HeatTiming
from citygrid_plugin.gui.tools.swipe_tool import SwipeTool
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.heat_asking import parameters_of

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.services.lookup import Answers
    from citygrid_plugin.services.session import Session


class HeatRoom(QObject):
    """Heat's corner of QGIS; `close` takes all of it away.

    Parameters
    ----------
    action : QAction
        Of the toolbar; it is checked while heat is shown.
    """

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        action: QAction,
        answers: Answers,
        icon: Callable[[str], QIcon],
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._action = iface, session, action
        self._stack = ExitStack()
        self.page, self.card_page = HeatPage(), HeatCardPage()
        self.compare_page, self.print_page = HeatComparePage(), HeatPrintPage()
        self._analyses = _analyses()
        self.more_page = HeatMorePage(
            [(key, shown(a.title), shown(a.help)) for key, a in self._analyses.items()]
        )
        self.dock = HeatDock(iface.mainWindow())
        self.dock.add_page(self.page, tr("Map", "热力图"))
        self.dock.add_page(self.card_page, tr("Grid", "网格卡片"))
        self.dock.add_page(self.compare_page, tr("Two periods", "时段对比"))
        self.dock.add_page(self.print_page, tr("Sheet", "出图"))
        self.dock.add_page(self.more_page, tr("More", "更多分析"))
        iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self._stack.callback(self.dock.deleteLater)
        self._stack.callback(iface.removeDockWidget, self.dock)
        self.tool = SwipeTool(iface.mapCanvas())
        self._stack.callback(self.tool.deleteLater)
        self._stack.callback(iface.mapCanvas().unsetMapTool, self.tool)
        pick = QAction(icon("ask"), tr("Ask a grid", "查询网格"), self)
        pick.setToolTip(tr("Click a grid on the map: its card", "点击地图上的网格，打开其卡片"))
        pick.setCheckable(True)
        pick.triggered.connect(lambda _: iface.mapCanvas().setMapTool(self.tool))
        self.dock.pick.setDefaultAction(pick)
        self.tool.setAction(pick)
        self.desk = HeatDesk(iface, session, self.page)
        self._stack.callback(self.desk.close)
        self.clicking = HeatClicking(
            iface, self.desk, self.dock, self.card_page, self.tool, answers
        )
        self._stack.callback(self.clicking.close)
        self.comparing = HeatComparing(iface, self.desk, self.compare_page, self.tool)
        self._stack.callback(self.comparing.close)
        self.timing = HeatTiming(iface, self.desk, self.page.period)
        self._stack.callback(self.timing.close)
        self.printing = HeatPrinting(iface, session, self.desk, self.comparing, self.print_page)
        self._stack.callback(self.printing.close)
        self.page.grid_wanted.connect(self.clicking.show)
        self.compare_page.grid_wanted.connect(self.clicking.show)
        self.more_page.wanted.connect(self._open)
        action.toggled.connect(self._switched)
        self.dock.closed.connect(lambda: action.setChecked(False))
        session.changed.connect(self._session_changed)
        self._session_changed()

    def close(self) -> None:
        """Take everything away: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._stack.close()
        self.deleteLater()

    def _switched(self, on: bool) -> None:
        canvas = self._iface.mapCanvas()
        if on:
            show_beside(self.dock)
            self.dock.turn_to(0)
            canvas.setMapTool(self.tool)
        else:
            canvas.unsetMapTool(self.tool)
        self.desk.switch(on)

    def _open(self, key: str) -> None:
        """Open an analysis with the question of the map; what it wrote is read afterwards."""
        from citygrid_plugin.processing.menu import open_dialog

        known = {}
        if self.desk.city is not None and self.desk.answer is not None:
            names = [option.name for option in self._analyses[key].options]
            known = parameters_of(self.desk.city, self.desk.answer.question, names)
        elif self._session.path is not None:
            known = {"WORKSPACE": str(self._session.path)}
        open_dialog(key, known)
        self._session.refresh()

    def _session_changed(self) -> None:
        there = self._session.path is not None
        self._action.setEnabled(there)
        self.dock.tabs.setEnabled(there)
        if not self.desk.on:
            self._action.setChecked(False)


def _analyses() -> dict[str, Any]:
    """Return the algorithms of heat by key, those that answer the question of the map first."""
    from citygrid_plugin.processing.heat import HEAT
    from citygrid_plugin.processing.heat_forecast import FORECASTS
    from citygrid_plugin.processing.heat_tables import TABLES

    every = {a.key: a for a in (*TABLES, *HEAT, *FORECASTS)}
    # counted layer by layer, without a workspace: nothing that the map could pass on
    every.pop("heatpergrid")
    return every
