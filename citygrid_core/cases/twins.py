"""The same problem reported twice: same class, near in place and in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]


def pairs(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    at: npt.ArrayLike,
    kind: npt.ArrayLike,
    *,
    metres: float,
    hours: float,
) -> pd.DataFrame:
    """Find all pairs of one class within some metres and some hours of each other.

    Parameters
    ----------
    x, y : float array, shape (n,)
        Metres; NaN has no twin.
    at : datetime64 array, shape (n,)
        When it was reported; NaT has no twin.
    kind : array, shape (n,)
        What must be equal; compared as it is. None has no twin.
    metres, hours : float
        Both ends included.

    Returns
    -------
    DataFrame
        first, second (places in the input: `first` was reported earlier, or at the same
        moment stands before), metres, hours; by second, then by first.
    """
    px, py = np.asarray(x, float), np.asarray(y, float)
    when = np.asarray(at, dtype="datetime64[s]")
    code, _ = pd.factorize(np.asarray(kind, dtype=object))
    known = np.flatnonzero(~(np.isnan(px) | np.isnan(py) | np.isnat(when)) & (code >= 0))
    i = j = np.empty(0, dtype=np.int64)
    if len(known) > 1:
        i, j = _near(px[known], py[known], when[known], code[known], metres, hours)
        i, j = known[i], known[j]
    later = (when[i] > when[j]) | ((when[i] == when[j]) & (i > j))
    first, second = np.where(later, j, i), np.where(later, i, j)
    order = np.lexsort((first, second))
    first, second = first[order], second[order]
    out: pd.DataFrame = pd.DataFrame(
        {
            "first": first,
            "second": second,
            "metres": np.hypot(px[first] - px[second], py[first] - py[second]),
            "hours": (when[second] - when[first]).astype(float) / 3600,
        }
    )
    return out


@dataclass(frozen=True)
class Reach:
    """How near is near: metres and hours, and those of classes that have their own.

    Attributes
    ----------
    of : tuple of (class code or its beginning, metres, hours)
    """

    metres: float
    hours: float
    of: tuple[tuple[str, float, float], ...] = ()

    @property
    def most(self) -> tuple[float, float]:
        """The largest metres and hours of any class."""
        return (
            max([self.metres, *(m for _, m, _ in self.of)]),
            max([self.hours, *(h for _, _, h in self.of)]),
        )

    def near(self, class_code: str) -> tuple[float, float]:
        """Return the metres and hours of a class: those of the longest beginning of its code."""
        fits = [(len(c), m, h) for c, m, h in self.of if class_code.startswith(c)]
        return max(fits)[1:] if fits else (self.metres, self.hours)


def pairs_within(
    x: npt.ArrayLike, y: npt.ArrayLike, at: npt.ArrayLike, kind: npt.ArrayLike, reach: Reach
) -> pd.DataFrame:
    """Find the pairs that are within the reach of their class; see `pairs`.

    Parameters
    ----------
    kind : array of str, shape (n,)
        What must be equal; ends with the code of the class after a blank.
    """
    metres, hours = reach.most
    found = pairs(x, y, at, kind, metres=metres, hours=hours)
    if not reach.of or found.empty:
        return found
    codes, names = pd.factorize(np.asarray(kind, dtype=object)[found["first"].to_numpy()])
    own = np.array([reach.near(str(name).rpartition(" ")[2]) for name in names])[codes]
    near = (found["metres"].to_numpy() <= own[:, 0]) & (found["hours"].to_numpy() <= own[:, 1])
    out: pd.DataFrame = found[near].reset_index(drop=True)
    return out


def _near(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    when: npt.NDArray[np.datetime64],
    code: Ints,
    metres: float,
    hours: float,
) -> tuple[Ints, Ints]:
    """Put cases into cells as wide as the metres; look into each cell and four of its neighbours.

    The other four look back. A cell's cases of one class stand in the order of time, so
    those within the hours are one stretch, found by two binary searches.
    """
    # A little more, so that rounding loses no neighbour; not so small that numbers run over.
    side = max(metres, float(np.ptp(x)) / 1e6, float(np.ptp(y)) / 1e6, 1e-3) * (1 + 1e-9)
    column = np.floor((x - x.min()) / side).astype(np.int64) + 1
    row = np.floor((y - y.min()) / side).astype(np.int64) + 1
    rows = int(row.max()) + 2
    columns = int(column.max()) + 2
    seconds = (when - when.min()).astype(np.int64)
    reach = int(np.floor(hours * 3600 + 1e-6))
    # Numbers without gaps keep the keys of place, class and time within 64 bits.
    cell = (code * columns + column) * rows + row
    order = np.lexsort((seconds, cell))
    cell, seconds = cell[order], seconds[order]
    span = int(seconds.max()) + 2 * reach + 2
    kinds = np.unique(cell)
    key = np.searchsorted(kinds, cell) * span + seconds + reach
    px, py = x[order], y[order]
    found: list[tuple[Ints, Ints]] = []
    for step in (0, 1, rows - 1, rows, rows + 1):
        other = np.searchsorted(kinds, cell + step)
        there = np.flatnonzero(kinds[np.minimum(other, len(kinds) - 1)] == cell + step)
        base = other[there] * span + seconds[there] + reach
        # within one cell each pair is seen once: from the earlier of the two
        begin = there + 1 if step == 0 else np.searchsorted(key, base - reach, side="left")
        end = np.searchsorted(key, base + reach, side="right")
        found += _stretches(there, begin, end, px, py, metres)
    i, j = (np.concatenate(c) for c in zip(*found, strict=True))
    return order[i], order[j]


#: Pairs looked at together: bounds the memory of crowded places.
_TOGETHER = 4_000_000


def _stretches(
    who: Ints,
    begin: Ints,
    end: Ints,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    metres: float,
) -> list[tuple[Ints, Ints]]:
    """Return the pairs of each case with a stretch of others that are within the metres."""
    count = np.maximum(end - begin, 0)
    total = np.cumsum(count)
    out = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    first = 0
    while first < len(who):
        done = total[first - 1] if first else 0
        last = max(int(np.searchsorted(total, done + _TOGETHER, side="right")), first + 1)
        part = slice(first, last)
        number = count[part]
        i = np.repeat(who[part], number)
        start = np.cumsum(number) - number
        j = np.arange(len(i)) - np.repeat(start, number) + np.repeat(begin[part], number)
        near = np.hypot(x[i] - x[j], y[i] - y[j]) <= metres
        out.append((i[near], j[near]))
        first = last
    return out


def originals(found: pd.DataFrame, number: int) -> Ints:
    """Return for each case the earlier one that it repeats, -1 for none.

    A case repeats the nearest of its earlier twins that repeat nobody themselves, so that
    whatever is pointed at is an original, and within the metres and hours of all that
    point at it.

    Parameters
    ----------
    found : DataFrame
        As `pairs` returns it.
    number : int
        How many cases there are.
    """
    out = np.full(number, -1, dtype=np.int64)
    # in the order of the reports of the later one: hours and places are those of the pairs
    near = found.sort_values(["second", "metres", "first"], kind="stable")
    groups = near.groupby("second", sort=False)["first"].agg(list).to_dict()
    pending = dict(groups)
    while pending:
        ready = {s: f for s, f in pending.items() if not any(e in pending for e in f)}
        for second, firsts in ready.items():
            free = [f for f in firsts if out[f] < 0]
            out[second] = free[0] if free else -1
            del pending[second]
    return out
