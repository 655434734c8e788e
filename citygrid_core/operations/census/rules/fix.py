"""Safe fixes of the rule book, with a preview, in one transaction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from citygrid_core.census.rules import check, rules
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.rules.findings import described, sync
from citygrid_core.operations.census.rules.material import material
from citygrid_core.operations.census.rules.profile import Profile
from citygrid_core.operations.census.versions import differing, succeed
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace


def fix_components(
    workspace: Workspace,
    rule_id: str,
    *,
    on: str,
    codes: list[str] | None = None,
    profile: Path | None = None,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Apply the fix of one rule to the components that it finds wrong.

    Parameters
    ----------
    rule_id : str
        A rule with a safe fix.
    codes : list of str, optional
        Only these components.
    dry_run : bool
        Preview: say what would change, change nothing.

    Returns
    -------
    Report
        read: components found wrong = stored (fixed) + rejected (no safe fix).
    DataFrame
        object_code, field, before, after: each cell that changes.

    Raises
    ------
    UsageError
        No such rule, or one without a safe fix.
    """
    (rule, *more) = rules([rule_id])
    if more or not rule.fixes():
        raise UsageError(Text(f"{rule_id} has no safe fix", f"{rule_id} 没有可自动执行的安全修正"))
    chosen = Profile.load(profile) if profile else Profile()
    progress("reading", 0, 3)
    seen = material(workspace, on=on, codes=codes, radii=chosen.radii, tolerances=chosen.tolerances)
    verdict = rule.judge(seen)
    at = np.unique(verdict.at)
    change = rule.fix(seen, at) if len(at) else None
    report = Report("census check", read=len(at), dry_run=dry_run)
    facts = {"fix": rule_id, "on": on}
    if change is None:
        report.rejected = len(at)
        empty = pd.DataFrame(columns=["object_code", "field", "before", "after"], dtype=object)
        return report, empty
    held = seen.components.iloc[change.index.to_numpy()]
    cells = differing(held, change)
    progress("storing", 1, 3)
    with workspace.transaction("census fix", who=who, parameters=facts) as tx:
        succeed(tx, held, change, on)
        again = material(
            workspace,
            on=on,
            codes=held["code"].tolist(),
            radii=chosen.radii,
            tolerances=chosen.tolerances,
        )
        checked = check(again, [rule])
        sync(tx, workspace, described(again, checked, on, who), checked, set(held["code"]), on, who)
        if dry_run:
            tx.rollback()
    report.stored, report.rejected = len(change), len(at) - len(change)
    report.details = {"rule": rule_id, "cells": len(cells), "still_found": len(checked.findings)}
    progress("done", 3, 3)
    return report, cells
