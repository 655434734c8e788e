"""The last word: shapely's `covers`, for the points that floating point can't decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate.layout import Bools, Floats, Ints, Layout
from citygrid_core.locate.polygons import Flat, shape


class Shapes:
    """Polygons by rank, made from the arrays of an index when they are first asked for."""

    def __init__(self, layout: Layout) -> None:
        self._flat = Flat(layout.coords, layout.rings, layout.parts, layout.polygons)
        self._made: dict[int, Any] = {}

    def __getitem__(self, rank: int) -> Any:
        """Return one polygon."""
        made = self._made.get(rank)
        if made is None:
            made = shape(self._flat, rank)
            shapely.prepare(made)
            self._made[rank] = made
        return made

    def all(self) -> NDArray[np.object_]:
        """Return all polygons."""
        flat = self._flat
        out: NDArray[np.object_] = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON,
            np.ascontiguousarray(flat.coords),
            (flat.rings, flat.parts, flat.polygons),
        )
        return out

    def take(self, ranks: Ints) -> NDArray[np.object_]:
        """Return polygons, one for each rank."""
        distinct, at = np.unique(ranks, return_inverse=True)
        some = np.empty(len(distinct), dtype=object)
        some[:] = [self[r] for r in distinct.tolist()]
        out: NDArray[np.object_] = some[at.reshape(-1)]
        return out

    def cover(self, ranks: Ints, x: Floats, y: Floats) -> Bools:
        """Return whether each polygon covers its point."""
        out: Bools = shapely.covers(self.take(ranks), shapely.points(x, y))
        return out
