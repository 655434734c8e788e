"""Grids of any day: export, lineage, numbers, and cases counted on the cells of a day."""

from __future__ import annotations

from collections import deque

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids import Edit, Policy, number
from citygrid_core.heat import count
from citygrid_core.operations.city import City
from citygrid_core.operations.grids.commit import Cause, run_whole_edit
from citygrid_core.operations.heat.tables import CASE_COLUMNS
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

COLUMNS = ["relation", "code", "via", "operation", "on", "reason", "document", "valid"]


def show_grids(workspace: Workspace, *, at: str | None = None) -> tuple[Report, gpd.GeoDataFrame]:
    """Return the grids that were valid on a day, as a layer by code."""
    grids: gpd.GeoDataFrame = workspace.read("grids", at=at).sort_values("code")
    report = Report("grids show", read=len(grids), unchanged=len(grids))
    report.details = {
        "at": at,
        "communities": int(grids["community_code"].nunique()),
        "area_m2": round(float(grids.area.sum()), 2),
    }
    return report, grids.reset_index(drop=True)


def days_of_grids(workspace: Workspace) -> list[str]:
    """Return the days on which grids began or ended, the earliest first.

    Between two of them the grids are the same.
    """
    ever = workspace.read("grids", at="all", columns=["valid_from", "valid_to"], geometry=False)
    return sorted({str(d)[:10] for name in ("valid_from", "valid_to") for d in ever[name].dropna()})


def lineage_of(
    workspace: Workspace, code: str, *, at: str | None = None
) -> tuple[Report, pd.DataFrame]:
    """Return the ancestors and descendants of a grid, nearest first.

    Parameters
    ----------
    at : str, optional
        Column ``valid`` says who was valid on that day; default: who is now.

    Returns
    -------
    Report, DataFrame
        ``relation`` (self, ancestor, descendant), ``code``, ``via`` (the relative
        through whom), ``operation``, ``on``, ``reason``, ``document``, ``valid``.

    Raises
    ------
    UsageError
        There never was such a grid.
    """
    ever = workspace.read(
        "grids", at="all", columns=["code", "valid_from", "valid_to"], geometry=False
    )
    if code not in set(ever["code"]):
        raise UsageError(
            Text(f"there never was a grid {code}", f"从未有过单元网格{code}"),
        )
    valid = set(workspace.read("grids", at=at, columns=["code"], geometry=False)["code"])
    links = workspace.lineage()
    links = links[links["kind"] == "grid"]
    rows = [["self", code, "", "", "", "", "", code in valid]]
    for relation, near, far in (("ancestor", "child", "parent"), ("descendant", "parent", "child")):
        by: dict[str, list[dict[str, str]]] = {}
        for link in links.to_dict("records"):
            if link[near] and link[far]:
                by.setdefault(link[near], []).append(link)
        waiting, seen = deque([code]), {code}
        while waiting:
            via = waiting.popleft()
            for link in by.get(via, []):
                other = link[far]
                if other in seen:
                    continue
                seen.add(other)
                waiting.append(other)
                said = [link[name] or "" for name in ("operation", "on", "reason", "document")]
                rows.append([relation, other, via, *said, other in valid])
    frame: pd.DataFrame = pd.DataFrame(rows, columns=COLUMNS)
    report = Report("grids lineage", read=len(frame), unchanged=len(frame))
    heirs = frame[(frame["relation"] == "descendant") & frame["valid"]]
    report.details = {
        "code": code,
        "at": at,
        "ancestors": int((frame["relation"] == "ancestor").sum()),
        "descendants": int((frame["relation"] == "descendant").sum()),
        "heirs": heirs["code"].tolist() or ([code] if code in valid else []),
        "periods": [
            [str(r.valid_from)[:10], None if pd.isna(r.valid_to) else str(r.valid_to)[:10]]
            for r in ever[ever["code"] == code].itertuples()
        ],
    }
    return report, frame


def recount_cases(
    workspace: Workspace,
    *,
    at: str | None = None,
    cases: pd.DataFrame | None = None,
) -> tuple[Report, pd.DataFrame]:
    """Count the cases of all time on the grids of one day, each by its own point.

    So a series can be shown on today's cells although they were split and merged
    meanwhile. What is stored does not change: a case keeps the grid of its day.

    Parameters
    ----------
    at : str, optional
        Whose day's grids; default: today's.
    cases : DataFrame, optional
        Rows of the store's cases with their points; default: all.

    Returns
    -------
    Report, DataFrame
        Counts as `heat.count` gives them (``grid_code`` "" where a case has no
        point or lies outside). The sum of ``cases`` equals that of a count on the
        grids of their days.
    """
    if cases is None:
        cases = workspace.read("cases", columns=CASE_COLUMNS)
    held = cases["grid_code"].astype(object).where(cases["grid_code"].notna(), None).to_numpy()
    now = grids_by_points(workspace, cases, at=at)
    plain = pd.DataFrame(cases.drop(columns="geometry")).assign(grid_code=now)
    counts = count(plain)
    report = Report("grids recount", read=len(cases), unchanged=len(cases))
    moved = np.array([a != b for a, b in zip(held, now, strict=True)], dtype=bool)
    report.details = {
        "at": at,
        "cases": int(counts["cases"].sum()),
        "cases_on_grids_of_their_day": int(count(cases.drop(columns="geometry"))["cases"].sum()),
        "in_another_grid_than_on_their_day": int(moved.sum()),
        "without_grid": int(counts.loc[counts["grid_code"] == "", "cases"].sum()),
    }
    return report, counts


def grids_by_points(
    workspace: Workspace, cases: gpd.GeoDataFrame, *, at: str | None = None
) -> npt.NDArray[np.object_]:
    """Return the grid of a day in which each case lies; None without a point or a grid."""
    placed = (cases.geometry.notna() & ~cases.geometry.is_empty).to_numpy(dtype=bool)
    found = np.full(len(cases), None, dtype=object)
    if placed.any():
        points = cases.geometry[placed]
        held = City(workspace, at).locate(points.x.to_numpy(), points.y.to_numpy())
        found[placed] = held["grid_code"].to_numpy(dtype=object)
    return found


PERIODS = ("day", "month", "quarter", "year")


def series(counts: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return the cases of each grid and period: a time series on the grids of one day.

    Parameters
    ----------
    counts : DataFrame
        As `recount_cases` gives them.
    period : str
        ``day``, ``month`` (2026-10), ``quarter`` (2026-Q4) or ``year``.

    Returns
    -------
    DataFrame
        ``grid_code``, ``period``, ``cases``, ``weak``; the sum stays that of `counts`.
    """
    if period not in PERIODS:
        raise UsageError(Text(f"no period {period!r}: {', '.join(PERIODS)}", f"没有时段“{period}”"))
    day = counts["day"].astype(str)
    year, month = day.str[:4], day.str[5:7]
    name = {
        "day": day.str[:10],
        "month": day.str[:7],
        "year": year,
        "quarter": year + "-Q" + ((pd.to_numeric(month) + 2) // 3).astype(int).astype(str),
    }[period]
    summed: pd.DataFrame = (
        counts.assign(period=name)
        .groupby(["grid_code", "period"], sort=True)[["cases", "weak"]]
        .sum()
        .reset_index()
    )
    return summed


def number_grids(
    workspace: Workspace,
    cause: Cause,
    *,
    communities: tuple[str, ...] = (),
    renumber: bool = False,
    row_tolerance_m: float | None = None,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> tuple[Report, pd.DataFrame]:
    """Tell how communities are numbered; with `renumber`, number them anew.

    Codes are never reused: renumbering retires every code of a community and
    mints new ones after the highest ever used, with lineage from old to new.

    Parameters
    ----------
    communities : tuple of str
        Only these; without any, a renumbering takes those that are out of order.

    Returns
    -------
    Report, DataFrame
        For each community: ``grids``, ``highest`` (ever used), ``free`` (numbers
        left), ``out_of_order`` (grids whose rank differs from reading order).
    """
    grids = workspace.read("grids")
    rows = _numbers(workspace, grids, communities, row_tolerance_m)
    if not renumber:
        report = Report("grids number", read=len(grids), unchanged=len(grids))
        report.details = {
            "communities": len(rows),
            "out_of_order": int((rows["out_of_order"] > 0).sum()),
        }
        return report, rows
    chosen = set(communities or rows.loc[rows["out_of_order"] > 0, "community_code"])
    if not chosen:
        report = Report("grids number", read=len(grids), unchanged=len(grids))
        return report, rows

    def make(held: gpd.GeoDataFrame) -> Edit:
        old = held[held["community_code"].isin(list(chosen))].sort_values("code")
        lineage = tuple((str(c), i) for i, c in enumerate(old["code"]))
        none = held.iloc[:0].assign(moved_m2=np.empty(0))
        return Edit("renumber", old.reset_index(drop=True), old, none, held.iloc[:0], lineage)

    report = run_whole_edit(workspace, make, cause, policy=policy, dry_run=dry_run)
    rows = _numbers(workspace, workspace.read("grids"), communities, row_tolerance_m)
    return report, rows


def _numbers(
    workspace: Workspace,
    grids: gpd.GeoDataFrame,
    communities: tuple[str, ...],
    row_tolerance_m: float | None,
) -> pd.DataFrame:
    ever = workspace.read("grids", at="all", columns=["code", "community_code"], geometry=False)
    highest = ever.groupby("community_code")["code"].max()
    rows = []
    for name, mine in grids.groupby("community_code"):
        if communities and name not in communities:
            continue
        wanted = number(mine, edition=workspace.edition, row_tolerance_m=row_tolerance_m)
        rank = mine["code"].astype(str).rank(method="first").to_numpy()
        wrong = int((rank != wanted.rank(method="first").to_numpy()).sum())
        digits = len(str(wanted.iloc[0])) - len(str(name))
        last = int(str(highest[name])[len(str(name)) :])
        rows.append([name, len(mine), last, 10**digits - 1 - last, wrong])
    frame: pd.DataFrame = pd.DataFrame(
        rows, columns=["community_code", "grids", "highest", "free", "out_of_order"]
    )
    return frame
