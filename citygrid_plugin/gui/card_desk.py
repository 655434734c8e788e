"""One case: its card, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication, QgsPointXY
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QFileDialog

from citygrid_core.cases.lifecycle import POSTS, Step
from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.markers import Pin, remove
from citygrid_plugin.gui.dialogs.step_dialog import StepDialog
from citygrid_plugin.gui.tools.answer_tool import AnswerTool
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.services.calls import CallTask
from citygrid_plugin.services.case_words import (
    case_sections,
    case_text,
    case_title,
    moment,
    twin_texts,
)
from citygrid_plugin.services.cases import read_card

if TYPE_CHECKING:
    from citygrid_core.operations.cases.standing import Card
    from citygrid_plugin.gui.case_room import CaseRoom


class CardDesk(QObject):
    """Shows a case and advances it by the steps that are legal."""

    def __init__(self, room: CaseRoom) -> None:
        super().__init__(room)
        self._room, self._page = room, room.dock.case
        self._canvas = room.iface.mapCanvas()
        self._card: Card | None = None
        self._pin: Pin | None = None
        self._task: CallTask | None = None
        self.tool = AnswerTool(self._canvas)
        page = self._page
        self.tool.clicked.connect(self._picked)
        self.tool.activated.connect(lambda: page.pick.setChecked(True))
        self.tool.deactivated.connect(lambda: page.pick.setChecked(False))
        page.pick_toggled.connect(self._pick)
        page.number_entered.connect(self.open)
        page.twin_chosen.connect(self.open)
        page.step_wanted.connect(self.step)
        page.zoom_wanted.connect(self.zoom)
        page.copy_wanted.connect(self._copy)
        page.photos_wanted.connect(self._photos)

    def close(self) -> None:
        """Take pin and tool away."""
        self._drop()
        self._canvas.unsetMapTool(self.tool)
        remove(self._pin)
        self.tool.deleteLater()
        self.deleteLater()

    def begin(self, there: bool) -> None:
        """Start anew: another workspace is open, or none."""
        self._drop()
        self._card = None
        remove(self._pin)
        self._pin = None
        self._page.number.clear()
        self._page.say("")
        self._page.show_nothing()

    @property
    def number(self) -> str:
        """Number of the case that is shown; empty for none."""
        return str(self._card.case["number"]) if self._card is not None else ""

    @property
    def busy(self) -> bool:
        """Whether a case is being read."""
        return self._task is not None

    def _drop(self) -> None:
        if self._task is not None:
            self._task.drop()
        self._task = None

    def show(self, number: str, at: str = "", *, said: str = "", follow: bool = False) -> None:
        """Show a case in its page without bringing it to the front; the last one asked for wins.

        Parameters
        ----------
        at : str
            ISO moment; empty: now.
        said : str
            What is to be said below it: how its last step ended.
        follow : bool
            Bring it onto the map, where the map does not show its place.
        """
        path, service, lang = self._room.path, self._room.service, language()
        if path is None:
            return
        self._drop()
        self._page.number.setText(number)
        self._page.steps.setEnabled(False)  # they are those of the case before
        asked = at or service.now()

        def done(result: Any) -> None:
            self._task = None
            self._page.steps.setEnabled(True)
            if isinstance(result, CitygridError):
                self.begin(True)
                self._page.number.setText(number)
                self._page.say(shown(result))
                return
            card, steps = result
            self._show(card, () if at else steps)  # nothing can be done in the past
            was = tr(f"as it was at {moment(at)}", f"{moment(at)} 时的状态") if at else ""
            self._page.say(said or was)
            pin = self._pin
            if follow and pin is not None and not self._canvas.extent().contains(pin.point):
                self.zoom()

        self._task = CallTask(
            tr("citygrid: case", "citygrid：案件"),
            lambda: read_card(path, service.cities, number, asked, lang), done,
        )  # fmt: skip
        QgsApplication.taskManager().addTask(self._task)

    def _show(self, card: Card, steps: Sequence[Step]) -> None:
        service = self._room.service
        self._card = card
        self._page.show_case(
            case_title(service, card), case_sections(service, card),
            twin_texts(card.twins), card.photos,
        )  # fmt: skip
        self._page.show_steps([(s.name, shown(s.label), shown(POSTS[s.post])) for s in steps])
        self._show_pin()

    def open(self, number: str) -> None:
        """Show a case, its page in front."""
        if number and self._room.path is not None:
            self._room.dock.show_page(self._page)
            self.show(number, follow=True)

    def zoom(self) -> None:
        """Bring the case to the middle of the map."""
        if self._card is not None and "x" in self._card.case:
            self._room.zoom(self._card.case["x"], self._card.case["y"])

    def step(self, name: str, *, at: str = "") -> None:
        """Do a step; what has to be said with it is asked for."""
        if self._card is None:
            return
        service, number = self._room.service, self.number
        step = service.profile.steps[name]
        at = at or service.now()
        said: dict[str, str] = {}
        if step.needs:
            dialog = StepDialog(
                f"{shown(step.label)} · {number}", step.needs, service.departments(),
                str(self._card.duty["handling_code"] or ""), at, self._room.iface.mainWindow(),
            )  # fmt: skip
            accepted = dialog.exec()
            said = dialog.said()
            dialog.deleteLater()
            if not accepted:
                return
        try:
            report = service.advance(number, name, at, **said)
        except CitygridError as error:
            self._page.say(shown(error))
            return
        done = tr(f"Done: {shown(step.label)}", f"已执行：{shown(step.label)}")
        self.show(number, said="\n".join(shown(p) for p in report.problems) or done)

    def _show_pin(self) -> None:
        remove(self._pin)
        self._pin = None
        if self._card is not None and "x" in self._card.case:
            point = self._room.to_map(self._card.case["x"], self._card.case["y"])
            color = palette.LIGHTS[str(self._card.stands.get("light") or "")]
            self._pin = Pin(self._canvas, point, "●", color)

    def _pick(self, on: bool) -> None:
        if on:
            self._canvas.setMapTool(self.tool)
        else:
            self._canvas.unsetMapTool(self.tool)

    def _picked(self, point: QgsPointXY, radius: float) -> None:
        there = self._room.to_store(point)
        beside = self._room.to_store(QgsPointXY(point.x() + radius, point.y()))
        number = self._room.service.nearest(there.x(), there.y(), there.distance(beside))
        if number:
            self.open(number)
        else:
            self._page.say(tr("No case is there.", "此处没有案件。"))

    def _copy(self) -> None:
        if self._card is not None:
            sections = case_sections(self._room.service, self._card)
            QGuiApplication.clipboard().setText(case_text(self.number, sections))

    def _photos(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self._room.iface.mainWindow(), tr("Photos of the case", "案件照片"), "",
            tr("Photos", "照片") + " (*.jpg *.jpeg *.png *.tif *.tiff *.webp)",
        )  # fmt: skip
        if files and self._card is not None:
            from citygrid_core.operations.cases.photos import attach_case_photos

            desk = self._room.service.desk
            report = attach_case_photos(
                desk.workspace, self.number, [Path(f) for f in files], who=desk.who
            )
            self.show(self.number, said="\n".join(shown(p) for p in report.problems))
