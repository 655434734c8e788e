"""Which rule places is a point in? Areas by prefix, grids by code, shapes by exact geometry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate import CellIndex, in_parts
from citygrid_core.responsibility.rules import PlaceKey, Rule, Shape

Ints = NDArray[np.int64]
#: A buffer drawn with 8 segments a quarter circle lies within 0.5 % of the true one.
_WIDER = 1.01


class Codes:
    """Areas, grids and groups that rules speak of.

    Parameters
    ----------
    groups : mapping
        Unit grid code to the codes of its groups.
    """

    def __init__(self, rules: Iterable[Rule], groups: Mapping[str, tuple[str, ...]]) -> None:
        named: dict[str, set[str]] = {"area": set(), "grid": set(), "grid_group": set()}
        for rule in rules:
            if rule.place in named:
                named[rule.place].add(str(rule.place_key[1]))
        self._named = named
        self._lengths = sorted({len(c) for c in named["area"]})
        self._groups = groups

    @property
    def need_grids(self) -> bool:
        """Whether any rule is bound to a grid or a group."""
        return bool(self._named["grid"] or self._named["grid_group"])

    def keys(self, area: str, grid: str) -> frozenset[PlaceKey]:
        """Return the places of rules that hold for a community (or larger) and a grid code."""
        found: list[PlaceKey] = [("everywhere", "")]
        for length in self._lengths:
            if length <= len(area) and area[:length] in self._named["area"]:
                found.append(("area", area[:length]))
        if grid in self._named["grid"]:
            found.append(("grid", grid))
        found += [
            ("grid_group", g) for g in self._groups.get(grid, ()) if g in self._named["grid_group"]
        ]
        return frozenset(found)


class Shapes:
    """Polygons and lines with a width, asked for many points at once.

    A polygon holds for the points that it covers, a line for those not farther from
    it than its width.
    """

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self._shapes = shapes
        self._line = np.array(
            [s.geometry.geom_type.endswith("LineString") for s in shapes], dtype=bool
        )

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, number: int) -> Shape:
        return self._shapes[number]

    @cached_property
    def _index(self) -> CellIndex:
        """Index of the polygons, and of what surely contains the strips along the lines."""
        outlines = np.array([s.geometry for s in self._shapes], dtype=object)
        widths = np.array([s.width_m for s in self._shapes])
        # A line of no width is a strip of a millimetre here: the exact test comes after.
        wider = np.maximum(widths[self._line] * _WIDER, 1e-3)
        outlines[self._line] = shapely.buffer(outlines[self._line], wider, quad_segs=8)
        shapely.prepare(np.array([s.geometry for s in self._shapes], dtype=object))
        return CellIndex.build(outlines, [f"{i:09d}" for i in range(len(outlines))])

    def hits(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Ints, Ints]:
        """Return (point, shape) for every shape that holds for a point, by point and shape."""
        if not len(self._shapes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        point, shape = self._index.locate_all(x, y)
        keep = np.ones(len(point), dtype=bool)
        along = np.flatnonzero(self._line[shape])
        lines = np.array([s.geometry for s in self._shapes], dtype=object)
        widths = np.array([s.width_m for s in self._shapes])

        def test(part: slice) -> None:
            mine = along[part]
            points, number = shapely.points(x[point[mine]], y[point[mine]]), shape[mine]
            keep[mine] = shapely.dwithin(lines[number], points, widths[number])

        in_parts(test, len(along))
        return point[keep], shape[keep]

    def outlines(self, quad_segs: int) -> NDArray[np.object_]:
        """Return the outlines of polygons and of the strips along lines."""
        shapes = np.array([s.geometry for s in self._shapes], dtype=object)
        widths = np.array([s.width_m for s in self._shapes])
        drawn = np.flatnonzero(self._line & (widths > 0))
        shapes[drawn] = shapely.buffer(shapes[drawn], widths[drawn], quad_segs=quad_segs)
        areas = ~self._line | (widths > 0)
        out: NDArray[np.object_] = shapely.boundary(shapes[areas])
        return out


def hit_sets(number: int, point: Ints, shape: Ints) -> tuple[Ints, list[frozenset[int]]]:
    """Return for each point the number of its set of shapes, and the sets; 0 is the empty one.

    Parameters
    ----------
    point, shape : int64
        Hits, by point and then shape.
    """
    of_point = np.zeros(number, dtype=np.int64)
    sets: list[frozenset[int]] = [frozenset()]
    if not len(point):
        return of_point, sets
    first = np.ones(len(point), dtype=bool)
    first[1:] = point[1:] != point[:-1]
    begin = np.flatnonzero(first)
    size = np.diff(np.append(begin, len(point)))
    key = np.zeros(len(begin), dtype=np.int64)
    for step in range(int(size.max())):
        more = np.flatnonzero(size > step)
        key *= int(shape.max()) + 2
        key[more] += shape[begin[more] + step] + 1
        # Distinct beginnings get small numbers again, so that the key never overflows.
        key = np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)
    _, example, which = np.unique(key, return_index=True, return_inverse=True)
    for e in example.tolist():
        sets.append(frozenset(shape[begin[e] : begin[e] + size[e]].tolist()))
    of_point[point[begin]] = which.reshape(-1) + 1
    return of_point, sets
