"""How many cases the whole city will have: a fading level and the rhythm of the week."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from citygrid_core.heat.forecast.densities import Days

Floats = npt.NDArray[np.float64]
#: Half-lives of the level that are tried, in days.
LEVELS = (7, 21, 60)
_WEEKS = 12
#: Cases with which a weekday is drawn to the mean of the week.
_DRAWN = 20.0


def totals(daily: npt.ArrayLike, origins: Days, horizon: int) -> Floats:
    """Return the expected number of cases in the horizon from each origin.

    Parameters
    ----------
    daily : array of length days
        Cases of the whole city.
    origins : array of int
        An origin knows the days before it.

    Returns
    -------
    array of length origins
        Above 0: what has not come yet may come. The half-life is the one that did best
        before each origin, by the Poisson likelihood.
    """
    came = np.asarray(daily, dtype=np.float64)
    tried = np.array([[_level(came[:o], horizon, life) for o in origins] for life in LEVELS])
    there = np.array([came[o : o + horizon].sum() for o in origins])
    told = there * np.log(tried) - tried - scipy.special.gammaln(there + 1)
    found = np.empty(len(origins))
    for i, origin in enumerate(origins):
        past = origins + horizon <= origin
        best = int(np.argmax(told[:, past].sum(axis=1))) if past.any() else 1
        found[i] = tried[best, i]
    return found


def weekdays(known: Floats) -> Floats:
    """Return the factor of each day of a week; the first is the weekday of the first day known."""
    last = known[-7 * _WEEKS :]
    if not len(last) or not last.sum():
        return np.ones(7)
    day = np.arange(len(known) - len(last), len(known)) % 7
    cases, days = np.bincount(day, last, minlength=7), np.bincount(day, minlength=7)
    mean = last.mean()
    found: Floats = (cases + _DRAWN) / (days * mean + _DRAWN)
    return found


def _level(known: Floats, horizon: int, life: float) -> float:
    last = known[-8 * int(life) :]
    factor = weekdays(known)
    day = np.arange(len(known) - len(last), len(known) + horizon) % 7
    fading = 0.5 ** (np.arange(len(last), 0, -1) / life)
    exposure = (fading * factor[day[: len(last)]]).sum()
    level = ((fading * last).sum() + 0.1) / (exposure + 0.1)
    return float(level * factor[day[len(last) :]].sum())
