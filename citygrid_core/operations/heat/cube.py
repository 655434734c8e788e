"""The heat cube in the store, kept in step with the cases at the price of what changed."""

from __future__ import annotations

import pandas as pd

from citygrid_core.errors import Problem, Text
from citygrid_core.heat import HEAT_KEYS, Comparison, HeatInputError, add, count, delta
from citygrid_core.operations.importing.intake import problem
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
            report = _recount(tx, workspace, progress)
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
    problems: list[Problem] = []
    with workspace.snapshot(), Comparison(workspace.count("cases")) as comparison:
        if not _hold_all(workspace, comparison):
            return []
        noted = workspace.changes("cases", WATCHED)
        if noted is not None:
            change = delta(count(noted[0]), count(noted[1]))
            if len(change):
                changed = len(noted[0].index.union(noted[1].index))
                problems.append(_stale(changed))
            comparison.hold(change)
        for part in workspace.read_parts("cases", columns=WATCHED):
            comparison.recount(part)
        for compared in comparison.results():
            problems += _recounted(compared.differing)
    return problems


def _stale(changed: int) -> Problem:
    return problem(
        "heat.stale", "cases",
        Text(f"{changed} changed since the last update", f"上次更新后变动 {changed} 件"),
        Text("counts of today's cases", "与当前案件一致的计数"),
        Text("run: citygrid heat update", "请运行 citygrid heat update"),
    )  # fmt: skip


def _recounted(cells: pd.DataFrame) -> list[Problem]:
    """Return the cells whose counts, held and changed since, are not those of a recount."""
    differ = (cells["cases"] != cells["cases_held"]) | (cells["weak"] != cells["weak_held"])
    return [
        problem(
            "heat.recount",
            "cases",
            f"{row.cases_held:g}/{row.weak_held:g} "
            f"({row.grid_code} {row.class_code} {row.day} {row.hour})",
            Text(f"{row.cases}/{row.weak}, by a recount", f"重新计数为 {row.cases}/{row.weak}"),
            Text("run: citygrid heat update --rebuild", "请运行 citygrid heat update --rebuild"),
        )
        for row in cells[differ].itertuples()
    ]


def _hold_all(workspace: Workspace, comparison: Comparison) -> int:
    """Take the whole cube into a comparison; return how many rows it has."""
    rows = 0
    for part in workspace.read_parts("heat_counts", columns=[*KEY, *COUNTED]):
        comparison.hold(part, part.index.to_numpy())
        rows += len(part)
    return rows


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


def _recount(tx: Transaction, workspace: Workspace, progress: Progress) -> Report:
    """Count all cases and write the cells that differ."""
    report = Report("heat update")
    size = workspace.count("cases")
    cases = not_located = removed = counted = 0
    with Comparison(size) as comparison:
        _hold_all(workspace, comparison)
        for part in workspace.read_parts("cases", columns=WATCHED):
            comparison.recount(part)
            cases += len(part)
            not_located += int(part["grid_code"].isna().sum())
            progress("counting", cases, size)
        progress("storing", 1, 2)
        for compared in comparison.results():
            cells = compared.differing
            stale, wanted = cells[cells["fid"].notna()], cells[cells["cases"] > 0]
            if len(stale):
                tx.delete("heat_counts", stale["fid"].to_numpy(dtype="int64"))
            if len(wanted):
                tx.insert("heat_counts", wanted[[*KEY, *COUNTED]].reset_index(drop=True))
            report.read += compared.cells
            report.stored += len(wanted)
            report.unchanged += compared.same
            removed += int((cells["cases"] == 0).sum())
            counted += compared.counted
    report.details = {
        "how": "recount",
        "changed_cases": cases,
        "cells_removed": removed,
        "cases": cases,
        "counted": counted,
        "not_located": not_located,
    }
    return report
