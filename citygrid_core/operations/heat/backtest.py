"""Forecasts of the past, made as they would have been made, scored by class and month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.heat import false_discovery_rate
from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.forecast import (
    Known,
    check_horizon,
    day_of,
    known_before,
    marks,
    parts,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

#: The row of all months together.
ALL = "all"
#: What the chosen forecast is compared with.
BASELINES = ("persistence", "seasonal", "kde")
#: Of the class-months told worse at most so many are so by chance.
CHANCE = 0.05


def heat_backtest(
    workspace: Workspace,
    *,
    from_day: str,
    to_day: str,
    horizon: str = "week",
    class_code: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Score forecasts that begin and end within some days, each from the days before it only.

    Parameters
    ----------
    from_day, to_day : str
        First and last day, ISO, both included. All days before are learned from.
    horizon : str
        ``day``, ``week`` or ``month``.
    class_code : str, optional
        A class or the prefix of one; default: all cases, each frequent class, the rest.

    Returns
    -------
    Report, DataFrame
        One row for each class, month (and ``all``) and model (``chosen`` first): forecasts, cases, hit
        rate, PAI and PEI* at 1, 3 and 5 % of the area, log_score; for the chosen also
        coverage, busy_coverage, and beside the best of persistence, seasonal mean and kernel
        density, found afterwards: gain with low and high (how far its mean PEI* is above),
        p_worse (see `forecast.Comparison`), and q_worse, the same among all class-months
        (false discovery rate).
    """
    check_horizon(horizon)
    first, last = day_of(from_day), day_of(to_day)
    if last < first:
        raise UsageError(
            Text(f"{to_day} is before {from_day}", f"截止日 {to_day} 早于起始日 {from_day}")
        )
    known = known_before(workspace, (last + dt.timedelta(1)).isoformat())
    everything = known.cube()
    asked = list(parts(known, class_code))
    tables = []
    for i, (kind, code, mine) in enumerate(asked):
        progress("forecasting", i, len(asked))
        table = class_table(known, known.cube(mine), everything, horizon, first)
        table.insert(0, "class_code", code)
        table.insert(0, "object_kind", kind)
        tables.append(table)
    result = with_q(pd.concat(tables, ignore_index=True))
    progress("done", len(asked), len(asked))
    report = Report("heat backtest", read=len(result), unchanged=len(result))
    monthly = result[result["month"] != ALL]
    chosen = monthly[monthly["model"] == fc.CHOSEN]
    report.details = {
        "from": from_day, "to": to_day, "horizon": horizon, "grids": len(known.codes),
        "known_from": known.first.isoformat(), "class_months": len(chosen),
        "beats": {
            n: _share(chosen, monthly[monthly["model"] == n]) for n in (*BASELINES, "mean")
        },
        "beats_the_best_of_them": round(float((chosen["gain"] > 0).mean()), 4),
        "worse_by_more_than_1_percent": round(float((chosen["gain"] < -0.01).mean()), 4),
        "worse_beyond_chance": int((chosen["q_worse"] <= CHANCE).sum()),
    }  # fmt: skip
    return report, result


def class_table(
    known: Known, cube: Any, everything: Any, horizon: str, first: dt.date
) -> pd.DataFrame:
    """Return the scores of one class by month and model, and of all months ("all")."""
    begin = (first - known.first).days
    done = fc.backtest(cube, known.ground, horizon, everything, first=begin)
    days = np.datetime64(known.first) + done.origins
    month = days.astype("datetime64[M]").astype(str)
    judged = done.origins >= begin
    rows = []
    for name in (*sorted(set(month[judged])), ALL):
        part = judged & (month == name) if name != ALL else judged
        covered, busy = done.coverage(part)
        beside = done.compare(BASELINES, part)
        for model, scores in done.scores.items():
            some = scores.over(part)
            row: dict[str, Any] = {
                "month": name, "model": model, "forecasts": int(part.sum()),
                "cases": int(some.cases.sum()), **marks(some), "efficiency": some.efficiency,
            }  # fmt: skip
            if model == fc.CHOSEN:
                used = [done.choices[i].model for i in np.flatnonzero(part)]
                row |= {
                    "coverage": covered, "busy_coverage": busy, "gain": beside.gain,
                    "low": beside.low, "high": beside.high, "p_worse": beside.p,
                    "models": " ".join(sorted(set(used))),
                }  # fmt: skip
            rows.append(row)
    frame: pd.DataFrame = pd.DataFrame(rows)
    return frame


def with_q(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with `q_worse`: how many class-months are told worse by chance alone."""
    months = (table["model"] == fc.CHOSEN) & (table["month"] != ALL) & table["p_worse"].notna()
    table["q_worse"] = np.nan
    table.loc[months, "q_worse"] = false_discovery_rate(table.loc[months, "p_worse"])
    return table


def _share(chosen: pd.DataFrame, other: pd.DataFrame) -> float:
    """Return in which share of class-months the chosen has the higher mean PEI*."""
    better = chosen["efficiency"].to_numpy() > other["efficiency"].to_numpy()
    return round(float(better.mean()), 4)
