"""Where the header of a table is, and what its columns are called.

Bureaus put titles above the header and merge header cells over two rows. A merged
cell keeps its text in its first cell; the others come empty. A column below a merged
group is called ``group/column``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from citygrid_core.errors import Text

#: Rows from the top among which the header is looked for.
HEAD = 40
_DATALIKE = re.compile(r"[\d.,:/\-+%eE\s年月日时分秒T]+")
_NOISE = re.compile(r"[\s_\-/:：*＊.。、，,\\'\"“”]+")
_BRACKETS = re.compile(r"[(\[（【〔<《].*?[)\]）】〕>》]")


@dataclass(frozen=True)
class Layout:
    """Names of the columns, rows of the header (1-based), and where the data begins.

    Attributes
    ----------
    first : int
        0-based position of the first row below the header.
    """

    names: tuple[str, ...]
    rows: tuple[int, ...]
    first: int
    notes: tuple[Text, ...] = ()


def plain(label: str) -> str:
    """Return a label as it is compared: width, case, spaces and punctuation removed."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", label).casefold())


def spellings(label: str) -> list[str]:
    """Return what a column may be known by: whole, without brackets, its last part."""
    said = [plain(label), plain(_BRACKETS.sub("", label)), plain(label.rsplit("/", 1)[-1])]
    return [s for k, s in enumerate(said) if s and s not in said[:k]]


def find_header(
    rows: Sequence[Sequence[str]],
    known: Collection[str] = (),
    header_rows: int | tuple[int, ...] | None = None,
) -> Layout:
    """Find the header among the first rows of a table.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows as they came; empty ones too.
    known : collection of str
        Labels that we know, as `plain` spells them: the row that has most of them
        is the header.
    header_rows : int or tuple of int, optional
        How many rows the header has (0: none), or which they are (1-based).
    """
    width = max((_width(row) for row in rows), default=0)
    table = [[*(c.strip() for c in row[:width]), *[""] * (width - len(row))] for row in rows]
    if header_rows == 0:
        return _layout(table, range(0), width)
    if isinstance(header_rows, tuple):
        low = [r - 1 for r in header_rows if 1 <= r <= len(table)]
        return _layout(table, low, width)
    known = set(known)
    top = _best_row(table, known)
    if header_rows is not None:
        return _layout(table, range(top, min(top + header_rows, len(table))), width)
    for first in (top, top - 1):
        pair = range(first, first + 2)
        if _is_pair(table, first, known):
            return _layout(table, pair, width)
    return _layout(table, range(top, min(top + 1, len(table))), width)


def _width(row: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not blank."""
    for k in range(len(row), 0, -1):
        if row[k - 1].strip():
            return k
    return 0


def _labels(cells: Sequence[str]) -> bool:
    return all(not _DATALIKE.fullmatch(c) and len(c) <= 60 for c in cells if c)


def _hits(names: Sequence[str], known: Collection[str]) -> int:
    return sum(any(s in known for s in spellings(n)) for n in names if n)


def _best_row(table: list[list[str]], known: Collection[str]) -> int:
    """Return the position of the (upper) header row."""
    filled = [sum(map(bool, row)) for row in table]
    if known:
        hits = [_hits(row, known) for row in table]
        best = max(hits, default=0)
        if best:
            at = hits.index(best)
            if best >= 2 or best * 2 >= filled[at]:
                return at
    widest = max(filled, default=0)
    for enough in (0.6, 0.3):
        for k, row in enumerate(table):
            if filled[k] and filled[k] >= enough * widest and _labels(row):
                return k
    return next((k for k, n in enumerate(filled) if n * 2 >= widest and n), 0)


def _is_pair(table: list[list[str]], first: int, known: Collection[str]) -> bool:
    """Return whether rows `first` and `first` + 1 are one header with merged cells."""
    if first < 0 or first + 1 >= len(table):
        return False
    upper, lower = table[first], table[first + 1]
    if sum(map(bool, upper)) < 2 or not _labels(upper) or not _labels(lower):
        return False
    under = [j for j, (a, b) in enumerate(zip(upper, lower, strict=True)) if not a and b]
    for j in under:
        k = j
        while k >= 0 and not upper[k]:
            if not lower[k]:
                return False
            k -= 1
        if k < 0 or not lower[k]:
            return False
    if not under or any(not a and not b for a, b in zip(upper, lower, strict=True)):
        return False
    merged_down = any(a and not b for a, b in zip(upper, lower, strict=True))
    joined = join_levels([upper, lower])
    more = _hits(joined, known) > max(_hits(upper, known), _hits(lower, known))
    return merged_down or more


def join_levels(levels: Sequence[Sequence[str]]) -> list[str]:
    """Return one name for each column from header rows with merged cells."""
    width = len(levels[-1])
    names: list[str] = []
    groups = [""] * (len(levels) - 1)
    for j in range(width):
        parts: list[str] = []
        for k, level in enumerate(levels):
            cell = level[j]
            below = any(lower[j] for lower in levels[k + 1 :])
            if k < len(groups):
                if cell:
                    groups[k] = cell
                    groups[k + 1 :] = [""] * (len(groups) - k - 1)
                elif below and not (k and levels[k - 1][j]):
                    cell = groups[k]
            if cell and cell not in parts:
                parts.append(cell)
        names.append("/".join(parts))
    return names


def _layout(table: list[list[str]], header: Sequence[int], width: int) -> Layout:
    notes: list[Text] = []
    header = list(header)
    width = _table_width(table, header, width)
    names = join_levels([table[k][:width] for k in header]) if header else [""] * width
    above = [k + 1 for k in range(header[0] if header else 0) if any(table[k])]
    if above:
        rows = ", ".join(map(str, above))
        notes.append(
            Text(f"title above the header left out: row {rows}", f"略过表头上方的标题：第{rows}行")
        )
    return Layout(
        unique_names(names, notes),
        tuple(k + 1 for k in header),
        header[-1] + 1 if header else 0,
        tuple(notes),
    )


def _table_width(table: list[list[str]], header: Sequence[int], width: int) -> int:
    """Return how many columns the table has: those of the header, and those without a
    label that most rows below it fill.
    """
    if not header:
        return width
    named = max(_width(table[k]) for k in header)
    below = [row for row in table[header[-1] + 1 :] if any(row)]
    for j in range(width, named, -1):
        if sum(bool(row[j - 1]) for row in below) * 2 > max(1, len(below)):
            return j
    return named


def unique_names(names: Sequence[str], notes: list[Text]) -> tuple[str, ...]:
    """Return names that differ: an empty one is ``#n``, a repeated one ``name.2``."""
    taken: dict[str, int] = {}
    out: list[str] = []
    for j, name in enumerate(names):
        name = " ".join(name.split()) or f"#{j + 1}"
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            plain_name, name = name, f"{name}.{taken[name]}"
            while name in taken:
                name += "'"
            taken[name] = 1
            notes.append(
                Text(
                    f"column {plain_name!r} is there twice; the later one is called {name!r}",
                    f"列“{plain_name}”重复，后一列记作“{name}”",
                )
            )
        out.append(name)
    return tuple(out)
