"""Placing components: between the map tool, the dock and the desk of the core."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsPointXY, QgsProject, QgsSettings
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QAction

from citygrid_core.census.favourites import Favourites
from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.alert_banner import AlertBanner
from citygrid_plugin.gui.components.canvas_hint import CanvasHint
from citygrid_plugin.gui.components.just_placed import JustPlaced
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers.components import major_icon
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.favourites import keep_favourites, load_favourites
from citygrid_plugin.services.survey_areas import survey_area, survey_areas

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_core.census.alerts import Alert
    from citygrid_core.operations.census.capture.captured import Attributes, Placed
    from citygrid_core.operations.census.capture.steps import Step
    from citygrid_plugin.gui.docks.census_dock import CensusDock
    from citygrid_plugin.gui.tools.capture_tool import CaptureTool
    from citygrid_plugin.services.capture import CaptureService
    from citygrid_plugin.services.session import Session

_SURVEYOR = "citygrid/surveyor"
#: How many hits a search shows.
_HITS = 9


class CensusDesk(QObject):
    """Classes, clicks, answers, fields.

    Signals
    -------
    switched(bool)
        Placing began or ended.
    digit(str)
        A digit was pressed while somebody else has asked for the digits.
    letter_n()
        N was pressed: the next finding.
    """

    switched = pyqtSignal(bool)
    digit = pyqtSignal(str)
    letter_n = pyqtSignal()

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        dock: CensusDock,
        tool: CaptureTool,
        service: CaptureService,
        action: QAction,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._tool, self.service, self._action = tool, service, action
        self._page = dock.page
        self._favourites = Favourites()
        self._class = ""
        self._placed: Placed | None = None
        self._alerts: list[Alert] = []
        self._repeat: Attributes | None = None
        self.subject = ""
        self.takes_digits = False
        #: Who waits for the next drawing: the new place of an old component.
        self._waiting: Callable[[list[QgsPointXY]], None] | None = None
        canvas = iface.mapCanvas()
        self._banner, self._hint = AlertBanner(canvas), CanvasHint(canvas)
        self._fresh = JustPlaced(canvas, lambda major: major_icon(major, 16).pixmap(16, 16))
        # What the layers have drawn needs no symbol above them.
        self._drawing: list[str] = []
        service.redrawn.connect(lambda: self._drawing.extend(self._fresh.codes()))
        canvas.mapCanvasRefreshed.connect(self._map_drawn)
        tool.setAction(action)
        tool.drawn.connect(self._drawn)
        tool.pressed.connect(self._pressed)
        tool.fields_wanted.connect(self._fields)
        tool.search_wanted.connect(self._search)
        tool.activated.connect(lambda: self._tell(True))
        tool.deactivated.connect(lambda: self._tell(False))
        self._banner.answered.connect(self._answer)
        page = self._page
        page.search.picked.connect(self.choose)
        page.search.left.connect(self._to_map)
        page.keys.picked.connect(lambda key: self._pressed(str(key)))
        page.keys.pin_wanted.connect(lambda key: self._pin(key, True))
        page.keys.unpin_wanted.connect(lambda key: self._pin(key, False))
        page.form.changed.connect(self._changed)
        page.form.left.connect(self._to_map)
        page.area.activated.connect(self._area)
        page.undo_wanted.connect(lambda: self._pressed("Z"))
        page.repeat_wanted.connect(lambda: self._pressed("R"))
        dock.capture_toggled.connect(self.switch)
        dock.surveyor_changed.connect(self._surveyor)
        action.triggered.connect(self.switch)
        session.changed.connect(self._session_changed)
        who = QgsSettings().value(_SURVEYOR, "") or getpass.getuser()
        dock.surveyor.setText(str(who))
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._banner.remove()
        self._hint.remove()
        self._iface.mapCanvas().mapCanvasRefreshed.disconnect(self._map_drawn)
        self._iface.mapCanvas().scene().removeItem(self._fresh)
        self._tool.remove()
        self.service.close()
        self.deleteLater()

    # --- on and off ------------------------------------------------------------------

    def switch(self, on: bool) -> bool:
        """Begin or end placing; return whether it is on."""
        canvas, path = self._iface.mapCanvas(), self._session.path
        if on and path is not None:
            try:
                desk = self.service.open(path, self._dock.surveyor.text().strip())
            except CitygridError as error:
                self.say(error)
                self._tell(False)
                return False
            self._page.search.set_search(
                lambda typed: desk.chooser.search(
                    typed,
                    limit=_HITS,
                    uses={c: int(n) for c, n in self._favourites.uses.items()},
                    lang=language(),
                )
            )
            self._page.form.set_departments(self.service.departments())
            self._page.show_areas(survey_areas(desk))
            self._load_favourites(set(desk.chooser.classes))
            show_beside(self._dock)
            canvas.setMapTool(self._tool)
            canvas.setFocus()
            return True
        canvas.unsetMapTool(self._tool)
        self._tell(False)
        return False

    def _tell(self, on: bool) -> None:
        self._dock.capture.setChecked(on)
        self._action.setChecked(on)
        if not on:
            self._alerts = []
            self._show_alert()
            self._fresh.ring(None, None)
        self._show_hint()
        self.switched.emit(on)

    def _session_changed(self) -> None:
        open_ = self._session.path
        desk = self.service.desk
        if desk is not None and (open_ is None or Path(desk.workspace.path) != open_):
            self._iface.mapCanvas().unsetMapTool(self._tool)
            self.service.close()
            self._placed, self._class, self.subject = None, "", ""
            self._page.show_placed("", [])
            self._page.form.show_values(None)
        for part in (self._action, self._dock.capture, self._dock.tabs):
            part.setEnabled(open_ is not None)
        self._show_class()

    # --- classes ---------------------------------------------------------------------

    def choose(self, code: str) -> None:
        """Place this class from now on."""
        self._class, self._repeat, self._waiting = code, None, None
        self._show_class()
        self._to_map()

    def _show_class(self) -> None:
        desk = self.service.desk
        classes = {} if desk is None else desk.chooser.classes
        hit = classes.get(self._class)
        self._page.show_class(*((hit.code, shown(hit.label), hit.shape) if hit else ("", "", "")))
        if hit is not None:
            self._tool.set_shape(hit.shape)
        keys = self._favourites.keys()
        names = {
            key: (code, shown(classes[code].label)) for key, code in keys.items() if code in classes
        }
        self._page.keys.show_keys(names, set(self._favourites.pinned), self._class)
        self._show_hint()

    def _show_hint(self) -> None:
        desk = self.service.desk
        if desk is None or self._iface.mapCanvas().mapTool() is not self._tool:
            self._hint.say("")
            return
        hit = desk.chooser.classes.get(self._class)
        if hit is None:
            self._hint.say(tr("1–9 class   /  type a class", "1–9 选择类别　/ 输入类别"))
            return
        again = tr("  = the last one", "（同上一个）") if self._repeat is not None else ""
        self._hint.say(
            f"{shown(hit.label)}{again}   "
            + tr(
                "R repeat   Z undo   Tab fields   / class",
                "R 重复　Z 撤销　Tab 属性　/ 类别",
            )
        )

    def _load_favourites(self, known: set[str]) -> None:
        desk = self.service.desk
        edition = "" if desk is None else desk.edition.id
        self._favourites = load_favourites(edition, known)
        self._show_class()

    def _keep_favourites(self, favourites: Favourites) -> None:
        self._favourites = favourites
        desk = self.service.desk
        if desk is not None:
            keep_favourites(desk.edition.id, favourites)
        self._show_class()

    def _pin(self, key: int, on: bool) -> None:
        if on and self._class:
            self._keep_favourites(self._favourites.pin(key, self._class))
        elif not on:
            self._keep_favourites(self._favourites.unpin(key))

    def await_drawing(self, shape: str, then: Callable[[list[QgsPointXY]], None]) -> None:
        """Let the next drawing be another's: `then` gets its corners."""
        self._waiting = then
        self._tool.set_shape(shape)
        self._to_map()

    def stop_waiting(self) -> None:
        """Let the next drawing be a new component again."""
        self._waiting = None
        self._tool.abandon()
        self._show_class()

    # --- keys and clicks -------------------------------------------------------------

    def _pressed(self, key: str) -> None:
        if key.isdigit():
            if self.takes_digits:
                self.digit.emit(key)
            elif (code := self._favourites.keys().get(int(key))) is not None:
                self.choose(code)
        elif key == "Z" or key == "U":
            self._undo()
        elif key == "R":
            self._again()
        elif key == "N":
            self.letter_n.emit()
        elif self._alerts:
            self._answer(key)

    def _again(self) -> None:
        """Let the next click take class and attributes of the component placed last."""
        if self._placed is None:
            return
        values = self.service.values(self._placed.code)
        self._class = self._placed.class_code
        self._repeat = _attributes(self._placed, values)
        self._show_class()
        self._to_map()

    def _drawn(self, corners: list[QgsPointXY]) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting(corners)
            self._show_class()
            return
        if not self._class:
            self._page.say(tr("First choose a class.", "请先选择类别。"))
            self._search()
            return
        from citygrid_core.operations.census.capture.captured import Attributes

        # An alert that nobody answered means: keep.
        self._alerts = []
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        try:
            placed = self.service.place(self._class, corners, crs, self._repeat or Attributes())
        except CitygridError as error:
            self._show_alert()
            self.say(error)
            return
        self._placed, self._alerts, self._repeat = placed, list(placed.alerts), None
        self._keep_favourites(self._favourites.used(self._class))
        self._show_placed()
        self._show_alert()
        self._page.say("")

    def _answer(self, key: str) -> None:
        if not self._alerts or self._placed is None:
            return
        alert = self._alerts[0]
        action = alert.action(key)
        if action is None:
            return
        try:
            self.service.answer(self._placed, alert, action)
        except CitygridError as error:
            self.say(error)
            return
        # A component that is gone leaves nothing to decide.
        self._alerts = [] if action in ("merge", "drop") else self._alerts[1:]
        if action in ("merge", "drop"):
            self._fresh.forget(self._placed.code)
            self.show_component(alert.other if action == "merge" else "")
        elif action == "rule":
            self.show_component(self._placed.code)
        self._show_alert()
        self._show_undo()

    def _undo(self) -> None:
        try:
            step: Step | None = self.service.undo()
        except CitygridError as error:
            self.say(error)
            return
        self._alerts = []
        self._show_alert()
        if step is not None:
            self._page.say(tr(f"Undone: {shown(step.name)}", f"已撤销：{shown(step.name)}"))
            for code in step.codes:
                self._fresh.forget(code)
            still = [c for c in step.codes if self._there(c)]
            self.show_component(still[-1] if still else "")
        self._show_undo()

    def _there(self, code: str) -> bool:
        desk = self.service.desk
        return desk is not None and bool(desk.workspace.count("components", where={"code": code}))

    def _fields(self) -> None:
        if self._page.form.isEnabled():
            self._dock.tabs.setCurrentIndex(0)
            self._page.form.begin()

    def _search(self) -> None:
        self._dock.tabs.setCurrentIndex(0)
        self._page.search.line.setFocus()

    def _to_map(self) -> None:
        self._iface.mapCanvas().setFocus()

    # --- what was placed -------------------------------------------------------------

    def show_component(self, code: str) -> None:
        """Show a component and its fields in the dock; empty: none."""
        self.subject = code
        if not code:
            self._page.show_placed("", [])
            self._page.form.show_values(None)
            self._fresh.ring(None, None)
            return
        values = self.service.values(code)
        names = self.service.departments()
        self._page.form.show_values(values)
        lines = [
            (tr("Code", "标识码"), code),
            (tr("Grid", "单元网格"), str(values.get("grid_code") or "–")),
        ]
        for role, label in _roles().items():
            body = values.get(f"{role}_code")
            known = names.get(str(body), str(body)) if body == body and body else ""
            lines.append((label, known or tr("unknown: no single rule", "不明：无唯一规则")))
        photos = self.service.photos(code)
        if photos:
            lines.append((tr("Photos", "照片"), f"{photos:,}"))
        self._page.show_placed(self.service.name_of(values), lines)
        self._show_undo()

    def _show_placed(self) -> None:
        assert self._placed is not None
        self.show_component(self._placed.code)
        layer = find_layer(QgsProject.instance(), "components_point")
        if layer is not None:
            placed = self._placed
            self._fresh.add(placed.code, placed.class_code[:2], placed.geometry, layer)

    def _map_drawn(self) -> None:
        for code in self._drawing:
            self._fresh.forget(code)
        self._drawing = []

    def _show_alert(self) -> None:
        alert = self._alerts[0] if self._alerts else None
        self._banner.show_alert(alert, max(len(self._alerts) - 1, 0))

    def _show_undo(self) -> None:
        desk = self.service.desk
        steps = [] if desk is None else desk.steps.done
        self._page.show_undo(shown(steps[-1].name) if steps else "")

    def _changed(self, column: str, value: str) -> None:
        if not self.subject:
            return
        try:
            self.service.amend(self.subject, {column: value})
        except CitygridError as error:
            self.say(error)
        self.show_component(self.subject)

    # --- area, surveyor ----------------------------------------------------------------

    def _area(self, *_: object) -> None:
        if self.service.desk is not None:
            chosen = self._page.area
            self.service.desk.area = survey_area(
                self.service.desk, str(chosen.currentData() or ""), chosen.currentText()
            )
        self._to_map()

    def _surveyor(self, who: str) -> None:
        QgsSettings().setValue(_SURVEYOR, who)
        if self.service.desk is not None:
            self.service.desk.steps.who = who

    def say(self, error: CitygridError) -> None:
        """Show an error where the surveyor looks."""
        self._page.say(shown(error))
        self._iface.messageBar().pushMessage("citygrid", shown(error), Qgis.MessageLevel.Warning, 8)


def _roles() -> dict[str, str]:
    return {
        "supervising": tr("Supervising", "主管部门"),
        "owning": tr("Owner", "权属单位"),
        "maintaining": tr("Maintaining", "养护单位"),
    }


def _attributes(placed: Placed, values: dict[str, Any]) -> Attributes:
    """Return what the next component takes from one that was placed and perhaps changed.

    Bodies are taken over only where they are not what the rules said: elsewhere the
    rules decide anew.
    """
    said = {k: "" if v is None or v != v else str(v) for k, v in values.items()}
    own = {
        role: said[f"{role}_code"]
        for role in _roles()
        if said[f"{role}_code"] and said[f"{role}_code"] != placed.departments.get(role)
    }
    return replace(
        placed.attributes.repeated(),
        state=said["state"],
        data_source=said["data_source"],
        accuracy_class=said["accuracy_class"],
        note=said["note"],
        departments={**placed.attributes.departments, **own},
    )
