"""Taking reports in: between the page, the map and the desk of the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsPointXY
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog, QInputDialog

from citygrid_core.census.favourites import Favourites
from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.markers import Pin, remove
from citygrid_plugin.gui.tools.place_tool import PlaceTool
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.services.case_words import choice, intake_sections, twin_texts
from citygrid_plugin.services.favourites import keep_favourites, load_favourites
from citygrid_plugin.services.geocode import Place
from citygrid_plugin.services.lookup import answer

if TYPE_CHECKING:
    from citygrid_core.operations.cases.intake import Look, Reported
    from citygrid_plugin.gui.case_room import CaseRoom

#: How many classes a search shows.
_HITS = 9
#: How many twins the map shows.
_TWINS = 20
_PHOTOS = "*.jpg *.jpeg *.png *.tif *.tiff *.webp"


class IntakeDesk(QObject):
    """What is said on the intake page becomes a case."""

    def __init__(self, room: CaseRoom) -> None:
        super().__init__(room)
        self._room, self._page = room, room.dock.intake
        self._canvas = room.iface.mapCanvas()
        self._favourites = Favourites()
        self._class = ""
        self._point: QgsPointXY | None = None
        self._place: Place | None = None
        self._look: Look | None = None
        self._told: Reported | None = None
        self._stored = ""
        self._sought = ""
        self._timed = False
        #: Called with the number of a case whose card is to be shown.
        self.on_open: Callable[[str], None] = lambda number: None
        self._pins: list[Pin] = []
        self._near: list[Pin] = []
        self.tool = PlaceTool(self._canvas, lambda: self._pins)
        page = self._page
        self.tool.put.connect(self._put)
        self.tool.activated.connect(lambda: page.pick.setChecked(True))
        self.tool.deactivated.connect(lambda: page.pick.setChecked(False))
        page.pick_toggled.connect(self._pick)
        page.search.picked.connect(self.choose)
        page.keys.picked.connect(self._key)
        page.keys.pin_wanted.connect(lambda key: self._pin_key(key, True))
        page.keys.unpin_wanted.connect(lambda key: self._pin_key(key, False))
        page.address_entered.connect(self._address)
        page.address_left.connect(self._address_left)
        page.candidate_chosen.connect(lambda _: self._candidate())
        page.changed.connect(self.tell)
        page.reported.dateTimeChanged.connect(self._time_was_set)
        page.store_wanted.connect(self._store)
        page.photos_wanted.connect(self._choose_photos)
        page.photos_dropped.connect(lambda files: page.set_photos([*page.photos, *files]))
        page.void_wanted.connect(self._void)
        page.open_wanted.connect(lambda: self.on_open(self._stored))
        page.twin_chosen.connect(self._show_twin)

    def close(self) -> None:
        """Take pin and tool away."""
        self._canvas.unsetMapTool(self.tool)
        self._unpin()
        self.tool.deleteLater()
        self.deleteLater()

    def begin(self, there: bool) -> None:
        """Start on the workspace that is open now, or on none."""
        self._forget()
        self._class, self._stored = "", ""
        self._page.show_stored("")
        if not there:
            self._page.show_class("", "")
            return
        desk = self._room.service.desk
        self._favourites = load_favourites(self._edition(), set(desk.chooser.classes))
        self._page.search.set_search(
            lambda typed: desk.chooser.search(
                typed,
                limit=_HITS,
                uses={c: int(n) for c, n in self._favourites.uses.items()},
                lang=language(),
            )
        )
        self._page.show_privacy(desk.profile.reporter)
        self._show_class()

    def _edition(self) -> str:
        return f"cases/{self._room.service.desk.edition.id}"

    # --- the class ---------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Take a class, by its key."""
        self._class = key
        self._show_class()
        self.tell()

    def _show_class(self) -> None:
        classes = self._room.service.desk.chooser.classes
        hit = classes.get(self._class)
        self._page.show_class(*((hit.code, shown(hit.label)) if hit else ("", "")))
        keys = self._favourites.keys()
        names = {
            key: (code, shown(classes[code].label)) for key, code in keys.items() if code in classes
        }
        self._page.keys.show_keys(names, set(self._favourites.pinned), self._class)

    def _key(self, key: int) -> None:
        code = self._favourites.keys().get(key)
        if code is not None:
            self.choose(code)

    def _pin_key(self, key: int, on: bool) -> None:
        if on and self._class:
            self._keep(self._favourites.pin(key, self._class))
        elif not on:
            self._keep(self._favourites.unpin(key))

    def _keep(self, favourites: Favourites) -> None:
        self._favourites = favourites
        keep_favourites(self._edition(), favourites)
        self._show_class()

    # --- the place ---------------------------------------------------------------------

    def _pick(self, on: bool) -> None:
        if on:
            self._canvas.setMapTool(self.tool)
        else:
            self._canvas.unsetMapTool(self.tool)

    def _put(self, point: QgsPointXY) -> None:
        """Take a point of the map; it counts as given."""
        self._point, self._place = self._room.to_store(point), None
        self._page.found.hide()
        self._show_pin(self._point.x(), self._point.y())
        self.tell()

    def _address_left(self, text: str) -> None:
        """Look up an address that is another: the place of the one before is not its.

        What was clicked on the map stays: there the address is only words.
        """
        clicked = self._point is not None and self._place is None
        if text != self._sought and not clicked and self._room.path is not None:
            self._address(text)

    def _address(self, text: str) -> None:
        self._sought = text
        found = self._room.find_address(text) if text else None
        self._page.found.setVisible(found is not None)
        self._page.found.show_found(found)
        if found is None or not found.places:
            self._point = self._place = None
            self._unpin()
            self.tell()
            return
        self._candidate()

    def _candidate(self) -> None:
        place = self._page.found.place()
        if place is None:
            return
        self._place, self._point = place, QgsPointXY(place.x, place.y)
        self._room.zoom(place.x, place.y, place.error_m)
        self._show_pin(place.x, place.y)
        self.tell()

    def _unpin(self) -> None:
        """Take the pins of place and twins away."""
        remove(*self._pins, *self._near)
        self._pins.clear()
        self._near.clear()

    def _show_pin(self, x: float, y: float) -> None:
        """Show the pin at a place of the workspace."""
        remove(*self._pins)
        self._pins.clear()
        self._pins.append(Pin(self._canvas, self._room.to_map(x, y), "!", palette.VERMILION))

    # --- telling and storing -------------------------------------------------------------

    def _time_was_set(self, *_: object) -> None:
        self._timed = True

    def reported(self) -> Reported | None:
        """Return what is said on the page; None while class or place is missing."""
        from citygrid_core.operations.cases.intake import Reported

        hit = self._room.service.desk.chooser.classes.get(self._class)
        page, place = self._page, self._place
        placed = self._point is not None or page.component_code() or page.address.text().strip()
        if hit is None or not placed:
            return None
        if not self._timed:
            page.set_reported(self._room.service.now())
        said = Reported(
            hit.code, page.reported_at(), hit.kind, str(page.source.currentData()),
            address=page.address.text().strip(), component_code=page.component_code(),
            given_grid_code=page.grid.text().strip(),
            description=page.description.toPlainText().strip(),
            reporter=page.reporter.text(), phone=page.phone.text(),
        )  # fmt: skip
        if self._point is not None:
            said = replace(said, x=self._point.x(), y=self._point.y())
        if place is not None:
            said = replace(
                said, location_method="geocoded", location_error_m=place.error_m,
                location_probability=place.probability,
            )  # fmt: skip
        return said

    def tell(self) -> None:
        """Show all that is known of what was said so far."""
        self._look = None
        remove(*self._near)
        self._near.clear()
        said = self._told = self.reported() if self._room.path is not None else None
        if said is None:
            self._page.show_nothing("")
            return
        try:
            look = self._room.service.look(said)
        except CitygridError as error:
            self._page.show_nothing(shown(error))
            return
        self._look = look
        self._show(look)

    def _show(self, look: Look) -> None:
        page, service = self._page, self._room.service
        case = look.case
        if "x" in case and self._room.path is not None:
            loaded = self._room.answers.cities.get(self._room.path)
            sigma = self._place.sigma if self._place is not None else 0.0
            kind, code = case["object_kind"], case["class_code"]
            card = answer(loaded, case["x"], case["y"], kind, code, sigma)
            extra = tuple(intake_sections(service, look))
            page.known.show_card(replace(card, sections=(*extra, *card.sections)))
        else:
            page.known.show_card(None)
            page.known.headline.setText(
                tr("No position: it is stored without a grid.", "未定位：将不归网格入库。")
            )
        near = look.components
        labels = [self._room.service.component_name(case["class_code"], n) for n in near["name"]]
        page.show_components(
            [
                (code, tr(f"{code}  {label}  {metres:.0f} m", f"{code}  {label}  {metres:.0f} 米"))
                for code, label, metres in zip(near["code"], labels, near["metres"], strict=True)
            ]
        )
        page.show_twins(twin_texts(look.twins))
        self._pin_twins(look)
        if self._point is None and "x" in case:  # placed by its component
            self._show_pin(case["x"], case["y"])
        page.new.setEnabled(True)
        page.register.setEnabled(look.register)
        page.register.setChecked(page.register.isChecked() and look.register)
        page.say("")

    def _pin_twins(self, look: Look) -> None:
        """Show on the map where the nearest twins lie."""
        numbers = look.twins["number"].tolist()[:_TWINS]
        if not numbers:
            return
        store = self._room.service.desk.workspace
        held = store.read("cases", columns=["number"], where={"number": numbers})
        for there in held.geometry:
            point = self._room.to_map(there.x, there.y)
            self._near.append(Pin(self._canvas, point, "=", palette.BLUE))

    def _show_twin(self, number: str) -> None:
        """Show on the map where a twin lies."""
        service = self._room.service
        held = service.desk.workspace.read("cases", columns=["number"], where={"number": number})
        if len(held):
            point = held.geometry.iloc[0]
            self._room.zoom(point.x, point.y)

    def _store(self, linked: bool) -> None:
        page, told = self._page, self._told
        self._address_left(page.address.text().strip())
        said = self.reported()
        if said is None or told is None or _key(said) != _key(told):
            self.tell()
            if self._look is not None:
                page.say(
                    tr("What is known has changed: look, then store.",
                       "已知信息刚刚更新，请核对后再入库。")
                )  # fmt: skip
            return
        if self._look is None:
            return
        try:
            taken = self._room.service.store(
                said,
                register=page.register.isEnabled() and page.register.isChecked(),
                twin_of=page.twin() if linked else "",
                photos=page.photos,
            )
        except CitygridError as error:
            page.say(shown(error))
            return
        self._keep(self._favourites.used(self._class))
        self._stored = taken.number
        self._forget()
        page.show_stored(taken.number)
        stage = choice("case_stage", taken.stage)
        lines = [tr(f"Stored: {taken.number}, {stage}", f"已入库：{taken.number}，{stage}")]
        page.say("\n".join([*lines, *(shown(p) for p in taken.problems)]))

    def _forget(self) -> None:
        """Clear the page for the next report; the class stays."""
        self._point = self._place = self._look = None
        self._timed, self._sought = False, ""
        self._unpin()
        self._page.reset()
        if self._room.path is not None:
            self._page.set_reported(self._room.service.now())

    def _choose_photos(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self._room.iface.mainWindow(),
            tr("Photos of the case", "案件照片"),
            "",
            tr("Photos", "照片") + f" ({_PHOTOS})",
        )
        if files:
            self._page.set_photos([*self._page.photos, *map(Path, files)])

    def _void(self) -> None:
        """Take the case stored last back: a step like any other, with a reason."""
        reason, ok = QInputDialog.getText(
            self._room.iface.mainWindow(),
            tr("Void the case", "作废案件"),
            tr(f"Why is {self._stored} void?", f"作废 {self._stored} 的原因："),
        )
        if not ok:
            return
        service = self._room.service
        report = service.advance(self._stored, "void", service.now(), reason=reason.strip())
        if report.problems:
            self._page.say("\n".join(shown(p) for p in report.problems))
        else:
            self._page.say(tr(f"Void: {self._stored}", f"已作废：{self._stored}"))
            self._page.show_stored("")


def _key(said: Reported) -> tuple[object, ...]:
    """Return what of a report decides what is known of it; beside a position an address is words."""
    placed = said.x is not None
    return (
        said.object_kind, said.class_code, said.x, said.y, "" if placed else said.address,
        said.component_code, said.given_grid_code,
    )  # fmt: skip
