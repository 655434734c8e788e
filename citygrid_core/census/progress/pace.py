"""Components for each person and hour."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: A pause longer than this ends a stretch of work.
PAUSE_MINUTES = 20.0
#: Fewer hours of work than this say nothing of a rate.
LEAST_HOURS = 0.25


def per_hour(components: int, hours: float) -> float | None:
    """Return components for each hour of work; None when the work was too short to tell."""
    return components / hours if hours >= LEAST_HOURS else None


def pace(edits: pd.DataFrame, *, pause_minutes: float = PAUSE_MINUTES) -> pd.DataFrame:
    """Return how many components each person did on each day, and how fast.

    Parameters
    ----------
    edits : DataFrame
        ``who`` and ``at`` (times) of each component captured or confirmed.
    pause_minutes : float
        A longer gap is a pause and no work.

    Returns
    -------
    DataFrame
        who, day, components, hours (worked: sum of the gaps that are no pauses), per_hour
        (nan for less work than `LEAST_HOURS`); by person and day.
    """
    columns = ["who", "day", "components", "hours", "per_hour"]
    if not len(edits):
        empty: pd.DataFrame = pd.DataFrame(columns=columns)
        return empty
    frame = pd.DataFrame(
        {
            "who": edits["who"].fillna("").astype(str).to_numpy(),
            "at": pd.to_datetime(edits["at"], format="ISO8601").to_numpy(),
        }
    ).sort_values(["who", "at"], kind="stable")
    frame["day"] = frame["at"].dt.strftime("%Y-%m-%d")
    gap = frame.groupby(["who", "day"])["at"].diff().dt.total_seconds() / 3600
    frame["hours"] = gap.where(gap <= pause_minutes / 60, 0.0).fillna(0.0)
    found: pd.DataFrame = (
        frame.groupby(["who", "day"], sort=True)
        .agg(components=("at", "size"), hours=("hours", "sum"))
        .reset_index()
    )
    rates = map(per_hour, found["components"].tolist(), found["hours"].tolist())
    found["per_hour"] = np.array(list(rates), dtype=np.float64)
    ordered: pd.DataFrame = found[columns]
    return ordered
