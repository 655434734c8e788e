"""The arrays of an index, flat, so that they can be mapped from a file as they are.

The plane is covered by square *blocks*. A block that no border touches carries its
answer at once. Any other block has a *tile* of ``2**level`` x ``2**level`` cells,
finer where there is more border. A cell that no border touches carries its answer;
a *special* cell lists the polygons that may cover its points, lowest code first,
and for each the few edges that run through the cell.

Whether a point of a special cell is inside a polygon follows from a reference
point in the same cell, whose side was found when the index was built: each edge
that the segment between the two crosses changes the side. All edges that can be
crossed run through the cell, because a cell is convex.

Polygons are kept in the order of their codes (*rank*); `order` leads back to the
positions of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Fractions of a cell's width at which its reference point may lie.
REFERENCES = (0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875)
#: Flags of an entry, in the two lowest bits of `entries`.
OUTSIDE, INSIDE, CERTAIN, UNSURE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Layout:
    """An index as plain numbers and arrays.

    Attributes
    ----------
    x0, y0 : float
        Lower left corner of the blocks.
    size : float
        Side of a cell of the finest level, in units of the CRS.
    columns, rows : int
        Number of blocks.
    depth : int
        A block is ``2**depth`` finest cells wide.
    fineness : float
        Cells along the side of a block for each width of border in it.
    blocks, cells : int32
        Answers: a rank, -1 for none; less: ``-2 - tile`` or ``-2 - special cell``.
    tile_start, tile_level : int64, uint8
        Where the cells of a tile begin, and its level.
    special_start, special_reference : uint32, uint8
        First entry of each special cell (one more at the end), place of its
        reference point in `REFERENCES`.
    entries : int32
        ``rank << 2 | flag``: whether the reference point is outside or inside, or
        the polygon certainly covers the whole cell, or nothing is known.
    entry_start : uint32
        First edge of each entry (one more at the end).
    edges : uint32
        An edge runs from this vertex of `coords` to the next one.
    coords : float64, (n, 2)
        Vertices of all rings.
    rings, parts, polygons : int64
        Offsets: ring to vertices, part to rings, polygon to parts.
    order : int64
        Rank to position among the caller's geometries.
    code_text, code_start : uint8, int64
        The codes in the caller's order, UTF-8, and where each begins.
    """

    x0: float
    y0: float
    size: float
    columns: int
    rows: int
    depth: int
    fineness: float
    blocks: NDArray[np.int32]
    tile_start: Ints
    tile_level: NDArray[np.uint8]
    cells: NDArray[np.int32]
    special_start: NDArray[np.uint32]
    special_reference: NDArray[np.uint8]
    entries: NDArray[np.int32]
    entry_start: NDArray[np.uint32]
    edges: NDArray[np.uint32]
    coords: Floats
    rings: Ints
    parts: Ints
    polygons: Ints
    order: Ints
    code_text: NDArray[np.uint8]
    code_start: Ints

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: v for k, v in named.items() if isinstance(v, np.ndarray)}

    def numbers(self) -> dict[str, float | int]:
        """Return the plain numbers by name."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: v for k, v in named.items() if not isinstance(v, np.ndarray)}
