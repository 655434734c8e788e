"""How coarse and how fine: the size of the blocks and the level of each tile."""

from __future__ import annotations

import math

import numpy as np

from citygrid_core.locate.layout import Floats, Ints
from citygrid_core.locate.raster import DEPTH, Raster, Segments

_MOST_COLUMNS = 2**20
#: Bytes that a cell of a tile takes, and a special cell with its entries and edges.
_CELL, _SPECIAL = 4, 40
#: A straight border through a block touches this many cells per cell width.
_TOUCHES = 1.3


def raster_for(coords: Floats, area: float, length: float, number: int) -> Raster:
    """Choose blocks about as large as the polygons, as many at most as there are vertices.

    Parameters
    ----------
    coords : ndarray (n, 2)
        All vertices; at least one.
    area, length : float
        Sums over all polygons.
    number : int
        How many polygons.
    """
    low, high = coords.min(axis=0), coords.max(axis=0)
    width, height = (high - low).tolist()
    most = 4 * number + len(coords) + 1024
    block = max(
        4.0 * area / length if length > 0 else 0.0,
        math.sqrt(width / most) * math.sqrt(height),
        max(width, height) / _MOST_COLUMNS,
    )
    # Cells stay far above the resolution of the coordinates themselves.
    finest = 64.0 * float(np.spacing(np.abs(coords).max()))
    size = max(block / 2**DEPTH, finest, 1e-280)
    inverse = 1.0 / size
    columns, rows = (int(w * inverse) // 2**DEPTH + 1 for w in (width, height))
    return Raster(float(low[0]), float(low[1]), size, columns, rows)


def border_in_blocks(edges: Segments, edge: Ints, block: Ints, blocks: int) -> Floats:
    """Return about how much border runs through each block, in widths of a block.

    Each edge's length is shared out evenly to the blocks that it touches.
    """
    length = np.hypot(edges.bx - edges.ax, edges.by - edges.ay) / 2**DEPTH
    share = np.bincount(edge, minlength=len(length))
    parts = (length / np.maximum(share, 1))[edge]
    out: Floats = np.bincount(block, weights=parts, minlength=blocks).astype(np.float64)
    return out


def levels(border: Floats, fineness: float, max_bytes: float) -> tuple[Ints, float]:
    """Choose the level of each tile: finer where there is more border.

    Parameters
    ----------
    border : ndarray
        Border in each block that has any, in widths of the block.
    fineness : float
        Cells along the side of a block for one width of border that two polygons
        share. Lowered until the tiles fit into `max_bytes`.

    Returns
    -------
    levels : int64
    fineness : float
        The one that was kept.
    """
    while True:
        wanted = np.maximum(fineness * border / 2.0, 1.0)
        level = np.clip(np.rint(np.log2(wanted)), 0, DEPTH).astype(np.int64)
        side = 2.0**level
        special = np.minimum(side * side, _TOUCHES * side * border / 2.0)
        if fineness <= 1.0 or float((_CELL * side * side + _SPECIAL * special).sum()) <= max_bytes:
            return level, fineness
        fineness /= math.sqrt(2.0)
