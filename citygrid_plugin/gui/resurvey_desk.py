"""A second survey: one key for each old component, then on to the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsGeometry, QgsPointXY, QgsProject, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QColor

from citygrid_core.census.resurvey import OUTCOME_KEYS
from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.conflicts_desk import TAB as CONFLICTS
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.map_view import centre_on

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_core.operations.census.capture.steps import Step
    from citygrid_core.operations.census.resurvey import Resurvey
    from citygrid_plugin.gui.census_desk import CensusDesk
    from citygrid_plugin.gui.docks.census_dock import CensusDock

_TAB = 1
#: Scale to which the map goes for the first component.
_SCALE = 500.0


class ResurveyDesk(QObject):
    """Walks a round: digits 1 to 4 are the outcomes while it goes on."""

    def __init__(self, iface: QgisInterface, dock: CensusDock, capture: CensusDesk) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._dock, self._page = iface, dock, dock.resurvey
        self._capture, self._service = capture, capture.service
        self._code = ""
        self._mark = QgsRubberBand(iface.mapCanvas(), QgsWkbTypes.GeometryType.PointGeometry)
        self._mark.setIcon(QgsRubberBand.IconType.ICON_BOX)
        self._mark.setIconSize(20)
        self._mark.setColor(QColor(palette.GRID))
        self._mark.setWidth(3)
        page = self._page
        page.begin_wanted.connect(self.begin)
        page.end_wanted.connect(self.end)
        page.outcome.connect(self.judge)
        page.list_wanted.connect(self._list)
        page.chosen.connect(self.go)
        capture.digit.connect(self.judge)
        capture.switched.connect(self._switched)
        capture.service.undone.connect(self._undone)
        dock.tabs.currentChanged.connect(self._turned)
        dock.page.form.left.connect(self._edited)

    def close(self) -> None:
        """Take the mark off the map."""
        self._iface.mapCanvas().scene().removeItem(self._mark)
        self.deleteLater()

    def _round(self) -> Resurvey | None:
        return self._service.resurvey

    def begin(self, name: str) -> None:
        """Begin a round, or go on with one, at the component nearest to the middle of the map."""
        from citygrid_core.operations.census.resurvey import Resurvey

        if not self._capture.switch(True) or self._service.desk is None:
            self._page.show_round(0, 0)
            return
        try:
            self._service.resurvey = Resurvey(self._service.desk, name)
        except CitygridError as error:
            self._page.show_round(0, 0)
            self._capture.say(error)
            return
        canvas = self._iface.mapCanvas()
        layer = find_layer(QgsProject.instance(), "components_point")
        centre = canvas.center()
        if layer is not None:
            centre = canvas.mapSettings().mapToLayerCoordinates(layer, centre)
        round_ = self._service.resurvey.round
        self._take_digits()
        canvas.setFocus()
        if canvas.scale() > _SCALE:
            canvas.zoomScale(_SCALE)
        self._next(round_.next(centre.x(), centre.y()))

    def end(self) -> None:
        """Leave the round; it can be gone on with by its name."""
        self._service.resurvey = None
        self._code = ""
        self._take_digits()
        self._mark.reset(QgsWkbTypes.GeometryType.PointGeometry)
        self._page.show_round(0, 0)
        self._page.show_now("")

    def judge(self, key: str) -> None:
        """Give the component of now an outcome."""
        round_, outcome = self._round(), OUTCOME_KEYS.get(key)
        if round_ is None or not self._code or outcome is None:
            return
        if self._dock.tabs.currentIndex() != _TAB:
            return
        on = self._service.today()
        self._capture.stop_waiting()
        if outcome == "moved":
            self._await_place()
            return
        if outcome == "changed":
            # What the surveyor edits is stored with the outcome: see `_edited`.
            self._capture.show_component(self._code)
            self._dock.tabs.setCurrentIndex(0)
            self._dock.page.form.begin()
            return
        try:
            call = round_.confirm if outcome == "confirmed" else round_.gone
            next_ = call(self._code, on=on)
        except CitygridError as error:
            self._capture.say(error)
            return
        self._service.show()
        self._next(next_)

    def go(self, code: str) -> None:
        """Make one of the components not visited the component of now."""
        self._next(code)
        self._iface.mapCanvas().setFocus()

    def _await_place(self) -> None:
        """The next drawing is the new place."""
        desk = self._service.desk
        if desk is None:
            return
        shape = desk.chooser.classes[str(self._service.values(self._code)["class_code"])].shape
        self._capture.await_drawing(shape, self._moved)
        self._page.show_now(self._said() + "<br>" + tr("Click its new place.", "请点击新位置。"))

    def _moved(self, corners: list[QgsPointXY]) -> None:
        round_, desk = self._round(), self._service.desk
        if round_ is None or desk is None:
            return
        shape = desk.chooser.classes[str(self._service.values(self._code)["class_code"])].shape
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        try:
            geometry = self._service.geometry(shape, corners, crs)
            next_ = round_.move(self._code, geometry, on=self._service.today())
        except CitygridError as error:
            self._capture.say(error)
            return
        self._service.show()
        self._next(next_)

    def _edited(self) -> None:
        """The fields of a component were left: with a change it has its outcome."""
        round_ = self._round()
        if round_ is None or self._capture.subject != self._code or not self._code:
            return
        self._dock.tabs.setCurrentIndex(_TAB)
        if not round_.round.is_open(self._code):
            self._next(round_.round.after(self._code))

    def _next(self, code: str | None) -> None:
        self._code = code or ""
        self._show_progress()
        self._mark.reset(QgsWkbTypes.GeometryType.PointGeometry)
        round_ = self._round()
        if not self._code or round_ is None:
            done = tr("Every component of the area was visited.", "范围内部件已全部复核。")
            self._page.now.setText(done)
            return
        self._page.show_now(self._said())
        x, y = round_.round.place(self._code)
        layer = find_layer(QgsProject.instance(), "components_point")
        if layer is not None:
            self._mark.addGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)), layer)
        centre_on(self._iface.mapCanvas(), x, y)

    def _said(self) -> str:
        values = self._service.values(self._code)
        day = values.get("surveyed_on") or "–"
        return f"<b>{self._service.name_of(values)}</b> {self._code}<br>" + tr(
            f"surveyed {day}", f"初始日期 {day}"
        )

    def _show_progress(self) -> None:
        round_ = self._round()
        if round_ is not None:
            self._page.show_round(len(round_.round), round_.round.left)

    def _list(self) -> None:
        round_ = self._round()
        if round_ is None:
            return
        left = round_.round.not_visited().sort_values(["grid_code", "code"])
        left = left.assign(name=[self._service.name_of(v) for v in left.to_dict("records")])
        columns = (left[c].fillna("").astype(str) for c in ("code", "name", "grid_code"))
        self._page.show_left(list(zip(*columns, strict=True)), len(left))
        self._iface.mapCanvas().setFocus()

    def _take_digits(self) -> None:
        at = self._dock.tabs.currentIndex()
        walking = self._round() is not None and at == _TAB
        self._capture.takes_digits = walking or at == CONFLICTS

    def _turned(self, _: int) -> None:
        self._take_digits()

    def _switched(self, on: bool) -> None:
        if not on and self._service.desk is None:
            self.end()

    def _undone(self, step: Step) -> None:
        round_ = self._round()
        if round_ is not None and step.codes:
            self._next(step.codes[0] if round_.round.is_open(step.codes[0]) else self._code)
