"""Keeps seals and counts of rows in step with what one transaction writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.seals import SIZE, Digest, digest, digest_of, digest_text
from citygrid_core.workspace.tables import SEALS, TABLES, StoredTable


@dataclass
class Change:
    """What one transaction did to one table so far."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    deleted: int = 0
    #: fids that something else had altered before this transaction wrote them
    outside: list[int] = field(default_factory=list)
    digest: Digest = field(default_factory=lambda: np.zeros(2, np.uint64))
    box: tuple[float, float, float, float] | None = None
    #: whether the R-tree was made anew
    reindexed: bool = False

    @property
    def any(self) -> bool:
        """Whether the table is touched at all."""
        rows = self.added or self.changed or self.ended or self.deleted or self.outside
        return bool(rows or self.reindexed)

    def grow(self, boxes: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        """Take the boxes of new geometries into the extent."""
        there = boxes[np.isfinite(boxes).all(axis=1)]
        if not len(there):
            return
        low, high = there[:, :2].min(axis=0), there[:, 2:].max(axis=0)
        if self.box is not None:
            low, high = np.minimum(low, self.box[:2]), np.maximum(high, self.box[2:])
        self.box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


class Ledger:
    """The seals and counts of one transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        With the transaction open on it.
    """

    def __init__(self, connection: sa.Connection, store: GeoPackage) -> None:
        self._connection, self._store = connection, store
        found = connection.execute(sa.select(TABLES.c.name, TABLES.c.id))
        self._ids: dict[str, int] = dict(found.all())
        self.changes: dict[str, Change] = {}

    def of(self, table: StoredTable) -> Change:
        """Return the account of one table."""
        return self.changes.setdefault(table.name, Change())

    def id_of(self, table: StoredTable) -> int:
        """Return the id under which the seals of a table are kept."""
        return self._ids[table.name]

    def held(self, table: StoredTable, fids: Sequence[int]) -> dict[int, bytes]:
        """Return the seals that rows have in the store."""
        found = self._connection.execute(
            sa.select(SEALS.c.fid, SEALS.c.seal).where(
                SEALS.c.table_id == self._ids[table.name], self._store.in_list(SEALS.c.fid, fids)
            )
        )
        return dict(found.all())

    def add(self, table: StoredTable, first: int, seals: bytes) -> None:
        """Account for new rows, their fids counted from `first`, their seals one after the other."""
        change = self.of(table)
        change.added += len(seals) // SIZE
        change.digest = change.digest + digest([seals])
        self._store.add_seals(self._connection, self._ids[table.name], first, seals)

    def replace(
        self,
        table: StoredTable,
        fids: Sequence[int],
        before: Sequence[bytes],
        after: Sequence[bytes],
    ) -> None:
        """Account for rows with new content.

        Parameters
        ----------
        before : sequence of bytes
            Seals of the content that was replaced; a row whose stored seal is
            another one had been altered from outside, and the journal will say so.
        """
        change = self.of(table)
        change.digest = change.digest + digest(after) - self._settle(table, fids, before)
        self._store.put_seals(self._connection, self._ids[table.name], fids, after)

    def remove(self, table: StoredTable, fids: Sequence[int], before: Sequence[bytes]) -> None:
        """Account for deleted rows."""
        change = self.of(table)
        change.deleted += len(fids)
        change.digest = change.digest - self._settle(table, fids, before)
        self._store.drop_seals(self._connection, self._ids[table.name], fids)

    def adopt(
        self, table: StoredTable, fids: Sequence[int], seals: Sequence[bytes], gone: Sequence[int]
    ) -> None:
        """Take rows as they are now: `fids` with their new seals, `gone` without."""
        held = self.held(table, [*fids, *gone])
        change = self.of(table)
        change.added += sum(f not in held for f in fids)
        change.changed += sum(f in held for f in fids)
        change.deleted += len(gone)
        change.digest = change.digest + digest(seals) - digest(list(held.values()))
        self._store.put_seals(self._connection, self._ids[table.name], fids, seals)
        self._store.drop_seals(self._connection, self._ids[table.name], gone)

    def close(self, at: str) -> dict[str, dict[str, Any]]:
        """Write the new state of every table touched; return it for the journal."""
        said: dict[str, dict[str, Any]] = {}
        for name, change in self.changes.items():
            if not change.any:
                continue
            row = self._connection.execute(sa.select(TABLES).where(TABLES.c.name == name)).one()
            rows = row.rows + change.added - change.deleted
            state = digest_text(digest_of(row.digest) + change.digest)
            self._connection.execute(
                TABLES.update().where(TABLES.c.name == name).values(rows=rows, digest=state)
            )
            self._store.touch(self._connection, name, at, change.box)
            counts = {
                k: getattr(change, k)
                for k in ("added", "changed", "ended", "deleted")
                if getattr(change, k)
            }
            said[name] = {**counts, "rows": rows, "digest": state}
            if change.reindexed:
                said[name]["reindexed"] = True
            if change.outside:
                said[name]["outside"] = sorted(set(change.outside))
        return said

    def _settle(self, table: StoredTable, fids: Sequence[int], before: Sequence[bytes]) -> Digest:
        """Return the digest of the stored seals, noting rows that were altered from outside."""
        held = self.held(table, fids)
        change = self.of(table)
        for fid, seal in zip(fids, before, strict=True):
            if held.get(fid) != seal:
                change.outside.append(fid)
                # a row that citygrid never sealed comes into its books here
                change.added += fid not in held
        return digest(list(held.values()))


def register_tables(connection: sa.Connection, tables: Sequence[StoredTable]) -> None:
    """Give sealed tables their ids; known ones keep theirs."""
    known = set(connection.execute(sa.select(TABLES.c.name)).scalars())
    empty = digest_text(digest([]))
    for table in tables:
        if table.name not in known:
            connection.execute(TABLES.insert(), {"name": table.name, "rows": 0, "digest": empty})
