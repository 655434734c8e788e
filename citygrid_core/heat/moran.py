"""Local Moran: clusters of like values, and values unlike their surroundings.

Anselin (1995), *Local indicators of spatial association*, Geographical Analysis 27;
moments under conditional randomisation: Sokal, Oden and Thomson (1998), ibid. 30.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import scipy

from citygrid_core.heat.hotspots import Contiguity, false_discovery_rate
from citygrid_core.heat.permutation import neighbour_p
from citygrid_core.heat.tails import two_sided

_QUADRANTS = np.array(["low-low", "low-high", "high-low", "high-high"], dtype=object)


def local_moran(
    values: pd.Series[float],
    neighbours: Contiguity,
    *,
    inference: Literal["analytic", "permutation"] = "analytic",
    permutations: int = 999,
    seed: int = 0,
    false_share: float = 0.05,
    skew: float | None = None,
) -> pd.DataFrame:
    """Say where high values lie among high, low among low, or against their surroundings.

    Parameters
    ----------
    values : Series
        One for each grid, in the order of `neighbours`; missing ones are left out.
    inference : str
        ``analytic``: with the exact mean, variance and skewness of the neighbours given the
        place's own value (see `heat.tails`); ``permutation``: conditional permutations.
    false_share : float
        Accepted share of false findings (Benjamini-Hochberg).
    skew : float, optional
        As for `hotspots`.

    Returns
    -------
    DataFrame
        ``moran`` (I of each place, row-standardised weights, as esda scales it), ``z``,
        ``p`` (two-sided), ``q`` and ``cluster``: "high-high", "low-low", "high-low",
        "low-high", "" (not significant). Missing for islands and equal values.
    """
    x = values.to_numpy(dtype=np.float64)
    known = np.flatnonzero(~np.isnan(x))
    w = scipy.sparse.csr_matrix(neighbours.matrix[known][:, known])
    n = len(known)
    names = ("moran", "z", "p")
    out = {name: np.full(len(x), np.nan) for name in names}
    quadrant = np.full(len(x), "", dtype=object)
    d = x[known] - x[known].mean() if n else x[known]
    total = float(d @ d)
    if n > 2 and total > 0:
        k = np.diff(w.indptr).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            lag = np.where(k > 0, (w @ d) / k, np.nan)
            # the others' mean and variance, and those of a mean of k of them
            mean = -d / (n - 1)
            variance = ((total - d * d) - (n - 1) * mean**2) / (n - 2)
            spread = np.sqrt(variance * (1 / k - 1 / (n - 1)))
            z = np.where(spread > 0, (lag - mean) / spread, np.nan)
        out["moran"][known] = (n - 1) * d * lag / total
        out["z"][known] = z
        if inference == "analytic":
            # the neighbours are drawn from the others, whose skewness is theirs
            third = (d**3).sum() - d**3 - 3 * mean * ((total - d * d) - (n - 1) * mean**2)
            third = third / (n - 1) - mean**3
            own = ((total - d * d) / (n - 1) - mean**2) ** 1.5
            bent = np.divide(third, own, out=np.zeros(n), where=own > 0)
            out["p"][known] = two_sided(z, k, float(n - 1), bent if skew is None else skew)
        else:
            out["p"][known] = neighbour_p(d, w, permutations=permutations, seed=seed)
        quadrant[known] = _QUADRANTS[2 * (d > 0) + (np.nan_to_num(lag) > 0)]
    q = false_discovery_rate(out["p"])
    cluster = np.where(q <= false_share, quadrant, "")
    frame: pd.DataFrame = pd.DataFrame({**out, "q": q, "cluster": cluster}, index=values.index)
    return frame
