"""ISO texts of moments, read a column at a time.

Texts of the one form that citygrid itself writes, ``YYYY-MM-DDTHH:MM:SS``, also with a blank
for the ``T`` or ``.000`` behind, are read as bytes, all at once; whoever meets another form
looks at those few one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.datetime64]
Bools = npt.NDArray[np.bool_]
#: Where the digits and the signs of a moment stand.
_DIGITS = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
_MODEL = np.frombuffer(b"0000-00-00T00:00:00", np.uint8)
_SIGNS = np.array([4, 7, 13, 16])
_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_WIDTH = 19
#: Texts looked at together: what they become stays in the processor's cache.
_STRETCH = 20_000


def read(texts: Sequence[str]) -> tuple[Moments, Bools]:
    """Read texts, each a str.

    Returns
    -------
    moments : datetime64[s]
        NaT where the text has another form or is no moment of the calendar.
    strict : bool
        Whether the text is ``YYYY-MM-DDTHH:MM:SS`` to the letter, and a moment.
    """
    n = len(texts)
    moments, strict = np.full(n, np.datetime64("NaT", "s")), np.zeros(n, dtype=bool)
    for first in range(0, n, _STRETCH):
        part = slice(first, min(first + _STRETCH, n))
        moments[part], strict[part] = _read(texts[part])
    return moments, strict


def _read(texts: Sequence[str]) -> tuple[Moments, Bools]:
    n = len(texts)
    joined = "".join(texts)
    if len(joined) == n * _WIDTH and joined.isascii():
        lengths = np.full(n, _WIDTH)
    else:
        texts = [t if t.isascii() else "" for t in texts]
        joined, lengths = "".join(texts), np.fromiter(map(len, texts), np.int64, n)
    raw = np.frombuffer(joined.encode("ascii"), np.uint8)
    start = np.cumsum(lengths) - lengths
    good = np.flatnonzero(lengths == _WIDTH)
    longer = np.flatnonzero(lengths == _WIDTH + 4)
    if len(longer):
        tails = raw[start[longer][:, None] + np.arange(_WIDTH, _WIDTH + 4)]
        longer = longer[(tails == np.frombuffer(b".000", np.uint8)).all(axis=1)]
        good = np.sort(np.concatenate([good, longer]))
    moments, strict = np.full(n, np.datetime64("NaT", "s")), np.zeros(n, dtype=bool)
    if not len(good):
        return moments, strict
    whole = len(raw) == n * _WIDTH == len(good) * _WIDTH
    chars = raw.reshape(-1, _WIDTH) if whole else raw[start[good][:, None] + np.arange(_WIDTH)]
    digits = chars[:, _DIGITS] - np.uint8(48)  # what is below a digit wraps around
    right = (digits <= 9).all(axis=1) & (chars[:, _SIGNS] == _MODEL[_SIGNS]).all(axis=1)
    joint = chars[:, 10]
    right &= (joint == ord("T")) | (joint == ord(" "))
    d = digits.astype(np.int64).T
    year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3]
    month, day, hour, minute, second = (d[i] * 10 + d[i + 1] for i in range(4, 14, 2))
    right &= (year >= 1) & (month >= 1) & (month <= 12)
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    right &= (day >= 1) & (day <= _MONTHS[np.minimum(month, 12)] + leap)
    right &= (hour < 24) & (minute < 60) & (second < 60)
    found = good[right]
    months = ((year[right] - 1970) * 12 + month[right] - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day[right] - 1
    seconds = days * 86_400 + hour[right] * 3600 + minute[right] * 60 + second[right]
    moments[found] = seconds.astype("datetime64[s]")
    strict[found] = (joint[right] == ord("T")) & (lengths[found] == _WIDTH)
    return moments, strict


def written(moments: Moments) -> npt.NDArray[np.object_]:
    """Return moments of the years 0 to 9999 as ``YYYY-MM-DDTHH:MM:SS``, None for NaT."""
    values = np.asarray(moments, dtype="datetime64[s]")
    none = np.isnat(values)
    # Many moments share a day: a calendar is asked once for each.
    t = np.where(none, 0, values.astype(np.int64))
    days, seconds = np.divmod(t, 86_400)
    chars = np.tile(_MODEL, (len(t), 1))
    chars[:, :10] = _calendar(days)
    hour, rest = np.divmod(seconds, 3600)
    minute, second = np.divmod(rest, 60)
    for place, number in ((11, hour), (14, minute), (17, second)):
        tens = number // 10
        chars[:, place] += tens.astype(np.uint8)
        chars[:, place + 1] += (number - 10 * tens).astype(np.uint8)
    joined = chars.tobytes().decode("ascii")
    out = np.empty(len(t), dtype=object)
    out[:] = [joined[at : at + _WIDTH] for at in range(0, len(joined), _WIDTH)]
    out[none] = None
    return out


def _calendar(days: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return days since 1970 as the bytes of ``YYYY-MM-DD``, shape (n, 10)."""
    if not len(days):
        return np.empty((0, 10), np.uint8)
    first, last = int(days.min()), int(days.max())
    distinct = np.arange(first, last + 1) if last - first < 2 * len(days) else np.unique(days)
    table = np.datetime_as_string(distinct.astype("datetime64[D]")).astype("S10")
    table = table.view(np.uint8).reshape(-1, 10)
    at = days - first if len(distinct) == last - first + 1 else np.searchsorted(distinct, days)
    return np.asarray(table[at])
