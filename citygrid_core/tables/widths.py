"""Lengths of text fields in a GeoPackage that was written here."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from citygrid_core.tables.guard import refuse_workspace


def set_widths(path: Path, layer: str, lengths: Mapping[str, int]) -> None:
    """Declare the greatest lengths of text fields: ``TEXT`` becomes ``TEXT(17)``.

    The file must be closed and be no workspace. GDAL and QGIS show the lengths and
    enforce them when they edit; nothing that is stored is cut.

    Raises
    ------
    UsageError
        It is a workspace.
    KeyError
        The layer has no such text field.
    """
    refuse_workspace(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (layer,)
        ).fetchone()
        if row is None:
            raise KeyError(layer)
        sql = str(row[0])
        for name, length in lengths.items():
            quoted = re.escape(name.replace('"', '""'))
            sql, count = re.subn(rf'("{quoted}" TEXT)(?:\(\d+\))?', rf"\g<1>({int(length)})", sql)
            if not count:
                raise KeyError(name)
        version = int(connection.execute("PRAGMA schema_version").fetchone()[0])
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("BEGIN")
        connection.execute(
            "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (sql, layer)
        )
        connection.execute(f"PRAGMA schema_version = {version + 1}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA writable_schema = 0")
