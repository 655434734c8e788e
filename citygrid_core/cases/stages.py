"""How far a case is, by its times."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Time columns in the order in which a case goes through them, and the stage each reaches.
TIMES: dict[str, str] = {
    "reported_at": "collected",
    "registered_at": "registered",
    "dispatched_at": "dispatched",
    "handled_at": "handled",
    "checked_at": "checked",
    "closed_at": "closed",
}
#: All stages in order; ``verified`` and ``void`` have no time of their own.
STAGES = (
    "collected",
    "verified",
    "registered",
    "dispatched",
    "handled",
    "checked",
    "closed",
    "void",
)


def stage(cases: pd.DataFrame) -> pd.Series:
    """Return the furthest stage that the times of each case tell.

    Parameters
    ----------
    cases : DataFrame
        Some of the columns of `TIMES`; missing or empty means not reached.

    Returns
    -------
    Series of str
        Aligned to the input's index; ``collected`` where no time is known.
    """
    reached = np.full(len(cases), "collected", dtype=object)
    for column, name in TIMES.items():
        if column in cases.columns:
            values = cases[column]
            there = (values.notna() & (values.astype(str) != "")).to_numpy(dtype=bool)
            reached[there] = name
    out: pd.Series = pd.Series(reached, index=cases.index, name="stage", dtype=object)
    return out
