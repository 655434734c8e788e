"""A city's heat for the dock: questions in, numbers of all grids out, in milliseconds.

One view of the core (`citygrid_core.heat.HeatView`) is read when the dock opens; afterwards
nothing here touches a file, so that sliders can move.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citygrid_core.errors import Text
from citygrid_plugin.i18n import language
from citygrid_plugin.layers.heat import nice_breaks
from citygrid_plugin.layers.heat_live import EMPTY, SPOT_CLASSES
from citygrid_plugin.services.cities import state_of
from citygrid_plugin.services.periods import Span
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from citygrid_core.errors import Problem
    from citygrid_core.heat import Choice, HeatView, Tally

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

CASES = "cases"
SMOOTHED = "_smoothed"
#: At most so many positive values decide on the bounds of a scale.
_SAMPLE = 60_000
#: Steps of which a fixed scale looks at every time; of longer spans at the values shown.
_SCALED = ("day", "week", "month", "quarter", "year")
#: So many days' grids are kept in memory with their cases.
_KEPT = 4
COMPONENTS = "per_100_components"


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    choice : Choice
        Which cases, without their days.
    span : Span
        Their days.
    measure : str
        ``cases`` or a column of `citygrid_core.heat.rates`.
    """

    choice: Choice
    span: Span
    measure: str = "per_hectare"

    @property
    def dated(self) -> Choice:
        """The choice with its days."""
        return replace(self.choice, from_day=self.span.first, to_day=self.span.last)

    def during(self, span: Span) -> Question:
        """Ask the same of other days."""
        return replace(self, span=span)


@dataclass(frozen=True)
class Answer:
    """Numbers of all grids, in the order of the view.

    Attributes
    ----------
    values : float array
        The measure; missing where there is no base for it.
    weak_share : float array
        Share of the cases in uncertain places; missing without a case.
    effort : Problem or None
        What is to be said when reports follow patrols.
    """

    question: Question
    tally: Tally
    values: Floats
    weak_share: Floats
    effort: Problem | None

    def classes(self, bounds: Sequence[float]) -> Integers:
        """Return the class of each grid by the bounds of a scale; `EMPTY` without a value."""
        import numpy as np

        inner = np.asarray(bounds[1:-1], dtype=np.float64)
        found = np.searchsorted(inner, self.values, side="left")
        return np.where(self.values > 0, found, EMPTY)


def unit_of(measure: str) -> Text:
    """Return the unit of a measure."""
    from citygrid_core.heat import RATES

    if measure == CASES:
        return Text("cases", "件")
    return RATES[measure.removesuffix(SMOOTHED)][2]


@dataclass
class HeatCity:
    """What was read of a workspace, and what follows from it.

    Attributes
    ----------
    classes : mapping
        Kind (component, event) to the names of its classes; majors too.
    state : tuple
        Of the file, when it was read.
    at : str
        The first day of these grids; "" for those of today.
    changes : tuple of str
        Days on which the grids changed.
    """

    path: Path
    name: str
    view: HeatView
    classes: Mapping[str, Mapping[str, str]]
    majors: Mapping[str, Mapping[str, str]]
    state: Any
    at: str = ""
    changes: tuple[str, ...] = ()
    _components: pd.DataFrame | None = None
    _tree: Any = None
    _last: dict[str, Any] = field(default_factory=dict)

    # --- numbers ---------------------------------------------------------------------------

    def answer(self, question: Question) -> Answer:
        """Return what the map shows."""
        import numpy as np

        from citygrid_core.heat import patrol_effort

        tally = self.view.cube.counts(question.dated)
        smoothed = question.measure.endswith(SMOOTHED)
        table = self._based(question).table(question.dated, tally=tally, smoothed=smoothed)
        values = table[question.measure].to_numpy(dtype=np.float64)
        by_source = self.view.cube.by("source", question.dated)
        weak = table["weak_share"].to_numpy(dtype=np.float64)
        return Answer(question, tally, values, weak, patrol_effort(table, by_source))

    def scale(self, question: Question) -> list[float]:
        """Return bounds of classes that suit every time the slider can be set to.

        So a colour means the same while it moves, and in two periods that are compared.
        """
        import numpy as np

        values = self.answer(question).values
        step = question.span.step
        if step in _SCALED and not question.measure.endswith(SMOOTHED):
            series, times = self._series(question, step)
            base = self._base(question)
            if len(times):
                with np.errstate(divide="ignore", invalid="ignore"):
                    every = series / base[:, None]
                values = np.concatenate([values, every.ravel()])
        values = values[np.isfinite(values) & (values > 0)]
        if len(values) > _SAMPLE:
            values = np.sort(values)[:: len(values) // _SAMPLE + 1]
        return nice_breaks(values.tolist())

    def quantiles(self, answer: Answer) -> list[float]:
        """Return bounds that suit the values that are shown, and no others."""
        values = answer.values
        return nice_breaks(values[(values == values) & (values > 0)].tolist())

    def spots(self, answer: Answer) -> pd.DataFrame:
        """Return Gi* of the measure with FDR: z, q, spot.

        Counts of grids of many sizes are judged by their density; smoothed rates as
        `citygrid_core.heat.judged` does it.
        """
        question = answer.question
        rate = "per_hectare" if question.measure == CASES else question.measure
        found: pd.DataFrame = self._based(question).hotspots(question.dated, rate=rate)
        return found

    def _series(self, question: Question, step: str) -> tuple[Floats, Any]:
        import numpy as np

        cube = self.view.cube
        if step == "quarter":
            months, starts = cube.series(question.choice, step="month")
            quarter = np.array([int(s[:4]) * 4 + (int(s[5:7]) - 1) // 3 for s in starts])
            if not len(quarter):
                return months.astype(np.float64), starts
            number = quarter - quarter.min()
            table = np.zeros((len(months), int(number.max()) + 1))
            np.add.at(table.T, number, months.T)
            return table, np.arange(table.shape[1])
        table, starts = cube.series(question.choice, step=step)
        return table.astype(np.float64), starts

    def _base(self, question: Question) -> Floats:
        """Return by how much the cases of each grid are divided."""
        import numpy as np

        from citygrid_core.heat import RATES

        if question.measure == CASES:
            return np.ones(len(self.areas))
        column, unit, _ = RATES[question.measure.removesuffix(SMOOTHED)]
        if column == "area_m2":
            return self.areas / unit
        held = self._based(question).bases[column].reindex(self.codes).fillna(0.0)
        return held.to_numpy(dtype=np.float64) / unit

    @cached_property
    def areas(self) -> Floats:
        """Area of each grid in square metres."""
        found: Floats = self.view.grids["area_m2"].to_numpy(dtype=float)
        return found

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the grids."""
        return [str(code) for code in self.view.cube.grids]

    def grids_of(self, day: str) -> str:
        """Return the first day of the grids that were valid on a day; "" for today's."""
        began = [change for change in self.changes if change <= day]
        if len(began) == len(self.changes):
            return ""
        # before the first grids there are none to show: the first ones are
        return began[-1] if began else self.changes[0]

    def code_at(self, x: float, y: float) -> str:
        """Return the code of the grid at a point; on a shared border the lowest code."""
        import shapely

        if self._tree is None:
            self._tree = shapely.STRtree(self.view.grids.geometry.to_numpy())
        found = self._tree.query(shapely.Point(x, y), predicate="intersects")
        return min((self.codes[i] for i in found), default="")

    def _based(self, question: Question) -> HeatView:
        """Return the view with the components of the classes asked as a base, when they are."""
        if not question.measure.startswith(COMPONENTS):
            return self.view
        key = repr(question.choice.classes)
        if self._last.get("key") != key:
            self._last = {"key": key, "view": self._with_components(question.choice.classes)}
        view: HeatView = self._last["view"]
        return view

    def _with_components(self, prefixes: Any) -> HeatView:
        held = self.components()
        if prefixes is not None:
            held = held[[str(c).startswith(tuple(prefixes)) for c in held["class_code"]]]
        number = held.groupby("grid_code")["number"].sum().astype(float)
        return replace(self.view, bases={**self.view.bases, "components": number})

    def components(self) -> pd.DataFrame:
        """Return how many components of each class each grid has; read when first asked."""
        if self._components is None:
            with open_workspace(self.path) as workspace:
                held = workspace.read(
                    "components", at=self.at or None, columns=["grid_code", "class_code"],
                    geometry=False,
                )  # fmt: skip
            self._components = (
                held.groupby(["grid_code", "class_code"]).size().rename("number").reset_index()
            )
        return self._components

    # --- what can be asked -------------------------------------------------------------------

    @property
    def days(self) -> tuple[str, str]:
        """First and last day that has a case."""
        return self.view.cube.first_day, self.view.cube.last_day

    def measures(self, kind: str | None) -> list[str]:
        """Return what can be shown for cases of a kind."""
        names = [n for n in self.view.units() if n != COMPONENTS]
        if kind == "component":
            names.append(COMPONENTS)
        return [CASES, *(m for name in names for m in (name, name + SMOOTHED))]

    def shown_classes(self) -> list[tuple[str, str, str, int]]:
        """Return (kind, code, name, cases) of majors and classes that have cases, in order."""
        from citygrid_core.heat import Choice

        found = []
        for kind in ("component", "event"):
            counted = self.view.cube.by("class_code", Choice(object_kind=kind))
            majors: dict[str, int] = {}
            for code, number in counted.items():
                majors[str(code)[:2]] = majors.get(str(code)[:2], 0) + int(number)
            for major in sorted(majors):
                found.append((kind, major, self.majors[kind].get(major, ""), majors[major]))
                found += [
                    (kind, str(code), self.classes[kind].get(str(code), ""), int(counted[code]))
                    for code in sorted(counted.index)
                    if str(code).startswith(major)
                ]
        return found


class HeatCities:
    """Reads a city's heat when its file has changed, and not before."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[Path, str], HeatCity] = OrderedDict()

    def current(self, path: Path, at: str = "") -> HeatCity | None:
        """Return what was read of a day's grids, when the file is still as it was."""
        held = self._held.get((path, at))
        if held is None or held.state != state_of(path):
            return None
        self._held.move_to_end((path, at))
        return held

    def take(self, city: HeatCity) -> None:
        """Keep what was read, and a few days' grids read before."""
        self._held[city.path, city.at] = city
        while len(self._held) > _KEPT:
            self._held.popitem(last=False)

    def forget(self) -> None:
        """Drop it: another workspace is open."""
        self._held.clear()


def read_city(
    path: Path,
    progress: Callable[[str, int, int], None],
    *,
    at: str = "",
    residents: Path | None = None,
    tracks: Path | None = None,
) -> HeatCity:
    """Read a city's heat; meant for a task.

    Parameters
    ----------
    at : str
        The grids of that day; "" for today's.
    residents, tracks : Path, optional
        CSV files, bases of two more rates: see `citygrid_core.operations.heat.view`.

    Raises
    ------
    CitygridError
        The file is no workspace, or a case has no usable time.
    """
    from citygrid_core.operations.grids.history import days_of_grids
    from citygrid_core.operations.heat.view import open_view
    from citygrid_core.standards import load_edition

    with open_workspace(path) as workspace:
        asked: dict[str, Any] = {"residents": residents, "tracks": tracks, "at": at or None}
        changes = days_of_grids(workspace)
        view = open_view(workspace, progress=progress, **asked)
        edition, name = load_edition(workspace.edition), workspace.name
    known = edition.catalogues
    classes = {str(kind): held.names(language()) for kind, held in known.items()}
    majors = {str(kind): held.major_names(language()) for kind, held in known.items()}
    # Taken last: the first reading of a store may have emptied its log.
    return HeatCity(path, name, view, classes, majors, state_of(path), at, tuple(changes))


def spot_classes(found: pd.DataFrame) -> Integers:
    """Return the class of significance of each grid; -1 where nothing is drawn."""
    import numpy as np

    q, z = found["q"].to_numpy(), found["z"].to_numpy()
    made = np.full(len(found), -1, dtype=np.int64)
    for number in range(len(SPOT_CLASSES) - 1, -1, -1):
        highest, hot, _ = SPOT_CLASSES[number]
        made[(q <= highest) & ((z > 0) == hot)] = number
    return made
