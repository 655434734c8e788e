"""Where cases fell before a day, seen in many ways: each a density over the grids.

A density at an origin is made of the days before the origin only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast.ground import Ground

Singles = npt.NDArray[np.float32]
Counts = npt.NDArray[np.floating[Any]]
Days = npt.NDArray[np.int64]
#: Half-lives of the memories, in days.
HALF_LIVES = (3, 10, 30, 90)
_YEAR, _AROUND = 365, 14


def densities(
    counts: Counts, everything: Counts, ground: Ground,
    origins: Days, horizon: int,
) -> dict[str, Singles]:  # fmt: skip
    """Return densities over the grids as known at each origin.

    Parameters
    ----------
    counts : array (grids, days)
        Cases of the class that is forecast.
    everything : array (grids, days)
        Cases of all classes.
    ground : Ground
    origins : array of int
        Rising numbers of days: an origin knows the days before it.
    horizon : int
        Days that a forecast covers.

    Returns
    -------
    dict
        Name to array (origins, grids); each row sums to 1. ``last``: as many days as the
        horizon has; ``mean``: all days; ``season``: the same weekdays (a horizon of a day),
        or the same time of the year before (where it is known, else all days); ``ew3`` …:
        fading memories; ``…_near``, ``…_wide``, ``…_broad``: spread over the neighbourhood;
        ``…_over``: only what is more than chance makes of an even city; ``all``, ``all30``:
        all classes; ``even``: by area.
    """
    raw: dict[str, Counts] = {}
    raw["even"] = np.broadcast_to(ground.area, (len(origins), len(ground)))
    raw["last"] = _window(counts, origins - horizon, origins)
    raw["mean"] = _window(counts, np.zeros_like(origins), origins)
    raw["season"] = _season(counts, origins, horizon, raw["mean"])
    fading = faded(counts, origins, HALF_LIVES)
    raw |= {f"ew{life}": memory for life, memory in zip(HALF_LIVES, fading, strict=True)}
    even = ground.area / ground.area.sum()
    raw |= {f"{name}_over": _over(raw[name], even) for name in ("ew10", "ew30", "ew90")}
    raw["all"] = _window(everything, np.zeros_like(origins), origins)
    raw["all30"] = faded(everything, origins, (30,))[0]
    near, wide, broad = ground.spread
    for name in ("mean", "ew10", "ew30"):
        raw[f"{name}_near"] = (near @ raw[name].T).T
    raw["mean_wide"] = (wide @ raw["mean"].T).T
    raw["ew30_wide"] = (wide @ raw["ew30"].T).T
    raw["mean_broad"] = (broad @ raw["mean"].T).T
    raw["ew30_broad"] = (broad @ raw["ew30"].T).T
    return {name: _density(values, ground.area) for name, values in raw.items()}


def window(counts: Counts, origins: Days, horizon: int) -> Singles:
    """Return the cases of each grid in the days from each origin on: what is forecast."""
    return _window(counts, origins, origins + horizon)


def overlap(origins: Days, horizon: int) -> float:
    """Return how many of some forecasts cover a day: so often each case counts in their sum."""
    apart = float(np.diff(origins).min()) if len(origins) > 1 else horizon
    return max(1.0, horizon / apart)


def _window(counts: Counts, first: Days, end: Days) -> Singles:
    """Return sums of days [first, end), an array (windows, grids); days outside count nothing."""
    days = counts.shape[1]
    found = np.empty((len(first), len(counts)), dtype=np.float32)
    before = -1
    for i, (a, b) in enumerate(zip(first.clip(0, days), end.clip(0, days), strict=True)):
        if i and a == first[i - 1].clip(0) and b >= before >= a:  # goes on from the last
            found[i] = found[i - 1] + counts[:, before:b].sum(axis=1)
        else:
            found[i] = counts[:, a:b].sum(axis=1)
        before = b
    return found


def _season(counts: Counts, origins: Days, horizon: int, mean: Singles) -> Singles:
    if horizon == 1:
        return np.array(
            [counts[:, o % 7 : o : 7].sum(axis=1) for o in origins.tolist()], dtype=np.float32
        ).reshape(len(origins), len(counts))
    first = origins - _YEAR - _AROUND
    then = _window(counts, first, origins - _YEAR + horizon + _AROUND)
    known = (first >= 0) & (then.sum(axis=1) > 0)
    return np.where(known[:, None], then, mean)


def faded(counts: Counts, origins: Days, lives: tuple[int, ...]) -> list[Singles]:
    """Return memories whose weight halves in `lives` days, as known at each origin."""
    keep = 0.5 ** (1 / np.asarray(lives, dtype=np.float32))[:, None]
    state = np.zeros((len(lives), len(counts)), dtype=np.float32)
    found = np.zeros((len(lives), len(origins), len(counts)), dtype=np.float32)
    day = 0
    daily = np.ascontiguousarray(counts.T, dtype=np.float32)
    for i, origin in enumerate(origins.tolist()):
        while day < min(origin, len(daily)):
            state *= keep
            state += daily[day]
            day += 1
        found[:, i] = state
    return list(found)


def _over(memory: Singles, even: npt.NDArray[np.float64]) -> Singles:
    """Return what of each grid's memory is beyond two standard deviations of an even city's."""
    usual = memory.sum(axis=1, keepdims=True) * even
    beyond: Singles = np.maximum(memory - usual - 2 * np.sqrt(usual), 0).astype(np.float32)
    return beyond


def _density(values: Counts, area: npt.NDArray[np.float64]) -> Singles:
    """Return rows that sum to 1; a row of nothing is even by area."""
    total = values.sum(axis=1, keepdims=True, dtype=np.float64)
    even = area / area.sum()
    return np.where(total > 0, values / np.where(total > 0, total, 1), even).astype(np.float32)
