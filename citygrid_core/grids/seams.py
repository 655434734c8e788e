"""Vertices that neighbours must share: found and put in, nothing else moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from citygrid_core.grids.mesh import Floats, Geometries


def vertices_of(shapes: Geometries) -> Floats:
    """Return the distinct vertices of `shapes`."""
    return np.asarray(np.unique(shapely.get_coordinates(shapes), axis=0), dtype=np.float64)


def with_vertices(shape: Any, points: Floats, grid_m: float, near_m: float = 0.0) -> Any:
    """Return `shape` with every one of `points` on its border as a vertex.

    A point counts as on a border segment when it is nearer than the precision
    grid can shift it (0.8 steps of the grid) and not a vertex already. The
    very same object comes back when there is nothing to put in. With `near_m`
    points up to that far count too: the border bends to them.
    """
    near = near_m or 0.8 * grid_m
    nodes = shapely.points(points)
    border = shapely.boundary(shape)
    close = points[shapely.dwithin(border, nodes, near)] if len(points) else points
    if not len(close):
        return shape
    own = {tuple(c) for c in np.round(shapely.get_coordinates(shape) / grid_m).tolist()}
    new = [p for p in close if tuple(np.round(p / grid_m).tolist()) not in own]
    if not new:
        return shape
    missing = np.asarray(new)

    def ring_with(ring: Any) -> Any:
        coordinates = shapely.get_coordinates(ring)
        start, step = coordinates[:-1], np.diff(coordinates, axis=0)
        length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-12)
        out = []
        relative = missing[:, None, :] - start[None, :, :]
        along = (relative * step[None]).sum(axis=2) / length
        across = np.abs(relative[..., 0] * step[:, 1] - relative[..., 1] * step[:, 0]) / length
        hit = (along > 0) & (along < length) & (across <= near)
        for index in range(len(start)):
            out.append(start[index])
            mine = np.flatnonzero(hit[:, index])
            out.extend(missing[mine[np.argsort(along[mine, index], kind="stable")]])
        out.append(coordinates[-1])
        return np.asarray(out)

    if shape.geom_type == "MultiPolygon":
        parts = [with_vertices(part, points, grid_m, near_m) for part in shape.geoms]
        return shapely.multipolygons(parts)
    holes = [ring_with(ring) for ring in shape.interiors]
    return shapely.Polygon(ring_with(shape.exterior), holes)


def seam_fault(shapes: Geometries) -> Any:
    """Return a point where `shapes` are no valid coverage, or None."""
    edges = shapely.coverage_invalid_edges(shapes)
    bad = np.flatnonzero(~shapely.is_empty(edges))
    if not len(bad):
        return None
    return shapely.point_on_surface(edges[bad[0]])
