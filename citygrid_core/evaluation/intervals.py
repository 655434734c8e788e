"""How sure a rate is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]


def wilson(successes: Any, trials: Any, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the score interval of shares.

    Parameters
    ----------
    successes, trials : array
    level : float
        Confidence.

    Returns
    -------
    low, high : float arrays
        NaN where there is no trial.

    Notes
    -----
    Wilson, E. B. (1927), J. Am. Stat. Assoc. 22: 209-212.
    """
    z = float(scipy.special.ndtri(0.5 + level / 2))
    n = np.asarray(trials, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.asarray(successes, dtype=float) / n
        inside = np.clip(p, 0, 1)  # cases closed now may have been due before
        centre = (inside + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(inside * (1 - inside) / n + z * z / (4 * n * n))
        low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    none = ~(n > 0)
    low[none], high[none] = np.nan, np.nan
    return low, high
