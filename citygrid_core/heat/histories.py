"""The history of each place in one table: pattern, trend, streak, and whether its last time alarms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.heat.anomalies import anomalies, streaks
from citygrid_core.heat.emerging import emerging
from citygrid_core.heat.hotspots import Contiguity, false_discovery_rate


def histories(
    cases: npt.ArrayLike,
    neighbours: Contiguity,
    hectares: npt.ArrayLike,
    *,
    false_share: float = 0.05,
    false_alarms: float = 0.01,
) -> pd.DataFrame:
    """Return what became of each place.

    Parameters
    ----------
    cases : array (places, times)
        Counts, oldest first, at least 4 times.
    neighbours : Contiguity
    hectares : array of length places
        Above 0.
    false_share, false_alarms : float
        As for `emerging` and `anomalies`. The season is the city's own: each time weighs as
        much as the whole city had cases, so an alarm is a rise that the city does not share.

    Returns
    -------
    DataFrame
        ``cases``, ``last_cases``, the columns of `emerging`, ``trend_q``, ``streak``, ``longest``,
        ``last_expected``, ``last_p``, ``alarm``, ``dispersion``.
    """
    x = np.asarray(cases, dtype=np.float64)
    found = emerging(x, neighbours, base=hectares, false_share=false_share)
    weight = x.sum(axis=0)
    if weight[:-1].sum() > 0 and weight[-1] > 0:
        season, season_now = weight[:-1], float(weight[-1])
    else:  # a city without cases in the last time has no season to tell
        season, season_now = np.ones(x.shape[1] - 1), 1.0
    alarms = anomalies(x[:, :-1], x[:, -1], season, season_now, false_alarms=false_alarms)
    counted = pd.DataFrame({"cases": x.sum(axis=1), "last_cases": x[:, -1]}).astype(np.int64)
    frame: pd.DataFrame = pd.concat(
        [
            counted,
            found.assign(trend_q=false_discovery_rate(found["trend_p"])),
            streaks(x)[["streak", "longest"]],
            alarms[["expected", "p"]].add_prefix("last_"),
            alarms[["alarm", "dispersion"]],
        ],
        axis=1,
    )
    return frame
