"""What callers hand in: whole frames, or rows to change."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from citygrid_core.errors import MissingCrs, Text
from citygrid_core.workspace import shapes, values
from citygrid_core.workspace.errors import CrsMismatch, UnknownName, WrongCall
from citygrid_core.workspace.reading import TABLE
from citygrid_core.workspace.schema import Family
from citygrid_core.workspace.tables import STORED, StoredTable, tables_of
from citygrid_core.workspace.values import Rows

#: Columns that a frame may carry beside those of its family.
_HELPERS = frozenset({"geometry", TABLE, "source_row", "fid"})


def rows_of(family: Family, frame: gpd.GeoDataFrame | pd.DataFrame, crs: pyproj.CRS) -> Rows:
    """Return the rows of a frame, with their geometry and no column yet.

    Raises
    ------
    UnknownName
        The frame has columns that the family has not: they would be lost.
    MissingCrs, CrsMismatch
        It has geometry without CRS, or in another one than `crs`.
    """
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
            raise MissingCrs(family.label)
        if frame.crs != crs:
            raise CrsMismatch(family.name, frame.crs.to_string(), crs.to_string())
        geometry = shapes.without_empty(frame.geometry.to_numpy())
    elif "geometry" in frame.columns:
        if frame["geometry"].notna().any():
            raise MissingCrs(family.label)
        geometry = np.full(len(frame), None, dtype=object)
    return Rows(len(frame), {}, geometry, values.labels_of(frame))


def by_table(
    family: Family, rows: Any
) -> list[tuple[StoredTable, gpd.GeoDataFrame | pd.DataFrame]]:
    """Return rows, given as a frame or as fids, by the table that holds them.

    Raises
    ------
    UnknownName, WrongCall
        The frame names a table that is none of the family's, or should name one.
    """
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
