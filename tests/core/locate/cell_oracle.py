"""An oracle without an index, cells of many kinds, and points that are hard to place."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely


def lowest(cells: Any, codes: list[str], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the position of the covering cell with the lowest code: cell by cell, by `covers`."""
    best = np.full(len(x), -1, dtype=np.int64)
    fit = np.isfinite(x) & np.isfinite(y)
    points = shapely.points(x[fit], y[fit])
    for position in sorted(range(len(codes)), key=lambda i: codes[i], reverse=True):
        if cells[position] is None:
            continue
        shapely.prepare(cells[position])
        best[np.flatnonzero(fit)[shapely.covers(cells[position], points)]] = position
    return best


def every(cells: Any, codes: list[str], x: np.ndarray, y: np.ndarray) -> list[tuple[int, int]]:
    """Return all (point, position) hits, by point and code."""
    hits = []
    for i, point in enumerate(shapely.points(x, y)):
        for position in sorted(range(len(codes)), key=lambda i: (codes[i], i)):
            if shapely.covers(cells[position], point):
                hits.append((i, position))
    return hits


def voronoi(number: int, seed: int, *, side: float = 200.0, origin: Any = (5e5, 3.4e6)) -> Any:
    """Return a seamless coverage of irregular cells with 20 to 80 vertices each."""
    rng = np.random.default_rng(seed)
    width = side * np.sqrt(number)
    seeds = shapely.multipoints(rng.uniform(0, width, (number, 2)) + np.asarray(origin))
    frame = shapely.box(*origin, origin[0] + width, origin[1] + width)
    parts = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))
    cells = shapely.segmentize(shapely.intersection(np.array(parts), frame), side / 10)
    bend = side / 60

    def wave(xy: np.ndarray) -> np.ndarray:
        # The same bend for a vertex wherever it occurs: the coverage stays seamless.
        x, y = (xy / side * 7).T
        return xy + bend * np.column_stack([np.sin(x + 3 * y), np.cos(2 * x - y)])

    bent = shapely.transform(cells, wave)
    assert shapely.is_valid(bent).all()
    return bent


def codes_for(number: int, seed: int) -> list[str]:
    """Return codes whose order is not the order of the cells."""
    return [f"32070500{i:07d}" for i in np.random.default_rng(seed).permutation(number)]


def hard_points(cells: Any, number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices, edge middles, their nearest neighbours among floats, near edges, anywhere.

    Parameters
    ----------
    number : int
        About how many of each kind.
    """
    rng = np.random.default_rng(seed)
    coords, owner = shapely.get_coordinates(shapely.get_rings(cells), return_index=True)
    starts = np.flatnonzero(owner[:-1] == owner[1:])
    pick = rng.choice(starts, number)
    a, b = coords[pick], coords[pick + 1]
    middle = a + (b - a) * 0.5
    anywhere_on = a + (b - a) * rng.random((number, 1))
    span = np.ptp(coords, axis=0)
    low = coords.min(axis=0) - 0.05 * span
    with np.errstate(over="ignore"):
        kinds = [
            a,
            middle,
            anywhere_on,
            np.nextafter(a, np.inf),
            np.nextafter(a, -np.inf),
            np.column_stack([np.nextafter(middle[:, 0], np.inf), middle[:, 1]]),
            np.column_stack([middle[:, 0], np.nextafter(middle[:, 1], -np.inf)]),
            anywhere_on + rng.choice([-1e-9, 1e-9], (number, 2)),
            anywhere_on + rng.normal(0, 1e-7, (number, 2)) * span,
            rng.random((number, 2)) * 1.1 * span + low,
            # The same x or y as a vertex: lines through vertices.
            np.column_stack([a[:, 0], rng.permutation(b[:, 1])]),
            np.array([[np.nan, 0.0], [0.0, np.inf], [-np.inf, np.nan], [1e308, -1e308]]),
            coords.min(axis=0)[None] + np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * span,
        ]
    points = np.concatenate(kinds)
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
