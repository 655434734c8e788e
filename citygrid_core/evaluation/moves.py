"""Whose step it was, of cases that went from body to body."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from citygrid_core.evaluation.facts import Facts, Floats
from citygrid_core.evaluation.table import TOTAL

#: Counts of steps that are the work of the body that had the case then, and the step.
STEP_OF: Mapping[str, tuple[str, ...]] = {
    "returned": ("return",), "received": ("dispatch",), "rework_times": ("rework",),
    "check_failed": ("rework",), "check_passed": ("check",),
}  # fmt: skip
#: Counts of cases to which a step was done, each case once: it is of the body that had the case
#: when that was done last in the period, so that departments add up to the city.
CASE_OF: Mapping[str, tuple[str, ...]] = {
    "reworked": ("rework",), "delayed": ("delay",), "suspended": ("suspend", "defer"),
    "deferred": ("defer",), "supervised": ("supervise",),
}  # fmt: skip
BODY_OF: Mapping[str, tuple[str, ...]] = {**STEP_OF, **CASE_OF}
_NOBODY = ""


def moves(log: pd.DataFrame, start: np.datetime64, end: np.datetime64) -> pd.DataFrame:
    """Return the steps of `BODY_OF` that were done in a period, and who had the case then.

    Between a return and the next dispatch nobody has a case: what is done to it then is the next
    body's, and while there is none yet the last one's, whose it is at the end of the period.

    Parameters
    ----------
    log : DataFrame
        number, seq, step, at (ISO), department_code, of the cases that were dispatched more
        than once. Any order.
    start, end : datetime64[s]
        The period, half-open; what the log tells later is not known yet.

    Returns
    -------
    DataFrame
        number, step, body (None where nobody said to whom it had been dispatched), in the order
        of the log.
    """
    steps = sorted({s for own in BODY_OF.values() for s in own})
    rows = log[log["step"].isin(steps).to_numpy()]
    at = pd.to_datetime(rows["at"], format="ISO8601")
    rows = rows.assign(at=at)[(at < end).to_numpy()]
    rows = rows.sort_values(["number", "seq"], kind="stable")
    number, step = rows["number"], rows["step"]
    sent = rows["department_code"].astype(object).where(rows["department_code"].notna(), "?")
    known = sent.where(step == "dispatch")
    known = known.mask((step.groupby(number).shift() == "return") & known.isna(), _NOBODY)
    had = known.groupby(number).ffill()
    had = had.where(had != _NOBODY)
    last = sent.where(step == "dispatch").groupby(number).ffill()
    body = had.groupby(number).bfill().fillna(last)
    rows = rows.assign(body=body.where(body != "?", None))
    out: pd.DataFrame = rows.loc[(rows["at"] >= start).to_numpy(), ["number", "step", "body"]]
    return out


def of_bodies(facts: Facts, groups: pd.Series, name: str, values: Floats) -> pd.DataFrame:
    """Return how much of a count of `BODY_OF` each body has of each case: number, body, value."""
    went = facts.moves
    own: pd.DataFrame = pd.DataFrame(
        {"number": facts.table.index, "body": groups.to_numpy(dtype=object), "value": values}
    )
    if went is None:
        return own
    others: pd.DataFrame = own[(~own["number"].isin(went["number"])).to_numpy()]
    steps = went.loc[went["step"].isin(BODY_OF[name]).to_numpy(), ["number", "body"]]
    if name in CASE_OF:
        steps = steps.drop_duplicates("number", keep="last")
    out: pd.DataFrame = pd.concat([others, steps.assign(value=1.0)], ignore_index=True)
    return out


def by_bodies(
    sums: pd.DataFrame, facts: Facts, groups: pd.Series, values: Mapping[str, Floats]
) -> pd.DataFrame:
    """Give each body the steps that it did, also of cases that others have now.

    Parameters
    ----------
    sums : DataFrame
        Counts by department, as `add_up` returns them; the total stays.
    groups : Series
        The department of each case.
    values : mapping of str to float array
        `BODY_OF` of each case.
    """
    told = {}
    for name, counted in values.items():
        shares = of_bodies(facts, groups, name, counted)
        told[name] = shares[shares["body"] != ""].groupby("body")["value"].sum()
    steps = pd.DataFrame(told).fillna(0.0)
    more = steps.index[(steps > 0).any(axis=1) & ~steps.index.isin(sums.index)]
    out: pd.DataFrame = sums.reindex([*sorted([*sums.index.drop(TOTAL), *more]), TOTAL])
    known = sums.columns[sums.loc[TOTAL].notna()]
    out.loc[more, known] = 0.0
    own = out.index.drop(TOTAL)
    for name in values:
        out.loc[own, name] = steps[name].reindex(own, fill_value=0.0)
    out.index.name = sums.index.name
    return out
