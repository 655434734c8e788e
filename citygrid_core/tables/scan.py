"""A column of texts looked at as one array of characters.

Most values of a file are fine. What tells the doubtful ones apart (spaces, wide
digits, wrong lengths) is answered for all of them at once; Python looks at a
single value only where there is doubt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DIGIT, UPPER, LOWER, NUMERIC, SPACE, CONTROL, WIDE, OTHER = (1 << k for k in range(8))
_SEPARATOR = 1 << 8
_END = "\x1f"
Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]


def _classes() -> NDArray[np.uint16]:
    table = np.full(1 << 16, OTHER, np.uint16)
    table[0x00:0x20] = CONTROL
    table[0x7F:0xA0] = CONTROL
    for space in (0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000):
        table[space] = SPACE
    table[0x2000:0x200B] = SPACE
    # Nobody sees these.
    for unseen in (0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF):
        table[unseen] = CONTROL
    table[ord("0") : ord("9") + 1] = DIGIT
    table[ord("A") : ord("Z") + 1] = UPPER
    table[ord("a") : ord("z") + 1] = LOWER
    for sign in "+-.":
        table[ord(sign)] = NUMERIC
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)):
        table[first : last + 1] = WIDE
    table[ord(_END)] = _SEPARATOR
    return table


_CLASSES = _classes()


class Scan:
    """Characters of all texts of a column, by class.

    Parameters
    ----------
    values : ndarray of str
        Shape (n,), dtype object; every element is a str.
    """

    def __init__(self, values: Texts) -> None:
        joined = _END.join(values.tolist()) + _END if len(values) else ""
        if joined.count(_END) != len(values):
            clean = [v.replace(_END, "\x01") for v in values]
            joined = _END.join(clean) + _END
        flat = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), "<u2")
        self._flat = flat
        self._kinds = _CLASSES[flat]
        self._ends = np.flatnonzero(self._kinds == _SEPARATOR)
        self._starts = np.concatenate(([0], self._ends[:-1] + 1)) if len(values) else self._ends
        #: Number of UTF-16 units of each value.
        self.lengths: NDArray[np.int64] = self._ends - self._starts

    def has(self, classes: int) -> Mask:
        """Return which values contain a character of `classes`."""
        found = np.zeros(len(self._ends), bool)
        hits = np.flatnonzero(self._kinds & np.uint16(classes))
        found[np.searchsorted(self._ends, hits)] = True
        return found

    def only(self, classes: int) -> Mask:
        """Return which values consist of characters of `classes` only (or are empty)."""
        return ~self.has(0x1FF & ~_SEPARATOR & ~classes)

    def touches(self, classes: int) -> Mask:
        """Return which values begin or end with a character of `classes`."""
        found = np.zeros(len(self._ends), bool)
        full = self.lengths > 0
        bits = np.uint16(classes)
        first, last = self._starts[full], self._ends[full] - 1
        found[full] = ((self._kinds[first] & bits) | (self._kinds[last] & bits)) != 0
        return found

    def begins(self, signs: str) -> Mask:
        """Return which values begin with one of some characters."""
        wanted = np.zeros(1 << 16, bool)
        wanted[[ord(sign) for sign in signs]] = True
        found: Mask = np.zeros(len(self._ends), bool)
        full = self.lengths > 0
        found[full] = wanted[self._flat[self._starts[full]]]
        return found
