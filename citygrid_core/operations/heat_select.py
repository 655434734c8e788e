"""Which cells of the cube are meant, and the files that rates need beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.evaluation.period import Period
from citygrid_core.heat import compare
from citygrid_core.workspace import Between, Workspace

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

    def counts(
        self, workspace: Workspace, *, at: str | None = None, recount: bool = False
    ) -> pd.DataFrame:
        """Return the cells of this kind, class and source of all days.

        Parameters
        ----------
        recount : bool
            Count the cases anew by their points, on the grids of `at`.
        """
        if recount:
            from citygrid_core.operations.grid_history import recount_cases

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


def residents_of(path: Path) -> pd.Series[float]:
    """Return residents by grid code from a CSV with these two columns."""
    frame = _table(path, ("grid_code", "residents"))
    found: pd.Series[float] = (
        pd.to_numeric(frame["residents"]).groupby(frame["grid_code"].astype(str)).sum()
    )
    return found


def tracks_of(path: Path, crs: Any) -> gpd.GeoDataFrame:
    """Return points of tracks in the CRS of the workspace.

    A layer with ``collector`` and ``at``, or a CSV with these and ``x``, ``y`` in the CRS
    of the workspace.
    """
    if path.suffix.lower() == ".csv":
        frame = _table(path, ("collector", "at", "x", "y"))
        points = gpd.points_from_xy(pd.to_numeric(frame["x"]), pd.to_numeric(frame["y"]))
        return gpd.GeoDataFrame(frame, geometry=points, crs=crs)
    layer = gpd.read_file(path)
    _need(path, layer, ("collector", "at"))
    moved: gpd.GeoDataFrame = layer.to_crs(crs)
    return moved


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(path, dtype=str)
    _need(path, frame, columns)
    return frame


def _need(path: Path, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [c for c in columns if c not in frame]
    if missing:
        names = ", ".join(missing)
        raise UsageError(Text(f"{path} lacks the columns {names}", f"{path} 缺少列：{names}"))
