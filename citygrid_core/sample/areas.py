"""Counties, streets and communities: unions of blocks, so that borders follow roads."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.sample.grouping import Integers, group
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.scales import CRS

#: Least area (m2) of land that a community is drawn for.
LEAST_M2 = 40_000


@dataclass(frozen=True)
class Areas:
    """The areas of one county, and the community code of each block."""

    frame: gpd.GeoDataFrame
    community: Array


def draw_areas(plan: Plan, layout: Layout) -> Areas:
    """Group the blocks of a county into streets and communities.

    Returns
    -------
    Areas
        Frame: code, name, level, parent_code, geometry (MultiPolygon, EPSG:4547).
        A child lies in its parent exactly and shares its vertices.
    """
    rng = plan.rng(3, layout.county)
    middle = layout.middle
    # Water counts a little, so that it goes with the bank it touches.
    weight = np.where(layout.water, 1.0, shapely.area(layout.blocks))
    n = len(layout.blocks)
    everything = np.arange(n, dtype=np.int64)
    county = plan.county_codes[layout.county]
    streets = max(round(weight.sum() / 1e6 / plan.scale.street_km2), 1)
    street_of = group(everything, n, layout.near, middle, weight, np.ones(streets), rng)
    street_of = _in_order(street_of, middle, streets)
    rows = [(county, plan.county_names[layout.county], "county", "", everything)]
    community = np.empty(n, dtype=object)
    for s in range(streets):
        cells = np.flatnonzero(street_of == s)
        street = f"{county}{s + 1:03d}"
        rows.append((street, layout.names.root() + "街道", "street", county, cells))
        count = max(round(weight[cells].sum() / 1e6 / plan.scale.community_km2), 1)
        count = min(count, max(int(weight[cells].sum() / LEAST_M2), 1))
        of = group(cells, n, layout.near, middle, weight, np.ones(count), rng)
        of = _in_order(of, middle[cells], count)
        for c in range(int(of.max()) + 1):
            code = f"{street}{c + 1:03d}"
            community[cells[of == c]] = code
            rows.append((code, layout.names.root() + "社区", "community", street, cells[of == c]))
    shapes = [_multi(shapely.coverage_union_all(layout.blocks[r[4]])) for r in rows]
    frame = gpd.GeoDataFrame(
        {
            "code": [r[0] for r in rows],
            "name": [r[1] for r in rows],
            "level": [r[2] for r in rows],
            "parent_code": [r[3] for r in rows],
        },
        geometry=shapes,
        crs=CRS,
    )
    return Areas(frame, community)


def _in_order(region: Integers, middle: Array, count: int) -> Integers:
    """Renumber regions from the north-west to the south-east, leaving out empty ones."""
    held = [r for r in range(count) if np.any(region == r)]
    key = {r: float((middle[region == r] @ np.array([0.4, -1.0])).mean()) for r in held}
    rank = {r: i for i, r in enumerate(sorted(held, key=lambda r: key[r]))}
    return np.array([rank[int(r)] for r in region], dtype=np.int64)


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.multipolygons(shapely.get_parts(shape))
