"""Everything about unit grids in the main window: toolbar, dock, tools; wired here, by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication, QIcon, QKeySequence
from qgis.PyQt.QtWidgets import QAction, QActionGroup, QDockWidget, QToolBar

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.gui.components.grid_marks import GridMarks
from citygrid_plugin.gui.docks.grid_dock import GridDock
from citygrid_plugin.gui.docks.grid_draw_page import GridDrawPage
from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
from citygrid_plugin.gui.docks.grid_findings_page import GridFindingsPage
from citygrid_plugin.gui.docks.grid_time_page import GridTimePage
from citygrid_plugin.gui.grid_checking import GridChecking
from citygrid_plugin.gui.grid_committing import GridCommitting
from citygrid_plugin.gui.grid_drawing import GridDrawing
from citygrid_plugin.gui.grid_editing import GridEditing
from citygrid_plugin.gui.grid_timing import GridTiming
from citygrid_plugin.gui.tools.grid_drag_tool import GridDragTool
from citygrid_plugin.gui.tools.grid_line_tool import GridLineTool
from citygrid_plugin.gui.tools.grid_pick_tool import GridPickTool
from citygrid_plugin.gui.tools.grid_tool import GridTool
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.grid_desk import GridDesk
from citygrid_plugin.services.grid_surroundings import Houses

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.services.session import Session

_ENDS = Text(
    "Enter or right click ends, Backspace takes a point back, Esc drops it, Ctrl: no snapping",
    "回车或右键结束，退格键撤回一点，Esc 放弃，按住 Ctrl 不捕捉",
)
#: Name, key after Alt+G, what it is called, what to do: shown in the status bar.
TOOLS: tuple[tuple[str, str, Text, Text], ...] = (
    ("split", "S", Text("Split by a line", "画线分割"),
     Text(f"Draw a line across grids. {_ENDS.en}", f"画线穿过网格。{_ENDS.zh}")),
    ("road", "R", Text("Split along a road", "沿道路分割"),
     Text("Click a road of any visible layer of lines; Shift: the whole road of that name",
          "点击任一可见线图层中的道路；按住 Shift 取同名整条道路")),
    ("merge", "M", Text("Merge grids", "合并网格"),
     Text("Click grids of one community, Enter or right click merges them, Esc drops the choice",
          "点选同一社区的网格，回车或右键合并，Esc 取消选择")),
    ("border", "B", Text("Drag a border", "拖动公共边"),
     Text("Drag a vertex or a place of a shared border; all neighbours follow. Ctrl: no snapping",
          "拖动公共边的顶点或任一处，邻格随之调整；按住 Ctrl 不捕捉")),
    ("borderline", "L", Text("Redraw a border", "重画公共边"),
     Text(f"Click the border, then draw its new course from outline to outline. {_ENDS.en}",
          f"先点击公共边，再从外边界到外边界画出新的走向。{_ENDS.zh}")),
    ("reshape", "E", Text("Reshape a grid", "修整网格"),
     Text(f"Draw a line that leaves the grid and comes back. {_ENDS.en}",
          f"画一条离开网格又回到网格的线。{_ENDS.zh}")),
    ("divide", "D", Text("Divide a grid", "等分网格"),
     Text("Click a grid: it is divided into as many as the panel says, past buildings",
          "点击网格：按面板中的块数等分，并避让建筑物")),
    ("add", "N", Text("Draw a new grid", "新绘网格"),
     Text(f"Draw a polygon on ground that has no grid. {_ENDS.en}", f"在空白处画多边形。{_ENDS.zh}")),
    ("lineage", "H", Text("History of a grid", "网格沿革"),
     Text("Click a grid: its ancestors and descendants", "点击网格：查看其前身与后继")),
)  # fmt: skip


class GridRoom(QObject):
    """The grids' corner of QGIS; `close` takes all of it away.

    Parameters
    ----------
    icon : callable
        From a name to the plugin's own icon.
    """

    def __init__(
        self, iface: QgisInterface, session: Session, icon: Callable[[str], QIcon]
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._icon = iface, session, icon
        self._canvas = iface.mapCanvas()
        self._stack = ExitStack()
        self.desk = GridDesk(self)
        self._houses = Houses()
        self.desk.buildings = self._houses.around
        self.marks = GridMarks(self._canvas)
        self._stack.callback(self.marks.close)
        self.page = GridEditPage(self.desk.stack)
        self.editing = GridEditing(self._canvas, self.desk, self.page, self.marks)
        self.committing = GridCommitting(self._canvas, session, self.desk, self.page, self.marks)
        self._stack.callback(self.committing.close)
        self.draw_page, self.findings_page = GridDrawPage(), GridFindingsPage()
        self.time_page = GridTimePage()
        self.drawing = GridDrawing(session, self.draw_page, self)
        self.checking = GridChecking(
            self._canvas, session, self.desk, self.findings_page, self.page, self.marks
        )
        self.timing = GridTiming(self._canvas, session, self.desk, self.time_page, self.marks)
        for part in (self.drawing, self.checking, self.timing):
            self._stack.callback(part.close)
        self._tools: dict[str, GridTool] = {}
        self.dock = self._made_dock()
        self._actions = self._made_toolbar()
        self._connect()
        self._session_changed()

    def close(self) -> None:
        """Take everything away: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        for tool in self._tools.values():
            self._canvas.unsetMapTool(tool)
        self.desk.close()
        self._stack.close()
        self.editing.deleteLater()
        self.committing.deleteLater()
        for tool in self._tools.values():
            tool.deleteLater()
        self.deleteLater()

    # --- building ------------------------------------------------------------------------

    def _made_dock(self) -> GridDock:
        dock = GridDock(self._iface.mainWindow())
        for page, title, icon in (
            (self.page, tr("Edit", "编辑"), "grid_split"),
            (self.draw_page, tr("Draw", "划分"), "grid_grids"),
            (self.findings_page, tr("Findings", "检查"), "verify"),
            (self.time_page, tr("Time", "沿革"), "grid_lineage"),
        ):
            dock.add_page(page, title, self._icon(icon))
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.hide()
        self._stack.callback(dock.deleteLater)
        self._stack.callback(self._iface.removeDockWidget, dock)
        return dock

    def _settle(self, visible: bool) -> None:
        """Put the dock behind a tab of the panel when it is first shown: there is room for one."""
        window = self._iface.mainWindow()
        panel = window.findChild(QDockWidget, "CitygridDock")
        if not visible or self._settled or panel is None or self.dock.isFloating():
            return
        self._settled = True
        window.tabifyDockWidget(panel, self.dock)
        self.dock.raise_()

    def _made_toolbar(self) -> dict[str, QAction]:
        toolbar = self._iface.addToolBar(tr("citygrid: unit grids", "citygrid：单元网格"))
        toolbar.setObjectName("CitygridGridToolBar")
        self._stack.callback(self._drop_toolbar, toolbar)
        self._group = QActionGroup(toolbar)
        self._group.setExclusive(False)
        made = {}
        for name, key, title, help_ in TOOLS:
            action = QAction(self._icon(f"grid_{name}"), shown(title), toolbar)
            action.setObjectName(f"citygrid_grid_{name}")
            action.setCheckable(True)
            action.setShortcut(QKeySequence(f"Alt+G, {key}"))
            keys = action.shortcut().toString()
            action.setToolTip(f"<b>{shown(title)}</b> ({keys})<br>{shown(help_)}")
            action.setStatusTip(shown(help_))
            tool = self._made_tool(name)
            tool.setAction(action)
            action.triggered.connect(partial(self._use, name))
            tool.activated.connect(partial(self._help, shown(help_)))
            self._group.addAction(action)
            toolbar.addAction(action)
            made[name] = action
        toolbar.addSeparator()
        panel = self.dock.toggleViewAction()
        panel.setIcon(self._icon("grid_grids"))
        panel.setObjectName("citygrid_grid_panel")
        panel.setToolTip(tr("Panel of unit grids", "单元网格面板"))
        toolbar.addAction(panel)
        return made

    def _drop_toolbar(self, toolbar: QToolBar) -> None:
        self._iface.mainWindow().removeToolBar(toolbar)
        toolbar.setParent(None)
        toolbar.deleteLater()

    def _made_tool(self, name: str) -> GridTool:
        editing, snapper = self.editing, self.editing.snapper
        label = f"citygrid_{name}"
        if name == "lineage":
            tool: GridTool = GridPickTool(self._canvas, label, snapper)
        elif name in ("road", "merge", "divide"):
            pick = GridPickTool(self._canvas, label, snapper)
            pick.hovered.connect(partial(editing.hovered, name))
            pick.picked.connect(partial(editing.picked, name))
            if name == "merge":
                pick.finished.connect(editing.merge_finished)
            tool = pick
        elif name == "border":
            drag = GridDragTool(self._canvas, label, snapper)
            drag.grabbed.connect(editing.grabbed)
            drag.dragged.connect(editing.dragged)
            drag.dropped.connect(editing.dropped)
            tool = drag
        else:
            line = GridLineTool(self._canvas, label, snapper, polygon=name == "add")
            line.drawn.connect(partial(editing.drawn, name))
            line.finished.connect(partial(editing.finished, name))
            tool = line
        if name == "lineage":
            tool.picked.connect(self.timing.picked)
            self._tools[name] = tool
            return tool
        tool.cancelled.connect(editing.cancelled)
        tool.undo_wanted.connect(self.desk.stack.undo)
        tool.redo_wanted.connect(self.desk.stack.redo)
        self._tools[name] = tool
        return tool

    def _connect(self) -> None:
        page = self.page
        page.target.valueChanged.connect(self.desk.set_target)
        page.buildings.layerChanged.connect(self._use_buildings)
        page.discard_wanted.connect(self._discard)
        self.editing.refused.connect(lambda text: self._say(text, Qgis.MessageLevel.Warning))
        for part in (self.committing, self.drawing, self.checking):
            part.said.connect(self._committed)
        self.time_page.pick_toggled.connect(lambda on: self._use("lineage", on))
        lineage = self._actions["lineage"]
        lineage.toggled.connect(self.time_page.pick.setChecked)
        self._session.changed.connect(self._session_changed)
        self._settled = False
        self.dock.toggleViewAction().toggled.connect(self._settle)

    # --- using ---------------------------------------------------------------------------

    def _use(self, name: str, on: bool) -> None:
        """Take a tool into the hand, or put it down."""
        tool = self._tools[name]
        if not on:
            self._canvas.unsetMapTool(tool)
            return
        if name == "lineage":
            self.dock.show_page(self.time_page)
            self._canvas.setMapTool(tool)
            return
        if self.timing.day:
            self._say(
                tr(
                    "A past day is shown; choose Now before editing.",
                    "当前显示的是历史网格，请先选择“现状”再编辑。",
                ),
                Qgis.MessageLevel.Warning,
            )
        if self.timing.day or not self._ready():
            self._actions[name].setChecked(False)
            return
        self.dock.show_page(self.page)
        self._canvas.setMapTool(tool)

    def _ready(self) -> bool:
        """Read the grids when that was not done yet."""
        path = self._session.path
        if path is None:
            return False
        if self.desk.loaded and self.desk.path == path:
            return True
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            self.desk.load(path)
        except CitygridError as error:
            self._say(shown(error), Qgis.MessageLevel.Critical)
            return False
        finally:
            QGuiApplication.restoreOverrideCursor()
        self.marks.crs = QgsCoordinateReferenceSystem(self.desk.coverage.crs.to_wkt())
        known = QgsCoordinateReferenceSystem()
        if known.createFromUserInput(self._session.summary.crs):
            self.marks.crs = known
        self._use_buildings(self.page.buildings.currentLayer())
        return True

    def _use_buildings(self, layer: QgsVectorLayer | None) -> None:
        self._houses.use(layer, self.marks.crs)

    def _help(self, text: str) -> None:
        self._iface.statusBarIface().showMessage(text)

    def _discard(self) -> None:
        self.desk.stack.setIndex(0)
        self.desk.stack.clear()
        self.editing.cancelled()

    def _committed(self, text: str, well: bool) -> None:
        level = Qgis.MessageLevel.Success if well else Qgis.MessageLevel.Warning
        self._say(text, level)
        if well:
            self.marks.clear()

    def _session_changed(self) -> None:
        """Another workspace, none, or the same read anew."""
        path = self._session.path
        for action in self._actions.values():
            action.setEnabled(path is not None)
        if self.desk.path != path:
            for tool in self._tools.values():
                self._canvas.unsetMapTool(tool)
            self.desk.close()
            self.committing.forget()
        elif self.desk.loaded and not self.desk.stack.count() and not self.committing.busy:
            self.desk.close()
            if self._canvas.mapTool() in self._tools.values():
                self._ready()

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        seconds = 0 if level == Qgis.MessageLevel.Critical else 10
        self._iface.messageBar().pushMessage("citygrid", text, level, seconds)
