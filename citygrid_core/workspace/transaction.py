"""Writing: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from citygrid_core.errors import MissingCrs, Problem, Text
from citygrid_core.workspace import adoption, history, shapes, values
from citygrid_core.workspace.counters import Counters
from citygrid_core.workspace.errors import CrsMismatch, InvalidRows, UnknownName, WrongCall
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.reading import TABLE, conditions, family_of, fetch
from citygrid_core.workspace.schema import Family
from citygrid_core.workspace.seals import seals
from citygrid_core.workspace.tables import (
    GEOMETRY,
    LINEAGE,
    META,
    STORED,
    StoredTable,
    tables_of,
)
from citygrid_core.workspace.values import Rows

#: Columns that a frame may carry beside those of its family.
_HELPERS = frozenset({"geometry", TABLE, "source_row", "fid"})
Fids = npt.NDArray[np.int64]


class Transaction:
    """What may be written between begin and commit; `Workspace.transaction` makes it."""

    def __init__(
        self, connection: sa.Connection, store: GeoPackage, crs: pyproj.CRS, zone: str
    ) -> None:
        self._connection, self._store, self._crs, self._zone = connection, store, crs, zone
        self._ledger = Ledger(connection, store)
        self._counters = Counters(connection, store, self._ledger)
        self._suspects: dict[str, set[str]] = {}
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
        rows = self._rows(declared, frame)
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
        changed = 0
        problems = []
        for table, part in self._by_table(declared, frame):
            rows = self._rows(declared, part)
            given = [c for c in declared.columns if c.name in part.columns]
            for column in given:
                values.take(rows, column, part[column.name], self._zone)
            values.check_required(rows, given)
            if rows.geometry is not None:
                shapes.choose_tables(rows, {table.geometry: table.name}, declared.placed)
            if rows.problems:
                problems += rows.problems
                continue
            changed += self._update(table, rows, part.index.to_numpy(dtype=np.int64))
        if problems:
            raise InvalidRows(*problems)
        return changed

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
        day = values.iso_day(on)
        ended = 0
        for table, part in self._by_table(declared, rows):
            fids = part.index.to_numpy(dtype=np.int64)
            self._check_open(table, fids, day)
            one = Rows(len(fids), {"valid_to": [day] * len(fids)}, None, [None] * len(fids))
            before = self._ledger.of(table).changed
            ended += self._update(table, one, fids)
            change = self._ledger.of(table)
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
        gone = 0
        for table in tables_of(declared):
            said = conditions(table, self._store, at="all", where=where)
            if fids is not None:
                listed = np.asarray(fids, dtype=np.int64).tolist()
                said.append(self._store.in_list(table.table.c.fid, listed))
            found, content = self._content(table, said)
            if found:
                self._store.delete(self._connection, table, found)
                self._ledger.remove(table, found, self._seals(table, found, content))
                gone += len(found)
        return gone

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
        self._append(
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
            self._append(META, [[key], [value]])
        elif held.value != value:
            before = seals(META.name, [held.fid], META.columns, [[key], [held.value]])
            after = seals(META.name, [held.fid], META.columns, [[key], [value]])
            self._store.update(self._connection, META, [held.fid], ["value"], [[value]])
            self._ledger.replace(META, [held.fid], before, after)
            self._ledger.of(META).changed += 1

    def adopt(self) -> list[Problem]:
        """Take edits made outside citygrid into the books; see `Workspace.adopt`."""
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
        """
        problems = []
        for name, keys in self._suspects.items():
            family = family_of(name)
            problems += history.overlaps(self._connection, self._store, family, sorted(keys))
        if problems:
            raise InvalidRows(*problems)
        self._counters.flush()
        return self._ledger.close(at)

    # --- inside --------------------------------------------------------------------

    def _rows(self, family: Family, frame: gpd.GeoDataFrame | pd.DataFrame) -> Rows:
        known = {c.name for c in family.columns} | _HELPERS
        geometry_name = frame.geometry.name if _has_geometry(frame) else "geometry"
        unknown = [str(c) for c in frame.columns if c not in known and c != geometry_name]
        if unknown:
            raise UnknownName(
                Text(f"columns of {family.name}", f"{family.label.zh}字段"),
                unknown,
                sorted(known - _HELPERS),
            )
        geometry = None
        if _has_geometry(frame):
            if frame.crs is None:
                raise MissingCrs(family.name)
            if frame.crs != self._crs:
                raise CrsMismatch(family.name, frame.crs.to_string(), self._crs.to_string())
            geometry = shapes.without_empty(frame.geometry.to_numpy())
        elif "geometry" in frame.columns:
            if frame["geometry"].notna().any():
                raise MissingCrs(family.name)
            geometry = np.full(len(frame), None, dtype=object)
        return Rows(len(frame), {}, geometry, values.labels_of(frame))

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
        return self._append(table, content, geometry)

    def _append(
        self,
        table: StoredTable,
        content: list[list[Any]],
        geometry: npt.NDArray[np.object_] | None = None,
    ) -> list[int]:
        first = self._store.next_fid(self._connection, table)
        fids = list(range(first, first + len(content[0])))
        cells = boxes = wkb = None
        if geometry is not None:
            cells, wkb, boxes = self._store.encode(geometry)
            self._ledger.of(table).grow(boxes)
        self._store.insert(self._connection, table, fids, content, cells, boxes)
        self._ledger.add(table, fids, seals(table.name, fids, table.columns, content, wkb))
        return fids

    def _update(self, table: StoredTable, rows: Rows, fids: Fids) -> int:
        """Write given columns of rows of one table where they differ; return how many did."""
        said = [self._store.in_list(table.table.c.fid, fids.tolist())]
        found, content = self._content(table, said)
        position = {f: i for i, f in enumerate(found)}
        missing = [str(f) for f in fids.tolist() if f not in position]
        if missing:
            raise UnknownName(Text(f"rows of {table.name}", f"{table.name} 记录"), missing)
        given = [position[f] for f in fids.tolist()]
        before = self._seals(table, found, content)
        after_content = dict(content)
        for name, new in rows.columns.items():
            merged = list(content[name])
            for i, value in zip(given, new, strict=True):
                merged[i] = value
            after_content[name] = merged
        boxes = None
        if table.spatial and rows.geometry is not None:
            cells, _, boxes = self._store.encode(shapes.promote(rows.geometry, table.geometry))
            merged = list(content[GEOMETRY])
            for i, cell in zip(given, cells, strict=True):
                merged[i] = cell
            after_content[GEOMETRY] = merged
        after = self._seals(table, found, after_content)
        differs = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        if not differs:
            return 0
        self._check_changed(table, after_content, differs)
        names = list(rows.columns)
        if boxes is not None:
            names.append(GEOMETRY)
            self._ledger.of(table).grow(boxes)
        written = [found[i] for i in differs]
        try:
            self._store.update(
                self._connection, table, written, names,
                [[after_content[n][i] for i in differs] for n in names],
            )  # fmt: skip
        except IntegrityError as error:
            raise InvalidRows(
                values.problem(
                    "row.duplicate", str(error.orig), Text("an identity used once", "不重复的标识"),
                    field=table.name,
                )
            ) from error  # fmt: skip
        self._ledger.replace(
            table, written, [before[i] for i in differs], [after[i] for i in differs]
        )
        self._ledger.of(table).changed += len(written)
        return len(written)

    def _check_open(self, table: StoredTable, fids: Fids, day: str) -> None:
        c = table.table.c
        ended = self._connection.execute(
            sa.select(c.fid, c[table.family.key if table.family else "fid"], c.valid_to).where(
                self._store.in_list(c.fid, fids.tolist()), c.valid_to != day
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

    def _content(
        self, table: StoredTable, said: Sequence[sa.ColumnElement[bool]]
    ) -> tuple[list[int], dict[str, list[Any]]]:
        """Return fids and all columns of rows, the geometry as stored."""
        names = ["fid", *table.names, *([GEOMETRY] if table.spatial else [])]
        c = table.table.c
        statement = sa.select(*(c[n] for n in names)).where(*said).order_by(c.fid)
        columns = fetch(self._connection, statement, len(names))
        return list(columns[0]), {n: list(v) for n, v in zip(names[1:], columns[1:], strict=True)}

    def _seals(
        self, table: StoredTable, fids: Sequence[int], content: dict[str, list[Any]]
    ) -> list[bytes]:
        wkb = self._store.wkb(content[GEOMETRY]) if table.spatial else None
        return seals(table.name, fids, table.columns, [content[n] for n in table.names], wkb)

    def _identities(self, family: Family, rows: Rows) -> set[tuple[Any, ...]]:
        """Return the identities in the store that share a key with new rows."""
        keys = [k for k in set(rows.columns[family.key]) if k is not None]
        held: set[tuple[Any, ...]] = set()
        for table in tables_of(family):
            c = table.table.c
            if self._connection.execute(sa.select(c.fid).limit(1)).first() is None:
                continue
            wanted = sa.select(*(c[n] for n in family.identity))
            if None not in rows.columns[family.key]:
                wanted = wanted.where(self._store.in_list(c[family.key], keys))
            held.update(map(tuple, self._connection.execute(wanted)))
        return held

    def _suspect(self, family: Family, keys: Sequence[str]) -> None:
        """Remember keys whose history must be looked at before the commit."""
        if family.history and len(keys):
            self._suspects.setdefault(family.name, set()).update(keys)

    def _by_table(
        self, family: Family, rows: Any
    ) -> list[tuple[StoredTable, gpd.GeoDataFrame | pd.DataFrame]]:
        """Return rows, given as a frame or as fids, by the table that holds them."""
        if not isinstance(rows, pd.DataFrame):
            rows = pd.DataFrame(index=pd.Index(np.asarray(rows, dtype=np.int64), name="fid"))
        tables = tables_of(family)
        if TABLE in rows.columns:
            named = rows[TABLE].to_numpy(dtype=object)
            unknown = sorted({str(n) for n in named} - {t.name for t in tables})
            if unknown:
                raise UnknownName(Text("table", "数据表"), unknown, family.tables.values())
            return [(STORED[n], rows[named == n]) for n in dict.fromkeys(named)]
        if len(tables) > 1:
            raise WrongCall(
                Text(
                    f"{family.name} has several tables; say which in a column {TABLE!r}",
                    f"{family.label.zh}有多个数据表，请用字段“{TABLE}”指明",
                )
            )
        return [(tables[0], rows)] if len(rows) else []


def _has_geometry(frame: pd.DataFrame) -> bool:
    return isinstance(frame, gpd.GeoDataFrame) and frame._geometry_column_name in frame.columns
