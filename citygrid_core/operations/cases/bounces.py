"""Where bodies send cases back and forth: by pair, class and stretch of border."""

from __future__ import annotations

import pandas as pd

from citygrid_core.cases.bounces import bounces, counted
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.asked_for import check_span
from citygrid_core.operations.city import City
from citygrid_core.report import Report
from citygrid_core.workspace import Between, Workspace

#: What bounces are counted by.
BY: dict[str, tuple[str, ...]] = {
    "pair": ("sent_from", "sent_to"),
    "class": ("object_kind", "class_code"),
    "border": ("grid_code", "other_grid_code"),
}
#: How near a border a case lies to be counted to that stretch of it (m).
REACH_M = 30.0


def analyse_bounces(
    workspace: Workspace,
    *,
    by: str = "pair",
    since: str | None = None,
    until: str | None = None,
) -> tuple[Report, pd.DataFrame]:
    """Count returns of cases by what they have in common.

    Parameters
    ----------
    by : str
        One of `BY`. A stretch of border is what two unit grids share: a case counts to the one
        nearest to it within `REACH_M`, and to its own grid alone where none is so near.
    since, until : str, optional
        Returns from a moment on, and before one.

    Returns
    -------
    report, counts
        The counts of `cases.bounces.counted`; a pair with an empty sent_to waits still.
        The report's read is the number of returns.

    Raises
    ------
    UsageError
        There is no such way of counting.
    """
    check_by(by)
    check_span(since, until)
    found = bounces_between(workspace, since=since, until=until, border=by == "border")
    table = counted(found, list(BY[by]))
    report = Report("cases bounces", read=len(found), unchanged=len(found))
    report.details = {"cases": found["number"].nunique(), "loops": int(found["again"].sum())}
    return report, table


def check_by(by: str) -> None:
    """Refuse a way of counting that is not one of `BY`."""
    if by not in BY:
        words = ", ".join(BY)
        raise UsageError(Text(f"by {by!r} is not one of {words}", f"“{by}”不在 {words} 之中"))


def bounces_between(
    workspace: Workspace,
    *,
    since: str | None = None,
    until: str | None = None,
    border: bool = True,
) -> pd.DataFrame:
    """Return the returns of cases, one row each, with all that `BY` counts them by.

    Parameters
    ----------
    since, until : str, optional
        Returns from a moment on, and before one; what the log tells later is not known yet.
    border : bool
        Whether the stretch of border is looked for; else other_grid_code is empty.

    Returns
    -------
    DataFrame
        As `cases.bounces.bounces`, with object_kind, class_code, grid_code, other_grid_code.
    """
    told = workspace.read("case_log", where={"step": "return", "at": Between(since, until)})
    numbers = sorted(set(told["number"]))
    log = workspace.read("case_log", where={"number": numbers, "at": Between(end=until)})
    found = bounces(log)
    if since is not None:
        found = found[(found["at"] >= since).to_numpy()].reset_index(drop=True)
    held = workspace.read("cases", where={"number": numbers}).set_index("number")
    own = held.reindex(found["number"])
    for name in ("object_kind", "class_code", "grid_code"):
        found[name] = own[name].to_numpy(dtype=object)
    found["other_grid_code"] = None
    if border and len(found):
        found["other_grid_code"] = _beyond(City(workspace), own)
    return found


def _beyond(city: City, own: pd.DataFrame) -> list[str | None]:
    """Return for each case the unit grid beyond the nearest border in reach."""
    out: list[str | None] = [None] * len(own)
    placed = [i for i, p in enumerate(own["geometry"]) if p is not None and not p.is_empty]
    if not placed or not len(city.cells):
        return out
    points = own["geometry"].to_numpy()[placed]
    x = pd.Series([p.x for p in points]).to_numpy(float)
    y = pd.Series([p.y for p in points]).to_numpy(float)
    other = city.cells.border_distance(x, y, within=REACH_M).other
    for i, cell in zip(placed, other.tolist(), strict=True):
        out[i] = str(city.cells.codes[cell]) if cell >= 0 else None
    return out
