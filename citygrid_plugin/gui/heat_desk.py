"""Heat while sliders move: between the page of questions, the view in memory and the layers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from citygrid_core.errors import CitygridError
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.docks.heat_page import HeatPage
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup
from citygrid_plugin.layers.components import ComponentLayers
from citygrid_plugin.layers.grids import GridLayers
from citygrid_plugin.layers.heat import HeatLayers
from citygrid_plugin.layers.project import find_layer, is_shown, show_group
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.heat_city import (
    Answer,
    HeatCities,
    HeatCity,
    Question,
    read_city,
)
from citygrid_plugin.services.heat_map import OWN, HeatMap
from citygrid_plugin.services.heat_patterns import Patterns, find_patterns
from citygrid_plugin.services.jobs import CallTask

if TYPE_CHECKING:
    import pandas as pd
    from qgis.gui import QgisInterface

    from citygrid_plugin.services.session import Session

#: Groups that would hide heat: components, and the outlines of grids, which heat has itself.
_STEP_BACK: tuple[type[LayerGroup], ...] = (ComponentLayers, GridLayers)
#: QGIS places all names anew at every step, which takes longer than the heat: those of streets wait
#: until the slider has rested so long.
_REST_MS, _STREETS = 700, "places_line"
#: How many grids the list of the hottest shows.
_TOP = 12


class HeatDesk(QObject):
    """Asks the view, colours the grids, says what the colours mean.

    Signals
    -------
    redrawn()
        The map shows another answer.
    ready(bool)
        The city was read, or is no longer there.

    Attributes
    ----------
    rest : QTimer
        Runs while one step of the slider follows another.
    """

    redrawn = pyqtSignal()
    ready = pyqtSignal(bool)

    def __init__(self, iface: QgisInterface, session: Session, page: HeatPage) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._page = iface, session, page
        self._cities = HeatCities()
        self.city: HeatCity | None = None
        self.answer: Answer | None = None
        self.found: pd.DataFrame | None = None
        self.patterns: Patterns | None = None
        self.map: HeatMap | None = None
        self._task: CallTask[HeatCity] | None = None
        self._pattern_task: CallTask[Patterns] | None = None
        self._on = False
        self._were: list[type[LayerGroup]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.redraw)
        self.rest = QTimer(self)
        self.rest.setSingleShot(True)
        self.rest.setInterval(_REST_MS)
        self.rest.timeout.connect(self._name_streets)
        page.asked.connect(self._timer.start)
        self._bases: dict[str, Path] = {}
        page.base_wanted.connect(self._choose_base)
        page.layers_wanted.connect(self._layers_wanted)
        session.changed.connect(self._session_changed)
        iface.mapCanvas().scaleChanged.connect(self._label)
        page.setEnabled(False)

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._iface.mapCanvas().scaleChanged.disconnect(self._label)
        self._forget()
        self.deleteLater()

    # --- on and off --------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the map shows heat."""
        return self._on

    @property
    def busy(self) -> bool:
        """Whether something is computed in the background."""
        return self._task is not None or self._pattern_task is not None

    def switch(self, on: bool) -> None:
        """Show heat on the map, or no longer; what would lie on it steps back meanwhile."""
        if on == self._on or (on and self._session.path is None):
            return
        self._on = on
        project = QgsProject.instance()
        group = live.live_group(project)
        if on:
            self._were = [kind for kind in _STEP_BACK if is_shown(project, kind)]
            for kind in (*_STEP_BACK, HeatLayers):
                show_group(project, kind, False)
            self._read()
        else:
            self._name_streets()
            for kind in self._were:
                show_group(project, kind, True)
        if group is not None:
            group.setItemVisibilityChecked(on)
        self.redrawn.emit()

    def _read(self, at: str | None = None) -> None:
        """Read the city in the background unless it is there already.

        Parameters
        ----------
        at : str, optional
            First day of the grids; "" for today's, by default those that are shown.
        """
        path = self._session.path
        if path is None or self._task is not None:
            return
        if at is None:
            at = self.city.at if self.city is not None else ""
        held = self._cities.current(path, at)
        if held is not None:
            self._ready(held, None)
            return
        self._page.said.setText(tr("Reading the cases…", "正在读取案件……"))
        title = tr("citygrid: reading the heat", "citygrid：读取案件热力")
        self._task = CallTask(title, partial(read_city, path, at=at, **self._bases), self._ready)
        QgsApplication.taskManager().addTask(self._task)

    def _choose_base(self, name: str) -> None:
        """Let the user pick a file; the city is read anew with it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._iface.mainWindow(), tr("Open a file", "打开文件"), "", "CSV (*.csv)"
        )
        if chosen:
            self.add_base(name, Path(chosen))

    def add_base(self, name: str, file: Path) -> None:
        """Read the city anew with residents or tracks."""
        self._bases[name] = file
        self._cities.forget()
        self._read()

    def _ready(self, city: HeatCity | None, error: CitygridError | None) -> None:
        self._task = None
        if error is not None or city is None:
            self._bases.clear()
            said = shown(error) if error is not None else ""
            self._page.said.setText(said)
            self._say(said, Qgis.MessageLevel.Warning)
            return
        if city.path != self._session.path:
            return
        first = self.city is None
        self._cities.take(city)
        if city is self.city and self.map is not None:
            self.redraw()
            return
        self.city = city
        self._build()
        self._offer(keep=not first)
        self._page.setEnabled(True)
        self.ready.emit(True)
        self.redraw()

    def _build(self) -> None:
        """Put the grids into the project, without numbers."""
        assert self.city is not None
        before = self.map
        self.map, self.patterns = HeatMap(QgsProject.instance(), self.city), None
        if before is not None and before.city.at != self.city.at:
            # the grids of another day, and the same question: a colour means what it meant
            self.map.keep_scale(before)
        self._label(self._iface.mapCanvas().scale())
        self._layer_toggles()

    def _label(self, scale: float) -> None:
        """Write values only where they can be read: labels would be placed anew at every step."""
        if self.map is not None:
            self.map.layer(live.HEAT).setLabelsEnabled(scale <= palette.SCALE_GRID_LABELS)

    def _offer(self, *, keep: bool) -> None:
        """Offer what there are cases of; a city that was read anew keeps the question."""
        assert self.city is not None
        cube, page = self.city.view.cube, self._page
        if not keep:
            names = {
                str(code): self.city.view.departments.get(str(code), str(code))
                or tr("none yet", "尚未派遣")
                for code in cube.departments
            }
            sources = CHOICES["case_source"]
            page.offer(
                self.city.shown_classes(),
                {str(s): shown(sources[s]) if s in sources else str(s) for s in cube.sources},
                dict(sorted(names.items(), key=lambda item: item[1])),
            )
        if self.city.days != page.period.days:
            before = page.period.span()
            page.period.set_days(*self.city.days)
            if keep:
                page.period.show_span(before.first, before.last)
        page.offer_grids(changed=len(self.city.changes) > 1)
        self._offer_measures()

    def _offer_measures(self) -> None:
        assert self.city is not None
        kind, _ = self._page.chosen_class()
        self._page.offer_measures(
            [(key, words.measure_name(key)) for key in self.city.measures(kind)]
        )

    # --- question and answer -----------------------------------------------------------------

    def question(self) -> Question:
        """Return what the page asks."""
        from citygrid_core.heat import Choice

        page = self._page
        kind, code = page.chosen_class()
        sources = [str(s) for s in page.sources.checkedItemsData()]
        departments = [str(d) for d in page.departments.checkedItemsData()]
        choice = Choice(
            object_kind=kind,
            classes=(code,) if code else None,
            sources=tuple(sources) or None,
            departments=tuple(departments) or None,
            hours=page.hours.hours(),
            weekdays=page.hours.weekdays(),
        )
        return Question(choice, page.period.span(), page.measure.currentData() or "per_hectare")

    def asked_in_words(self) -> str:
        """Return which cases are meant, for titles."""
        page = self._page
        parts = [page.class_name() or tr("all cases", "全部案件")]
        for combo in (page.sources, page.departments):
            if combo.checkedItems():
                parts.append(tr(", ", "、").join(combo.checkedItems()))
        parts.append(page.hours.said_in_words())
        return " · ".join(part for part in parts if part)

    def grids_in_words(self) -> str:
        """Return whose day's grids are shown; nothing where there ever were only these."""
        if self.city is None or len(self.city.changes) < 2:
            return ""
        if not self.city.at:
            return tr("grids of today", "现行网格")
        return tr(f"grids of {self.city.at}", f"{self.city.at} 起的网格")

    def redraw(self) -> None:
        """Answer the question of the page on the map."""
        if self.city is None or not self._on or self.map is None:
            return
        if not self.map.there:
            self._build()
        page = self._page
        self._offer_measures()
        question = self.question()
        if not question.span.first:
            page.said.setText(tr("There is no case yet.", "尚无案件。"))
            return
        wanted = self.city.grids_of(question.span.last) if page.on_its_day() else ""
        if wanted != self.city.at:
            self._read(wanted)
            return
        self._unname_streets()
        answer = self.city.answer(question)
        mode = page.scale.currentData()
        if mode == OWN and not page.bounds.text():
            page.bounds.setText(", ".join(f"{b:g}" for b in self.map.bounds))
        self.found = self.map.show(answer, mode=mode, own=page.own_bounds())
        self.answer = answer
        heat = self.map.layer(live.HEAT)
        parts = (self.unit(), self.asked_in_words(), question.span.name, self.grids_in_words())
        heat.setName(" · ".join(part for part in parts if part))
        self._tell(answer)
        self._find_patterns()
        self.redrawn.emit()

    def _unname_streets(self) -> None:
        """Leave the names of streets off while one step follows another."""
        if self.rest.isActive():
            streets = find_layer(QgsProject.instance(), _STREETS)
            if streets is not None:
                streets.setLabelsEnabled(False)
        self.rest.start()

    def _name_streets(self) -> None:
        self.rest.stop()
        streets = find_layer(QgsProject.instance(), _STREETS)
        if streets is not None and not streets.labelsEnabled():
            streets.setLabelsEnabled(True)
            streets.triggerRepaint()

    def unit(self) -> str:
        """Return the unit of the map, and that it is smoothed when it is."""
        return words.measure_name(self.question().measure)

    def patterns_now(self) -> Patterns | None:
        """Return how spots came about when it is known for the question of the map."""
        found, answer = self.patterns, self.answer
        if found is None or answer is None or found.key != Patterns.key_of(answer.question):
            return None
        return found

    def _tell(self, answer: Answer) -> None:
        page = self._page
        page.show_warnings(words.warnings_of(answer))
        page.said.setText(words.said_of(answer, self.found, self.grids_in_words()))
        page.show_top(words.top_rows(self.city, answer, self.found, _TOP))
        self._legend()

    def _legend(self) -> None:
        assert self.map is not None
        assert self.answer is not None
        title = words.unit_title(self.unit(), self.answer.question.span.name)
        parts = [(title, live.legend_rows(self.map.layer(live.HEAT)))]
        page = self._page
        for role, box, title in (
            (live.SPOTS, page.spots, words.spots_title()),
            (live.WEAK, page.weak, tr("Uncertain places", "位置存疑")),
        ):
            if box.isChecked():
                parts.append((title, live.legend_rows(self.map.layer(role))))
        layer = live.find_live(QgsProject.instance(), live.PATTERNS)
        if page.patterns.isChecked() and layer is not None:
            parts.append((layer.name(), live.legend_rows(layer)))
        page.legend.show_parts(parts)

    # --- toggles and patterns ----------------------------------------------------------------

    def _layers_wanted(self) -> None:
        self._layer_toggles()
        self._find_patterns()
        if self.answer is not None:
            self._legend()

    def shown_roles(self) -> set[str]:
        """Return which layers beside heat are switched on."""
        page = self._page
        boxes = {live.SPOTS: page.spots, live.WEAK: page.weak, live.PATTERNS: page.patterns}
        return {role for role, box in boxes.items() if box.isChecked()}

    def _layer_toggles(self) -> None:
        project, on = QgsProject.instance(), self.shown_roles()
        for role in (live.SPOTS, live.WEAK, live.PATTERNS):
            layer = live.find_live(project, role)
            if layer is not None:
                live.show_layer(project, layer, role in on)
        if self.map is not None:
            below = live.PATTERNS in on and live.find_live(project, live.PATTERNS) is not None
            live.label_values(self.map.layer(live.HEAT), below=below)

    def _find_patterns(self) -> None:
        """Find how spots came about, in the background, when they are wanted and others."""
        if self.city is None or self.answer is None or not self._page.patterns.isChecked():
            return
        question = self.answer.question
        key = Patterns.key_of(question)
        if self._pattern_task is not None or (self.patterns and self.patterns.key == key):
            return
        title = tr("citygrid: patterns of heat", "citygrid：热点演变")
        self._pattern_task = CallTask(
            title, partial(find_patterns, self.city, question), self._patterns_found
        )
        QgsApplication.taskManager().addTask(self._pattern_task)

    def _patterns_found(self, found: Patterns | None, error: CitygridError | None) -> None:
        self._pattern_task = None
        if self.city is None or self.map is None:
            return
        if error is not None or found is None:
            said = shown(error) if error is not None else ""
            self._page.patterns.setChecked(False)
            self._say(said, Qgis.MessageLevel.Warning)
            return
        self.patterns = found
        live.show_patterns(
            QgsProject.instance(), found.rows(self.city), self.map.crs, found.title()
        )
        self._layer_toggles()
        self._legend()
        self.redrawn.emit()
        # The slider may have gone on meanwhile.
        self._find_patterns()

    # --- the store ---------------------------------------------------------------------------

    def _session_changed(self) -> None:
        path = self._session.path
        if self.city is not None and path != self.city.path:
            self._forget()
        elif self._on and path is not None and self._cities.current(path) is None:
            self._read()
        if self.map is None:
            # What a saved project brings along is empty: grids in memory are not stored.
            live.drop_live(QgsProject.instance())
        if path is None:
            self._on = False

    def _forget(self) -> None:
        for task in (self._task, self._pattern_task):
            if task is not None:
                task.cancel()
        self._name_streets()
        self._cities.forget()
        self._bases.clear()
        self.city = self.answer = self.found = self.patterns = None
        self.map = None
        self._on = False
        live.drop_live(QgsProject.instance())
        self._page.setEnabled(False)
        self._page.legend.show_parts([])
        self._page.show_warnings([])
        self._page.show_top([])
        self._page.said.clear()
        self.ready.emit(False)

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        if text:
            self._iface.messageBar().pushMessage("citygrid", text, level, 8)
