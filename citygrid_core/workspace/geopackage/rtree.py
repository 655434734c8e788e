"""Packed R-trees: the nodes of SQLite's R-tree module, computed at once.

Inserting a row costs SQLite about 20 µs; packing costs 1 µs. The node format is that of
SQLite's own documentation (https://www.sqlite.org/rtree.html, "Internal storage format"
in ext/rtree/rtree.c): big-endian, a header of 4 bytes (depth, in the root only; number
of cells), then cells of a 64-bit id and four 32-bit floats. Packing is
Sort-Tile-Recursive (Leutenegger, Lopez, Edgington 1997).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: SQLite's limit of cells in a node, and how full nodes are packed: later inserts find room.
MAX_CELLS, FILL = 51, 44
#: A city's components are packed at once.
BATCH = 1_000_000
NODE_SIZE = 4 + 24 * MAX_CELLS
ROOT = 1
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_NODE = np.dtype([("depth", ">u2"), ("count", ">u2"), ("cells", _CELL, MAX_CELLS)])

Boxes32 = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PackedTree:
    """Rows of the three shadow tables.

    Attributes
    ----------
    nodes : list of (nodeno, data)
    rowids : list of (rowid, nodeno)
        The leaf that holds each id.
    parents : list of (nodeno, parent nodeno)
    """

    nodes: list[tuple[int, bytes]]
    rowids: list[tuple[int, int]]
    parents: list[tuple[int, int]]


def outward(boxes: npt.NDArray[np.float64]) -> Boxes32:
    """Return boxes (min x, min y, max x, max y) as 32-bit floats that contain them.

    The columns come in the R-tree's order: min x, max x, min y, max y.
    """
    ordered = boxes[:, [0, 2, 1, 3]]
    out = ordered.astype(np.float32)
    for column, limit in ((0, -np.inf), (1, np.inf), (2, -np.inf), (3, np.inf)):
        cut = out[:, column] > ordered[:, column]
        if limit > 0:
            cut = out[:, column] < ordered[:, column]
        out[cut, column] = np.nextafter(out[cut, column], np.float32(limit))
    return out


def pack(ids: Ids, boxes: Boxes32) -> PackedTree:
    """Pack boxes (min x, max x, min y, max y) into a tree.

    Parameters
    ----------
    ids : array of shape (n,)
        Different row ids.
    boxes : array of shape (n, 4)
        See `outward`.
    """
    return _number(_levels(ids, boxes))


class Growing:
    """A tree of rows that come in parts, in bounded memory.

    Up to `batch` rows are packed at once at the end, as by `pack`. Of more, the leaves are
    made batch by batch, and only their boxes are kept for the levels above.

    Parameters
    ----------
    write : callable
        Stores the rows of shadow tables as they are made; the root comes last.
    batch : int
        Rows of which leaves are made together: 24 bytes each are held.
    """

    def __init__(self, write: Callable[[PackedTree], None], batch: int = BATCH) -> None:
        self._write, self._batch = write, batch
        self._ids: list[Ids] = []
        self._boxes: list[Boxes32] = []
        self._free = ROOT + 1
        self._leaves: list[Boxes32] = []

    def add(self, ids: Ids, boxes: Boxes32) -> None:
        """Take rows in; see `pack`."""
        self._ids.append(ids)
        self._boxes.append(boxes)
        if sum(map(len, self._ids)) >= self._batch:
            self._make_leaves()

    def finish(self) -> None:
        """Write what is left, and the root."""
        if not self._leaves:
            self._write(pack(*self._taken()))
            return
        if sum(map(len, self._ids)):
            self._make_leaves()
        numbers = np.arange(ROOT + 1, self._free, dtype=np.int64)
        self._write(_number(_levels(numbers, np.concatenate(self._leaves)), 1, self._free))

    def _taken(self) -> tuple[Ids, Boxes32]:
        empty: tuple[Ids, Boxes32] = np.empty(0, np.int64), np.empty((0, 4), np.float32)
        ids, boxes = (
            np.concatenate([empty[0], *self._ids]),
            np.concatenate([empty[1], *self._boxes]),
        )
        self._ids, self._boxes = [], []
        return ids, boxes

    def _make_leaves(self) -> None:
        ids, boxes = self._taken()
        order, cuts = _tile(boxes), _cuts(len(ids))
        ids, boxes = ids[order], boxes[order]
        nodes, links = _written(ids, boxes, cuts, self._free, 0)
        self._write(PackedTree(nodes, sorted(links), []))
        self._leaves.append(_around(boxes, cuts))
        self._free += len(nodes)


_Level = tuple[Ids, Boxes32, npt.NDArray[np.int64]]  # ids, boxes, cuts


def _levels(ids: Ids, boxes: Boxes32) -> list[_Level]:
    """Return the levels of a tree over boxes, the lowest first."""
    order = _tile(boxes)
    ids, boxes = ids[order], boxes[order]
    levels: list[_Level] = []
    while len(ids) > MAX_CELLS:
        cuts = _cuts(len(ids))
        levels.append((ids, boxes, cuts))
        boxes = _around(boxes, cuts)
        ids = np.arange(len(boxes), dtype=np.int64)  # positions; numbered later
    levels.append((ids, boxes, np.array([0, len(ids)], dtype=np.int64)))
    return levels


def _around(boxes: Boxes32, cuts: npt.NDArray[np.int64]) -> Boxes32:
    """Return the box around the boxes of each node."""
    return np.column_stack(
        [
            (np.minimum if c % 2 == 0 else np.maximum).reduceat(boxes[:, c], cuts[:-1])
            for c in range(4)
        ]
    )


def _number(levels: list[_Level], below: int = 0, free: int = ROOT + 1) -> PackedTree:
    """Give nodes their numbers from the root down and write them.

    Parameters
    ----------
    below : int
        Levels that are written already: 0, or 1 when the ids are numbers of leaves.
    free : int
        The first number that no node has.
    """
    nodes: list[tuple[int, bytes]] = []
    parents: list[tuple[int, int]] = []
    rowids: list[tuple[int, int]] = []
    first, depth = ROOT, len(levels) - 1
    for height in range(depth, -1, -1):
        ids, boxes, cuts = levels[height]
        following = free if height == depth else first + len(cuts) - 1
        children = ids if height == 0 else ids + following
        made, links = _written(
            children, boxes, cuts, first, depth + below if height == depth else 0
        )
        nodes += made
        if height == 0 and not below:
            rowids = sorted(links)  # a table filled in order grows at its end
        else:
            parents += links
        first = following
    return PackedTree(nodes, rowids, parents)


def _written(
    children: Ids, boxes: Boxes32, cuts: npt.NDArray[np.int64], first: int, depth: int
) -> tuple[list[tuple[int, bytes]], list[tuple[int, int]]]:
    """Return the nodes of a level, numbered from `first` on, and each child with its node."""
    count, sizes = len(cuts) - 1, np.diff(cuts)
    place = np.repeat(np.arange(count), sizes)
    page = np.zeros(count, _NODE)
    page["count"], page["depth"] = sizes, depth
    slot = np.arange(len(children)) - np.repeat(cuts[:-1], sizes)
    page["cells"]["id"][place, slot] = children
    page["cells"]["box"][place, slot] = boxes
    raw = page.tobytes()
    nodes = [(first + i, raw[i * NODE_SIZE : (i + 1) * NODE_SIZE]) for i in range(count)]
    return nodes, list(zip(children.tolist(), (first + place).tolist(), strict=True))


def _tile(boxes: Boxes32) -> npt.NDArray[np.intp]:
    """Return the order of Sort-Tile-Recursive: slices in x, in a slice by y."""
    x = boxes[:, 0].astype(np.float64) + boxes[:, 1]
    y = boxes[:, 2].astype(np.float64) + boxes[:, 3]
    n = len(boxes)
    slices = max(1, int(np.sqrt(n / FILL)))
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(n)
    order: npt.NDArray[np.intp] = np.lexsort((y, rank * slices // max(n, 1)))
    return order


def _cuts(n: int) -> npt.NDArray[np.int64]:
    """Return where to cut n cells into nodes of nearly the same size."""
    return np.linspace(0, n, -(-n // FILL) + 1).astype(np.int64)
