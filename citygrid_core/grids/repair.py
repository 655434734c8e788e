"""Cleaning communities and hand-drawn grids: named strategies, every decision reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.grids.check import names_of
from citygrid_core.grids.errors import MissingColumn
from citygrid_core.grids.frames import communities, geometries, require_metres, require_same
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.resolve import Repair, Resolved, Strategies, resolve


@dataclass(frozen=True)
class Repaired:
    """A mended frame and what was done.

    Attributes
    ----------
    frame : GeoDataFrame
        The mended areas or grids.
    repairs : GeoDataFrame
        One point for each decision: ``defect``, ``strategy``, ``codes``, ``to``,
        ``area_m2`` moved.
    """

    frame: gpd.GeoDataFrame
    repairs: gpd.GeoDataFrame


def clean_areas(
    areas: gpd.GeoDataFrame,
    *,
    strategies: Strategies | None = None,
    grid_m: float = 0.001,
) -> Repaired:
    """Return `areas` as a clean coverage on the precision grid.

    Communities as bureaus keep them often overlap a little, leave strips
    between them, or have edges that nearly match. Apply to one level at a time.

    Parameters
    ----------
    areas : GeoDataFrame
        ``code`` and polygons, projected.
    strategies : Strategies, optional
        Overlaps to the largest, gaps narrower than 30 m to the neighbour with
        the longest border, loose parts below 1,000 m² absorbed.
    grid_m : float

    Raises
    ------
    MissingCrs, NotProjected, MissingColumn
    """
    crs = require_metres(areas, "areas")
    if "code" not in areas.columns:
        raise MissingColumn("areas", "code")
    strategies = strategies or Strategies(part="keep", part_m2=1_000.0)
    order = np.argsort(areas["code"].astype(str).to_numpy(), kind="stable")
    sorted_ = areas.iloc[order]
    done = resolve(geometries(sorted_), grid_m, strategies)
    frame = sorted_.iloc[done.labels].copy()
    frame = frame.set_geometry(gpd.GeoSeries(list(done.shapes), index=frame.index, crs=crs))
    if "area_m2" in frame.columns:
        frame["area_m2"] = frame.geometry.area.round(2)
    names = sorted_["code"].astype(str).to_numpy(dtype=object)
    return Repaired(frame, _listed(done, names, crs))


def repair(
    grids: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    strategies: Strategies | None = None,
    policy: Policy | None = None,
) -> Repaired:
    """Return hand-drawn `grids` as a coverage that fills the communities exactly.

    A cell belongs to the community that holds most of it and is clipped to it;
    a wider gap than the strategies close becomes a cell of its own, with the
    reason ``gap``. Codes stay where a cell stays; `number` codes the rest.

    Parameters
    ----------
    grids : GeoDataFrame
        Polygons; ``code`` and ``community_code`` when known.
    areas : GeoDataFrame
        Communities, a clean coverage.
    strategies : Strategies, optional
        Default: overlaps to the largest, gaps below 30 m filled, loose parts
        split off unless they are below the policy's lower limit.
    policy : Policy, optional

    Returns
    -------
    Repaired
        The frame has ``community_code``, ``area_m2``, ``reason`` and all other
        columns as they were; a part split off or a filled gap has no code.
    """
    policy = policy or Policy()
    crs = require_metres(areas, "areas")
    require_same(grids, crs, "grids")
    strategies = strategies or Strategies(part="split", part_m2=policy.limit_low_m2)
    area_codes, domain = communities(areas)
    names = names_of(grids)
    order = np.asarray(sorted(range(len(grids)), key=lambda i: str(names[i])), dtype=np.int64)
    sorted_ = grids.iloc[order]
    shapes = geometries(sorted_)
    usable = np.asarray([s is not None and not s.is_empty for s in shapes], dtype=bool)
    sorted_, shapes, names = sorted_[usable], shapes[usable], names[order][usable]
    shapes = shapely.force_2d(shapes)
    home = _home(shapes, domain)
    done = resolve(shapes, policy.grid_m, strategies, domain=domain, home=home)
    frame = sorted_.iloc[done.labels].reset_index(drop=True)
    frame = frame.set_geometry(gpd.GeoSeries(list(done.shapes), crs=crs))
    frame["community_code"] = np.asarray(area_codes, dtype=object)[home[done.labels]]
    if "code" in frame.columns:
        frame = frame.assign(code=_kept_codes(frame, done))
    if "reason" not in frame.columns:
        frame["reason"] = ""
    frame = _with_gaps(frame, area_codes, domain, policy, crs)
    frame["area_m2"] = frame.geometry.area.round(2)
    return Repaired(frame, _listed(done, names, crs))


def _home(shapes: Any, domain: Any) -> Any:
    """Return the community that holds most of each shape, 0 where none does."""
    home = np.zeros(len(shapes), dtype=np.int64)
    best = np.zeros(len(shapes))
    solid = shapely.make_valid(shapes)
    shape, area = shapely.STRtree(domain).query(solid, predicate="intersects")
    shared = shapely.area(shapely.intersection(solid[shape], domain[area]))
    for s, a, size in zip(shape, area, shared, strict=True):
        if size > best[s]:
            home[s], best[s] = a, size
    return home


def _kept_codes(frame: gpd.GeoDataFrame, done: Resolved) -> pd.Series:
    """Return codes, kept by the largest part of each former cell only."""
    size = shapely.area(done.shapes)
    order = np.lexsort((-size, done.labels))
    first = order[np.unique(done.labels[order], return_index=True)[1]]
    codes = np.full(len(frame), None, dtype=object)
    codes[first] = frame["code"].to_numpy(dtype=object)[first]
    kept: pd.Series = pd.Series(codes, index=frame.index, dtype=object)
    return kept


def _with_gaps(
    frame: gpd.GeoDataFrame, area_codes: list[str], domain: Any, policy: Policy, crs: Any
) -> gpd.GeoDataFrame:
    """Return `frame` with the gaps that were too wide to close as cells of their own."""
    rows = []
    groups = frame.groupby("community_code").indices
    shapes = geometries(frame)
    for code, area in zip(area_codes, domain, strict=True):
        mine = shapes[groups[code]] if code in groups else shapes[:0]
        left = shapely.difference(area, shapely.union_all(mine), grid_size=policy.grid_m)
        for part in shapely.get_parts(left):
            wide = not shapely.is_empty(shapely.buffer(part, -2 * policy.grid_m))
            if part.geom_type == "Polygon" and wide:
                rows.append({"community_code": code, "reason": "gap", "geometry": part})
    if not rows:
        return frame
    extra = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    name = frame.geometry.name
    if name != "geometry":
        extra = extra.rename_geometry(name)
    return gpd.GeoDataFrame(pd.concat([frame, extra], ignore_index=True), geometry=name, crs=crs)


def _listed(done: Resolved, names: Any, crs: Any) -> gpd.GeoDataFrame:
    repairs: list[Repair] = sorted(
        done.repairs, key=lambda r: (r.defect, r.members, r.place.x, r.place.y)
    )
    return gpd.GeoDataFrame(
        {
            "defect": [r.defect for r in repairs],
            "strategy": [r.strategy for r in repairs],
            "codes": [",".join(str(names[m]) for m in r.members) for r in repairs],
            "to": [str(names[r.to]) if r.to >= 0 else "" for r in repairs],
            "area_m2": [round(r.area_m2, 4) for r in repairs],
        },
        geometry=[r.place for r in repairs],
        crs=crs,
    )
