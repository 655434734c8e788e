"""The plugin: everything is wired here, by hand, from top to bottom.

Every step of `initGui` pushes its mirror on a stack; `unload` runs the stack.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QMenu, QToolBar

from citygrid_plugin.bootstrap import PLUGIN, library_folder
from citygrid_plugin.i18n import tr
from citygrid_plugin.isolation import isolate, release, sound
from citygrid_plugin.requirements import Requirement, missing

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.main_dock import MainDock
    from citygrid_plugin.processing.provider import CitygridProvider
    from citygrid_plugin.services.lookup import Answers
    from citygrid_plugin.services.session import Session

MENU = "citygrid"


def icon(name: str) -> QIcon:
    """Return one of the plugin's own icons."""
    return QIcon(str(PLUGIN / "icons" / f"{name}.svg"))


class CitygridPlugin:
    """What QGIS switches on and off.

    Parameters
    ----------
    iface : QgisInterface or None
        None in ``qgis_process``, which only calls `initProcessing`.
    """

    def __init__(self, iface: QgisInterface | None) -> None:
        self._iface = iface
        self._stack = ExitStack()
        self._provider: CitygridProvider | None = None
        self._lacking: list[Requirement] = []

    def initProcessing(self) -> None:
        """Register the algorithms: all that ``qgis_process`` needs."""
        if self._provider is not None:
            return
        isolate()
        self._stack.callback(release)
        self._lacking = missing()
        if self._lacking:
            return
        from citygrid_plugin.processing.provider import CitygridProvider

        self._provider = CitygridProvider()
        registry = QgsApplication.processingRegistry()
        registry.addProvider(self._provider)
        self._stack.callback(self._remove_provider)

    def _remove_provider(self) -> None:
        QgsApplication.processingRegistry().removeProvider(self._provider)
        self._provider = None

    def initGui(self) -> None:
        """Build toolbar, menu, dock and algorithms."""
        self.initProcessing()
        self._stack.callback(self._drop_menu)
        toolbar = self._toolbar()
        if self._lacking:
            self._say_what_is_missing(toolbar)
            return
        if not sound():
            self._warn_of_mixed_libraries()
        self._desk(toolbar)

    def unload(self) -> None:
        """Take everything away again, the last first."""
        self._stack.close()

    def _toolbar(self) -> QToolBar:
        toolbar = self._iface.addToolBar("citygrid")
        toolbar.setObjectName("CitygridToolBar")
        self._stack.callback(self._drop_toolbar, toolbar)
        return toolbar

    def _drop_toolbar(self, toolbar: QToolBar) -> None:
        self._iface.mainWindow().removeToolBar(toolbar)
        toolbar.setParent(None)
        toolbar.deleteLater()

    def _drop_menu(self) -> None:
        """Delete the plugin's submenu: QGIS takes an empty one off its menu but keeps it."""
        for menu in self._iface.mainWindow().findChildren(QMenu):
            if menu.title() == MENU and not menu.actions():
                menu.deleteLater()

    def _action(self, name: str, text: str, tip: str, *, checkable: bool = False) -> QAction:
        """Return an action that stands in the plugin's menu until unload."""
        action = QAction(icon(name), text, self._iface.mainWindow())
        action.setObjectName(f"citygrid_{name}")
        action.setToolTip(tip)
        action.setStatusTip(tip)
        action.setCheckable(checkable)
        self._iface.addPluginToMenu(MENU, action)
        self._stack.callback(action.deleteLater)
        self._stack.callback(self._iface.removePluginMenu, MENU, action)
        return action

    def _say_what_is_missing(self, toolbar: QToolBar) -> None:
        from citygrid_plugin.gui.dialogs.requirements_dialog import RequirementsNotice

        text = tr("Missing libraries…", "缺少运行库…")
        action = self._action("missing", text, tr("What citygrid needs", "citygrid 所需的运行库"))
        toolbar.addAction(action)
        notice = RequirementsNotice(self._iface, self._lacking, str(library_folder()))
        action.triggered.connect(notice.show_dialog)
        self._stack.callback(notice.close)
        notice.show_bar()

    def _warn_of_mixed_libraries(self) -> None:
        self._iface.messageBar().pushWarning(
            "citygrid",
            tr(
                "Another plugin loaded shapely before citygrid, mixed with QGIS's own GEOS; "
                "geometries may fail. Switch that plugin off and restart QGIS.",
                "其他插件先于 citygrid 加载了 shapely，并与 QGIS 自带的 GEOS 混用，"
                "几何运算可能失败。请停用该插件并重启 QGIS。",
            ),
        )

    def _desk(self, toolbar: QToolBar) -> None:
        """Wire session, dock, map tool and actions together."""
        from qgis.core import QgsProject
        from qgis.PyQt.QtCore import Qt

        from citygrid_plugin.gui.controller import Controller
        from citygrid_plugin.gui.docks.main_dock import MainDock
        from citygrid_plugin.processing.menu import jobs_menu
        from citygrid_plugin.services.session import Session

        iface = self._iface
        session = Session(QgsProject.instance(), iface.mainWindow())
        self._stack.callback(session.deleteLater)
        self._stack.callback(session.close)

        open_ = self._action(
            "open",
            tr("Open workspace…", "打开工作库…"),
            tr("Open a city's workspace as a project", "将城市工作库打开为工程"),
        )
        panel = self._action(
            "citygrid", tr("citygrid panel", "citygrid 面板"), tr("Show the panel", "显示面板"),
            checkable=True,
        )  # fmt: skip
        ask = self._action(
            "ask",
            tr("Who answers here", "此处归谁管"),
            tr("Click the map: grid, areas, departments", "点击地图：网格、区划与责任部门"),
            checkable=True,
        )
        heat = self._action(
            "heat",
            tr("Heat of all cases", "全部案件热力"),
            tr("Cases per hectare of each grid", "各网格每公顷案件数"),
            checkable=True,
        )
        analysis = self._action(
            "heat",
            tr("Heat analysis", "热力分析"),
            tr("What is hot, when, and how sure", "哪里热、何时热、可信程度如何"),
            checkable=True,
        )
        analysis.setObjectName("citygrid_heat_analysis")

        dock = MainDock(icon, iface.mainWindow())
        iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._stack.callback(dock.deleteLater)
        self._stack.callback(iface.removeDockWidget, dock)

        controller = Controller(iface, session, dock, heat)
        self._stack.callback(controller.close)
        menu = jobs_menu(iface.mainWindow(), icon, controller.workspace, session.refresh)
        self._stack.callback(menu.deleteLater)

        dock.toggleViewAction().toggled.connect(panel.setChecked)
        panel.setChecked(not dock.isHidden())
        panel.toggled.connect(dock.setUserVisible)
        open_.triggered.connect(lambda _=False: controller.choose_workspace())
        heat.triggered.connect(controller.show_heat)
        for action in (open_, ask, analysis):
            toolbar.addAction(action)
        toolbar.addAction(menu.menuAction())
        button = toolbar.widgetForAction(menu.menuAction())
        button.setPopupMode(button.ToolButtonPopupMode.InstantPopup)
        toolbar.addAction(panel)
        self._controller = controller
        answers = self._answering(toolbar, session, dock, ask)
        self._heat(session, analysis, answers)
        self._census(session, toolbar)
        self._cases(session, toolbar, answers)
        self._grids(session)

    def _answering(
        self, toolbar: QToolBar, session: Session, panel: MainDock, ask: QAction
    ) -> Answers:
        """Wire "who answers here": the map tool and the dock of cards."""
        from qgis.core import QgsProject

        from citygrid_plugin.gui.answer_desk import AnswerDesk
        from citygrid_plugin.gui.dispute_desk import DisputeDesk
        from citygrid_plugin.gui.docks.answer_dock import AnswerDock
        from citygrid_plugin.gui.docks.dispute_dock import DisputeDock
        from citygrid_plugin.gui.tools.answer_tool import AnswerTool
        from citygrid_plugin.services.lookup import Answers

        iface = self._iface
        dock = AnswerDock(icon, iface.mainWindow())
        self._beside(dock)
        tool = AnswerTool(iface.mapCanvas())
        self._stack.callback(tool.deleteLater)
        self._stack.callback(iface.mapCanvas().unsetMapTool, tool)
        answers = Answers(QgsProject.instance())
        self.answers = AnswerDesk(iface, session, dock, tool, ask, answers)
        self._stack.callback(self.answers.close)
        listed = DisputeDock(iface.mainWindow())
        self._beside(listed)
        self.disputes = DisputeDesk(iface, session, listed)
        self._stack.callback(self.disputes.close)
        self.answers.on_dispute = self.disputes.propose
        dock.list_wanted.connect(self.disputes.open)
        self._addresses(toolbar, session, answers)
        self._adopting(session)
        panel.ask_toggled.connect(self.answers.switch)
        ask.toggled.connect(panel.ask_button.setChecked)
        return answers

    def _heat(self, session: Session, action: QAction, answers: Answers) -> None:
        """Wire the analysis of heat: a dock of its own."""
        from citygrid_plugin.gui.heat_room import HeatRoom

        self.heat = HeatRoom(self._iface, session, action, answers, icon)
        self._stack.callback(self.heat.close)

    def _cases(self, session: Session, toolbar: QToolBar, answers: Answers) -> None:
        """Wire cases: intake, queues, cards; and evaluation, from a number to a case."""
        from citygrid_plugin.gui.case_room import CaseRoom

        cases = self._action(
            "cases",
            tr("Cases", "案件"),
            tr("Take in, follow, dispatch, advance cases", "受理、跟踪、派遣、办理案件"),
        )
        evaluation = self._action(
            "evaluation",
            tr("Evaluation", "综合评价"),
            tr("Indicators on the map, down to the cases", "指标上图，下钻到案件"),
        )
        toolbar.addActions([cases, evaluation])
        self.cases = CaseRoom(
            self._iface, session, icon, (cases, evaluation), answers, self.geocoding
        )
        self._stack.callback(self.cases.close)

    def _grids(self, session: Session) -> None:
        """Wire the editing of unit grids: a toolbar and a dock of their own."""
        from citygrid_plugin.gui.grid_room import GridRoom

        self.grids = GridRoom(self._iface, session, icon)
        self._stack.callback(self.grids.close)

    def _adopting(self, session: Session) -> None:
        """Wire the door by which edits made with QGIS's own tools come into the journal."""
        from citygrid_plugin.gui.adopt_desk import AdoptDesk

        adopt = self._action(
            "verify",
            tr("Take edits into the journal…", "将编辑记入日志…"),
            tr(
                "List what was edited in QGIS, check it, record it",
                "列出在 QGIS 中的编辑，检查并登记",
            ),
        )
        adopt.setObjectName("citygrid_adopt")
        self.adopting = AdoptDesk(self._iface, session)
        self._stack.callback(self.adopting.close)
        adopt.triggered.connect(lambda _=False: self.adopting.look())

    def _addresses(self, toolbar: QToolBar, session: Session, answers: Answers) -> None:
        """Wire addresses: the search box, the dock and the review of unresolved rows."""
        from citygrid_plugin.gui.docks.geocode_dock import GeocodeDock
        from citygrid_plugin.gui.docks.review_dock import ReviewDock
        from citygrid_plugin.gui.geocode_desk import GeocodeDesk
        from citygrid_plugin.gui.review_desk import ReviewDesk
        from citygrid_plugin.services.geocode import Gazetteers

        iface = self._iface
        find = self._action(
            "address",
            tr("Find an address", "地址定位"),
            tr("Where an address is, and who answers there", "地址在何处、归谁管"),
        )
        dock = GeocodeDock(iface.mainWindow())
        self._beside(dock)
        gazetteers = Gazetteers()
        self.geocoding = GeocodeDesk(iface, session, dock, gazetteers, answers, icon("address"))
        self._stack.callback(self.geocoding.close)
        find.triggered.connect(lambda _=False: self.geocoding.open())
        rows = ReviewDock(icon, iface.mainWindow())
        self._beside(rows)
        self.review = ReviewDesk(iface, session, rows, gazetteers)
        self._stack.callback(self.review.close)
        dock.review_wanted.connect(self.review.show)
        toolbar.addAction(find)

    def _beside(self, dock: QDockWidget) -> None:
        """Add a dock that waits, closed, until it is asked for."""
        from qgis.PyQt.QtCore import Qt

        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.hide()
        self._stack.callback(dock.deleteLater)
        self._stack.callback(self._iface.removeDockWidget, dock)

    def _census(self, session: Session, toolbar: QToolBar) -> None:
        """Wire the census: capture, findings, second survey, conflicts, photos, board."""
        from citygrid_plugin.gui.census_room import CensusRoom

        place = self._action(
            "census",
            tr("Place components", "采集部件"),
            tr("One key picks the class, one click places it", "一键选类别，一点即入库"),
            checkable=True,
        )
        board = self._action(
            "board",
            tr("Census board", "普查进度"),
            tr("Grids done, people, forecast", "网格完成率、人员效率与完工预测"),
        )
        toolbar.addActions([place, board])
        room = CensusRoom(self._iface, session, icon, (place, board))
        self._stack.callback(room.close)
        self.census = room.desk

    def open_workspace(self, path: str | Path) -> None:
        """Open a workspace; also the way in for scripts: ``qgis.utils.plugins[...]``."""
        self._controller.open(Path(path))
