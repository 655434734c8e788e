"""Everything about the component census in the main window; wired here, by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from citygrid_plugin.gui.board_desk import BoardDesk
from citygrid_plugin.gui.census_desk import CensusDesk
from citygrid_plugin.gui.conflicts_desk import ConflictsDesk
from citygrid_plugin.gui.docks.census_board import CensusBoard
from citygrid_plugin.gui.docks.census_dock import CensusDock
from citygrid_plugin.gui.findings_desk import FindingsDesk
from citygrid_plugin.gui.photo_desk import PhotoDesk
from citygrid_plugin.gui.resurvey_desk import ResurveyDesk
from citygrid_plugin.gui.tools.capture_tool import CaptureTool
from citygrid_plugin.layers.components import major_icon
from citygrid_plugin.services.capture import CaptureService

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.services.session import Session


class CensusRoom(QObject):
    """The census' corner of QGIS; `close` takes all of it away.

    Parameters
    ----------
    icon : callable
        From a name to the plugin's own icon.
    actions : tuple of QAction
        Of menu and toolbar: placing components (checkable), the board.
    """

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        icon: Callable[[str], QIcon],
        actions: tuple[QAction, QAction],
    ) -> None:
        super().__init__(iface.mainWindow())
        self._stack = ExitStack()
        canvas, window = iface.mapCanvas(), iface.mainWindow()
        dock, board = CensusDock(icon, major_icon, window), CensusBoard(icon, window)
        for one in (dock, board):
            iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, one)
            one.hide()
            self._stack.callback(one.deleteLater)
            self._stack.callback(iface.removeDockWidget, one)
        tool = CaptureTool(canvas)
        self._stack.callback(tool.deleteLater)
        self._stack.callback(canvas.unsetMapTool, tool)
        service = CaptureService(QgsProject.instance(), window)
        self._stack.callback(service.deleteLater)
        self.desk = CensusDesk(iface, session, dock, tool, service, actions[0])
        self._stack.callback(self.desk.close)
        for desk in (
            BoardDesk(iface, session, board, actions[1]),
            ResurveyDesk(iface, dock, self.desk),
            FindingsDesk(iface, session, dock, self.desk),
            ConflictsDesk(iface, session, dock, self.desk),
            PhotoDesk(iface, session, dock, self.desk),
        ):
            self._stack.callback(desk.close)

    def close(self) -> None:
        """Take everything away: the mirror of the constructor."""
        self._stack.close()
        self.deleteLater()
