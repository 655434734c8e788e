"""A forecast beside simple ones, the best of them found afterwards: how sure is the difference?

The best of several is found with the same cases that it is then compared by, so it looks
better than it is; and a month has few cases. Both are part of the question here: days are
drawn again, the same for all, and whether the forecast was worse than the best is asked of
the greatest of the differences (Romano and Wolf 2005, Econometrica 73).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: Worse by less than this share is as good.
MARGIN = 0.01


@dataclass(frozen=True)
class Comparison:
    """A forecast beside the best of some baselines.

    Attributes
    ----------
    best : str
        The baseline with the highest mean PEI*.
    gain : float
        How far the forecast's is above it (0.02: 2 %); missing without cases.
    low, high : float
        Interval of the gain on that baseline.
    p : float
        Probability of a shortfall like this one if the forecast were worse than none of the
        baselines by more than 1 %.
    """

    best: str
    gain: float
    low: float
    high: float
    p: float


def compare(
    held: Floats, baselines: Mapping[str, Floats], most: Floats, *,
    level: float = 0.95, times: int = 4000, seed: int = 0,
) -> Comparison:  # fmt: skip
    """Compare what forecasts held by drawing the days again, for all in the same way.

    Parameters
    ----------
    held : array (days, shares)
        Cases in the first part of the area on each day.
    baselines : mapping
        The same of each baseline.
    most : array of length shares
        The most that could be held, over all days.
    times : int
        How often the days are drawn.
    """
    names = list(baselines)
    # mean PEI* is a sum over the days: what each day gives to it
    scale = np.where(most > 0, most, 1) * len(most)
    mine = (held / scale).sum(axis=1)
    other = np.stack([(baselines[n] / scale).sum(axis=1) for n in names], axis=1)
    number, whole = len(mine), other.sum(axis=0)
    best = int(np.argmax(whole))
    if not whole[best] > 0:  # nothing to compare with
        return Comparison(names[best], *[float("nan")] * 4)
    drawn = np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), size=times)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (drawn @ mine) / (drawn @ other[:, best]) - 1
    ratio = ratio[np.isfinite(ratio)]
    low, high = np.quantile(ratio, [(1 - level) / 2, (1 + level) / 2])
    short = (1 - MARGIN) * other - mine[:, None]
    error = short.std(axis=0) * np.sqrt(number)
    error = np.where(error > 0, error, np.inf)
    again = ((drawn - 1) @ short / error).max(axis=1)
    reached = (short.sum(axis=0) / error).max()
    p = (1 + (again >= reached).sum()) / (1 + times)
    gain = mine.sum() / whole[best] - 1
    return Comparison(names[best], float(gain), float(low), float(high), float(p))
