"""What a line would do while it is being drawn: pieces, areas, legality. Nothing is made."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.errors import Text
from citygrid_core.grids.check import TOUCH_M
from citygrid_core.grids.edits import pieces_of
from citygrid_core.grids.frames import geometries
from citygrid_core.grids.policy import Policy

WHOLE = Text("", "")
BELOW = Text("below the lower limit of the policy", "小于面积下限")
OUTSIDE = Text("outside the soft range of the policy", "超出面积软区间")
CUTS = Text("the line cuts a building", "切割建筑物")


def preview_split(
    window: gpd.GeoDataFrame,
    line: Any,
    *,
    code: str = "",
    buildings: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
) -> gpd.GeoDataFrame:
    """Return the pieces into which `line` would cut the grids of a window.

    Parameters
    ----------
    window : GeoDataFrame
        Grids around the line, as `Coverage.window` gives them; grids elsewhere
        cost time and change nothing.
    line : LineString or MultiLineString
        As far as it is drawn.
    code : str, optional
        Only this grid; default: every grid that the line divides.
    buildings : GeoDataFrame, optional
        Around the line.
    policy : Policy, optional

    Returns
    -------
    GeoDataFrame
        One row for each piece: ``code`` of the grid it comes from,
        ``community_code``, ``area_m2``, ``legal`` (whether `split` would make
        it), ``remark`` and ``remark_zh``, and the polygon. Empty while the line
        divides nothing. A piece stays in its grid's community and is seamless
        by construction, so a gap, an overlap or a crossed border can't come up.
    """
    policy = policy or Policy()
    shapes = geometries(window)
    hit = shapely.intersects(shapes, line)
    if code:
        hit &= (window["code"].astype(str) == code).to_numpy(dtype=bool)
    houses = np.empty(0, dtype=object)
    if buildings is not None and len(buildings):
        houses = geometries(buildings)
        core = shapely.buffer(houses, -TOUCH_M, join_style="mitre")
        houses = core[shapely.intersects(core, line)]
    codes, community, pieces = [], [], []
    for index in np.flatnonzero(hit):
        parts = pieces_of(shapes[index], [line], policy.grid_m)
        if len(parts) > 1:
            codes += [str(window["code"].iloc[index])] * len(parts)
            community += [str(window["community_code"].iloc[index])] * len(parts)
            pieces += list(parts)
    faces = np.empty(len(pieces), dtype=object)
    faces[:] = pieces
    area = shapely.area(faces)
    legal = area >= policy.limit_low_m2
    remarks = np.where(legal, np.where(policy.in_range(area), 0, 1), 2)
    if len(houses) and len(faces):
        piece, house = shapely.STRtree(houses).query(faces, predicate="intersects")
        whole = shapely.covers(faces[piece], houses[house])
        cut = np.unique(piece[~whole])
        legal[cut] = False
        remarks[cut] = 3
    said = (WHOLE, OUTSIDE, BELOW, CUTS)
    return gpd.GeoDataFrame(
        {
            "code": np.asarray(codes, dtype=object),
            "community_code": np.asarray(community, dtype=object),
            "area_m2": np.round(area, 2),
            "legal": legal,
            "remark": np.asarray([said[i].en for i in remarks], dtype=object),
            "remark_zh": np.asarray([said[i].zh for i in remarks], dtype=object),
        },
        geometry=faces,
        crs=window.crs,
    )
