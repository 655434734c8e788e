"""Compounds: one cell each, up to the middle of the road in front of the gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from citygrid_core.grids.mesh import Geometries, Lines
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.voronoi import between_labels

#: Importance of the border between two compounds (a wall).
WALL_IMPORTANCE = 0.5
#: A line this near to a compound's outline runs along it, metres.
BESIDE_M = 2.0
_INSET_M = 1.0


def keep_out(lines: Lines, compounds: Geometries, policy: Policy) -> Lines:
    """Return `lines` without their parts inside compounds.

    A street or river on or beside the wall (2 m) stays; the wall itself goes,
    the compound says where it is.
    """
    if not len(lines) or not len(compounds):
        return lines
    wall = ~lines.road & (lines.weight < policy.major)
    kept = _less(lines[~wall], shapely.buffer(compounds, -BESIDE_M, join_style="mitre"))
    return kept.plus(_less(lines[wall], shapely.buffer(compounds, BESIDE_M, join_style="mitre")))


def _less(lines: Lines, inside: Geometries) -> Lines:
    inside = inside[~shapely.is_empty(inside)]
    tree = shapely.STRtree(inside)
    line, compound = tree.query(lines.shapes, predicate="intersects")
    shapes = lines.shapes.copy()
    order = np.lexsort((compound, line))
    for i, c in zip(line[order], compound[order], strict=True):
        shapes[i] = shapely.difference(shapes[i], inside[c])
    parts, source = shapely.get_parts(shapes, return_index=True)
    keep = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    source = source[keep]
    return Lines(parts[keep], lines.weight[source], lines.road[source])


def share_out(block: Any, compounds: Geometries, policy: Policy) -> Lines:
    """Return the lines that divide `block` among its compounds and the ground between.

    Every compound takes the strip up to the street (the policy's set-back);
    ground that is wider than that and large enough for a cell of its own stays
    apart.
    """
    inset = shapely.buffer(compounds, -_INSET_M, join_style="mitre")
    seeds = [s for s in inset if not s.is_empty]
    width = policy.compound_setback_m
    rest = shapely.difference(block, shapely.union_all(shapely.buffer(compounds, _INSET_M)))
    open_ground = shapely.buffer(
        shapely.buffer(rest, -width / 2, join_style="mitre"), width / 2, join_style="mitre"
    )
    open_ground = shapely.intersection(open_ground, rest)
    seeds += [
        part
        for part in shapely.get_parts(open_ground)
        if part.geom_type == "Polygon" and part.area >= policy.low_m2
    ]
    if len(seeds) < 2:
        return Lines.none()
    return _between(block, np.asarray(seeds, dtype=object), policy)


def _between(block: Any, seeds: Geometries, policy: Policy) -> Lines:
    """Return the lines of equal distance between `seeds`, inside `block`."""
    dense = shapely.segmentize(shapely.boundary(seeds), 2.0)
    points, owner = shapely.get_coordinates(dense, return_index=True)
    points, index = np.unique(np.round(points, 3), axis=0, return_index=True)
    owner = owner[index]
    vertices, ends = between_labels(points, owner)
    if not len(ends):
        return Lines.none()
    pieces = shapely.linestrings(vertices[ends])
    pieces = pieces[shapely.length(pieces) > 0]
    # outside the block a line runs on a little, so that it surely meets the border
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    inside = shapely.intersection(merged, shapely.buffer(block, 3.0))
    lines = shapely.simplify(shapely.get_parts(shapely.line_merge(inside)), policy.simplify_m)
    lines = shapely.get_parts(shapely.intersection(lines, block))
    lines = lines[(shapely.get_type_id(lines) == 1) & (shapely.length(lines) > 0)]
    return Lines.plain(lines, WALL_IMPORTANCE)
