"""Buildings: rows of them on the land of each block, set back from the streets."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.sample.land import Land
from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.scales import CRS


@dataclass(frozen=True)
class Pattern:
    """How a use of land is built up; all lengths in m."""

    kind: str
    length: float
    depth: float
    gap_along: float
    gap_across: float
    setback: float
    kept: float
    floors: tuple[int, int]


PATTERNS = {
    "estate": Pattern("residential", 38, 13, 8, 18, 6, 0.97, (6, 30)),
    "old": Pattern("residential", 14, 10, 4, 6, 3, 0.85, (2, 6)),
    "commerce": Pattern("commercial", 38, 26, 10, 13, 5, 0.9, (3, 8)),
    "office": Pattern("office", 36, 22, 18, 26, 9, 0.9, (8, 32)),
    "school": Pattern("school", 56, 15, 24, 30, 9, 0.55, (3, 6)),
    "hospital": Pattern("hospital", 60, 18, 20, 24, 9, 0.75, (4, 18)),
    "factory": Pattern("industrial", 58, 28, 14, 14, 7, 0.85, (1, 3)),
    "park": Pattern("service", 10, 7, 60, 70, 14, 0.35, (1, 2)),
    "market": Pattern("commercial", 48, 22, 9, 10, 5, 0.9, (1, 2)),
}


def put_up(land: Land, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the buildings of a county.

    Returns
    -------
    GeoDataFrame
        kind, floors, number (of the building in its compound, else ""), block
        (position), geometry: rectangles on a grid of 1 mm, EPSG:4547.
    """
    corners, block, along = [], [], []
    for i, use in enumerate(land.use):
        pattern = PATTERNS.get(use)
        if pattern is None or land.net[i].is_empty or land.net[i].area < 600:
            continue
        found, row = _rows(land.net[i], pattern, rng)
        corners.append(found)
        along.append(row)
        block.append(np.full(len(found), i))
    where = np.concatenate(block)
    shapes = shapely.polygons(np.round(np.concatenate(corners), 3))
    free = np.empty(len(land.use), dtype=object)
    for i, use in enumerate(land.use):
        free[i] = shapely.buffer(land.net[i], -PATTERNS[use].setback if use in PATTERNS else 0.0)
    kept = np.array([PATTERNS[u].kept for u in land.use[where]])
    inside = shapely.covered_by(shapes, free[where]) & (rng.random(len(where)) < kept)
    shapes, where = shapes[inside], where[inside]
    low = np.array([PATTERNS[u].floors[0] for u in land.use[where]])
    high = np.array([PATTERNS[u].floors[1] for u in land.use[where]])
    per_block = rng.random(len(land.use))[where]
    floors = np.round(
        low + (high - low) * np.clip(per_block + rng.normal(0, 0.08, len(where)), 0, 1)
    )
    return gpd.GeoDataFrame(
        {
            "kind": [PATTERNS[u].kind for u in land.use[where]],
            "floors": floors.astype(np.int64),
            "number": _numbers(land, where),
            "block": where,
        },
        geometry=shapes,
        crs=CRS,
    )


def _numbers(land: Land, where: Array) -> list[str]:
    """Number the buildings of each estate: they come row by row already."""
    out, last, n = [], -1, 0
    for i in where.tolist():
        n = n + 1 if i == last else 1
        last = i
        out.append(f"{n}栋" if land.use[i] == "estate" else "")
    return out


def _rows(
    shape: shapely.Polygon, pattern: Pattern, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return rectangles (n, 4, 2) in rows over the shape's box, and the row of each."""
    box = np.asarray(shapely.oriented_envelope(shape).exterior.coords)[:4]
    side = box[1] - box[0]
    angle = float(np.arctan2(side[1], side[0]))
    angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4  # rows run east-west, more or less
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    centre = box.mean(axis=0)
    low, high = ((box - centre) @ turn.T).min(axis=0), ((box - centre) @ turn.T).max(axis=0)
    margin = pattern.setback + 0.5
    length, depth = pattern.length * rng.uniform(0.85, 1.15), pattern.depth
    across = _starts(low[1] + margin, high[1] - margin, depth, pattern.gap_across)[::-1]
    parts, rows = [], []
    for r, y in enumerate(across):
        x = _starts(low[0] + margin, high[0] - margin, length, pattern.gap_along)
        if not len(x):
            x = _starts(low[0] + margin, high[0] - margin, length * 0.55, pattern.gap_along)
        if not len(x):
            continue
        one = np.full(len(x), length if len(x) else 0.0) * rng.uniform(0.8, 1.0, len(x))
        deep = depth * rng.uniform(0.88, 1.0, len(x))
        shift = rng.uniform(-0.2, 0.2, (len(x), 2)) * np.array(
            [pattern.gap_along, pattern.gap_across]
        )
        x0, y0 = x + shift[:, 0], y + shift[:, 1]
        quad = np.stack(
            [
                np.column_stack([x0, y0]),
                np.column_stack([x0 + one, y0]),
                np.column_stack([x0 + one, y0 + deep]),
                np.column_stack([x0, y0 + deep]),
            ],
            axis=1,
        )
        parts.append(quad @ turn + centre)
        rows.append(np.full(len(x), float(r)))
    if not parts:
        return np.empty((0, 4, 2)), np.empty(0)
    return np.concatenate(parts), np.concatenate(rows)


def _starts(low: float, high: float, size: float, gap: float) -> Floats:
    """Return where things of one size begin, spread evenly between two ends."""
    n = int((high - low + gap) // (size + gap))
    if n < 1:
        return np.empty(0)
    spare = (high - low - n * size - (n - 1) * gap) / (n + 1)
    out: Floats = low + spare + np.arange(n) * (size + gap + spare)
    return out
