"""How good a forecast was: what its best few percent of the area held, and how sure it was.

Grids differ in area, so they are taken by cases expected per area, until exactly the stated
share of the city's area is reached: of the grid that goes beyond it, and of grids with the
same expectation, the part by area counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]
#: Shares of the city's area at which forecasts are scored.
SHARES = (0.01, 0.03, 0.05)
#: For the log score a part of every forecast is spread over the city by area, so that a
#: model which excludes a place is punished, but not without end.
FLOOR = 0.01


def captured(
    expected: npt.ArrayLike,
    cases: npt.ArrayLike,
    area: npt.ArrayLike,
    shares: tuple[float, ...] = SHARES,
) -> Floats:
    """Return how many cases lie in the first part of the area, ranked by expected density.

    Parameters
    ----------
    expected : array of length grids
        Cases expected, on any scale. With the cases themselves: the most that any
        forecast can reach with that area.
    cases : array of length grids, or (grids, variants)
        What came.
    area : array of length grids
        Above 0, in any unit.
    shares : tuple of float
        Parts of the whole area.

    Returns
    -------
    array of length shares, or (shares, variants)
    """
    size = np.asarray(area, dtype=np.float64)
    density = np.asarray(expected, dtype=np.float64) / size
    came = np.asarray(cases, dtype=np.float64)
    wanted = np.asarray(shares) * size.sum()
    number = len(size)
    first = int(np.ceil(4 * max(shares) * number)) + 1
    while True:
        # only the head of the ranking matters: it is cut off before it is sorted
        if first >= number:
            chosen = np.arange(number)
            break
        cut = np.partition(density, number - first)[number - first]
        chosen = np.flatnonzero(density >= cut)
        if size[chosen].sum() >= wanted.max():
            break
        first *= 2
    order = chosen[np.argsort(-density[chosen], kind="stable")]
    ranked = density[order]
    start = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    reached = np.append(0.0, np.add.reduceat(size[order], start).cumsum())
    held = np.add.reduceat(came[order], start, axis=0).cumsum(axis=0)
    held = np.concatenate([np.zeros((1, *held.shape[1:])), held])
    place = np.interp(wanted, reached, np.arange(len(reached)))
    whole = np.minimum(place.astype(np.int64), len(reached) - 2)
    part = (place - whole).reshape(-1, *([1] * (held.ndim - 1)))
    found: Floats = held[whole] + part * (held[whole + 1] - held[whole])
    return found


def log_score(expected: npt.ArrayLike, cases: npt.ArrayLike, area: npt.ArrayLike) -> float:
    """Return the mean natural logarithm of what a Poisson forecast gave to what came.

    Good (1952, J. R. Stat. Soc. B 14); nearer to 0 is better. Of each forecast `FLOOR` is
    spread by area.
    """
    mean = np.asarray(expected, dtype=np.float64)
    size = np.asarray(area, dtype=np.float64)
    came = np.asarray(cases, dtype=np.float64)
    mean = (1 - FLOOR) * mean + FLOOR * mean.sum() * size / size.sum()
    there = np.flatnonzero(came)
    told = (came[there] * np.log(np.maximum(mean[there], 1e-300))).sum()
    return float((told - mean.sum() - scipy.special.gammaln(came[there] + 1).sum()) / len(mean))


@dataclass(frozen=True)
class Scores:
    """One forecast model over a number of forecasts.

    Attributes
    ----------
    captured : array (forecasts, shares)
        Cases in the first 1, 3 and 5 % of the area.
    most : array (forecasts, shares)
        The most that could be captured there.
    cases : array of length forecasts
        All cases.
    log : array of length forecasts
        `log_score` of each.
    """

    captured: Floats
    most: Floats
    cases: Floats
    log: Floats
    shares: tuple[float, ...] = SHARES

    def over(self, forecasts: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Scores:
        """Return the scores of some of the forecasts."""
        return Scores(
            self.captured[forecasts], self.most[forecasts], self.cases[forecasts],
            self.log[forecasts], self.shares,
        )  # fmt: skip

    @property
    def hit_rate(self) -> Floats:
        """Share of the cases that was captured, n/N; missing without cases."""
        return _by(self.captured.sum(axis=0), self.cases.sum())

    @property
    def pai(self) -> Floats:
        """Prediction accuracy index (n/N)/(a/A) (Chainey, Tompson and Uhlig 2008, Security J. 21)."""
        found: Floats = self.hit_rate / np.asarray(self.shares)
        return found

    @property
    def pei(self) -> Floats:
        """Prediction efficiency index PEI* = n/n* (Hunt 2016): of the most that the area could hold."""
        return _by(self.captured.sum(axis=0), self.most.sum(axis=0))

    @property
    def efficiency(self) -> float:
        """Mean PEI* over the shares: what models are chosen by."""
        return float(np.mean(self.pei))

    @property
    def log_score(self) -> float:
        """Mean log score."""
        return float(self.log.mean()) if len(self.log) else float("nan")


def _by(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Floats:
    n, d = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    found: Floats = np.where(d > 0, n / np.where(d > 0, d, 1), np.nan)
    return found
