"""Which cells of the cube are meant, and the files that rates need beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from citygrid_core.errors import MissingCrs, Problem, Text, UnusableInput, UsageError
from citygrid_core.evaluation.period import Period
from citygrid_core.heat import compare
from citygrid_core.operations.asked_for import check_class, check_days, check_source
from citygrid_core.operations.importing.intake import problem
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Between, Workspace

_RESIDENTS = (
    Field(
        "grid_code",
        "text",
        labels=("网格编码", "网格代码", "单元网格编码", "单元网格代码"),
        required=True,
    ),
    Field("residents", "number", labels=("常住人口", "人口", "居民数", "人口数"), required=True),
)
_TRACKS = (
    Field("collector", "text", labels=("采集员", "监督员", "采集员编号"), required=True),
    Field("at", "datetime", labels=("时间", "采集时间", "定位时间"), required=True),
)
_COLUMNS = ["grid_code", "object_kind", "class_code", "source", "day", "hour", "cases", "weak"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Cells by what and when; an empty field takes all.

    Attributes
    ----------
    class_code : str, optional
        A class or the prefix of one.
    from_day, to_day : str, optional
        ISO, both included.
    """

    object_kind: str | None = None
    class_code: str | None = None
    source: str | None = None
    from_day: str | None = None
    to_day: str | None = None

    def __post_init__(self) -> None:
        check_days(self.from_day, self.to_day)

    def check(self, workspace: Workspace) -> None:
        """Refuse a class or a source that is none.

        Raises
        ------
        UsageError
        """
        check_source(self.source)
        check_class(workspace, self.class_code)

    def counts(
        self, workspace: Workspace, *, at: str | None = None, recount: bool = False
    ) -> pd.DataFrame:
        """Return the cells of this kind, class and source of all days.

        Parameters
        ----------
        recount : bool
            Count the cases anew by their points, on the grids of `at`.
        """
        self.check(workspace)
        if recount:
            from citygrid_core.operations.grids.history import recount_cases

            held = recount_cases(workspace, at=at)[1]
            for name in ("object_kind", "source"):
                if getattr(self, name):
                    held = held[held[name] == getattr(self, name)]
        else:
            where: dict[str, Any] = {
                name: getattr(self, name)
                for name in ("object_kind", "source")
                if getattr(self, name)
            }
            held = workspace.read("heat_counts", where=where or None, columns=_COLUMNS)
        if self.class_code:
            held = held[begins(held["class_code"], self.class_code)]
        frame: pd.DataFrame = pd.DataFrame(held)
        return frame

    def cases(self, workspace: Workspace, *columns: str) -> tuple[gpd.GeoDataFrame, int]:
        """Return the cases that have a point, and how many have none; void ones are no cases.

        Parameters
        ----------
        *columns : str
            More columns of the store's cases than those that are chosen by.
        """
        self.check(workspace)
        where: dict[str, Any] = {
            name: getattr(self, name) for name in ("object_kind", "source") if getattr(self, name)
        }
        if self.from_day or self.to_day:
            # a day more on both sides, however a time is written; the days are judged below
            start, end = (
                (dt.date.fromisoformat(day) + dt.timedelta(days=more)).isoformat() if day else None
                for day, more in ((self.from_day, -1), (self.to_day, 2))
            )
            where["reported_at"] = Between(start, end)
        asked = dict.fromkeys(("class_code", "stage", "reported_at", *columns))
        held = gpd.GeoDataFrame(workspace.read("cases", where=where or None, columns=list(asked)))
        chosen = held["stage"] != "void"
        if self.class_code:
            chosen &= begins(held["class_code"], self.class_code)
        if self.from_day or self.to_day:
            day = held["reported_at"].astype(str).str[:10]
            chosen &= (day >= (self.from_day or "")) & (day <= (self.to_day or "9"))
        placed = held.geometry.notna() & ~held.geometry.is_empty
        return gpd.GeoDataFrame(held[chosen & placed]), int((chosen & ~placed).sum())

    def within(self, counts: pd.DataFrame, period: Period | None) -> pd.DataFrame:
        """Return the cells of a period, or of this selection's days."""
        first = period.first.isoformat() if period else self.from_day
        last = period.last.isoformat() if period else self.to_day
        day = counts["day"].astype(str).str[:10]
        if first:
            counts = counts[day >= first]
            day = day[day >= first]
        if last:
            counts = counts[day <= last]
        return counts


def compared(
    workspace: Workspace, now: pd.Series[int], then: pd.Series[int], span: Period, earlier: Period
) -> pd.DataFrame:
    """Return the ratio of daily rates of two periods with its interval, aligned to `now`.

    Missing when no case of the city is as old as the beginning of the earlier period: it
    was not counted then, which is not the same as nothing.
    """
    day_after = (earlier.first + dt.timedelta(1)).isoformat()
    ratio = compare(now.to_numpy(), then.to_numpy(), span.days / earlier.days)
    if not workspace.count("heat_counts", where={"day": Between(None, day_after)}):
        ratio[:] = float("nan")
    ratio.index = now.index
    return ratio


def begins(codes: pd.Series[Any], prefix: str) -> pd.Series[bool]:
    """Return which codes begin with a prefix."""
    found: pd.Series[bool] = codes.astype("string").str.slice(0, len(prefix)).eq(prefix)
    return found.fillna(False).astype(bool)


def grids_at(workspace: Workspace, at: str | None, *columns: str) -> gpd.GeoDataFrame:
    """Return the grids of a day, today's by default; all columns, or some.

    Raises
    ------
    UsageError
        There are none.
    """
    grids = gpd.GeoDataFrame(workspace.read("grids", at=at, columns=list(columns) or None))
    if grids.empty:
        raise UsageError(
            Text(f"there are no grids on {at}", f"{at} 没有单元网格")
            if at
            else Text("there are no grids; run: citygrid grids draw", "没有单元网格，请先划分")
        )
    return grids


def residents_of(path: Path) -> pd.Series[float]:
    """Return residents by grid code from a table with these two columns; rows of a grid add up.

    Raises
    ------
    UnusableInput
        Every row that can't be used.
    """
    batch = read(path, _RESIDENTS, positions="ignore")
    frame, wrong = batch.frame, [p for r in batch.rejects for p in r.problems]
    for row, number in zip(frame["source_row"], frame["residents"], strict=True):
        if number < 0:
            expected = Text("0 or more", "不小于 0 的数")
            wrong.append(replace(problem("number.negative", "residents", number, expected),
                                 file=path.name, row=int(row)))  # fmt: skip
    if wrong:
        raise UnusableInput(*wrong)
    found: pd.Series[float] = frame["residents"].astype(float).groupby(frame["grid_code"]).sum()
    return found


def tracks_of(path: Path, crs: Any) -> gpd.GeoDataFrame:
    """Return points of tracks in the CRS of the workspace.

    A layer with ``collector`` and ``at``, or a table with these and ``x``, ``y``, which does
    not say its CRS: it is in that of the workspace.

    Raises
    ------
    UnusableInput
        Every row that can't be used.
    """
    try:
        batch = read(path, _TRACKS, to_crs=crs)
    except MissingCrs:
        batch = read(path, _TRACKS, crs=CRS(crs).to_string(), to_crs=crs)
    if batch.rejects:
        raise UnusableInput(*(p for r in batch.rejects for p in r.problems))
    return gpd.GeoDataFrame(batch.frame)


def elsewhere(residents: pd.Series[float], grids: pd.DataFrame) -> Problem | None:
    """Return a finding when residents were told for grids that are none; None when all are."""
    lost = residents[~residents.index.isin(grids["code"].astype(str))]
    if lost.empty:
        return None
    shown = "、".join(map(str, lost.index[:5]))
    return Problem(
        "heat.residents",
        Text(f"{lost.sum():,.0f} residents of {len(lost)} codes that are no grid of the day: {shown}",
             f"{len(lost)} 个代码不是当日的单元网格（{shown}），涉及居民 {lost.sum():,.0f} 人"),
        Text("codes of unit grids", "单元网格代码"),
        Text("correct the codes, or say --at", "请更正代码，或指定 --at"),
        field="grid_code",
    )  # fmt: skip
