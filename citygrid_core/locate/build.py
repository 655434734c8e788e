"""Build the arrays of an index from polygons, one rectangle of blocks after the other.

Of each rectangle two passes over the edges of the polygons there. The first finds the
blocks that each polygon's border touches and, on every line of cells, how often the border
crosses it: a prefix of parities along each row of blocks then tells which blocks lie
inside. The second does the same with the cells of each tile, level by level, in portions
of bounded size. What comes out depends on the rectangle's polygons only, not on how the
plane was cut: that is what makes an index updatable (`update`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate.layout import Bools, Floats, Ints, Layout
from citygrid_core.locate.plan import fineness_for, length_in_blocks, levels, raster_for
from citygrid_core.locate.polygons import Flat, checked, code_texts, edge_mask, flatten, ranked
from citygrid_core.locate.raster import (
    DEPTH,
    MARGIN,
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

#: Cells of edges treated at a time, and edges of a strip; they bound the memory of a build.
_PORTION, _STRIP = 2_000_000, 400_000
_SIDE = 2**DEPTH


class Rectangle(NamedTuple):
    """Blocks from one column and row to others, all included."""

    left: int
    low: int
    right: int
    high: int


@dataclass(frozen=True)
class Ground:
    """Polygons in the order of their codes over a raster."""

    raster: Raster
    flat: Flat
    bounds: Floats

    @cached_property
    def has_edge(self) -> Bools:
        """Whether an edge begins at each vertex."""
        return edge_mask(self.flat)

    @cached_property
    def boxes(self) -> Ints:
        """Left, low, right and high block of each polygon; right < left for empty ones."""
        x0, y0 = self.raster.to_cells(self.bounds[:, 0], self.bounds[:, 1])
        x1, y1 = self.raster.to_cells(self.bounds[:, 2], self.bounds[:, 3])
        ends = np.column_stack([x0 - MARGIN, y0 - MARGIN, x1 + MARGIN, y1 + MARGIN]) / _SIDE
        empty = np.isnan(ends).any(axis=1)
        out: Ints = np.floor(np.where(empty[:, None], 0.0, ends)).astype(np.int64)
        out[empty] = (0, 0, -1, -1)
        return out

    def within(self, r: Rectangle) -> Ints:
        """Return the polygons whose boxes meet a rectangle."""
        b = self.boxes
        return np.flatnonzero(
            (b[:, 0] <= r.right) & (b[:, 2] >= r.left) & (b[:, 1] <= r.high) & (b[:, 3] >= r.low)
        )

    def edges(self, ranks: Ints, r: Rectangle) -> tuple[Segments, Ints, Ints]:
        """Return the edges of polygons in the rows of a rectangle, first vertex and rank."""
        flat = self.flat
        first = flat.rings[flat.parts[flat.polygons[ranks]]]
        last = flat.rings[flat.parts[flat.polygons[ranks + 1]]]
        of, at = spread(first, last - 1)
        fit = self.has_edge[at]
        at, of = at[fit], of[fit]
        a, b = flat.coords[at], flat.coords[at + 1]
        ay, by = (self.raster.to_cells(v[:, 1], v[:, 1])[1] for v in (a, b))
        here = np.flatnonzero(
            (np.maximum(ay, by) >= r.low * _SIDE - 2 * MARGIN)
            & (np.minimum(ay, by) <= (r.high + 1) * _SIDE + 2 * MARGIN)
        )
        ax, bx = (self.raster.to_cells(v[here, 0], v[here, 0])[0] for v in (a, b))
        return Segments(ax, ay[here], bx, by[here]), at[here], ranks[of[here]]

    def strips(self) -> list[Rectangle]:
        """Cut the raster into strips of rows with a bounded number of edges each."""
        flat, raster = self.flat, self.raster
        number = np.diff(flat.rings[flat.parts[flat.polygons]])
        some = np.flatnonzero(number)
        low, high = self.boxes[some, 1], self.boxes[some, 3]
        share = number[some] / (high - low + 1)
        work = np.zeros(raster.rows + 1)
        np.add.at(work, np.clip(low, 0, raster.rows), share)
        np.add.at(work, np.clip(high + 1, 0, raster.rows), -share)
        run = (np.cumsum(np.cumsum(work)[:-1]) // _STRIP).astype(np.int64)
        cuts = np.flatnonzero(np.diff(run)) + 1
        ends = [0, *cuts.tolist(), raster.rows]
        return [Rectangle(0, a, raster.columns - 1, b - 1) for a, b in itertools.pairwise(ends)]


class Part(NamedTuple):
    """The blocks of a rectangle, row by row, and the tiles of those that have one."""

    blocks: NDArray[np.int32]
    tiles: Tiles


class _Touches(NamedTuple):
    """Which polygon's border touches which block: by rank, then block row, then column."""

    rank: Ints
    block: Ints
    edge: Ints
    pair_of_edge: Ints


def build_layout(
    geometries: Iterable[Any],
    codes: Iterable[Any],
    *,
    fineness: float,
    max_bytes: float,
    like: Layout | None = None,
) -> Layout:
    """Build the arrays of an index; see `CellIndex.build`.

    Parameters
    ----------
    like : Layout, optional
        Take the raster and the fineness of this one.
    """
    given = np.array(geometries, dtype=object).reshape(-1)
    texts = code_texts(codes, len(given))
    shapes = checked(given, texts)
    order = ranked(texts)
    shapes = shapes[order]
    flat = flatten(shapes)
    if like is not None:
        raster = Raster(like.x0, like.y0, like.size, like.columns, like.rows, like.depth)
        fineness = like.fineness
    elif len(flat.coords):
        area, length = float(shapely.area(shapes).sum()), float(shapely.length(shapes).sum())
        raster = raster_for(flat.coords, area, length, len(shapes))
        budget = max_bytes - flat.coords.nbytes - 4.0 * raster.rows * raster.columns
        fineness = fineness_for(raster, flat, edge_mask(flat), fineness, budget)
    else:
        raster = Raster(0.0, 0.0, 1.0, 0, 0)
    ground = Ground(raster, flat, shapely.bounds(shapes).reshape(-1, 4))
    parts = [build_part(ground, strip, fineness) for strip in ground.strips() if raster.rows]
    blocks, tiles = joined(parts)
    return made(raster, fineness, blocks, tiles, flat, order, texts)


def build_part(ground: Ground, where: Rectangle, fineness: float) -> Part:
    """Build the blocks and tiles of one rectangle."""
    raster = ground.raster
    blocks = np.full((where.high - where.low + 1) * (where.right - where.left + 1), -1, np.int32)
    ranks = ground.within(where)
    edges, starts, rank = ground.edges(ranks, where)
    if not len(starts):
        return Part(blocks, Tiles.none())
    touches = _touches(raster, edges, rank, where)
    carry, after = _parities(raster, edges, rank, touches, where)
    covered_rank, covered_block = _covered(raster, touches, after)
    touches, carry = _cropped(raster, touches, carry, where)
    column = covered_block % raster.columns
    ours = (column >= where.left) & (column <= where.right)
    covered_rank, covered_block = covered_rank[ours], covered_block[ours]

    bordered = np.isin(covered_block, touches.block)
    distinct, number = np.unique(covered_block, return_counts=True)
    alone = number[np.searchsorted(distinct, covered_block)] == 1
    plain = ~bordered & alone
    blocks[_local(raster, covered_block[plain], where)] = covered_rank[plain]

    pairs = _pairs(touches, carry, covered_rank[~plain], covered_block[~plain])
    tiled = np.unique(pairs.block)
    if not len(tiled):
        return Part(blocks, Tiles.none())
    blocks[_local(raster, tiled, where)] = -2 - np.arange(len(tiled), dtype=np.int32)
    of_edge = touches.block[touches.pair_of_edge]
    length = length_in_blocks(raster, edges.take(touches.edge), of_edge)
    at = np.searchsorted(tiled, of_edge)
    border: Floats = np.bincount(at, weights=length, minlength=len(tiled)).astype(np.float64)
    return Part(blocks, fill_tiles(raster, edges, starts, pairs, tiled, levels(border, fineness)))


def _local(raster: Raster, block: Ints, where: Rectangle) -> Ints:
    """Return the places of blocks in a rectangle."""
    row, column = block // raster.columns - where.low, block % raster.columns - where.left
    return row * (where.right - where.left + 1) + column


def joined(parts: Sequence[Part]) -> tuple[NDArray[np.int32], Tiles]:
    """Join parts whose blocks follow one another."""
    tile = special = 0
    blocks: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)]
    cells, sizes = [], []
    for part in parts:
        t = part.tiles
        one = part.blocks.copy()
        one[one < -1] -= np.int32(tile)
        blocks.append(one)
        two = t.cells.copy()
        two[two < -1] -= np.int32(special)
        cells.append(two)
        sizes.append(4 ** t.tile_level.astype(np.int64))
        tile += len(t.tile_level)
        special += len(t.special_reference)
    if not parts:
        return blocks[0], Tiles.none()
    size = np.concatenate(sizes)
    tiles = [p.tiles for p in parts]
    return np.concatenate(blocks), Tiles(
        np.cumsum(size) - size,
        np.concatenate([t.tile_level for t in tiles]),
        np.concatenate(cells),
        _run_on([t.special_start for t in tiles]),
        np.concatenate([t.special_reference for t in tiles]),
        np.concatenate([t.entries for t in tiles]),
        _run_on([t.entry_start for t in tiles]),
        np.concatenate([t.edges for t in tiles]),
    )


def _run_on(starts: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """Join arrays of offsets, each of which begins with 0 and ends with its total."""
    out, base = [np.zeros(1, dtype=np.uint32)], np.uint32(0)
    for one in starts:
        out.append(one[1:] + base)
        base = base + one[-1]
    return np.concatenate(out)


def _cropped(
    raster: Raster, touches: _Touches, carry: NDArray[np.uint8], where: Rectangle
) -> tuple[_Touches, NDArray[np.uint8]]:
    """Keep what touches the columns of a rectangle."""
    column = touches.block % raster.columns
    keep = (column >= where.left) & (column <= where.right)
    if keep.all():
        return touches, carry
    number = np.cumsum(keep) - 1
    mine = keep[touches.pair_of_edge]
    of_edge = number[touches.pair_of_edge[mine]]
    kept = _Touches(touches.rank[keep], touches.block[keep], touches.edge[mine], of_edge)
    return kept, carry[keep]


def _touches(raster: Raster, edges: Segments, rank: Ints, where: Rectangle) -> _Touches:
    keys, owners = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    blocks = raster.rows * raster.columns
    for first, last in _portions(edges, _SIDE):
        part = edges.take(np.arange(first, last))
        low, high = np.zeros(last - first, dtype=np.int64), np.ones(last - first, dtype=np.int64)
        edge, column, row = touched(
            part,
            _SIDE,
            (low, high * where.low),
            (high * (raster.columns - 1), high * where.high),
        )
        keys.append(rank[edge + first] * blocks + row * raster.columns + column)
        owners.append(edge + first)
    pair, of_edge = np.unique(np.concatenate(keys), return_inverse=True)
    return _Touches(pair // blocks, pair % blocks, np.concatenate(owners), of_edge.reshape(-1))


def _portions(edges: Segments, unit: int) -> list[tuple[int, int]]:
    """Cut the edges into runs that touch about `_PORTION` cells of side `unit` each."""
    work = 2.0 + (np.abs(edges.bx - edges.ax) + np.abs(edges.by - edges.ay)) / unit
    run = (np.cumsum(work) // _PORTION).astype(np.int64)
    cuts = np.flatnonzero(np.diff(run)) + 1
    ends = [0, *cuts.tolist(), len(work)]
    return list(itertools.pairwise(ends))


def _parities(
    raster: Raster, edges: Segments, rank: Ints, touches: _Touches, where: Rectangle
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return for each pair the parities left and right of its block, a bit for each line."""
    blocks = raster.rows * raster.columns
    key = touches.rank * blocks + touches.block
    odd = np.zeros((len(key), _SIDE), dtype=np.uint8)
    for first, last in _portions(edges, 1):
        part = edges.take(np.arange(first, last))
        bottom = np.floor(np.minimum(part.ay, part.by)).astype(np.int64)
        top = np.floor(np.maximum(part.ay, part.by)).astype(np.int64)
        edge, line = spread(
            np.maximum(bottom, where.low * _SIDE), np.minimum(top, (where.high + 1) * _SIDE - 1)
        )
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


def made(
    raster: Raster,
    fineness: float,
    blocks: NDArray[np.int32],
    tiles: Tiles,
    flat: Flat,
    order: Ints,
    codes: list[str],
) -> Layout:
    """Put the arrays of an index together."""
    encoded = [c.encode("utf-8", "surrogatepass") for c in codes]
    return Layout(
        raster.x0,
        raster.y0,
        raster.size,
        raster.columns,
        raster.rows,
        raster.depth,
        fineness,
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
