"""The heat cube in the store, kept in step with the cases at the price of what changed."""

from __future__ import annotations

import pandas as pd

from citygrid_core.errors import Problem, Text
from citygrid_core.heat import HEAT_KEYS, HeatInputError, add, count, delta
from citygrid_core.operations.intake import problem
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Transaction, Workspace

KEY = list(HEAT_KEYS)
COUNTED = ["cases", "weak"]
#: What decides in which cell a case counts, and whether: changes of these are watched.
WATCHED = (
    "object_kind", "class_code", "source", "stage", "reported_at", "grid_code",
    "location_method", "location_probability",
)  # fmt: skip
CASE_COLUMNS = ["number", *WATCHED]
_EMPTY = "0" * 32


def update_heat(
    workspace: Workspace,
    *,
    rebuild: bool = False,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Bring the cube in step with the cases; it then equals a full recount.

    Only cases that came, changed or went since the last update are counted, as they
    were and as they are (`heat.delta`), whoever changed them: the file notes changes by
    triggers, so edits in QGIS count too. The price depends on the number of changed
    cases, not on the store's. A file that never was counted is counted in full.

    Parameters
    ----------
    rebuild : bool
        Count all cases anew.

    Returns
    -------
    Report
        In cells (grid × kind × class × source × day × hour): read = cells looked at,
        stored = written, unchanged = stood already. ``details``: ``how``
        ("changes" or "recount"), ``changed_cases``, ``cells_removed``.
    """
    progress("counting", 0, 2)
    with workspace.transaction("heat update", who=who, parameters={"rebuild": rebuild}) as tx:
        noted = None
        if not rebuild and workspace.digests().get("heat_counts") != _EMPTY:
            noted = workspace.changes("cases", WATCHED)
        report = None
        if noted is not None:
            progress("storing", 1, 2)
            report = _apply(tx, *noted)
        if report is None:
            cases = workspace.read("cases", columns=CASE_COLUMNS, geometry=False)
            progress("storing", 1, 2)
            report = _recount(tx, workspace, pd.DataFrame(cases))
        if noted is None or len(noted[0]) or len(noted[1]):
            tx.watch("cases", WATCHED)
        if noted is None:
            # one change of content, so that the watch is kept when the counts were right
            times = int(workspace.get_meta("heat_recounts", "0")) + 1
            tx.set_meta("heat_recounts", str(times))
        if dry_run:
            tx.rollback()
    report.dry_run = dry_run
    progress("done", 2, 2)
    return report


def check_heat(workspace: Workspace) -> list[Problem]:
    """Compare the cube with a recount of all cases.

    Cells that don't follow from the cases are ``heat.recount``; cases that changed
    after the last update and wait for the next one are ``heat.stale``.
    """
    held = workspace.read("heat_counts")
    if held.empty:
        return []
    noted = workspace.changes("cases", WATCHED)
    fresh = count(pd.DataFrame(workspace.read("cases", columns=CASE_COLUMNS, geometry=False)))
    problems = []
    if noted is not None:
        change = delta(count(noted[0]), count(noted[1]))
        changed = len(noted[0].index.union(noted[1].index))
        if len(change):
            problems.append(
                problem(
                    "heat.stale", "cases",
                    Text(f"{changed} changed since the last update", f"上次更新后变动 {changed} 件"),
                    Text("counts of today's cases", "与当前案件一致的计数"),
                    Text("run: citygrid heat update", "请运行 citygrid heat update"),
                )
            )  # fmt: skip
        held = _sum(held, change)
    both = held[[*KEY, *COUNTED]].merge(fresh, on=KEY, how="outer", suffixes=("", "_now"))
    numbers = [*COUNTED, *(f"{c}_now" for c in COUNTED)]
    both[numbers] = both[numbers].fillna(0)
    wrong = both[(both["cases"] != both["cases_now"]) | (both["weak"] != both["weak_now"])]
    problems += [
        problem(
            "heat.recount",
            "cases",
            f"{row.cases:.0f}/{row.weak:.0f} ({row.grid_code} {row.class_code} {row.day} {row.hour})",
            Text(
                f"{row.cases_now:.0f}/{row.weak_now:.0f}, by a recount",
                f"重新计数为 {row.cases_now:.0f}/{row.weak_now:.0f}",
            ),
            Text("run: citygrid heat update --rebuild", "请运行 citygrid heat update --rebuild"),
        )
        for row in wrong.itertuples()
    ]
    return problems


def _sum(held: pd.DataFrame, change: pd.DataFrame) -> pd.DataFrame:
    """Add without judging: a cell that can't be is for `check_heat` to find."""
    both = pd.concat([held[[*KEY, *COUNTED]], change], ignore_index=True)
    summed: pd.DataFrame = both.groupby(KEY, dropna=False)[COUNTED].sum().reset_index()
    return summed


def _apply(tx: Transaction, before: pd.DataFrame, now: pd.DataFrame) -> Report | None:
    """Count the changed cases into their cells; None when the cells don't hold what goes."""
    change = delta(count(before), count(now))
    report = Report("heat update", read=len(change))
    report.details = {
        "how": "changes",
        "changed_cases": len(before.index.union(now.index)),
        "cells_removed": 0,
    }
    if change.empty:
        return report
    held = tx.find("heat_counts", change)
    try:
        after = add(held[[*KEY, *COUNTED]].fillna({"weak": 0}), change)
    except HeatInputError:
        return None
    fids = pd.Series(held.index, index=pd.MultiIndex.from_frame(held[KEY]), dtype="int64")
    place = pd.MultiIndex.from_frame(after[KEY])
    there = place.isin(fids.index)
    changed = after[there].set_index(pd.Index(fids.loc[place[there]].to_numpy(), name="fid"))
    gone = fids[~fids.index.isin(place)]
    if len(gone):
        tx.delete("heat_counts", gone.to_numpy())
    if len(changed):
        tx.update("heat_counts", changed[COUNTED])
    if not there.all():
        tx.insert("heat_counts", after[~there].reset_index(drop=True))
    report.read = report.stored = len(after)
    report.details["cells_removed"] = len(gone)
    return report


def _recount(tx: Transaction, workspace: Workspace, cases: pd.DataFrame) -> Report:
    """Count all cases and write the cells that differ."""
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
    if len(stale):
        tx.delete("heat_counts", stale["fid"].astype("int64").to_numpy())
    if len(wanted):
        tx.insert("heat_counts", wanted[[*KEY, *COUNTED]].reset_index(drop=True))
    report = Report("heat update", read=len(fresh))
    report.stored, report.unchanged = len(wanted), int(same.sum())
    report.details = {
        "how": "recount",
        "changed_cases": len(cases),
        "cells_removed": int((both["_merge"] == "right_only").sum()),
        "cases": len(cases),
        "counted": int(fresh["cases"].sum()),
        "not_located": int(cases["grid_code"].isna().sum()),
    }
    return report
