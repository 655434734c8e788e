"""Emerging hot spots: how a place became hot, or stopped being so.

Gi* of each place and time (neighbours in space, now and one time before), FDR over all of them,
Mann-Kendall on each place's Gi*. The categories are those of Esri's *Emerging Hot Spot Analysis*,
as its documentation defines them.

Chance is that places are dealt out anew with their whole histories: each time is judged against
the city of that time, and what a place always has more of than others counts as one chance, not
as many. Judged against the cube as a whole (Esri's default) a city where every grid has its
season is one large hot spot each summer, and places that differ without any pattern have a
false one in a third of such cities.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.hotspots import Contiguity, false_discovery_rate, star
from citygrid_core.heat.rates import expected_skewness
from citygrid_core.heat.tails import Floats, skewness, two_sided
from citygrid_core.heat.trend import mann_kendall

#: In the order in which they are tried.
PATTERNS = (
    "new", "consecutive", "intensifying", "persistent", "diminishing", "oscillating",
    "sporadic", "historical",
)  # fmt: skip
_MOST = 0.9


def emerging(
    cases: npt.ArrayLike,
    neighbours: Contiguity,
    *,
    base: npt.ArrayLike | None = None,
    false_share: float = 0.05,
    trend_p: float = 0.05,
) -> pd.DataFrame:
    """Classify the history of each place.

    Parameters
    ----------
    cases : array (places, times)
        Counts, oldest first, at least 4 times, none missing.
    neighbours : Contiguity
        Of the places.
    base : array of length places, optional
        What the counts are related to, e.g. hectares, all above 0: rates are judged, as skewed
        as `expected_skewness` says. Without it the values themselves, as skewed as they are.
    false_share : float
        Accepted share of false findings among the hot and cold pairs of place and time.
    trend_p : float
        A trend counts when its Mann-Kendall p is at most this: so often a place is said
        to rise or fall that does neither.

    Returns
    -------
    DataFrame
        ``spot`` ("hot", "cold", ""), ``pattern`` (of `PATTERNS`, "" for none),
        ``hot_times`` and ``cold_times``, ``z`` (Gi* of the last time and the one before),
        ``q``, and the columns of `mann_kendall` on the Gi* of each time alone, as Getis and Ord
        (1992) first defined it: the share of the city's sum that lies in the neighbourhood. So
        neither a season of the whole city nor a time that two neighbours share makes a trend.

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
    x = np.asarray(cases, dtype=np.float64)
    places, times = x.shape
    if times < 4:
        raise HeatInputError(
            Text(f"{times} times are too few for a pattern: 4 or more", f"时段数 {times} 不足：至少 4 个")
        )  # fmt: skip
    related = np.ones(places) if base is None else np.asarray(base, dtype=np.float64)
    z, p = _windows(x, related, neighbours, known=base is not None)
    q = false_discovery_rate(p.ravel()).reshape(z.shape)
    hot, cold = (q <= false_share) & (z > 0), (q <= false_share) & (z < 0)
    trend = mann_kendall(_shares(x[:, x.sum(axis=0) > 0] / related[:, None], neighbours))
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


def _windows(
    x: Floats, base: Floats, neighbours: Contiguity, *, known: bool
) -> tuple[Floats, Floats]:
    """Return Gi* of each place for each time with the one before it, and its p."""
    both = x.copy()
    both[:, 1:] += x[:, :-1]
    rates = both / base[:, None]
    z = star(rates, neighbours.matrix)
    skew = np.array(
        [expected_skewness(b, base) if known else skewness(r)
         for b, r in zip(both.T, rates.T, strict=True)]
    )  # fmt: skip
    members = np.diff(neighbours.matrix.indptr)[:, None] + 1.0
    return z, two_sided(z, members, float(len(x)), skew)


def _shares(x: Floats, neighbours: Contiguity) -> Floats:
    """Return how much of the sum of each time lies in each place and its neighbours."""
    found: Floats = (neighbours.matrix @ x + x) / x.sum(axis=0)
    return found


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
