"""Everything about cases in the main window: dock, tools, evaluation; wired here, by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.card_desk import CardDesk
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.gui.docks.case_dock import CaseDock
from citygrid_plugin.gui.docks.evaluation_dock import EvaluationDock
from citygrid_plugin.gui.evaluation_desk import EvaluationDesk
from citygrid_plugin.gui.intake_desk import IntakeDesk
from citygrid_plugin.gui.queue_desk import DispatchDesk, QueueDesk
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.components import major_icon
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.calls import CallTask
from citygrid_plugin.services.cases import CaseService
from citygrid_plugin.services.collector import as_before, pass_by

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.geocode_desk import GeocodeDesk
    from citygrid_plugin.services.geocode import Found
    from citygrid_plugin.services.lookup import Answers
    from citygrid_plugin.services.session import Session

#: Half of what the map shows around a case, in metres.
_AROUND = 120.0


class CaseRoom(QObject):
    """The cases' corner of QGIS; `close` takes all of it away.

    Parameters
    ----------
    icon : callable
        From a name to the plugin's own icon.
    actions : tuple of QAction
        Of menu and toolbar: cases, evaluation.
    """

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        icon: Callable[[str], QIcon],
        actions: tuple[QAction, QAction],
        answers: Answers,
        addresses: GeocodeDesk,
    ) -> None:
        super().__init__(iface.mainWindow())
        self.iface, self.session, self.answers = iface, session, answers
        self._addresses, self._action = addresses, actions[0]
        self._opened: Path | None = None
        self._coming: Path | None = None
        self._task: CallTask | None = None
        self._wanted = ""
        self._stack = ExitStack()
        self._stack.callback(as_before)
        self.service = CaseService(QgsProject.instance(), answers.cities, self)
        self._stack.callback(self.service.close)
        self.dock = CaseDock(icon, _symbol, iface.mainWindow())
        numbers = EvaluationDock(icon, iface.mainWindow())
        for dock in (self.dock, numbers):
            iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            dock.hide()
            self._stack.callback(dock.deleteLater)
            self._stack.callback(iface.removeDockWidget, dock)
        self.cards = CardDesk(self)
        self.intake = IntakeDesk(self)
        self.queue = QueueDesk(self)
        self.dispatch = DispatchDesk(self)
        self._desks = (self.cards, self.intake, self.queue, self.dispatch)
        for desk in self._desks:
            self._stack.callback(desk.close)
        self.evaluation = EvaluationDesk(
            iface, session, numbers, actions[1], self.open_case, self.zoom, self.frame
        )
        self._stack.callback(self.evaluation.close)
        self.intake.on_open = self.open_case
        self._action.triggered.connect(lambda _=False: self.open())
        self.dock.visibilityChanged.connect(lambda there: self._follow() if there else None)
        self.dock.tabs.currentChanged.connect(lambda _: self._turned())
        self.service.changed.connect(self._changed)
        session.changed.connect(self._session_changed)
        self._session_changed()

    def close(self) -> None:
        """Take everything away: the mirror of the constructor."""
        self.session.changed.disconnect(self._session_changed)
        self._drop()
        self._stack.close()
        self.deleteLater()

    @property
    def path(self) -> Path | None:
        """The workspace on which the desks work; None while none is."""
        return self._opened

    def open(self) -> None:
        """Show the dock."""
        show_beside(self.dock)
        self._follow()

    def open_case(self, number: str) -> None:
        """Show the card of a case."""
        self._wanted = number if self._opened is None else ""
        self.open()
        self.cards.open(number)

    def _session_changed(self) -> None:
        path = self.session.path
        self._action.setEnabled(path is not None)
        held = self._opened or self._coming
        if held is not None and path != held:
            self._leave()
        if path is not None and self.dock.isVisible():
            self._follow()

    def _follow(self) -> None:
        """Open the desks on the workspace of the session, when somebody looks; a task reads its city."""
        path, cities = self.session.path, self.answers.cities
        if path is None or path in (self._opened, self._coming):
            return
        self._drop()
        self._coming = path
        self.dock.intake.say(tr("Reading the city…", "正在读取城市数据……"))
        self._task = CallTask(
            tr("citygrid: the city of the cases", "citygrid：案件所在城市"),
            lambda: cities.get(path), lambda result: self._arrived(path, result),
        )  # fmt: skip
        QgsApplication.taskManager().addTask(self._task)

    def _arrived(self, path: Path, result: Any) -> None:
        """Let the desks begin on a city that was read."""
        self._task = self._coming = None
        try:
            if isinstance(result, CitygridError):
                raise result
            self.service.open(path, result, self._who())
        except CitygridError as error:
            self.dock.intake.say("")
            self.say(error)
            return
        self._opened = path
        pass_by()
        self.dock.tabs.setEnabled(True)
        for desk in self._desks:
            desk.begin(True)
        self._turned()
        wanted, self._wanted = self._wanted, ""
        self.cards.open(wanted)

    def _drop(self) -> None:
        if self._task is not None:
            self._task.drop()
        self._task = self._coming = None

    def _leave(self) -> None:
        self._drop()
        self._opened = None
        self.service.close()
        self.dock.tabs.setEnabled(False)
        for desk in self._desks:
            desk.begin(False)

    def _who(self) -> str:
        import getpass

        from qgis.core import QgsSettings

        return str(QgsSettings().value("citygrid/surveyor", "") or getpass.getuser())

    def _changed(self) -> None:
        """Read what is shown anew: a case was taken in, sent, advanced."""
        if self.dock.front() is self.dock.queue or self.queue.shows_something:
            self.queue.read()

    def _turned(self) -> None:
        """Fill the page that was turned to, when it is empty yet."""
        front = self.dock.front()
        if front is self.dock.queue and not self.queue.shows_something:
            self.queue.read()
        elif front is self.dock.dispatch:
            self.dispatch.read()

    def find_address(self, text: str) -> Found | None:
        """Return what the gazetteer says of an address."""
        return self._addresses.find(text)

    def to_store(self, point: QgsPointXY) -> QgsPointXY:
        """Return a point of the map in the workspace's CRS."""
        return self._transform(False).transform(point)

    def to_map(self, x: float, y: float) -> QgsPointXY:
        """Return a place of the workspace on the map."""
        return self._transform(True).transform(QgsPointXY(x, y))

    def zoom(self, x: float, y: float, error_m: float = 0.0) -> None:
        """Show a place of the workspace with its error on the map; the scale stays when it suits."""
        half = max(_AROUND, 1.6 * error_m)
        canvas = self.iface.mapCanvas()
        box = QgsRectangle(x - half, y - half, x + half, y + half)
        wanted = self._transform(True).transformBoundingBox(box)
        if canvas.extent().width() > 4 * wanted.width() or error_m:
            canvas.setExtent(wanted)
        else:
            canvas.setCenter(self.to_map(x, y))
        canvas.refresh()

    def frame(self, box: tuple[float, float, float, float]) -> None:
        """Show a box of the workspace on the map, with room around it."""
        west, south, east, north = box
        rectangle = QgsRectangle(west, south, east, north).buffered(_AROUND)
        canvas = self.iface.mapCanvas()
        canvas.setExtent(self._transform(True).transformBoundingBox(rectangle))
        canvas.refresh()

    def _transform(self, back: bool) -> QgsCoordinateTransform:
        map_crs = self.iface.mapCanvas().mapSettings().destinationCrs()
        grids = find_layer(QgsProject.instance(), "grids")
        store_crs = grids.crs() if grids is not None else map_crs
        ends = (store_crs, map_crs) if back else (map_crs, store_crs)
        return QgsCoordinateTransform(*ends, QgsProject.instance())

    def say(self, error: CitygridError) -> None:
        """Show an error in the message bar."""
        level = Qgis.MessageLevel.Warning
        self.iface.messageBar().pushMessage("citygrid", shown(error), level, 8)


def _symbol(major: str) -> QIcon:
    """Return the symbol of a major class of components; events have none."""
    return major_icon(major) if major.isdigit() else QIcon()
