"""What a workspace holds, and whether it is sound."""

from __future__ import annotations

from citygrid_core.operations.cases.audit import audit
from citygrid_core.operations.heat.cube import check_heat
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import FAMILIES


def info(workspace: Workspace) -> Report:
    """Say what a workspace holds: its settings, rows valid now and ever, its journal's head."""
    journal = workspace.journal()
    last = journal.iloc[-1] if len(journal) else None
    return Report(
        "info",
        details={
            "name": workspace.name,
            "edition": workspace.edition,
            "crs": workspace.crs.to_string(),
            "counts": {
                name: {"now": workspace.count(name), "ever": workspace.count(name, at="all")}
                for name in FAMILIES
            },
            "operations": len(journal),
            "last_operation": None if last is None else f"{last['operation']} ({last['at']})",
            "head": workspace.head,
        },
    )


def verify(workspace: Workspace, *, progress: Progress = no_progress) -> Report:
    """Check seals, the hash chain, history, references, the logs of cases, and the heat counts.

    Every finding is a `Problem`; an empty list means that nothing was altered
    behind citygrid's back and that the counts equal a full recount.
    """
    progress("store", 0, 3)
    report = Report("verify", problems=list(workspace.verify()))
    progress("cases", 1, 3)
    report.problems += audit(workspace)
    progress("heat", 2, 3)
    report.problems += check_heat(workspace)
    report.details = {"head": workspace.head, "findings": len(report.problems)}
    progress("done", 3, 3)
    return report


def adopt(workspace: Workspace, *, who: str) -> Report:
    """Take edits that were made outside citygrid, in QGIS say, into the journal.

    Returns
    -------
    Report
        ``stored`` is how many rows were adopted. What an adoption can't cure is left
        to `verify`.
    """
    adopted = list(workspace.adopt(who))
    report = Report("verify --adopt", read=len(adopted), stored=len(adopted))
    report.details = {"head": workspace.head}
    return report
