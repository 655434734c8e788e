"""What a declaration is made of: columns, families, and the shapes of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from citygrid_core.errors import Text

ColumnType = Literal["text", "integer", "real", "boolean", "date", "datetime"]
GeometryType = Literal["POINT", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON", "NONE"]


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column: its name, type, what people see, and its value list."""

    name: str
    type: ColumnType
    label: Text
    choices: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of thing: its columns, its key and a table for each geometry.

    Attributes
    ----------
    tables : dict
        Geometry type to table name.
    key : str
        The column that names the thing to people; with history the pair of key
        and ``valid_from`` is unique.
    history : bool
        Whether rows carry ``valid_from`` and ``valid_to`` (half-open dates).
    unique : tuple of str
        Columns whose values together name one row (an empty value counts as a
        value); with history the key and ``valid_from``, else the key, when empty.
    placed : bool
        Whether a row of a table with a geometry must have one.
    derived : bool
        Whether rows are computed from others, and so may be deleted and made anew.
    indexes : tuple of str
        Columns that are asked by ranges or values, and so have an index.
    sparse : tuple of str
        The same for columns that are asked by values and often empty: only rows that
        have a value are in the index.
    current : tuple of str
        The same among the rows that are valid now (of a family with history).
    """

    name: str
    label: Text
    tables: dict[GeometryType, str]
    key: str
    columns: tuple[Column, ...]
    history: bool = True
    unique: tuple[str, ...] = ()
    placed: bool = True
    derived: bool = False
    indexes: tuple[str, ...] = ()
    sparse: tuple[str, ...] = ()
    current: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns whose values together name one row."""
        return self.unique or ((self.key, "valid_from") if self.history else (self.key,))

    def column(self, name: str) -> Column:
        """Return one column by its name."""
        return next(c for c in self.columns if c.name == name)


def column(
    name: str, type_: ColumnType, zh: str, en: str, choices: str = "", required: bool = False
) -> Column:
    """Return a column with its labels in both languages."""
    return Column(name, type_, Text(en, zh), choices, required)


#: A row is valid from a day until before another.
HISTORY = (
    column("valid_from", "date", "起始日期", "valid from", required=True),
    column("valid_to", "date", "终止日期", "valid to"),
)
NOTE = column("note", "text", "备注", "note")
