"""How sure: intervals whose coverage is calibrated by the forecasts made before.

Counts scatter as a negative binomial around what is expected; its one parameter and the
tails that are cut off come from earlier forecasts. A case of split conformal prediction
(Vovk et al. 2005; Romano et al. 2019 for the use of a model's own quantiles) within bands
of the expectation, so that quiet grids do not vouch for busy ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
#: Bands of the expectation: grids are calibrated with those like them.
BANDS = (0.05, 0.2, 0.5, 1.0, 3.0, 10.0)
#: Fewer earlier forecasts than this don't make a band of their own.
_FEWEST = 100
#: More of a band are not looked at: the latest.
_MOST = 4000


@dataclass(frozen=True)
class Calibration:
    """What earlier forecasts say of the scatter around a new one.

    Attributes
    ----------
    size : float
        Of the negative binomial: variance = mean + mean² / size; infinite: Poisson.
    tails : array of length bands
        What is cut off on either side.
    """

    size: float
    tails: Floats
    level: float

    def interval(self, expected: npt.ArrayLike) -> tuple[Whole, Whole]:
        """Return the lowest and the highest number of cases, both included."""
        mean = np.asarray(expected, dtype=np.float64)
        tail = self.tails[np.searchsorted(BANDS, mean)]
        tail = np.maximum(tail, 1e-12)
        of, about = _spread(mean, self.size)
        # the lowest y with P(Y <= y) >= tail, and the highest with P(Y >= y) >= tail
        low = of.ppf(tail, *about)
        high = of.isf(tail, *about)
        high = np.where(of.sf(high - 1, *about) >= tail, high, high - 1)
        return np.maximum(low, 0).astype(np.int64), np.maximum(high, 0).astype(np.int64)

    def chance(self, expected: npt.ArrayLike) -> Floats:
        """Return the probability of at least one case."""
        of, about = _spread(np.asarray(expected, dtype=np.float64), self.size)
        found: Floats = np.asarray(of.sf(0, *about))
        return found


def calibrate(expected: npt.ArrayLike, came: npt.ArrayLike, *, level: float = 0.9) -> Calibration:
    """Calibrate intervals by earlier forecasts, oldest first.

    Parameters
    ----------
    expected, came : arrays of one shape
        What was expected and what came, each grid and forecast.
    level : float
        Share of the grids in each band whose cases lie in their interval, at least.
    """
    mean = np.asarray(expected, dtype=np.float64).ravel()
    y = np.asarray(came, dtype=np.float64).ravel()
    size = _size(mean, y)
    band = np.searchsorted(BANDS, mean)
    tails = np.full(len(BANDS) + 1, (1 - level) / 2)
    filled = np.zeros(len(tails), dtype=np.bool_)
    for b in range(len(tails)):
        mine = np.flatnonzero(band == b)[-_MOST:]
        if len(mine) < _FEWEST:
            continue
        of, about = _spread(mean[mine], size)
        # how far out in its own distribution each count lay
        outer = np.sort(np.minimum(of.cdf(y[mine], *about), of.sf(y[mine] - 1, *about)))
        rank = int(np.floor((len(mine) + 1) * (1 - level))) - 1
        tails[b] = min(outer[rank], 0.5) if rank >= 0 else 0.0
        filled[b] = True
    if filled.any():  # a band without forecasts of its own is as the nearest
        known = np.flatnonzero(filled)
        nearest = known[np.abs(np.arange(len(tails))[:, None] - known).argmin(axis=1)]
        tails = tails[nearest]
    return Calibration(size, tails, level)


def _size(mean: Floats, y: Floats) -> float:
    """Return the size of the negative binomial by the method of moments."""
    beyond = ((y - mean) ** 2 - mean).sum()
    squares = (mean**2).sum()
    return float(squares / beyond) if beyond > 0 and squares > 0 else float("inf")


def _spread(mean: Floats, size: float) -> tuple[scipy.stats.rv_discrete, tuple[Any, ...]]:
    """Return a distribution and its parameters (a frozen one is slow to make)."""
    mean = np.maximum(mean, 1e-12)
    if not np.isfinite(size) or size > 1e6:
        return scipy.stats.poisson, (mean,)
    return scipy.stats.nbinom, (size, size / (size + mean))
