"""Codes: texts of letters and digits, and what sheets do to them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citygrid_core.errors import Text
from citygrid_core.tables.fields import Field
from citygrid_core.tables.judging import (
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
    narrow,
    settle,
    tidy,
)
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.scan import DIGIT, UPPER, Scan

_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]?\d+")
_ZEROS = Text("leading zeros restored", "补回前导零")


def codes(texts: Texts, field: Field, notes: Notes, context: Context) -> Texts:
    """Return a column as codes: capitals and digits, leading zeros restored."""
    scan = Scan(texts)
    out = texts.copy()
    out[scan.lengths == 0] = None
    doubt = ~scan.only(DIGIT | UPPER)
    if field.length is not None:
        doubt |= (scan.lengths != field.length) & (scan.lengths > 0)
    lost = _lost_digits(texts, scan, field, notes)
    doubt |= lost
    out[doubt] = None
    truncated = set(texts[lost])

    def judge(text: str) -> Any:
        if bad := error_cell(text):
            return bad
        if text in truncated:
            return _ROUNDED
        return _judge_code(text, field)

    settle(texts, out, doubt, field, notes, judge)
    return out


_ROUNDED = Bad(
    "code.rounded",
    Text(
        "all digits of the code; Excel kept the first 15 and wrote zeros",
        "完整的编码；Excel 只保留了前15位，其余变成了零",
    ),
    Text(
        "set the column to text in Excel, enter the codes again and export again",
        "请在Excel中将该列设为文本，重新录入编码后导出",
    ),
)  # fmt: skip
_EXPONENT = Bad(
    "code.exponent",
    Text(
        "all digits of the code; a sheet made a number of it", "完整的编码；表格软件已将其变为数值"
    ),
    Text(
        "set the column to text in Excel, enter the codes again and export again",
        "请在Excel中将该列设为文本，重新录入编码后导出",
    ),
)


def _lost_digits(texts: Texts, scan: Scan, field: Field, notes: Notes) -> NDArray[np.bool_]:
    """Find codes of more than 15 digits that all end in zeros beyond the 15th.

    One such code may be true; ten different ones are Excel's doing. What the first
    rows of a file show holds for the rest of it.
    """
    none = np.zeros(len(texts), bool)
    if field.length is not None and field.length <= 15:
        return none
    long = scan.only(DIGIT) & (scan.lengths > 15)
    rows = np.flatnonzero(long)
    if not len(rows) or notes.rounded.get(field.name) is False:
        return none
    distinct = set(texts[rows])
    if any(v[15:].strip("0") for v in distinct):
        notes.rounded.setdefault(field.name, False)
        return none
    if len(distinct) >= 10:
        notes.rounded[field.name] = True
    return long if notes.rounded.get(field.name) else none


def _judge_code(text: str, field: Field) -> Any:
    clean = narrow(text).lstrip("'`’")
    if not clean or clean in NULLS or clean in DASHES:
        return None if not tidy(text) else Mended(None, "value.null", NO_VALUE)
    if _SCIENTIFIC.fullmatch(clean):
        return _EXPONENT
    why, rule = WIDTH if clean != "".join(text.split()) else SPACES, "code.width"
    if re.fullmatch(r"\d+\.0+", clean):
        clean, rule = clean.split(".")[0], "code.point"
        why = Text("a code that was stored as a number", "编码曾被存为数值")
    if re.search(r"[a-z]", clean) and clean.isascii() and clean.isalnum():
        clean, rule = clean.upper(), "code.case"
        why = Text("capital letters", "转为大写")
    length = field.length
    if length is not None and len(clean) != length:
        missing = length - len(clean)
        if clean.isdigit() and clean.isascii() and 0 < missing <= _may_miss(length):
            return Mended(clean.zfill(length), "code.zeros", _ZEROS)
        return Bad(
            "code.length",
            Text(f"a code of {length} characters, not {len(clean)}", f"{length}位编码，而非{len(clean)}位"),
            Text("check it and write it in full", "请核对并写全"),
        )  # fmt: skip
    if not re.fullmatch(r"[0-9A-Z_.\-]+", clean):
        return Bad(
            "code.characters",
            Text("a code of letters and digits", "由字母和数字组成的编码"),
            Text("write the code", "请填写编码"),
        )
    return clean if clean == text else Mended(clean, rule, why)


def _may_miss(length: int) -> int:
    """Return how many leading zeros a code of this length can have lost."""
    return length - 1 if length <= 8 else 2
