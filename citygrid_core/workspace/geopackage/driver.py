"""Connections of Python's own ``sqlite3``, as a workspace needs them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from citygrid_core.workspace.geopackage import blob
from citygrid_core.workspace.memory import no_collection

#: Rows handed to SQLite at a time: bounds the memory of a large insert.
CHUNK = 50_000
#: Rows whose cells are put in order at a time: they stay in the processor's cache.
STRETCH = 2_000
#: Bytes of a page of a new workspace: a million rows are stored in an eighth less time than
#: in SQLite's own 4 KiB, and an empty workspace still has less than 3 MB.
PAGE = 16_384
#: Parameters of one statement: what every build of SQLite takes is 999.
PARAMETERS = 900
#: Execution option of a connection whose next transaction writes.
WRITE = "citygrid_write"


def create(path: Path) -> None:
    """Make an empty file with pages of `PAGE` bytes: they can't be changed once it is in use."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("VACUUM")


def torn(connection: sqlite3.Connection) -> bool:
    """Whether the file ends inside a page, and no log has the rest.

    SQLite itself takes what is missing of the last page for zeros.
    """
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    log = Path(f"{path}-wal")
    logged = log.exists() and log.stat().st_size > 0
    return path.stat().st_size % size != 0 and not logged


def connect(
    path: Path, mode: str, *, timeout: float, journal_mode: str | None
) -> sqlite3.Connection:
    """Open a file with the pragmas and the ``ST_`` functions of the R-tree triggers.

    Parameters
    ----------
    mode : str
        ``mode`` of SQLite's URI: ``"rw"``, ``"ro"``, with more options after ``&``.
    journal_mode : str or None
        What to set when no other program is in the way; None leaves it.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -131072")  # KiB: a bulk insert must not spill
        connection.execute("PRAGMA journal_size_limit = 67108864")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        # A file of somebody else's is refused later; its mode is not ours to change.
        ours = not tables or "cg_meta" in tables
        if journal_mode is not None and ours:
            set_journal_mode(connection, journal_mode)
    except BaseException:
        connection.close()
        raise
    for at, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, _bound(at), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
    return connection


def begin(connection: sa.Connection) -> None:
    """Begin a transaction: one that writes takes the lock at once."""
    write = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def of(connection: sa.Connection) -> sqlite3.Connection:
    """Return the driver's connection under SQLAlchemy's."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def set_journal_mode(connection: sqlite3.Connection, mode: str) -> bool:
    """Set the journal mode; False when another program is in the way just now."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == mode:
        return True
    try:
        return bool(connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0] == mode)
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            return False
        raise


def busy(error: OperationalError) -> bool:
    """Whether another program holds the lock."""
    return "locked" in str(error.orig) or "busy" in str(error.orig)


def full(error: Exception) -> bool:
    """Whether the disk took no more."""
    said = str(getattr(error, "orig", error))
    return "disk is full" in said or "disk I/O error" in said


def writable(path: Path) -> bool:
    """Whether the file, and the logs beside it, can be written."""
    if path.exists():
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return os.access(path.parent, os.W_OK)


def many(connection: sa.Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run one statement for many rows."""
    source = iter(rows)
    with no_collection():
        while chunk := list(islice(source, CHUNK)):
            connection.exec_driver_sql(statement, chunk)


def insert(
    connection: sa.Connection,
    table: str,
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
) -> None:
    """Insert rows, given by column, many with each statement: half the time of one by one.

    A transaction in which one fails is never committed, so none keeps a journal of its own
    (`OR FAIL`): that would write most pages twice more.
    """
    width = len(names)
    one = "(" + ",".join("?" * width) + ")"
    quoted = ",".join(f'"{n}"' for n in names)
    head = f'INSERT OR FAIL INTO "{table}" ({quoted}) VALUES '
    together = max(1, PARAMETERS // width)
    whole, step = head + ",".join([one] * together), width * together
    stretch = together * max(1, STRETCH // together)
    with no_collection():
        for start in range(0, len(columns[0]), stretch):
            part = [c[start : start + stretch] for c in columns]
            cells = [None] * (width * len(part[0]))
            for at, column in enumerate(part):
                cells[at::width] = column  # type: ignore[call-overload]
            full = len(cells) - len(cells) % step
            for statement, stop, begin, by in (
                (whole, full, 0, step), (head + one, len(cells), full, width),
            ):  # fmt: skip
                rows = [tuple(cells[at : at + by]) for at in range(begin, stop, by)]
                if rows:
                    connection.exec_driver_sql(statement, rows)


def _bound(at: int) -> Any:
    def bound(cell: bytes | None) -> float | None:
        box = blob.box_of(cell)
        return None if box is None else box[at]

    return bound


def _is_empty(cell: bytes | None) -> int | None:
    return None if cell is None else int(blob.box_of(cell) is None)
