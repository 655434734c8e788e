"""Answer many points with numpy: one gather, then the few points of special cells.

In a special cell the segment from the point to the cell's reference point crosses
some edges of each candidate. The signs of four determinants say which; a sign is
taken only when the determinant exceeds its rounding error (Shewchuk 1997, filter A).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citygrid_core.locate.exact import Shapes
from citygrid_core.locate.layout import (
    CERTAIN,
    INSIDE,
    REFERENCES,
    UNSURE,
    Bools,
    Floats,
    Ints,
    Layout,
)

#: Shewchuk's bound for the sign of a 2 x 2 determinant of differences, and a floor under which
#: products may have lost digits.
ERROR = (3.0 + 16.0 * 2.0**-53) * 2.0**-53
TINY = 1e-290
_REFERENCES = np.asarray(REFERENCES)


class Places(NamedTuple):
    """Where points fell: the answer, or a special cell and its place."""

    answer: Ints
    at: Ints
    special: Ints
    reference_x: Floats
    reference_y: Floats


def places(layout: Layout, x: Floats, y: Floats) -> Places:
    """Find the cell of each point.

    Returns
    -------
    Places
        `answer` is a rank, -1 for none, -2 for points of special cells; for these
        `at` says which points, `special` their cells, and the reference points.
    """
    if not len(layout.blocks):
        none = np.empty(0, dtype=np.int64)
        return Places(np.full(len(x), -1, dtype=np.int64), none, none, x[:0], y[:0])
    inverse, depth = 1.0 / layout.size, layout.depth
    with np.errstate(over="ignore", invalid="ignore"):
        gx, gy = (x - layout.x0) * inverse, (y - layout.y0) * inverse
        within = (gx >= 0) & (gx < layout.columns << depth)
        within &= (gy >= 0) & (gy < layout.rows << depth)
    if not within.all():
        gx, gy = np.where(within, gx, 0.0), np.where(within, gy, 0.0)
    ix, iy = gx.astype(np.int32), gy.astype(np.int32)
    found = layout.blocks[(iy >> depth).astype(np.int64) * layout.columns + (ix >> depth)]
    found[~within] = -1
    tiled = np.flatnonzero(found < -1)
    tile = -2 - found[tiled]
    level = layout.tile_level[tile].astype(np.int32)
    shift, mask = depth - level, (1 << depth) - 1
    cx, cy = ix[tiled], iy[tiled]
    inner = (((cy & mask) >> shift) << level) + ((cx & mask) >> shift)
    value = layout.cells[layout.tile_start[tile] + inner]
    found[tiled] = value
    special = np.flatnonzero(value < -1)
    at, shift = tiled[special], shift[special]
    found[at] = -2
    cell = -2 - value[special].astype(np.int64)
    unit = 1 << shift
    across = (cx[special] >> shift << shift) + unit * _REFERENCES[layout.special_reference[cell]]
    up = (cy[special] >> shift << shift) + (unit >> 1) + 0.5
    return Places(
        found.astype(np.int64),
        at,
        cell,
        layout.x0 + across * layout.size,
        layout.y0 + up * layout.size,
    )


def candidates(
    layout: Layout, shapes: Shapes, found: Places, x: Floats, y: Floats
) -> tuple[Ints, Ints, Bools]:
    """Test the candidates of points in special cells, exactly.

    Returns
    -------
    owner : int64
        Place in ``found.at`` of each candidate; ascending.
    rank : int64
        The candidate; ascending for one owner.
    inside : bool
        Whether it covers the point.
    """
    first = layout.special_start[found.special].astype(np.int64)
    number = layout.special_start[found.special + 1].astype(np.int64) - first
    owner, entry = _ranges(first, number)
    packed = layout.entries[entry]
    flag, rank = packed & 3, (packed >> 2).astype(np.int64)
    inside = (flag == INSIDE) | (flag == CERTAIN)
    doubt = flag == UNSURE
    start = layout.entry_start[entry].astype(np.int64)
    of, place = _ranges(start, layout.entry_start[entry + 1].astype(np.int64) - start)
    who = owner[of]
    px, py = x[found.at][who], y[found.at][who]
    crosses, unclear = _crosses(
        layout.coords, layout.edges[place], px, py, found.reference_x[who], found.reference_y[who]
    )
    odd = np.bincount(of[crosses], minlength=len(entry)) & 1
    inside ^= odd.astype(bool)
    doubt[of[unclear]] = True
    open_ = np.flatnonzero(doubt)
    if len(open_):
        point = found.at[owner[open_]]
        inside[open_] = shapes.cover(rank[open_], x[point], y[point])
    return owner, rank, inside


def _ranges(first: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Return (owner, value) for ``number`` values from ``first`` on, for each owner."""
    owner = np.repeat(np.arange(len(first), dtype=np.int64), number)
    offset = first - (np.cumsum(number) - number)
    return owner, np.arange(len(owner), dtype=np.int64) + offset[owner]


def _crosses(
    coords: Floats, edges: NDArray[np.uint32], px: Floats, py: Floats, rx: Floats, ry: Floats
) -> tuple[Ints, Ints]:
    """Return which edges properly cross the segment p-r, and which may or may not."""
    edge = edges.astype(np.int64)
    ax, ay = coords[edge, 0], coords[edge, 1]
    bx, by = coords[edge + 1, 0], coords[edge + 1, 1]
    p_side, r_side = _side(ax, ay, bx, by, px, py), _side(ax, ay, bx, by, rx, ry)
    # Both ends surely on one side of the edge: most edges end here.
    left = np.flatnonzero((p_side != r_side) | (p_side == 0))
    ax, ay, bx, by, px, py, rx, ry = (v[left] for v in (ax, ay, bx, by, px, py, rx, ry))
    a_side, b_side = _side(px, py, rx, ry, ax, ay), _side(px, py, rx, ry, bx, by)
    apart = (a_side == b_side) & (a_side != 0)
    sure = (a_side != 0) & (b_side != 0) & (p_side[left] != 0) & (r_side[left] != 0)
    return left[sure & ~apart], left[~sure & ~apart]


def _side(
    ax: Floats, ay: Floats, bx: Floats, by: Floats, px: Floats, py: Floats
) -> NDArray[np.int8]:
    """Return the side of a-b on which p lies: 1 left, -1 right, 0 not sure."""
    one, two = (ax - px) * (by - py), (ay - py) * (bx - px)
    det = one - two
    bound = (np.abs(one) + np.abs(two)) * ERROR + TINY
    out: NDArray[np.int8] = (det > bound).astype(np.int8) - (det < -bound).astype(np.int8)
    return out
