"""How a case stands at a moment: what it used of its limit, and its light."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases.clock import light, used
from citygrid_core.cases.lifecycle import Profile, Timer
from citygrid_core.cases.lifecycle.fold import moments

_NAT = np.datetime64("NaT", "s")


def told_deadlines(
    said: Any, begun: Any, due: Any, limit_s: Any, held_s: Any
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    """Return the deadlines that count because a source told them.

    They count where neither a limit nor a delay gives one, for the case as a whole: a second
    dispatch does not move them, time on hold does. One no later than the begin is none.

    Parameters
    ----------
    said, begun, due : datetime64[s] arrays
        What the source told, since when it runs, what limits and delays give.
    limit_s, held_s : int arrays
        Seconds of the limit (0: none) and on hold, as `lifecycle.fold` tells them.

    Returns
    -------
    due, counts
        Moments, and where they count.
    """
    counts = np.isnat(due) & (limit_s == 0) & (said > begun)
    return said + held_s.astype("timedelta64[s]"), counts


def standing(
    states: pd.DataFrame, told: pd.DataFrame, profile: Profile, timer: Timer, at: str
) -> pd.DataFrame:
    """Return the light of each case that a body is handling.

    Parameters
    ----------
    states : DataFrame
        By number, as `lifecycle.fold` returns them for the log up to the moment.
    told : DataFrame
        By number: due_at, where the limits say nothing what the source told (`told_deadlines`);
        it counts from the first dispatch on day and night.
    at : str
        ISO moment of the states. A case on hold stands where it stood when the hold began, until
        the hold lapses.

    Returns
    -------
    DataFrame
        By number, those in the stage ``dispatched``: department_code, hold, hold_until (its planned
        end), lapsed (whether that has passed), dispatched_at, due_at (all datetime64[s]), limit_s,
        used_s, working (whether these seconds count in working periods only), share (used / limit;
        NaN without a limit), light.
    """
    own = states[(states["stage"] == "dispatched").to_numpy()]
    begun = moments(own["dispatched_at"])
    due = moments(own["due_at"])
    limit = own["limit_s"].to_numpy(np.int64)
    working = own["working"].to_numpy(bool)
    said, first = moments(told["due_at"].reindex(own.index)), moments(own["begun_at"])
    shifted, source = told_deadlines(said, first, due, limit, own["held_s"].to_numpy(np.int64))
    due = np.where(source, shifted, due)
    limit = np.where(source, (said - first).astype("timedelta64[s]").astype(np.int64), limit)
    working = working & ~source
    counts = ~np.isnat(due) & (limit > 0)
    limit = np.where(counts, limit, 0)
    held = moments(own["held_since"])
    now = np.where(np.isnat(held), np.datetime64(at, "s"), held)
    spent = np.zeros(len(own), dtype=np.int64)
    k = np.flatnonzero(counts)
    spent[k] = limit[k] - used(timer.calendar, now[k], due[k], working[k])
    spent[k] -= own["stopped_s"].to_numpy(np.int64)[k]
    share = np.full(len(own), np.nan)
    share[k] = spent[k] / limit[k]
    out: pd.DataFrame = pd.DataFrame(
        {
            "department_code": own["department_code"],
            "hold": own["hold"],
            "hold_until": own["hold_until"],
            "lapsed": own["lapsed"],
            "dispatched_at": begun,
            "due_at": np.where(counts, due, _NAT),
            "limit_s": limit,
            "used_s": spent,
            "working": working,
            "share": share,
            "light": light(spent, limit, yellow=profile.yellow, red=profile.red),
        },
        index=own.index,
    )
    return out
