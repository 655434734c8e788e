"""The average of models: of their logarithms, with weights that the past asks for.

A logarithmic opinion pool (Genest and Zidek 1986, Statistical Science 1): a grid is high
only where the models agree. The weights are the likeliest over earlier forecasts, held to
fixed ones as if those had been seen in many cases, so that a class with few cases keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast.densities import Days, Singles, overlap
from citygrid_core.heat.forecast.ground import Ground

Floats = npt.NDArray[np.float64]
#: What is averaged, and its weight before anything is seen.
POOLED: dict[str, float] = {
    "exciting": 1 / 3, "local": 1 / 3, "mean": 1 / 6, "kde": 1 / 6,
    "mean_wide": 0.0, "all": 0.0, "ew30": 0.0,
}  # fmt: skip
#: How firmly the weights are held: the precision of a normal around the fixed ones.
_HELD = 1000.0
#: Days after which an earlier forecast counts half: what is new is to be learned.
_HALF_LIFE = 60
#: Earlier forecasts that weights are learned from: the latest.
_LATEST = 56
_ROUNDS = 12
#: Part of every model that is spread by area, so that its logarithm ends.
_FLOOR = 0.02


def pooled(
    made: Mapping[str, Singles], came: Singles, origins: Days, horizon: int, again: int,
    ground: Ground,
) -> Singles:  # fmt: skip
    """Return the logarithmic pool of densities, none with a weight below 0.

    Parameters
    ----------
    made : mapping
        Holds what `POOLED` names, each an array (origins, grids).
    came : array (origins, grids)
        What came in the horizon from each origin.
    again : int
        Weights are found anew every so many origins.
    """
    even = (ground.area / ground.area.sum()).astype(np.float32)
    fixed = np.array(list(POOLED.values()))
    # logarithms of rates relative to the city's own
    told = np.stack(
        [np.log(np.float32(1 - _FLOOR) * made[n] / even + np.float32(_FLOOR)) for n in POOLED],
        axis=2,
    )
    weights, found = fixed, np.empty_like(came)
    for i, origin in enumerate(origins):
        if i % again == 0:
            past = np.flatnonzero(origins + horizon <= origin)[-_LATEST:]
            counts = 0.5 ** ((origin - horizon - origins[past]) / _HALF_LIFE)
            counts /= overlap(origins[past], horizon)
            number = came[past] * counts[:, None].astype(np.float32)
            weights = _likeliest(told[past], number, even, weights, fixed)
        found[i] = _density(told[i], even, weights)
    return found


def _density(told: Singles, even: Singles, weights: Floats) -> Singles:
    power = told @ weights.astype(np.float32)
    rate = even * np.exp(power - power.max(axis=-1, keepdims=True))
    found: Singles = rate / rate.sum(axis=-1, keepdims=True)
    return found


def _likeliest(
    told: Singles, came: Singles, even: Singles, weights: Floats, fixed: Floats
) -> Floats:
    """Return the weights by Newton's steps, those held at 0 that would go below."""
    number = came.sum(axis=1, dtype=np.float64)
    seen = np.einsum("ig,igk->k", came, told).astype(np.float64)
    flat = told.reshape(-1, len(fixed))
    for _ in range(_ROUNDS if number.any() else 0):
        density = _density(told, even, weights)
        mean = np.einsum("ig,igk->ik", density, told).astype(np.float64)
        slope = seen - number @ mean - _HELD * (weights - fixed)
        root = np.sqrt(density * number[:, None].astype(np.float32)).reshape(-1, 1) * flat
        bend = (root.T @ root).astype(np.float64) - (mean * number[:, None]).T @ mean
        bend += _HELD * np.eye(len(fixed))
        free = np.flatnonzero((weights > 0) | (slope > 0))
        step = np.zeros(len(fixed))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        moved = np.maximum(weights + step, 0)
        done = np.abs(moved - weights).max() < 1e-4
        weights = moved
        if done:
            break
    return weights
