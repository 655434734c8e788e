"""How far is a point from where its answer changes, and to what?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate.exact import Shapes
from citygrid_core.locate.layout import Floats, Ints

#: Two distances closer than this (in units of the CRS) are the same border.
_SAME = 1e-6


class Border(NamedTuple):
    """The nearest place where the answer changes.

    Attributes
    ----------
    distance : float64
        To it, in units of the CRS; infinite when it is farther than was asked.
    other : int64
        Rank or position of the answer beyond it, -1 for none.
    """

    distance: Floats
    other: Ints


class Neighbours(NamedTuple):
    """Pairs of a point and a polygon in its reach, by point and then rank.

    Attributes
    ----------
    point, cell : int64
    distance : float64
        0 when the polygon covers the point.
    """

    point: Ints
    cell: Ints
    distance: Floats


class Borders:
    """Distances to polygons and to their borders, by rank."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes.all()
        self._tree = shapely.STRtree(self._shapes)

    def neighbours(self, x: Floats, y: Floats, within: Any) -> Neighbours:
        """Return all polygons within a distance of each point."""
        fit = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points = shapely.points(x[fit], y[fit])
        reach = np.broadcast_to(np.asarray(within, dtype=np.float64), x.shape)[fit]
        point, rank = self._tree.query(points, predicate="dwithin", distance=reach)
        order = np.lexsort((rank, point))
        point, rank = point[order].astype(np.int64), rank[order].astype(np.int64)
        distance = shapely.distance(self._shapes[rank], points[point])
        return Neighbours(fit[point], rank, distance)

    def nearest_change(self, x: Floats, y: Floats, own: Ints, within: Any) -> Border:
        """Return where the answer `own` (ranks, -1 none) changes.

        Leaving the own polygon changes it, and so does entering one of lower rank.
        """
        near = self.neighbours(x, y, within)
        reach = np.broadcast_to(np.asarray(within, dtype=np.float64), x.shape)
        leave = np.full(len(x), np.inf)
        inside = np.flatnonzero(own >= 0)
        if len(inside):
            rings: NDArray[np.object_] = shapely.boundary(self._shapes[own[inside]])
            leave[inside] = shapely.distance(rings, shapely.points(x[inside], y[inside]))
        mine = own[near.point]
        stronger = (mine < 0) | (near.cell < mine)
        enter, entered = _first_least(len(x), near, np.flatnonzero(stronger))
        # Beyond the own border lies the lowest of the polygons that begin where it ends.
        begins = (near.cell > mine) & (mine >= 0) & (near.distance <= leave[near.point] + _SAME)
        beyond = np.full(len(x), -1, dtype=np.int64)
        at = np.flatnonzero(begins)[::-1]
        beyond[near.point[at]] = near.cell[at]
        distance = np.minimum(leave, enter)
        other = np.where(enter <= leave + _SAME, entered, beyond)
        far = ~(distance <= reach)
        distance[far], other[far] = np.inf, -1
        return Border(distance, other)


def _first_least(number: int, near: Neighbours, at: Ints) -> tuple[Floats, Ints]:
    """Return for each point the least distance among some pairs, and its lowest rank."""
    order = at[np.lexsort((near.cell[at], near.distance[at], near.point[at]))][::-1]
    least, cell = np.full(number, np.inf), np.full(number, -1, dtype=np.int64)
    least[near.point[order]], cell[near.point[order]] = near.distance[order], near.cell[order]
    return least, cell
