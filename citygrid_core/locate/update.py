"""After an edit: only the tiles that changed polygons touch are made anew.

The other tiles are kept as they are, but for the numbers in them: polygons that were
added or removed shift the ranks of those behind them, and the places of their vertices.
What comes out is, array by array, what a whole build over the same raster gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.locate.build import Ground, Part, Rectangle, build_part, joined, made
from citygrid_core.locate.layout import Bools, Ints, Layout
from citygrid_core.locate.polygons import Flat, checked, code_texts, flatten, ranked
from citygrid_core.locate.raster import DEPTH, MARGIN, Raster
from citygrid_core.locate.tiles import Tiles

#: Above this share of the blocks a whole build is quicker and fits the raster better.
_MOST = 0.25


class _Same(NamedTuple):
    """Polygons that stayed as they are: rank before and rank now, of all the others -1."""

    now: Ints
    before: Ints


def updated_layout(
    layout: Layout, geometries: Iterable[Any], codes: Iterable[Any]
) -> Layout | None:
    """Return the arrays for other polygons, made from those of an index.

    Returns
    -------
    Layout or None
        None: so much has changed that a whole build is better.

    Raises
    ------
    UnusableCells
        As in `build_layout`; polygons that stayed as they are aren't looked at again.
    """
    given = np.array(geometries, dtype=object).reshape(-1)
    texts = code_texts(codes, len(given))
    if not len(layout.blocks) or not len(given):
        return None
    order = ranked(texts)
    raster = Raster(layout.x0, layout.y0, layout.size, layout.columns, layout.rows, layout.depth)
    old = Flat(layout.coords, layout.rings, layout.parts, layout.polygons)
    fit = shapely.get_type_id(given)
    if ((fit != 3) & (fit != 6)).any():
        checked(given, texts)  # what is no polygon is named there
        return None
    flat = flatten(given[order])
    same = _same(old, flat, _texts(layout), [texts[i] for i in order.tolist()])
    fresh = order[same.before < 0]
    if len(fresh) > _MOST * len(given):
        return None
    checked(given[fresh], [texts[i] for i in fresh.tolist()])
    ground = Ground(raster, flat, shapely.bounds(given[order]).reshape(-1, 4))
    boxes = [_boxes(raster, old, np.flatnonzero(same.now < 0)), ground.boxes[same.before < 0]]
    box = np.concatenate(boxes)
    box = box[box[:, 2] >= box[:, 0]]
    if len(box) and (
        box[:, :2].min() < 0 or box[:, 2].max() >= raster.columns or box[:, 3].max() >= raster.rows
    ):
        return None
    touched = np.zeros((raster.rows, raster.columns), dtype=bool)
    for left, low, right, high in box.tolist():
        touched[low : high + 1, left : right + 1] = True
    if touched.sum() > _MOST * touched.size:
        return None
    parts = list(_parts(layout, ground, touched, same, old, flat))
    blocks, tiles = joined(parts)
    return made(raster, layout.fineness, blocks, tiles, flat, order, texts)


def _texts(layout: Layout) -> list[str]:
    """Return the codes of an index in the order of ranks."""
    whole, start = layout.code_text.tobytes(), layout.code_start.tolist()
    return [
        whole[start[i] : start[i + 1]].decode("utf-8", "surrogatepass")
        for i in layout.order.tolist()
    ]


def _same(old: Flat, flat: Flat, before: list[str], now: list[str]) -> _Same:
    """Find the polygons whose code and vertices are the same, bit for bit."""
    known = {c: i for i, c in enumerate(before)}
    if len(known) < len(before):  # a code of several polygons says nothing
        known = {c: i for c, i in known.items() if before.count(c) == 1}
    at = np.array([known.get(c, -1) for c in now], dtype=np.int64)
    if len(set(now)) < len(now):
        twice = np.array([now.count(c) > 1 for c in now], dtype=bool)
        at[twice] = -1
    some = np.flatnonzero(at >= 0)
    for a, b in _levels(old, flat):
        some = some[np.diff(a)[at[some]] == np.diff(b)[some]]
    # Rings of equal numbers of vertices, then the vertices themselves.
    some = some[_equal(old.parts, flat.parts, old.polygons, flat.polygons, at[some], some)]
    ring_a, ring_b = old.parts[old.polygons], flat.parts[flat.polygons]
    some = some[_equal(old.rings, flat.rings, ring_a, ring_b, at[some], some)]
    first_a, first_b = old.rings[ring_a], flat.rings[ring_b]
    of, i = _members(first_a, at[some])
    _, j = _members(first_b, some)
    alike = (old.coords[i].view(np.uint64) == flat.coords[j].view(np.uint64)).all(axis=1)
    wrong = np.zeros(len(some), dtype=bool)
    wrong[of[~alike]] = True
    some = some[~wrong]
    forth = np.full(len(before), -1, dtype=np.int64)
    forth[at[some]] = some
    back = np.full(len(now), -1, dtype=np.int64)
    back[some] = at[some]
    return _Same(forth, back)


def _levels(old: Flat, flat: Flat) -> list[tuple[Ints, Ints]]:
    """Return offsets of polygons to parts, rings and vertices, of both."""
    found = []
    for f in (old, flat):
        rings = f.parts[f.polygons]
        found.append((f.polygons, rings, f.rings[rings]))
    return list(zip(*found, strict=True))


def _equal(a: Ints, b: Ints, owner_a: Ints, owner_b: Ints, at: Ints, some: Ints) -> Bools:
    """Return whether the members of polygons have equal sizes, one by one."""
    of, i = _members(owner_a, at)
    _, j = _members(owner_b, some)
    wrong = np.zeros(len(some), dtype=bool)
    wrong[of[np.diff(a)[i] != np.diff(b)[j]]] = True
    return ~wrong


def _members(start: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Return (owner, member) for the members ``start[a] .. start[a + 1]`` of each of `at`."""
    number = start[at + 1] - start[at]
    owner = np.repeat(np.arange(len(at), dtype=np.int64), number)
    begin = start[at] - (np.cumsum(number) - number)
    return owner, np.arange(len(owner), dtype=np.int64) + begin[owner]


def _boxes(raster: Raster, flat: Flat, ranks: Ints) -> Ints:
    """Return left, low, right and high block of polygons that have vertices."""
    first = flat.rings[flat.parts[flat.polygons]]
    found = []
    for rank in ranks.tolist():
        coords = flat.coords[first[rank] : first[rank + 1]]
        if len(coords):
            x, y = raster.to_cells(coords[:, 0], coords[:, 1])
            low, high = (np.min([x, y], axis=1) - MARGIN), (np.max([x, y], axis=1) + MARGIN)
            found.append([*np.floor(low / 2**DEPTH), *np.floor(high / 2**DEPTH)])
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def _parts(
    layout: Layout, ground: Ground, touched: Bools, same: _Same, old: Flat, flat: Flat
) -> Any:
    """Yield parts that follow one another: kept blocks as they are, touched ones made anew."""
    columns = layout.columns
    kept = _Kept(layout, same, old, flat)
    fresh: dict[tuple[int, int], Part] = {}
    rows = np.flatnonzero(touched.any(axis=1))
    # Rows with the same touched columns are built together.
    for group in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []:
        part_columns = np.flatnonzero(touched[group].any(axis=0))
        for run in np.split(part_columns, np.flatnonzero(np.diff(part_columns) > 1) + 1):
            where = Rectangle(int(run[0]), int(group[0]), int(run[-1]), int(group[-1]))
            fresh |= _by_row(build_part(ground, where, layout.fineness), where)
    begin = 0
    for (row, left), part in sorted(fresh.items()):
        here = row * columns + left
        if here > begin:
            yield kept.part(begin, here)
        yield part
        begin = here + len(part.blocks)
    if begin < len(layout.blocks):
        yield kept.part(begin, len(layout.blocks))


def _by_row(part: Part, where: Rectangle) -> dict[tuple[int, int], Part]:
    """Cut a part into its rows."""
    width = where.right - where.left + 1
    starts = _Starts(part.tiles)
    found = {}
    for i in range(where.high - where.low + 1):
        blocks = part.blocks[i * width : (i + 1) * width]
        found[where.low + i, where.left] = starts.cut(blocks)
    return found


class _Starts:
    """Tiles of which runs can be cut out."""

    def __init__(self, tiles: Tiles) -> None:
        self.tiles = tiles
        size = 4 ** tiles.tile_level.astype(np.int64)
        self._cell = np.append(tiles.tile_start, tiles.tile_start[-1:] + size[-1:])

    def cut(self, blocks: NDArray[np.int32]) -> Part:
        """Return some blocks that follow one another, with their tiles."""
        t = self.tiles
        tiled = -2 - blocks[blocks < -1]
        if not len(tiled):
            return Part(blocks, Tiles.none())
        first, last = int(tiled[0]), int(tiled[-1]) + 1
        mine = blocks.copy()
        mine[mine < -1] += np.int32(first)
        cells = t.cells[self._cell[first] : self._cell[last]].copy()
        special = -2 - cells[cells < -1].astype(np.int64)
        a, b = (int(special.min()), int(special.max()) + 1) if len(special) else (0, 0)
        cells[cells < -1] += np.int32(a)
        starts = t.special_start[a : b + 1]
        e0, e1 = int(starts[0]), int(starts[-1])
        edges = t.entry_start[e0 : e1 + 1]
        g0, g1 = int(edges[0]), int(edges[-1])
        return Part(
            mine,
            Tiles(
                self._cell[first:last] - self._cell[first],
                t.tile_level[first:last],
                cells,
                starts - starts[0],
                t.special_reference[a:b],
                t.entries[e0:e1],
                edges - edges[0],
                t.edges[g0:g1],
            ),
        )


class _Kept:
    """Blocks and tiles of an index, with the ranks and vertices of now."""

    def __init__(self, layout: Layout, same: _Same, old: Flat, flat: Flat) -> None:
        self._layout, self._same = layout, same
        before, now = (f.rings[f.parts[f.polygons]] for f in (old, flat))
        self._shift = np.where(same.now >= 0, now[same.now] - before[:-1], 0)
        self._starts = _Starts(
            Tiles(
                layout.tile_start, layout.tile_level, layout.cells, layout.special_start,
                layout.special_reference, layout.entries, layout.entry_start, layout.edges,
            )
        )  # fmt: skip

    def part(self, first: int, last: int) -> Part:
        """Return the blocks from one to another, row by row."""
        part = self._starts.cut(self._layout.blocks[first:last])
        now = self._same.now.astype(np.int32)
        blocks, t = part.blocks.copy(), part.tiles
        blocks[blocks >= 0] = now[blocks[blocks >= 0]]
        cells = t.cells
        cells[cells >= 0] = now[cells[cells >= 0]]
        rank = t.entries >> 2
        shift = np.repeat(self._shift[rank], np.diff(t.entry_start.astype(np.int64)))
        return Part(
            blocks,
            t._replace(
                cells=cells,
                entries=(now[rank] << 2 | (t.entries & 3)).astype(np.int32),
                edges=(t.edges + shift).astype(np.uint32),
            ),
        )
