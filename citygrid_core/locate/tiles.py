"""Fill the tiles: a label for each plain cell, candidates and edges for each special one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citygrid_core.locate.layout import (
    CERTAIN,
    INSIDE,
    OUTSIDE,
    REFERENCES,
    UNSURE,
    Bools,
    Floats,
    Ints,
)
from citygrid_core.locate.raster import (
    DEPTH,
    Raster,
    Segments,
    column_of,
    crossing,
    line_height,
    near,
    spans,
    spread,
    touched,
)

#: Cells of (polygon, block) pairs treated at a time.
_PORTION = 1_000_000
#: A reference point is at least this far from every edge, in finest cells.
_CLEAR = 1e-4


class Pairs(NamedTuple):
    """(block, polygon) pairs, by block and then rank.

    `carry` has a bit for each line of the block: the parity at its left side.
    The edges of pair i are ``edge[start[i]:start[i + 1]]``.
    """

    rank: Ints
    block: Ints
    carry: NDArray[np.uint8]
    edge: Ints
    start: Ints


class Tiles(NamedTuple):
    """The tile arrays of `Layout`, in its order."""

    tile_start: Ints
    tile_level: NDArray[np.uint8]
    cells: NDArray[np.int32]
    special_start: NDArray[np.uint32]
    special_reference: NDArray[np.uint8]
    entries: NDArray[np.int32]
    entry_start: NDArray[np.uint32]
    edges: NDArray[np.uint32]

    @classmethod
    def none(cls) -> Tiles:
        """Return the tiles of an index without polygons."""
        return cls(
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.uint8),
            np.empty(0, dtype=np.int32),
            np.zeros(1, dtype=np.uint32),
            np.empty(0, dtype=np.uint8),
            np.empty(0, dtype=np.int32),
            np.zeros(1, dtype=np.uint32),
            np.empty(0, dtype=np.uint32),
        )


class _Special(NamedTuple):
    """Special cells of one portion: counts instead of offsets."""

    entries_of: Ints
    reference: NDArray[np.uint8]
    entries: NDArray[np.int32]
    edges_of: Ints
    edges: NDArray[np.uint32]


def fill_tiles(
    raster: Raster, edges: Segments, starts: Ints, pairs: Pairs, tiled: Ints, level: Ints
) -> Tiles:
    """Fill the tiles of the blocks `tiled`, each at its level.

    Parameters
    ----------
    edges : Segments
        In finest cells.
    starts : int64
        First vertex of each edge.
    """
    tile_start = np.cumsum(4**level) - 4**level
    order: list[Ints] = []
    cells = np.empty(int((4**level).sum()), dtype=np.int32)
    tile_of = np.searchsorted(tiled, pairs.block)
    found: list[_Special] = []
    specials = 0
    for k in np.unique(level).tolist():
        mine = np.flatnonzero(level[tile_of] == k)
        run = np.arange(len(mine)) // max(1, _PORTION // 4**k)
        # A tile is never cut in two: it belongs to the run of its first pair.
        first = np.searchsorted(tile_of[mine], tile_of[mine])
        for part in np.split(mine, np.flatnonzero(np.diff(run[first])) + 1):
            values, special = _portion(raster, edges, starts, pairs, part, k, specials)
            tiles_ = np.unique(tile_of[part])
            cells[tile_start[tiles_][:, None] + np.arange(4**k)] = values
            specials += len(special.entries_of)
            found.append(special)
            order.append(np.repeat(tiles_, (values < -1).sum(axis=1)))
    return _in_order(tile_start, level, cells, found, np.concatenate(order))


def _in_order(
    tile_start: Ints, level: Ints, cells: NDArray[np.int32], found: list[_Special], tile: Ints
) -> Tiles:
    """Put special cells in the order of their tiles, however they were made.

    Parameters
    ----------
    tile : int64
        The tile of each special cell.
    """
    by_tile = np.argsort(tile, kind="stable")
    place = np.empty(len(tile), dtype=np.int32)
    place[by_tile] = np.arange(len(tile), dtype=np.int32)
    special = np.flatnonzero(cells < -1)
    cells[special] = -2 - place[-2 - cells[special]]
    entries_of = np.concatenate([s.entries_of for s in found])
    edges_of = np.concatenate([s.edges_of for s in found])
    entry = _gathered(entries_of, by_tile)
    edge = _gathered(edges_of, entry)
    return Tiles(
        tile_start,
        level.astype(np.uint8),
        cells,
        _offsets(entries_of[by_tile]),
        np.concatenate([s.reference for s in found])[by_tile],
        np.concatenate([s.entries for s in found])[entry],
        _offsets(edges_of[entry]),
        np.concatenate([s.edges for s in found])[edge],
    )


def _gathered(counts: Ints, order: Ints) -> Ints:
    """Return the places of the members of groups, the groups in another order."""
    first = np.cumsum(counts) - counts
    return spread(first[order], first[order] + counts[order] - 1)[1]


def _offsets(counts: Ints) -> NDArray[np.uint32]:
    out: NDArray[np.uint32] = np.zeros(len(counts) + 1, dtype=np.uint32)
    np.cumsum(counts, out=out[1:])
    return out


def _portion(
    raster: Raster, edges: Segments, starts: Ints, pairs: Pairs, part: Ints, k: int, base: int
) -> tuple[NDArray[np.int32], _Special]:
    """Return the cells of whole tiles of one level, and their special cells."""
    side, unit = 2**k, 2 ** (DEPTH - k)
    rank, block = pairs.rank[part], pairs.block[part]
    column0, row0 = block % raster.columns * side, block // raster.columns * side
    new = np.ones(len(part), dtype=bool)
    new[1:] = block[1:] != block[:-1]
    tile, first = np.cumsum(new) - 1, np.flatnonzero(new)

    pair, at = spread(pairs.start[part], pairs.start[part + 1] - 1)
    edge = pairs.edge[at]
    mine = edges.take(edge)
    low = (column0[pair], row0[pair])
    high = (low[0] + side - 1, low[1] + side - 1)
    hit, column, row = touched(mine, unit, low, high)
    touch = ((pair[hit] * side) + row - low[1][hit]) * side + column - low[0][hit]
    marked = np.zeros(len(part) * side * side, dtype=bool)
    marked[touch] = True
    by_cell = np.argsort(touch, kind="stable")
    touch, touching = touch[by_cell], edge[hit][by_cell]

    left = _left_parity(raster, mine, pair, low, pairs.carry[part], k)
    marked3 = marked.reshape(-1, side, side)
    inside = left.astype(bool) & ~marked3
    special, label = _labels(rank, inside, marked3, first)
    values = (label - 1).reshape(len(first), -1)
    flat = special.reshape(len(first), -1)
    values[flat] = -2 - base - np.arange(int(flat.sum()), dtype=np.int32)

    # Entries: every polygon that may cover a point of a special cell, lowest rank first.
    e_pair, e_row, e_column = np.nonzero((marked3 | inside) & special[tile])
    cell = (tile[e_pair] * side + e_row) * side + e_column
    by_cell = np.argsort(cell, kind="stable")
    e_pair, e_row, e_column, cell = (v[by_cell] for v in (e_pair, e_row, e_column, cell))
    own = (e_pair * side + e_row) * side + e_column
    begin, end = np.searchsorted(touch, own, "left"), np.searchsorted(touch, own, "right")
    owner, place = spread(begin, end - 1)
    _, s_first, of_special = np.unique(cell, return_index=True, return_inverse=True)
    s_column = (column0[e_pair] + e_column)[s_first]
    s_row = (row0[e_pair] + e_row)[s_first]
    reference, odd, unsure = _references(
        raster, edges.take(touching[place]), owner, of_special.reshape(-1), s_column, s_row, unit
    )
    flag = np.where(left.reshape(-1)[own] ^ odd, INSIDE, OUTSIDE)
    flag[unsure[of_special.reshape(-1)]] = UNSURE
    flag[begin == end] = CERTAIN
    return values, _Special(
        np.bincount(of_special.reshape(-1), minlength=len(s_first)),
        reference,
        (rank[e_pair] << 2 | flag).astype(np.int32),
        end - begin,
        starts[touching[place]].astype(np.uint32),
    )


def _labels(
    rank: Ints, inside: Bools, marked: Bools, first: Ints
) -> tuple[Bools, NDArray[np.int32]]:
    """Return which cells of each tile are special, and rank + 1 (0: none) for the others.

    The first polygon of every tile at once, then the second ...: tiles have few.
    """
    shape = (len(first), *inside.shape[1:])
    number, label = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    special = np.zeros(shape, dtype=bool)
    size = np.diff(np.append(first, len(rank)))
    for step in range(int(size.max())):
        tile = np.flatnonzero(size > step)
        pair = first[tile] + step
        number[tile] += inside[pair]
        label[tile] += inside[pair] * (rank[pair] + 1).astype(np.int32)[:, None, None]
        special[tile] |= marked[pair]
    return special | (number > 1), label


def _left_parity(
    raster: Raster, mine: Segments, pair: Ints, low: tuple[Ints, Ints], carry: Any, k: int
) -> NDArray[np.uint8]:
    """Return for each pair and cell whether the left end of its line is inside (1) or not."""
    side, unit = 2**k, 2 ** (DEPTH - k)
    bottom = np.floor(np.minimum(mine.ay, mine.by) / unit).astype(np.int64)
    top = np.floor(np.maximum(mine.ay, mine.by) / unit).astype(np.int64)
    at, row = spread(np.maximum(bottom, low[1]), np.minimum(top, low[1] + side - 1))
    height = line_height(raster, row * unit + unit // 2)
    here = mine.take(at)
    hit = np.flatnonzero(spans(here, height))
    column = column_of(raster, crossing(here.take(hit), height[hit]), unit) - low[0][at[hit]]
    ours = (column >= 0) & (column < side)
    at, row, column = at[hit][ours], row[hit][ours], column[ours]
    number = np.bincount(
        (pair[at] * side + row - low[1][at]) * side + column, minlength=len(carry) * side * side
    )
    toggle = (number & 1).astype(np.uint8).reshape(-1, side, side)
    lines = np.unpackbits(carry, axis=1, bitorder="little")[:, unit // 2 :: unit]
    passed = np.cumsum(toggle, axis=2, dtype=np.uint8) - toggle
    return (lines[:, :, None] ^ (passed & 1)).astype(np.uint8)


def _references(
    raster: Raster,
    edges: Segments,
    owner: Ints,
    of_special: Ints,
    column: Ints,
    row: Ints,
    unit: int,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Bools]:
    """Choose the reference point of each special cell, clear of all edges.

    Parameters
    ----------
    edges, owner
        The edges of the entries, and the entry that each belongs to.
    of_special : int64
        The special cell of each entry.
    column, row : int64
        The special cells.

    Returns
    -------
    reference : uint8
        For each special cell.
    odd : uint8
        For each entry: whether its edges cross the line from the cell's left side
        to the reference point an odd number of times.
    unsure : bool
        For each special cell: no reference point is clear.
    """
    number = len(column)
    cell = of_special[owner]
    height = line_height(raster, row * unit + unit // 2)
    reference = np.zeros(number, dtype=np.uint8)
    x = _reference_x(raster, column, unit, reference)
    bad = np.zeros(number, dtype=bool)
    bad[cell[near(edges, x[cell], height[cell], _CLEAR)]] = True
    for choice in range(1, len(REFERENCES)):
        if not bad.any():
            break
        reference[bad] = np.uint8(choice)
        x = _reference_x(raster, column, unit, reference)
        todo = np.flatnonzero(bad[cell])
        at = cell[todo]
        still = near(edges.take(todo), x[at], height[at], _CLEAR)
        bad[:] = False
        bad[at[still]] = True
    level: Floats = height[cell]
    hit = np.flatnonzero(spans(edges, level))
    where = crossing(edges.take(hit), level[hit])
    at = cell[hit]
    counts = (column_of(raster, where, unit) == column[at]) & (where < x[at])
    odd = np.bincount(owner[hit][counts], minlength=len(of_special)) & 1
    return reference, odd.astype(np.uint8), bad


def _reference_x(raster: Raster, column: Ints, unit: int, reference: NDArray[np.uint8]) -> Floats:
    """Return the x of reference points, in cells, by way of their true coordinates."""
    across = column * unit + np.asarray(REFERENCES)[reference] * unit
    none = np.zeros(len(across))
    return raster.to_cells(raster.point(across, none)[0], none)[0]
