"""How well the plates of a gazetteer are surveyed: told from the plates themselves.

Each plate is held against the line between its two neighbours in number on its side of the
street. How far it stands from its share of that line says how evenly the numbers run (old
plots are of all widths); standing before or behind both neighbours says more: numbers that
go forth and back along a street are no survey, but hearsay (points of interest for doors).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: A plate this far behind its neighbours is out of order, metres; less may be the setting.
BEHIND = 10.0
#: Shares of plates out of order up to which the survey is believed, and from which it is not.
_SOUND, _HEARSAY = 0.01, 0.05
#: The middle of |error| across the line, of three plates of the same error: 0.6745 sqrt(1.5).
_ACROSS = 0.826
#: A street's own unevenness counts as much as the city's from so many plates on.
_OWN = 8
#: Nothing counts more than so many times the middle.
_WILD = 30.0
#: Fewer plates between neighbours say nothing.
_FEWEST = 30


class Survey(NamedTuple):
    """How the plates are set.

    Attributes
    ----------
    uneven : per street, variance of a number's place for each number between two anchors,
        square metres; a number at share s of n numbers has ``uneven n s (1 - s)``
    coarse : standard error of the plates themselves beyond a survey's, metres
    disorder : share of plates that stand out of order by more than `BEHIND`
    """

    uneven: Floats
    coarse: float
    disorder: float


def survey(
    owner: npt.NDArray[np.int32], main: npt.NDArray[np.int32], x: Floats, y: Floats, streets: int
) -> Survey:
    """Look at plates sorted by owner and number; owners from `streets` on are compounds."""
    first = np.r_[True, (owner[1:] != owner[:-1]) | (main[1:] != main[:-1])][: len(owner)]
    at = np.flatnonzero(first & (owner < streets))
    sides = [at[main[at] % 2 == parity] for parity in (0, 1)]
    a, b, c = (
        np.concatenate([s[k : len(s) - 2 + k] if len(s) > 2 else s[:0] for s in sides])
        for k in range(3)
    )
    same = owner[a] == owner[c]
    a, b, c = a[same], b[same], c[same]
    if len(b) < _FEWEST:
        return Survey(np.full(streets, np.nan), 0.0, 0.0)
    numbers = (main[c] - main[a]).astype(np.float64)
    share = (main[b] - main[a]) / numbers
    dx, dy, ex, ey = x[c] - x[a], y[c] - y[a], x[b] - x[a], y[b] - y[a]
    off = (ex - share * dx) ** 2 + (ey - share * dy) ** 2
    ratio = off / (numbers * share * (1 - share))
    ratio = np.minimum(ratio, _WILD * np.median(ratio))
    city = float(ratio.mean())
    total = np.bincount(owner[b], ratio, streets)[:streets]
    count = np.bincount(owner[b], minlength=streets)[:streets]
    uneven = (total + _OWN * city) / (count + _OWN)
    length = np.hypot(dx, dy)
    unit = np.where(length > 0, length, 1.0)
    along, across = (ex * dx + ey * dy) / unit, np.abs(ex * dy - ey * dx) / unit
    disorder = float(((along < -BEHIND) | (along > length + BEHIND)).mean())
    doubt = np.clip((disorder - _SOUND) / (_HEARSAY - _SOUND), 0.0, 1.0)
    return Survey(uneven, round(float(doubt * np.median(across)) / _ACROSS, 1), disorder)
