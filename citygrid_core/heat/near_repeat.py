"""Near repeats: does one case bring another, near and soon?

Knox (1964), *The detection of space-time interactions*, Applied Statistics 13; with
permuted times as in Johnson et al. (2007), Journal of Quantitative Criminology 23.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.hotspots import false_discovery_rate

#: Pairs that are looked at, at most: 40 bytes each, and again for each permutation.
MOST_PAIRS = 50_000_000


def near_repeat(
    points: npt.ArrayLike,
    times: npt.ArrayLike,
    *,
    metres: Sequence[float] = (50, 100, 200, 400),
    days: Sequence[float] = (1, 3, 7, 14),
    permutations: int = 499,
    seed: int = 0,
) -> pd.DataFrame:
    """Count pairs of cases by how near and how soon, against permuted times.

    Parameters
    ----------
    points : array (n, 2)
        Metres, projected CRS.
    times : array of length n
        Days (any origin, fractions allowed).
    metres, days : sequences
        Upper limits of the bands, included, rising; the first band begins at 0.
    permutations : int
        How often the times are dealt out anew; places stay.

    Returns
    -------
    DataFrame
        One row for each pair of bands: ``metres``, ``days`` (upper limits), ``pairs``,
        ``expected`` (mean over permutations), ``ratio`` (Knox ratio; missing where none
        are expected), ``p`` (one-sided: as many pairs or more, where times are dealt out
        by chance) and ``q`` (p after Benjamini and Hochberg over the table).

    Raises
    ------
    HeatInputError
        Bands that don't rise, or more than `MOST_PAIRS` pairs within the largest distance.

    Notes
    -----
    Where one part of the city has its cases in another season than the rest, times belong to
    places without any case bringing another: Knox's test then finds pairs too (Kulldorff and
    Hjalmars 1999, Biometrics 55).
    """
    for bands in (metres, days):
        if not len(bands) or bands[0] < 0 or any(a >= b for a, b in pairwise(bands)):
            raise HeatInputError.bands(list(bands))
    xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    t = np.asarray(times, dtype=np.float64)
    pairs = np.empty((0, 2), dtype=np.intp)
    if len(xy) > 1:
        tree = scipy.spatial.cKDTree(xy)
        number = (int(tree.count_neighbors(tree, float(metres[-1]))) - len(xy)) // 2
        if number > MOST_PAIRS:
            raise HeatInputError.pairs(number, MOST_PAIRS)
        pairs = tree.query_pairs(float(metres[-1]), output_type="ndarray")
    a, b = pairs[:, 0], pairs[:, 1]
    near = np.searchsorted(np.asarray(metres, float), np.hypot(*(xy[a] - xy[b]).T))
    # a distance that rounding puts beyond the tree's own limit belongs to the last band
    near = np.minimum(near, len(metres) - 1)
    limits = np.asarray(days, dtype=np.float64)

    def tally(when: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        soon = np.searchsorted(limits, np.abs(when[a] - when[b]))
        wide = len(limits) + 1
        counts = np.bincount(near * wide + soon, minlength=len(metres) * wide)
        return counts.reshape(len(metres), wide)[:, :-1].astype(np.int64)

    observed = tally(t)
    random = np.random.default_rng(seed)
    total, reached = np.zeros(observed.shape), np.ones(observed.shape)
    for _ in range(permutations):
        chance = tally(random.permutation(t))
        total += chance
        reached += chance >= observed
    expected = total / max(permutations, 1)
    grid = np.meshgrid(metres, days, indexing="ij")
    frame: pd.DataFrame = pd.DataFrame(
        {
            "metres": grid[0].ravel(),
            "days": grid[1].ravel(),
            "pairs": observed.ravel(),
            "expected": expected.ravel(),
            "ratio": np.divide(
                observed, expected, out=np.full(observed.shape, np.nan), where=expected > 0
            ).ravel(),
            "p": (reached / (permutations + 1)).ravel(),
        }
    )
    frame["q"] = false_discovery_rate(frame["p"])
    return frame
