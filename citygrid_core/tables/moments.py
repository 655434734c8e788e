"""Columns of dates and times, as ISO text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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

_FAST_FORMATS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "%Y-%m-%d %H:%M:%S"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "%Y-%m-%dT%H:%M:%S"),
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
        fast, good = _fast_moments(uniques, timed)
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


def _fast_moments(uniques: Texts, timed: bool) -> tuple[Texts, NDArray[np.bool_]]:
    """Read texts that share one common notation, as most files have it."""
    none = np.empty(len(uniques), dtype=object), np.zeros(len(uniques), bool)
    first = next((u for u in uniques if u), "")
    found = next((fmt for pattern, fmt in _FAST_FORMATS if pattern.fullmatch(first)), None)
    if found is None or ("%H" in found) != timed:
        return none
    stamps = pd.to_datetime(pd.Series(uniques, dtype=object), format=found, errors="coerce")
    good = stamps.notna().to_numpy() & (stamps.dt.year.to_numpy() >= 1900)
    # Only texts of the very shape: strptime is lenient with blanks and short fields.
    pattern = {f: p for p, f in _FAST_FORMATS}[found]
    good &= np.fromiter((pattern.fullmatch(u) is not None for u in uniques), bool, len(uniques))
    out = np.empty(len(uniques), dtype=object)
    out[good] = np.datetime_as_string(
        stamps.to_numpy()[good].astype("datetime64[s]" if timed else "datetime64[D]")
    )
    return out, good
