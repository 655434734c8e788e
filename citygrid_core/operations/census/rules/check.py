"""The rule book over a workspace: findings stored, outcomes said, nothing clean for want of data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from citygrid_core.census.rules import Checked, Rule, check, rule_book, rules
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.census.rules.findings import described, sync
from citygrid_core.operations.census.rules.material import material
from citygrid_core.operations.census.rules.profile import Profile
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace


def check_components(
    workspace: Workspace,
    *,
    on: str,
    rule_ids: Sequence[str] = (),
    since: str | None = None,
    changed: bool = False,
    profile: Path | None = None,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Check the components by the rule book and store what is found.

    Parameters
    ----------
    on : str
        ISO date of the check.
    rule_ids : sequence of str
        Rules or groups; default: the whole book.
    since : str, optional
        Judge only components whose version began on or after this day.
    changed : bool
        Judge what began since the last check (on its day or later).
    profile : Path, optional
        TOML file with tolerances, severities and rules that are off.

    Returns
    -------
    Report
        read: components judged; every finding that is open counts in
        ``details["open"]``. Problems: one for each rule that found something.
    DataFrame
        The findings of this check, as stored.
    """
    chosen = Profile.load(profile) if profile else Profile()
    book = chosen.apply(rules(rule_ids) if rule_ids else list(rule_book().values()))
    if changed:
        since = _last(workspace) or since
    progress("reading", 0, len(book) + 2)
    seen = material(workspace, on=on, since=since, radii=chosen.radii, tolerances=chosen.tolerances)
    checked = check(seen, book, progress=progress)
    rows = described(seen, checked, on, who)
    if chosen.severities:
        other = rows["rule"].map(chosen.severities)
        rows["severity"] = other.where(other.notna(), rows["severity"])
    codes = None if seen.judged is None else set(seen.components["code"][seen.judged])
    report = Report("census check", read=int(seen.asked.sum()), dry_run=dry_run)
    report.unchanged = report.read
    facts = {"since": since or "", "on": on, "rules": len(book)}
    with workspace.transaction("census check", who=who, parameters=facts) as tx:
        progress("storing", len(book) + 1, len(book) + 2)
        synced = sync(tx, workspace, rows, checked, codes, on, who)
        if seen.judged is None:
            _remember(tx, workspace, checked, on, who)
        if dry_run:
            tx.rollback()
    report.problems = _problems(checked, book)
    report.details = {
        "rules": len(book),
        "outcomes": checked.outcomes["outcome"].value_counts().to_dict(),
        "no_data": checked.outcomes.index[checked.outcomes["outcome"] == "no_data"].tolist(),
        "by_rule": _by_rule(checked),
        "by_severity": rows["severity"].value_counts().to_dict(),
        "new": synced.new,
        "fixed": synced.fixed,
        "reopened": synced.reopened,
        "accepted": synced.accepted,
        "open": synced.new + synced.still_open + synced.reopened,
    }
    progress("done", len(book) + 2, len(book) + 2)
    return report, rows


def _last(workspace: Workspace) -> str | None:
    held = workspace.read("checks")
    days = [str(day) for day in held["checked_on"]]
    return max(days, default=None)


def _remember(tx: Any, workspace: Workspace, checked: Checked, on: str, who: str) -> None:
    held = workspace.read("checks")
    table = checked.outcomes.reset_index(names="rule")
    table["scope"], table["checked_on"], table["checked_by"] = "all", on, who or None
    wanted = ["rule", "outcome", "judged", "found", "scope", "checked_on", "checked_by"]
    same = held[held["rule"].isin(table["rule"])]
    if len(same):
        tx.delete("checks", same.index.tolist())
    tx.insert("checks", table[wanted])


def _by_rule(checked: Checked) -> dict[str, int]:
    found = checked.outcomes["found"]
    return {str(rule): int(n) for rule, n in found[found > 0].items()}


def _problems(checked: Checked, book: list[Rule]) -> list[Problem]:
    problems = []
    for rule in book:
        _, judged, found = checked.outcomes.loc[rule.id].tolist()
        if not found:
            continue
        first = checked.findings.loc[checked.findings["rule"] == rule.id].iloc[0]
        shown = f"{first['object_code']} {first['found']}".strip()
        problems.append(
            Problem(
                rule.id,
                Text(f"{rule.title.en} ({found} of {judged}, e.g. {shown})",
                     f"{rule.title.zh}（{judged} 中 {found} 个，如 {shown}）"),
                Text("none", "无"),
                rule.cure,
                field=rule.field,
            )
        )  # fmt: skip
    return problems
