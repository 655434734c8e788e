"""A hash for each row's content, and a digest of a whole table's hashes.

A seal depends on the values alone, not on how they lie in the file: a geometry is
hashed as its WKB without the GeoPackage header, a time without a trailing ``.000`` or
``Z``. So a rewrite of the same values by QGIS is no alteration.

The text that is hashed is built only from rules written here (no ``repr`` of strings, no
JSON library): ``name=value`` and U+001F for each cell that is not NULL, in the order of
the columns; a value is the text, the decimal integer, or the shortest decimal of a real
that reads back as the same double. A value of an unexpected type begins with U+001E, and
the three control characters are escaped, so different rows never give the same text. A
new column that is empty changes no seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from citygrid_core.workspace.schema import Column, ColumnType

SIZE = 16
_ESCAPE, _TAG, _SEPARATOR = "\x1d", "\x1e", "\x1f"
_NATURAL: dict[ColumnType, type] = {
    "text": str,
    "integer": int,
    "real": float,
    "boolean": int,
    "date": str,
    "datetime": str,
}

#: Rows worked on at a time: what they become stays in the processor's cache.
_STRETCH = 5_000

Digest = npt.NDArray[np.uint64]


def seals(
    table: str,
    fids: Sequence[int],
    columns: Sequence[Column],
    values: Sequence[Sequence[Any]],
    wkb: Sequence[bytes | None] | None = None,
) -> list[bytes]:
    """Return the seal of each row: BLAKE2b, 16 bytes, over table, fid, values and geometry.

    Parameters
    ----------
    values : sequence of sequences
        One for each column, in the order of `columns`, aligned to `fids`.
    wkb : sequence of bytes or None, optional
        Little-endian ISO WKB of each row; left out for tables without geometry.
    """
    made: list[bytes] = []
    for at in range(0, len(fids), _STRETCH):
        part = slice(at, at + _STRETCH)
        texts = _texts(table, fids[part], columns, [v[part] for v in values])
        if wkb is None:
            made += [blake2b(t, digest_size=SIZE).digest() for t in texts]
        else:
            made += [
                blake2b(t + (b"\x1e" if g is None else b"\x1f" + g), digest_size=SIZE).digest()
                for t, g in zip(texts, wkb[part], strict=True)
            ]
    return made


def digest(seals_: Sequence[bytes]) -> Digest:
    """Return the sum of seals: two lanes modulo 2**64, independent of their order."""
    if not len(seals_):
        return np.zeros(2, np.uint64)
    lanes = np.frombuffer(b"".join(seals_), dtype="<u8").reshape(-1, 2)
    total: Digest = lanes.sum(axis=0, dtype=np.uint64)
    return total


def digest_text(value: Digest) -> str:
    """Return a digest as 32 hexadecimal digits."""
    return f"{int(value[0]):016x}{int(value[1]):016x}"


def digest_of(text: str) -> Digest:
    """Return the digest that `digest_text` wrote."""
    return np.array([int(text[:16], 16), int(text[16:], 16)], dtype=np.uint64)


def wall_clock(text: str) -> str:
    """Return a stored time without the ``Z`` and the zero fraction that GDAL may append."""
    short = text[:-1] if text.endswith("Z") else text
    if "." in short:
        short = short.rstrip("0").rstrip(".")
    return short[:10] + "T" + short[11:] if short[10:11] == " " else short


def stored_time(text: Any) -> Any:
    """Return a time as it is stored from a text that `wall_clock` would give."""
    if not isinstance(text, str):
        return text
    whole, dot, fraction = wall_clock(text).partition(".")
    return f"{whole}.{fraction:0<3}" if dot else f"{whole}.000"


def _texts(
    table: str,
    fids: Sequence[int],
    columns: Sequence[Column],
    values: Sequence[Sequence[Any]],
    escape: bool = False,
) -> list[bytes]:
    """Return what is hashed of each row, its geometry apart.

    All cells of all rows, and what stands between them, are joined at once: columns without
    NULL and without anything special go in as they are, others as cells made one by one.
    Control characters are looked for in the whole: with any but our own, all is done again
    and `escape` says that each column is looked at.
    """
    n = len(fids)
    separators = 2 * n
    pieces: list[str | list[str]] = [f"{table}{_SEPARATOR}", list(map(str, fids)), _SEPARATOR]
    for column, v in zip(columns, values, strict=True):
        kinds = set(map(type, v))
        if kinds == {type(None)}:
            continue
        head, natural = f"{column.name}=", _NATURAL[column.type]
        separators += n - (v.count(None) if type(None) in kinds else 0)
        special = kinds - {type(None)} != {natural} or (
            natural is str and _special(column.type, v, escape)
        )
        whole = 19 if column.type == "datetime" else None  # without the zero fraction
        if special:
            pieces.append(
                ["" if c is None else head + _cell(column.type, c) + _SEPARATOR for c in v]
            )
        elif column.type == "real":
            pieces.append(["" if c is None else f"{head}{c + 0.0!r}{_SEPARATOR}" for c in v])
        elif len(kinds) > 1:
            pieces.append(["" if c is None else f"{head}{str(c)[:whole]}{_SEPARATOR}" for c in v])
        else:
            plain = list(v) if natural is str else list(map(str, v))
            pieces += [head, [c[:whole] for c in plain] if whole else plain, _SEPARATOR]
    cells = _alternating([*pieces, "\x00"], n)
    # Many texts become bytes faster together; one that has a NUL of its own is told by the count.
    joined = "".join(cells)
    if not escape and (
        joined.count(_SEPARATOR) != separators or _ESCAPE in joined or _TAG in joined
    ):
        return _texts(table, fids, columns, values, escape=True)
    made = joined.encode("utf-8", "surrogatepass").split(b"\x00")[:-1]
    if len(made) == n:
        return made
    width = len(cells) // n
    rows = ("".join(cells[at : at + width])[:-1] for at in range(0, len(cells), width))
    return [text.encode("utf-8", "surrogatepass") for text in rows]


def _alternating(pieces: Sequence[str | list[str]], n: int) -> list[str]:
    """Return the pieces of n rows, row by row; text that all rows have is one piece."""
    columns: list[str | list[str]] = []
    for piece in pieces:
        if isinstance(piece, str) and columns and isinstance(columns[-1], str):
            columns[-1] += piece
        else:
            columns.append(piece)
    cells = [""] * (n * len(columns))
    for at, column in enumerate(columns):
        cells[at :: len(columns)] = [column] * n if isinstance(column, str) else column
    return cells


def _special(type_: ColumnType, values: Sequence[str | None], escape: bool) -> bool:
    """Whether some text has a character, some time a form, that must be looked at."""
    if escape:
        joined = "".join([v for v in values if v is not None])
        if _ESCAPE in joined or _TAG in joined or _SEPARATOR in joined:
            return True
    return type_ == "datetime" and not plain_times(values)


def plain_times(values: Sequence[Any]) -> bool:
    """Whether each time is of the form that citygrid stores, with no fraction of a second."""
    texts = [v for v in values if v is not None]
    if set(map(len, texts)) != {23}:
        tails, marks = {v[19:] for v in texts}, {v[10:11] for v in texts}
        return tails <= {".000"} and marks <= {"T"}
    joined = "".join(texts)
    form = {10: "T", 19: ".", 20: "0", 21: "0", 22: "0"}
    return all(joined[at::23] == sign * len(texts) for at, sign in form.items())


def _cell(type_: ColumnType, value: Any) -> str:
    """Return one value that is there, the slow way: of any type, with any text."""
    natural = _NATURAL[type_]
    if natural is float and isinstance(value, int):
        value = float(value)
    if isinstance(value, natural):
        if isinstance(value, str):
            return _escaped(wall_clock(value) if type_ == "datetime" else value)
        return repr(value + 0.0) if isinstance(value, float) else str(value)
    if isinstance(value, bytes):
        return f"{_TAG}b{value.hex()}"
    return f"{_TAG}{type(value).__name__[0]}{_escaped(str(value))}"


def _escaped(text: str) -> str:
    return text.replace(_ESCAPE, "\x1d0").replace(_TAG, "\x1d1").replace(_SEPARATOR, "\x1d2")
