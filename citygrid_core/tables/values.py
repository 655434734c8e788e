"""Texts of a column become values of a field.

The normal value takes the fast path, for the whole column at once. Only values in
doubt (spaces, wide digits, odd lengths, words for "nothing") are looked at one by one,
each distinct one once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Text
from citygrid_core.tables.codes import codes
from citygrid_core.tables.fields import Field
from citygrid_core.tables.judging import (
    CELL_ERRORS,
    DASHES,
    NO_VALUE,
    NULLS,
    SPACES,
    WIDTH,
    Bad,
    Context,
    Mended,
    Texts,
    error_cell,
    listed,
    narrow,
    require,
    settle,
    texts_of,
    tidy,
)
from citygrid_core.tables.moments import dates, datetimes
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.numeric import integers, numbers, stored_numbers
from citygrid_core.tables.scan import CONTROL, SPACE, WIDE, Scan

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WIDE = {
    c: c - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for c in range(first, last + 1)
}
_AS_THEY_ARE = Context()


def convert(
    column: NDArray[Any],
    field: Field,
    notes: Notes,
    context: Context = _AS_THEY_ARE,
    values: MappingType[str, str] | None = None,
) -> Any:
    """Return a column as values of `field`; what is wrong goes into `notes`.

    Parameters
    ----------
    column : ndarray
        Texts ("" for nothing) or numbers of a vector file.
    values : mapping, optional
        Their value to ours, applied first.

    Returns
    -------
    ndarray of object, ndarray of float64, or Int64 array
        None, NaN or NA where there is no value or a bad one.
    """
    numeric = column.dtype.kind in "iuf" and not values
    if numeric and field.kind == "number":
        return stored_numbers(column, field, notes)
    texts = texts_of(column)
    if values:
        texts = _translated(texts, values)
    out = _CONVERTERS[field.kind](texts, field, notes, context)
    if field.required:
        require(texts, out, field, notes)
    return out


def _translated(texts: Texts, values: MappingType[str, str]) -> Texts:
    codes, uniques = pd.factorize(texts)
    new = np.empty(len(uniques), dtype=object)
    new[:] = [values.get(u, values.get(u.strip(), u)) for u in uniques]
    return new[codes]


_FIRST = "".join({word[0] for word in (*NULLS, *CELL_ERRORS)})


def _worded(texts: Texts, scan: Scan) -> NDArray[np.bool_]:
    """Return which texts are a word for nothing or the error of a formula."""
    found = scan.begins(_FIRST)
    found[found] = listed(texts[found], NULLS, CELL_ERRORS)
    return found


def _text(texts: Texts, field: Field, notes: Notes, context: Context) -> Texts:
    scan = Scan(texts)
    out = texts.copy()
    empty = scan.lengths == 0
    out[empty] = None
    doubt = scan.touches(SPACE) | scan.has(CONTROL | WIDE) | _worded(texts, scan)
    out[doubt] = None

    def judge(text: str) -> Any:
        if bad := error_cell(text):
            return bad
        clean = tidy(text)
        if not clean:
            return None
        if clean in NULLS:
            return Mended(None, "value.null", NO_VALUE)
        if _CONTROLS.search(clean):
            return Bad(
                "text.control",
                Text("text without control characters", "不含控制字符的文本"),
                Text("write it again", "请重新填写"),
            )
        ascii_ = clean.translate(_WIDE)
        if ascii_ != clean:
            return Mended(ascii_, "text.width", WIDTH)
        return clean if clean == text.strip() else Mended(clean, "text.spaces", SPACES)

    settle(texts, out, doubt, field, notes, judge)
    return out


def _choice(texts: Texts, field: Field, notes: Notes, context: Context) -> Texts:
    meanings: dict[str, str] = {}
    for stored, said in (field.choices or {}).items():
        for word in (stored, *said):
            meanings.setdefault(narrow(word).casefold(), stored)
    out = np.empty(len(texts), dtype=object)
    known = ", ".join(field.choices or {})
    known_zh = "、".join([k, *said][-1] for k, said in (field.choices or {}).items())

    def judge(text: str) -> Any:
        if bad := error_cell(text):
            return bad
        clean = narrow(text)
        if not clean:
            return None
        found = meanings.get(clean.casefold())
        if found is None and clean in (*NULLS, *DASHES):
            return Mended(None, "value.null", NO_VALUE)
        if found is None:
            return Bad(
                "choice.unknown",
                Text(f"one of {known}", f"以下之一：{known_zh}"),
                Text(
                    f"correct it, or say what it means under [values.{field.name}] of the mapping",
                    f"请更正，或在映射文件的 [values.{field.name}] 中注明其含义",
                ),
            )
        return found

    settle(texts, out, np.ones(len(texts), bool), field, notes, judge)
    return out


_CONVERTERS: dict[str, Callable[[Texts, Field, Notes, Context], Any]] = {
    "text": _text,
    "code": codes,
    "integer": integers,
    "number": numbers,
    "date": dates,
    "datetime": datetimes,
    "choice": _choice,
}
