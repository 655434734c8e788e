"""Cases that go from body to body: returned by one, sent to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd


def bounces(log: pd.DataFrame) -> pd.DataFrame:
    """Find each return of a case and where it went then.

    Parameters
    ----------
    log : DataFrame
        number, seq, step, at, department_code, reason. Any order.

    Returns
    -------
    DataFrame
        A row for each ``return``, by number and seq: number, seq, at, reason, sent_from (the
        body that had it), sent_to (the next body that it was dispatched to, None while it
        waits), hours (from that body's dispatch to its return), again (whether it was sent
        to a body that had returned it before: a loop).
    """
    rows = log[log["step"].isin(["dispatch", "return"]).to_numpy()]
    rows = rows.sort_values(["number", "seq"], kind="stable").reset_index(drop=True)
    own = rows.groupby("number", sort=False)
    sent = (rows["step"] == "dispatch").to_numpy()
    body = rows["department_code"].astype(object).where(sent)
    begun = rows["at"].astype(object).where(sent)
    had, since = body.groupby(rows["number"]).ffill(), begun.groupby(rows["number"]).ffill()
    follows = own["step"].shift(-1) == "dispatch"
    after = own["department_code"].shift(-1).astype(object).where(follows)
    out: pd.DataFrame = pd.DataFrame(
        {
            "number": rows["number"], "seq": rows["seq"], "at": rows["at"],
            "reason": rows["reason"], "sent_from": had, "sent_to": after,
            "hours": _hours(since, rows["at"]),
        }
    )  # fmt: skip
    out = out[~sent].reset_index(drop=True)
    refused: dict[tuple[object, object], bool] = {}
    again = np.zeros(len(out), dtype=bool)
    for i, (number, a, b) in enumerate(
        zip(out["number"], out["sent_from"], out["sent_to"], strict=True)
    ):
        refused[number, a] = True
        again[i] = not pd.isna(b) and (number, b) in refused
    out["again"] = again
    for name in ("sent_from", "sent_to"):
        out[name] = out[name].astype(object).where(out[name].notna(), None)
    return out


def counted(found: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count bounces by columns: bounces, cases, loops, median_h; most first.

    The sum of ``bounces`` is the number of rows of `found`, whatever they are counted by:
    a missing value is a group of its own.
    """
    groups = found.fillna(dict.fromkeys(by, "")).groupby(by, sort=True)
    out: pd.DataFrame = groups.agg(
        bounces=("number", "size"),
        cases=("number", "nunique"),
        loops=("again", "sum"),
        median_h=("hours", "median"),
    ).reset_index()
    out["median_h"] = out["median_h"].round(2)
    order = [*by]
    out = out.sort_values(["bounces", *order], ascending=[False, *[True] * len(order)])
    out = out.reset_index(drop=True)
    return out


def _hours(start: pd.Series, end: pd.Series) -> pd.Series:
    a, b = (pd.to_datetime(c, format="ISO8601") for c in (start, end))
    hours: pd.Series = ((b - a).dt.total_seconds() / 3600).astype(float)
    return hours
