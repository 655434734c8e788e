"""Held counts beside a recount, in bounded memory whatever the number of cases.

Cases and cells come some at a time and in any order. They are noted as a few integers each and
laid on piles, all of a day on the same one, on disk where there are several; then pile after
pile is added up. So the price is one reading of both, and the memory that of a pile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.heat.counts import HEAT_KEYS, count
from citygrid_core.heat.keys import Key, group

#: Cases to a pile, how many piles there are at most, and the bytes of one that stay in memory.
CASES, MOST, SPOOLED = 1_000_000, 250, 1 << 20
#: Columns of the key that are noted as one number: few of their combinations occur.
_NOTED = {
    "grid": ("grid_code",),
    "mark": ("object_kind", "class_code", "source"),
    "day": ("day",),
    "hour": ("hour",),
}
_NO_ROW = np.iinfo(np.int64).min
_CELL = [(name, "<i4") for name in _NOTED]
_RECOUNTED = np.dtype([*_CELL, ("cases", "<i4"), ("weak", "<i4")])
#: Doubles: what was altered may be no whole number.
_HELD = np.dtype([*_CELL, ("cases", "<f8"), ("weak", "<f8"), ("fid", "<i8")])

_Pile = tuple[IO[bytes], IO[bytes]]
_Label = tuple[Hashable, ...]


@dataclass(frozen=True)
class Compared:
    """What became of some days.

    Attributes
    ----------
    counted, cells, same : int
        Cases of the recount, its cells, and those of them that a row holds just so.
    differing : DataFrame
        All others, and rows of no cell, sorted by key: the key columns; ``cases`` and ``weak``
        by the recount; ``cases_held`` and ``weak_held``; ``fid`` of the row that holds them,
        <NA> where there is none. Counts may be equal all the same: a cell without a row of
        its own that differences sum up to, or a row of no cases.
    """

    counted: int
    cells: int
    same: int
    differing: pd.DataFrame


class Comparison:
    """Takes cases and held counts, tells where they differ; a context that ends its files.

    Parameters
    ----------
    cases : int
        About how many will come: more of them are laid on more piles.
    """

    def __init__(self, cases: int = 0) -> None:
        number = min(max(-(-cases // CASES), 1), MOST)
        stay = SPOOLED if number > 1 else 0
        self._numbers: dict[str, dict[_Label, int]] = {name: {} for name in _NOTED}
        self._files = ExitStack()
        self._piles: list[_Pile] = [(self._file(stay), self._file(stay)) for _ in range(number)]

    def __enter__(self) -> Comparison:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def recount(self, cases: pd.DataFrame) -> None:
        """Count some more cases, each given once; see `heat.count`.

        Raises
        ------
        HeatInputError
            As `heat.count` does.
        """
        cells = count(cases, compact=True)
        self._lay(0, self._noted(cells, _RECOUNTED))

    def hold(self, cells: pd.DataFrame, fids: npt.ArrayLike | None = None) -> None:
        """Take held counts.

        Parameters
        ----------
        cells : DataFrame
            The key columns, ``cases``, ``weak`` (missing is 0).
        fids : array of int, optional
            Of the rows that hold them; None: differences to what others hold.
        """
        rows = self._noted(cells, _HELD)
        rows["fid"] = _NO_ROW if fids is None else fids
        self._lay(1, rows)

    def results(self) -> Iterator[Compared]:
        """Compare; every cell is in one of the results."""
        labels = {}
        for name, known in self._numbers.items():
            for column, values in zip(_NOTED[name], zip(*known, strict=True), strict=False):
                labels[column] = np.empty(len(values), dtype=object)
                labels[column][:] = values
        for recounted, held in self._piles:
            yield self._compared(_taken(recounted, _RECOUNTED), _taken(held, _HELD), labels)

    def _file(self, stay: int) -> IO[bytes]:
        return self._files.enter_context(tempfile.SpooledTemporaryFile(stay))

    def _noted(self, cells: pd.DataFrame, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        rows = np.zeros(len(cells), dtype)
        for name, columns in _NOTED.items():
            rows[name] = _numbered([cells[c] for c in columns], self._numbers[name])
        for name in ("cases", "weak"):
            rows[name] = pd.to_numeric(cells[name], errors="coerce").fillna(0)
        return rows

    def _lay(self, side: int, rows: npt.NDArray[Any]) -> None:
        pile = rows["day"] % len(self._piles)
        for at in np.unique(pile):
            self._piles[at][side].write(rows[pile == at].tobytes())

    def _compared(
        self, now: npt.NDArray[Any], held: npt.NDArray[Any], labels: dict[str, Any]
    ) -> Compared:
        keys = [
            Key(np.concatenate([now[name], held[name]]), np.arange(len(known)))
            for name, known in self._numbers.items()
        ]
        groups = group(keys, len(now) + len(held))
        occurring, of = np.unique(groups.codes, return_inverse=True)

        def total(which: slice, weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
            summed = np.bincount(of[which], weights, len(occurring))
            return summed.astype(np.float64)

        sides = (slice(len(now)), now, ""), (slice(len(now), None), held, "_held")
        sums = {
            f"{name}{suffix}": total(which, rows[name])
            for which, rows, suffix in sides
            for name in ("cases", "weak")
        }
        equal = (sums["cases"] == sums["cases_held"]) & (sums["weak"] == sums["weak_held"])
        rowed = held["fid"] != _NO_ROW
        fid = np.full(len(occurring), _NO_ROW)
        fid[of[len(now) :][rowed]] = held["fid"][rowed]
        cell, row = sums["cases"] > 0, fid != _NO_ROW
        at = np.flatnonzero(~equal | (cell != row))
        frame = pd.DataFrame({"fid": pd.array(fid[at], dtype="Int64")})
        frame.loc[~row[at], "fid"] = pd.NA
        for columns, key in zip(_NOTED.values(), groups.members(occurring[at]), strict=True):
            for column in columns:
                frame[column] = labels[column][key.codes] if len(at) else np.empty(0, object)
        for name, values in sums.items():
            frame[name] = values[at] if name.endswith("_held") else values[at].astype(np.int64)
        frame = frame.sort_values(list(HEAT_KEYS), key=_in_order, ignore_index=True)
        same = int((equal & cell & row).sum())
        return Compared(int(sums["cases"].sum()), int(cell.sum()), same, frame)


def _numbered(columns: list[pd.Series[Any]], known: dict[_Label, int]) -> npt.NDArray[np.int64]:
    """Return the number of each combination of labels; new ones get the next numbers."""
    groups = group([_key(column) for column in columns], len(columns[0]))
    occurring, of = np.unique(groups.codes, return_inverse=True)
    labels = [key.labels[key.codes].tolist() for key in groups.members(occurring)]
    found = [known.setdefault(label, len(known)) for label in zip(*labels, strict=True)]
    return np.array(found, dtype=np.int64)[of]


def _key(column: pd.Series[Any]) -> Key:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Key(column.cat.codes.to_numpy(), np.asarray(column.cat.categories, dtype=object))
    codes, found = pd.factorize(column)
    labels = np.append(np.asarray(found, dtype=object), np.array([None], dtype=object))
    # a row that was altered: nothing is a label of its own
    codes = np.where(codes < 0, len(found), codes)
    return Key(codes, labels)


def _taken(pile: IO[bytes], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    pile.seek(0)
    return np.frombuffer(pile.read(), dtype)


def _in_order(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return what to sort by: an altered row may hold anything."""
    return pd.to_numeric(column, errors="coerce") if column.name == "hour" else column.astype(str)
