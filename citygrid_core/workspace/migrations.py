"""Bringing an older workspace to the schema of today, one version at a time.

A new version adds its `Migration` to the end of `MIGRATIONS` and raises
`schema.SCHEMA_VERSION`. All steps run in one transaction, which the journal records;
the tables that a step changes get new seals, so `verify` stays clean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from citygrid_core.workspace import journal
from citygrid_core.workspace.contents import contents
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.geopackage.extension import extend
from citygrid_core.workspace.ledger import Ledger, register_tables
from citygrid_core.workspace.schema import SCHEMA_VERSION
from citygrid_core.workspace.tables import META, SEALS, STORED


@dataclass(frozen=True)
class Migration:
    """One step from the version before.

    Attributes
    ----------
    version : int
        The version it leads to.
    apply : callable
        Changes tables and rows: gets the connection, the store and the time; returns
        the tables whose columns or values it has changed.
    """

    version: int
    apply: Callable[[sa.Connection, GeoPackage, str], Collection[str]]


def _extend(connection: sa.Connection, store: GeoPackage, at: str) -> Collection[str]:
    return extend(connection, store.srs_id, at)


MIGRATIONS: tuple[Migration, ...] = tuple(Migration(v, _extend) for v in (2, 3, 4))


def migrate(
    connection: sa.Connection,
    store: GeoPackage,
    found: int,
    at: str,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    target: int = SCHEMA_VERSION,
) -> None:
    """Bring a workspace from version `found` to `target`, all or nothing.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Without a transaction.
    at : str
        Time for the journal.
    """
    steps = {m.version: m for m in migrations}
    with store.begin_write(connection):
        touched = {META.name}
        for version in range(found + 1, target + 1):
            touched.update(steps[version].apply(connection, store, at))
        register_tables(connection, list(STORED.values()))
        ledger = Ledger(connection, store)
        c = META.table.c
        connection.execute(
            META.table.update().where(c.key == "schema_version").values(value=str(target))
        )
        for name in touched:
            _seal_anew(connection, store, ledger, name)
        journal.append(
            connection,
            at=at,
            who="",
            operation="migrate",
            parameters={"from": found, "to": target},
            tables=ledger.close(at),
        )


def _seal_anew(connection: sa.Connection, store: GeoPackage, ledger: Ledger, name: str) -> None:
    table = STORED[name]
    kept: set[int] = set()
    for part in contents(connection, store, table):
        kept.update(part.fids)
        ledger.adopt(table, part.fids, part.seals, [])
    held: Any = connection.execute(
        sa.select(SEALS.c.fid).where(SEALS.c.table_id == ledger.id_of(table))
    ).scalars()
    ledger.adopt(table, [], [], [f for f in held if f not in kept])
