"""Near vertices of neighbours drawn by hand, brought together before anything is decided."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from citygrid_core.grids.mesh import Floats, Geometries, Ints
from citygrid_core.grids.seams import with_vertices


def snap_together(
    shapes: Geometries, tolerance_m: float, grid_m: float, *, fixed: Geometries | None = None
) -> tuple[Geometries, NDArray[np.bool_]]:
    """Return `shapes` with vertices that were meant to be one made one.

    A vertex goes to the nearest vertex of `fixed`, else of a shape before it, that is
    nearer than the tolerance; then an edge that runs past another's vertex within the
    tolerance takes that vertex up. Vertices of one shape are never merged with one
    another, so no bend is lost. A shape that would become invalid stays as it was.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        In order of precedence: the first ones move least.
    tolerance_m : float
        Metres; below the width of the narrowest grid that is meant.
    grid_m : float
        The precision grid on which vertices come to lie.
    fixed : array of Polygon, optional
        Shapes that don't move (communities).

    Returns
    -------
    array of geometry, bool array
        The shapes, and which of them changed.
    """
    still: Geometries = np.empty(0, dtype=object) if fixed is None else fixed
    xy, owner = shapely.get_coordinates(np.concatenate([still, shapes]), return_index=True)
    owner = np.where(owner < len(still), -1, owner - len(still))
    xy = np.round(xy / grid_m) * grid_m
    target = _targets(xy, owner, tolerance_m)
    moved = np.round(xy[target] / grid_m) * grid_m
    mine = owner >= 0
    out: Geometries = shapely.set_coordinates(shapes.copy(), moved[mine])
    out = _kept_valid(out, shapes)
    anchors = np.unique(np.vstack([shapely.get_coordinates(out), xy[~mine]]), axis=0)
    tree = shapely.STRtree(shapely.points(anchors))
    borders = shapely.boundary(out)
    shape, point = tree.query(borders, predicate="dwithin", distance=tolerance_m)
    split = np.searchsorted(shape, np.arange(len(out) + 1))
    bent: Geometries = np.empty(len(out), dtype=object)
    for index in range(len(out)):
        near = anchors[point[split[index] : split[index + 1]]]
        bent[index] = with_vertices(out[index], near, grid_m, tolerance_m)
    bent = _kept_valid(bent, out)
    same = shapely.equals_exact(shapely.normalize(bent), shapely.normalize(shapes), grid_m)
    return bent, ~same


def _targets(xy: Floats, owner: Ints, tolerance_m: float) -> Ints:
    """Return for each vertex the one that it goes to: itself, or one of an earlier shape."""
    target = np.arange(len(xy), dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(tolerance_m, output_type="ndarray")
    pairs = pairs[owner[pairs[:, 0]] != owner[pairs[:, 1]]]
    if not len(pairs):
        return target
    later = owner[pairs[:, 0]] > owner[pairs[:, 1]]
    frm = np.where(later, pairs[:, 0], pairs[:, 1])
    to = np.where(later, pairs[:, 1], pairs[:, 0])
    far = np.hypot(*(xy[frm] - xy[to]).T)
    # the fixed first, then the nearest, then the earliest
    order = np.lexsort((owner[to], far, owner[to] >= 0, frm))
    frm, to = frm[order], to[order]
    first = np.r_[True, frm[1:] != frm[:-1]]
    target[frm[first]] = to[first]
    by_owner = np.argsort(owner, kind="stable")
    for index in by_owner[target[by_owner] != by_owner]:
        # those of earlier shapes are settled already; never further than the tolerance
        end = target[target[index]]
        target[index] = end if np.hypot(*(xy[index] - xy[end])) <= tolerance_m else target[index]
        if target[target[index]] != target[index]:
            target[index] = index
    return target


def _kept_valid(new: Geometries, old: Geometries) -> Geometries:
    """Return `new`, and `old` where that had been valid and is so no more."""
    worse = (~shapely.is_valid(new) | shapely.is_empty(new)) & shapely.is_valid(old)
    out: Geometries = np.where(worse, old, new)
    return out
