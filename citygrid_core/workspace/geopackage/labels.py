"""What people see in place of stored names and values, in the file itself.

The schema extension of GeoPackage (OGC 12-128r14, annex F.9): Chinese titles of columns
and enumerations of values. GDAL hands the enumerations on as field domains, so QGIS
shows value lists with no style and no plugin.
"""

from __future__ import annotations

from collections.abc import Iterator

from citygrid_core.workspace.schema import CHOICES
from citygrid_core.workspace.tables import STORED

_TABLES = (
    """CREATE TABLE gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
        description TEXT, mime_type TEXT, constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
        CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (
        constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
        min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
        description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
)
_DEFINITION = "http://www.geopackage.org/spec120/#extension_schema"


def labels() -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the statements that store titles and value lists of every layer."""
    for table in _TABLES:
        yield table, ()
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        yield (
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
            (name, _DEFINITION),
        )
    yield from label_rows()


def label_rows() -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the statements that fill the tables of titles and value lists."""
    for choice, values in CHOICES.items():
        for value, label in values.items():
            yield (
                "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, "
                "value, description) VALUES (?, 'enum', ?, ?)",
                (choice, value, label.zh),
            )
    for stored in STORED.values():
        if stored.family is None:
            continue
        for column in stored.columns:
            yield (
                "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
                (stored.name, column.name, column.label.zh, column.label.zh, column.label.en,
                 column.choices or None),
            )  # fmt: skip
