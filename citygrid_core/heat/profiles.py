"""When it happens: the rhythm of the day and of the week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.heat.counts import count
from citygrid_core.heat.keys import encode


def profile(
    cases: pd.DataFrame, *, from_day: str | None = None, to_day: str | None = None
) -> pd.DataFrame:
    """Count cases by hour and weekday, and say how many such hours there were.

    Parameters
    ----------
    cases : DataFrame
        Needs ``reported_at`` (text or datetime, wall clock of the city); void
        cases are left out.
    from_day, to_day : str, optional
        First and last day of the period, ISO, both included; by default the
        first and last day that has a case. Only these days' cases are counted.

    Returns
    -------
    DataFrame
        ``weekday`` (1 Monday to 7), ``hour`` (0-23; -1 where only a date is
        known, and only when there are such cases), ``cases``, ``days`` (how
        many such weekdays the period has) and ``per_day`` (cases an hour on
        one such day; missing where `days` is 0). Every hour of every weekday
        appears.
    """
    days = encode(cases, "day")
    if len(cases) and (from_day is not None or to_day is not None):
        labels = days.labels.astype(str)
        inside = np.ones(len(labels), dtype=np.bool_)
        if from_day is not None:
            inside &= labels >= from_day
        if to_day is not None:
            inside &= labels <= to_day
        cases = cases[inside[days.codes]]
    counted = count(cases, by=("weekday", "hour"))
    known = sorted(count(cases, by=("day",))["day"])
    first = from_day if from_day is not None else (known[0] if known else None)
    last = to_day if to_day is not None else (known[-1] if known else None)
    number = np.zeros(8, dtype=np.int64)
    if first is not None and last is not None:
        period = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
        number += np.bincount((period.view(np.int64) + 3) % 7 + 1, minlength=8)
    every = pd.MultiIndex.from_product([range(1, 8), range(24)], names=["weekday", "hour"])
    cube = counted.set_index(["weekday", "hour"])["cases"]
    cube = cube.reindex(every.union(cube.index), fill_value=0)
    frame: pd.DataFrame = cube.astype(np.int64).reset_index()
    frame["days"] = number[frame["weekday"].to_numpy(dtype=np.int64)]
    frame["per_day"] = frame["cases"] / frame["days"].where(frame["days"] > 0)
    return frame
