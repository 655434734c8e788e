"""The space between carriageways and inside junctions, shared out along its middle.

A face that is thin and bounded by roads is no block, it is road: the strip
between two carriageways, the triangle in a junction, the loops of an
interchange (the *face artifacts* of Fleischmann and Vybornova 2024). Touching
slivers form one region; the blocks around it grow into it until they meet, so
that the border runs where a surveyor draws it, in the middle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from citygrid_core.grids.mesh import Floats, Geometries, Ints, Lines, Mesh, build, node, without
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.voronoi import between_labels


def find(mesh: Mesh, policy: Policy, buildings: Geometries) -> NDArray[np.bool_]:
    """Return which faces of `mesh` are slivers between roads.

    Thin: an opening of the policy's width leaves nothing. The greater width
    counts for a face with most of its border on major roads. A face with less
    than 60 % of its border on roads (beside a river, a railway), or one that
    holds a building, is a block.
    """
    length = shapely.length(mesh.arcs.shapes)
    road = mesh.arcs.road
    rim = mesh.sides.min(axis=1) < 0
    border = _around(mesh, length)
    at_rim = _around(mesh, np.where(rim & ~road, length, 0.0))
    on_road = _around(mesh, np.where(road, length, 0.0))
    major = _around(mesh, np.where(road & (mesh.arcs.weight >= policy.major), length, 0.0))
    inner = np.maximum(border - at_rim, 1e-9)
    width = np.where(major > 0.6 * inner, policy.sliver_major_m, policy.sliver_m)
    # along the border of the community lies only half of the space
    width = np.where(at_rim > 0.2 * border, width / 2, width)
    width = np.where(on_road > 0.6 * inner, width, 0.0)
    # cheap bound first: a face with this mean width cannot be thin everywhere
    thin = 2 * shapely.area(mesh.faces) < width * border
    where = np.flatnonzero(thin)
    inside = shapely.buffer(mesh.faces[where], -width[where] / 2, join_style="mitre")
    thin[where] = shapely.is_empty(inside)
    # the island of a roundabout: small and as round as a circle
    size = shapely.area(mesh.faces)
    round_ = 4 * np.pi * size > 0.9 * np.maximum(border, 1e-9) ** 2
    thin |= round_ & (size < policy.low_m2)
    if len(buildings) and thin.any():
        where = np.flatnonzero(thin)
        tree = shapely.STRtree(mesh.faces[where])
        _, face = tree.query(shapely.point_on_surface(buildings), predicate="within")
        thin[where[face]] = False
    return np.asarray(thin, dtype=bool)


def _around(mesh: Mesh, length: Floats) -> Floats:
    """Return for each face the sum of `length` over the arcs around it."""
    total = np.zeros(len(mesh.faces))
    for side in (0, 1):
        has = mesh.sides[:, side] >= 0
        np.add.at(total, mesh.sides[has, side], length[has])
    return total


def absorb(mesh: Mesh, thin: NDArray[np.bool_], policy: Policy, inside: Any) -> Mesh:
    """Return `mesh` with its thin faces shared out among the blocks beside them."""
    if not thin.any() or thin.all():
        return mesh
    region = _regions(mesh, thin)
    both = mesh.sides.min(axis=1) >= 0
    kinds = np.where(mesh.sides >= 0, thin[mesh.sides], False)
    edge = both & (kinds[:, 0] != kinds[:, 1])
    middle = _middle_lines(mesh, region, edge, policy)
    drop = kinds.any(axis=1) & both
    arcs = without(mesh, drop).plus(_dangles(mesh, region), middle)
    return build(node(arcs, policy.grid_m), policy.grid_m, inside)


def _dangles(mesh: Mesh, region: Ints) -> Lines:
    """Return the dangling lanes, less those inside the slivers."""
    dangling = mesh.arcs[mesh.dangling]
    if not len(dangling):
        return dangling
    tree = shapely.STRtree(mesh.faces[region >= 0])
    points = shapely.line_interpolate_point(dangling.shapes, 0.5, normalized=True)
    gone = np.unique(tree.query(points, predicate="within")[0])
    return dangling[np.setdiff1d(np.arange(len(dangling)), gone)]


def _regions(mesh: Mesh, thin: NDArray[np.bool_]) -> Ints:
    """Return for each face the region of touching slivers it is in, −1 for a block."""
    left, right = mesh.sides[:, 0], mesh.sides[:, 1]
    pair = (left >= 0) & (right >= 0)
    pair[pair] = thin[left[pair]] & thin[right[pair]]
    count = len(mesh.faces)
    graph = coo_matrix((np.ones(pair.sum()), (left[pair], right[pair])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    return np.where(thin, label, -1).astype(np.int64)


def _middle_lines(mesh: Mesh, region: Ints, edge: NDArray[np.bool_], policy: Policy) -> Lines:
    shapes: list[Any] = []
    weights: list[float] = []
    where = np.flatnonzero(edge)
    sides = mesh.sides[where]
    first = region[sides[:, 0]] >= 0
    part = np.where(first, region[sides[:, 0]], region[sides[:, 1]])
    block = np.where(first, sides[:, 1], sides[:, 0])
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    members = {int(r): np.flatnonzero(region == r) for r in np.unique(part)}
    for group in np.split(order, cuts):
        if len(np.unique(block[group])) < 2:
            continue  # one block all around: it takes the region whole
        faces = mesh.faces[members[int(part[group[0]])]]
        space = faces[0] if len(faces) == 1 else shapely.coverage_union_all(faces)
        arcs = mesh.arcs[where[group]]
        lines = middle_of(space, arcs.shapes, block[group], policy.simplify_m)
        shapes.extend(lines)
        weights.extend([float(arcs.weight.max())] * len(lines))
    if not shapes:
        return Lines.none()
    array: Geometries = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return Lines(array, np.asarray(weights), np.ones(len(array), dtype=bool))


def middle_of(space: Any, edges: Geometries, label: Ints, tolerance: float) -> list[Any]:
    """Return lines that share `space` out among the labels of its `edges`.

    Parameters
    ----------
    space : Polygon or MultiPolygon
    edges : array of LineString
        Arcs of its outline, each with the block behind it. Outline without an
        edge (the border of the community) attracts nothing.
    label : int array
    tolerance : float
        The lines are simplified by this, metres.
    """
    step = _step(space)
    points, owner = _sample(edges, label, step)
    vertices, ends = between_labels(points, owner)
    shapely.prepare(space)
    within = shapely.contains_xy(space, vertices[:, 0], vertices[:, 1])
    pieces = shapely.linestrings(vertices[ends])
    over = ~within[ends].all(axis=1)
    clipped = shapely.get_parts(shapely.intersection(pieces[over], space))
    pieces = np.concatenate([pieces[~over], clipped[shapely.get_type_id(clipped) == 1]])
    pieces = pieces[shapely.length(pieces) > 0]
    if not len(pieces):
        return _straight(space, edges, label)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    joined = np.concatenate([merged, _ties(space, merged, edges, label, 4 * step)])
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(joined)))
    return list(shapely.simplify(merged, tolerance))


def _step(space: Any) -> float:
    """Return a sampling distance that follows the mean width of `space`."""
    return float(np.clip(shapely.area(space) / max(shapely.length(space), 1e-9) * 0.7, 0.7, 5.0))


def _sample(edges: Geometries, label: Ints, step: float) -> tuple[Floats, Ints]:
    """Return points along the edges, the outer ones half a step from the ends.

    So the edges on both sides of a corner have points equally far from it, and
    the middle line starts in the corner.
    """
    length = shapely.length(edges)
    count = np.maximum(np.round((length - step) / step), 0).astype(np.int64) + 1
    which = np.repeat(np.arange(len(edges)), count)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    margin = np.minimum(step, length) / 2
    spread = (length - 2 * margin) / np.maximum(count - 1, 1)
    at = np.where(count[which] > 1, margin[which] + rank * spread[which], length[which] / 2)
    points = shapely.get_coordinates(shapely.line_interpolate_point(edges[which], at))
    points, index = np.unique(points, axis=0, return_index=True)
    return points, label[which[index]]


def corners(edges: Geometries, label: Ints) -> Geometries:
    """Return the points where edges of different blocks meet."""
    ends = np.concatenate(
        [
            shapely.get_coordinates(shapely.get_point(edges, 0)),
            shapely.get_coordinates(shapely.get_point(edges, -1)),
        ]
    )
    places, number = np.unique(ends, axis=0, return_inverse=True)
    number = np.asarray(number).reshape(-1)
    both = np.concatenate([label, label])
    low = np.full(len(places), np.iinfo(np.int64).max)
    high = np.full(len(places), -1)
    np.minimum.at(low, number, both)
    np.maximum.at(high, number, both)
    return np.asarray(shapely.points(places[low != high]), dtype=object)


def _free_outline(space: Any, edges: Geometries) -> Any:
    """Return the outline of `space` that belongs to no block."""
    return shapely.difference(shapely.boundary(space), shapely.union_all(edges))


def _ties(
    space: Any, middle: Geometries, edges: Geometries, label: Ints, near: float
) -> Geometries:
    """Return short lines from the loose ends of the middle lines to where they belong."""
    ends = np.concatenate([shapely.get_point(middle, 0), shapely.get_point(middle, -1)])
    places, count = np.unique(shapely.get_coordinates(ends), axis=0, return_counts=True)
    loose = shapely.points(places[count == 1])
    targets = list(corners(edges, label))
    ties: list[Any] = []
    free = _free_outline(space, edges)
    # every corner is reached from the nearest end or vertex of the middle lines
    vertices = shapely.points(shapely.get_coordinates(middle))
    used: set[int] = set()
    for corner in targets:
        if len(loose):
            gaps = shapely.distance(loose, corner)
            best = int(np.argmin(gaps))
            if gaps[best] <= near:
                used.add(best)
                ties.append(_line(loose[best], corner))
                continue
        best = int(np.argmin(shapely.distance(vertices, corner)))
        ties.append(_line(vertices[best], corner))
    if not shapely.is_empty(free):
        for position, end in enumerate(loose):
            if position not in used and shapely.distance(end, free) < near:
                ties.append(shapely.shortest_line(end, free))
    array: Geometries = np.empty(len(ties), dtype=object)
    array[:] = ties
    return array[shapely.length(array) > 0] if len(ties) else array


def _line(a: Any, b: Any) -> Any:
    return shapely.linestrings([[a.x, a.y], [b.x, b.y]])


def _straight(space: Any, edges: Geometries, label: Ints) -> list[Any]:
    """Return the plainest division of a tiny space: corners to its middle."""
    middle = shapely.point_on_surface(space)
    places = list(corners(edges, label))
    if len(places) == 2:
        return [_line(places[0], places[1])]
    lines = [_line(place, middle) for place in places]
    free = _free_outline(space, edges)
    if lines and len(places) < 2 and not shapely.is_empty(free):
        lines.append(shapely.shortest_line(middle, free))
    return lines
