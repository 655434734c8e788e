"""Rows that have a key which an earlier row of the same delivery has already."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.frames import keys_of
from citygrid_core.operations.census.keys import Seen, hashes
from citygrid_core.operations.importing.intake import Rows, problem

#: More rows than a file has.
_ROWS = 1 << 40


class Repeated:
    """Knows the keys of the good rows that came by, in 16 bytes each.

    Parameters
    ----------
    name : str
        The field that messages name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen = Seen()
        self._files: list[str] = []

    def reject(self, rows: Rows, keys: pd.DataFrame, file: str) -> None:
        """Set aside rows whose key an earlier good row has.

        Parameters
        ----------
        keys : DataFrame
            The columns of the key, of the good rows.
        """
        own = hashes(pd.Series(keys_of(keys, list(keys.columns))))
        if file not in self._files[-1:]:
            self._files.append(file)
        places = rows.frame.loc[keys.index, "source_row"].to_numpy(dtype=np.int64)
        numbers = places + (len(self._files) - 1) * _ROWS
        first = self._seen.find(own)
        which, _ = pd.factorize(own)
        position = np.empty(len(own), dtype=np.int64)
        position[which[::-1]] = np.arange(len(own) - 1, -1, -1)  # of each key its first row
        earlier = position[which] if len(own) else position
        here = earlier < np.arange(len(own))
        first = np.where((first < 0) & here, numbers[earlier], first)
        for at in np.flatnonzero(first >= 0):
            which_file, row = divmod(int(first[at]), _ROWS)
            there = self._files[which_file]
            en, zh = (f" of {there}", f"{there} ") if there != file else ("", "")
            rows.reject(
                keys.index[at],
                problem(
                    "row.duplicate",
                    self._name,
                    keys[self._name].iat[at],
                    Text(
                        f"a key used once in {file}; row {row}{en} has it already",
                        f"在{file}中唯一，{zh}第{row}行已使用",
                    ),
                    Text("keep one of the rows, or correct its key", "保留其中一行，或更正其编号"),
                ),
            )
        new = first < 0
        self._seen.add(own[new], numbers[new])
