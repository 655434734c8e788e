"""Every border segment of a division by its exact coordinates: who shares it with whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.mesh import Geometries, Ints

Keys = NDArray[np.uint64]
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Segments of cells, sorted by key; equal keys are the same two end points.

    Keys are 64-bit hashes of the coordinates' bits: among ten million segments
    two different ones meet with a chance of 3 in a million.
    """

    key: Keys
    owner: Ints
    count: int

    @staticmethod
    def of(shapes: Geometries) -> EdgeTable:
        """Return the table of `shapes`."""
        key, owner = _segments(shapes)
        order = np.argsort(key)
        return EdgeTable(key[order], owner[order], len(shapes))

    def unmatched(self) -> NDArray[np.bool_]:
        """Return the cells with a segment that does not have exactly one partner."""
        _, length = self._runs()
        odd = np.repeat(length != 2, length)
        out = np.zeros(self.count, dtype=bool)
        out[self.owner[odd]] = True
        return out

    def filled(self, home: Ints, areas: Geometries) -> Ints:
        """Return the areas whose outline is, segment for segment, that of their cells.

        Parameters
        ----------
        home : int array
            The area of each cell, −1 for none.
        """
        start, length = self._runs()
        pair = start[length == 2]
        where = home[self.owner]
        # what two cells of one area share is inside it
        rim = where >= 0
        inner = pair[where[pair] == where[pair + 1]]
        rim[inner] = rim[inner + 1] = False
        outline, area_of = _with(self.key[rim], where[rim]), where[rim]
        key, area = _segments(areas)
        wanted = _with(key, area)
        many = len(areas)
        sound = np.bincount(area[~np.isin(wanted, outline)], minlength=many) == 0
        # and nothing else: as many outline segments of cells as of the area
        sound &= np.bincount(area_of, minlength=many) == np.bincount(area, minlength=many)
        return np.flatnonzero(sound)

    def _runs(self) -> tuple[Ints, Ints]:
        """Return where each distinct key starts, and how often it occurs."""
        start = np.flatnonzero(np.r_[True, self.key[1:] != self.key[:-1]][: len(self.key)])
        return start, np.diff(np.r_[start, len(self.key)])


def _with(key: Keys, where: Ints) -> Keys:
    """Return keys that tell areas apart."""
    return np.asarray(key ^ ((where.astype(np.uint64) + np.uint64(1)) * _MIX_2), dtype=np.uint64)


def _segments(shapes: Geometries) -> tuple[Keys, Ints]:
    rings, owner = shapely.get_rings(shapes, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    # + 0.0 makes -0.0 the same as 0.0
    bits = (coordinates + 0.0).view(np.uint64)
    vertex = _mixed(_mixed(bits[:, 0]) + bits[:, 1] * _MIX_2)
    real = (ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1])
    # the sum does not depend on the direction
    key = _mixed(vertex[1:][real] + vertex[:-1][real])
    return key, np.asarray(owner[ring[1:][real]], dtype=np.int64)


def _mixed(value: Keys) -> Keys:
    """Return the bits of `value` well mixed (the finaliser of splitmix64)."""
    value = value * _MIX
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)), dtype=np.uint64)
