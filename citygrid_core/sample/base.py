"""The base map of one county: roads, barriers, water, buildings, compounds, parks."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops

from citygrid_core.sample.files import as_multi
from citygrid_core.sample.land import WALLED, Land
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.names import RIVER
from citygrid_core.sample.places import zone_shapes
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.roads import Road
from citygrid_core.sample.scales import CRS

#: Half the distance (m) between the lines of a dual carriageway.
DUAL_M = 9.0
DUAL_LEAST_M = 240.0
LAYERS = {
    "roads": "LineString", "barriers": "LineString", "water": "Polygon",
    "buildings": "Polygon", "compounds": "Polygon", "parks": "Polygon",
}  # fmt: skip


def river_layers(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Return the river's water and its two shores, for the whole city."""
    outline = plan.skeleton.outline
    water = shapely.get_parts(plan.skeleton.water)
    shores = shapely.difference(shapely.boundary(water), outline.exterior.buffer(0.5))
    lines = [g for g in shapely.get_parts(shores) if g.geom_type == "LineString" and g.length > 20]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    return {
        "barriers": _frame({"kind": "river", "name": RIVER}, rounded(merged)),
        "water": _frame({"name": RIVER}, water),
    }


def rounded(shapes: Array) -> Array:
    """Return shapes with their coordinates on the grid of 1 mm."""
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, 3)), dtype=object)


def base_layers(
    plan: Plan, layout: Layout, land: Land, buildings: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the base map of a county (EPSG:4547, 1 mm grid)."""
    zones = zone_shapes(land)
    walled = np.isin(land.use, WALLED) & ~shapely.is_empty(zones)
    parks = (land.use == "park") & ~shapely.is_empty(zones)
    houses = gpd.GeoDataFrame(
        {
            "kind": buildings["kind"],
            "floors": buildings["floors"],
            "number": buildings["number"],
            "compound": land.name[buildings["block"].to_numpy()],
        },
        geometry=buildings.geometry.to_numpy(),
        crs=CRS,
    )
    return {
        "roads": _roads(plan, layout),
        "barriers": _barriers(layout, zones[walled], land.name[walled]),
        "buildings": houses,
        "compounds": _frame({"name": land.name[walled], "kind": land.use[walled]}, zones[walled]),
        "parks": _frame({"name": land.name[parks]}, zones[parks]),
    }


def _frame(columns: dict[str, Any], shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({**columns, "geometry": list(shapes)}, geometry="geometry", crs=CRS)


def is_dual(plan: Plan, road: Road) -> bool:
    """Tell whether a road is drawn as two carriageways: every other arterial of the skeleton."""
    if road.kind != "main" or road.road_class != "arterial":
        return False
    return plan.scale.name == "small" or road.number % 2 == 0


def _roads(plan: Plan, layout: Layout) -> gpd.GeoDataFrame:
    names, classes, widths, shapes = [], [], [], []
    for number, line in layout.own_edges.items():
        road = layout.roads[number]
        if not road.is_road:
            continue
        for part in shapely.get_parts(line):
            dual = is_dual(plan, road) and part.length >= DUAL_LEAST_M
            for piece in carriageways(part) if dual else (part,):
                names.append(road.name)
                classes.append(road.road_class)
                widths.append(road.width_m)
                shapes.append(piece)
    return _frame({"name": names, "road_class": classes, "width_m": widths}, shapes)


def carriageways(line: shapely.LineString) -> tuple[shapely.LineString, shapely.LineString]:
    """Return two lines beside a line; they meet at its ends."""
    middle = shapely.ops.substring(line, 28, line.length - 28)
    ends = line.coords[0], line.coords[-1]
    out = []
    for off in (DUAL_M, -DUAL_M):
        beside = shapely.offset_curve(middle, off, join_style="mitre")
        xy = np.round(np.array([ends[0], *beside.coords, ends[1]]), 3)
        out.append(shapely.LineString(xy))
    return out[0], out[1]


def _barriers(layout: Layout, walls: Array, names: Array) -> gpd.GeoDataFrame:
    kinds, called, shapes = [], [], []
    for number, line in layout.own_edges.items():
        road = layout.roads[number]
        if road.kind == "railway":
            for part in shapely.get_parts(line):
                kinds.append("railway")
                called.append(road.name)
                shapes.append(part)
    for name, wall in zip(names, walls, strict=True):
        kinds.append("wall")
        called.append(name)
        shapes.append(wall.exterior)
    return _frame({"kind": kinds, "name": called}, [shapely.LineString(s.coords) for s in shapes])


__all__ = ["LAYERS", "as_multi", "base_layers", "carriageways", "is_dual", "river_layers"]
