"""Counts of cases per grid, class and day, kept in step with the cases."""

from __future__ import annotations

import pandas as pd

from citygrid_core.heat import table
from citygrid_core.operations.heat_cube import CASE_COLUMNS, update_heat
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

__all__ = ["CASE_COLUMNS", "heat_table", "update_heat"]


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
