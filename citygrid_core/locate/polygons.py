"""Polygons and codes as they come, made ready: checked, flat, in the order of their codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text
from citygrid_core.locate.errors import UnusableCells, wrong_cell
from citygrid_core.locate.layout import Floats, Ints

#: Beyond these coordinates, and below these widths, products leave the range of floats, in GEOS
#: too; no CRS has them.
LARGEST, SMALLEST = 1e140, 1e-130
_POLYGON, _MULTIPOLYGON = 3, 6
_EMPTY = shapely.MultiPolygon()


class Flat(NamedTuple):
    """Multipolygons as flat arrays: vertices and offsets (see `Layout`)."""

    coords: Floats
    rings: Ints
    parts: Ints
    polygons: Ints


def code_texts(codes: Iterable[Any], number: int) -> list[str]:
    """Return the codes as text, one for each geometry.

    Raises
    ------
    UnusableCells
        A code is missing, or there are more or fewer codes than geometries.
    """
    given = list(codes)
    if len(given) != number:
        raise UnusableCells(
            Problem(
                "locate.codes",
                Text(f"{len(given)} codes", f"{len(given)} 个编码"),
                Text(f"{number}, one for each geometry", f"{number} 个，与图形一一对应"),
            )
        )
    missing = [i for i, c in enumerate(given) if c is None or c != c]
    if missing:
        raise UnusableCells(
            *(
                wrong_cell(
                    "locate.code_missing",
                    i,
                    "",
                    Text("no code", "没有编码"),
                    Text("a code for each geometry", "每个图形都有编码"),
                )
                for i in missing
            )
        )
    return [str(c) for c in given]


def ranked(codes: list[str]) -> Ints:
    """Return positions in the order of the codes; equal codes keep their order."""
    return np.array(sorted(range(len(codes)), key=codes.__getitem__), dtype=np.int64)


def checked(geometries: Iterable[Any], codes: list[str]) -> NDArray[np.object_]:
    """Return the geometries as an array without None.

    Raises
    ------
    UnusableCells
        Something is no polygon, or a polygon is not valid: `covers` is not defined
        for it. All of them are named, with GEOS' reason.
    """
    shapes = np.array(geometries, dtype=object).reshape(-1)
    shapes[shapely.is_missing(shapes)] = _EMPTY
    kinds = shapely.get_type_id(shapes)
    problems = [
        wrong_cell(
            "locate.no_polygon",
            int(i),
            codes[int(i)],
            Text(f"a {shapes[i].geom_type}", f"{shapes[i].geom_type} 图形"),
            Text("a Polygon or MultiPolygon", "面或多面"),
        )
        for i in np.flatnonzero((kinds != _POLYGON) & (kinds != _MULTIPOLYGON))
    ]
    problems += [
        wrong_cell(
            "locate.invalid_polygon",
            int(i),
            codes[int(i)],
            Text(
                f"an invalid polygon: {shapely.is_valid_reason(shapes[i])}",
                f"图形无效：{shapely.is_valid_reason(shapes[i])}",
            ),
            Text("a valid polygon", "有效的面"),
        )
        for i in np.flatnonzero(~shapely.is_valid(shapes))
    ]
    bounds = shapely.bounds(shapes)
    width = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0.0)
    far = (np.abs(bounds).max(axis=1, initial=0.0) > LARGEST) | (width < SMALLEST)
    problems += [
        wrong_cell(
            "locate.coordinates",
            int(i),
            codes[int(i)],
            Text("coordinates or a width of no CRS", "坐标或宽度不属于任何坐标系"),
            Text(
                f"coordinates up to {LARGEST:g}, a width from {SMALLEST:g}",
                f"坐标不超过 {LARGEST:g}，宽度不小于 {SMALLEST:g}",
            ),
        )
        for i in np.flatnonzero(far)
    ]
    if problems:
        raise UnusableCells(*problems)
    return shapes


def flatten(shapes: NDArray[np.object_]) -> Flat:
    """Return checked polygons as flat arrays."""
    if not len(shapes) or shapely.is_empty(shapes).all():
        none = np.zeros(1, dtype=np.int64)
        return Flat(np.empty((0, 2)), none, none, np.zeros(len(shapes) + 1, dtype=np.int64))
    kind, coords, offsets = shapely.to_ragged_array(shapes, include_z=False)
    whole = [np.asarray(o, dtype=np.int64) for o in offsets]
    if int(kind) == _POLYGON:
        whole.append(np.arange(len(shapes) + 1, dtype=np.int64))
    return Flat(np.ascontiguousarray(coords, dtype=np.float64), whole[0], whole[1], whole[2])


def edge_mask(flat: Flat) -> NDArray[np.bool_]:
    """Return whether an edge that has a length begins at each vertex."""
    number = len(flat.coords)
    starts = np.ones(number, dtype=bool)
    starts[flat.rings[1:] - 1] = False
    if number:
        starts[:-1] &= (flat.coords[1:] != flat.coords[:-1]).any(axis=1)
    return starts


def edge_starts(flat: Flat) -> tuple[Ints, Ints]:
    """Return the first vertex of every edge that has a length, and the rank it bounds."""
    ends = flat.rings[flat.parts[flat.polygons]]
    rank = np.repeat(np.arange(len(flat.polygons) - 1, dtype=np.int64), np.diff(ends))
    at = np.flatnonzero(edge_mask(flat))
    return at, rank[at]


def shape(flat: Flat, rank: int) -> Any:
    """Return one polygon again as a shapely geometry, bit for bit."""
    first, last = flat.polygons[rank], flat.polygons[rank + 1]
    parts = flat.parts[first : last + 1]
    rings = flat.rings[parts[0] : parts[-1] + 1]
    coords = np.ascontiguousarray(flat.coords[rings[0] : rings[-1]])
    offsets = (rings - rings[0], parts - parts[0], np.array([0, last - first]))
    made = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, coords, offsets)
    return made[0]
