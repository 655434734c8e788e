"""How coarse and how fine: the size of the blocks and the level of each tile."""

from __future__ import annotations

import math

import numpy as np

from citygrid_core.locate.layout import Bools, Floats, Ints
from citygrid_core.locate.polygons import Flat
from citygrid_core.locate.raster import DEPTH, Raster, Segments, spread

_MOST_COLUMNS = 2**20
#: Vertices treated at a time.
_PORTION = 4_000_000
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


def length_in_blocks(raster: Raster, edges: Segments, block: Ints) -> Floats:
    """Return how much of each edge runs through its block, in widths of a block."""
    side = float(2**DEPTH)
    left, low = (block % raster.columns) * side, (block // raster.columns) * side
    begin, end = np.zeros(len(block)), np.ones(len(block))
    for a, b, near in ((edges.ax, edges.bx, left), (edges.ay, edges.by, low)):
        d = b - a
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            one, two = (near - a) / d, (near + side - a) / d
        flat = d == 0
        one[flat], two[flat] = 0.0, 1.0
        np.maximum(begin, np.minimum(one, two), out=begin)
        np.minimum(end, np.maximum(one, two), out=end)
    length = np.hypot(edges.bx - edges.ax, edges.by - edges.ay) / side
    out: Floats = length * np.maximum(end - begin, 0.0)
    return out


def levels(border: Floats, fineness: float) -> Ints:
    """Choose the level of each tile: finer where there is more border.

    Parameters
    ----------
    border : ndarray
        Border in each block that has any, in widths of the block.
    fineness : float
        Cells along the side of a block for one width of border that two polygons share.
    """
    wanted = np.maximum(fineness * border / 2.0, 1.0)
    level: Ints = np.clip(np.rint(np.log2(wanted)), 0, DEPTH).astype(np.int64)
    return level


def fineness_for(
    raster: Raster, flat: Flat, has_edge: Bools, fineness: float, max_bytes: float
) -> float:
    """Return the fineness that is wanted, or the greatest whose tiles fit into `max_bytes`."""
    border = np.zeros(raster.rows * raster.columns)
    for first in range(0, len(flat.coords), _PORTION):
        at = first + np.flatnonzero(has_edge[first : first + _PORTION])
        ax, ay = raster.to_cells(flat.coords[at, 0], flat.coords[at, 1])
        bx, by = raster.to_cells(flat.coords[at + 1, 0], flat.coords[at + 1, 1])
        length = np.hypot(bx - ax, by - ay) / 2**DEPTH
        # Long edges are shared out to the blocks on their way.
        of, step = spread(np.zeros(len(at), dtype=np.int64), np.ceil(length).astype(np.int64) - 1)
        number = np.maximum(np.ceil(length), 1.0)[of]
        share = (step + 0.5) / number
        x, y = ax[of] + share * (bx - ax)[of], ay[of] + share * (by - ay)[of]
        block = (y // 2**DEPTH).astype(np.int64) * raster.columns + (x // 2**DEPTH).astype(np.int64)
        border += np.bincount(block, weights=length[of] / number, minlength=len(border))
    border = border[border > 0]
    while True:
        side = 2.0 ** levels(border, fineness)
        special = np.minimum(side * side, _TOUCHES * side * border / 2.0)
        if fineness <= 1.0 or float((_CELL * side * side + _SPECIAL * special).sum()) <= max_bytes:
            return fineness
        fineness /= math.sqrt(2.0)
