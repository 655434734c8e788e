"""The same problem come back: same class, same place, soon after it had been closed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

#: Points asked together: bounds the memory of crowded places.
_TOGETHER = 20_000


def recurrent(
    reported: pd.DataFrame, closed: pd.DataFrame, *, metres: float, days: float
) -> npt.NDArray[np.bool_]:
    """Tell which reports are of a problem that was closed before.

    Parameters
    ----------
    reported, closed : DataFrame
        number, kind (what must be equal), x, y (metres; NaN is nowhere), at (datetime64:
        when it was reported, when the other was closed).
    metres, days : float
        How near, and how soon after the closing; both included.

    Returns
    -------
    bool array
        For each report whether another case of its kind was closed at its place no later
        than it was reported, and no more than so many days before.
    """
    out = np.zeros(len(reported), dtype=bool)
    there = np.flatnonzero(closed["x"].notna().to_numpy() & closed["at"].notna().to_numpy())
    asked = np.flatnonzero(reported["x"].notna().to_numpy() & reported["at"].notna().to_numpy())
    if not len(there) or not len(asked):
        return out
    before, after = closed.iloc[there], reported.iloc[asked]
    codes, _ = pd.factorize(np.concatenate([before["kind"], after["kind"]]).astype(object))
    numbers, _ = pd.factorize(np.concatenate([before["number"], after["number"]]).astype(object))
    n = len(before)
    end = before["at"].to_numpy().astype("datetime64[s]")
    begin = after["at"].to_numpy().astype("datetime64[s]")
    reach = np.timedelta64(round(days * 86_400), "s")
    tree = shapely.STRtree(shapely.points(before["x"], before["y"]))
    points = shapely.points(after["x"], after["y"])
    for first in range(0, len(points), _TOGETHER):
        part = points[first : first + _TOGETHER]
        i, j = tree.query(part, predicate="dwithin", distance=metres)
        i = i + first
        same = (codes[n + i] == codes[j]) & (numbers[n + i] != numbers[j])
        since = begin[i] - end[j]
        same &= (since >= np.timedelta64(0, "s")) & (since <= reach)
        out[asked[i[same]]] = True
    return out
