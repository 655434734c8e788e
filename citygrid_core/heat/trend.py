"""Does a series rise or fall: Mann-Kendall for many series at once.

Mann (1945), *Nonparametric tests against trend*, Econometrica 13; Kendall (1975), *Rank
correlation methods*, with the variance corrected for ties and for continuity.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy


def mann_kendall(series: npt.ArrayLike) -> pd.DataFrame:
    """Test each row of an array for a monotonic trend.

    Parameters
    ----------
    series : array (places, times)
        Without missing values.

    Returns
    -------
    DataFrame
        ``s`` (rises minus falls over all pairs of times), ``tau`` (s by the number of
        pairs), ``trend_z`` and ``trend_p`` (two-sided, normal).
    """
    x = np.asarray(series, dtype=np.float64)
    places, times = x.shape
    s = np.zeros(places)
    ties = np.zeros(places)
    for i in range(times - 1):
        s += np.sign(x[:, i + 1 :] - x[:, [i]]).sum(axis=1)
    # t(t-1)(2t+5) over groups of t equal values: each member stands for its share of it
    for i in range(times):
        t = (x == x[:, [i]]).sum(axis=1)
        ties += (t - 1) * (2 * t + 5)
    variance = (times * (times - 1) * (2 * times + 5) - ties) / 18.0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), 0.0)
    pairs = max(times * (times - 1) / 2, 1)
    frame: pd.DataFrame = pd.DataFrame(
        {"s": s, "tau": s / pairs, "trend_z": z, "trend_p": 2.0 * scipy.special.ndtr(-np.abs(z))}
    )
    return frame
