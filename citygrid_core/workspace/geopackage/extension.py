"""Bringing the tables of an older file up to the declaration: what is missing is added.

Nothing stored is lost: tables and columns are added, never dropped, except tables of
derived families (counts), which are made anew when their shape has changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from citygrid_core.workspace.geopackage import layout
from citygrid_core.workspace.geopackage.labels import label_rows
from citygrid_core.workspace.tables import METADATA, STORED, StoredTable


def extend(connection: sa.Connection, srs_id: int, at: str) -> set[str]:
    """Add the declared tables, columns and labels that a file does not have.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the transaction that migrates.
    srs_id : int
        The file's id for the CRS of the workspace.
    at : str
        ``last_change`` of what is new.

    Returns
    -------
    set of str
        Tables whose shape has changed: they want new seals.
    """
    held = sa.inspect(connection).get_table_names()
    missing = [t for t in METADATA.sorted_tables if t.name not in held]
    changed = set()
    for table in (t for t in STORED.values() if t.name in held):
        names = [c["name"] for c in sa.inspect(connection).get_columns(table.name)]
        new = [c for c in table.table.columns if c.name not in names]
        if table.family is not None and table.family.derived and _reshaped(connection, table, new):
            connection.exec_driver_sql(f'DROP TABLE "{table.name}"')
            table.table.create(connection)
            changed.add(table.name)
            continue
        for column in new:
            # a row that is there has no value for it: the check on what is written asks for one
            spec = f"{column.name} {column.type.compile(connection.dialect)}"
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {spec}')
            changed.add(table.name)
        indexed = {i["name"] for i in sa.inspect(connection).get_indexes(table.name)}
        for index in (i for i in table.table.indexes if i.name not in indexed):
            index.create(connection)
    for plain in missing:
        plain.create(connection)
        stored = STORED.get(plain.name)
        if stored is not None and stored.family is not None:
            _run(connection, layout.register(stored, srs_id, at))
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        connection.exec_driver_sql(f"DELETE FROM {name}")
    _run(connection, label_rows())
    _run(connection, [(layout.OGR_CONTENTS, ()), *layout.renew_view()])
    return changed


def _reshaped(connection: sa.Connection, table: StoredTable, new: list[sa.Column[object]]) -> bool:
    assert table.family is not None
    held = [i["column_names"] for i in sa.inspect(connection).get_indexes(table.name)]
    return bool(new) or list(table.family.identity) not in held


def _run(connection: sa.Connection, statements: Iterable[layout.Statement]) -> None:
    for statement, parameters in statements:
        connection.exec_driver_sql(statement, parameters)
