"""Writing: everything in one transaction, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace import adoption, history, shapes, values, watching
from citygrid_core.workspace.counters import Counters
from citygrid_core.workspace.errors import InvalidRows, WrongCall
from citygrid_core.workspace.exact import rows_like
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.incoming import by_table, rows_of
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.reading import conditions, family_of
from citygrid_core.workspace.schema import Family
from citygrid_core.workspace.seals import seals
from citygrid_core.workspace.tables import (
    LINEAGE,
    META,
    STORED,
    StoredTable,
    tables_of,
)
from citygrid_core.workspace.values import Rows
from citygrid_core.workspace.writer import Writer

Fids = npt.NDArray[np.int64]


class Transaction:
    """What may be written between begin and commit; `Workspace.transaction` makes it."""

    def __init__(
        self, connection: sa.Connection, store: GeoPackage, crs: pyproj.CRS, zone: str
    ) -> None:
        self._connection, self._store, self._crs, self._zone = connection, store, crs, zone
        self._ledger = Ledger(connection, store)
        self._counters = Counters(connection, store, self._ledger)
        self._writer = Writer(connection, store, self._ledger)
        self._suspects: dict[str, set[str]] = {}
        self._filled: set[str] = set()
        self._broken = False
        self.rolled_back = False

    # --- features ------------------------------------------------------------------

    def insert(self, family: str, frame: gpd.GeoDataFrame | pd.DataFrame) -> Fids:
        """Store new rows and return their fids, aligned to the frame.

        Parameters
        ----------
        family : str
            A name of `schema.FAMILIES`.
        frame : GeoDataFrame or DataFrame
            Columns of the family; missing ones are stored empty. Geometry in the CRS
            of the workspace; single parts become multi where the table is. The table
            of a family is chosen by the geometry of each row. A column ``source_row``
            gives the row numbers that messages use.

        Raises
        ------
        MissingCrs, CrsMismatch
            The frame has no CRS, or another one.
        InvalidRows
            Some rows can't be stored; all problems are listed.
        UnknownName
            The frame has columns that the family has not: they would be lost.
        """
        declared = family_of(family)
        rows = rows_of(declared, frame, self._crs)
        for column in declared.columns:
            if column.name in frame.columns:
                values.take(rows, column, frame[column.name], self._zone)
            else:
                rows.columns[column.name] = [None] * rows.size
        values.check_required(rows, declared.columns)
        values.check_history(rows)
        chosen = shapes.choose_tables(rows, declared.tables, declared.placed)
        self._suspect(
            declared, history.check_identity(rows, self._identities(declared, rows), declared)
        )
        if rows.problems:
            raise InvalidRows(*rows.problems)
        fids = np.zeros(rows.size, dtype=np.int64)
        with self._writing():
            for table in tables_of(declared):
                at = np.flatnonzero(chosen == table.name)
                if len(at):
                    fids[at] = self._insert(table, rows, at)
        return fids

    def update(self, family: str, frame: gpd.GeoDataFrame | pd.DataFrame) -> int:
        """Write the given columns of rows that are there; return how many really changed.

        Parameters
        ----------
        frame : GeoDataFrame or DataFrame
            Indexed by fid; where a family has several tables, the column ``table_``
            (as `Workspace.read` gives it) says which. A geometry must fit its table.

        Raises
        ------
        UnknownName
            There is no such row.
        InvalidRows
            As in `insert`.
        """
        declared = family_of(family)
        self.settle(declared)
        todo: list[tuple[StoredTable, Rows, list[int]]] = []
        problems: list[Problem] = []
        for table, part in by_table(declared, frame):
            rows = rows_of(declared, part, self._crs)
            given = [c for c in declared.columns if c.name in part.columns]
            for column in given:
                values.take(rows, column, part[column.name], self._zone)
            values.check_required(rows, given)
            if rows.geometry is not None:
                shapes.choose_tables(rows, {table.geometry: table.name}, declared.placed)
            problems += rows.problems
            todo.append((table, rows, part.index.to_numpy(dtype=np.int64).tolist()))
        if problems:
            raise InvalidRows(*problems)
        with self._writing():
            return sum(self._writer.update(*one, self._check_changed) for one in todo)

    def end(self, family: str, rows: Any, on: str) -> int:
        """End the validity of rows: ``valid_to`` becomes `on`, the first day without them.

        Parameters
        ----------
        rows : DataFrame, or sequence of fids
            A frame as `Workspace.read` gives it; plain fids where the family has one table.
        on : str
            ISO date, not before the rows' ``valid_from``.
        """
        declared = family_of(family)
        if not declared.history:
            raise WrongCall(
                Text(f"{family} have no history to end", f"{declared.label.zh}没有历史，不能终止")
            )
        self.settle(declared)
        day = values.iso_day(on)
        ended = 0
        for table, part in by_table(declared, rows):
            fids = part.index.to_numpy(dtype=np.int64).tolist()
            self._check_open(table, fids, day)
            one = Rows(len(fids), {"valid_to": [day] * len(fids)}, None, [None] * len(fids))
            change = self._ledger.of(table)
            before = change.changed
            with self._writing():
                ended += self._writer.update(table, one, fids, self._check_changed)
            change.ended += change.changed - before
            change.changed = before
        return ended

    def delete(
        self,
        family: str,
        fids: Sequence[int] | None = None,
        *,
        where: Mapping[str, Any] | None = None,
    ) -> int:
        """Delete rows of a derived family, by fid or by what their columns hold.

        Raises
        ------
        WrongCall
            The family is no derived one: its rows end, they are not deleted.
        """
        declared = family_of(family)
        if not declared.derived:
            raise WrongCall(
                Text(
                    f"{family} are never deleted; end them with a date",
                    f"{declared.label.zh}不能删除，请以终止日期结束",
                )
            )
        if (fids is None) == (where is None):
            raise WrongCall(Text("say either fids or where", "请指定 fids 或 where 之一"))
        self.settle(declared)
        gone = 0
        for table in tables_of(declared):
            said = conditions(table, self._store, at="all", where=where)
            if fids is not None:
                listed = np.asarray(fids, dtype=np.int64).tolist()
                said.append(self._store.in_list(table.table.c.fid, listed))
            gone += self._writer.delete(table, said)
        return gone

    def find(self, family: str, keys: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a family of one table that have one of the given identities.

        Costs one look into the index for each key, whatever the size of the store.

        Parameters
        ----------
        keys : DataFrame
            The columns that identify a row, e.g. those of ``unique``.
        """
        declared = family_of(family)
        self.settle(declared)
        (table,) = tables_of(declared)
        names = list(declared.identity)
        rest = ["fid", *(n for n in table.names if n not in names)]
        asked = keys[names].astype(object).values.tolist()
        found = rows_like(self._connection, table, names, asked, rest)
        frame: pd.DataFrame = pd.DataFrame(found, columns=[*names, *rest]).set_index("fid")
        return frame

    def watch(self, family: str, columns: Sequence[str]) -> None:
        """Note the changes of these columns from now on, for `Workspace.changes`."""
        (table,) = tables_of(family_of(family))
        watching.restart(self._connection, table, columns)

    # --- codes, lineage, settings --------------------------------------------------

    def mint(self, scope: str, count: int, *, floor: int = 0) -> range:
        """Return the next `count` numbers of a scope; no one ever gets them again.

        The numbers are taken in this transaction: rolled back, nothing was stored
        under them and they are free. Once committed they stay used, whatever happens
        to the features.

        Parameters
        ----------
        scope : str
            Within what numbers are unique, e.g. ``"grid:320102001001"``.
        floor : int
            The highest number known to be used elsewhere.
        """
        return self._counters.mint(scope, count, floor)

    def lineage(
        self,
        kind: str,
        parents: Sequence[str | None],
        children: Sequence[str | None],
        operation: str,
        on: str,
        *,
        reason: str = "",
        document: str = "",
    ) -> None:
        """Link parents to children, pair by pair; one that stands alone goes with every other.

        Parameters
        ----------
        kind : str
            What they are, e.g. ``"grid"``.
        parents, children : sequence of codes
            Of one length, or one of them of length 1. None: there is none.
        on : str
            ISO date.
        """
        n = max(len(parents), len(children))
        if len(parents) not in (1, n) or len(children) not in (1, n):
            raise WrongCall(
                Text(
                    f"{len(parents)} parents and {len(children)} children can't be paired",
                    f"{len(parents)} 个上级与 {len(children)} 个下级无法配对",
                )
            )
        self._writer.append(
            LINEAGE,
            [
                [kind] * n,
                list(parents) * (n if len(parents) == 1 else 1),
                list(children) * (n if len(children) == 1 else 1),
                [operation] * n,
                [values.iso_day(on)] * n,
                [reason or None] * n,
                [document or None] * n,
            ],
        )

    def set_meta(self, key: str, value: str) -> None:
        """Store a setting of the workspace."""
        c = META.table.c
        held = self._connection.execute(sa.select(c.fid, c.value).where(c.key == key)).first()
        if held is None:
            self._writer.append(META, [[key], [value]])
        elif held.value != value:
            before = seals(META.name, [held.fid], META.columns, [[key], [held.value]])
            after = seals(META.name, [held.fid], META.columns, [[key], [value]])
            self._store.update(self._connection, META, [held.fid], ["value"], [[value]])
            self._ledger.replace(META, [held.fid], before, after)
            self._ledger.of(META).changed += 1

    def adopt(self) -> list[Problem]:
        """Take edits made outside citygrid into the books; see `Workspace.adopt`."""
        self.settle()
        return adoption.adopt(self._connection, self._store, self._ledger, self._counters)

    # --- ending --------------------------------------------------------------------

    def rollback(self) -> None:
        """Undo everything when the block is left: a dry run. Later writes count no more."""
        self.rolled_back = True

    def close(self, at: str) -> dict[str, dict[str, Any]]:
        """Check what only the whole shows, settle the books; return them for the journal.

        Raises
        ------
        InvalidRows
            One key is valid twice at one time.
        WrongCall
            A write failed half way, and the caller went on.
        """
        if self._broken:
            raise WrongCall(
                Text(
                    "a write of this transaction failed half way; it can't be committed",
                    "本事务中有写入中途失败，不能提交",
                )
            )
        self.settle()
        problems = []
        for name in sorted({*self._suspects, *self._filled}):
            keys = None if name in self._filled else sorted(self._suspects[name])
            problems += history.overlaps(self._connection, self._store, family_of(name), keys)
        if problems:
            raise InvalidRows(*problems)
        self._counters.flush()
        return self._ledger.close(at)

    def settle(self, family: Family | None = None) -> None:
        """Make the indexes that wait since tables took many rows; see `GeoPackage.settle`.

        Raises
        ------
        InvalidRows
            Two rows have one identity.
        """
        with self._writing():
            for table in tables_of(family) if family is not None else STORED.values():
                try:
                    self._store.settle(table)
                except IntegrityError as error:
                    raise InvalidRows(values.repeated(table.name, str(error.orig))) from error

    # --- inside --------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Refuse to commit after an error that leaves some rows of a call written."""
        try:
            yield
        except BaseException:
            self._broken = True
            raise

    def _insert(self, table: StoredTable, rows: Rows, at: npt.NDArray[np.intp]) -> list[int]:
        whole = len(at) == rows.size
        content = [
            rows.columns[n] if whole else [rows.columns[n][i] for i in at] for n in table.names
        ]
        geometry = None
        if table.spatial:
            if rows.geometry is None:
                geometry = np.full(len(at), None, dtype=object)
            else:
                geometry = shapes.promote(rows.geometry[at], table.geometry)
        return self._writer.append(table, content, geometry)

    def _check_open(self, table: StoredTable, fids: Sequence[int], day: str) -> None:
        c = table.table.c
        ended = self._connection.execute(
            sa.select(c.fid, c[table.family.key if table.family else "fid"], c.valid_to).where(
                self._store.in_list(c.fid, fids), c.valid_to != day
            )
        ).fetchall()
        if ended:
            raise InvalidRows(
                *(
                    values.problem(
                        "history.ended", f"{table.name} fid {fid} ({key}): {end}",
                        Text("a row that is still valid", "仍然有效的记录"), field="valid_to",
                    )
                    for fid, key, end in ended
                )
            )  # fmt: skip

    def _check_changed(
        self, table: StoredTable, content: dict[str, list[Any]], at: Sequence[int]
    ) -> None:
        """Check what a change of a few columns can break in the whole row."""
        assert table.family is not None
        family = table.family
        names = {
            *family.identity,
            *(("valid_from", "valid_to", family.key) if family.history else ()),
        }
        whole = Rows(
            len(at), {n: [content[n][i] for i in at] for n in names}, None, [None] * len(at)
        )
        values.check_history(whole)
        if whole.problems:
            raise InvalidRows(*whole.problems)
        self._suspect(family, whole.columns[family.key])

    def _identities(self, family: Family, rows: Rows) -> set[tuple[Any, ...]]:
        """Return the identities in the store that share a key with new rows."""
        keys = [k for k in set(rows.columns[family.key]) if k is not None]
        held: set[tuple[Any, ...]] = set()
        for table in tables_of(family):
            c = table.table.c
            if self._store.unchecked(table):
                # Its indexes tell at the end, without a look into them for each row.
                if family.history:
                    self._filled.add(family.name)
                continue
            if self._connection.execute(sa.select(c.fid).limit(1)).first() is None:
                continue
            if family.unique and not family.history:
                # a key may have any number of rows here: only the same identities matter
                asked = list(zip(*(rows.columns[n] for n in family.identity), strict=True))
                there = self._keys_there(table, family, keys)
                place = family.identity.index(family.key)
                asked = [a for a in asked if a[place] in there]
                held.update(rows_like(self._connection, table, family.identity, asked))
                continue
            wanted = sa.select(*(c[n] for n in family.identity))
            if None not in rows.columns[family.key]:
                wanted = wanted.where(self._store.in_list(c[family.key], keys))
            held.update(map(tuple, self._connection.execute(wanted)))
        return held

    def _keys_there(self, table: StoredTable, family: Family, keys: list[Any]) -> set[Any]:
        """Return which keys a table has rows of, at the price of one look for each.

        DISTINCT would go through all rows of a key: in a table of counts they grow with time.
        """
        column = f'"{family.key}"'
        found = self._connection.exec_driver_sql(
            f"SELECT k.value FROM json_each(?) AS k WHERE EXISTS "
            f'(SELECT 1 FROM "{table.name}" AS t WHERE t.{column} = k.value)',
            (json.dumps(keys),),
        )
        return set(found.scalars())

    def _suspect(self, family: Family, keys: Sequence[str]) -> None:
        """Remember keys whose history must be looked at before the commit."""
        if family.history and len(keys):
            self._suspects.setdefault(family.name, set()).update(keys)
