"""Forecasts made again and again in the past, each from what was known then, and scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citygrid_core.heat.forecast import models
from citygrid_core.heat.forecast.choice import Choice, choose
from citygrid_core.heat.forecast.densities import Counts, Days, Singles, densities, overlap, window
from citygrid_core.heat.forecast.ground import Ground
from citygrid_core.heat.forecast.intervals import Calibration, calibrate
from citygrid_core.heat.forecast.local import shrunk
from citygrid_core.heat.forecast.pool import pooled
from citygrid_core.heat.forecast.scores import Scores, captured, log_score
from citygrid_core.heat.forecast.totals import totals

Floats = npt.NDArray[np.float64]
#: Horizon: its days, the days from one origin to the next, and how many origins are scored.
HORIZONS = {"day": (1, 1, 56), "week": (7, 7, 26), "month": (30, 10, 18)}
#: An origin knows at least so many days.
WARM_UP = 14
#: Models are learned anew every so many origins.
AGAIN = {"day": 14, "week": 4, "month": 3}
LEVEL = 0.9


def origins_before(days: int, horizon: str, number: int | None = None) -> Days:
    """Return the origins whose forecasts are scored for one made after `days` days; that last.

    Parameters
    ----------
    days : int
        Days that are known.
    horizon : str
        A key of `HORIZONS`.
    number : int, optional
        How many to score at most.
    """
    length, step, most = HORIZONS[horizon]
    last = days - length
    first = max(WARM_UP, last - step * ((number or most) - 1))
    first += (last - first) % step if last >= first else 0
    scored = np.arange(first, last + 1, step)
    return np.append(scored, days).astype(np.int64)


@dataclass(frozen=True)
class Rolled:
    """All models at all origins.

    Attributes
    ----------
    origins : array
    horizon : str
    densities : dict
        Model to array (origins, grids).
    totals : array of length origins
        Cases expected in the whole city.
    came : array (origins, grids)
        What came; of no meaning where the horizon reaches beyond what is known.
    known : array of bool
        Whether all of the horizon is known.
    scores : dict
        Model to its scores, aligned to the origins (0 where not known).
    weights : dict
        What the self-exciting model is made of at the last origin.
    """

    origins: Days
    horizon: str
    densities: dict[str, Singles]
    totals: Floats
    came: Singles
    known: npt.NDArray[np.bool_]
    scores: dict[str, Scores]
    weights: dict[str, float]

    def expected(self, model: str, origin: int) -> Floats:
        """Return the cases expected in each grid at one origin (its position)."""
        found: Floats = self.densities[model][origin].astype(np.float64) * self.totals[origin]
        return found

    def before(self, origin: int) -> npt.NDArray[np.bool_]:
        """Return which origins' forecasts were over when the origin (its position) began."""
        length = HORIZONS[self.horizon][0]
        found: npt.NDArray[np.bool_] = self.known & (self.origins + length <= self.origins[origin])
        return found

    def choice(self, origin: int) -> Choice:
        """Choose the model for one origin by the forecasts before it."""
        past = self.before(origin)
        often = overlap(self.origins[past], HORIZONS[self.horizon][0])
        return choose({name: s.over(past) for name, s in self.scores.items()}, overlap=often)

    def calibration(self, model: str, origin: int, *, level: float = LEVEL) -> Calibration:
        """Calibrate the intervals of a model for one origin by the forecasts before it."""
        past = self.before(origin)
        expected = self.densities[model][past] * self.totals[past][:, None]
        return calibrate(expected, self.came[past], level=level)


def roll(
    counts: Counts, ground: Ground, origins: Days, horizon: str,
    everything: Counts | None = None,
) -> Rolled:  # fmt: skip
    """Make all models' forecasts at all origins, each from the days before it only.

    Parameters
    ----------
    counts : array (grids, days)
        Cases of one class. Days at and after an origin take no part in its forecast.
    origins : array of int
        Rising.
    horizon : str
        day, week or month (30 days).
    everything : array (grids, days), optional
        Cases of all classes, which tell where much happens anyway.
    """
    length = HORIZONS[horizon][0]
    everything = counts if everything is None else everything
    seen = densities(counts, everything, ground, origins, length)
    came = window(counts, origins, length)
    known = origins + length <= counts.shape[1]
    came[~known] = 0
    daily = counts.sum(axis=0, dtype=np.float64)
    expected = totals(daily, origins, length)
    so_far = np.append(0.0, daily.cumsum())[origins]
    again = AGAIN[horizon]
    made = models.simple(seen)
    made["bayes"] = models.bayes(seen, so_far / (7 if length == 1 else 1), ground)
    made["exciting"], weights = models.mixed(seen, came, origins, length, again)
    nearby = shrunk(seen, daily, origins, ground)
    made["local"], _ = models.mixed(nearby, came, origins, length, again)
    made["poisson"] = models.poisson(seen, came, origins, length, again, ground)
    made["blend"] = pooled({**seen, **made}, came, origins, length, again, ground)
    made = {
        name: models.drawn(density, came, origins, length, again, ground)
        for name, density in made.items()
    }
    scores = _scores(made, expected, came, known, ground)
    return Rolled(origins, horizon, made, expected, came, known, scores, weights)


def _scores(
    made: dict[str, Singles], expected: Floats, came: Singles, known: npt.NDArray[np.bool_],
    ground: Ground,
) -> dict[str, Scores]:  # fmt: skip
    rows = np.flatnonzero(known)
    cases = np.where(known, came.sum(axis=1, dtype=np.float64), 0.0)
    most = np.zeros((len(came), 3))
    for i in rows:
        most[i] = captured(came[i], came[i], ground.area)
    found = {}
    for name, density in made.items():
        held, log = np.zeros((len(came), 3)), np.zeros(len(came))
        for i in rows:
            held[i] = captured(density[i], came[i], ground.area)
            log[i] = log_score(density[i].astype(np.float64) * expected[i], came[i], ground.area)
        found[name] = Scores(held, most, cases, log)
    return found
