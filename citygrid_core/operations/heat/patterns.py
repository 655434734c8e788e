"""How places became hot: patterns, streaks and alarms of each grid."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core import heat
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.heat.select import Selection, grids_at
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

STEPS = {"day": "D", "week": "W-SUN", "month": "M"}


def heat_patterns(
    workspace: Workspace,
    *,
    step: str = "month",
    false_share: float = 0.05,
    false_alarms: float = 0.01,
    at: str | None = None,
    recount: bool = False,
    **selection: Any,
) -> tuple[Report, pd.DataFrame]:
    """Return the pattern, trend, streak and alarm of every grid, the hot ones first.

    Parameters
    ----------
    step : str
        Length of one time: ``day``, ``week`` (Monday to Sunday) or ``month``. Only whole
        steps between the first and the last day count.
    false_share : float
        Accepted share of false findings among hot and cold cells.
    false_alarms : float
        Probability of an alarm for a grid where nothing has changed. The season is the
        city's own: each time weighs as much as the whole city had cases of this selection,
        so an alarm is a rise that the city does not share.
    **selection
        ``object_kind``, ``class_code``, ``source``, ``from_day``, ``to_day``.
    """
    if step not in STEPS:
        raise UsageError(Text(f"no step {step!r}: {', '.join(STEPS)}", f"没有时间步长“{step}”"))
    chosen = Selection(**selection)
    counts = chosen.within(chosen.counts(workspace, at=at, recount=recount), None)
    grids = grids_at(workspace, at).sort_values("code")
    grids = grids.reset_index(drop=True)
    times = _times(counts, chosen, STEPS[step])
    cube = _cube(counts, grids, times)
    area = grids.geometry.area.to_numpy() / 10_000
    near = heat.contiguity(grids)
    found = heat.histories(cube, near, area, false_share=false_share, false_alarms=false_alarms)
    spread = found.pop("dispersion")
    found.insert(0, "grid_code", grids["code"])
    result = found.sort_values(["z", "grid_code"], ascending=[False, True], ignore_index=True)
    report = Report("heat patterns", read=len(grids), unchanged=len(grids))
    report.details = {
        "step": step,
        "times": [str(t.start_time.date()) for t in times],
        "cases": int(cube.sum()),
        "false_share": false_share,
        "patterns": {
            f"{spot} {name}": int(number)
            for (spot, name), number in result[result["pattern"] != ""]
            .groupby(["spot", "pattern"])
            .size()
            .items()
        },
        "alarms": int(result["alarm"].sum()),
        "false_alarms": false_alarms,
        "false_alarms_expected_at_most": round(false_alarms * len(grids), 2),
        "dispersion": round(float(spread.iloc[0]), 3) if len(spread) else None,
    }
    return report, result


def _times(counts: pd.DataFrame, chosen: Selection, step: str) -> pd.PeriodIndex:
    """Return the whole steps between the first and the last day."""
    day = counts["day"].astype(str).str[:10]
    if counts.empty:
        raise UsageError(Text("no cases are selected", "所选范围内没有案件"))
    first = pd.Timestamp(chosen.from_day or day.min())
    last = pd.Timestamp(chosen.to_day or day.max())
    every = pd.period_range(first, last, freq=step)
    if chosen.from_day:
        every = every[every.start_time >= first]
    if chosen.to_day:
        every = every[every.end_time.normalize() <= last]
    return every


def _cube(
    counts: pd.DataFrame, grids: gpd.GeoDataFrame, times: pd.PeriodIndex
) -> npt.NDArray[np.float64]:
    """Return cases by grid and time."""
    when = pd.PeriodIndex(pd.to_datetime(counts["day"].astype(str).str[:10]), freq=times.freq)
    row = pd.Index(grids["code"].astype(str)).get_indexer(counts["grid_code"].astype(str))
    column = times.get_indexer(when)
    there = (row >= 0) & (column >= 0)
    cube = np.zeros((len(grids), len(times)))
    np.add.at(cube, (row[there], column[there]), counts["cases"].to_numpy(dtype=float)[there])
    return cube
