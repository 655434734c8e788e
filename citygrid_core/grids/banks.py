"""Strips of land between a street and the water: shared out among the blocks behind them.

A bank that is no wider than a pavement is no cell. Given whole to one block it would trail
along the river far beyond that block; so it is broken where a border between two blocks
reaches it, and each piece goes to the block that it lies before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from citygrid_core.grids.mesh import Geometries, Ints, Lines, Mesh, build, node
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.regions import STRIP_WIDTH_M

#: A strip lies along the water when at least this share of its outline does.
ALONG_WATER = 0.25
#: A break nearer than this (m) to the end of a strip would make a crumb.
END_M = 20.0


def break_up(mesh: Mesh, water: Geometries, policy: Policy, inside: Any) -> Mesh:
    """Return `mesh` with the strips along the water broken before each block.

    Parameters
    ----------
    mesh : Mesh
    water : array of Polygon
    policy : Policy
    inside : Polygon
        The community.
    """
    if not len(water) or not len(mesh.faces):
        return mesh
    wet = _wet(mesh.faces, water)
    size, around = shapely.area(mesh.faces), shapely.length(mesh.faces)
    thin = (2 * size < STRIP_WIDTH_M * around) & ~wet & (size > 0)
    if not wet.any() or not thin.any():
        return mesh
    shore = shapely.union_all(shapely.boundary(mesh.faces[wet]))
    forks = _forks(mesh)
    found = shapely.STRtree(forks)
    cuts: list[Any] = []
    for index in np.flatnonzero(thin):
        strip = mesh.faces[index]
        edge = shapely.intersection(strip.exterior, shore)
        if edge.length < ALONG_WATER * around[index]:
            continue
        at = np.sort(found.query(strip.exterior, predicate="dwithin", distance=policy.grid_m))
        spots = forks[at][shapely.distance(forks[at], edge) > 1.0]
        cuts += _before(strip, edge, spots, policy.grid_m)
    if not cuts:
        return mesh
    # as important as can be: the pieces must not grow together again
    across = Lines.plain(np.asarray(cuts, dtype=object), 1.0)
    return build(node(mesh.arcs.plus(across), policy.grid_m), policy.grid_m, inside)


def _wet(faces: Geometries, water: Geometries) -> Any:
    wet = np.zeros(len(faces), dtype=bool)
    face, lake = shapely.STRtree(water).query(faces, predicate="intersects")
    shared = shapely.area(shapely.intersection(faces[face], water[lake]))
    wet[face[shared > 0.5 * shapely.area(faces[face])]] = True
    return wet


def _forks(mesh: Mesh) -> Geometries:
    """Return the points where three borders or more meet."""
    arcs = mesh.arcs.shapes[~mesh.dangling]
    ends = np.concatenate([shapely.get_point(arcs, 0), shapely.get_point(arcs, -1)])
    spots, count = np.unique(shapely.get_coordinates(ends), axis=0, return_counts=True)
    many: Ints = np.flatnonzero(count >= 3)
    points: Geometries = shapely.points(spots[many])
    return points


def _before(strip: Any, edge: Any, spots: Geometries, grid_m: float) -> list[Any]:
    """Return the breaks of one strip: from each fork on its land side to the shore."""
    breaks: list[Any] = []
    roomy = shapely.buffer(strip, 10 * grid_m)
    for line in shapely.shortest_line(spots, edge):
        if line.length > 3 * STRIP_WIDTH_M or not shapely.covers(roomy, line):
            continue
        noded = shapely.union_all([strip.exterior, line], grid_size=grid_m)
        sides = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        # a break near an end, or beside the last one, makes only a crumb
        crumb = shapely.length(sides).min() < 2 * (END_M + line.length)
        near = any(shapely.distance(line, other) < END_M for other in breaks)
        if len(sides) >= 2 and not crumb and not near:
            breaks.append(line)
    return breaks
