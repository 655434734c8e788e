"""The ladder of models: from what anybody can do to what is learned from the past.

A model says where the next cases of a class will fall: a density over the grids for each
origin. How many there will be is one question for all of them (`totals`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast.densities import Counts, Days, Singles
from citygrid_core.heat.forecast.ground import Ground

Floats = npt.NDArray[np.float64]
#: What a forecast must beat to be used.
SIMPLE = ("persistence", "mean", "seasonal", "kde")
#: Rounds of expectation and maximisation from even weights, and from the last ones.
_FIRST_ROUNDS, _ROUNDS = 60, 20
#: Rows (grid and origin) that a model learns from: the latest.
_MOST_ROWS = 40_000
#: What the regression sees: logarithms of these densities.
_SEEN = ("last", "mean", "ew10", "ew30", "ew90", "mean_near", "ew30_wide", "mean_broad", "all", "all30")  # fmt: skip


def simple(seen: Mapping[str, Singles]) -> dict[str, Singles]:
    """Return the densities that need nothing learned: as last time, means, kernel density."""
    return {
        "persistence": seen["last"],
        "mean": seen["mean"],
        "seasonal": seen["season"],
        "kde": seen["mean_near"],
    }


def bayes(seen: Mapping[str, Singles], number: Counts, ground: Ground) -> Singles:
    """Return the seasonal mean drawn to the city's rate, the more the less a grid tells.

    Marshall (1991, Applied Statistics 40); where rates scatter no more than chance makes
    them, all grids have the city's.

    Parameters
    ----------
    number : array of length origins
        Cases that the seasonal mean is made of.
    """
    share = ground.area / ground.area.sum()
    mean = np.asarray(seen["season"], dtype=np.float64)
    # rates in units of the city's own; their variance between grids beyond chance
    rate = mean / share
    chance = 1 / (np.maximum(number, 1) * share.mean())
    between = np.maximum((share * (rate - 1) ** 2).sum(axis=1) - chance, 0)[:, None]
    weight = between / (between + 1 / (np.maximum(number, 1)[:, None] * share))
    drawn = share * (1 + weight * (rate - 1))
    found: Singles = (drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def mixed(
    seen: Mapping[str, Singles], came: Singles, origins: Days, horizon: int, again: int
) -> tuple[Singles, dict[str, float]]:
    """Return mixtures of densities, weighted by what they foretold.

    Of fading and spreading memories: a self-exciting point process on the grids (Mohler et
    al. 2011, JASA 106) whose triggering is a sum of fixed exponentials in time and Gaussians
    in space. The weights are found by expectation and maximisation over the forecasts
    before each origin.

    Parameters
    ----------
    came : array (origins, grids)
        What came in the horizon from each origin.
    again : int
        Weights are found anew every so many origins.

    Returns
    -------
    densities, weights
        Weights are those of the last origin.
    """
    names = list(seen)
    stacked = np.stack([seen[n] for n in names], axis=2)  # origins, grids, names
    at, where = np.nonzero(came > 0)
    often = came[at, where].astype(np.float64)
    weights = np.full(len(names), 1 / len(names))
    found = np.empty_like(came)
    learned = False
    for i, origin in enumerate(origins):
        if i % again == 0:
            end = int(np.searchsorted(at, np.searchsorted(origins, origin - horizon, "right")))
            first = max(0, end - _MOST_ROWS)
            if end > first:
                told = stacked[at[first:end], where[first:end]].astype(np.float64)
                rounds = _ROUNDS if learned else _FIRST_ROUNDS
                weights = _mixture(told, often[first:end], weights, rounds)
                learned = True
        found[i] = stacked[i] @ weights.astype(np.float32)
    return found, dict(zip(names, weights.tolist(), strict=True))


def _mixture(told: Floats, often: Floats, weights: Floats, rounds: int) -> Floats:
    """Return the weights of a mixture after some rounds of expectation and maximisation."""
    # a weight that reached 0 may come back
    weights = 0.99 * weights + 0.01 / len(weights)
    for _ in range(rounds):
        part = told * weights
        part *= (often / np.maximum(part.sum(axis=1), 1e-300))[:, None]
        weights = part.sum(axis=0) / often.sum()
    return weights


def poisson(
    seen: Mapping[str, Singles], came: Singles, origins: Days, horizon: int, again: int,
    ground: Ground,
) -> Singles:  # fmt: skip
    """Return densities of a Poisson regression (scikit-learn) on the logarithms of memories.

    Grids without a case are the most by far: of them an even sample is learned from, with
    the weight of all.
    """
    from sklearn.linear_model import PoissonRegressor
    from threadpoolctl import threadpool_limits

    share = (ground.area / ground.area.sum()).astype(np.float32)
    # rates relative to the city's, so that grids of any size are alike
    columns = np.stack([np.log(seen[n] / share + 0.05) for n in _SEEN], axis=2)
    found = np.array(seen["mean"])
    model: PoissonRegressor | None = None
    totals = came.sum(axis=1)
    for i, origin in enumerate(origins):
        if i % again == 0:
            past = np.flatnonzero((origins + horizon <= origin) & (totals > 0))
            if len(past) and totals[past].sum() >= 50:
                model = PoissonRegressor(alpha=1e-3, solver="newton-cholesky", max_iter=20)
                with threadpool_limits(1):  # small sums: threads would wait for one another
                    _learn(model, columns, came, totals, share, past)
        if model is not None:
            rate = np.exp(np.clip(columns[i] @ model.coef_.astype(np.float32), -20, 20)) * share
            found[i] = rate / rate.sum()
    return found


def drawn(
    density: Singles, came: Singles, origins: Days, horizon: int, again: int, ground: Ground
) -> Singles:
    """Return a model's densities drawn to the city's rate, by as much as its past asks for.

    The weight is the likeliest over the forecasts before each origin. All grids are drawn
    to one rate per area, so their ranking stays as it is.
    """
    even = (ground.area / ground.area.sum()).astype(np.float32)
    at, where = np.nonzero(came > 0)
    often = came[at, where].astype(np.float64)
    told = np.column_stack([even[where], density[at, where]]).astype(np.float64)
    weights = np.array([0.1, 0.9])
    found = np.empty_like(density)
    for i, origin in enumerate(origins):
        if i % again == 0:
            end = int(np.searchsorted(at, np.searchsorted(origins, origin - horizon, "right")))
            first = max(0, end - _MOST_ROWS)
            if end > first:
                weights = _mixture(told[first:end], often[first:end], weights, _ROUNDS)
        found[i] = np.float32(weights[0]) * even + np.float32(weights[1]) * density[i]
    return found


def _learn(
    model: object, columns: Singles, came: Singles, totals: Singles, share: Singles,
    past: npt.NDArray[np.intp],
) -> None:  # fmt: skip
    grids = came.shape[1]
    keep = max(1, -(-len(past) * grids // _MOST_ROWS))  # every so many of the empty ones
    place = past[:, None] * grids + np.arange(grids)
    busy = came[past] > 0
    chosen = np.concatenate([place[busy], place[~busy][::keep]])
    weight = np.concatenate([np.ones(int(busy.sum())), np.full(len(place[~busy][::keep]), keep)])
    at, where = np.divmod(chosen, grids)
    exposure = totals[at] * share[where]
    model.fit(  # type: ignore[attr-defined]
        columns[at, where].astype(np.float64), came[at, where] / exposure,
        sample_weight=weight * exposure,
    )  # fmt: skip
