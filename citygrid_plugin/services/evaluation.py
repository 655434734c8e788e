"""Evaluations of the workspace that is open: facts of a period kept, grouped in many ways."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citygrid_plugin.i18n import language
from citygrid_plugin.services.cities import state_of
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citygrid_core.evaluation import Facts
    from citygrid_core.operations.evaluation import Evaluation


@dataclass(frozen=True)
class Asked:
    """What is evaluated: as `evaluate_city` takes it.

    Attributes
    ----------
    by : str
        area, department, class or source.
    """

    period: str
    by: str = "area"
    level: str = "street"
    scheme: str = ""


@dataclass(frozen=True)
class Answer:
    """One evaluation, the shapes of its areas, and where its cases lie.

    Attributes
    ----------
    shapes : GeoDataFrame or None
        Areas with their code; None when groups are no areas.
    """

    asked: Asked
    done: Evaluation
    shapes: gpd.GeoDataFrame | None


class Evaluations:
    """Keeps the facts of one period: another grouping of them needs no reading. For tasks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Path, Any, str, Facts] | None = None

    def ask(self, path: Path, asked: Asked) -> Answer:
        """Evaluate; the store is read when the period or the file is another."""
        with self._lock, open_workspace(path) as workspace:
            done = self._done(path, workspace, asked)
            shapes = None
            if asked.by == "area":
                shapes = (
                    workspace.read("grids", columns=["code"])
                    if asked.level == "grid"
                    else workspace.read("areas", where={"level": asked.level}, columns=["code"])
                )
        return Answer(asked, done, shapes)

    def cases(self, path: Path, asked: Asked, indicator: str, group: str) -> Any:
        """Return the cases behind a number, with their points."""
        from citygrid_core.operations.evaluation_cases import cases_behind

        with self._lock, open_workspace(path) as workspace:
            facts = self._facts(path, workspace, asked.period)
            found = cases_behind(
                workspace, asked.period, indicator, group=group, by=asked.by, level=asked.level,
                facts=facts,
            )  # fmt: skip
            points = _points(workspace, found)
        return found, points

    def report(self, path: Path, asked: Asked, file: Path) -> Path:
        """Write the report of an evaluation; the suffix says as what."""
        from citygrid_core.operations.evaluation_report import write_report

        lang = language()
        with self._lock, open_workspace(path) as workspace:
            done = self._done(path, workspace, asked)
            return write_report(workspace, done, file, lang=lang, overwrite=True)

    def forget(self) -> None:
        """Drop what is kept: another workspace was opened."""
        self._held = None

    def _done(self, path: Path, workspace: Any, asked: Asked) -> Evaluation:
        from citygrid_core.operations.evaluation import evaluate_city

        return evaluate_city(
            workspace, asked.period, by=asked.by, level=asked.level,
            scheme=asked.scheme or None, facts=self._facts(path, workspace, asked.period),
        )  # fmt: skip

    def _facts(self, path: Path, workspace: Any, text: str) -> Facts:
        from citygrid_core.evaluation.period import Period
        from citygrid_core.operations.evaluation import facts_of

        state, held = state_of(path), self._held
        if held is None or held[:3] != (path, state, text):
            self._held = held = (path, state, text, facts_of(workspace, Period.parse(text)))
        return held[3]


def _points(workspace: Any, found: pd.DataFrame) -> gpd.GeoSeries:
    """Return where cases lie, in the order asked; None without a place."""
    held = workspace.read("cases", columns=["number"], where={"number": list(found["number"])})
    return held.set_index("number").geometry.reindex(found["number"])


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
