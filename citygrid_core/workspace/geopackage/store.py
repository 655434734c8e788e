"""The interface between the store and one GeoPackage file."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from citygrid_core.errors import NoRoom, Text
from citygrid_core.workspace.errors import (
    NetworkDrive,
    NotAWorkspace,
    ReadOnly,
    UnfinishedLog,
    WorkspaceExists,
    WorkspaceLocked,
)
from citygrid_core.workspace.geopackage import blob, driver, index, layout
from citygrid_core.workspace.geopackage.drive import network_kind
from citygrid_core.workspace.seals import SIZE
from citygrid_core.workspace.tables import GEOMETRY, METADATA, StoredTable

#: From this many rows on, indexes are filled at once instead of row by row.
BULK = 500

Geometries = npt.NDArray[np.object_]


class GeoPackage:
    """One file: how it is opened, locked, written in bulk, and checked.

    Parameters
    ----------
    path : Path
    read_only : bool
        Open for reading, also where the file can't be written.
    timeout : float
        Seconds to wait for another writer.
    allow_network : bool
        Write on a network drive all the same, with a rollback journal instead of WAL.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        timeout: float = 30.0,
        allow_network: bool = False,
    ) -> None:
        self.path = Path(path)
        self.timeout = timeout
        self.network = network_kind(self.path)
        self.allow_network = allow_network
        self.read_only = read_only or not driver.writable(self.path)
        self.srs_id = 0
        self._filling: dict[str, index.Filling] = {}

    # --- opening -------------------------------------------------------------------

    def connect(self) -> sa.Connection:
        """Open the file; one connection is kept for the life of a workspace.

        Raises
        ------
        NotAWorkspace
            There is no file, or no SQLite file.
        UnfinishedLog
            The file can't be written and its log holds changes.
        """
        if not self.path.is_file():
            raise NotAWorkspace(str(self.path), Text("there is no such file", "文件不存在"))
        # A pool would keep files open behind our back; `creator` sets every pragma.
        engine = sa.create_engine("sqlite+pysqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(engine, "begin", driver.begin)
        try:
            connection = engine.connect()
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise NotAWorkspace(
                str(self.path), Text(str(getattr(error, "orig", error)), "不是有效的 SQLite 文件")
            ) from error
        return connection

    def _connect(self) -> sqlite3.Connection:
        shared = self.network is not None and not self.allow_network
        if not (self.read_only or shared):
            return self._driver("rw", self.journal_mode)
        try:
            if not shared:
                return self._driver("ro")
        except sqlite3.OperationalError:
            pass  # no log there, and none can be made
        log = Path(f"{self.path}-wal")
        if log.exists() and log.stat().st_size:
            raise UnfinishedLog(str(self.path))
        return self._driver("ro&immutable=1")

    def _driver(self, mode: str, journal_mode: str | None = None) -> sqlite3.Connection:
        return driver.connect(self.path, mode, timeout=self.timeout, journal_mode=journal_mode)

    @property
    def journal_mode(self) -> str:
        """WAL, but not where a second machine may have the file open."""
        return "wal" if self.network is None else "delete"

    def begin_write(self, connection: sa.Connection) -> sa.RootTransaction:
        """Take the write lock.

        Raises
        ------
        ReadOnly, NetworkDrive, WorkspaceLocked
            Why the file is not written.
        """
        if self.read_only:
            raise ReadOnly(str(self.path))
        if self.network is not None and not self.allow_network:
            raise NetworkDrive(str(self.path), self.network)
        deadline = time.monotonic() + self.timeout
        while not driver.set_journal_mode(driver.of(connection), self.journal_mode):
            if time.monotonic() > deadline:
                raise WorkspaceLocked(str(self.path), self.timeout)
            time.sleep(0.05)
        try:
            return connection.execution_options(**{driver.WRITE: True}).begin()
        except OperationalError as error:
            if driver.busy(error):
                raise WorkspaceLocked(str(self.path), self.timeout) from error
            raise
        finally:
            connection.execution_options(**{driver.WRITE: False})

    @contextmanager
    def writing(self, connection: sa.Connection) -> Iterator[sa.RootTransaction]:
        """Take the write lock for a block; a disk that takes no more is said in words.

        Raises
        ------
        NoRoom
        """
        try:
            with self.begin_write(connection) as held:
                yield held
        except (OperationalError, sqlite3.OperationalError) as error:
            if driver.full(error):
                raise NoRoom(str(self.path)) from error
            raise

    @contextmanager
    def new_file(self, crs: pyproj.CRS, at: str) -> Iterator[sa.Connection]:
        """Make the file: it appears under its name only when the block has ended well.

        Raises
        ------
        WorkspaceExists
        """
        if self.path.exists():
            raise WorkspaceExists(str(self.path))
        if self.network is not None and not self.allow_network:
            raise NetworkDrive(str(self.path), self.network)
        draft = GeoPackage(
            self.path.with_name(f".{self.path.name}.{os.getpid()}.new"),
            timeout=self.timeout,
            allow_network=self.allow_network,
        )
        driver.create(draft.path)
        draft.read_only = False
        try:
            connection = draft.connect()
            try:
                with draft.begin_write(connection):
                    run = connection.exec_driver_sql
                    run(f"PRAGMA application_id = {layout.APPLICATION_ID}")
                    run(f"PRAGMA user_version = {layout.USER_VERSION}")
                    METADATA.create_all(connection, checkfirst=False)
                    for statement, parameters in layout.creation(crs, at):
                        run(statement, parameters)
                    yield connection
            finally:
                connection.close()
            if self.path.exists():
                raise WorkspaceExists(str(self.path))
            draft.path.rename(self.path)
        finally:
            for leftover in (draft.path, *(Path(f"{draft.path}{s}") for s in ("-wal", "-shm"))):
                leftover.unlink(missing_ok=True)

    def is_workspace(self, connection: sa.Connection) -> bool:
        """Whether the file has the tables of a workspace."""
        found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'cg_meta'")
        return found.first() is not None

    def read_srs_id(self, connection: sa.Connection) -> None:
        """Learn which id the file gives to the CRS of the workspace."""
        self.srs_id = connection.exec_driver_sql(
            "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'areas'"
        ).scalar_one()

    # --- geometries ----------------------------------------------------------------

    def encode(
        self, geometries: Geometries
    ) -> tuple[list[bytes | None], list[bytes | None], blob.Boxes]:
        """Return cells to store, the WKB in them, and boxes (min x, min y, max x, max y)."""
        wkb = blob.to_wkb(geometries)
        cells, boxes = blob.encode(geometries, wkb, self.srs_id)
        return cells, wkb, boxes

    def decode(self, cells: Sequence[Any] | Geometries) -> Geometries:
        """Return the geometries of stored cells."""
        return blob.decode(cells)

    def wkb(self, cells: Sequence[Any]) -> list[bytes | None]:
        """Return the WKB in stored cells."""
        return blob.strip(cells)

    # --- conditions ----------------------------------------------------------------

    def in_list(
        self, column: sa.ColumnElement[Any], values: Sequence[Any]
    ) -> sa.ColumnElement[Any]:
        """Return a condition for a list of any length: SQLite limits bound parameters."""
        import json

        each = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(sa.select(each.c.value))

    def in_box(
        self, table: StoredTable, box: Sequence[float] | npt.NDArray[np.float64]
    ) -> sa.ColumnElement[Any]:
        """Return a condition for rows whose box touches one (a little more: 32-bit floats).

        `box` is one box, or an array of them, a row each.
        """
        import json

        index = sa.table(
            layout.rtree(table), *map(sa.column, ("id", "minx", "maxx", "miny", "maxy"))
        )
        c = index.c
        boxes = np.asarray(box, dtype=np.float64).reshape(-1, 4)
        if len(boxes) == 1:
            min_x, min_y, max_x, max_y = boxes[0].tolist()
            found = sa.select(c.id).where(
                c.maxx >= min_x, c.minx <= max_x, c.maxy >= min_y, c.miny <= max_y
            )
            return table.table.c.fid.in_(found)
        # CROSS JOIN keeps the order: for each box one look into the R-tree.
        sql = (
            "SELECT r.id FROM json_each(:boxes) AS b "
            f'CROSS JOIN "{layout.rtree(table)}" AS r '
            "WHERE r.maxx >= json_extract(b.value, '$[0]') AND r.maxy >= json_extract(b.value, '$[1]') "
            "AND r.minx <= json_extract(b.value, '$[2]') AND r.miny <= json_extract(b.value, '$[3]')"
        )
        many = sa.text(sql).bindparams(boxes=json.dumps(boxes.tolist()))
        return table.table.c.fid.in_(many.columns(sa.column("id", sa.Integer)))

    # --- writing in bulk -----------------------------------------------------------

    def next_fid(self, connection: sa.Connection, table: StoredTable) -> int:
        """Return the fid of the next row; deleted ones are not given again."""
        given = connection.exec_driver_sql(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
        ).scalar()
        return int(given or 0) + 1

    def insert(
        self,
        connection: sa.Connection,
        table: StoredTable,
        fids: Sequence[int],
        values: Sequence[Sequence[Any]],
        cells: Sequence[bytes | None] | None = None,
        boxes: blob.Boxes | None = None,
    ) -> None:
        """Insert rows; values come by column, in the order of the table."""
        full = [(n, v) for n, v in zip(table.names, values, strict=True) if _any(v)]
        names, columns = ["fid", *(n for n, _ in full)], [fids, *(v for _, v in full)]
        if cells is not None:
            names.append(GEOMETRY)
            columns.append(cells)
        filling = self._filling.get(table.name)
        if filling is None and len(fids) >= BULK:
            empty = table.filled_at_once and self._is_empty(connection, table)
            filling = self._filling[table.name] = index.Filling(connection, table, empty=empty)
        driver.insert(connection, table.name, names, columns)
        if filling is not None and boxes is not None:
            filling.add(np.asarray(fids, dtype=np.int64), boxes)

    def _is_empty(self, connection: sa.Connection, table: StoredTable) -> bool:
        held = connection.exec_driver_sql(f'SELECT 1 FROM "{table.name}" LIMIT 1')
        return held.first() is None

    def unchecked(self, table: StoredTable) -> bool:
        """Whether the unique indexes of a table wait for the end of its filling; see `settle`."""
        filling = self._filling.get(table.name)
        return filling is not None and filling.unchecked

    def settle(self, table: StoredTable) -> None:
        """Bring the indexes of a table up to its rows, if it took many.

        Raises
        ------
        sqlalchemy.exc.IntegrityError
            Two rows have one identity.
        """
        filling = self._filling.pop(table.name, None)
        if filling is not None:
            filling.finish()

    def forget(self) -> None:
        """Know no more of a transaction that has ended."""
        self._filling.clear()

    def update(
        self,
        connection: sa.Connection,
        table: StoredTable,
        fids: Sequence[int],
        names: Sequence[str],
        values: Sequence[Sequence[Any]],
    ) -> None:
        """Update some columns of rows; values come by column."""
        if not names:
            return
        pairs = ",".join(f'"{n}" = ?' for n in names)
        statement = f'UPDATE "{table.name}" SET {pairs} WHERE fid = ?'
        driver.many(connection, statement, zip(*values, fids, strict=True))

    def delete(self, connection: sa.Connection, table: StoredTable, fids: Sequence[int]) -> None:
        """Delete rows."""
        driver.many(connection, f'DELETE FROM "{table.name}" WHERE fid = ?', ((f,) for f in fids))

    def put_seals(
        self, connection: sa.Connection, table_id: int, fids: Sequence[int], seals: Sequence[bytes]
    ) -> None:
        """Store the seals of rows, new ones or over the old."""
        driver.many(
            connection,
            "INSERT OR REPLACE INTO cg_seals (table_id, fid, seal) VALUES (?,?,?)",
            ((table_id, f, s) for f, s in zip(fids, seals, strict=True)),
        )

    def add_seals(self, connection: sa.Connection, table_id: int, first: int, seals: bytes) -> None:
        """Store the seals of new rows with consecutive fids: one statement for many rows."""
        count = len(seals) // SIZE
        for at in range(0, count, driver.CHUNK):
            rows = min(driver.CHUNK, count - at)
            part = seals[at * SIZE : (at + rows) * SIZE]
            connection.exec_driver_sql(
                # Counting by hundreds: a step of a recursion costs as much as a row.
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?6), "
                "d(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM d WHERE j < 99) "
                "INSERT OR FAIL INTO cg_seals (table_id, fid, seal) "
                "SELECT ?2, ?3 + 100 * i + j, substr(?4, 1 + (100 * i + j) * ?5, ?5) "
                "FROM n CROSS JOIN d WHERE 100 * i + j < ?1",
                (rows, table_id, first + at, part, SIZE, (rows - 1) // 100),
            )

    def drop_seals(self, connection: sa.Connection, table_id: int, fids: Sequence[int]) -> None:
        """Remove the seals of rows that are gone."""
        driver.many(
            connection,
            "DELETE FROM cg_seals WHERE table_id = ? AND fid = ?",
            ((table_id, f) for f in fids),
        )

    def touch(
        self, connection: sa.Connection, table: str, at: str, box: Sequence[float] | None
    ) -> None:
        """Keep ``gpkg_contents``: time of the last change, and an extent that only grows."""
        if table == "grids":
            self.touch(connection, layout.HEAT_VIEW, at, box)
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", (at, table)
        )
        if box is not None:
            min_x, min_y, max_x, max_y = box
            connection.exec_driver_sql(
                "UPDATE gpkg_contents SET min_x = min(ifnull(min_x, ?1), ?1), "
                "min_y = min(ifnull(min_y, ?2), ?2), max_x = max(ifnull(max_x, ?3), ?3), "
                "max_y = max(ifnull(max_y, ?4), ?4) WHERE table_name = ?5",
                (min_x, min_y, max_x, max_y, table),
            )

    # --- checking ------------------------------------------------------------------

    def integrity(self, connection: sa.Connection) -> list[str]:
        """Return what SQLite itself finds wrong with the file; an empty list means nothing."""
        rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        found = [r for r in rows if r != "ok"]
        if driver.torn(driver.of(connection)):
            found.append("the file ends inside a page")
        trees = connection.exec_driver_sql(
            "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
        ).scalars()
        for table in trees:
            name = f"rtree_{table}_{GEOMETRY}"
            said = connection.exec_driver_sql("SELECT rtreecheck(?)", (name,)).scalar_one()
            if said != "ok":
                found.append(f"{name}: {said}")
        return found

    def has_index(self, connection: sa.Connection, table: StoredTable) -> bool:
        """Whether a table has its R-tree."""
        return index.there(connection, table)

    def rebuild_index(self, connection: sa.Connection, table: StoredTable) -> None:
        """Make the R-tree of a table anew."""
        index.rebuild(connection, table)

    def index_differs(
        self,
        connection: sa.Connection,
        table: StoredTable,
        fids: npt.NDArray[np.int64],
        boxes: blob.Boxes,
    ) -> list[int]:
        """Return the ids for which the R-tree and the rows differ; see `index.differing`."""
        return index.differing(connection, table, fids, boxes)


def _any(values: Sequence[Any]) -> bool:
    """Whether a column has a value at all."""
    return bool(values) and (values[0] is not None or values.count(None) < len(values))
