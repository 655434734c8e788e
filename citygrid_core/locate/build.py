"""Build the arrays of an index from polygons.

Two passes over the edges. The first finds the blocks that each polygon's border
touches and, on every line of cells, how often the border crosses it: a prefix of
parities along each row of blocks then tells which blocks lie inside. The second
does the same with the cells of each tile, level by level, in portions of bounded size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate.layout import Ints, Layout
from citygrid_core.locate.plan import border_in_blocks, levels, raster_for
from citygrid_core.locate.polygons import Flat, checked, code_texts, edge_starts, flatten, ranked
from citygrid_core.locate.raster import (
    DEPTH,
    Raster,
    Segments,
    column_of,
    crossing,
    line_height,
    spans,
    spread,
    touched,
)
from citygrid_core.locate.tiles import Pairs, Tiles, fill_tiles

#: Cells of edges treated at a time; bounds the memory of a build.
_PORTION = 2_000_000
_SIDE = 2**DEPTH


class _Touches(NamedTuple):
    """Which polygon's border touches which block: by rank, then block row, then column."""

    rank: Ints
    block: Ints
    edge: Ints
    pair_of_edge: Ints


def build_layout(
    geometries: Iterable[Any], codes: Iterable[Any], *, fineness: float, max_bytes: float
) -> Layout:
    """Build the arrays of an index; see `CellIndex.build`."""
    given = np.array(geometries, dtype=object).reshape(-1)
    texts = code_texts(codes, len(given))
    shapes = checked(given, texts)
    order = ranked(texts)
    shapes = shapes[order]
    flat = flatten(shapes)
    starts, rank = edge_starts(flat)
    if not len(starts):
        raster, tiles = Raster(0.0, 0.0, 1.0, 0, 0), Tiles.none()
        return _layout(raster, np.empty(0, dtype=np.int32), tiles, flat, order, texts)
    area, length = float(shapely.area(shapes).sum()), float(shapely.length(shapes).sum())
    raster = raster_for(flat.coords, area, length, len(shapes))
    x, y = raster.to_cells(flat.coords[:, 0], flat.coords[:, 1])
    edges = Segments(x[starts], y[starts], x[starts + 1], y[starts + 1])
    touches = _touches(raster, edges, rank)
    carry, after = _parities(raster, edges, rank, touches)
    covered_rank, covered_block = _covered(raster, touches, after)

    blocks = np.full(raster.rows * raster.columns, -1, dtype=np.int32)
    bordered = np.zeros(len(blocks), dtype=bool)
    bordered[touches.block] = True
    plain = ~bordered[covered_block]
    plain &= np.bincount(covered_block, minlength=len(blocks))[covered_block] == 1
    blocks[covered_block[plain]] = covered_rank[plain]

    pairs = _pairs(touches, carry, covered_rank[~plain], covered_block[~plain])
    tiled = np.unique(pairs.block)
    blocks[tiled] = -2 - np.arange(len(tiled), dtype=np.int32)
    border = border_in_blocks(edges, touches.edge, touches.block[touches.pair_of_edge], len(blocks))
    fixed = flat.coords.nbytes + blocks.nbytes
    level, _ = levels(border[tiled], fineness, max_bytes - fixed)
    tiles = fill_tiles(raster, edges, starts, pairs, tiled, level)
    return _layout(raster, blocks, tiles, flat, order, texts)


def _touches(raster: Raster, edges: Segments, rank: Ints) -> _Touches:
    keys, owners = [], []
    low, high = np.zeros(1, dtype=np.int64), np.full(1, 2**62, dtype=np.int64)
    for first, last in _portions(edges, _SIDE):
        part = edges.take(np.arange(first, last))
        n = last - first
        edge, column, row = touched(
            part,
            _SIDE,
            (np.repeat(low, n), np.repeat(low, n)),
            (
                np.minimum(np.repeat(high, n), raster.columns - 1),
                np.minimum(np.repeat(high, n), raster.rows - 1),
            ),
        )
        block = row * raster.columns + column
        keys.append(rank[edge + first] * (raster.rows * raster.columns) + block)
        owners.append(edge + first)
    pair, of_edge = np.unique(np.concatenate(keys), return_inverse=True)
    blocks = raster.rows * raster.columns
    return _Touches(pair // blocks, pair % blocks, np.concatenate(owners), of_edge.reshape(-1))


def _portions(edges: Segments, unit: int) -> list[tuple[int, int]]:
    """Cut the edges into runs that touch about `_PORTION` cells of side `unit` each."""
    work = 2.0 + (np.abs(edges.bx - edges.ax) + np.abs(edges.by - edges.ay)) / unit
    run = (np.cumsum(work) // _PORTION).astype(np.int64)
    cuts = np.flatnonzero(np.diff(run)) + 1
    ends = [0, *cuts.tolist(), len(work)]
    return list(itertools.pairwise(ends))


def _parities(
    raster: Raster, edges: Segments, rank: Ints, touches: _Touches
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return for each pair the parities left and right of its block, a bit for each line."""
    blocks = raster.rows * raster.columns
    key = touches.rank * blocks + touches.block
    odd = np.zeros((len(key), _SIDE), dtype=np.uint8)
    for first, last in _portions(edges, 1):
        part = edges.take(np.arange(first, last))
        bottom = np.floor(np.minimum(part.ay, part.by)).astype(np.int64)
        top = np.floor(np.maximum(part.ay, part.by)).astype(np.int64)
        edge, line = spread(bottom, np.minimum(top, raster.rows * _SIDE - 1))
        part = part.take(edge)
        level = line_height(raster, line)
        hit = spans(part, level)
        part, line, level = part.take(np.flatnonzero(hit)), line[hit], level[hit]
        column = column_of(raster, crossing(part, level), 1)
        block = (line // _SIDE) * raster.columns + column // _SIDE
        pair = np.searchsorted(key, rank[edge[hit] + first] * blocks + block)
        # Edges come in the order of their ranks: so do the pairs of a portion.
        base, end = (int(pair.min()), int(pair.max()) + 1) if len(pair) else (0, 0)
        number = np.bincount((pair - base) * _SIDE + line % _SIDE, minlength=(end - base) * _SIDE)
        odd[base:end] ^= (number & 1).astype(np.uint8).reshape(-1, _SIDE)
    bits = np.packbits(odd, axis=1, bitorder="little")
    before = np.bitwise_xor.accumulate(bits, axis=0) ^ bits
    group = np.stack([touches.rank, touches.block // raster.columns])
    new = np.ones(len(key), dtype=bool)
    new[1:] = (group[:, 1:] != group[:, :-1]).any(axis=0)
    begin = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
    carry = before ^ before[begin]
    return carry, carry ^ bits


def _covered(raster: Raster, touches: _Touches, after: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return (rank, block) for blocks inside a polygon whose border does not touch them."""
    row = touches.block // raster.columns
    same = (touches.rank[1:] == touches.rank[:-1]) & (row[1:] == row[:-1])
    inside = np.flatnonzero(same & (after[:-1, 0] & 1 == 1))
    at, block = spread(touches.block[inside] + 1, touches.block[inside + 1] - 1)
    return touches.rank[inside[at]], block


def _pairs(touches: _Touches, carry: NDArray[np.uint8], more_rank: Ints, more_block: Ints) -> Pairs:
    """Order the pairs by block; add polygons that cover a block which others share."""
    rank = np.concatenate([touches.rank, more_rank])
    block = np.concatenate([touches.block, more_block])
    all_ones = np.full((len(more_rank), carry.shape[1]), 255, dtype=np.uint8)
    order = np.lexsort((rank, block))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    pair = place[touches.pair_of_edge]
    by_pair = np.argsort(pair, kind="stable")
    return Pairs(
        rank[order],
        block[order],
        np.concatenate([carry, all_ones])[order],
        touches.edge[by_pair],
        np.searchsorted(pair[by_pair], np.arange(len(order) + 1)),
    )


def _layout(
    raster: Raster,
    blocks: NDArray[np.int32],
    tiles: Tiles,
    flat: Flat,
    order: Ints,
    codes: list[str],
) -> Layout:
    encoded = [c.encode("utf-8", "surrogatepass") for c in codes]
    return Layout(
        raster.x0,
        raster.y0,
        raster.size,
        raster.columns,
        raster.rows,
        raster.depth,
        blocks,
        *tiles,
        flat.coords,
        flat.rings,
        flat.parts,
        flat.polygons,
        order,
        np.frombuffer(b"".join(encoded), dtype=np.uint8),
        np.cumsum([0, *map(len, encoded)], dtype=np.int64),
    )
