"""How seldom chance gives a sum of neighbours like this one, without drawing it.

The values are dealt out anew over the places; the sum of some of them has then an exact mean,
variance and third moment (Cochran 1977, *Sampling techniques*, ch. 2). A shifted gamma with
these three (Pearson's type III) gives the tail, as Berry and Mielke (1983), Communications in
Statistics 12, do for permutation tests. Counts of few cases are skewed to the right: the
normal distribution alone then calls two to eight times as many places hot as it says. On the
other side the gamma ends where the sums don't; the larger p of the two holds on both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]
#: A gamma with less skewness than this is normal for all that numbers can tell.
_STRAIGHT = 1e-4


def skewness(values: Floats) -> float:
    """Return the third standardised moment of a population; 0 when all are equal."""
    d = values - values.mean()
    spread = np.sqrt((d * d).mean())
    return float((d**3).mean() / spread**3) if spread > 0 else 0.0


def two_sided(z: Floats, drawn: Floats, size: float, skew: Floats | float) -> Floats:
    """Return p of standardised sums of values drawn without replacement.

    Parameters
    ----------
    z : array
        The sums, less their mean, by their standard deviation.
    drawn : array
        How many values each sum has.
    size : float
        Of the population that they are drawn from.
    skew : array or float
        Of that population.

    Returns
    -------
    array
        Twice the smaller tail, rather too large than too small; missing where `z` is.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (size - 2 * drawn) / (size - 2) * np.sqrt((size - 1) / (drawn * (size - drawn)))
        own = np.nan_to_num(skew * own, posinf=0.0, neginf=0.0)
        bent = np.abs(own) > _STRAIGHT
        shape = 4.0 / np.where(bent, own, _STRAIGHT) ** 2
        # mirrored, a sum that is skewed to the left is one skewed to the right
        turned = np.where(own < 0, -z, z)
        at = np.maximum(shape + turned * np.sqrt(shape), 0.0)
        above = scipy.special.gammaincc(shape, at)
        gamma = np.where(bent, 2.0 * np.minimum(above, 1.0 - above), 0.0)
    return np.asarray(np.maximum(gamma, 2.0 * scipy.special.ndtr(-np.abs(z))), dtype=np.float64)
