"""What can be reached: cases drawn from a known intensity, and that intensity as a forecast.

Nobody can forecast better than the intensity that the cases are drawn from; how often even
that is "worse than the best baseline, found afterwards" is what chance alone does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.backtest import BASELINES

#: Memory of the intensity, before and after a day alike, in days to the half.
HALF_LIFE = 60.0
_SHAPE = 3.0


def intensity(cube: np.ndarray, everything: np.ndarray, ground: fc.Ground) -> np.ndarray:
    """A smooth intensity (grids, days) that a class's real cases may have come from.

    Of the cases around each day, before and after, drawn to their neighbourhood and to all
    classes; the sum of a day is that of its week.
    """
    days = np.arange(cube.shape[1])
    near = 0.5 ** (np.abs(days[:, None] - days) / HALF_LIFE)
    came, all_ = cube @ near, everything @ near
    around = sum(np.asarray(s @ came) for s in ground.spread[:2])
    even = (ground.area / ground.area.sum())[:, None]
    around = 0.65 * around / around.sum(axis=0) + 0.33 * all_ / all_.sum(axis=0) + 0.02 * even
    foretold = came.sum(axis=0) * around
    rate = around * (came + _SHAPE) / (foretold + _SHAPE)
    week = np.ones(7) / np.convolve(np.ones(cube.shape[1]), np.ones(7), "same").max()
    return rate / rate.sum(axis=0) * np.convolve(cube.sum(axis=0), week, "same")


def floor(
    cubes: Mapping[str, np.ndarray], ground: fc.Ground, horizon: str, begin: int, first: dt.date,
    *, times: int = 3, seed: int = 20261129,
) -> pd.DataFrame:  # fmt: skip
    """Score the true intensity, and the whole procedure, on cases drawn from it.

    Returns
    -------
    DataFrame
        One row for each drawing, class and month: how far the mean PEI* of ``truth`` and of
        ``chosen`` is above the best baseline's, found afterwards.
    """
    random = np.random.default_rng(seed)
    means = {n: intensity(c, cubes["all"], ground) for n, c in cubes.items()}
    rows = []
    for time in range(times):
        drawn = {n: random.poisson(m).astype(np.float32) for n, m in means.items()}
        for name, cube in drawn.items():
            done = fc.backtest(cube, ground, horizon, drawn["all"], first=cube.shape[1])
            length = fc.HORIZONS[horizon][0]
            scores = done.scores[fc.CHOSEN]
            held = scores.captured.copy()
            judged = done.origins >= begin
            for i in np.flatnonzero(judged):
                true = means[name][:, done.origins[i] : done.origins[i] + length].sum(axis=1)
                held[i] = fc.captured(true, done.rolled.came[i], ground.area)
            truth = fc.Scores(held, scores.most, scores.cases, scores.log)
            month = (np.datetime64(first) + done.origins).astype("datetime64[M]").astype(str)
            for m in sorted(set(month[judged])):
                part = judged & (month == m)
                best = max(done.scores[b].over(part).efficiency for b in BASELINES)
                rows.append({
                    "time": time, "class": name, "month": m,
                    "truth": truth.over(part).efficiency / best - 1,
                    "chosen": scores.over(part).efficiency / best - 1,
                })  # fmt: skip
    return pd.DataFrame(rows)
