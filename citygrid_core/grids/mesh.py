"""Lines noded on the precision grid, the faces between them, and who borders whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, the importance of each as a border (0 to 1), and which are roads."""

    shapes: Geometries
    weight: Floats
    road: NDArray[np.bool_]

    @staticmethod
    def plain(shapes: Geometries, weight: float | Floats = 0.0) -> Lines:
        """Return lines that are no roads."""
        count = len(shapes)
        return Lines(shapes, np.broadcast_to(weight, count).copy(), np.zeros(count, dtype=bool))

    @staticmethod
    def none() -> Lines:
        """Return no lines."""
        return Lines.plain(np.empty(0, dtype=object))

    def __getitem__(self, keep: Any) -> Lines:
        return Lines(self.shapes[keep], self.weight[keep], self.road[keep])

    def __len__(self) -> int:
        return len(self.shapes)

    def plus(self, *others: Lines) -> Lines:
        """Return these lines and the others."""
        return Lines(
            np.concatenate([self.shapes, *(o.shapes for o in others)]),
            np.concatenate([self.weight, *(o.weight for o in others)]),
            np.concatenate([self.road, *(o.road for o in others)]),
        )


def node(lines: Lines, grid_m: float) -> Lines:
    """Return arcs: `lines` broken at every crossing, all coordinates on the grid.

    Snap rounding (Hobby 1999) by GEOS. An arc keeps the greatest importance of
    the lines that it came from.
    """
    if not len(lines):
        return lines
    arcs = shapely.get_parts(shapely.union_all(lines.shapes, grid_size=grid_m))
    arcs = arcs[shapely.get_type_id(arcs) == 1]
    if not len(arcs):
        return Lines.none()
    middle = shapely.line_interpolate_point(arcs, 0.5, normalized=True)
    tree = shapely.STRtree(lines.shapes)
    arc, source = tree.query(middle, predicate="dwithin", distance=3 * grid_m)
    weight = np.zeros(len(arcs))
    np.maximum.at(weight, arc, lines.weight[source])
    road = np.zeros(len(arcs), dtype=bool)
    np.logical_or.at(road, arc, lines.road[source])
    return Lines(arcs, weight, road)


def vertex_ids(coordinates: Floats, grid_m: float, origin: Floats) -> NDArray[np.uint64]:
    """Return one integer for each vertex of the precision grid."""
    steps = np.rint((coordinates - origin) / grid_m).astype(np.uint64)
    return np.asarray((steps[:, 0] << np.uint64(32)) | steps[:, 1], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Segments:
    """The border segments of polygons, as pairs of numbered vertices."""

    owner: Ints
    first: Ints
    second: Ints
    length: Floats

    @property
    def keys(self) -> Ints:
        """One number for each segment, whichever way it runs."""
        low = np.minimum(self.first, self.second)
        return np.asarray((low << 32) | np.maximum(self.first, self.second), dtype=np.int64)


def segments(shapes: Geometries, others: Geometries, grid_m: float) -> tuple[Segments, Segments]:
    """Return the segments of two sets of geometries, over common vertex numbers."""
    parts = []
    for group in (shapes, others):
        # rings and lines apart, so that no segment runs from one to the next
        if len(group) and shapely.get_dimensions(group[0]) == 2:
            lines, owner = shapely.get_rings(group, return_index=True)
        else:
            lines, owner = group, np.arange(len(group))
        coordinates, line = shapely.get_coordinates(lines, return_index=True)
        parts.append((coordinates, line, np.asarray(owner, dtype=np.int64)))
    together = np.concatenate([parts[0][0], parts[1][0]])
    if not len(together):
        empty = np.empty(0, dtype=np.int64)
        none = Segments(empty, empty, empty, np.empty(0))
        return none, none
    _, number = np.unique(vertex_ids(together, grid_m, together.min(axis=0)), return_inverse=True)
    number = np.asarray(number, dtype=np.int64).reshape(-1)
    out, start = [], 0
    for coordinates, line, owner in parts:
        mine = number[start : start + len(coordinates)]
        start += len(coordinates)
        real = (line[1:] == line[:-1]) & (mine[1:] != mine[:-1])
        length = np.hypot(*np.diff(coordinates, axis=0)[real].T)
        out.append(Segments(owner[line[1:][real]], mine[:-1][real], mine[1:][real], length))
    return out[0], out[1]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Faces between arcs.

    Attributes
    ----------
    faces : array of Polygon
    arcs : Lines
        Noded lines; those that border no face (dangling ones) too.
    sides : int array, shape (arcs, 2)
        The faces beside each arc, −1 where there is none.
    """

    faces: Geometries
    arcs: Lines
    sides: Ints

    @property
    def inner(self) -> NDArray[np.bool_]:
        """Arcs between two different faces."""
        return np.asarray(
            (self.sides.min(axis=1) >= 0) & (self.sides[:, 0] != self.sides[:, 1]), dtype=bool
        )

    @property
    def dangling(self) -> NDArray[np.bool_]:
        """Arcs that border no face."""
        return np.asarray(self.sides.max(axis=1) < 0, dtype=bool)


def build(arcs: Lines, grid_m: float, inside: Any = None) -> Mesh:
    """Return the faces between noded `arcs`, and the faces beside each arc.

    With a polygon `inside`, faces outside it (the holes of a community) don't count.
    """
    if not len(arcs):
        return Mesh(np.empty(0, dtype=object), arcs, np.empty((0, 2), dtype=np.int64))
    faces = shapely.get_parts(shapely.polygonize(arcs.shapes))
    if inside is not None:
        shapely.prepare(inside)
        faces = faces[shapely.contains(inside, shapely.point_on_surface(faces))]
    rings, pieces = segments(faces, arcs.shapes, grid_m)
    keys = rings.keys
    order = np.argsort(keys, kind="stable")
    keys, owner = keys[order], rings.owner[order]
    _, one = np.unique(pieces.owner, return_index=True)
    wanted = pieces.keys[one]
    arc = pieces.owner[one]
    low = np.searchsorted(keys, wanted, "left")
    count = np.searchsorted(keys, wanted, "right") - low
    sides = np.full((len(arcs), 2), -1, dtype=np.int64)
    for side in (0, 1):
        has = count > side
        sides[arc[has], side] = owner[low[has] + side]
    return Mesh(faces, arcs, sides)


def without(mesh: Mesh, drop: NDArray[np.bool_]) -> Lines:
    """Return the arcs of `mesh` but those dropped and those that border nothing."""
    return mesh.arcs[~drop & ~mesh.dangling]
