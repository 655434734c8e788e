"""The same problem reported twice: same class, near in place and in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases.twin_cells import Cells, Ints, seconds_of, spread
from citygrid_core.errors import Text, UsageError

#: Pairs that are listed, at most: so many take near a gigabyte and a minute.
MOST_PAIRS = 5_000_000


class TooManyTwins(UsageError):
    """More pairs of near cases than can be listed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"more than {MOST_PAIRS:,} pairs of cases of one class lie within the metres and "
                "hours, too many to list: choose fewer days, metres or hours",
                f"同类案件中距离和时间都在限内的超过 {MOST_PAIRS:,} 对，无法全部列出："
                "请缩短日期范围，或减小距离、小时数",
            )
        )


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

    Raises
    ------
    TooManyTwins
        More than `MOST_PAIRS`. Whether a case has an earlier twin can still be told:
        `cases.repeats.repeats`.
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
        Of one kind alone where the kind stands before it: ``event 06``.
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

    def near(self, class_: str) -> tuple[float, float]:
        """Return the metres and hours of a class: those of the longest beginning of its code.

        Parameters
        ----------
        class_ : str
            Kind and code, ``event 06010``.
        """
        said = (class_, class_.rpartition(" ")[2])
        fits = [(len(c), m, h) for c, m, h in self.of if any(s.startswith(c) for s in said)]
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
    own = np.array([reach.near(str(name)) for name in names])[codes]
    seconds = np.rint(found["hours"].to_numpy() * 3600)
    near = (found["metres"].to_numpy() <= own[:, 0]) & (seconds <= seconds_of(own[:, 1]))
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
    """Look into the cell of each case and four of its neighbours: the other four look back."""
    cells = Cells.of(x, y, when, code, metres)
    reach = int(seconds_of(hours))
    find = cells.stretches(reach)
    every = np.arange(len(x))
    # within one cell each pair is seen once: from the earlier of the two
    found = _stretches(every, every + 1, find.until(every, cells.own, reach), cells, metres)
    number = sum(len(i) for i, _ in found)
    for step in cells.steps:
        to = np.full(len(cells.cell), -1)
        have, other = cells.beside(step)
        to[have] = other
        there = np.flatnonzero(to[cells.own] >= 0)
        cell = to[cells.own[there]]
        begin, end = find.since(there, cell), find.until(there, cell, reach)
        more = _stretches(there, begin, end, cells, metres, number)
        number += sum(len(i) for i, _ in more)
        found += more
    i, j = (np.concatenate(c) for c in zip(*found, strict=True))
    return cells.order[i], cells.order[j]


def _stretches(
    who: Ints, begin: Ints, end: Ints, cells: Cells, metres: float, found: int = 0
) -> list[tuple[Ints, Ints]]:
    """Return the pairs of each case with a stretch of others that are within the metres.

    So many were found before: more than `MOST_PAIRS` are refused as soon as they are seen.
    """
    out = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for i, j in spread(who, begin, end):
        near = cells.apart(i, j) <= metres
        out.append((i[near], j[near]))
        found += len(out[-1][0])
        if found > MOST_PAIRS:
            raise TooManyTwins
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
