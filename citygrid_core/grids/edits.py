"""The edits: split, merge, divide, move a border or a vertex, reshape, add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.grids.edit import Division, Edit, refuse
from citygrid_core.grids.frames import geometries
from citygrid_core.grids.mesh import Floats, Geometries, Lines, build, node
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.subdivide import in_equal_parts


def pieces_of(shape: Any, lines: Sequence[Any], grid_m: float) -> Geometries:
    """Return the faces into which `lines` cut `shape`, on the precision grid."""
    parts = shapely.get_parts(np.asarray([shapely.boundary(shape), *lines], dtype=object))
    parts = shapely.get_parts(parts)
    arcs = node(Lines.plain(parts), grid_m)
    faces = build(arcs, grid_m, shape).faces
    faces = faces[shapely.area(faces) > 0]
    order = np.lexsort((shapely.area(faces), -shapely.get_y(shapely.centroid(faces))))
    return np.asarray(shapely.normalize(faces)[order], dtype=object)


def split(grids: gpd.GeoDataFrame, code: str, line: Any, *, policy: Policy | None = None) -> Edit:
    """Return the edit that splits one grid along `line`.

    Parts of the line outside the grid don't matter. The grid's code retires;
    every piece is a new grid.

    Raises
    ------
    GridEditRefused
        The line doesn't divide the grid, or leaves a piece below the lower
        limit of the policy.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    index = division.find(code)
    shape = division.shapes[index]
    pieces = pieces_of(shape, [line], policy.grid_m)
    if len(pieces) < 2:
        raise refuse(
            f"the line does not divide grid {code}",
            f"该线没有分割单元网格{code}",
            shapely.point_on_surface(shape),
        )
    least = int(np.argmin(shapely.area(pieces)))
    if pieces[least].area < policy.limit_low_m2:
        raise refuse(
            f"a piece of {pieces[least].area:.1f} m² is below {policy.limit_low_m2:g} m²",
            f"分割后的一块面积{pieces[least].area:.1f}平方米，小于{policy.limit_low_m2:g}平方米",
            shapely.point_on_surface(pieces[least]),
        )
    return division.edit("split", [index], [(p, [index]) for p in pieces], {})


def split_along(grids: gpd.GeoDataFrame, line: Any, *, policy: Policy | None = None) -> Edit:
    """Return the edit that splits every grid that `line` divides: one click along a road.

    A grid that the line only enters, or would leave with a piece below the lower
    limit of the policy, stays as it is.

    Raises
    ------
    GridEditRefused
        The line divides no grid.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    retired: list[int] = []
    created: list[tuple[Any, list[int]]] = []
    for index in np.sort(division.tree.query(line, predicate="intersects")).tolist():
        pieces = pieces_of(division.shapes[index], [line], policy.grid_m)
        if len(pieces) > 1 and shapely.area(pieces).min() >= policy.limit_low_m2:
            retired.append(index)
            created += [(piece, [index]) for piece in pieces]
    if not retired:
        raise refuse(
            "the line divides no grid", "该线没有分割任何单元网格", shapely.point_on_surface(line)
        )
    return division.edit("split", retired, created, {})


def merge(grids: gpd.GeoDataFrame, codes: Sequence[str], *, policy: Policy | None = None) -> Edit:
    """Return the edit that merges adjacent grids of one community into a new one."""
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    chosen = sorted({division.find(code) for code in codes})
    if len(chosen) < 2:
        raise refuse("a merge needs two grids", "合并至少需要两个单元网格")
    if len(set(division.community[chosen])) > 1:
        raise refuse(
            "the grids are in different communities",
            "单元网格属于不同社区",
            shapely.point_on_surface(division.shapes[chosen[1]]),
        )
    union = shapely.coverage_union_all(division.shapes[chosen])
    if union.geom_type != "Polygon":
        parts = shapely.get_parts(union)
        raise refuse(
            "the grids do not touch along a border",
            "单元网格没有公共边",
            shapely.point_on_surface(parts[int(np.argmin(shapely.area(parts)))]),
        )
    return division.edit("merge", chosen, [(shapely.normalize(union), chosen)], {})


def divide(
    grids: gpd.GeoDataFrame,
    code: str,
    n: int,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
) -> Edit:
    """Return the edit that divides one grid into `n` of nearly equal area.

    With `buildings`, a cut moves (up to a quarter of a piece) to pass between them.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    index = division.find(code)
    if n < 2:
        raise refuse("a grid is divided into two or more", "至少分为两个单元网格")
    shape = division.shapes[index]
    houses: Geometries = np.empty(0, dtype=object)
    if buildings is not None and len(buildings):
        houses = geometries(buildings)
        houses = houses[np.sort(shapely.STRtree(houses).query(shape, predicate="intersects"))]
    pieces = pieces_of(shape, in_equal_parts(shape, n, houses), policy.grid_m)
    if len(pieces) != n:
        raise refuse(
            f"grid {code} has no shape that can be divided into {n}",
            f"单元网格{code}的形状无法等分为{n}块",
            shapely.point_on_surface(shape),
        )
    return division.edit("divide", [index], [(p, [index]) for p in pieces], {})


def move_border(
    grids: gpd.GeoDataFrame, codes: tuple[str, str], line: Any, *, policy: Policy | None = None
) -> Edit:
    """Return the edit that replaces the border between two grids by `line`.

    Both grids keep their codes. The line has to run from outline to outline of
    the two together; each piece goes to the grid that has most of it.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    a, b = (division.find(code) for code in codes)
    if division.community[a] != division.community[b]:
        raise refuse(
            "a border between communities is not moved by grids",
            "社区边界不能由单元网格移动",
            shapely.point_on_surface(shapely.intersection(division.shapes[a], division.shapes[b])),
        )
    both = shapely.coverage_union_all(division.shapes[[a, b]])
    if both.geom_type != "Polygon":
        raise refuse("the grids have no common border", "两个单元网格没有公共边")
    pieces = pieces_of(both, [line], policy.grid_m)
    mine = shapely.area(shapely.intersection(pieces, division.shapes[a]))
    to_a = mine * 2 > shapely.area(pieces)
    if len(pieces) < 2 or to_a.all() or not to_a.any():
        raise refuse(
            "the line does not divide the two grids; lead it from outline to outline",
            "该线没有分开两个单元网格，请从外边界画到外边界",
            shapely.point_on_surface(line),
        )
    new_a = shapely.coverage_union_all(pieces[to_a])
    new_b = shapely.coverage_union_all(pieces[~to_a])
    return division.edit("move_border", [], [], {a: new_a, b: new_b})


def move_vertex(
    grids: gpd.GeoDataFrame,
    place: tuple[float, float],
    to: tuple[float, float],
    *,
    policy: Policy | None = None,
) -> Edit:
    """Return the edit that moves a shared vertex; all grids that have it follow.

    Refused for a vertex on the border of a community or of the city.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    point = shapely.Point(place)
    near = np.sort(division.tree.query(point, predicate="dwithin", distance=policy.grid_m))
    target = np.round(np.asarray(to) / policy.grid_m) * policy.grid_m

    def shifted(coordinates: Floats) -> Floats:
        out = coordinates.copy()
        out[np.hypot(*(coordinates - np.asarray(place)).T) < policy.grid_m] = target
        return out

    moved = {
        int(i): shapely.transform(division.shapes[i], shifted)
        for i in near
        if (
            np.hypot(*(shapely.get_coordinates(division.shapes[i]) - place).T) < policy.grid_m
        ).any()
    }
    if not moved:
        raise refuse("there is no vertex", "此处没有顶点", point)
    if len(set(division.community[list(moved)])) > 1:
        raise refuse("the vertex is on a border between communities", "该顶点在社区边界上", point)
    return division.edit("move_border", [], [], moved)


def reshape(grids: gpd.GeoDataFrame, code: str, line: Any, *, policy: Policy | None = None) -> Edit:
    """Return the edit that reshapes one grid by a line that leaves and re-enters its border.

    What the line encloses outside comes to the grid, what it cuts off inside goes
    to the neighbour with the longest border there. Only within the community.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    index = division.find(code)
    shape = division.shapes[index]
    touched = np.sort(division.tree.query(line, predicate="intersects"))
    touched = touched[division.community[touched] == division.community[index]]
    others = [int(t) for t in touched if t != index]
    beside = np.sort(division.tree.query(shape, predicate="dwithin", distance=policy.grid_m))
    beside = beside[(division.community[beside] == division.community[index]) & (beside != index)]
    moved: dict[int, list[Any]] = {index: []}
    own = pieces_of(shape, [line], policy.grid_m)
    keep = int(np.argmax(shapely.area(own)))
    moved[index].append(own[keep])
    for position, piece in enumerate(own):
        if position == keep:
            continue
        shared = shapely.length(shapely.intersection(division.shapes[beside], piece))
        if not len(shared) or shared.max() <= 0:
            raise refuse(
                "a piece cut off has no neighbour in the community",
                "切下的部分在本社区内没有相邻网格",
                shapely.point_on_surface(piece),
            )
        to = int(beside[int(np.argmax(shared))])
        moved.setdefault(to, [division.shapes[to]]).append(piece)
    for other in others:
        pieces = pieces_of(division.shapes[other], [line], policy.grid_m)
        if len(pieces) < 2 or other in moved:
            continue
        stay = int(np.argmax(shapely.area(pieces)))
        moved[other] = [pieces[stay]]
        moved[index] += [p for i, p in enumerate(pieces) if i != stay]
    if len(moved) < 2:
        raise refuse(
            "the line encloses nothing", "该线没有围出任何区域", shapely.Point(line.coords[0])
        )
    final = {
        i: shapely.union_all(np.asarray(s, dtype=object), grid_size=policy.grid_m)
        for i, s in moved.items()
    }
    return division.edit("reshape", [], [], final)


def add(
    grids: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    community_code: str,
    shape: Any,
    *,
    policy: Policy | None = None,
) -> Edit:
    """Return the edit that draws a new grid on ground of a community that has none.

    The part of `shape` outside the community or under existing grids is left off.
    """
    policy = policy or Policy()
    division = Division(grids, policy.grid_m)
    area = areas[areas["code"].astype(str) == community_code]
    if len(area) != 1:
        raise refuse(f"there is no community {community_code}", f"没有社区{community_code}")
    over = division.shapes[division.tree.query(shape, predicate="intersects")]
    free = shapely.intersection(shape, area.geometry.iloc[0], grid_size=policy.grid_m)
    free = shapely.difference(free, shapely.union_all(over), grid_size=policy.grid_m)
    parts = [p for p in shapely.get_parts(free) if p.area >= policy.limit_low_m2]
    if len(parts) != 1:
        raise refuse(
            "the free ground under the shape is not one piece above the lower limit",
            "所画范围内的空白区域不是一块达到面积下限的区域",
            shapely.point_on_surface(shape),
        )
    edit = division.edit("add", [], [(parts[0], [])], {})
    created = edit.created.assign(community_code=community_code)
    return replace(edit, created=created)
