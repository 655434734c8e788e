"""One forecast of one class, with what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast.choice import Choice
from citygrid_core.heat.forecast.densities import Counts
from citygrid_core.heat.forecast.ground import Ground
from citygrid_core.heat.forecast.rolling import HORIZONS, LEVEL, Rolled, origins_before, roll
from citygrid_core.heat.forecast.scores import Scores

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
#: Of the forecasts that are scored the later part is covered by intervals made of the earlier.
_CALIBRATING = 2 / 3


@dataclass(frozen=True)
class Forecast:
    """What comes in the horizon after the days that are known.

    Attributes
    ----------
    expected : array of length grids
    low, high : arrays
        The interval, both ends included: it holds what comes in `level` of the grids.
    chance : array
        Probability of at least one case.
    usual : array
        Cases in as many days as the horizon has, by the mean of all days.
    choice : Choice
    scores : dict
        Model to its scores over the earlier forecasts.
    coverage : float
        Share of the earlier forecasts that lay in intervals made from those before them;
        missing when there were too few.
    busy_coverage : float
        The same among grids with 1 case or more expected.
    total : float
        Cases expected in the whole city.
    """

    expected: Floats
    low: Whole
    high: Whole
    chance: Floats
    usual: Floats
    choice: Choice
    scores: dict[str, Scores]
    coverage: float
    busy_coverage: float
    total: float
    level: float
    weights: dict[str, float]


def forecast(
    counts: Counts,
    ground: Ground,
    horizon: str,
    everything: Counts | None = None,
    *,
    level: float = LEVEL,
) -> Forecast:
    """Forecast one class: the model is chosen and the intervals are calibrated by rolling forecasts.

    Parameters
    ----------
    counts : array (grids, days)
        Cases of the class on the days that are known, the last one yesterday.
    horizon : str
        day, week (7 days) or month (30 days).
    everything : array (grids, days), optional
        Cases of all classes.
    level : float
        What the intervals shall hold.
    """
    days = counts.shape[1]
    rolled = roll(counts, ground, origins_before(days, horizon), horizon, everything)
    last = len(rolled.origins) - 1
    choice = rolled.choice(last)
    expected = rolled.expected(choice.model, last)
    calibration = rolled.calibration(choice.model, last, level=level)
    low, high = calibration.interval(expected)
    covered, busy = _coverage(rolled, choice.model, level)
    length = HORIZONS[horizon][0]
    return Forecast(
        expected, low, high, calibration.chance(expected),
        counts.sum(axis=1, dtype=np.float64) * (length / max(days, 1)), choice,
        {name: s.over(rolled.before(last)) for name, s in rolled.scores.items()},
        covered, busy, float(expected.sum()), level, rolled.weights,
    )  # fmt: skip


def _coverage(rolled: Rolled, model: str, level: float) -> tuple[float, float]:
    """Return what share of the later forecasts the intervals of their origin held."""
    known = np.flatnonzero(rolled.known)
    held, number, busy_held, busy = 0, 0, 0, 0
    for i in known[int(len(known) * _CALIBRATING) :]:
        if rolled.before(i).sum() < 4:
            continue
        expected = rolled.expected(model, i)
        low, high = rolled.calibration(model, i, level=level).interval(expected)
        inside = (low <= rolled.came[i]) & (rolled.came[i] <= high)
        held, number = held + int(inside.sum()), number + len(inside)
        many = expected >= 1
        busy_held, busy = busy_held + int(inside[many].sum()), busy + int(many.sum())
    return (held / number if number else float("nan")), (busy_held / busy if busy else float("nan"))
