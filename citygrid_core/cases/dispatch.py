"""Which cases may go to a body without a person: unambiguous, and sure enough.

An answer of the responsibility rules is as good as the position that it was asked at. The
confidence of a proposal is the probability that the case is where it is said to be, times
the probability that no other answer hides within the error of that position.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text

Floats = npt.NDArray[np.float64]
#: Standard error along each axis (m) of positions that carry none of their own.
SIGMA_M = {"given": 5.0, "component": 0.5}
#: Radius that holds 95 of 100 positions, in standard errors along one axis (Rayleigh).
RADIUS_95 = float(np.sqrt(-2 * np.log(0.05)))
#: Why a case waits for a person; "" goes by itself.
WAITS: dict[str, Text] = {
    "": Text("sent by itself", "可自动派遣"),
    "place": Text("no position", "未定位"),
    "none": Text("no rule names a body", "没有规则指定部门"),
    "several": Text("several bodies answer", "多个部门均可能承办"),
    "border": Text("another body answers within the error of the position", "定位误差范围内另有承办部门"),
    "address": Text("the address is not sure enough", "地址匹配不够可信"),
}  # fmt: skip


def sigma(method: pd.Series, error: pd.Series) -> Floats:
    """Return the standard error of positions along each axis, in metres.

    Parameters
    ----------
    method : Series of str
        How each was located; see `SIGMA_M`.
    error : Series of float
        Radius that holds the truth in 95 of 100 cases; NaN where unknown.

    Returns
    -------
    float64 array, shape (n,)
        From the radius where there is one, else the usual error of the method.
    """
    usual = method.map(SIGMA_M).fillna(max(SIGMA_M.values())).to_numpy(float)
    told = pd.to_numeric(error, errors="coerce").to_numpy(float) / RADIUS_95
    return np.where(np.isnan(told), usual, told)


def judge(
    outcome: npt.ArrayLike, located: npt.ArrayLike, other: npt.ArrayLike, *, least: float
) -> pd.DataFrame:
    """Say which proposals may be followed without a person.

    Parameters
    ----------
    outcome : array of str, shape (n,)
        one, several, none; "" where the case has no position.
    located : float array, shape (n,)
        Probability that the position is the right one; NaN: taken as it is.
    other : float array, shape (n,)
        Probability that a border within the position's error hides another answer.
    least : float
        Confidence from which on nobody is asked.

    Returns
    -------
    DataFrame
        confidence (0 where no single body answers), auto (bool), waits (key of `WAITS`).
    """
    said = np.asarray(outcome, dtype=object)
    place = np.nan_to_num(np.asarray(located, dtype=float), nan=1.0)
    beyond = np.nan_to_num(np.asarray(other, dtype=float))
    one = said == "one"
    confidence = np.where(one, place * (1.0 - beyond), 0.0)
    auto = one & (confidence >= least)
    waits = np.full(len(said), "", dtype=object)
    waits[~auto] = np.where(1.0 - beyond < place, "border", "address")[~auto]
    for name in ("several", "none"):
        waits[said == name] = name
    waits[said == ""] = "place"
    out: pd.DataFrame = pd.DataFrame({"confidence": confidence, "auto": auto, "waits": waits})
    return out
