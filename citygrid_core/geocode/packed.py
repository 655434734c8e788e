"""Columns of many texts in few objects: read one at a time, mapped from a file as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, slots=True)
class Strings:
    """Texts one after the other in UTF-8; text i is ``data[ends[i]:ends[i + 1]]``."""

    data: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.int64]
    # One text is read through these: an array would make an object of each number first.
    _data: memoryview = field(init=False, repr=False, compare=False)
    _ends: memoryview = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_data", self.data.data)
        object.__setattr__(self, "_ends", self.ends.data)

    @classmethod
    def of(cls, values: Iterable[str]) -> Strings:
        """Pack texts; a lone surrogate, which no file can hold, becomes a question mark."""
        whole = [v.encode("utf-8", "replace") for v in values]
        ends = np.zeros(len(whole) + 1, dtype=np.int64)
        np.cumsum([len(b) for b in whole], out=ends[1:])
        return cls(np.frombuffer(b"".join(whole), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, i: int) -> str:
        if i < 0:
            i += len(self)
        return str(self._data[self._ends[i] : self._ends[i + 1]], "utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        whole, ends = self.data.tobytes(), self.ends.tolist()
        for a, b in pairwise(ends):
            yield whole[a:b].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts of which few are different: a number for each, and the different ones."""

    index: npt.NDArray[np.int32]
    values: list[str]
    _index: memoryview = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", self.index.data)

    @classmethod
    def of(cls, values: Iterable[str]) -> Coded:
        """Number texts in the order in which they first come."""
        index, distinct = pd.factorize(np.array(list(values), dtype=object))
        return cls(index.astype(np.int32), [str(v) for v in distinct])

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, i: int) -> str:
        return self.values[self._index[i]]

    def at(self, i: int) -> int:
        """Return which of the different texts text i is."""
        return self._index[i]

    def __iter__(self) -> Iterator[str]:
        values = self.values
        return (values[i] for i in self.index.tolist())
