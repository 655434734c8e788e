"""The tables of the store, made from the declaration in `schema`.

Only six column types are used, the ones that every reader of GeoPackage knows:
TEXT, INTEGER, REAL, BOOLEAN, DATE, DATETIME. Dates and times are ISO text in both
dialects' drivers, so that nothing on the way reinterprets a wall clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import FAMILIES, Column, ColumnType, Family, GeometryType

GEOMETRY = "geom"


class IsoDate(UserDefinedType[str]):
    """A day as text ``YYYY-MM-DD``."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return "DATE"


class WallClock(UserDefinedType[str]):
    """A time of the city's clock as text ``YYYY-MM-DDTHH:MM:SS.000``, without a zone."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return "DATETIME"


class Geometry(UserDefinedType[bytes]):
    """A column of geometries; its values are what the dialect's codec makes of them.

    Parameters
    ----------
    kind : str
        A geometry type of `schema`, e.g. ``"MULTIPOLYGON"``.
    """

    cache_ok = True

    def __init__(self, kind: GeometryType) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return self.kind


_TYPES: dict[ColumnType, Any] = {
    "text": sa.Text,
    "integer": sa.Integer,
    "real": sa.REAL,
    "boolean": sa.Boolean,
    "date": IsoDate,
    "datetime": WallClock,
}


@dataclass(frozen=True)
class StoredTable:
    """One table whose rows are sealed: of a family, or of the store itself."""

    name: str
    columns: tuple[Column, ...]
    table: sa.Table
    geometry: GeometryType = "NONE"
    family: Family | None = None

    @property
    def spatial(self) -> bool:
        """Whether it has a column of geometries."""
        return self.geometry != "NONE"

    @property
    def filled_at_once(self) -> bool:
        """Whether its indexes may wait while it is filled: what they check is checked at the end."""
        family = self.family
        return family is not None and (family.history or len(family.tables) == 1)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns but the fid and the geometry."""
        return tuple(c.name for c in self.columns)


def _fid() -> sa.Column[int]:
    return sa.Column("fid", sa.Integer, primary_key=True, autoincrement=True)


def stored_table(
    metadata: sa.MetaData,
    name: str,
    columns: tuple[Column, ...],
    geometry: GeometryType = "NONE",
    family: Family | None = None,
) -> StoredTable:
    """Return one table of the declaration as a table of the store."""
    parts: list[Any] = [_fid()]
    if geometry != "NONE":
        parts.append(sa.Column(GEOMETRY, Geometry(geometry)))
    parts += [sa.Column(c.name, _TYPES[c.type], nullable=not c.required) for c in columns]
    if family is not None:
        unique = family.identity
        parts.append(sa.Index(f"unique_{name}", *unique, unique=True))
        parts += [sa.Index(f"index_{name}_{column}", column) for column in family.indexes]
        parts += [
            sa.Index(f"index_{name}_{c}", c, sqlite_where=sa.column(c).isnot(None))
            for c in family.sparse
        ]
        parts += [
            sa.Index(f"current_{name}_{c}", c, sqlite_where=sa.column("valid_to").is_(None))
            for c in family.current
        ]
    return StoredTable(
        name, columns, sa.Table(name, metadata, *parts, sqlite_autoincrement=True), geometry, family
    )


def _internal(name: str, **columns: ColumnType) -> StoredTable:
    declared = tuple(Column(n, t, Text(n, n)) for n, t in columns.items())
    return stored_table(METADATA, name, declared)


METADATA = sa.MetaData()
META = _internal("cg_meta", key="text", value="text")
#: `last` is the highest number ever minted of a scope.
COUNTERS = _internal("cg_counters", scope="text", last="integer")
LINEAGE = _internal(
    "cg_lineage",
    kind="text",
    parent="text",
    child="text",
    operation="text",
    on="date",
    reason="text",
    document="text",
)
INTERNAL = (META, COUNTERS, LINEAGE)

#: A hash for each row of each sealed table.
SEALS = sa.Table(
    "cg_seals",
    METADATA,
    sa.Column("table_id", sa.Integer, primary_key=True),
    sa.Column("fid", sa.Integer, primary_key=True),
    sa.Column("seal", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
#: Sealed tables with their row count and digest as of the last operation.
TABLES = sa.Table(
    "cg_tables",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
#: One row for each operation, chained by hashes.
JOURNAL = sa.Table(
    "cg_journal",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
    sa.Column("tables", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

#: Every sealed table by name, in the order of the declaration.
STORED: dict[str, StoredTable] = {t.name: t for t in INTERNAL}
for _family in FAMILIES.values():
    for _geometry, _name in _family.tables.items():
        STORED[_name] = stored_table(METADATA, _name, _family.columns, _geometry, _family)


def tables_of(family: Family) -> list[StoredTable]:
    """Return the tables of a family, in the order of its declaration."""
    return [STORED[name] for name in family.tables.values()]
