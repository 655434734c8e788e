"""Counts of cases per grid, class and day, kept in step with the cases."""

from __future__ import annotations

import pandas as pd

from citygrid_core.heat import count, table
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

KEY = ["grid_code", "object_kind", "class_code", "source", "day"]
CASE_COLUMNS = [
    "number", "object_kind", "class_code", "source", "stage", "reported_at", "grid_code",
    "location_method", "location_probability",
]  # fmt: skip


def update_heat(
    workspace: Workspace, *, who: str = "", dry_run: bool = False, progress: Progress = no_progress
) -> Report:
    """Bring the counts in step with the cases; equal to a full recount by construction.

    The books are kept in cells (grid × class × source × day): read = cells of the
    recount, stored = cells written, unchanged = cells that stood already.
    """
    progress("counting", 0, 2)
    cases = workspace.read("cases", columns=CASE_COLUMNS, geometry=False)
    fresh = count(cases)
    held = workspace.read("heat_counts")
    both = fresh.merge(
        held.reset_index(names="fid"), on=KEY, how="outer", suffixes=("", "_held"), indicator=True
    )
    same = (
        (both["_merge"] == "both")
        & (both["cases"] == both["cases_held"])
        & (both["weak"].fillna(0) == both["weak_held"].fillna(0))
    )
    stale = both[~same & both["fid"].notna()]
    wanted = both[~same & (both["_merge"] != "right_only")]
    progress("storing", 1, 2)
    with workspace.transaction("heat update", who=who) as tx:
        if len(stale):
            tx.delete("heat_counts", stale["fid"].astype("int64").to_numpy())
        if len(wanted):
            tx.insert("heat_counts", wanted[[*KEY, "cases", "weak"]].reset_index(drop=True))
        if dry_run:
            tx.rollback()
    report = Report("heat update", read=len(fresh), dry_run=dry_run)
    report.stored, report.unchanged = len(wanted), int(same.sum())
    report.details = {
        "cases": len(cases),
        "counted": int(fresh["cases"].sum()),
        "not_located": int(cases["grid_code"].isna().sum()),
        "cells_removed": int((both["_merge"] == "right_only").sum()),
    }
    progress("done", 2, 2)
    return report


def heat_table(
    workspace: Workspace,
    *,
    object_kind: str | None = None,
    class_code: str | None = None,
    source: str | None = None,
    from_day: str | None = None,
    to_day: str | None = None,
    at: str | None = None,
) -> tuple[Report, pd.DataFrame]:
    """Return cases and cases per hectare of every grid, hottest first.

    Parameters
    ----------
    class_code : str, optional
        A class or the prefix of one, e.g. a major class.
    from_day, to_day : str, optional
        First and last day, ISO, both included.
    at : str, optional
        The grids of that day.
    """
    grids = workspace.read("grids", at=at)
    result = table(
        workspace.read("heat_counts"),
        grids,
        object_kind=object_kind,
        class_code=class_code,
        source=source,
        from_day=from_day,
        to_day=to_day,
    )
    report = Report("heat table", read=len(grids), unchanged=len(grids))
    by_status = result.groupby("status")["cases"].sum()
    report.details = {
        "unit": "cases per hectare",
        "cases": int(result["cases"].sum()),
        "without_grid": int(by_status.get("unplaced", 0)),
        "in_other_grids": int(by_status.get("other", 0)),
    }
    return report, result
