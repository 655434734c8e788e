"""Buildings that an edit would cut: known before it is made, and a reason to refuse it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.grids.check import TOUCH_M
from citygrid_core.grids.edit import Edit, refuse
from citygrid_core.grids.frames import geometries, polygon_parts
from citygrid_core.grids.mesh import Geometries


def new_cuts(edit: Edit, buildings: gpd.GeoDataFrame) -> Geometries:
    """Return the buildings that were in one grid before `edit` and are not after it.

    Parameters
    ----------
    edit : Edit
    buildings : GeoDataFrame
        Polygons in the CRS of the grids. A border that enters one by less than
        5 cm is surveying noise.
    """
    after = np.concatenate([geometries(edit.created), geometries(edit.changed)])
    before = np.concatenate([geometries(edit.retired), geometries(edit.before)])
    houses = polygon_parts(buildings, edit.created.crs, "buildings")
    if not len(houses) or not len(after) or not len(before):
        return houses[:0]
    core = shapely.buffer(houses, -TOUCH_M, join_style="mitre")
    usable = ~shapely.is_empty(core)
    whole_before = np.zeros(len(houses), dtype=bool)
    whole_before[shapely.STRtree(before).query(core, predicate="within")[0]] = True
    whole_after = np.zeros(len(houses), dtype=bool)
    whole_after[shapely.STRtree(after).query(core, predicate="within")[0]] = True
    cut: Geometries = houses[usable & whole_before & ~whole_after]
    return cut


def require_uncut(edit: Edit, buildings: gpd.GeoDataFrame) -> None:
    """Refuse an edit that cuts a building.

    Raises
    ------
    GridEditRefused
        With the place where the new border enters the first building.
    """
    cut = new_cuts(edit, buildings)
    if not len(cut):
        return
    after = np.concatenate([geometries(edit.created), geometries(edit.changed)])
    border = shapely.intersection(shapely.union_all(shapely.boundary(after)), cut[0])
    place = shapely.point_on_surface(cut[0] if border.is_empty else border)
    raise refuse(
        f"the border would cut {len(cut)} building(s); lead it around, or accept the cut "
        "with a reason",
        f"网格边界将切割{len(cut)}栋建筑；请绕行，或说明原因后作为例外接受",
        place,
    )
