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
    shapes, where = [], []
    for i, use in enumerate(land.use):
        pattern = PATTERNS.get(use)
        if pattern is None or land.net[i].is_empty or land.net[i].area < 600:
            continue
        free = shapely.buffer(land.net[i], -pattern.setback)
        if free.is_empty:
            continue
        free = max(shapely.get_parts(free), key=lambda g: float(g.area))
        for size in (1.0, 0.75, 0.55):
            found = shapely.polygons(np.round(_rows(free, pattern, size, rng), 3))
            found = found[shapely.covered_by(found, free)]
            if len(found):
                break
        kept = rng.random(len(found)) < pattern.kept
        kept[:1] = True
        shapes.append(found[kept])
        where.append(np.full(int(kept.sum()), i, dtype=np.int64))
    block = np.concatenate(where)
    low = np.array([PATTERNS[u].floors[0] for u in land.use[block]])
    high = np.array([PATTERNS[u].floors[1] for u in land.use[block]])
    share = rng.random(len(land.use))[block] + rng.normal(0, 0.08, len(block))
    floors = np.round(low + (high - low) * np.clip(share, 0, 1))
    return gpd.GeoDataFrame(
        {
            "kind": [PATTERNS[u].kind for u in land.use[block]],
            "floors": floors.astype(np.int64),
            "number": _numbers(land, block),
            "block": block,
        },
        geometry=np.concatenate(shapes),
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


def _rows(free: shapely.Polygon, pattern: Pattern, size: float, rng: np.random.Generator) -> Floats:
    """Return rectangles (n, 4, 2) in rows that run east-west, more or less.

    Parameters
    ----------
    free : Polygon
        Where buildings may stand; rows are as long as it is wide there.
    size : float
        Factor on length, depth and gaps, for land where larger ones do not fit.
    """
    box = np.asarray(shapely.oriented_envelope(free).exterior.coords)[:4]
    side = box[1] - box[0]
    angle = float(np.arctan2(side[1], side[0]))
    angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    centre = box.mean(axis=0)
    ring = (np.asarray(free.exterior.coords) - centre) @ turn.T
    depth, gap = pattern.depth * size, pattern.gap_across * size
    length = pattern.length * size * rng.uniform(0.85, 1.15)
    parts = [np.empty((0, 4, 2))]
    for y in _starts(float(ring[:, 1].min()), float(ring[:, 1].max()), depth, gap)[::-1]:
        left, right = _reach(ring, y, y + depth)
        x = _starts(left, right, length, pattern.gap_along * size)
        if not len(x):
            continue
        one = length * rng.uniform(0.82, 1.0, len(x))
        deep = depth * rng.uniform(0.88, 1.0, len(x))
        x0 = x + rng.uniform(0, 1, len(x)) * (length - one)
        y0 = y + rng.uniform(0, 1, len(x)) * (depth - deep)
        quad = [(x0, y0), (x0 + one, y0), (x0 + one, y0 + deep), (x0, y0 + deep)]
        parts.append(np.stack([np.column_stack(q) for q in quad], axis=1) @ turn + centre)
    return np.concatenate(parts)


def _reach(ring: Floats, low: float, high: float) -> tuple[float, float]:
    """Return from where to where a ring holds a row between two heights."""
    left, right = -np.inf, np.inf
    for y in (low, (low + high) / 2, high):
        a, b = ring[:-1], ring[1:]
        crossed = (a[:, 1] > y) != (b[:, 1] > y)
        if not crossed.any():
            return 0.0, 0.0
        a, b = a[crossed], b[crossed]
        x = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
        left, right = max(left, float(x.min())), min(right, float(x.max()))
    return left, right


def _starts(low: float, high: float, size: float, gap: float) -> Floats:
    """Return where things of one size begin, spread evenly between two ends."""
    n = int((high - low + gap) // (size + gap))
    if n < 1:
        return np.empty(0)
    spare = (high - low - n * size - (n - 1) * gap) / (n + 1)
    out: Floats = low + spare + np.arange(n) * (size + gap + spare)
    return out
