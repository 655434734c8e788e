"""Everything that a view of heat answers from, read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core import heat
from citygrid_core.operations.grids.history import grids_by_points
from citygrid_core.operations.heat.cube import CASE_COLUMNS
from citygrid_core.operations.heat.select import residents_of, tracks_of
from citygrid_core.report import Progress, no_progress
from citygrid_core.workspace import Workspace

#: Tables on which a view depends.
_SEEN = ("cases", "grids", "departments")
_COLUMNS = [name for name in CASE_COLUMNS if name != "number"] + ["handling_code"]


def open_view(
    workspace: Workspace,
    *,
    at: str | None = None,
    recount: bool | None = None,
    residents: Path | None = None,
    tracks: Path | None = None,
    progress: Progress = no_progress,
) -> heat.HeatView:
    """Read the cases and the grids of a day into memory, to answer at once afterwards.

    The cases are read themselves, not ``heat_counts``: so the view knows departments, and
    what waits for the next update is in it.

    Parameters
    ----------
    at : str, optional
        The grids of that day; default: today's.
    recount : bool, optional
        Cases by their own points on these grids, instead of on the grids of their days;
        default: when a case keeps a grid that is not among these.
    residents, tracks : Path, optional
        As for `heat_table`: the bases of two more rates.
    """
    stamp = _stamp(workspace)
    progress("grids", 0, 3)
    grids = gpd.GeoDataFrame(workspace.read("grids", at=at)).sort_values("code")
    grids = grids.reset_index(drop=True)
    grids["area_m2"] = pd.to_numeric(grids["area_m2"]).fillna(grids.geometry.area)
    near = heat.contiguity(grids)
    progress("cases", 1, 3)
    codes = grids["code"].astype(str).tolist()
    with workspace.snapshot():
        cases = heat.gathered(workspace.read_parts("cases", columns=_COLUMNS), _COLUMNS)
        if recount is None:
            recount = not set(cases["grid_code"].cat.categories) <= {*codes, ""}
        if recount:
            points = gpd.GeoDataFrame(workspace.read("cases", columns=[]))
            placed = grids_by_points(workspace, points, at=at)
            cases["grid_code"] = pd.Categorical(placed)
    progress("cube", 2, 3)
    cube = heat.Cube.build(cases, codes)
    bases: dict[str, Any] = {}
    if residents is not None:
        bases["residents"] = residents_of(residents)
    if tracks is not None:
        bases["patrol_hours"] = heat.hours_by_grid(tracks_of(tracks, workspace.crs), grids)
    names = workspace.read("departments", at="all", columns=["code", "name"])
    progress("done", 3, 3)
    return heat.HeatView(
        cube, grids, near, bases, dict(zip(names["code"], names["name"], strict=True)), stamp,
        recount,
    )  # fmt: skip


def is_current(workspace: Workspace, view: heat.HeatView) -> bool:
    """Tell whether citygrid has changed nothing that the view depends on since it was made."""
    return _stamp(workspace) == dict(view.stamp)


def _stamp(workspace: Workspace) -> dict[str, str]:
    held = workspace.digests()
    return {name: held.get(name, "") for name in _SEEN}
