"""Drawing unit grids: one community after another, then one seamless coverage."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text, UnusableInput
from citygrid_core.grids import banks, slivers
from citygrid_core.grids import compounds as walls
from citygrid_core.grids.buildings import Conflict, make_way
from citygrid_core.grids.frames import (
    communities,
    in_order,
    line_parts,
    polygon_parts,
    require_metres,
    require_same,
)
from citygrid_core.grids.mesh import Geometries, Lines, Mesh, build, node
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.regions import inner_of, merge
from citygrid_core.grids.subdivide import lanes_in, subdivide
from citygrid_core.report import Progress, no_progress

#: A face smaller than this is a crumb of rounding, not a cell.
CRUMB_M2 = 1.0


@dataclass(frozen=True)
class Drawing:
    """Unit grids as drawn, and the books of the run.

    Attributes
    ----------
    grids : GeoDataFrame
        ``community_code``, ``area_m2``, ``reason`` (why a cell is outside the
        soft range; empty inside) and the polygon; by community, then north to south.
    conflicts : GeoDataFrame
        What could not be avoided: ``rule``, ``reason`` and the place.
    report : dict
        JSON-ready figures.
    """

    grids: gpd.GeoDataFrame
    conflicts: gpd.GeoDataFrame
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """All that one community needs to be drawn."""

    code: str
    shape: Any
    arcs: Lines
    buildings: Geometries
    compounds: Geometries
    whole: Geometries
    water: Geometries
    policy: Policy


def draw(
    areas: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    *,
    barriers: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    workers: int = 1,
    progress: Progress = no_progress,
) -> Drawing:
    """Divide communities into unit grids along streets and other lines.

    Parameters
    ----------
    areas : GeoDataFrame
        ``code`` and polygons that share their borders; with a column ``level``
        only the communities are used. Projected, metres.
    roads : GeoDataFrame or None
        Centre lines; ``road_class`` (or ``highway``) says how important. None or
        empty: blocks are divided by shape alone.
    barriers : GeoDataFrame, optional
        Rivers, railways, walls (lines) and water (polygons), by ``kind``.
    buildings : GeoDataFrame, optional
        Polygons that no border may cut.
    compounds : GeoDataFrame, optional
        Polygons that stay one cell each; ``kind`` may say park or water.
    policy : Policy, optional
    workers : int
        Processes; 1 works in this one.
    progress : callable

    Returns
    -------
    Drawing
        A valid coverage on the policy's precision grid. The same input in any
        order gives the same cells.

    Raises
    ------
    MissingCrs, NotProjected, CrsMismatch
    UnusableInput
        Communities that are invalid, or overlap, or do not share their borders.
    """
    policy = policy or Policy()
    crs = require_metres(areas, "areas")
    codes, shapes = communities(areas)
    lines = _joined(roads, barriers, policy, crs)
    lines = lines[in_order(lines.shapes)]
    houses = polygon_parts(buildings, crs, "buildings")
    walled, kinds = _compound_parts(compounds, crs)
    water = _water(barriers, crs)
    lines = walls.keep_out(lines, walled, policy)

    progress("node", 0, 1)
    outline = Lines.plain(shapely.boundary(shapes))
    arcs = node(outline.plus(lines), policy.grid_m)
    _require_coverage(codes, shapes, outline, policy)
    tasks = list(_tasks(codes, shapes, arcs, houses, walled, water, policy))
    borders: list[Lines] = []
    for done, drawn in enumerate(_run(tasks, workers), start=1):
        borders.append(drawn)
        progress("draw", done, len(tasks))

    final = node(Lines.none().plus(*borders), policy.grid_m)
    final, conflicts = make_way(final, outline, houses, policy)
    cells, home = _cells(final, shapes, policy)
    whole = np.concatenate([walled, water])
    kinds = np.concatenate([kinds, np.full(len(water), "water", dtype=object)])
    grids = _frame(cells, np.asarray(codes, dtype=object)[home], whole, kinds, policy, crs)
    listed = gpd.GeoDataFrame(
        {
            "rule": [c.rule for c in conflicts],
            "reason": [c.reason.en for c in conflicts],
            "reason_zh": [c.reason.zh for c in conflicts],
        },
        geometry=[c.place for c in conflicts],
        crs=crs,
    )
    return Drawing(grids, listed, _report(grids, listed, policy))


def _joined(
    roads: gpd.GeoDataFrame | None, barriers: gpd.GeoDataFrame | None, policy: Policy, crs: Any
) -> Lines:
    first = line_parts(roads, policy, crs, "roads")
    second = line_parts(barriers, policy, crs, "barriers")
    streets = Lines(*first, np.ones(len(first[0]), dtype=bool))
    return streets.plus(Lines.plain(*second))


def _compound_parts(
    compounds: gpd.GeoDataFrame | None, crs: Any
) -> tuple[Geometries, NDArray[Any]]:
    """Return compound polygons in an order of their own, and the kind of each."""
    if compounds is None or not len(compounds):
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    require_same(compounds, crs, "compounds")
    kind = (
        compounds["kind"] if "kind" in compounds.columns else pd.Series("compound", compounds.index)
    )
    kinds, shapes = [], []
    for name in sorted(set(kind.fillna("compound").astype(str))):
        parts = polygon_parts(
            compounds[(kind.fillna("compound") == name).to_numpy()], crs, "compounds"
        )
        shapes.append(parts)
        kinds.append(np.full(len(parts), name, dtype=object))
    return np.concatenate(shapes), np.concatenate(kinds)


def _water(barriers: gpd.GeoDataFrame | None, crs: Any) -> Geometries:
    """Return the polygons among the barriers: water stays whole."""
    if barriers is None or not len(barriers):
        return np.empty(0, dtype=object)
    flat = barriers.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    return polygon_parts(barriers[flat.to_numpy(dtype=bool)], crs, "barriers")


def _require_coverage(codes: list[str], shapes: Geometries, outline: Lines, policy: Policy) -> None:
    """Raise `UnusableInput` naming every place where communities don't fit together."""
    arcs = node(outline, policy.grid_m)
    faces = build(arcs, policy.grid_m).faces
    point = shapely.point_on_surface(faces)
    face, area = shapely.STRtree(shapes).query(point, predicate="within")
    count = np.bincount(face, minlength=len(faces))
    thick = ~shapely.is_empty(shapely.buffer(faces, -2 * policy.grid_m, join_style="mitre"))
    problems = []
    for index in np.flatnonzero((count > 1) & thick):
        who = ", ".join(codes[a] for a in np.sort(area[face == index]))
        x, y = point[index].x, point[index].y
        size = f"{faces[index].area:.2f}"
        problems.append(
            Problem(
                "areas.overlap",
                Text(
                    f"{who} overlap by {size} m² at ({x:.2f}, {y:.2f})",
                    f"{who}在（{x:.2f}，{y:.2f}）重叠{size}平方米",
                ),
                Text("communities that share their borders", "共用边界的社区"),
                Text("repair the areas (clean_areas)", "请先修复行政区域（clean_areas）"),
                field="geometry",
            )
        )
    if problems:
        raise UnusableInput(*problems)


def _tasks(
    codes: list[str],
    shapes: Geometries,
    arcs: Lines,
    houses: Geometries,
    walled: Geometries,
    water: Geometries,
    policy: Policy,
) -> Iterator[_Task]:
    middle = shapely.line_interpolate_point(arcs.shapes, 0.5, normalized=True)
    near = 3 * policy.grid_m
    tree = shapely.STRtree(middle)
    house_tree, wall_tree = shapely.STRtree(houses), shapely.STRtree(walled)
    water_tree = shapely.STRtree(water)
    for code, shape in zip(codes, shapes, strict=True):
        mine = np.sort(tree.query(shape, predicate="dwithin", distance=near))
        house = np.sort(house_tree.query(shape, predicate="intersects"))
        wall = np.sort(wall_tree.query(shape, predicate="intersects"))
        inside = shapely.intersection(walled[wall], shape)
        parts = shapely.get_parts(inside)
        parts = parts[shapely.get_type_id(parts) == 3]
        big = shapely.area(parts) >= policy.low_m2
        wet = water[np.sort(water_tree.query(shape, predicate="intersects"))]
        yield _Task(code, shape, arcs[mine], houses[house], parts[big], parts[~big], wet, policy)


def _run(tasks: list[_Task], workers: int) -> Iterator[Lines]:
    if workers <= 1 or len(tasks) < 2:
        yield from map(draw_community, tasks)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(draw_community, tasks, chunksize=max(1, len(tasks) // (8 * workers)))


def draw_community(task: _Task) -> Lines:
    """Return the borders of the cells of one community, its own outline included."""
    policy = task.policy
    mesh = build(task.arcs, policy.grid_m, task.shape)
    mesh = slivers.absorb(mesh, slivers.find(mesh, policy, task.buildings), policy, task.shape)
    mesh = banks.break_up(mesh, task.water, policy, task.shape)
    mesh = _with_compounds(mesh, task)
    mesh = _merged(mesh, _fixed(mesh, task), task)
    mesh = _cut(mesh, _fixed(mesh, task), task)
    mesh = _merged(mesh, _fixed(mesh, task), task)
    return mesh.arcs[~mesh.dangling]


def _merged(mesh: Mesh, fixed: NDArray[np.bool_], task: _Task) -> Mesh:
    gone = inner_of(mesh, merge(mesh, task.policy, fixed))
    return build(mesh.arcs[~gone], task.policy.grid_m, task.shape)


def _fixed(mesh: Mesh, task: _Task) -> NDArray[np.bool_]:
    """Return which faces stay whole: half of the face is one compound, or water."""
    fixed = np.zeros(len(mesh.faces), dtype=bool)
    whole = np.concatenate([task.compounds, task.water])
    if len(whole):
        face, thing = shapely.STRtree(whole).query(mesh.faces, predicate="intersects")
        shared = shapely.area(shapely.intersection(mesh.faces[face], whole[thing]))
        fixed[face[shared > 0.5 * shapely.area(mesh.faces[face])]] = True
    return fixed


def _with_compounds(mesh: Mesh, task: _Task) -> Mesh:
    """Return `mesh` with the blocks that hold compounds shared out among them."""
    if not len(task.compounds):
        return mesh
    face, compound = shapely.STRtree(task.compounds).query(mesh.faces, predicate="intersects")
    added = []
    for index in np.unique(face):
        block = mesh.faces[index]
        inside = shapely.get_parts(
            shapely.intersection(task.compounds[np.sort(compound[face == index])], block)
        )
        inside = inside[
            (shapely.get_type_id(inside) == 3) & (shapely.area(inside) > task.policy.limit_low_m2)
        ]
        if len(inside):
            added.append(walls.share_out(block, inside, task.policy))
    if not added:
        return mesh
    arcs = node(mesh.arcs.plus(*added), task.policy.grid_m)
    return build(arcs, task.policy.grid_m, task.shape)


def _cut(mesh: Mesh, fixed: NDArray[np.bool_], task: _Task) -> Mesh:
    """Return `mesh` with its big faces subdivided."""
    policy = task.policy
    big = np.flatnonzero((shapely.area(mesh.faces) > 1.3 * policy.target_m2) & ~fixed)
    if not len(big):
        return mesh
    blocks = mesh.faces[big]
    things = np.concatenate([task.buildings, task.compounds, task.whole])
    inside: list[list[int]] = [[] for _ in big]
    if len(things):
        for block, thing in zip(
            *shapely.STRtree(things).query(blocks, predicate="intersects"), strict=True
        ):
            inside[block].append(int(thing))
    lanes = mesh.arcs.shapes[mesh.dangling]
    ways = lanes_in(blocks, lanes)
    cuts = [
        subdivide(block, things[sorted(inside[i])], lanes[ways[i]], policy)
        for i, block in enumerate(blocks)
    ]
    arcs = node(mesh.arcs.plus(*cuts), policy.grid_m)
    return build(arcs, policy.grid_m, task.shape)


def _cells(
    final: Lines, shapes: Geometries, policy: Policy
) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the faces of the final arcs inside the city, and the community of each.

    Crumbs that rounding leaves go to the neighbour with the longest border.
    """
    while True:
        mesh = build(final, policy.grid_m)
        faces = mesh.faces
        point = shapely.point_on_surface(faces)
        home = np.full(len(faces), -1, dtype=np.int64)
        face, area = shapely.STRtree(shapes).query(point, predicate="within")
        home[face[::-1]] = area[::-1]
        inner = np.flatnonzero(mesh.inner)
        sides = mesh.sides[inner]
        alike = home[sides[:, 0]] == home[sides[:, 1]]
        inner, sides = inner[alike], sides[alike]
        into = np.full(len(faces), -1, dtype=np.int64)
        crumb = np.flatnonzero(shapely.area(faces) < CRUMB_M2)
        length = shapely.length(mesh.arcs.shapes[inner])
        for index in crumb:
            beside = (sides == index).any(axis=1)
            other = sides[beside].sum(axis=1) - index
            if len(other):
                total = np.bincount(other, weights=length[beside])
                into[index] = int(np.argmax(total))
        gone = (into[sides[:, 0]] == sides[:, 1]) | (into[sides[:, 1]] == sides[:, 0])
        if not gone.any():
            return faces[home >= 0], home[home >= 0]
        keep = np.ones(len(mesh.arcs), dtype=bool)
        keep[inner[gone]] = False
        final = mesh.arcs[keep & ~mesh.dangling]


def _frame(
    cells: Geometries,
    community: NDArray[Any],
    walled: Geometries,
    kinds: NDArray[Any],
    policy: Policy,
    crs: Any,
) -> gpd.GeoDataFrame:
    cells = shapely.normalize(cells)
    size = shapely.area(cells)
    reason = np.full(len(cells), "", dtype=object)
    outside = ~policy.in_range(size)
    reason[outside & (size < policy.low_m2)] = "isolated remainder"
    reason[outside & (size > policy.high_m2)] = "no line to divide along"
    if len(walled):
        cell, wall = shapely.STRtree(walled).query(cells, predicate="intersects")
        shared = shapely.area(shapely.intersection(cells[cell], walled[wall]))
        mainly = shared > 0.5 * size[cell]
        for c, w in zip(cell[mainly], wall[mainly], strict=True):
            if outside[c]:
                reason[c] = str(kinds[w])
    centre = shapely.get_coordinates(shapely.centroid(cells))
    order = np.lexsort((centre[:, 0], -centre[:, 1], community.astype(str)))
    return gpd.GeoDataFrame(
        {
            "community_code": community[order],
            "area_m2": np.round(size[order], 2),
            "reason": reason[order],
        },
        geometry=cells[order],
        crs=crs,
    )


def _report(grids: gpd.GeoDataFrame, listed: gpd.GeoDataFrame, policy: Policy) -> dict[str, Any]:
    area = grids["area_m2"].to_numpy(dtype=np.float64)
    reasons = grids.loc[grids["reason"] != "", "reason"].value_counts()
    return {
        "grids": len(grids),
        "communities": int(grids["community_code"].nunique()),
        "area_m2": round(float(area.sum()), 2),
        "median_m2": round(float(np.median(area)), 1) if len(area) else None,
        "in_soft_range": round(float(policy.in_range(area).mean()), 4) if len(area) else None,
        "soft_range_m2": [policy.low_m2, policy.high_m2],
        "exceptions": {str(k): int(v) for k, v in sorted(reasons.items())},
        "conflicts": len(listed),
        "grid_m": policy.grid_m,
    }


__all__ = ["Conflict", "Drawing", "draw", "draw_community"]
