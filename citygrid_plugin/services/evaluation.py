"""Evaluations of the workspace that is open: facts of a period kept, grouped in many ways."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citygrid_core.report import Progress, no_progress
from citygrid_plugin.i18n import language
from citygrid_plugin.services.cities import state_of
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citygrid_core.evaluation import Facts
    from citygrid_core.operations.evaluation.evaluate import Evaluation


@dataclass(frozen=True)
class Asked:
    """What is evaluated: as `evaluate_city` takes it.

    Attributes
    ----------
    by : str
        area, department, post, class or source.
    """

    period: str
    by: str = "area"
    level: str = "street"
    scheme: str = ""
    post: str = "collector"
    adjusted: str = "dispose_on_time_rate"


@dataclass(frozen=True)
class Answer:
    """One evaluation, the shapes of its areas, and where its cases lie.

    Attributes
    ----------
    shapes : list of (code, WKB of a multipolygon), or None
        Areas; None when groups are no areas.
    """

    asked: Asked
    done: Evaluation
    shapes: list[tuple[str, bytes]] | None
    crs: Any


class Evaluations:
    """Keeps the facts of one period: another grouping of them needs no reading. For tasks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Path, Any, str, Facts] | None = None

    def ask(self, path: Path, asked: Asked, progress: Progress = no_progress) -> Answer:
        """Evaluate; the store is read when the period or the file is another."""
        with self._lock, open_workspace(path) as workspace:
            self._facts(path, workspace, asked.period, progress)
            done = self._done(path, workspace, asked)
            shapes = None
            if asked.by == "area":
                shapes = _shapes(
                    workspace.read("grids", columns=["code"])
                    if asked.level == "grid"
                    else workspace.read("areas", where={"level": asked.level}, columns=["code"])
                )
            crs = workspace.crs
        return Answer(asked, done, shapes, crs)

    def cases(self, path: Path, asked: Asked, indicator: str, group: str) -> Any:
        """Return the cases behind a number, with their points."""
        from citygrid_core.operations.evaluation.cases import cases_behind

        with self._lock, open_workspace(path) as workspace:
            facts = self._facts(path, workspace, asked.period)
            found = cases_behind(
                workspace, asked.period, indicator, group=group, by=asked.by, level=asked.level,
                post=asked.post, facts=facts,
            )  # fmt: skip
            points = _points(workspace, list(found["number"]))
        return found, points

    def rows(self, path: Path, answer: Answer, indicator: str, mixed: bool) -> dict[str, Row]:
        """Return the groups of an indicator, the best first.

        Parameters
        ----------
        mixed : bool
            A rate as if all groups had the city's mix of classes.
        """
        from citygrid_core.operations.evaluation.evaluate import groups_of, mix_of

        if not mixed:
            return rows_of(answer.done, indicator, None)
        asked = answer.asked
        with self._lock, open_workspace(path) as workspace:
            facts = self._facts(path, workspace, asked.period)
        groups = groups_of(facts.table, asked.by, asked.level, asked.post)
        return rows_of(answer.done, indicator, mix_of(facts, groups, asked.by, indicator))

    def bounces(self, path: Path, done: Evaluation) -> dict[str, pd.DataFrame]:
        """Return what was sent back in the period of an evaluation, counted in three ways."""
        from citygrid_core.operations.evaluation.sections import bounce_tables

        lang = language()
        with open_workspace(path) as workspace:
            return bounce_tables(workspace, done, lang)

    def places(self, path: Path, numbers: list[str]) -> gpd.GeoSeries:
        """Return where cases lie, in the order asked."""
        with open_workspace(path) as workspace:
            return _points(workspace, numbers)

    def report(self, path: Path, asked: Asked, file: Path) -> Path:
        """Write the report of an evaluation; the suffix says as what."""
        from citygrid_core.operations.evaluation.report import write_report

        lang = language()
        with self._lock, open_workspace(path) as workspace:
            done = self._done(path, workspace, asked)
            return write_report(workspace, done, file, lang=lang, overwrite=True)

    def forget(self) -> None:
        """Drop what is kept: another workspace was opened."""
        self._held = None

    def _done(self, path: Path, workspace: Any, asked: Asked) -> Evaluation:
        from citygrid_core.operations.evaluation.evaluate import evaluate_city

        return evaluate_city(
            workspace, asked.period, by=asked.by, level=asked.level, post=asked.post,
            adjusted=asked.adjusted, scheme=asked.scheme or None, facts=self._facts(path, workspace, asked.period),
        )  # fmt: skip

    def _facts(
        self, path: Path, workspace: Any, text: str, progress: Progress = no_progress
    ) -> Facts:
        from citygrid_core.evaluation.period import Period
        from citygrid_core.operations.evaluation.facts import facts_of

        state, held = state_of(path), self._held
        if held is None or held[:3] != (path, state, text):
            self._held = held = (
                path,
                state,
                text,
                facts_of(workspace, Period.parse(text), progress=progress),
            )
        return held[3]


def _shapes(areas: gpd.GeoDataFrame) -> list[tuple[str, bytes]]:
    """Return areas as codes and the WKB of multipolygons, which the GUI's thread only reads."""
    import shapely

    shapes = areas.geometry.to_numpy()
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes = shapes.copy()
    shapes[single] = shapely.multipolygons(shapes[single], indices=range(int(single.sum())))
    return list(zip(areas["code"].tolist(), shapely.to_wkb(shapes).tolist(), strict=True))


def placed_cases(
    found: pd.DataFrame, points: gpd.GeoSeries, column: str
) -> list[tuple[float, float, Any]]:
    """Return x, y and a column of the cases that lie somewhere."""
    import numpy as np
    import shapely

    x, y = (f(points.to_numpy()) for f in (shapely.get_x, shapely.get_y))
    there = np.isfinite(x)
    return list(
        zip(x[there].tolist(), y[there].tolist(), found[column].to_numpy()[there], strict=True)
    )


def _points(workspace: Any, numbers: list[str]) -> gpd.GeoSeries:
    """Return where cases lie, in the order asked; None without a place."""
    held = workspace.read("cases", columns=["number"], where={"number": numbers})
    return held.set_index("number").geometry.reindex(numbers)


@dataclass(frozen=True)
class Row:
    """One group as the list and the map show it.

    Attributes
    ----------
    value, numerator, denominator : float
        NaN where there is no base.
    text, counts, interval, place : str
        As people read them; place is the score and grade when there is a scheme.
    color : str
        Of the grade; empty without a scheme.
    """

    name: str
    value: float
    numerator: float
    denominator: float
    text: str
    counts: str
    interval: str
    place: str
    color: str


def rows_of(done: Evaluation, code: str, mix: pd.DataFrame | None) -> dict[str, Row]:
    """Return the groups of an indicator, the best first.

    Parameters
    ----------
    mix : DataFrame or None
        The rate for the mix of classes, to be shown in place of the rate itself.
    """
    from citygrid_core.evaluation import indicators
    from citygrid_core.evaluation.ranking import placed, rank
    from citygrid_core.evaluation.reports import number
    from citygrid_core.operations.evaluation.report import name_of

    one, lang = indicators()[code], language()
    places = rank(done.table, code, one.better or 1)
    if mix is not None:
        own = mix[["value", "low", "high"]].reindex(places.index)
        places = placed(places[["numerator", "denominator"]].join(own), one.better or 1)
    grades = done.score.reindex(places.index) if done.score is not None else None
    scores = grades["score"].tolist() if grades is not None else [None] * len(places)
    letters = grades[["grade", "colour"]].to_numpy(str).tolist() if grades is not None else scores
    out = {}
    for group, value, low, high, top, bottom, at, best, worst, score, letter in zip(
        places.index, *(places[c].tolist() for c in (
            "value", "low", "high", "numerator", "denominator", "rank", "best_rank", "worst_rank")),
        scores, letters, strict=True,
    ):  # fmt: skip
        place = _place(at, best, worst) if one.better else ""
        color = ""
        if score is not None and letter is not None:
            place = f"{score:.1f} {letter[0]}" if score == score else "–"
            color = letter[1]
        out[str(group)] = Row(
            name_of(done, str(group), language()), value, top, bottom, number(value, one, lang),
            f"{top:,.10g} / {bottom:,.10g}" if one.denominator else f"{top:,.10g}",
            f"{100 * low:.1f}–{100 * high:.1f} %" if low == low else "", place, color,
        )  # fmt: skip
    return out


def _place(at: float, best: float, worst: float) -> str:
    if at != at:
        return "–"
    return f"{at:.0f}" if best == worst else f"{at:.0f} ({best:.0f}–{worst:.0f})"


def shifted(text: str, steps: int) -> str:
    """Return the period of the same kind so many before (−1) or after (+1)."""
    import datetime as dt

    from citygrid_core.evaluation.period import Period

    period = Period.parse(text)
    if steps < 0:
        return period.before().text
    unit, first = period.unit, period.last + dt.timedelta(1)
    return (
        period_of(unit, first)
        if unit != "days"
        else (f"{first}..{first + (period.last - period.first)}")
    )


def period_of(unit: str, day: Any) -> str:
    """Return the period of a kind in which a day lies, as people write it."""
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    forms = {
        "day": f"{day}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}",
        "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
    }  # fmt: skip
    return forms[unit]
