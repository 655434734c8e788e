"""Keys of a census while it streams by: which row was here before, in bytes instead of texts."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import FAMILIES

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
_FIDS = 200_000
_TABLES = tuple(FAMILIES["components"].tables.values())


def hashes(keys: pd.Series) -> Hashes:
    """Return a 64-bit hash of each key.

    Two of 20 million keys share one with a probability of about one in 100,000.
    """
    return np.asarray(pd.util.hash_array(keys.to_numpy(dtype=object), categorize=False))


class Seen:
    """A map from hashes to numbers that grows: 16 bytes a key, levels merged as they double."""

    def __init__(self) -> None:
        self._levels: list[tuple[Hashes, Ints]] = []

    def __len__(self) -> int:
        return sum(len(h) for h, _ in self._levels)

    def add(self, keys: Hashes, numbers: Ints) -> None:
        """Take keys in; of a key that comes again the last number counts."""
        order = np.argsort(keys, kind="stable")
        self._levels.append((keys[order], numbers[order]))
        while len(self._levels) > 1 and len(self._levels[-2][0]) <= 2 * len(self._levels[-1][0]):
            (a, x), (b, y) = self._levels[-2:]
            whole, all_numbers = np.concatenate([a, b]), np.concatenate([x, y])
            order = np.argsort(whole, kind="stable")
            self._levels[-2:] = [(whole[order], all_numbers[order])]

    def find(self, keys: Hashes) -> Ints:
        """Return the number of each key, -1 where it is new."""
        out = np.full(len(keys), -1, dtype=np.int64)
        for known, numbers in self._levels:
            at = np.searchsorted(known, keys, side="right") - 1
            hit = (at >= 0) & (known[np.maximum(at, 0)] == keys) if len(known) else at >= 0
            out[hit] = numbers[at[hit]]
        return out


class Held:
    """Components of one source that the workspace holds, found by their key.

    Parameters
    ----------
    workspace : Workspace
    source : str
        Who delivers; keys are unique within it.
    """

    def __init__(self, workspace: Workspace, source: str) -> None:
        self._workspace = workspace
        self._source = source
        self._seen = Seen()
        if workspace.count("components", at="all", where={"source": source}):
            for part in self._parts():
                number = part.index.to_numpy(dtype=np.int64) * len(_TABLES)
                table = {name: i for i, name in enumerate(_TABLES)}
                number = number + part["table_"].map(table).to_numpy(dtype=np.int64)
                begin = part["valid_from"].astype(str).to_numpy()
                order = np.argsort(begin, kind="stable")
                self._seen.add(hashes(part["source_key"].fillna(""))[order], number[order])

    def _parts(self) -> Iterator[pd.DataFrame]:
        """Yield the source's rows by ranges of fids, so that no whole column is held."""
        left = self._workspace.count("components", at="all")
        first = 1
        while left > 0:
            part = self._workspace.read(
                "components",
                at="all",
                where={"fid": range(first, first + _FIDS)},
                columns=["source", "source_key", "valid_from"],
                geometry=False,
            )
            left -= len(part)
            first += _FIDS
            yield part[part["source"] == self._source]

    def rows(self, keys: pd.Series) -> gpd.GeoDataFrame:
        """Return the held rows that some keys mean: of each the last version."""
        number = self._seen.find(hashes(keys)) if len(self._seen) else np.full(len(keys), -1)
        number = np.unique(number[number >= 0])
        fids = np.unique(number // len(_TABLES)).tolist()
        found = self._workspace.read("components", at="all", where={"fid": fids})
        table = found["table_"].map({name: i for i, name in enumerate(_TABLES)})
        own = found.index.to_numpy(dtype=np.int64) * len(_TABLES) + table.to_numpy(dtype=np.int64)
        rows: gpd.GeoDataFrame = found[np.isin(own, number)]
        return rows
