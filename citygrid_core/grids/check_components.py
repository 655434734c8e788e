"""Components and cells: everything surveyed is in a cell, and in the one that it says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.grids.findings import Finding, finding
from citygrid_core.grids.frames import geometries
from citygrid_core.grids.mesh import Geometries


def findings(
    components: gpd.GeoDataFrame, names: Geometries, shapes: Geometries, grid_m: float
) -> list[Finding]:
    """Return the components outside every cell, or in another cell than they say.

    Parameters
    ----------
    components : GeoDataFrame
        In the CRS of the cells. ``code`` names them (else the row's label);
        ``grid_code``, when there, is compared.
    names, shapes : arrays
        Code and polygon of each sound cell.
    grid_m : float
        A component this near to a cell (ten steps of the precision grid) is in it:
        rounding put it beside.
    """
    spots = geometries(components)
    placed = np.asarray([s is not None and not s.is_empty for s in spots], dtype=bool)
    at = np.flatnonzero(placed)
    if not len(at) or not len(shapes):
        return [_outside(components, int(i), spots[i], 0.0) for i in at]
    points = shapely.force_2d(shapely.point_on_surface(spots[at]))
    tree = shapely.STRtree(shapes)
    point, cell = tree.query(points, predicate="dwithin", distance=10 * grid_m)
    inside = np.zeros(len(at), dtype=bool)
    inside[point] = True
    found = []
    lost = np.flatnonzero(~inside)
    if len(lost):
        _, far = tree.query_nearest(points[lost], return_distance=True, all_matches=False)
        for index, metres in zip(lost, far, strict=True):
            found.append(_outside(components, int(at[index]), points[index], float(metres)))
    if "grid_code" not in components.columns:
        return found
    held = components["grid_code"].astype(object).to_numpy()[at]
    # on a shared border every cell that touches is possible; `locate` takes the lowest
    agrees = np.zeros(len(at), dtype=bool)
    agrees[point[held[point] == names[cell]]] = True
    here = dict(zip(point[::-1].tolist(), cell[::-1].tolist(), strict=True))
    for index in np.flatnonzero(inside & ~agrees):
        name = _name(components, int(at[index]))
        found.append(
            finding("component.grid", [name, str(names[here[int(index)]])], points[index], 0)
        )
    return found


def _outside(
    components: gpd.GeoDataFrame, position: int, spot: shapely.Geometry, metres: float
) -> Finding:
    place = shapely.point_on_surface(spot)
    return finding("component.outside", [_name(components, position)], place, metres, "m")


def _name(components: gpd.GeoDataFrame, position: int) -> str:
    code = components["code"].iloc[position] if "code" in components.columns else None
    return code if isinstance(code, str) and code else f"#{components.index[position]}"
