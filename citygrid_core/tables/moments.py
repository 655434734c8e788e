"""Columns of dates and times, as ISO text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core import isotime
from citygrid_core.errors import Text
from citygrid_core.tables.dates import NoMoment, parse
from citygrid_core.tables.fields import Field
from citygrid_core.tables.judging import (
    DASHES,
    NO_VALUE,
    NULLS,
    Bad,
    Context,
    Mended,
    Texts,
    error_cell,
    settle,
    tidy,
)
from citygrid_core.tables.notes import Notes

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_EARLIEST = np.datetime64("1900-01-01", "s")
_FAST_FORMATS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "%Y-%m-%d %H:%M"),
    (re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d:\d\d"), "%Y/%m/%d %H:%M:%S"),
    (re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d"), "%Y/%m/%d %H:%M"),
    (re.compile(r"\d{4}/\d\d?/\d\d?"), "%Y/%m/%d"),
)


def dates(texts: Texts, field: Field, notes: Notes, context: Context) -> Texts:
    """Return a column as dates, ``YYYY-MM-DD``."""
    return _moments(texts, field, notes, context, timed=False)


def datetimes(texts: Texts, field: Field, notes: Notes, context: Context) -> Texts:
    """Return a column as dates with time, ``YYYY-MM-DDTHH:MM:SS``."""
    return _moments(texts, field, notes, context, timed=True)


def _moments(texts: Texts, field: Field, notes: Notes, context: Context, *, timed: bool) -> Texts:
    # Many rows share a day: each distinct text is read once.
    codes, uniques = pd.factorize(texts)
    out = np.empty(len(uniques), dtype=object)
    lengths = np.fromiter(map(len, uniques), np.int64, len(uniques))
    doubt = lengths > 0
    if len(uniques) > 64:
        fast, good = _fast_moments(uniques, lengths, timed)
        out[good] = fast[good]
        doubt &= ~good
    result = out[codes]

    def judge(text: str) -> Any:
        if bad := error_cell(text):
            return bad
        clean = tidy(text)
        if not clean:
            return None
        if clean in NULLS or clean in DASHES:
            return Mended(None, "value.null", NO_VALUE)
        moment = parse(clean, context.zone, date1904=context.date1904)
        if isinstance(moment, NoMoment):
            return Bad(f"{field.kind}.invalid", moment.why, moment.cure)
        value = moment.value.isoformat() if timed else moment.value.date().isoformat()
        if moment.how is not None:
            return Mended(value, f"{field.kind}.notation", moment.how)
        if timed and not moment.timed:
            return Mended(value, "datetime.midnight", Text("no time of day given", "未给出时刻"))
        if not timed and moment.timed and moment.value.time().isoformat() != "00:00:00":
            return Mended(value, "date.time", Text("time of day left out", "略去时刻"))
        return value

    settle(texts, result, doubt[codes], field, notes, judge)
    return result


def _fast_moments(
    uniques: Texts, lengths: NDArray[np.int64], timed: bool
) -> tuple[Texts, NDArray[np.bool_]]:
    """Read texts that share one common notation, as most files have it."""
    out = np.empty(len(uniques), dtype=object)
    first = next((u for u in uniques if u), "")
    if timed and _ISO.fullmatch(first):
        moments, _ = isotime.read(uniques.tolist())
        good = (lengths == len(first)) & (moments >= _EARLIEST)  # never where there is none
        out[good] = isotime.written(moments[good])
        return out, good
    found = next((fmt for pattern, fmt in _FAST_FORMATS if pattern.fullmatch(first)), None)
    if found is None or ("%H" in found) != timed:
        return out, np.zeros(len(uniques), bool)
    stamps = pd.to_datetime(pd.Series(uniques, dtype=object), format=found, errors="coerce")
    good = stamps.notna().to_numpy() & (stamps.dt.year.to_numpy() >= 1900)
    # Only texts of the very shape: strptime is lenient with blanks and short fields.
    good &= _shaped(uniques, lengths, found)
    out[good] = np.datetime_as_string(
        stamps.to_numpy()[good].astype("datetime64[s]" if timed else "datetime64[D]")
    )
    return out, good


def _shaped(texts: Texts, lengths: NDArray[np.int64], form: str) -> NDArray[np.bool_]:
    """Return which texts have the shape of a format, all at once where its width is fixed."""
    if "/" in form:
        pattern = next(p for p, f in _FAST_FORMATS if f == form)
        return np.fromiter((bool(pattern.fullmatch(t)) for t in texts), bool, len(texts))
    model = re.sub("%[a-zA-Z]", "00", form.replace("%Y", "0000"))
    good: NDArray[np.bool_] = lengths == len(model)
    signs = np.array(texts[good].tolist(), dtype=f"U{len(model)}").view(np.uint32)
    signs = signs.reshape(-1, len(model))
    shape = np.array([ord(c) for c in model], np.uint32)
    digit = shape == ord("0")
    right = np.where(digit, (signs >= ord("0")) & (signs <= ord("9")), signs == shape)
    good[good] = right.all(axis=1)
    return good
