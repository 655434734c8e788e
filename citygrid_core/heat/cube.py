"""All cases in memory as small integers: a count for each grid in milliseconds, whatever is asked.

A table in the store answers one question after reading it; a person who moves a slider asks
twenty a second. Here each case is a row of four numbers, sorted by day, so that a window of
time is a slice and a choice of classes, sources and departments one look into a short table.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.heat.counts import WEAK_BELOW, which_void, which_weak
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.keys import Key, encode

Integers = npt.NDArray[np.int64]
#: What a case is chosen by, beside its time: column of the cases.
_MARKS = ("object_kind", "class_code", "source", "handling_code")
#: Length of one time of a series -> how numpy calls it, though its weeks begin on Thursday.
_STEPS = {"day": "D", "week": "W", "month": "M", "year": "Y"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases are meant; what is None is not asked about, an empty collection takes none.

    Attributes
    ----------
    object_kind : str, optional
        ``component`` or ``event``.
    classes : collection of str, optional
        Class codes or their beginnings.
    sources, departments : collection of str, optional
        Departments are codes of the handling bodies; "" is a case without one.
    from_day, to_day : str, optional
        ISO, both included.
    hours : collection of int, optional
        0 to 23; -1 is a case of which only the date is known.
    weekdays : collection of int, optional
        1 (Monday) to 7.
    """

    object_kind: str | None = None
    classes: Collection[str] | None = None
    sources: Collection[str] | None = None
    departments: Collection[str] | None = None
    from_day: str | None = None
    to_day: str | None = None
    hours: Collection[int] | None = None
    weekdays: Collection[int] | None = None


EVERYTHING = Choice()


@dataclass(frozen=True, slots=True)
class Tally:
    """Cases by grid: ``cases.sum() + elsewhere + unplaced`` is all that was chosen.

    Attributes
    ----------
    cases, weak : int64 arrays, in the order of the cube's grids
        `weak`: those of them whose place is uncertain.
    elsewhere : int
        Cases in grids that the cube does not have (of another day).
    unplaced : int
        Cases without a grid.
    weak_total : int
        Weak cases, those without a known grid too.
    """

    cases: Integers
    weak: Integers
    elsewhere: int
    unplaced: int
    weak_total: int

    @property
    def total(self) -> int:
        """All cases that were chosen."""
        return int(self.cases.sum()) + self.elsewhere + self.unplaced

    @property
    def located_share(self) -> float:
        """Share of the cases whose place is sure; 1 without any case."""
        return 1.0 - self.weak_total / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Cube:
    """Cases of one city, sorted by day.

    Attributes
    ----------
    grids : object array
        Codes; the order of every array by grid.
    classes, sources, departments : object arrays
        What occurs, sorted.
    first_day, last_day : str
        ISO; "" for a cube without cases.
    """

    grids: npt.NDArray[np.object_]
    _index: pd.Index[Any]  # of the grids
    _place: Integers  # position among the grids; then one for elsewhere, one for unplaced
    _mark: Integers  # position among the marks
    _day: npt.NDArray[np.int32]  # since 1970, rising
    _hour: npt.NDArray[np.int8]
    _weak: Integers  # positions of the weak cases, rising
    _marks: tuple[Key, ...]  # of each mark, by column
    _by_place: Integers  # positions of the cases, place by place, each in order of time
    _place_start: Integers

    @classmethod
    def build(
        cls, cases: pd.DataFrame, grids: Sequence[str], *, weak_below: float = WEAK_BELOW
    ) -> Cube:
        """Turn cases into a cube; void ones are left out.

        Parameters
        ----------
        cases : DataFrame
            Columns of the store's ``cases``: grid_code, object_kind, class_code, source,
            reported_at; used when there: handling_code, stage, location_probability,
            location_method.
        grids : sequence of str
            Codes, each once.

        Raises
        ------
        HeatInputError
            A column is missing, a time can't be read, or a grid stands twice.
        """
        codes = np.asarray(grids, dtype=object)
        index = pd.Index(codes)
        if not index.is_unique:
            raise HeatInputError.twin_grids(sorted(set(index[index.duplicated()])))
        void = which_void(cases)
        if void is not None:
            cases = cases[~void]
        if "handling_code" not in cases.columns:
            cases = cases.assign(handling_code="")
        weak = which_weak(cases, weak_below)
        grid, day = encode(cases, "grid_code"), encode(cases, "day")
        where = index.get_indexer(pd.Index(grid.labels)).astype(np.int64)
        where[where < 0] = np.where(grid.labels[where < 0] == "", len(codes) + 1, len(codes))
        place = where[grid.codes] if len(cases) else np.empty(0, np.int64)
        days = np.asarray(day.labels, dtype="datetime64[D]").view(np.int64)[day.codes]
        hour = encode(cases, "hour")
        order = np.argsort(days, kind="stable")
        mark, marks = _combined([encode(cases, name).sorted() for name in _MARKS], len(cases))
        place = place[order]
        by_place = np.argsort(place, kind="stable").astype(np.int64)
        return cls(
            codes,
            index,
            place,
            mark[order],
            days[order].astype(np.int32),
            np.asarray(hour.labels)[hour.codes][order].astype(np.int8),
            np.flatnonzero(weak[order]) if weak is not None else np.empty(0, np.int64),
            marks,
            by_place,
            np.searchsorted(place[by_place], np.arange(len(codes) + 3)).astype(np.int64),
        )

    def __len__(self) -> int:
        """Number of cases."""
        return len(self._place)

    @property
    def classes(self) -> npt.NDArray[np.object_]:
        """Class codes that occur."""
        return _occurring(self._marks[1])

    @property
    def sources(self) -> npt.NDArray[np.object_]:
        """Sources that occur."""
        return _occurring(self._marks[2])

    @property
    def departments(self) -> npt.NDArray[np.object_]:
        """Codes of the handling bodies that occur; "" where one is not known."""
        return _occurring(self._marks[3])

    @property
    def first_day(self) -> str:
        """The first day that has a case."""
        return _iso(self._day[0]) if len(self) else ""

    @property
    def last_day(self) -> str:
        """The last day that has a case."""
        return _iso(self._day[-1]) if len(self) else ""

    def counts(self, choice: Choice = EVERYTHING) -> Tally:
        """Count the chosen cases of each grid."""
        window = self._window(choice)
        taken = self._taken(choice, window)
        place = self._place[window]
        if taken is not None:
            place = np.compress(taken, place)  # four times as fast as place[taken]
        size = len(self.grids) + 2
        number = np.bincount(place, minlength=size)
        first, last = np.searchsorted(self._weak, [window.start, window.stop])
        loose = self._weak[first:last]
        if taken is not None:
            loose = loose[taken[loose - window.start]]
        weak = np.bincount(self._place[loose], minlength=size)
        return Tally(
            number[:-2].astype(np.int64), weak[:-2].astype(np.int64),
            int(number[-2]), int(number[-1]), int(weak.sum()),
        )  # fmt: skip

    def by(
        self, name: str, choice: Choice = EVERYTHING, *, grid: str | None = None
    ) -> pd.Series[int]:
        """Count the chosen cases by one of their columns, the most frequent first.

        Parameters
        ----------
        name : str
            ``object_kind``, ``class_code``, ``source``, ``handling_code`` or ``hour``.
        grid : str, optional
            Of this grid alone.
        """
        rows = self._rows(choice, grid)
        if name == "hour":
            keys, labels = self._hour[rows].astype(np.int64) + 1, np.arange(-1, 24).astype(object)
        elif name in _MARKS:
            mark = self._marks[_MARKS.index(name)]
            keys, labels = mark.codes[self._mark[rows]], mark.labels
        else:
            raise HeatInputError.missing(Text("the cases", "案件"), [name])
        number = np.bincount(keys, minlength=len(labels))
        there = np.flatnonzero(number)
        there = there[np.argsort(-number[there], kind="stable")]
        found: pd.Series[int] = pd.Series(
            number[there], index=pd.Index(labels[there], name=name), name="cases"
        )
        return found

    def trend(
        self, grid: str | None = None, choice: Choice = EVERYTHING, *, step: str = "day"
    ) -> pd.DataFrame:
        """Return the chosen cases of a grid, or of the city, one time after another.

        Parameters
        ----------
        grid : str, optional
            Code; None is the whole city, cases without a known grid too.
        step : str
            ``day``, ``week`` (from Monday), ``month`` or ``year``.

        Returns
        -------
        DataFrame
            ``start`` (ISO day), ``cases``; every time between the first and the last day of
            the choice (by default of the cube), those without a case too.
        """
        starts, number = self._times(choice, step)
        rows = self._rows(choice, grid)
        cases = np.bincount(number(self._day[rows]), minlength=len(starts))
        frame: pd.DataFrame = pd.DataFrame({"start": starts, "cases": cases.astype(np.int64)})
        return frame

    def series(
        self, choice: Choice = EVERYTHING, *, step: str = "month"
    ) -> tuple[Integers, npt.NDArray[np.object_]]:
        """Return the chosen cases by grid and time, and the first day of each time."""
        starts, number = self._times(choice, step)
        rows = self._rows(choice, None)
        size = len(self.grids)
        key = self._place[rows] * max(len(starts), 1) + number(self._day[rows])
        table = np.bincount(key, minlength=(size + 2) * len(starts)).astype(np.int64)
        return table.reshape(size + 2, len(starts))[:-2], starts

    def _rows(self, choice: Choice, grid: str | None) -> Integers:
        """Return the positions of the chosen cases, of one grid or of all, in order of time."""
        window = self._window(choice)
        rows: Integers = np.arange(window.start, window.stop)
        if grid is not None:
            at = int(self._index.get_indexer(pd.Index([grid]))[0])
            if at < 0:
                return rows[:0]
            mine = self._by_place[self._place_start[at] : self._place_start[at + 1]]
            rows = mine[np.searchsorted(mine, window.start) : np.searchsorted(mine, window.stop)]
        taken = self._taken(choice, rows)
        return rows if taken is None else np.compress(taken, rows)

    def _times(self, choice: Choice, step: str) -> tuple[npt.NDArray[np.object_], Any]:
        """Return the first days of the times, and what gives days their time's position."""
        if step not in _STEPS:
            raise HeatInputError(
                Text(f"no step {step!r}: {', '.join(_STEPS)}", f"没有时间步长“{step}”")
            )
        first, last = choice.from_day or self.first_day, choice.to_day or self.last_day
        if not first or not last or first > last:
            return np.empty(0, dtype=object), lambda days: days[:0].astype(np.int64)

        def number(days: npt.NDArray[Any]) -> Integers:
            days = np.asarray(days, dtype=np.int64)
            if step == "week":
                return (days + 3) // 7
            return days.view("datetime64[D]").astype(f"datetime64[{_STEPS[step]}]").view(np.int64)

        ends = np.array([first, last], dtype="datetime64[D]").view(np.int64)
        low, high = number(ends)
        every = np.arange(low, high + 1)
        if step == "week":
            begins = (every * 7 - 3).view("datetime64[D]")
        else:
            begins = every.view(f"datetime64[{_STEPS[step]}]").astype("datetime64[D]")
        return np.datetime_as_string(begins).astype(object), lambda days: number(days) - low

    def _window(self, choice: Choice) -> slice:
        """Return the cases between the days of a choice."""
        first, last = 0, len(self)
        if choice.from_day:
            first = int(np.searchsorted(self._day, _number(choice.from_day), side="left"))
        if choice.to_day:
            last = int(np.searchsorted(self._day, _number(choice.to_day), side="right"))
        return slice(first, max(last, first))

    def _taken(self, choice: Choice, rows: slice | Integers) -> npt.NDArray[np.bool_] | None:
        """Return which of some cases are chosen, whatever their day; None: all of them."""
        masks = []
        kinds, classes, sources, departments = self._marks
        asked = []
        if choice.object_kind is not None:
            asked.append((kinds.labels == choice.object_kind)[kinds.codes])
        if choice.classes is not None:
            asked.append(_begins(classes.labels, choice.classes)[classes.codes])
        for key, wanted in ((sources, choice.sources), (departments, choice.departments)):
            if wanted is not None:
                asked.append(_among(key.labels, wanted)[key.codes])
        if asked:
            masks.append(np.logical_and.reduce(asked)[self._mark[rows]])
        if choice.hours is not None:
            masks.append(np.isin(np.arange(-1, 24), list(choice.hours))[self._hour[rows] + 1])
        if choice.weekdays is not None:
            # 1970-01-01 was a Thursday
            fits = np.isin(np.arange(1, 8), list(choice.weekdays))
            masks.append(fits[(self._day[rows] + 3) % 7])
        return np.logical_and.reduce(masks) if masks else None


def _combined(keys: list[Key], size: int) -> tuple[Integers, tuple[Key, ...]]:
    """Return the combination of keys that each case has, and the keys of the combinations."""
    code = np.zeros(size, dtype=np.int64)
    for key in keys:
        code = code * max(len(key.labels), 1) + key.codes
    mark, occurring = pd.factorize(code)
    members = []
    for key in reversed(keys):
        occurring, member = np.divmod(occurring, max(len(key.labels), 1))
        members.append(Key(member, np.asarray(key.labels, dtype=object)))
    return np.asarray(mark, dtype=np.int64), tuple(reversed(members))


def _occurring(key: Key) -> npt.NDArray[np.object_]:
    return np.asarray(key.labels[np.unique(key.codes)], dtype=object)


def _begins(codes: npt.NDArray[np.object_], heads: Collection[str]) -> npt.NDArray[np.bool_]:
    return np.array([str(code).startswith(tuple(heads)) for code in codes], dtype=np.bool_)


def _among(labels: npt.NDArray[np.object_], wanted: Collection[str]) -> npt.NDArray[np.bool_]:
    return np.array([label in wanted for label in labels], dtype=np.bool_)


def _number(day: str) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _iso(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
