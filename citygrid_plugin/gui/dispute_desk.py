"""Disputes: between the list, the dialog of a step, and the command that records it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsApplication, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QObject

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.markers import Pin, remove
from citygrid_plugin.gui.dialogs.dispute_dialog import DisputeDialog
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.disputes import read_departments, read_disputes
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.dispute_dock import DisputeDock
    from citygrid_plugin.services.card import Card
    from citygrid_plugin.services.session import Session

_COLOR = "#b34700"


class DisputeDesk(QObject):
    """Connects the co-ordination list and the commands ``citygrid duties disputes …``."""

    def __init__(self, iface: QgisInterface, session: Session, dock: DisputeDock) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._pin: Pin | None = None
        self._task: CommandTask | None = None
        self._dialog: DisputeDialog | None = None
        dock.chosen.connect(self.show_place)
        dock.step_wanted.connect(self.take_step)
        dock.visibilityChanged.connect(self._visible)
        session.changed.connect(self.refresh)

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self.refresh)
        remove(self._pin)
        if self._dialog is not None:
            self._dialog.close()
        if self._task is not None:
            self._task.cancel()
        self.deleteLater()

    def refresh(self) -> None:
        """Read the list anew, when anybody looks at it."""
        path = self._session.path
        if path is None:
            remove(self._pin)
            self._pin = None
            self._dock.show_disputes((), {})
        elif self._dock.isVisible():
            components, events = self._session.classes()
            try:
                found = read_disputes(path)
            except CitygridError as error:
                self._say(shown(error), Qgis.MessageLevel.Warning)
                return
            self._dock.show_disputes(found, {"component": components, "event": events})

    def _visible(self, on: bool) -> None:
        if on:
            self.refresh()
        else:
            remove(self._pin)
            self._pin = None

    def open(self) -> None:
        """Show the list."""
        show_beside(self._dock)
        self.refresh()

    def show_place(self, code: str) -> None:
        """Mark a dispute on the map; the map follows when it is out of sight."""
        one = self._dock.dispute(code)
        grids = find_layer(QgsProject.instance(), "grids")
        canvas = self._iface.mapCanvas()
        if grids is None:
            return
        to_map = QgsCoordinateTransform(
            grids.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
        point = to_map.transform(QgsPointXY(one.x, one.y))
        remove(self._pin)
        self._pin = Pin(canvas, point, "!", _COLOR)
        if not canvas.extent().contains(point):
            canvas.setCenter(point)
            canvas.refresh()

    def propose(self, card: Card) -> None:
        """Put the unclear answer of a card on the list."""
        dialog = self._ask("propose", f"{card.title}\n{card.headline}", "")
        if dialog is None:
            return
        words = ["propose", str(self._session.path), "--point", f"{card.x!r},{card.y!r}"]
        words += ["--class", card.class_code, "--kind", card.object_kind]
        if card.outcome == "one":
            # Near a border every role has its one body: the first is what is contested.
            words += [] if dialog.role.currentData() else ["--role", "handling"]
        self._run([*words, *dialog.options()])

    def take_step(self, code: str, step: str) -> None:
        """Take a dispute one step on."""
        one = self._dock.dispute(code)
        about = f"{code} · {one.class_code} · {one.grid_code}\n{one.note}".strip()
        path = self._session.path
        names = {} if path is None else {n: c for c, n in read_departments(path).items()}
        dialog = self._ask(step, about, names.get(one.department, ""))
        if dialog is not None:
            self._run([step, str(path), code, *dialog.options()])

    def _ask(self, step: str, about: str, department: str) -> DisputeDialog | None:
        path = self._session.path
        if path is None or self._task is not None:
            return None
        self._dialog = DisputeDialog(
            step, about, read_departments(path), department, self._iface.mainWindow()
        )
        accepted = self._dialog.exec()
        dialog, self._dialog = self._dialog, None
        dialog.deleteLater()
        return dialog if accepted else None

    def _run(self, words: list[str]) -> None:
        title = tr("citygrid: recording the step", "citygrid：登记协调步骤")
        self._task = CommandTask(title, ["duties", "disputes", *words], self._recorded)
        QgsApplication.taskManager().addTask(self._task)

    def _recorded(self, result: CommandResult) -> None:
        self._task = None
        if not result.done:
            self._say(result.error(), Qgis.MessageLevel.Warning)
            return
        details = result.report.get("details", result.report)
        code, rule = str(details.get("code", "")), str(details.get("rule", ""))
        said = tr(f"{code} was recorded.", f"{code} 已登记。")
        if rule:
            said += tr(f" Rule {rule} was made.", f"已形成规则 {rule}。")
        self._say(said, Qgis.MessageLevel.Success)
        self._session.refresh()
        self.open()
        if code:
            self._dock.choose(code)

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage("citygrid", text, level, 8)
