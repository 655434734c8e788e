"""Evaluation in QGIS: asked in a task, coloured on the map, opened down to the cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QAction, QFileDialog

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.bounce_desk import BounceDesk
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers.components import ComponentLayers
from citygrid_plugin.layers.evaluation import (
    BEHIND,
    VIEW,
    hide_evaluation,
    renderer,
    show_areas,
    show_behind,
    show_points,
)
from citygrid_plugin.layers.project import find_layer, is_shown, show_group
from citygrid_plugin.services.calls import CallTask
from citygrid_plugin.services.case_words import choice, left_out, moment
from citygrid_plugin.services.collector import pass_by
from citygrid_plugin.services.evaluation import (
    Answer,
    Asked,
    Evaluations,
    Row,
    placed_cases,
)
from citygrid_plugin.services.slices import Slices, some

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.evaluation_dock import EvaluationDock
    from citygrid_plugin.services.session import Session

#: What is shown first: how much was handled on time.
_FIRST = "dispose_on_time_rate"
_MOST = 2000
_REPORTS = "HTML (*.html);;PDF (*.pdf);;XLSX (*.xlsx);;CSV (*.csv)"


class EvaluationDesk(QObject):
    """Between the dock, the map and the evaluations.

    Parameters
    ----------
    open_case, zoom, frame : callable
        Show the card of a case; bring a place, or a box, of the store to the middle of the map.
    """

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        dock: EvaluationDock,
        action: QAction,
        open_case: Callable[[str], None],
        zoom: Callable[[float, float], None],
        frame: Callable[[tuple[float, float, float, float]], None],
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock, self._action = iface, session, dock, action
        self._zoom, self._frame = zoom, frame
        self._evaluations = Evaluations()
        self._tasks: dict[str, CallTask] = {}
        self._slices, self._marks = Slices(self), Slices(self)
        self._answer: Answer | None = None
        self._points: Any = None
        self._rows: dict[str, Row] = {}
        self._code, self._mixed = "", False
        self._path: Path | None = None
        self._hidden = False
        dock.asked.connect(self.ask)
        dock.indicator_changed.connect(self._show)
        dock.group_chosen.connect(self._drill)
        dock.case_chosen.connect(self._to_case)
        dock.case_opened.connect(open_case)
        dock.map_toggled.connect(lambda _: self._colour())
        dock.report_wanted.connect(self._choose_report)
        dock.adjusted.connect(lambda _: self._show())
        self.bounces = BounceDesk(
            self, dock.bounces, self._run, self._bounces_work, self._places_work, frame, open_case
        )
        dock.bounces_wanted.connect(self.bounces.ask)
        dock.visibilityChanged.connect(lambda there: self._looked_at() if there else None)
        action.triggered.connect(lambda _=False: self.open())
        session.changed.connect(self._session_changed)
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._drop()
        self._step_back(False)
        hide_evaluation(QgsProject.instance())
        self.deleteLater()

    def open(self) -> None:
        """Show the dock."""
        show_beside(self._dock)
        self._looked_at()

    @property
    def busy(self) -> bool:
        """Whether a task runs, or the list or the map is being filled."""
        return bool(self._tasks) or self._slices.busy or self._marks.busy

    def _session_changed(self) -> None:
        path = self._session.path
        self._action.setEnabled(path is not None)
        self._dock.widget().setEnabled(path is not None)
        if path == self._path:
            return
        self._drop()
        self._path, self._answer, self._points = path, None, None
        self._rows = {}
        self.bounces.forget()
        self._evaluations.forget()
        self._dock.show_nothing("")
        hide_evaluation(QgsProject.instance())
        if path is not None and self._dock.isVisible():
            self._looked_at()

    def _looked_at(self) -> None:
        """Fill the dock when it is opened on a workspace for the first time."""
        if self._path is None or self._answer is not None or self._tasks:
            return
        from citygrid_core.evaluation import Scheme, indicators, schemes
        from citygrid_core.evaluation.formulas import formula

        dock, lang = self._dock, language()
        dock.set_indicators(
            [(c, _named(i), formula(i, lang)) for c, i in indicators().items()], _FIRST
        )
        dock.set_schemes([(name, shown(Scheme.load(name).title)) for name in schemes()])
        summary = self._session.summary
        last = _last_day(QgsProject.instance())
        if summary is not None and last:
            dock.set_day(last)
        self.ask()

    def ask(self) -> None:
        """Evaluate what the dock asks; the last question wins."""
        path = self._path
        if path is None:
            return
        by, level, post = self._dock.grouping()
        scheme = str(self._dock.scheme.currentData() or "")
        asked = Asked(self._dock.period(), by, level, scheme, post)
        self._tell_progress(0.0)
        self._run(
            "ask", lambda follow: self._evaluations.ask(path, asked, follow), self._done, told=True
        )

    def _tell_progress(self, percent: float) -> None:
        share = f" {percent:.0f} %" if percent > 0 else ""
        self._dock.total.setText(tr(f"Evaluating…{share}", f"正在评价……{share}"))

    def _run(
        self,
        name: str,
        work: Callable[..., Any],
        done: Callable[[Any], None],
        *,
        told: bool = False,
    ) -> None:
        """Work in a task; work that is `told` of takes a progress function and is stopped by it."""
        if name in self._tasks:
            self._tasks.pop(name).drop()

        def ended(result: Any) -> None:
            self._tasks.pop(name, None)
            done(result)

        title = tr("citygrid: evaluation", "citygrid：综合评价")
        task = CallTask(title, (lambda: work(task.follow)) if told else work, ended)
        if told:
            task.progressChanged.connect(self._tell_progress)
        self._tasks[name] = task
        QgsApplication.taskManager().addTask(task)

    def _drop(self) -> None:
        self._slices.stop()
        self._marks.stop()
        for task in self._tasks.values():
            task.drop()
        self._tasks.clear()

    def _done(self, result: Any) -> None:
        if isinstance(result, CitygridError):
            self._dock.show_nothing(shown(result))
            return
        before = self._answer.asked.period if self._answer is not None else ""
        if not before:
            pass_by()
        self._answer = result
        if before != result.asked.period:
            self.bounces.forget()
        self._show()
        if self._dock.pages.currentWidget() is self._dock.bounces:
            self.bounces.ask()

    def _bounces_work(self) -> Callable[[], Any] | None:
        path, answer = self._path, self._answer
        if path is None or answer is None:
            return None
        return lambda: self._evaluations.bounces(path, answer.done)

    def _places_work(self, numbers: list[str]) -> Callable[[], Any] | None:
        path = self._path
        return None if path is None else lambda: self._evaluations.places(path, numbers)

    # --- the table and the map -----------------------------------------------------------

    def _show(self) -> None:
        """Show the indicator that is chosen, as it is or for the mix of classes; a task ranks it."""
        from citygrid_core.evaluation import indicators

        path, answer = self._path, self._answer
        if path is None or answer is None:
            return
        code = self._dock.chosen_indicator()
        there = indicators()[code].kind == "rate" and answer.asked.by != "class"
        self._dock.offer_mix(there)
        mixed = there and self._dock.mixed.isChecked()

        def done(result: Any) -> None:
            if isinstance(result, CitygridError):
                self._dock.show_nothing(shown(result))
            elif self._answer is answer:
                self._code, self._mixed, self._rows = code, mixed, result
                self._fill()

        self._run("rows", lambda: self._evaluations.rows(path, answer, code, mixed), done)

    def _fill(self) -> None:
        """Fill total, groups and map."""
        from citygrid_core.evaluation import TOTAL, at, indicators
        from citygrid_core.evaluation.reports import number

        assert self._answer is not None
        code = self._code
        done, one = self._answer.done, indicators()[code]
        top, bottom = at(done.table.numerator, TOTAL, code), at(done.table.denominator, TOTAL, code)
        counts = f"{top:,.10g} / {bottom:,.10g}" if one.denominator else f"{top:,.10g}"
        whole = number(at(done.table.value, TOTAL, code), one, language())
        total = [
            f"<b>{shown(one.name)}: {whole}</b> ({counts})",
            *(f"<span style='color:#b34700'>{shown(w)}</span>" for w in done.warnings),
        ]
        span = f"{done.period.first} – {done.period.last}"

        def filling() -> Iterator[None]:
            self._dock.begin_groups("<br>".join(total), span, scored=done.score is not None)
            yield
            self._show_times(TOTAL)
            yield
            rows = [
                (group, [r.name, r.text, r.counts, r.interval, r.place], r.color)
                for group, r in self._rows.items()
            ]
            for these in some(rows):
                self._dock.add_groups(these)
                yield
            yield from self._colouring()

        self._slices.start(filling())

    def _show_times(self, group: str) -> None:
        """Show how long the stages took in a group."""
        from citygrid_core.evaluation.times import SPANS
        from citygrid_core.operations.evaluation.report import name_of
        from citygrid_core.operations.evaluation.sections import hours

        assert self._answer is not None
        done = self._answer.done
        rows = []
        for span, (_, _, name) in SPANS.items():
            if (group, span) not in done.times.index:
                continue
            row = done.times.loc[(group, span)]
            tail = f"{100 * row['tail']:.1f} %" if row["tail"] == row["tail"] else "–"
            told = [hours(float(row[c])) for c in ("median", "p90", "p95", "longest")]
            rows.append([shown(name), f"{row['cases']:,.0f}", *told, tail])
        said = tr("hours by the wall clock", "自然小时")
        self._dock.times.show_times(f"<b>{name_of(done, group, language())}</b> · {said}", rows)

    def _colour(self) -> None:
        self._slices.start(self._colouring())

    def _colouring(self) -> Iterator[None]:
        from citygrid_core.evaluation import indicators

        project = QgsProject.instance()
        hide_evaluation(project)
        answer = self._answer
        on = answer is not None and self._dock.on_map.isChecked()
        self._step_back(on)
        if answer is None or not on:
            self._dock.legend.show_layer(None)
            return
        done, one = answer.done, indicators()[self._code]
        values = [r.value for r in self._rows.values() if r.value == r.value]
        unit = "%" if one.kind == "rate" else shown(one.unit) or tr("cases", "件")
        name = (
            tr(f"{shown(one.name)}, for the mix", f"校正后{shown(one.name)}")
            if self._mixed
            else shown(one.name)
        )
        title = f"{name} ({unit}), {done.period.text}"
        style = renderer(values, one.kind, one.better, unit, points=answer.shapes is None)
        if answer.shapes is not None:
            filling = show_areas(project, answer.shapes, answer.crs, self._rows, title, style)
            yield from self._with_legend(filling)
        else:
            self._colour_cases(title, style)

    def _with_legend(self, filling: Iterator[None]) -> Iterator[None]:
        """Fill the view; its legend is there as soon as the layer is."""
        for i, _ in enumerate(filling):
            if i == 0:
                self._dock.legend.show_layer(find_layer(QgsProject.instance(), VIEW))
            yield

    def _step_back(self, on: bool) -> None:
        """Components step back while an indicator is on the map."""
        project = QgsProject.instance()
        if on and is_shown(project, ComponentLayers):
            self._hidden = True
            show_group(project, ComponentLayers, False)
        elif not on and self._hidden:
            self._hidden = False
            show_group(project, ComponentLayers, True)

    def _colour_cases(self, title: str, style: Any) -> None:
        """Colour the cases by the value of their group: groups that are no areas."""
        from citygrid_core.evaluation import TOTAL

        path, answer = self._path, self._answer
        if path is None or answer is None:
            return
        asked, code, rows = answer.asked, self._code, self._rows

        def drawn(result: Any) -> None:
            if isinstance(result, CitygridError) or self._answer is not answer:
                return
            there = [(x, y, g, rows[g]) for x, y, g in result if g in rows]
            filling = show_points(QgsProject.instance(), answer.crs, there, title, style)
            self._slices.start(self._with_legend(filling))

        def work() -> Any:
            return placed_cases(*self._evaluations.cases(path, asked, code, TOTAL), "group")

        self._run("map", work, drawn)

    # --- down to the cases ---------------------------------------------------------------

    def _drill(self, group: str) -> None:
        path, answer = self._path, self._answer
        if path is None or answer is None:
            return
        code, asked = self._code, answer.asked

        def done(result: Any) -> None:
            self._behind(result, group, code)

        self._run("drill", lambda: self._evaluations.cases(path, asked, code, group), done)
        self._show_times(group)
        for area, wkb in answer.shapes or ():
            if area == group:
                self._frame(shapely.from_wkb(wkb).bounds)

    def _behind(self, result: Any, group: str, code: str) -> None:
        from citygrid_core.evaluation import indicators
        from citygrid_core.operations.evaluation.report import name_of

        if isinstance(result, CitygridError):
            self._dock.show_cases(shown(result), [])
            return
        found, points = result
        self._points = points
        answer = self._answer
        assert answer is not None
        components, events = self._session.classes()
        names = {"component": components, "event": events}
        rows = []
        for row in found.head(_MOST).itertuples():
            name = names.get(row.object_kind, {}).get(row.class_code, row.class_code)
            stage, at = choice("case_stage", row.stage), moment(row.reported_at)
            rows.append((row.number, [_mark(row.numerator), row.number, name, stage, at]))
        above = found["numerator"].sum()
        title = (
            f"<b>{name_of(answer.done, group, language())}</b> · {shown(indicators()[code].name)}: "
            + tr(
                f"{len(found):,} cases, {above:,.10g} count",
                f"{len(found):,} 件，计入 {above:,.10g}",
            )
            + left_out(len(found), _MOST)
        )
        self._dock.show_cases(title, rows)
        if self._dock.on_map.isChecked():
            above_line = found["numerator"].gt(0).set_axis(found["number"])
            there = [
                (x, y, n, bool(above_line[n])) for x, y, n in placed_cases(found, points, "number")
            ]
            self._marks.start(show_behind(QgsProject.instance(), answer.crs, there, _plain(title)))
            if there and answer.shapes is None:  # no area to go to
                xs, ys = [case[0] for case in there], [case[1] for case in there]
                self._frame((min(xs), min(ys), max(xs), max(ys)))
        else:
            hide_evaluation(QgsProject.instance(), BEHIND)

    def _to_case(self, number: str) -> None:
        point = self._points.get(number) if self._points is not None else None
        if point is not None and not point.is_empty:
            self._zoom(point.x, point.y)

    # --- the report ----------------------------------------------------------------------

    def _choose_report(self) -> None:
        answer = self._answer
        if answer is None:
            return
        name = f"{answer.done.city}_{answer.asked.period}.html".replace("..", "_")
        file, _ = QFileDialog.getSaveFileName(
            self._iface.mainWindow(), tr("Write a report", "输出评价报告"), name, _REPORTS
        )
        if file:
            self.write_report(Path(file))

    def write_report(self, file: Path) -> None:
        """Write the report of what is shown; the suffix says as what."""
        path, answer = self._path, self._answer
        if path is None or answer is None:
            return

        def done(result: Any) -> None:
            if isinstance(result, CitygridError):
                self._dock.say(shown(result))
            else:
                self._dock.say(tr(f"Written: {result}", f"已写出：{result}"))

        self._dock.say(tr("Writing…", "正在输出……"))
        self._run("report", lambda: self._evaluations.report(path, answer.asked, file), done)


def _named(one: Any) -> str:
    """Return the name of an indicator; a rate and a count may have the same."""
    return f"{shown(one.name)} (%)" if one.kind == "rate" else shown(one.name)


def _mark(value: float) -> str:
    return "✔" if value == 1 else "–" if value == 0 else f"{value:,.4g}"


def _plain(title: str) -> str:
    import re

    return re.sub(r"<[^>]*>", "", title)


def _last_day(project: QgsProject) -> str:
    """Return the last day of the project's cases."""
    span = project.timeSettings().temporalRange()
    return span.end().addDays(-1).toString("yyyy-MM-dd") if span.end().isValid() else ""
