"""The cases behind a number of an evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.evaluation import TOTAL, Facts, UnknownIndicator, count
from citygrid_core.evaluation import indicators as indicator_codes
from citygrid_core.evaluation.facts import Floats
from citygrid_core.evaluation.moves import BODY_OF, of_bodies
from citygrid_core.evaluation.period import Period
from citygrid_core.operations.cases.standing import iso
from citygrid_core.operations.evaluation.evaluate import groups_of
from citygrid_core.operations.evaluation.facts import facts_of
from citygrid_core.report import Progress, no_progress
from citygrid_core.workspace import Workspace

#: What is shown of each case, beside what it counts.
SHOWN = (
    "number", "stage", "source", "object_kind", "class_code", "grid_code", "community_code",
    "department_code", "reported_at", "closed_at", "due_at", "due_by",
)  # fmt: skip


def cases_behind(
    workspace: Workspace,
    period: str | Period,
    indicator: str,
    *,
    group: str = TOTAL,
    by: str = "area",
    level: str = "street",
    post: str = "collector",
    facts: Facts | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the cases that a number of an evaluation counts.

    Parameters
    ----------
    period, by, level, post, facts, progress
        As those of `evaluate_city`.
    indicator : str
        Code of an indicator.
    group : str
        One of the evaluation's groups, or `TOTAL`.

    Returns
    -------
    DataFrame
        `SHOWN` (due_by: whether limits or the source gave the deadline), its group, and numerator
        and denominator: what each case counts (1 and 1, mostly).
        Cases that count in neither are left out; those in the denominator only come first
        where more is better, those in the numerator where less is: what went wrong.
        The sums are the indicator's numerator and denominator.

    Raises
    ------
    UnknownIndicator
    UsageError
        There is no such group.
    """
    known = indicator_codes()
    if indicator not in known:
        raise UnknownIndicator(indicator)
    one = known[indicator]
    span = period if isinstance(period, Period) else Period.parse(period)
    facts = facts_of(workspace, span, progress=progress) if facts is None else facts
    counts = count(facts, sorted({*one.counts}))
    groups = groups_of(facts.table, by, level, post)
    if group != TOTAL:
        counts = _of_group(facts, groups, counts, group, by)
    parts = {}
    for name, factors in (("numerator", one.numerator), ("denominator", one.denominator)):
        total = np.zeros(len(facts.table))
        for key, factor in factors.items():
            total = total + factor * np.nan_to_num(counts[key])
        parts[name] = total
    rows = facts.table.reindex(columns=list(SHOWN[1:])).assign(**parts)
    rows["due_at"] = iso(rows["due_at"])
    rows.insert(0, "number", facts.table.index)
    rows["group"] = groups.to_numpy(dtype=object) if group == TOTAL else group
    rows.index = pd.RangeIndex(len(rows))
    counted = (rows["numerator"] != 0) | (rows["denominator"] != 0)
    out: pd.DataFrame = rows[counted.to_numpy()]
    bad_first = one.better > 0
    order = ["numerator", "number"]
    out = out.sort_values(order, ascending=[bad_first, True], ignore_index=True)
    return out


def _of_group(
    facts: Facts, groups: pd.Series, counts: dict[str, Floats], group: str, by: str
) -> dict[str, Floats]:
    """Return what each case counts for one group; steps of other bodies' cases are its own too."""
    mine = (groups == group).to_numpy(dtype=bool)
    went = by == "department"
    there = mine.any() or (
        went and facts.moves is not None and (facts.moves["body"] == group).any()
    )
    if not there:
        raise UsageError(Text(f"there is no group {group!r}", f"没有统计对象“{group}”"))
    out = {}
    for name, values in counts.items():
        out[name] = np.where(mine, values, 0.0)
        if went and name in BODY_OF:
            shares = of_bodies(facts, groups, name, values)
            own = shares[(shares["body"] == group).to_numpy()].groupby("number")["value"].sum()
            out[name] = own.reindex(facts.table.index, fill_value=0.0).to_numpy(dtype=float)
    return out
