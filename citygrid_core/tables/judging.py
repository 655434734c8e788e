"""How doubtful values are judged: each distinct one once, in words for both languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Text
from citygrid_core.tables.fields import Field
from citygrid_core.tables.notes import SILENT, Notes, shown

Texts = NDArray[np.object_]
#: What programs write for "no value".
NULLS = [
    *("NULL", "null", "Null", "<NULL>", "<Null>", "<null>", "(null)"),
    *("\\N", "nan", "NaN", "NaT", "None"),
]
#: What people write for it, where it can't be a word of its own.
DASHES = ["-", "--", "—", "——", "/", "\\", "无", "N/A", "n/a", "NA", "未知", "空"]
CELL_ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"]
INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Bad:
    """Why a value is none of its field."""

    rule: str
    expected: Text
    cure: Text = SILENT


@dataclass(frozen=True)
class Mended:
    """A value that was mended, and why."""

    value: Any
    rule: str
    why: Text


_CITY = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Context:
    """What reading a value depends on besides the value."""

    zone: ZoneInfo = _CITY
    date1904: bool = False


SPACES = Text("spaces and invisible characters removed", "去除空格和不可见字符")
WIDTH = Text("full-width to ASCII", "全角转半角")
NO_VALUE = Text("a word for no value", "表示空值的写法")


def texts_of(column: NDArray[Any]) -> Texts:
    """Return a column of any type as texts, "" where there is none.

    A float column whose numbers are all whole is written without a point: a file
    that has no integers or no nulls stores codes so.
    """
    if column.dtype == object:
        return column
    out = np.empty(len(column), dtype=object)
    if column.dtype.kind in "iu":
        out[:] = column.astype(str)
        return out
    finite = np.isfinite(column)
    whole = bool((column[finite] == np.floor(column[finite])).all()) and bool(
        (np.abs(column[finite]) < 1e15).all()
    )
    out[:] = ""
    if whole:
        out[finite] = column[finite].astype(np.int64).astype(str)
    else:
        out[finite] = [repr(float(v)) for v in column[finite]]
    odd = ~finite & ~np.isnan(column)
    out[odd] = "inf"
    return out


def require(texts: Texts, out: Any, field: Field, notes: Notes) -> None:
    """Reject the rows that have no value, unless it is said already why."""
    for at in np.flatnonzero(pd.isna(out)):
        said = notes.problems.get(int(at), [])
        if not any(p.field == field.name for p in said):
            notes.reject(
                int(at),
                "value.missing",
                field.name,
                shown(texts[at]),
                Text("a value", "必填"),
                Text("fill it in", "请填写"),
            )


def refuse(notes: Notes, rows: Any, field: Field, value: str, bad: Bad) -> None:
    """Reject rows for one bad value."""
    for at in rows:
        notes.reject(int(at), bad.rule, field.name, shown(value), bad.expected, bad.cure)


def settle(
    texts: Texts,
    out: NDArray[Any],
    doubt: NDArray[np.bool_],
    field: Field,
    notes: Notes,
    judge: Callable[[str], Any],
) -> None:
    """Judge each distinct doubtful text once and write the outcome into `out`.

    `judge` returns a value, None for nothing, `Mended` or `Bad`.
    """
    where = np.flatnonzero(doubt)
    if not len(where):
        return
    codes, uniques = pd.factorize(texts[where])
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(uniques) + 1))
    for k, text in enumerate(uniques):
        rows = where[order[bounds[k] : bounds[k + 1]]]
        outcome = judge(text)
        if isinstance(outcome, Bad):
            refuse(notes, rows, field, text, outcome)
        elif isinstance(outcome, Mended):
            if outcome.value is not None:
                out[rows] = outcome.value
            after = [outcome.value] * len(rows)
            notes.repair(rows, outcome.rule, field.name, [text] * len(rows), after, outcome.why)
        elif outcome is not None:
            out[rows] = outcome


def error_cell(text: str) -> Bad | None:
    """Return what is wrong when a text is the error of a formula."""
    if text.strip() in CELL_ERRORS:
        return Bad(
            "cell.error",
            Text("a value, not an error of a formula", "数值，而非公式错误"),
            Text("correct the formula or write the value", "请修正公式或填写数值"),
        )
    return None


def tidy(text: str) -> str:
    """Return a text without what nobody sees: outer spaces, zero-width characters."""
    return INVISIBLE.sub("", text).strip()


def narrow(text: str) -> str:
    """Return a text with full-width ASCII as ASCII, all spaces removed."""
    return "".join(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).split())


def listed(texts: Texts, *words: list[str]) -> NDArray[np.bool_]:
    """Return which texts are one of some words."""
    found = pd.Series(texts, dtype=object).isin([w for ws in words for w in ws])
    mask: NDArray[np.bool_] = found.to_numpy(dtype=bool)
    return mask
