"""Cells and points to place: irregular, seamless, clustered; made from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

CRS = "EPSG:4547"


def cells_of(number: int) -> tuple[Any, np.ndarray]:
    """Voronoi cells of about 200 m with bent edges, and their codes in another order."""
    rng = np.random.default_rng(20261001)
    width = 200.0 * np.sqrt(number)
    origin = np.array([5e5, 3.4e6])
    frame = shapely.box(*origin, *(origin + width))
    seeds = shapely.multipoints(rng.uniform(0, width, (number, 2)) + origin)
    parts = np.array(shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame)))
    cells = shapely.segmentize(shapely.intersection(parts, frame), 20.0)

    def bend(xy: np.ndarray) -> np.ndarray:
        x, y = (xy / 29.0).T
        return xy + 3.0 * np.column_stack([np.sin(x + 3 * y), np.cos(2 * x - y)])

    codes = np.array([f"32070500{i:07d}" for i in rng.permutation(number)], dtype=object)
    return shapely.transform(cells, bend), codes


def points_of(cells: Any, number: int, *, ordered: bool) -> tuple[np.ndarray, np.ndarray]:
    """Nine in ten points in clusters of 300 m, the others anywhere, some outside."""
    rng = np.random.default_rng(7)
    x0, y0, x1, y1 = shapely.total_bounds(cells)
    centres = rng.uniform((x0, y0), (x1, y1), (max(20, len(cells) // 40), 2))
    xy = centres[rng.integers(0, len(centres), number)] + rng.normal(0, 300.0, (number, 2))
    away = rng.random(number) < 0.1
    xy[away] = rng.uniform((x0 - 50, y0 - 50), (x1 + 50, y1 + 50), (int(away.sum()), 2))
    if ordered:
        xy = xy[np.lexsort((xy[:, 0], xy[:, 1] // 200))]
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
