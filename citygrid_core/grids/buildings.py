"""Borders make way for buildings; what can't be avoided is listed with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from citygrid_core.errors import Text
from citygrid_core.grids.mesh import Geometries, Lines, build, node
from citygrid_core.grids.policy import Policy

#: A border that enters a building by less than this (m) is surveying noise.
TOUCH_M = 0.05
#: How far from the wall a border goes around a building.
CLEARANCE_M = 0.3

BY_COMMUNITY = Text("the border of the community cuts the building", "社区边界穿过该建筑")
BY_SHAPE = Text("going around the building would break a cell apart", "绕开该建筑会使网格断开")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that could not be avoided, where and why."""

    rule: str
    reason: Text
    place: Any


def cut_by(lines: Geometries, buildings: Geometries) -> tuple[Any, Any]:
    """Return pairs (line, building) where a line runs through a building's inside."""
    empty = np.empty(0, dtype=np.int64)
    if not len(lines) or not len(buildings):
        return empty, empty
    core = shapely.buffer(buildings, -TOUCH_M, join_style="mitre")
    line, building = shapely.STRtree(core).query(lines, predicate="intersects")
    return line, building


def make_way(
    arcs: Lines, outline: Lines, buildings: Geometries, policy: Policy
) -> tuple[Lines, list[Conflict]]:
    """Return `arcs` led around the buildings that they cut.

    A building goes whole to the cell that has most of it. Community borders
    don't move.
    """
    conflicts: list[Conflict] = []
    _, building = cut_by(arcs.shapes, buildings)
    if not len(building):
        return arcs, conflicts
    _, held = cut_by(outline.shapes, buildings)
    fixed = set(held.tolist())
    for index in sorted(fixed):
        place = shapely.point_on_surface(buildings[index])
        conflicts.append(Conflict("building.cut", BY_COMMUNITY, place))
    free = np.array(sorted(set(building.tolist()) - fixed), dtype=np.int64)
    if len(free):
        arcs = _around(arcs, outline, buildings[free], policy)
        _, still = cut_by(arcs.shapes, buildings[free])
        for index in sorted(set(still.tolist())):
            place = shapely.point_on_surface(buildings[free[index]])
            conflicts.append(Conflict("building.cut", BY_SHAPE, place))
    return arcs, conflicts


def _around(arcs: Lines, outline: Lines, buildings: Geometries, policy: Policy) -> Lines:
    # walls that touch are one obstacle
    room = shapely.get_parts(
        shapely.union_all(shapely.buffer(buildings, CLEARANCE_M, join_style="mitre"))
    )
    mesh = build(arcs, policy.grid_m)
    room_of, face = shapely.STRtree(mesh.faces).query(room, predicate="intersects")
    shared = shapely.area(shapely.intersection(room[room_of], mesh.faces[face]))
    order = np.lexsort((face, -shared, room_of))
    first = np.unique(room_of[order], return_index=True)[1]
    owner = dict(zip(room_of[order][first].tolist(), face[order][first].tolist(), strict=True))
    line, hit = shapely.STRtree(room).query(arcs.shapes, predicate="intersects")
    on_rim = np.zeros(len(arcs), dtype=bool)
    middle = shapely.line_interpolate_point(arcs.shapes, 0.5, normalized=True)
    near = 3 * policy.grid_m
    on_rim[shapely.STRtree(outline.shapes).query(middle, predicate="dwithin", distance=near)[0]] = (
        True
    )
    shapes = arcs.shapes.copy()
    added: list[Any] = []
    weights: list[float] = []
    for index in sorted(owner):
        mine = line[hit == index]
        mine = mine[~on_rim[mine]]
        if not len(mine):
            continue
        shapes[mine] = shapely.difference(shapes[mine], room[index])
        # the new border: the outline of the room where it is outside its owner
        detour = shapely.difference(shapely.boundary(room[index]), mesh.faces[owner[index]])
        added.append(detour)
        weights.append(float(arcs.weight[mine].max()))
    if not added:
        return arcs
    detours: Geometries = np.empty(len(added), dtype=object)
    detours[:] = added
    parts, source = shapely.get_parts(np.concatenate([shapes, detours]), return_index=True)
    weight = np.concatenate([arcs.weight, np.asarray(weights)])
    keep = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    road = np.concatenate([arcs.road, np.zeros(len(added), dtype=bool)])
    source = source[keep]
    return node(Lines(parts[keep], weight[source], road[source]), policy.grid_m)
