"""More cases than the season explains, at a stated rate of false alarms; and streaks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy


def anomalies(
    history: npt.ArrayLike,
    now: npt.ArrayLike,
    season: npt.ArrayLike,
    season_now: float,
    *,
    false_alarms: float = 0.01,
) -> pd.DataFrame:
    """Judge the newest count of each place by its own history and the season.

    Two Poisson counts are compared given their sum (Przyborowski and Wilenski 1940,
    Biometrika 31): exact, so that a place without any change gives an alarm with
    probability `false_alarms` at most. Where counts scatter more than Poisson does, all
    counts are divided by the dispersion that the history shows (quasi-likelihood), and the
    rate holds approximately.

    Parameters
    ----------
    history : array (places, times)
        Counts of earlier times.
    now : array of length places
        Counts of the time that is judged.
    season : array of length times
        How much is to be expected of each earlier time, on any scale: days, or days
        weighted by a seasonal profile of the whole city in other years.
    season_now : float
        The same for the time that is judged.
    false_alarms : float
        Probability of an alarm for a place where nothing has changed.

    Returns
    -------
    DataFrame
        ``cases``, ``expected``, ``p`` (one-sided, upwards), ``alarm`` and, the same in
        every row, ``dispersion`` (1: as Poisson).
    """
    past = np.asarray(history, dtype=np.float64)
    y = np.asarray(now, dtype=np.float64)
    weight = np.asarray(season, dtype=np.float64)
    total, exposure = past.sum(axis=1), float(weight.sum())
    share = season_now / (season_now + exposure)
    phi = dispersion(past, weight)
    with np.errstate(invalid="ignore"):
        p = np.where(
            y > 0, scipy.special.betainc(np.maximum(y / phi, 1e-12), total / phi + 1, share), 1.0
        )
    frame: pd.DataFrame = pd.DataFrame(
        {
            "cases": y,
            "expected": total * season_now / exposure,
            "p": p,
            "alarm": p <= false_alarms,
            "dispersion": phi,
        }
    )
    return frame


def dispersion(history: npt.NDArray[np.float64], season: npt.NDArray[np.float64]) -> float:
    """Return Pearson's dispersion of counts around place × season, at least 1.

    Parameters
    ----------
    history : array (places, times)
    season : array of length times
    """
    fitted = history.sum(axis=1, keepdims=True) * (season / season.sum())
    there = fitted.sum(axis=1) > 0
    free = int(there.sum()) * (history.shape[1] - 1)
    if free <= 0:
        return 1.0
    squares = (history[there] - fitted[there]) ** 2 / np.where(fitted[there] > 0, fitted[there], 1)
    return max(float(squares.sum() / free), 1.0)


def streaks(series: npt.ArrayLike, *, at_least: float = 1) -> pd.DataFrame:
    """Return how long each place has had cases without a pause.

    Parameters
    ----------
    series : array (places, times)
        Counts, oldest first.
    at_least : float
        A time counts from this many cases on.

    Returns
    -------
    DataFrame
        ``streak`` (times up to the last), ``longest`` and ``longest_end`` (the position
        of the last time of the longest, the earliest of equals; -1 without any).
    """
    busy = np.asarray(series) >= at_least
    run = np.zeros(len(busy), dtype=np.int64)
    longest, end = run.copy(), np.full(len(busy), -1, dtype=np.int64)
    for time in range(busy.shape[1]):
        run = np.where(busy[:, time], run + 1, 0)
        better = run > longest
        longest, end = np.where(better, run, longest), np.where(better, time, end)
    frame: pd.DataFrame = pd.DataFrame({"streak": run, "longest": longest, "longest_end": end})
    return frame


def compare(
    now: npt.ArrayLike, before: npt.ArrayLike, ratio_of_days: float = 1.0, *, level: float = 0.95
) -> pd.DataFrame:
    """Compare counts of two periods: the ratio of their rates with its exact interval.

    Clopper and Pearson (1934, Biometrika 26) on the share of the later period.

    Parameters
    ----------
    now, before : arrays of counts
    ratio_of_days : float
        Days of the later period by days of the earlier.

    Returns
    -------
    DataFrame
        ``ratio`` of rates (infinite where only the later has cases, missing where
        neither), ``low``, ``high``.
    """
    y, x = np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64)
    tail = (1 - level) / 2
    low = np.where(y > 0, scipy.stats.beta.ppf(tail, np.maximum(y, 1), x + 1), 0.0)
    high = np.where(x > 0, scipy.stats.beta.ppf(1 - tail, y + 1, np.maximum(x, 1)), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame: pd.DataFrame = pd.DataFrame(
            {
                "ratio": y / x / ratio_of_days,
                "low": low / (1 - low) / ratio_of_days,
                "high": high / (1 - high) / ratio_of_days,
            }
        )
    return frame
