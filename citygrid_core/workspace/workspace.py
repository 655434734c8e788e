"""One city's store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import sqlalchemy as sa

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace import journal, styles, verification, watching
from citygrid_core.workspace.errors import WrongCall
from citygrid_core.workspace.fingerprint import fingerprint
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.ledger import register_tables
from citygrid_core.workspace.opening import (
    Clock,
    check_version,
    city_time,
    crs_text,
    instant,
    local_path,
    network_allowed,
    suitable,
    utc_now,
)
from citygrid_core.workspace.reading import conditions, family_of, read_family, read_part
from citygrid_core.workspace.schema import SCHEMA_VERSION
from citygrid_core.workspace.tables import COUNTERS, LINEAGE, META, STORED, TABLES, tables_of
from citygrid_core.workspace.transaction import Transaction

#: Settings that belong to the file itself.
FIXED = ("schema_version", "crs", "edition", "timezone")


class Workspace:
    """One city's store: a GeoPackage file that QGIS opens and edits as it is.

    Made by `create` or `open`, used in a ``with`` block by one thread at a time.
    Readers are never blocked; a second writer waits (`timeout`), then gets
    `WorkspaceLocked`.
    """

    def __init__(self, store: GeoPackage, connection: sa.Connection, now: Clock) -> None:
        self._store, self._connection, self._now = store, connection, now
        self._transaction: Transaction | None = None
        self._snapshot = False
        self._meta = self._read_meta()
        self._crs = pyproj.CRS.from_user_input(self._meta["crs"])

    # --- making and opening --------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        crs: object,
        edition: str,
        name: str = "",
        timezone: str = "Asia/Shanghai",
        profile: str = "default",
        who: str = "",
        now: Clock = utc_now,
        timeout: float = 30.0,
        allow_network: bool | None = None,
    ) -> Workspace:
        """Make a new workspace and open it.

        Parameters
        ----------
        path : path
            A file that does not exist yet, ``*.gpkg``.
        crs : anything that pyproj understands
            Projected, in metres; of every geometry in the store.
        edition : str
            Edition of the standards that codes follow.
        timezone : str
            IANA name; stored times are the wall clock there.

        Raises
        ------
        WorkspaceExists, UnsuitableCrs, NetworkDrive
        """
        own = suitable(crs)
        ZoneInfo(timezone)
        store = GeoPackage(
            local_path(path), timeout=timeout, allow_network=network_allowed(allow_network)
        )
        at = instant(now())
        settings = {
            "schema_version": str(SCHEMA_VERSION),
            "crs": crs_text(own),
            "edition": edition,
            "timezone": timezone,
            "name": name,
            "profile": profile,
        }
        with store.new_file(own, at) as connection:
            register_tables(connection, list(STORED.values()))
            tx = Transaction(connection, store, own, timezone)
            for key, value in settings.items():
                tx.set_meta(key, value)
            journal.append(
                connection,
                at=at,
                who=who,
                operation="create",
                parameters={"crs": own.to_string(), "edition": edition, "name": name},
                tables=tx.close(at),
            )
        return cls.open(store.path, now=now, timeout=timeout, allow_network=allow_network)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        now: Clock = utc_now,
        timeout: float = 30.0,
        allow_network: bool | None = None,
    ) -> Workspace:
        """Open a workspace; an older one is brought to today's schema first.

        Parameters
        ----------
        path : path or URL
        read_only : bool
            Only read. A file that can't be written is opened so by itself.
        timeout : float
            Seconds to wait for another writer.
        allow_network : bool, optional
            Write on a network drive all the same; default: CITYGRID_ALLOW_NETWORK.

        Raises
        ------
        NotAWorkspace, UnknownVersion, NeedsMigration, UnfinishedLog
        """
        store = GeoPackage(
            local_path(path),
            read_only=read_only,
            timeout=timeout,
            allow_network=network_allowed(allow_network),
        )
        connection = store.connect()
        try:
            check_version(store, connection, instant(now()))
            return cls(store, connection, now)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the file; the last one to close it brings the log in."""
        self._connection.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- what it is ----------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    @property
    def meta(self) -> dict[str, str]:
        """All settings."""
        return dict(self._meta)

    @property
    def crs(self) -> pyproj.CRS:
        """CRS of every geometry: projected, in metres."""
        return self._crs

    @property
    def edition(self) -> str:
        """Edition of the standards."""
        return self._meta["edition"]

    @property
    def name(self) -> str:
        """Name of the city."""
        return self._meta["name"]

    @property
    def timezone(self) -> str:
        """IANA name of the zone whose wall clock stored times are."""
        return self._meta["timezone"]

    def city_time(self) -> str:
        """Return what the clock on the city's wall shows now, ISO to the second."""
        return city_time(self._now(), self.timezone)

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""
        return self._store.read_only

    @property
    def head(self) -> str:
        """Hash of the last row of the journal."""
        with self._reading() as connection:
            return journal.head(connection)

    def get_meta(self, key: str, default: str = "") -> str:
        """Return one setting."""
        return self._meta.get(key, default)

    def set_meta(self, key: str, value: str, *, who: str = "") -> None:
        """Store one setting, in a transaction of its own.

        Raises
        ------
        WrongCall
            The setting belongs to the file and never changes.
        """
        if key in FIXED:
            raise WrongCall(Text(f"{key} can't be changed", f"{key} 不能更改"))
        with self.transaction("set meta", who=who, parameters={"key": key}) as tx:
            tx.set_meta(key, value)

    @property
    def writing(self) -> bool:
        """Whether a transaction is open."""
        return self._transaction is not None

    # --- reading -------------------------------------------------------------------

    def read(
        self,
        family: str,
        *,
        at: str | None = None,
        where: Mapping[str, Any] | None = None,
        columns: Sequence[str] | None = None,
        bbox: Sequence[float] | npt.NDArray[np.float64] | None = None,
        geometry: bool = True,
    ) -> gpd.GeoDataFrame | pd.DataFrame:
        """Return rows of a family.

        Parameters
        ----------
        at : str, optional
            ISO date: rows valid on that day; None: rows without an end; ``"all"``:
            every row. Families without history always give every row.
        where : dict, optional
            Column to the value it must have; a list means any of its values, None empty,
            `Between` a range.
        columns : sequence of str, optional
            Only these, and the geometry.
        bbox : (min x, min y, max x, max y), optional
            Only rows whose box touches it, or one of several (an array, a row each);
            tables without geometry are not filtered.
        geometry : bool
            Whether to read the geometry.

        Returns
        -------
        GeoDataFrame, or DataFrame for families without geometry
            Indexed by fid. A family of several tables has a column ``table_``, and a
            fid may then come up once for each table. Dates and times are ISO text.
        """
        self._settle(family, where, bbox)
        with self._reading() as connection:
            return read_family(
                connection,
                self._store,
                family_of(family),
                self._crs,
                at=at,
                where=where,
                columns=columns,
                bbox=bbox,
                geometry=geometry,
            )

    def read_parts(
        self, family: str, *, columns: Sequence[str], rows: int = 200_000
    ) -> Iterator[pd.DataFrame]:
        """Yield all rows of a family of one table, without geometry, `rows` at a time.

        In the order of their fids, which are the index. For tables that don't fit into memory;
        within `snapshot` or a transaction all parts are of one state.
        """
        (table,) = tables_of(family_of(family))
        after: int | None = None
        while True:
            with self._reading() as connection:
                part = read_part(connection, self._store, table, columns, after, rows)
            if part.empty:
                return
            yield part
            after = int(part.index[-1])

    def fingerprint(self, family: str, columns: Sequence[str]) -> str:
        """Return what tells all rows of a family from any others: some columns and the geometry.

        Whoever changes a value, also outside citygrid, changes it. For what is kept
        beside a workspace: many times quicker than `read`.
        """
        with self._reading() as connection:
            return fingerprint(connection, family_of(family), columns)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that is read in the block be of one state, whoever writes meanwhile."""
        with self._reading():
            outer, self._snapshot = self._snapshot, True
            try:
                yield
            finally:
                self._snapshot = outer

    def count(
        self, family: str, *, at: str | None = None, where: Mapping[str, Any] | None = None
    ) -> int:
        """Return how many rows of a family `read` would give."""
        self._settle(family, where)
        with self._reading() as connection:
            return sum(
                connection.execute(
                    sa.select(sa.func.count())
                    .select_from(table.table)
                    .where(*conditions(table, self._store, at=at, where=where))
                ).scalar_one()
                for table in tables_of(family_of(family))
            )

    def span(self, family: str, column: str) -> tuple[Any, Any]:
        """Return the least and the greatest value that is stored in a column; None for no row."""
        family_ = family_of(family)
        self._settle(family, {column: None})
        with self._reading() as connection:
            found = [
                connection.execute(sa.select(sa.func.min(value), sa.func.max(value))).one()
                for value in (table.table.c[column] for table in tables_of(family_))
            ]
        there = [(low, high) for low, high in found if low is not None]
        if not there:
            return None, None
        return min(low for low, _ in there), max(high for _, high in there)

    def journal(self) -> pd.DataFrame:
        """Return the journal, oldest first: id, at (UTC), who, operation, parameters, tables, hashes."""
        with self._reading() as connection:
            rows = journal.rows(connection)
        columns = [*journal.HASHED, "hash"]
        frame: pd.DataFrame = pd.DataFrame(rows, columns=columns, dtype=object)
        frame = frame.astype({"id": "int64"}).set_index("id")
        return frame

    def counters(self, prefix: str = "") -> dict[str, int]:
        """Return the highest number minted of each scope that begins with `prefix`."""
        with self._reading() as connection:
            c = COUNTERS.table.c
            found = connection.execute(
                sa.select(c.scope, c.last).where(c.scope.startswith(prefix, autoescape=True))
            )
            return dict(found.all())

    def lineage(self) -> pd.DataFrame:
        """Return all links of parents to children, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(LINEAGE.table).order_by(LINEAGE.table.c.fid))
            names = ["fid", *LINEAGE.names]
            found = [tuple(r) for r in rows]
        frame: pd.DataFrame = pd.DataFrame(found, columns=names, dtype=object)
        frame = frame.set_index("fid")
        return frame

    def digests(self) -> dict[str, str]:
        """Return the digest of each table's rows: it differs when citygrid changed the table."""
        with self._reading() as connection:
            c = TABLES.c
            return dict(connection.execute(sa.select(c.name, c.digest)).all())

    def changes(
        self, family: str, columns: Sequence[str]
    ) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """Return the rows that changed since `Transaction.watch`, as they were and as they are.

        Whoever changed them, citygrid or QGIS. None: nobody watches these columns.
        """
        (table,) = tables_of(family_of(family))
        with self._reading() as connection:
            return watching.changes(connection, table, columns)

    # --- writing -------------------------------------------------------------------

    @contextmanager
    def transaction(
        self, operation: str, *, who: str = "", parameters: Mapping[str, Any] | None = None
    ) -> Iterator[Transaction]:
        """Write: leaving the block commits with one row in the journal, an error undoes all.

        A block that changed nothing leaves no trace.

        Parameters
        ----------
        operation : str
            As on the command line, e.g. ``"census import"``.
        who : str
            Person or job.
        parameters : dict
            JSON-ready facts for the journal.

        Raises
        ------
        ReadOnly, NetworkDrive, WorkspaceLocked
            The write lock is not to be had.
        """
        if self._transaction is not None:
            raise WrongCall(Text("a transaction is open already", "已有未结束的事务，不能嵌套"))
        if self._snapshot:
            raise WrongCall(Text("a snapshot is being read", "正在读取快照，不能写入"))
        with self._store.writing(self._connection) as held:
            tx = Transaction(self._connection, self._store, self._crs, self.timezone)
            self._transaction = tx
            try:
                yield tx
                at = instant(self._now())
                tables = {} if tx.rolled_back else tx.close(at)
                if tables:
                    journal.append(
                        self._connection,
                        at=at,
                        who=who,
                        operation=operation,
                        parameters=parameters or {},
                        tables=tables,
                    )
                else:
                    held.rollback()
            finally:
                self._transaction = None
                self._store.forget()
        self._meta = self._read_meta()

    def verify(self) -> list[Problem]:
        """Check everything that the store promises; return what is wrong, nothing when clean.

        Each row against its seal (altered, added or removed outside citygrid), the
        journal's chain and digests, counters, history, references, the R-trees, and the
        file itself. A row that was edited in QGIS is a finding until `adopt`.
        """
        with self._reading() as connection:
            return verification.verify(connection, self._store)

    def adopt(self, who: str) -> list[Problem]:
        """Take edits made outside citygrid (in QGIS) into the books; return what they were.

        They get seals and one row in the journal under `who`. Findings other than
        altered, added and removed rows stay findings.
        """
        with self.transaction("adopt", who=who) as tx:
            return tx.adopt()

    def store_styles(self, styles_: Mapping[str, str]) -> None:
        """Keep QML styles in the file, as defaults: QGIS uses them without our plugin.

        Parameters
        ----------
        styles_ : dict
            Table (or the view ``heat_map``) to QML text.
        """
        at = instant(self._now())
        with self._store.begin_write(self._connection):
            styles.store(self._connection, styles_, at)

    # --- inside --------------------------------------------------------------------

    def _settle(self, family: str, where: Mapping[str, Any] | None, bbox: Any = None) -> None:
        """Within a transaction, let a reading that wants indexes have them."""
        if self._transaction is not None and (bbox is not None or {*(where or {})} - {"fid"}):
            self._transaction.settle(family_of(family))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """One snapshot for one read; inside a transaction, what it has written counts."""
        if self._transaction is not None or self._snapshot:
            yield self._connection
            return
        with self._connection.begin() as snapshot:
            try:
                yield self._connection
            finally:
                snapshot.rollback()

    def _read_meta(self) -> dict[str, str]:
        with self._reading() as connection:
            c = META.table.c
            return dict(connection.execute(sa.select(c.key, c.value)).all())
