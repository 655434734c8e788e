"""How good a division is: the measures of the report and of the benchmark."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.grids.frames import geometries, polygon_parts, require_metres, require_same
from citygrid_core.grids.mesh import Geometries
from citygrid_core.grids.policy import Policy

#: A border this near (m) to a line runs along it.
ALONG_M = 2.0


def measure(grids: gpd.GeoDataFrame, *, lines: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Return measures of every cell, aligned to the index of `grids`.

    Parameters
    ----------
    grids : GeoDataFrame
        Polygons, projected.
    lines : GeoDataFrame, optional
        Streets and barriers; without them ``on_lines`` is missing.

    Returns
    -------
    DataFrame
        ``area_m2``; ``perimeter_m``; ``polsby_popper`` 4πA/P² (Polsby and Popper
        1991); ``reock`` area / area of the smallest enclosing circle (Reock 1961);
        ``on_lines`` share of the border within 2 m of a line.
    """
    crs = require_metres(grids, "grids")
    shapes = geometries(grids)
    area, rim = shapely.area(shapes), shapely.length(shapes)
    circle = np.pi * shapely.minimum_bounding_radius(shapes) ** 2
    out: pd.DataFrame = pd.DataFrame(
        {
            "area_m2": area,
            "perimeter_m": rim,
            "polsby_popper": 4 * np.pi * area / np.maximum(rim, 1e-9) ** 2,
            "reock": area / np.maximum(circle, 1e-9),
        },
        index=grids.index,
    )
    if lines is not None:
        require_same(lines, crs, "lines")
        out["on_lines"] = share_on(shapely.boundary(shapes), geometries(lines))
    return out


def share_on(borders: Geometries, lines: Geometries) -> Any:
    """Return for each border the share of its length within 2 m of the lines."""
    near = shapely.buffer(shapely.get_parts(lines), ALONG_M, cap_style="flat")
    near = near[~shapely.is_empty(near)]
    tree = shapely.STRtree(near)
    border, line = tree.query(borders, predicate="intersects")
    total = np.zeros(len(borders))
    for index, mine in pd.Series(line).groupby(border):
        zone = shapely.union_all(near[mine.to_numpy()])
        total[index] = shapely.length(shapely.intersection(borders[index], zone))
    return total / np.maximum(shapely.length(borders), 1e-9)


def summary(
    grids: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    lines: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """Return the measures of a whole division, JSON-ready.

    ``legal`` is the share of cells that share their borders vertex for vertex
    with their neighbours and lie within one community.
    """
    policy = policy or Policy()
    crs = require_metres(grids, "grids")
    cells = measure(grids, lines=lines)
    shapes = geometries(grids)
    legal = shapely.is_valid(shapes) & (shapely.get_type_id(shapes) == 3)
    sound = np.flatnonzero(legal)
    legal[sound] = shapely.is_empty(shapely.coverage_invalid_edges(shapes[sound]))
    legal &= _within_one(shapes, geometries(areas), policy.grid_m)
    area = cells["area_m2"].to_numpy(dtype=np.float64)
    out: dict[str, Any] = {
        "grids": len(grids),
        "legal": round(float(legal.mean()), 4),
        "in_soft_range": round(float(policy.in_range(area).mean()), 4),
        "area_m2": {f"p{p}": round(float(np.percentile(area, p)), 1) for p in (5, 25, 50, 75, 95)},
        "area_cv": round(float(area.std() / area.mean()), 4),
        "polsby_popper": round(float(cells["polsby_popper"].median()), 4),
        "polsby_popper_p5": round(float(np.percentile(cells["polsby_popper"], 5)), 4),
        "reock": round(float(cells["reock"].median()), 4),
    }
    if lines is not None:
        share = (cells["on_lines"] * cells["perimeter_m"]).sum() / cells["perimeter_m"].sum()
        out["border_on_lines"] = round(float(share), 4)
    if buildings is not None:
        core = shapely.buffer(polygon_parts(buildings, crs, "buildings"), -0.05)
        whole = np.zeros(len(core), dtype=bool)
        whole[shapely.STRtree(shapes).query(core, predicate="within")[0]] = True
        out["buildings_cut"] = int((~whole & ~shapely.is_empty(core)).sum())
    return out


def _within_one(shapes: Geometries, areas: Geometries, grid_m: float) -> Any:
    """Return which shapes lie within one area, rounding apart."""
    core = shapely.buffer(shapes, -2 * grid_m, join_style="mitre")
    within = np.zeros(len(shapes), dtype=bool)
    within[shapely.STRtree(areas).query(core, predicate="within")[0]] = True
    return within


def border_f1(
    grids: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, *, tolerance_m: float = 5.0
) -> dict[str, float]:
    """Return precision, recall and F1 of the borders against a reference division.

    A border counts where it is within `tolerance_m` of one of the other's (the
    boundary measure of image segmentation, Martin, Fowlkes and Malik 2004).
    """
    require_same(reference, require_metres(grids, "grids"), "reference")
    ours = shapely.union_all(shapely.boundary(geometries(grids)))
    theirs = shapely.union_all(shapely.boundary(geometries(reference)))

    def share(line: Any, other: Any) -> float:
        zone = shapely.buffer(other, tolerance_m)
        return float(shapely.length(shapely.intersection(line, zone)) / line.length)

    precision, recall = share(ours, theirs), share(theirs, ours)
    both = precision + recall
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both if both else 0.0,
    }
