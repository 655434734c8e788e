"""Cases that were read are stored: numbered, logged, given their deadline, their twins counted."""

from __future__ import annotations

from operator import le
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core import isotime
from citygrid_core.cases import number
from citygrid_core.cases.clock import due
from citygrid_core.cases.repeats import repeats
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.census.keys import hashes
from citygrid_core.workspace import Between, Transaction, Workspace

Objects = npt.NDArray[np.object_]
#: Time columns in the order of the stages, and the step that each records.
STEPS = (
    ("reported_at", "collect", "collected"),
    ("registered_at", "register", "registered"),
    ("dispatched_at", "dispatch", "dispatched"),
    ("handled_at", "handle", "handled"),
    ("checked_at", "check", "checked"),
    ("closed_at", "close", "closed"),
)


class Keeping:
    """What the storing of one delivery needs, and what it learns.

    Parameters
    ----------
    workspace : Workspace
        With the transaction open.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.was_empty = workspace.count("cases") == 0
        self._limited = workspace.count("case_limits") > 0
        self._areas = workspace.read("areas", where={"level": "county"}, geometry=False)
        self._new: list[tuple[Any, Any, Any, Objects]] = []
        self._numbers: list[Any] = []

    def mint(self, tx: Transaction, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Number new cases and give them their deadlines."""
        fresh = mint_numbers(tx, fresh, self._areas)
        fresh["due_at"] = self._due(fresh, pd.Series(None, index=fresh.index, dtype=object))
        self._note(fresh)
        return fresh

    def amend(self, before: gpd.GeoDataFrame, changed: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Set the deadline of cases that were dispatched since they were told last."""
        changed = changed.copy()
        old = before["dispatched_at"].set_axis(changed.index)
        changed["due_at"] = self._due(changed, old)
        return changed

    def _due(self, cases: gpd.GeoDataFrame, dispatched: pd.Series) -> Objects:
        """Return deadlines: the source's, else by the limits where the dispatch is new.

        Parameters
        ----------
        dispatched : Series
            When each was dispatched as far as it was known before.
        """
        told = _column(cases, "due_at")
        at = _column(cases, "dispatched_at")
        todo = np.flatnonzero((told == "") & (at != "") & (at != _filled(dispatched)))
        told[told == ""] = None
        if not self._limited or not len(todo):
            return told
        moments, _ = isotime.read(at[todo].tolist())
        timer = timer_of(self.workspace, str(moments.min()), str(moments.max()))
        seconds, working = timer.limits.seconds_of(cases.iloc[todo])
        runs = seconds > 0
        ends = due(timer.calendar, moments[runs], seconds[runs], working[runs])
        told[todo[runs]] = isotime.written(ends)
        return told

    def log(self, tx: Transaction, fresh: gpd.GeoDataFrame) -> None:
        """Write the first steps of new cases: what their times tell."""
        if len(fresh):
            tx.insert("case_log", steps_of(fresh))

    def _note(self, fresh: gpd.GeoDataFrame) -> None:
        """Keep what twins are found by: 40 bytes a case."""
        self._numbers.append(hashes(fresh["number"]))
        points = fresh.geometry.to_numpy()
        kind = (fresh["object_kind"] + " " + fresh["class_code"]).to_numpy(dtype=object)
        moments, _ = isotime.read(fresh["reported_at"].tolist())
        self._new.append((shapely.get_x(points), shapely.get_y(points), moments, kind))

    def twins(self) -> int:
        """Return how many new cases may repeat one that was reported before them.

        Same class, within the profile's metres and hours: `citygrid cases twins` lists
        them. Of the cases that were there only those near in time are read.
        """
        if not self._new:
            return 0
        x, y, at, kind = (np.concatenate(c) for c in zip(*self._new, strict=True))
        profile = profile_of(self.workspace)
        own = len(x)
        if not self.was_empty:
            x, y, at, kind = self._with_held(x, y, at, kind, profile.twins.most[1])
        return int(repeats(x, y, at, kind, profile.twins)[:own].sum())

    def _with_held(self, x: Any, y: Any, at: Any, kind: Objects, hours: float) -> Any:
        """Add the cases that were stored before and lie near the new ones in time."""
        new = np.concatenate(self._numbers)
        reach = np.timedelta64(int(hours * 3600), "s")
        moments = np.sort(at[~np.isnat(at)])
        gap = np.flatnonzero(np.diff(moments) > 2 * reach)
        starts = moments[np.r_[0, gap + 1]] - reach
        ends = moments[np.r_[gap, len(moments) - 1]] + reach + np.timedelta64(1, "s")
        parts = [(x, y, at, kind)]
        for start, end in zip(starts, ends, strict=True):
            held = self.workspace.read(
                "cases", where={"reported_at": Between(str(start), str(end))},
                columns=["number", "object_kind", "class_code", "reported_at"],
            )  # fmt: skip
            points = held.geometry.to_numpy()
            kinds = (held["object_kind"] + " " + held["class_code"]).to_numpy(dtype=object)
            when, _ = isotime.read(held["reported_at"].tolist())
            px, py = shapely.get_x(points), shapely.get_y(points)
            old = ~np.isin(hashes(held["number"]), new)
            parts.append((px[old], py[old], when[old], kinds[old]))
        return tuple(np.concatenate(c) for c in zip(*parts, strict=True))


def mint_numbers(tx: Transaction, fresh: gpd.GeoDataFrame, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """Number new cases in the order of their reports: day, county, five digits.

    Parameters
    ----------
    areas : DataFrame
        The city's; cases that lie nowhere are numbered under its first county.
    """
    order = list(zip(_column(fresh, "reported_at"), _column(fresh, "source_number"), strict=True))
    if not all(map(le, order, order[1:])):
        fresh = fresh.iloc[sorted(range(len(order)), key=order.__getitem__)]
    fresh = fresh.copy(deep=False)
    default = str(areas.loc[areas["level"] == "county", "code"].min())
    county = fresh["county_code"].fillna(default).to_numpy(dtype=object)
    day = np.array([text[:10] for text in fresh["reported_at"]], dtype=object)
    sequence = np.zeros(len(fresh), dtype=np.int64)
    groups = pd.DataFrame({"day": day, "county": county})
    for (d, c), at in groups.groupby(["day", "county"]).indices.items():
        minted = tx.mint(f"case:{d}:{c}", len(at))
        sequence[at] = np.arange(minted.start, minted.stop)
    fresh["number"] = number(day, county, sequence).to_numpy()
    return fresh


def steps_of(cases: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the steps that the times of cases tell, as rows of a log, by case and stage.

    Columns number, step, at, before, after, post, seq (from 1).
    """
    order = np.argsort(cases["number"].to_numpy(dtype=object), kind="stable")
    numbers = cases["number"].to_numpy(dtype=object)[order]
    times = np.stack([_column(cases, name)[order] for name, _, _ in STEPS], axis=1)
    done = times != ""
    # void is told without a time: not before the last step that has one
    last = times.shape[1] - 1 - np.argmax(done[:, ::-1], axis=1)
    void = (_column(cases, "stage")[order] == "void") & done.any(axis=1)
    times = np.column_stack([times, times[np.arange(len(times)), last]])
    done = np.column_stack([done, void])
    row, step = np.nonzero(done)
    first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, dtype=bool)
    begin = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    names = np.array([*(s for _, s, _ in STEPS), "void"], dtype=object)
    stages = np.array([*(a for _, _, a in STEPS), "void"], dtype=object)
    after = stages[step]
    before = np.roll(after, 1)
    before[first] = None
    out: pd.DataFrame = pd.DataFrame(
        {
            "number": numbers[row], "step": names[step], "at": times[row, step],
            "before": before, "after": after, "post": "source",
            "seq": np.arange(len(row)) - begin + 1,
        }
    )  # fmt: skip
    return out


def _column(frame: pd.DataFrame, name: str) -> Objects:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    return _filled(frame[name])


def _filled(column: pd.Series) -> Objects:
    values = column.to_numpy(dtype=object).copy()
    values[pd.isna(values)] = ""
    return values
