"""Whether a case may repeat an earlier one: told without listing its twins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases.twin_cells import Cells, Ints, seconds_of, spread
from citygrid_core.cases.twins import Reach

Bools = npt.NDArray[np.bool_]


def repeats(
    x: npt.ArrayLike, y: npt.ArrayLike, at: npt.ArrayLike, kind: npt.ArrayLike, reach: Reach
) -> Bools:
    """Tell which cases are the later one of a pair of twins; see `twins.pairs_within`.

    Parameters
    ----------
    x, y : float array, shape (n,)
        Metres; NaN repeats nothing.
    at : datetime64 array, shape (n,)
        When it was reported; NaT repeats nothing.
    kind : array of str, shape (n,)
        What must be equal; ends with the code of the class after a blank. None repeats nothing.

    Returns
    -------
    bool array, shape (n,)

    Notes
    -----
    Each looks back from its own moment until it meets a twin, first in its own cell, then,
    if it met none, in the neighbours. Cases that look past the same one are farther from
    each other than the metres, and few such fit into a cell: the work grows with the cases,
    not with their pairs, however many lie on one spot.
    """
    px, py = np.asarray(x, float), np.asarray(y, float)
    when = np.asarray(at, dtype="datetime64[s]")
    code, names = pd.factorize(np.asarray(kind, dtype=object))
    known = ~(np.isnan(px) | np.isnan(py) | np.isnat(when)) & (code >= 0)
    out = np.zeros(len(px), dtype=np.bool_)
    limits = [reach.near(str(name)) for name in names]
    for metres, hours in sorted(set(limits)):
        alike = np.array([own == (metres, hours) for own in limits])
        rows = np.flatnonzero(known & alike[code])
        if len(rows) > 1:
            cells = Cells.of(px[rows], py[rows], when[rows], code[rows], metres)
            out[rows[cells.order]] = _look_back(cells, metres, int(seconds_of(hours)))
    return out


def _look_back(cells: Cells, metres: float, reach: int) -> Bools:
    """Tell which cases, in the order of the cells, have an earlier one near."""
    find = cells.stretches(reach)
    met = np.zeros(len(cells.order), dtype=np.bool_)
    every = np.arange(len(met))
    # within one cell those before are earlier, or stood before at the same moment
    _meet(met, every, find.since(every, cells.own), every, cells, metres)
    for step in cells.steps:
        some, others = cells.beside(step)
        for here, there in ((some, others), (others, some)):
            to = np.full(len(cells.cell), -1)
            to[here] = there
            who = np.flatnonzero((to[cells.own] >= 0) & ~met)
            cell = to[cells.own[who]]
            begin, end = find.since(who, cell), find.until(who, cell, 0)
            _meet(met, who, begin, end, cells, metres)
    return met


def _meet(met: Bools, who: Ints, begin: Ints, end: Ints, cells: Cells, metres: float) -> None:
    """Mark those that meet an earlier one in their stretch, the latest looked at first."""
    many = 1
    while len(who):
        first = np.maximum(begin, end - many)
        for i, j in spread(who, first, end):
            near = cells.apart(i, j) <= metres
            i, j = i[near], j[near]
            before = (cells.time[j] < cells.time[i]) | (cells.order[j] < cells.order[i])
            met[i[before]] = True
        left = ~met[who] & (first > begin)
        who, begin, end = who[left], begin[left], first[left]
        many *= 2
