"""Which cells does an edge touch, and where does it cross a line? Whole arrays at once.

Everything is in cells of the finest level, measured from the lower left corner.
A coordinate there is off by at most some 1e-8 cells (the raster has less than
2**28 columns and rows), so that cells are called touched with a margin of 1e-6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from citygrid_core.locate.layout import Bools, Floats, Ints

MARGIN = 1e-6
#: A block is 2**DEPTH finest cells wide.
DEPTH = 5


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster of square blocks over a rectangle; its unit is the finest cell."""

    x0: float
    y0: float
    size: float
    columns: int
    rows: int
    depth: int = DEPTH

    def to_cells(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return coordinates in cells; monotone in x and in y, so that cells have no overlap."""
        inverse = 1.0 / self.size
        return (x - self.x0) * inverse, (y - self.y0) * inverse

    def point(self, across: Floats, up: Floats) -> tuple[Floats, Floats]:
        """Return the true coordinates of places given in cells."""
        return self.x0 + across * self.size, self.y0 + up * self.size


class Segments(NamedTuple):
    """Edges by their ends."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats

    def take(self, at: Ints) -> Segments:
        """Return some of the edges."""
        return Segments(self.ax[at], self.ay[at], self.bx[at], self.by[at])


def spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return (owner, value) for all values first..last (inclusive) of each owner."""
    number = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(number), dtype=np.int64), number)
    before = np.cumsum(number) - number
    value = np.arange(len(owner), dtype=np.int64) - np.repeat(before - first, number)
    return owner, value


def touched(
    edges: Segments, unit: int, low: tuple[Ints, Ints], high: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """Return (edge, column, row) for every cell that an edge touches.

    Parameters
    ----------
    edges : Segments
    unit : int
        Side of the cells.
    low, high : (columns, rows)
        For each edge the cells to look at, inclusive.
    """
    bottom = np.floor((np.minimum(edges.ay, edges.by) - MARGIN) / unit).astype(np.int64)
    top = np.floor((np.maximum(edges.ay, edges.by) + MARGIN) / unit).astype(np.int64)
    edge, row = spread(np.maximum(bottom, low[1]), np.minimum(top, high[1]))
    here = edges.take(edge)
    dx, dy = here.bx - here.ax, here.by - here.ay
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t0 = (row * float(unit) - MARGIN - here.ay) / dy
        t1 = ((row + 1) * float(unit) + MARGIN - here.ay) / dy
    flat = dy == 0
    t0[flat], t1[flat] = 0.0, 1.0
    np.clip(t0, 0.0, 1.0, out=t0)
    np.clip(t1, 0.0, 1.0, out=t1)
    x0, x1 = here.ax + t0 * dx, here.ax + t1 * dx
    left = np.floor((np.minimum(x0, x1) - MARGIN) / unit).astype(np.int64)
    right = np.floor((np.maximum(x0, x1) + MARGIN) / unit).astype(np.int64)
    at, column = spread(np.maximum(left, low[0][edge]), np.minimum(right, high[0][edge]))
    return edge[at], column, row[at]


def spans(edges: Segments, level: Floats) -> Bools:
    """Return whether each edge crosses its horizontal line; a shared vertex counts once."""
    out: Bools = (edges.ay > level) != (edges.by > level)
    return out


def crossing(edges: Segments, level: Floats) -> Floats:
    """Return the x at which edges cross horizontal lines; they must span them."""
    share = (level - edges.ay) / (edges.by - edges.ay)
    out: Floats = edges.ax + share * (edges.bx - edges.ax)
    return out


def near(edges: Segments, x: Floats, y: Floats, distance: float) -> Bools:
    """Return whether points lie within `distance` of their edges."""
    dx, dy = edges.bx - edges.ax, edges.by - edges.ay
    length = dx * dx + dy * dy
    with np.errstate(divide="ignore", invalid="ignore"):
        t = ((x - edges.ax) * dx + (y - edges.ay) * dy) / length
    t = np.clip(np.where(length > 0, t, 0.0), 0.0, 1.0)
    ox, oy = x - (edges.ax + t * dx), y - (edges.ay + t * dy)
    out: Bools = ox * ox + oy * oy <= distance * distance
    return out


def line_height(raster: Raster, line: Ints) -> Floats:
    """Return the height, in cells, of the line through the middle of finest rows.

    The way over true coordinates makes it the height of a point that exists.
    """
    x = np.zeros(len(line))
    _, y = raster.point(x, line + 0.5)
    return raster.to_cells(x, y)[1]


def column_of(raster: Raster, x: Floats, unit: int) -> Ints:
    """Return the column that a crossing counts for; rounding never leaves the raster."""
    column = np.floor(x / unit).astype(np.int64)
    out: Ints = np.clip(column, 0, raster.columns * (2**DEPTH // unit) - 1)
    return out
