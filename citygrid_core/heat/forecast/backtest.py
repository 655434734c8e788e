"""The whole procedure tried on the past: at each origin choose, forecast, and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast.choice import Choice
from citygrid_core.heat.forecast.compare import Comparison, compare
from citygrid_core.heat.forecast.densities import Counts, Days
from citygrid_core.heat.forecast.ground import Ground
from citygrid_core.heat.forecast.rolling import HORIZONS, LEVEL, WARM_UP, Rolled, roll
from citygrid_core.heat.forecast.scores import SHARES, Scores, captured

Floats = npt.NDArray[np.float64]
#: What is scored beside the models: the forecast as it would have been made.
CHOSEN = "chosen"


@dataclass(frozen=True)
class Backtest:
    """What would have been forecast at each origin, and what came.

    Attributes
    ----------
    rolled : Rolled
    choices : list of Choice
        For each origin, by the forecasts that were over by then.
    scores : dict
        `CHOSEN` and every model.
    covered, busy_covered, busy : arrays of length origins
        Share of the grids whose cases lay in the interval; the same among grids with 1 case
        or more expected, and how many those are. Missing where too few came before.
    """

    rolled: Rolled
    choices: list[Choice]
    scores: dict[str, Scores]
    covered: Floats
    busy_covered: Floats
    busy: Floats
    ground: Ground
    counts: Counts

    @property
    def origins(self) -> Days:
        """Days before each forecast."""
        return self.rolled.origins

    def coverage(self, forecasts: npt.NDArray[np.bool_]) -> tuple[float, float]:
        """Return the coverage over some forecasts: of all grids, and of busy ones."""
        there = forecasts & ~np.isnan(self.covered)
        if not there.any():
            return float("nan"), float("nan")
        busy = self.busy[there]
        held = np.nansum(self.busy_covered[there] * busy)
        return float(self.covered[there].mean()), float(held / busy.sum()) if busy.sum() else np.nan

    def compare(self, baselines: Sequence[str], forecasts: npt.NDArray[np.bool_]) -> Comparison:
        """Compare the chosen forecasts with the best of some baselines, found afterwards.

        Parameters
        ----------
        forecasts : array of bool
            Which origins.
        """
        rows = np.flatnonzero(forecasts)
        length = HORIZONS[self.rolled.horizon][0]
        begin = self.origins[rows]
        days = int(begin[-1] - begin[0]) + length
        held = {n: np.zeros((days, len(SHARES))) for n in (CHOSEN, *baselines)}
        for i, first in zip(rows, begin - begin[0], strict=True):
            # a day that several forecasts cover is drawn for all of them or for none
            came = self.counts[:, self.origins[i] : self.origins[i] + length]
            for name, sums in held.items():
                model = self.choices[i].model if name == CHOSEN else name
                part = captured(self.rolled.densities[model][i], came, self.ground.area)
                sums[first : first + length] += part.T
        most = self.scores[CHOSEN].over(rows).most.sum(axis=0)
        return compare(held.pop(CHOSEN), held, most)


def backtest(
    counts: Counts, ground: Ground, horizon: str, everything: Counts | None = None, *,
    first: int = 0, every: int | None = None, level: float = LEVEL,
) -> Backtest:  # fmt: skip
    """Forecast again and again as it would have been done, and score.

    Parameters
    ----------
    counts : array (grids, days)
        Cases of one class.
    first : int
        Intervals are made and judged from this origin on; models are scored from the
        first possible one, since the choice learns from them.
    every : int, optional
        Days from one origin to the next; default: the horizon's own.
    """
    length, step, _ = HORIZONS[horizon]
    last = counts.shape[1] - length
    begin = max(WARM_UP, length)
    origins = np.arange(begin + (last - begin) % (every or step), last + 1, every or step)
    rolled = roll(counts, ground, origins, horizon, everything)
    choices = [rolled.choice(i) for i in range(len(origins))]
    parts = [rolled.scores[c.model] for c in choices]
    chosen = Scores(
        np.array([s.captured[i] for i, s in enumerate(parts)]), parts[0].most,
        parts[0].cases, np.array([s.log[i] for i, s in enumerate(parts)]),
    )  # fmt: skip
    covered, busy_covered, busy = (np.full(len(origins), np.nan) for _ in range(3))
    for i, origin in enumerate(origins):
        if origin < first or rolled.before(i).sum() < 4:
            continue
        expected = rolled.expected(choices[i].model, i)
        low, high = rolled.calibration(choices[i].model, i, level=level).interval(expected)
        inside = (low <= rolled.came[i]) & (rolled.came[i] <= high)
        many = expected >= 1
        covered[i], busy[i] = inside.mean(), many.sum()
        busy_covered[i] = inside[many].mean() if many.any() else np.nan
    return Backtest(
        rolled, choices, {CHOSEN: chosen, **rolled.scores}, covered, busy_covered, busy,
        ground, counts,
    )  # fmt: skip
