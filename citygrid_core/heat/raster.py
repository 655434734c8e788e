"""A raster over a city: what of each cell lies in the outline, and points spread on its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
#: Lines in each row of cells on which an outline is measured.
_LINES = 4
#: Points that are spread at a time.
_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """Square cells, north up: row 0 is the northernmost.

    Attributes
    ----------
    west, north : float
        The outer corner of the first cell, metres.
    cell_m : float
        Side of a cell.
    shape : (rows, columns)
    """

    west: float
    north: float
    cell_m: float
    shape: tuple[int, int]

    @classmethod
    def around(cls, outline: shapely.Geometry, cell_m: float) -> Frame:
        """Return the cells that cover an outline, their corners on multiples of their side.

        What lies on the outer border is within: there is a cell beyond it on each side.
        """
        low_x, low_y, high_x, high_y = outline.bounds
        west, south = np.floor(low_x / cell_m) - 1, np.floor(low_y / cell_m) - 1
        east, north = np.ceil(high_x / cell_m) + 1, np.ceil(high_y / cell_m) + 1
        shape = (int(north - south), int(east - west))
        return cls(float(west * cell_m), float(north * cell_m), cell_m, shape)

    def positions(self, xy: Floats) -> tuple[Floats, Floats]:
        """Return row and column of points, as fractions: cell i reaches from i to i + 1."""
        return (self.north - xy[:, 1]) / self.cell_m, (xy[:, 0] - self.west) / self.cell_m

    def centres(self) -> tuple[Floats, Floats]:
        """Return x of the columns' and y of the rows' centres."""
        rows, columns = self.shape
        return (
            self.west + (np.arange(columns) + 0.5) * self.cell_m,
            self.north - (np.arange(rows) + 0.5) * self.cell_m,
        )


def coverage(outline: shapely.Geometry, frame: Frame) -> Floats:
    """Return the share of each cell that lies in an outline: 0 to 1.

    Exact along x on four lines in each row of cells. Polygons must be valid.
    """
    rows, columns = frame.shape
    # normalised: outer rings run one way, holes the other
    parts = shapely.get_parts(shapely.normalize(outline))
    rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    row, column = frame.positions(xy)
    follows = ring[1:] == ring[:-1]
    a = np.column_stack([row * _LINES, column])[:-1][follows]
    b = np.column_stack([row * _LINES, column])[1:][follows]
    # lines lie at half-integers; an edge meets those between its ends, the lower one included
    low, high = np.minimum(a[:, 0], b[:, 0]), np.maximum(a[:, 0], b[:, 0])
    first = np.ceil(low - 0.5).astype(np.int64)
    met = np.ceil(high - 0.5).astype(np.int64) - first
    edge = np.repeat(np.arange(len(a)), met)
    line = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(met) - met, met)
    start, end = a[edge], b[edge]
    share = (line + 0.5 - start[:, 0]) / (end[:, 0] - start[:, 0])
    at = np.clip(start[:, 1] + share * (end[:, 1] - start[:, 1]), 0, columns)
    sign = np.where(end[:, 0] > start[:, 0], 1.0, -1.0)
    # from a crossing on, the rest of its cell and every cell behind it
    cell = np.minimum(at.astype(np.int64), columns - 1)
    here = (line // _LINES) * (columns + 1) + cell
    rest = (cell + 1 - at) * sign
    change = np.bincount(here, rest, rows * (columns + 1))
    change += np.bincount(here + 1, sign - rest, rows * (columns + 1))
    inside = np.cumsum(change.reshape(rows, columns + 1), axis=1)[:, :-1] / _LINES
    return np.asarray(np.abs(inside), dtype=np.float64)


def within(
    outline: shapely.Geometry, share: Floats, frame: Frame, xy: Floats
) -> npt.NDArray[np.bool_]:
    """Return which points lie in an outline, its border included.

    Parameters
    ----------
    share : array
        What `coverage` gives: only points in cells near the border are looked at one by one.
    """
    row, column = (np.floor(p).astype(np.int64) for p in frame.positions(xy))
    rows, columns = frame.shape
    there = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    inside = np.zeros(len(xy), dtype=np.bool_)
    sure, none = _eroded(share >= 1 - 1e-9), _eroded(share <= 1e-9)
    cell = row[there] * columns + column[there]
    inside[there] = sure.ravel()[cell]
    open_ = np.flatnonzero(there)[~(sure | none).ravel()[cell]]
    shapely.prepare(outline)
    inside[open_] = shapely.intersects_xy(outline, xy[open_, 0], xy[open_, 1])
    return inside


def spread(xy: Floats, weights: Floats | None, frame: Frame) -> Floats:
    """Share points out to the centres of cells so that smooth sums over them stay the same.

    Each point goes to the 4 x 4 nearest centres with the weights of cubic interpolation
    (Lagrange): a sum of a smooth function over the cells then differs from the sum over the
    points by the fourth power of the cell's size only. Some weights are negative.

    Returns
    -------
    array (rows + 4, columns + 4)
        Two more cells on each side. The sum is that of the weights.
    """
    rows, columns = frame.shape
    wide = columns + 4
    size = (rows + 4) * wide
    total = np.zeros(size)
    for first in range(0, len(xy), _BLOCK):
        part = slice(first, first + _BLOCK)
        row, column = frame.positions(xy[part])
        i, along_y = _cubic(row - 0.5)
        j, along_x = _cubic(column - 0.5)
        corner = (i + 1) * wide + j + 1
        if weights is not None:
            along_y = along_y * weights[part]
        for dy in range(4):
            for dx in range(4):
                part_of = np.bincount(corner, along_y[dy] * along_x[dx])
                shift = dy * wide + dx
                total[shift : shift + len(part_of)] += part_of
    return total.reshape(rows + 4, wide)


def _cubic(position: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the node below each position, and the weights of it, one before, two behind."""
    below = np.floor(position)
    t = position - below
    a, b, c = t + 1, t - 1, t - 2
    weights = np.stack([-t * b * c / 6, a * b * c / 2, -a * t * c / 2, a * t * b / 6])
    return below.astype(np.int64), weights


def _eroded(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return where a cell and its eight neighbours are set."""
    padded = np.pad(mask, 1, mode="edge")
    high = padded[:-2] & padded[1:-1] & padded[2:]
    return np.asarray(high[:, :-2] & high[:, 1:-1] & high[:, 2:])
