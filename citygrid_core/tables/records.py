"""Rows of text as every kind of table brings them, and which of them are no rows.

Empty rows, totals and signatures below the last row are not rows of the table: they
are left out and not counted. A total between rows is a row, and a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text
from citygrid_core.tables.scan import SPACE, Scan

_TOTAL = re.compile(r"(?:本页|全部|总)?(?:合|总|小|累|共)(?:计|数)|(?:grand|sub)?totals?|sum", re.I)
_FOOT = re.compile(
    r"(?:制表|填表|填报|审核|复核|校核|负责|联系|统计|编制)(?:人|日期|单位|时间|电话)?[:：].*"
    r"|(?:备注|注|说明|note)s?[:：].*",
    re.I,
)


#: Spellings of a total that are looked for in every row; others only near the end.
_WORDS = (
    [
        "合计",
        "总计",
        "小计",
        "共计",
        "累计",
        "本页合计",
        "Total",
        "total",
        "TOTAL",
        "Subtotal",
        "subtotal",
        "Sum",
    ],
    ["合 计", "总 计", "小 计", "合\u3000计", "总\u3000计", "小\u3000计"],
)
_SUMS = [word + colon for words in _WORDS for word in words for colon in ("", "：", ":")]
_FOOT_ROWS = 20
_ROW, _SUM, _REMARK = 0, 1, 2
Kinds = NDArray[np.int8]


@dataclass
class Block:
    """Rows that were read together.

    Attributes
    ----------
    columns : list of ndarray
        One array for each column of the file; texts (dtype object, "" where
        empty) or numbers as a vector file stores them.
    rows : ndarray of int64
        User-visible row numbers.
    geometry : ndarray of shapely geometries, optional
    problems : dict
        Position to what is wrong with the row as a row.
    """

    columns: list[NDArray[Any]]
    rows: NDArray[np.int64]
    geometry: NDArray[np.object_] | None = None
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, at: NDArray[np.int64]) -> Block:
        """Return the rows at these ascending positions."""
        new = {int(old): k for k, old in enumerate(at)} if self.problems else {}
        return Block(
            [c[at] for c in self.columns],
            self.rows[at],
            None if self.geometry is None else self.geometry[at],
            {new[k]: v for k, v in self.problems.items() if k in new},
        )

    def pieces(self, size: int) -> Iterator[Block]:
        """Return the block in pieces of at most `size` rows."""
        if len(self) <= size:
            yield self
            return
        for start in range(0, len(self), size):
            yield self.take(np.arange(start, min(start + size, len(self))))


def block_of(records: list[list[str]], rows: list[int], width: int) -> Block:
    """Return records of `width` cells each as a block."""
    columns: list[NDArray[Any]] = []
    for j in range(width):
        column = np.empty(len(records), dtype=object)
        column[:] = [record[j] for record in records]
        columns.append(column)
    return Block(columns, np.asarray(rows, dtype=np.int64))


class Body:
    """Takes blank rows, and totals and signatures at the end, out of a stream of blocks.

    Attributes
    ----------
    left_out : list of int
        Row numbers of totals and signatures that were not counted.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.left_out: list[int] = []
        self._held: list[tuple[Block, Kinds]] = []

    def through(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Yield what are rows of the table."""
        for block in blocks:
            blank = _blank(block)
            kinds = _footers(block, blank)
            real = np.flatnonzero(~blank & (kinds == _ROW))
            last = int(real[-1]) if len(real) else -1
            if last >= 0:
                for held, its in self._held:
                    yield self._blame(held, its)
                self._held = []
                inner = np.flatnonzero(~blank[: last + 1])
                part = block if len(inner) == len(block) else block.take(inner)
                yield self._blame(part, kinds[inner])
            tail = np.flatnonzero(~blank[last + 1 :]) + last + 1
            if len(tail):
                self._held.append((block.take(tail), kinds[tail]))
        self.left_out = [int(r) for held, _ in self._held for r in held.rows]

    def _blame(self, block: Block, kinds: Kinds) -> Block:
        for at in np.flatnonzero(kinds == _SUM):
            block.problems.setdefault(int(at), []).append(
                Problem(
                    "row.total",
                    Text("a total between rows", "数据行之间的合计"),
                    Text("a row of the table", "数据行"),
                    Text("take it out of the table", "请从表中删除该行"),
                    self.file,
                    int(block.rows[at]),
                )
            )
        return block


def _footers(block: Block, blank: NDArray[np.bool_]) -> Kinds:
    """Tell totals (anywhere) and signatures (near the end of the block) from rows."""
    kinds: Kinds = np.zeros(len(block), np.int8)
    texts = [c for c in block.columns if c.dtype == object][:4]
    if len(block.columns) < 2 or block.geometry is not None:
        return kinds
    maybe = np.zeros(len(block), bool)
    for column in texts:
        maybe |= pd.Series(column, dtype=object).isin(_SUMS).to_numpy()
    maybe[-_FOOT_ROWS:] = True
    for at in np.flatnonzero(maybe & ~blank):
        cells = [str(c[at]).strip() for c in block.columns]
        filled = [c for c in cells if c]
        first = re.sub(r"[\s:：]+", "", filled[0])
        if _TOTAL.fullmatch(first) and len(filled) < len(cells):
            kinds[at] = _SUM
        elif _FOOT.fullmatch(filled[0]) and len(filled) * 2 <= len(cells):
            kinds[at] = _REMARK
    return kinds


def _blank(block: Block) -> NDArray[np.bool_]:
    blank = np.zeros(len(block), bool)
    if block.geometry is not None or any(c.dtype != object for c in block.columns):
        return blank
    rows: NDArray[np.int64] = np.arange(len(block))
    for column in block.columns:
        rows = rows[Scan(column[rows]).only(SPACE)]
        if not len(rows):
            break
    blank[rows] = True
    return blank
