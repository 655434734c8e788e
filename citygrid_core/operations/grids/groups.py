"""Responsibility, management and evaluation grids: unit grids grouped, coded and stored."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids import group, street_length
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

Kind = Literal["responsibility", "management", "evaluation"]
Balance = Literal["area", "components", "cases", "streets"]


def group_grids(
    workspace: Workspace,
    kind: Kind,
    cause: Cause,
    *,
    target: float,
    by: Balance = "area",
    roads: gpd.GeoDataFrame | None = None,
    within: str = "",
    most: int = 0,
    redraw: bool = False,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Group the unit grids of a workspace and store the groups.

    A group's code is its place's code (community 12, street 9 digits) and a number
    of three digits, never used again, of whatever kind (GB/T 47678: a management
    grid has 15 digits, as a unit grid has: the kind stands beside the code).

    Parameters
    ----------
    target : float
        Load of a group: m², components, cases or metres of street, as `by` says.
    by : str
        What is balanced: ``area``, ``components`` (valid ones), ``cases``, or
        ``streets`` (their length: what a collector walks).
    roads : GeoDataFrame, optional
        Streets in the workspace's CRS, for ``streets``.
    within, most
        As in `grids.group`.
    redraw : bool
        End the groups of this kind and make new ones.

    Raises
    ------
    UsageError
        There are groups of this kind, no grids, or no streets to balance by.
    """
    held = workspace.read("grid_groups", where={"kind": kind})
    if len(held) and not redraw:
        raise UsageError(
            Text(
                f"there are {len(held)} {kind} grids already; --redraw retires them",
                f"已有{len(held)}个此类网格组；如需废止并重新分组，请用 --redraw",
            )
        )
    grids = workspace.read("grids")
    if not len(grids):
        raise UsageError(Text("there are no unit grids to group", "没有可分组的单元网格"))
    progress("grouping", 0, 2)
    groups = group(
        grids, kind, target=target, load=_load(workspace, grids, by, roads),
        within=within, most=most,
    )  # fmt: skip
    progress("storing", 1, 2)
    parameters = {"kind": kind, "on": cause.on, "by": by, "target": target}
    with workspace.transaction("grids group", who=cause.who, parameters=parameters) as tx:
        if len(held):
            tx.end("grid_groups", held.index.to_numpy(), cause.on)
        codes = np.empty(len(groups), dtype=object)
        for place, at in sorted(groups.groupby("place_code").indices.items()):
            minted = tx.mint(f"group:{place}", len(at))
            codes[at] = [f"{place}{n:03d}" for n in minted]
        groups["code"] = codes
        rows = groups[["code", "kind", "grid_codes", "area_m2", "geometry"]]
        note = " · ".join(t for t in (cause.reason, cause.document) if t) or None
        tx.insert("grid_groups", rows.assign(valid_from=cause.on, note=note))
        if dry_run:
            tx.rollback()
    report = Report("grids group", read=len(grids), stored=len(grids), dry_run=dry_run)
    load = groups["load"].to_numpy(dtype=np.float64)
    report.details = {
        "groups": len(groups),
        "retired": len(held),
        "balanced_by": by,
        "load_median": round(float(np.median(load)), 1),
        "load_lowest": round(float(load.min()), 1),
        "load_highest": round(float(load.max()), 1),
    }
    progress("done", 2, 2)
    return report, groups


def _load(
    workspace: Workspace, grids: gpd.GeoDataFrame, by: Balance, roads: gpd.GeoDataFrame | None
) -> pd.Series | None:
    if by == "area":
        return None
    if by == "streets":
        if roads is None or not len(roads):
            raise UsageError(
                Text(
                    "balancing by street length needs the streets (--roads)",
                    "按道路长度均衡需提供道路图层（--roads）",
                )
            )
        return street_length(grids, roads)
    family = workspace.read(by, columns=["grid_code"], geometry=False)
    per = family["grid_code"].value_counts()
    load: pd.Series = grids["code"].map(per).fillna(0.0).astype(float)
    return load
