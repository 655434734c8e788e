"""Heat tables of the store: rates with units, hot spots, profiles, and comparisons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from citygrid_core import heat
from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.evaluation.period import Period
from citygrid_core.operations.heat.cube import CASE_COLUMNS, update_heat
from citygrid_core.operations.heat.select import (
    Selection,
    begins,
    compared,
    elsewhere,
    grids_at,
    residents_of,
    tracks_of,
)
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

__all__ = [
    "CASE_COLUMNS", "heat_hotspots", "heat_profile", "heat_table", "update_heat",
]  # fmt: skip


def heat_table(
    workspace: Workspace,
    *,
    object_kind: str | None = None,
    class_code: str | None = None,
    source: str | None = None,
    from_day: str | None = None,
    to_day: str | None = None,
    at: str | None = None,
    period: str | None = None,
    residents: Path | None = None,
    tracks: Path | None = None,
    recount: bool = False,
) -> tuple[Report, pd.DataFrame]:
    """Return cases and rates of every grid, hottest first.

    Parameters
    ----------
    class_code : str, optional
        A class or the prefix of one, e.g. a major class. Components and events share codes:
        where cases of both are counted, there is no rate by components, and a caution.
    from_day, to_day : str, optional
        First and last day, ISO, both included.
    at : str, optional
        The grids of that day.
    period : str, optional
        Instead of days: ``2026-10`` (see `Period.parse`). Adds the counts of the period
        before and of a year before, with the ratio of rates and its 95 % interval.
    residents : Path, optional
        A table with the columns grid_code and residents.
    tracks : Path, optional
        Points with collector and at: hours of patrol.
    recount : bool
        Count the cases by their own points on the grids of `at` (today's, else), instead of
        on the grids of their days.
    """
    span = Period.parse(period) if period else None
    if span and (from_day or to_day):
        raise UsageError(Text("say a period or days, not both", "统计期与起止日期只能选一"))
    chosen = Selection(object_kind, class_code, source, from_day, to_day)
    grids = grids_at(workspace, at)
    counts = chosen.counts(workspace, at=at, recount=recount)
    now = chosen.within(counts, span)
    result = heat.table(now, grids)
    kinds = {str(k) for k in counts["object_kind"].unique()}
    if not chosen.class_code:
        kinds = {object_kind or ""}
    bases = _bases(workspace, grids, chosen, kinds, at, residents, tracks)
    result = heat.rates(result, bases)
    if span:
        for name, earlier in (("before", span.before()), ("year_before", span.year_before())):
            then = heat.table(chosen.within(counts, earlier), grids).set_index("grid_code")
            result[f"cases_{name}"] = result["grid_code"].map(then["cases"]).fillna(0).astype(int)
            ratio = compared(workspace, result["cases"], result[f"cases_{name}"], span, earlier)
            result[[f"ratio_{name}", f"low_{name}", f"high_{name}"]] = ratio.to_numpy()
    report = Report("heat table", read=len(grids), unchanged=len(grids))
    by_status = result.groupby("status")["cases"].sum()
    report.details = {
        "unit": "cases per hectare",
        "units": {n: u.en for n, (_, _, u) in heat.RATES.items() if n in result},
        "cases": int(result["cases"].sum()),
        "without_grid": int(by_status.get("unplaced", 0)),
        "in_other_grids": int(by_status.get("other", 0)),
        "weak": int(result["weak"].sum()),
    }
    if span:
        report.details["periods"] = [span.text, span.before().text, span.year_before().text]
    finding = heat.located(result)
    caution = heat.patrol_effort(result, now.groupby("source")["cases"].sum())
    lost = elsewhere(bases["residents"], grids) if "residents" in bases else None
    report.problems += [found for found in (finding, lost) if found]
    report.cautions += [caution] if caution else []
    if chosen.class_code and len(kinds) > 1:
        report.cautions.append(_both_kinds(chosen.class_code))
    return report, result


def _both_kinds(code: str) -> Problem:
    """Tell that components and events of one code are counted together."""
    return Problem(
        "heat.kinds",
        Text(f"class {code} of components and of events", f"部件与事件（事项）的“{code}”类"),
        Text("one kind", "单一对象类别"),
        Text(
            "counted together, and without a rate by components; name the kind to tell them apart",
            "两者已合并计数，且不计算单位部件率；指定对象类别即可区分",
        ),
        field="class_code",
    )


def heat_hotspots(
    workspace: Workspace,
    *,
    rate: str = "per_hectare",
    inference: Literal["analytic", "permutation"] = "analytic",
    false_share: float = 0.05,
    permutations: int = 999,
    seed: int = 0,
    at: str | None = None,
    **selection: Any,
) -> tuple[Report, pd.DataFrame]:
    """Return Gi* and local Moran of every grid, hot spots first.

    Parameters
    ----------
    rate : str
        What is judged: a column of the table, e.g. ``per_hectare``. Of a smoothed rate its
        deviation is (see `heat.judged`).
    false_share : float
        Accepted share of false findings (FDR).
    **selection
        As in `heat_table`.
    """
    said, table = heat_table(workspace, at=at, **selection)
    known = [str(c) for c in table if str(c).removesuffix("_smoothed") in heat.RATES]
    if rate not in known:
        raise UsageError(
            Text(f"no rate {rate!r}, or not without its base: {', '.join(known)}",
                 f"没有“{rate}”，或缺少其基数；可用 {'、'.join(known)}")
        )  # fmt: skip
    grids = grids_at(workspace, at).set_index("code")
    mine = table[table["status"] == "valid"].set_index("grid_code")
    grids = gpd.GeoDataFrame(grids.loc[mine.index])
    near = heat.contiguity(grids)
    values, skew = heat.judged(mine, rate)
    options: dict[str, Any] = {"inference": inference, "permutations": permutations, "seed": seed,
                               "false_share": false_share, "skew": skew}  # fmt: skip
    gi = heat.hotspots(values, near, **options)
    moran = heat.local_moran(values, near, **options)
    result = mine[["cases", "weak_share", rate]].join(gi)
    result = result.join(moran[["moran", "p", "q", "cluster"]].add_suffix("_moran"))
    result = result.rename(columns={"moran_moran": "moran", "cluster_moran": "cluster"})
    result = result.sort_values("z", ascending=False, kind="stable").reset_index()
    report = Report("heat hotspots", read=len(mine), unchanged=len(mine), problems=said.problems,
                    cautions=said.cautions)  # fmt: skip
    report.details = {
        "rate": rate,
        "inference": inference,
        "false_share": false_share,
        "cases": said.details["cases"],
        **{s: int((result["spot"] == s).sum()) for s in ("hot", "cold")},
        **{c: int((result["cluster"] == c).sum())
           for c in ("high-high", "low-low", "high-low", "low-high")},
    }  # fmt: skip
    return report, result


def heat_profile(
    workspace: Workspace, *, by: str = "hour", **selection: Any
) -> tuple[Report, pd.DataFrame]:
    """Return when cases come: hour × weekday, by month, or by kind of day.

    Parameters
    ----------
    by : str
        ``hour`` (hour × weekday), ``month``, or ``holiday`` (workday, weekend, holiday by the
        official calendar). All with ``days`` and ``per_day``.
    **selection
        ``object_kind``, ``class_code``, ``source``, ``from_day``, ``to_day``.
    """
    chosen = Selection(**selection)
    counts = chosen.within(chosen.counts(workspace), None)
    days = sorted(counts["day"].astype(str).str[:10].unique())
    first, last = chosen.from_day or (days or [None])[0], chosen.to_day or (days or [None])[-1]
    report = Report("heat profile", read=len(counts), unchanged=len(counts))
    report.details = {"by": by, "cases": int(counts["cases"].sum()), "from": first, "to": last}
    if first is None or last is None:
        none: pd.DataFrame = pd.DataFrame(columns=["cases", "days", "per_day"])
        return report, none
    period = pd.Series(pd.date_range(first, last).strftime("%Y-%m-%d"))
    name = {"month": lambda d: d[:7], "holiday": _kind_of_day}.get(by)
    day = counts["day"].astype(str).str[:10]
    if name is None:
        weekday = pd.to_datetime(day).dt.day_of_week + 1
        cases = counts["cases"].groupby([weekday.rename("weekday"), counts["hour"]]).sum()
        every = pd.MultiIndex.from_product([range(1, 8), range(24)], names=["weekday", "hour"])
        result = cases.reindex(every.union(cases.index), fill_value=0).reset_index()
        number = (pd.to_datetime(period).dt.day_of_week + 1).value_counts()
        result["days"] = result["weekday"].map(number).fillna(0).astype(int)
    else:
        number = period.map(name).value_counts()
        summed = counts["cases"].groupby(day.map(name).rename(by)).sum()
        result = summed.reindex(sorted(number.index), fill_value=0).reset_index()
        result["days"] = result[by].map(number).astype(int)
    result["per_day"] = result["cases"] / result["days"].where(result["days"] > 0)
    return report, result


def _kind_of_day(day: str) -> str:
    """Return workday, weekend or holiday: days that the state moved count as what they are."""
    import chinese_calendar

    date = dt.date.fromisoformat(day)
    try:
        off, holiday = chinese_calendar.get_holiday_detail(date)
    except NotImplementedError:  # a year without a published calendar
        return "weekend" if date.weekday() >= 5 else "workday"
    return "workday" if not off else "holiday" if holiday else "weekend"


def _bases(
    workspace: Workspace, grids: gpd.GeoDataFrame, chosen: Selection, kinds: set[str],
    at: str | None, residents: Path | None, tracks: Path | None,
) -> dict[str, pd.Series[float]]:  # fmt: skip
    bases: dict[str, pd.Series[float]] = {}
    if kinds == {"component"}:
        held = workspace.read(
            "components", at=at, columns=["grid_code", "class_code"], geometry=False
        )
        mine = begins(held["class_code"], chosen.class_code or "")
        bases["components"] = held[mine].groupby("grid_code").size().astype(float)
    if residents is not None:
        bases["residents"] = residents_of(residents)
    if tracks is not None:
        bases["patrol_hours"] = heat.hours_by_grid(tracks_of(tracks, workspace.crs), grids)
    return bases
