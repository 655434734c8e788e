"""The same problem reported twice: same class, near in place and in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

Ints = npt.NDArray[np.int64]
#: So much wider the tree is asked than the pairs are kept, so that rounding loses none.
_SLACK = 1 + 1e-9


def pairs(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    at: npt.ArrayLike,
    kind: npt.ArrayLike,
    *,
    metres: float,
    hours: float,
) -> pd.DataFrame:
    """Find all pairs of one class within some metres and some hours of each other.

    Parameters
    ----------
    x, y : float array, shape (n,)
        Metres; NaN has no twin.
    at : datetime64 array, shape (n,)
        When it was reported; NaT has no twin.
    kind : array, shape (n,)
        What must be equal; compared as it is. None has no twin.
    metres, hours : float
        Both ends included.

    Returns
    -------
    DataFrame
        first, second (places in the input: `first` was reported earlier, or at the same
        moment stands before), metres, hours; by second, then by first.
    """
    px, py = np.asarray(x, float), np.asarray(y, float)
    when = np.asarray(at, dtype="datetime64[s]")
    code, _ = pd.factorize(np.asarray(kind, dtype=object))
    known = np.flatnonzero(~(np.isnan(px) | np.isnan(py) | np.isnat(when)) & (code >= 0))
    i = j = np.empty(0, dtype=np.int64)
    if len(known) > 1:
        i, j = _near(px[known], py[known], when[known], code[known], metres, hours)
        i, j = known[i], known[j]
    later = (when[i] > when[j]) | ((when[i] == when[j]) & (i > j))
    first, second = np.where(later, j, i), np.where(later, i, j)
    order = np.lexsort((first, second))
    first, second = first[order], second[order]
    out: pd.DataFrame = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "metres": np.hypot(px[first] - px[second], py[first] - py[second]),
            "hours": (when[second] - when[first]).astype(float) / 3600,
        }
    )
    return out


def _near(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    when: npt.NDArray[np.datetime64],
    code: Ints,
    metres: float,
    hours: float,
) -> tuple[Ints, Ints]:
    """Ask one tree of place, time and class; keep what is exactly within."""
    seconds = (when - when.min()).astype(np.int64)
    # A metre of time is so long that `hours` are `metres`; classes lie farther apart than both.
    reach = max(metres, 1e-3)
    time = seconds * (reach / max(hours * 3600, 1e-3))
    points = np.column_stack([x - x.min(), y - y.min(), time, code * (3 * reach)])
    found = cKDTree(points).query_pairs(reach * _SLACK + 1e-6, p=np.inf, output_type="ndarray")
    i, j = found[:, 0].astype(np.int64), found[:, 1].astype(np.int64)
    near = np.hypot(x[i] - x[j], y[i] - y[j]) <= metres
    near &= np.abs(seconds[i] - seconds[j]) <= hours * 3600
    near &= code[i] == code[j]
    return i[near], j[near]


def originals(found: pd.DataFrame, number: int) -> Ints:
    """Return for each case the earlier one that it repeats, -1 for none.

    A case repeats the nearest of its earlier twins that repeat nobody themselves, so that
    whatever is pointed at is an original, and within the metres and hours of all that
    point at it.

    Parameters
    ----------
    found : DataFrame
        As `pairs` returns it.
    number : int
        How many cases there are.
    """
    out = np.full(number, -1, dtype=np.int64)
    # in the order of the reports of the later one: hours and places are those of the pairs
    near = found.sort_values(["second", "metres", "first"], kind="stable")
    groups = near.groupby("second", sort=False)["first"].agg(list).to_dict()
    pending = dict(groups)
    while pending:
        ready = {s: f for s, f in pending.items() if not any(e in pending for e in f)}
        for second, firsts in ready.items():
            free = [f for f in firsts if out[f] < 0]
            out[second] = free[0] if free else -1
            del pending[second]
    return out
