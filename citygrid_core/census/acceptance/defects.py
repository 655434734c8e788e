"""The defect rate of a finite population, from a sample, with an interval that keeps its word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, t

from citygrid_core.errors import Text, UsageError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DefectRate:
    """A defect rate and where the truth lies.

    Attributes
    ----------
    rate, low, high : float
        0 to 1.
    population, sampled, defects : int
        Components in all, inspected, and found defective.
    effective : float
        Size of the simple random sample that would be as precise.
    confidence : float
        Of the interval.
    """

    rate: float
    low: float
    high: float
    population: int
    sampled: int
    defects: int
    effective: float
    confidence: float


def stratified_rate(
    sizes: Any, sampled: Any, defects: Any, *, confidence: float = 0.95
) -> DefectRate:
    """Estimate the defect rate from a stratified random sample without replacement.

    Parameters
    ----------
    sizes, sampled, defects : array of int
        Of each stratum: components in all, inspected, defective.
    confidence : float
        Of the interval.

    Raises
    ------
    UsageError
        A stratum was not inspected, or more is defective than inspected.

    Notes
    -----
    Rate and variance: Cochran, *Sampling Techniques* (1977), theorem 5.3 and section 5.11,
    with the finite population correction of each stratum. Interval: Jeffreys' for a
    binomial (Brown, Cai and DasGupta, *Statistical Science* 16(2), 2001) at the effective
    sample size p(1-p)/v (Korn and Graubard, *Survey Methodology* 24, 1998). Jeffreys' and not
    Clopper-Pearson's, whose coverage is well above what it says; where no defect is found the
    effective size is n / (1 - f).
    """
    size, n, d = (np.asarray(v, dtype=np.float64) for v in (sizes, sampled, defects))
    _check(size, n, d)
    whole = size.sum()
    weight, p = size / whole, d / n
    rate = float((weight * p).sum())
    fpc = 1 - n / size
    inner = np.maximum(n - 1, 1)
    variance = float((weight**2 * fpc * p * (1 - p) / inner).sum())
    plain = _plain(n.sum(), whole)
    effective = plain
    if variance > 0 and 0 < rate < 1:
        # strata cannot be worth more than three times their sample: a floor under luck
        effective = min(rate * (1 - rate) / variance, 3 * plain)
    low, high = _beta_interval(rate, effective, confidence, _JEFFREYS)
    return _whole(rate, low, high, size, n, d, effective, confidence)


def cluster_rate(
    units: int, sizes: Any, sampled: Any, defects: Any, population: int, *, confidence: float = 0.95
) -> DefectRate:
    """Estimate the defect rate from whole units (map sheets) inspected, all or part of each.

    Parameters
    ----------
    units : int
        Units in the lot.
    sizes, sampled, defects : array of int
        Of each unit inspected: components in it, inspected, defective.
    population : int
        Components in the lot.

    Notes
    -----
    Ratio to size (Cochran 1977, section 9A.12) with the delete-one-unit jackknife's variance
    and the finite population correction: with few units of unequal size the linearised
    variance is too small (Rust and Rao, *Statistical Methods in Medical Research* 5, 1996).
    Where units were inspected in part, Cochran's second-stage term is added. Interval: Korn
    and Graubard (*Survey Methodology* 24, 1998): Clopper-Pearson's at the effective sample
    size, never more than what was inspected, times (t_n-1 / t_m-1)² for m units. It covers
    the truth in 95 % at the sizes of the table (3 to 15 units) where Jeffreys' interval, a
    logit or an arcsine with Student's t stay at 93 to 94.5 %: rates of clustered defects are
    skewed, and few units show little of the long side.
    """
    size, n, d = (np.asarray(v, dtype=np.float64) for v in (sizes, sampled, defects))
    _check(size, n, d)
    m = len(size)
    if m < 2:
        raise UsageError(Text("at least two units must be inspected", "至少须检查两个单元"))
    found = size * d / n
    rate = float(found.sum() / size.sum())
    without = (found.sum() - found) / (size.sum() - size)
    variance = float((1 - m / units) * (m - 1) / m * ((without - rate) ** 2).sum())
    p = d / n
    variance += float(
        (size**2 * (1 - n / size) * p * (1 - p) / np.maximum(n - 1, 1)).sum()
        / (m * units * size.mean() ** 2)
    )
    plain = _plain(n.sum(), population)
    effective = plain
    if variance > 0 and 0 < rate < 1:
        effective = min(rate * (1 - rate) / variance, plain)
        tail = 0.5 + confidence / 2
        effective *= float(t.ppf(tail, max(n.sum() - 1, 1)) / t.ppf(tail, m - 1)) ** 2
    low, high = _beta_interval(rate, effective, confidence, (0.0, 1.0))
    done = _whole(rate, low, high, size, n, d, effective, confidence)
    return DefectRate(
        done.rate, low, high, population, done.sampled, done.defects, effective, confidence
    )


def _check(size: Floats, n: Floats, d: Floats) -> None:
    if not len(size) or (n < 1).any():
        raise UsageError(Text("every stratum must be inspected", "每一层都须有检查结果"))
    if (n > size).any() or (d > n).any() or (d < 0).any():
        raise UsageError(
            Text(
                "more defects than inspected, or more inspected than there are",
                "不合格数大于检查数，或检查数大于总数",
            )
        )


def _plain(n: float, population: float) -> float:
    """Return the effective size of a simple random sample; a full inspection leaves no doubt."""
    rest = 1 - n / population
    return float(n / rest) if rest > 0 else float("inf")


#: What is added to hits and misses at the low and the high end: Jeffreys' prior.
_JEFFREYS = (0.5, 0.5)


def _beta_interval(
    rate: float, n: float, confidence: float, add: tuple[float, float]
) -> tuple[float, float]:
    """Return quantiles of the beta distribution: `_JEFFREYS`, or (0, 1) for Clopper-Pearson."""
    if not np.isfinite(n):
        return rate, rate
    tail, x = (1 - confidence) / 2, rate * n
    less, more = add
    low = 0.0 if x <= 0 else float(beta.ppf(tail, x + less, n - x + more))
    high = 1.0 if x >= n else float(beta.ppf(1 - tail, x + more, n - x + less))
    return low, high


def _whole(
    rate: float,
    low: float,
    high: float,
    size: Floats,
    n: Floats,
    d: Floats,
    effective: float,
    confidence: float,
) -> DefectRate:
    return DefectRate(
        rate, low, high, int(size.sum()), int(n.sum()), int(d.sum()), effective, confidence
    )
