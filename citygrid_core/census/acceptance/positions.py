"""Errors of positions against check points, by class of accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

#: Below so many points the mean of the errors stands for the mean square error
#: (GB/T 24356, `unconfirmed`).
FEW = 20


@dataclass(frozen=True)
class PositionError:
    """Errors of one class of accuracy, in metres.

    Attributes
    ----------
    accuracy_class : str
    limit : float
        What the class promises.
    points, gross : int
        Points checked; points whose error is more than twice the limit, which count as
        defects and are left out of the error.
    rmse, low, high : float
        Root mean square error of the position and its interval; nan without points.
    mean : float
        Mean of the errors' lengths.
    judged : float
        What is held against the limit: the mean for fewer than `FEW` points, else rmse.
    passed : bool
    """

    accuracy_class: str
    limit: float
    points: int
    gross: int
    rmse: float
    low: float
    high: float
    mean: float
    judged: float
    passed: bool


def position_errors(
    dx: npt.NDArray[np.float64],
    dy: npt.NDArray[np.float64],
    classes: npt.NDArray[np.object_],
    limits: Mapping[str, float],
    *,
    as_precise: bool = False,
    confidence: float = 0.95,
) -> list[PositionError]:
    """Judge the differences between surveyed and checked positions.

    Parameters
    ----------
    dx, dy : arrays
        Differences in metres.
    classes : array of str
        A, B or C of each point.
    limits : mapping of str to float
        Accuracy of each class in metres, taken as a mean square error of the position.
    as_precise : bool
        Whether the check was no better than the survey: the error then is that of a
        difference, divided by the square root of two.

    Notes
    -----
    M = sqrt(sum d² / n), checked more precisely; M = sqrt(sum d² / 2n), checked as precisely
    (GB/T 24356). Interval: 2n M² / sigma² follows chi-square with 2n degrees of freedom when
    both coordinates err normally and alike.
    """
    found = []
    length = np.hypot(dx, dy)
    for name in sorted(limits):
        limit = float(limits[name])
        own = length[classes == name]
        factor = 2.0 if as_precise else 1.0
        good = own[own <= 2 * limit * np.sqrt(factor)]
        n, gross = len(good), int(len(own) - len(good))
        nan = float("nan")
        rmse = low = high = mean = judged = nan
        if n:
            rmse = float(np.sqrt((good**2).sum() / (factor * n)))
            mean = float(good.mean() / np.sqrt(factor))
            tail = (1 - confidence) / 2
            low = rmse * float(np.sqrt(2 * n / chi2.ppf(1 - tail, 2 * n)))
            high = rmse * float(np.sqrt(2 * n / chi2.ppf(tail, 2 * n)))
            judged = mean if n < FEW else rmse
        # gross errors beyond one in twenty are no accidents
        passed = bool(n and judged <= limit and gross <= 0.05 * len(own))
        found.append(
            PositionError(name, limit, len(own), gross, rmse, low, high, mean, judged, passed)
        )
    return found
