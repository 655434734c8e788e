"""Cases of one class by place and time: what is near each is found without asking all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: Pairs looked at together: bounds the memory of crowded places.
_TOGETHER = 4_000_000


@dataclass(frozen=True)
class Cells:
    """Cases in cells as wide as the metres, by class; in each in the order of time.

    A cell's cases of one class within the hours of a moment are one stretch, found by two
    binary searches.

    Attributes
    ----------
    order : int array, shape (n,)
        Where each stands in what was given; those of one moment keep their order.
    own : int array, shape (n,)
        Which cell each is in, rising.
    cell : int array
        The number of each cell, rising; 1, rows - 1, rows and rows + 1 more are four of its
        neighbours, as many less the other four.
    time, x, y : arrays, shape (n,)
        Seconds from the earliest on; metres.
    """

    order: Ints
    own: Ints
    cell: Ints
    rows: int
    time: Ints
    x: Floats
    y: Floats

    @classmethod
    def of(
        cls,
        x: Floats,
        y: Floats,
        when: npt.NDArray[np.datetime64],
        code: Ints,
        metres: float,
    ) -> Cells:
        """Put cases into cells; none may be without a place, a moment or a class."""
        # A little more, so that rounding loses no neighbour; not so small that numbers run over.
        side = max(metres, float(np.ptp(x)) / 1e6, float(np.ptp(y)) / 1e6, 1e-3) * (1 + 1e-9)
        column = np.floor((x - x.min()) / side).astype(np.int64) + 1
        row = np.floor((y - y.min()) / side).astype(np.int64) + 1
        rows = int(row.max()) + 2
        columns = int(column.max()) + 2
        time = (when - when.min()).astype(np.int64)
        cell = (code * columns + column) * rows + row
        order = np.lexsort((time, cell))
        cell = cell[order]
        new = np.r_[True, cell[1:] != cell[:-1]]
        # Numbers without gaps keep the keys of place, class and time within 64 bits.
        return cls(order, np.cumsum(new) - 1, cell[new], rows, time[order], x[order], y[order])

    @property
    def steps(self) -> tuple[int, int, int, int]:
        """How much more the numbers of four neighbours of a cell are."""
        return 1, self.rows - 1, self.rows, self.rows + 1

    def beside(self, step: int) -> tuple[Ints, Ints]:
        """Return the cells that have a neighbour that many numbers on, and those neighbours."""
        other = np.searchsorted(self.cell, self.cell + step)
        have = np.flatnonzero(self.cell[np.minimum(other, len(self.cell) - 1)] == self.cell + step)
        return have, other[have]

    def apart(self, i: Ints, j: Ints) -> Floats:
        """Return the metres between cases."""
        out: Floats = np.hypot(self.x[i] - self.x[j], self.y[i] - self.y[j])
        return out

    def stretches(self, reach: int) -> Stretches:
        """Return what finds the cases within so many seconds."""
        span = int(self.time.max()) + 2 * reach + 2
        return Stretches(self.own * span + self.time + reach, span, reach, self.time)


@dataclass(frozen=True)
class Stretches:
    """Finds the cases of a cell that were reported within some seconds of a moment."""

    key: Ints
    span: int
    reach: int
    time: Ints

    def since(self, who: Ints, cell: Ints) -> Ints:
        """Return where the first of a cell stands that is not too early for each of `who`."""
        return np.searchsorted(self.key, cell * self.span + self.time[who], side="left")

    def until(self, who: Ints, cell: Ints, seconds: int) -> Ints:
        """Return where the first of a cell stands that is more seconds later than `who`."""
        asked = cell * self.span + self.time[who] + self.reach + seconds
        return np.searchsorted(self.key, asked, side="right")


def seconds_of(hours: Any) -> Any:
    """Return the whole seconds within some hours."""
    return np.floor(np.asarray(hours) * 3600 + 1e-6).astype(np.int64)


def spread(who: Ints, begin: Ints, end: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield each of `who` beside each of its stretch, so many at a time as memory is meant for."""
    count = np.maximum(end - begin, 0)
    total = np.cumsum(count)
    first = 0
    while first < len(who):
        done = total[first - 1] if first else 0
        last = max(int(np.searchsorted(total, done + _TOGETHER, side="right")), first + 1)
        part = slice(first, last)
        number = count[part]
        start = np.cumsum(number) - number
        i = np.repeat(who[part], number)
        j = np.arange(len(i)) - np.repeat(start, number) + np.repeat(begin[part], number)
        yield i, j
        first = last
