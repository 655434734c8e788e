"""Numbers: at once where they are plain, one by one where they are not."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Text
from citygrid_core.tables.fields import Field
from citygrid_core.tables.judging import (
    DASHES,
    NO_VALUE,
    NULLS,
    WIDTH,
    Bad,
    Context,
    Mended,
    Texts,
    error_cell,
    narrow,
    refuse,
    require,
    settle,
    texts_of,
    tidy,
)
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.scan import DIGIT, NUMERIC, Scan

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NOT_A_NUMBER = Bad(
    "number.invalid",
    Text("a number", "数字"),
    Text("write digits with a point, no unit", "请只写数字，小数点用“.”，不带单位"),
)


def parse_number(text: str) -> float | None:
    """Return the number that a text plainly means, or None.

    Full-width digits, outer spaces and thousands separators are understood; NaN and
    infinity are no numbers.
    """
    clean = narrow(text).replace("−", "-").lstrip("'")
    if _THOUSANDS.fullmatch(clean):
        clean = clean.replace(",", "")
    if not _NUMBER.fullmatch(clean):
        return None
    value = float(clean)
    return value if math.isfinite(value) else None


def plain_numbers(texts: Texts) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return plain numbers at once, NaN elsewhere, and which texts are in doubt."""
    scan = Scan(texts)
    out = np.full(len(texts), np.nan)
    full = scan.lengths > 0
    good = full & scan.only(DIGIT | NUMERIC)
    try:
        out[good] = texts[good].astype(np.float64)
    except ValueError:
        for at in np.flatnonzero(good):
            value = parse_number(texts[at])
            out[at] = np.nan if value is None else value
    # Digits alone can still be too many for a float.
    out[np.isinf(out)] = np.nan
    return out, full & np.isnan(out)


def numbers(texts: Texts, field: Field, notes: Notes, context: Context) -> NDArray[np.float64]:
    """Return a column as float64, NaN where there is none."""
    out, doubt = plain_numbers(texts)
    settle(texts, out, doubt, field, notes, _judge_number)
    return out


def _judge_number(text: str) -> Any:
    if bad := error_cell(text):
        return bad
    clean = tidy(text)
    if not clean:
        return None
    if clean in NULLS or clean in DASHES:
        return Mended(None, "value.null", NO_VALUE)
    value = parse_number(text)
    if value is None:
        return _NOT_A_NUMBER
    plain = re.fullmatch(r"[0-9.,eE+\-]+", clean)
    return value if plain else Mended(value, "number.width", WIDTH)


def integers(texts: Texts, field: Field, notes: Notes, context: Context) -> Any:
    """Return a column as nullable integers."""
    out, doubt = plain_numbers(texts)
    fraction = np.isfinite(out) & ((out != np.floor(out)) | (np.abs(out) > 2**53))
    doubt |= fraction
    out[fraction] = np.nan

    def judge(text: str) -> Any:
        value = _judge_number(text)
        said = value.value if isinstance(value, Mended) else value
        if isinstance(said, float) and (said != math.floor(said) or abs(said) > 2**53):
            return Bad(
                "integer.fraction",
                Text("a whole number", "整数"),
                Text("write a whole number", "请填写整数"),
            )
        return value

    settle(texts, out, doubt, field, notes, judge)
    absent = np.isnan(out)
    whole = np.where(absent, 0, out).astype(np.int64)
    return pd.arrays.IntegerArray(whole, absent)


def stored_numbers(column: NDArray[Any], field: Field, notes: Notes) -> NDArray[np.float64]:
    """Return a column that a vector file stores as numbers; infinity is rejected."""
    out = column.astype(np.float64)
    for at in np.flatnonzero(np.isinf(out)):
        refuse(notes, [at], field, "inf", _NOT_A_NUMBER)
        out[at] = np.nan
    if field.required:
        require(texts_of(column), out, field, notes)
    return out
