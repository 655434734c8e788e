"""Whose step it was, of cases that went from body to body."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from citygrid_core.evaluation.facts import Facts, Floats
from citygrid_core.evaluation.table import TOTAL

#: Counts of steps that are the work of the body that had the case then, and the step.
STEP_OF: Mapping[str, str] = {
    "returned": "return", "received": "dispatch", "rework_times": "rework",
    "check_failed": "rework", "check_passed": "check",
}  # fmt: skip


def moves(log: pd.DataFrame, start: np.datetime64, end: np.datetime64) -> pd.DataFrame:
    """Return the steps of `STEP_OF` that were done in a period, and who had the case then.

    Parameters
    ----------
    log : DataFrame
        number, seq, step, at (ISO), department_code, of the cases that were dispatched more
        than once. Any order.
    start, end : datetime64[s]
        The period, half-open.

    Returns
    -------
    DataFrame
        number, step, body (None where nobody said to whom it had been dispatched).
    """
    rows = log[log["step"].isin([*STEP_OF.values()]).to_numpy()]
    rows = rows.sort_values(["number", "seq"], kind="stable")
    sent = rows["department_code"].astype(object).where(rows["department_code"].notna(), "")
    body = sent.where(rows["step"] == "dispatch").groupby(rows["number"]).ffill()
    at = pd.to_datetime(rows["at"], format="ISO8601")
    rows = rows.assign(body=body.where(body != "", None))
    inside = ((at >= start) & (at < end)).to_numpy()
    out: pd.DataFrame = rows.loc[inside, ["number", "step", "body"]]
    return out


def of_bodies(facts: Facts, groups: pd.Series, name: str, values: Floats) -> pd.DataFrame:
    """Return how much of a count of `STEP_OF` each body has of each case: number, body, value."""
    went = facts.moves
    own: pd.DataFrame = pd.DataFrame(
        {"number": facts.table.index, "body": groups.to_numpy(dtype=object), "value": values}
    )
    if went is None:
        return own
    others: pd.DataFrame = own[(~own["number"].isin(went["number"])).to_numpy()]
    steps = went.loc[(went["step"] == STEP_OF[name]).to_numpy(), ["number", "body"]]
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
        `STEP_OF` of each case.
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
