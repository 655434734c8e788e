"""The day on which a survey will be finished, with an interval."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citygrid_core.errors import Text, UsageError

#: Days of the past that are resampled: the pace of the first weeks says little of the last.
WINDOW = 28
#: Days of the past without which nobody knows how uneven they are.
LEAST = 3
#: Nobody plans further: a census that takes longer than this has no day.
FAR = 3 * 365


@dataclass(frozen=True)
class Forecast:
    """When the work will be done.

    Attributes
    ----------
    left : float
        Components (or grids) still to do.
    per_day : float
        Mean of the days worked in the window.
    day, early, late : str or None
        ISO dates: the median, and the ends of the interval; None when further than three
        years or when nothing was done yet; the ends also before the third day.
    """

    left: float
    per_day: float
    day: str | None
    early: str | None
    late: str | None


def forecast(
    done: Mapping[str, float],
    total: float,
    *,
    on: str,
    confidence: float = 0.8,
    runs: int = 2000,
    seed: int = 1,
) -> Forecast:
    """Forecast the finishing day by resampling the days so far.

    Parameters
    ----------
    done : mapping of ISO date to float
        Work done each day; days without work between the first and `on` count as such, so
        rain and Sundays are in the forecast.
    total : float
        Work in all.
    on : str
        ISO date of the forecast: the last day that counts.
    confidence : float
        Of the interval between `early` and `late`.

    Notes
    -----
    Monte Carlo over the empirical distribution of daily throughput, days drawn in blocks of a
    week so that the rhythm of the week stays (moving-block bootstrap: Künsch, *Annals of
    Statistics* 17(3), 1989).
    """
    if total < 0 or not 0 < confidence < 1:
        raise UsageError(Text("a total of 0 or more, please", "总量不能为负"))
    today = dt.date.fromisoformat(on)
    days = {d: float(v) for d, v in done.items() if d <= on}
    left = max(total - sum(days.values()), 0.0)
    if left == 0:
        last = max(days, default=on)
        return Forecast(0.0, 0.0, last, last, last)
    if not days or sum(days.values()) <= 0:
        return Forecast(left, 0.0, None, None, None)
    first = dt.date.fromisoformat(min(days))
    length = min((today - first).days + 1, WINDOW)
    past = np.array(
        [days.get((today - dt.timedelta(i)).isoformat(), 0.0) for i in range(length)][::-1]
    )
    mean = float(past.mean())
    if mean <= 0:
        return Forecast(left, 0.0, None, None, None)
    need = _days(past, left, runs, seed)
    tail = (1 - confidence) / 2
    early, middle, late = np.quantile(need, [tail, 0.5, 1 - tail], method="higher")
    worked = float(past[past > 0].mean())
    day, first_day, last_day = (_day(today, float(n)) for n in (middle, early, late))
    if length < LEAST:
        return Forecast(left, worked, day, None, None)
    return Forecast(left, worked, day, first_day, last_day)


def _days(
    past: npt.NDArray[np.float64], left: float, runs: int, seed: int
) -> npt.NDArray[np.int64]:
    """Return how many days each simulated future needs."""
    rng = np.random.default_rng(seed)
    block = min(7, len(past))
    weeks = math.ceil(FAR / block)
    expected = math.ceil(left / max(past.mean() * block, 1e-9))
    weeks = min(weeks, 3 * expected + 20)
    starts = rng.integers(0, len(past), (runs, weeks))
    at = (starts[:, :, None] + np.arange(block)) % len(past)
    sums = past[at].reshape(runs, -1).cumsum(axis=1)
    reached = sums >= left
    days = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, FAR + 1)
    found: npt.NDArray[np.int64] = days.astype(np.int64)
    return found


def _day(today: dt.date, need: float) -> str | None:
    return None if need > FAR else (today + dt.timedelta(int(need))).isoformat()
