"""Emerging hot spots: how a place became hot, or stopped being so.

Gi* in a cube of places and times (neighbours in space, now and one time before), FDR over
the whole cube, Mann-Kendall on each place's Gi*. The categories are those of Esri's
*Emerging Hot Spot Analysis*, as its documentation defines them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from citygrid_core.errors import Text
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.hotspots import Contiguity, false_discovery_rate, getis_ord_star
from citygrid_core.heat.tails import Floats, skewness, two_sided
from citygrid_core.heat.trend import mann_kendall

#: In the order in which they are tried.
PATTERNS = (
    "new", "consecutive", "intensifying", "persistent", "diminishing", "oscillating",
    "sporadic", "historical",
)  # fmt: skip
_MOST = 0.9


def emerging(
    values: npt.ArrayLike,
    neighbours: Contiguity,
    *,
    false_share: float = 0.05,
    trend_p: float = 0.05,
    skew: float | None = None,
) -> pd.DataFrame:
    """Classify the history of each place.

    Parameters
    ----------
    values : array (places, times)
        Rates or counts, oldest first, at least 4 times, none missing.
    neighbours : Contiguity
        Of the places.
    false_share : float
        Accepted share of false findings among the hot and cold cells of the cube.
    trend_p : float
        A trend of Gi* counts when its Mann-Kendall p is at most this.
    skew : float, optional
        As for `hotspots`.

    Returns
    -------
    DataFrame
        ``spot`` ("hot", "cold", ""), ``pattern`` (of `PATTERNS`, "" for none),
        ``hot_times`` and ``cold_times``, ``z`` (Gi* of the last time), ``q``, and the
        columns of `mann_kendall` on Gi* from the second time on.

        new: only the last time is hot · consecutive: one run of hot times up to the
        last, none before, under 90 % of the times · intensifying, persistent,
        diminishing: 90 % and the last are hot, Gi* rises, neither, falls · oscillating:
        the last is hot, some time was cold · sporadic: the last is hot, others on and
        off, never cold · historical: 90 % were hot, the last is not. The same for cold.

    Raises
    ------
    HeatInputError
        Fewer than 4 times.
    """
    x = np.asarray(values, dtype=np.float64)
    places, times = x.shape
    if times < 4:
        raise HeatInputError(
            Text(f"{times} times are too few for a pattern: 4 or more", f"时段数 {times} 不足：至少 4 个")
        )  # fmt: skip
    z, p = _cube(x, neighbours, skew)
    q = false_discovery_rate(p.ravel()).reshape(z.shape)
    hot, cold = (q <= false_share) & (z > 0), (q <= false_share) & (z < 0)
    # the first time has no time before it: its neighbourhood is smaller, its z lower
    trend = mann_kendall(np.nan_to_num(z[:, 1:]))
    rises = (trend["trend_p"] <= trend_p).to_numpy() * np.sign(trend["s"].to_numpy())
    pattern = np.full(places, "", dtype=object)
    spot = np.full(places, "", dtype=object)
    for name, mine, other, sign in (("hot", hot, cold, 1), ("cold", cold, hot, -1)):
        kinds = _classify(mine, other, sign * rises)
        spot[kinds != ""] = name
        pattern = np.where(kinds != "", kinds, pattern)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "spot": spot,
            "pattern": pattern,
            "hot_times": hot.sum(axis=1),
            "cold_times": cold.sum(axis=1),
            "z": z[:, -1],
            "q": q[:, -1],
        }
    )
    return pd.concat([frame, trend], axis=1)


def _cube(x: Floats, neighbours: Contiguity, skew: float | None) -> tuple[Floats, Floats]:
    """Return Gi* of each place and time, and its p."""
    places, times = x.shape
    star = neighbours.matrix + sparse.identity(places, format="csr")
    when = sparse.identity(times, format="csr") + sparse.eye(times, k=-1, format="csr")
    whole = sparse.kron(when, star, format="csr")
    flat = x.T.ravel()
    z = getis_ord_star(flat, whole)
    members = np.diff(whole.indptr).astype(np.float64)
    p = two_sided(z, members, float(len(flat)), skewness(flat) if skew is None else skew)
    return z.reshape(times, places).T, p.reshape(times, places).T


def _classify(
    mine: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_], rises: Floats
) -> npt.NDArray[np.object_]:
    times = mine.shape[1]
    last, number = mine[:, -1], mine.sum(axis=1)
    most = number >= _MOST * times
    # the run that ends now, and whether it is all there ever was
    run = np.where(mine.all(axis=1), times, np.argmin(mine[:, ::-1], axis=1))
    one_run = last & (run == number)
    rules = (
        last & (number == 1),
        one_run & ~most,
        last & most & (rises > 0),
        last & most & (rises == 0),
        last & most & (rises < 0),
        last & ~most & other.any(axis=1),
        last & ~most,
        ~last & most,
    )
    order = dict(zip(PATTERNS, rules, strict=True))
    # who was cold before oscillates, also when the hot times are one run
    order["consecutive"] = order["consecutive"] & ~other.any(axis=1)
    order["new"] = order["new"] & ~other.any(axis=1)
    kinds: npt.NDArray[np.object_] = np.full(len(mine), "", dtype=object)
    for name in reversed(PATTERNS):
        kinds[order[name]] = name
    return kinds
