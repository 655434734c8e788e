"""Rows of the store become frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
import sqlalchemy as sa

from citygrid_core.errors import Text
from citygrid_core.frames import stacked
from citygrid_core.workspace.errors import UnknownName
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.memory import no_collection
from citygrid_core.workspace.schema import FAMILIES, Column, Family
from citygrid_core.workspace.seals import plain_times, stored_time, wall_clock
from citygrid_core.workspace.tables import GEOMETRY, StoredTable, tables_of
from citygrid_core.workspace.values import iso_day

TABLE = "table_"
#: Rows fetched at a time: their texts are shared while they are in the processor's cache.
_STRETCH = 10_000
#: A column with more distinct texts than this share of its first rows is taken as it is.
_DISTINCT = 0.25


@dataclass(frozen=True, slots=True)
class Between:
    """A range of values, half-open, for the `where` of a reading; None is open."""

    start: Any = None
    end: Any = None


def family_of(name: str) -> Family:
    """Return a family by its name.

    Raises
    ------
    UnknownName
    """
    if name not in FAMILIES:
        raise UnknownName(Text("family", "数据类"), [name], FAMILIES)
    return FAMILIES[name]


def conditions(
    table: StoredTable,
    store: GeoPackage,
    *,
    at: str | None,
    where: Mapping[str, Any] | None = None,
    bbox: Sequence[float] | npt.NDArray[np.float64] | None = None,
) -> list[sa.ColumnElement[bool]]:
    """Return what a row must fulfil; see `Workspace.read`."""
    c = table.table.c
    said: list[sa.ColumnElement[bool]] = []
    if table.family is not None and table.family.history and at != "all":
        if at is None:
            said.append(c.valid_to.is_(None))
        else:
            day = sa.literal(iso_day(at), sa.Text)
            said += [c.valid_from <= day, sa.or_(c.valid_to.is_(None), c.valid_to > day)]
    for name, value in (where or {}).items():
        if name not in table.names and name != "fid":
            raise UnknownName(Text("column", "字段"), [name], table.names)
        column = next((d for d in table.columns if d.name == name), None)
        if value is None:
            said.append(c[name].is_(None))
        elif isinstance(value, Between):
            said += _range(c[name], value, column)
        elif isinstance(
            value, (list, tuple, set, frozenset, range, np.ndarray, pd.Series, pd.Index)
        ):
            values = value.tolist() if hasattr(value, "tolist") else list(value)
            if column is not None and column.type == "datetime":
                values = [stored_time(v) for v in values]
            said.append(store.in_list(c[name], values))
        else:
            if column is not None and column.type == "datetime":
                value = stored_time(value)
            said.append(c[name] == (value.item() if isinstance(value, np.generic) else value))
    if bbox is not None and table.spatial:
        said.append(store.in_box(table, bbox))
    return said


def _range(
    stored: sa.ColumnElement[Any], value: Between, column: Column | None
) -> list[sa.ColumnElement[bool]]:
    """Return what lies in a range: texts of one length, dates and times, compare as they read."""
    as_stored = stored_time if column is not None and column.type == "datetime" else _as_it_is
    said = []
    if value.start is not None:
        said.append(stored >= as_stored(value.start))
    if value.end is not None:
        said.append(stored < as_stored(value.end))
    return said


def _as_it_is(value: Any) -> Any:
    return value


def read_family(
    connection: sa.Connection,
    store: GeoPackage,
    family: Family,
    crs: pyproj.CRS,
    *,
    at: str | None,
    where: Mapping[str, Any] | None,
    columns: Sequence[str] | None,
    bbox: Sequence[float] | npt.NDArray[np.float64] | None,
    geometry: bool,
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return rows of a family; see `Workspace.read`."""
    tables = tables_of(family)
    chosen = _chosen(family, columns)
    with_geometry = geometry and any(t.spatial for t in tables)
    parts = []
    for table in tables:
        indexed = bbox is not None and table.spatial and store.has_index(connection, table)
        fast = bbox if indexed else None
        said = conditions(table, store, at=at, where=where, bbox=fast)
        part = _read_table(connection, store, table, chosen, said, crs if with_geometry else None)
        if bbox is not None and with_geometry and table.spatial:
            part = part[_touches(part["geometry"].to_numpy(), bbox)]
        if len(tables) > 1:
            part.insert(0, TABLE, pd.Series(table.name, index=part.index, dtype=object))
        parts.append(part)
    full = [p for p in parts if len(p)] or parts[:1]
    return stacked(full, ignore_index=False)


def read_part(
    connection: sa.Connection,
    store: GeoPackage,
    table: StoredTable,
    columns: Sequence[str],
    after: int | None,
    rows: int,
) -> pd.DataFrame:
    """Return the next rows of a table after a fid (None: the first); see `Workspace.read_parts`."""
    assert table.family is not None
    said = [] if after is None else [table.table.c.fid > after]
    return _read_table(connection, store, table, _chosen(table.family, columns), said, None, rows)


def fetch(
    connection: sa.Connection, statement: sa.Select[Any], width: int
) -> list[tuple[Any, ...]]:
    """Return the columns of a result, each as a tuple of its values."""
    # The driver's own tuples: rows of SQLAlchemy cost a third more, and no type needs them.
    result = connection.execute(statement)
    assert result.cursor is not None
    with no_collection():
        rows: list[tuple[Any, ...]] = list(result.cursor.fetchall())
        result.close()
        columns = list(zip(*rows, strict=True)) if rows else [()] * width
        rows.clear()  # before the collector goes through all of them
    return columns


def _gathered(
    connection: sa.Connection, statement: sa.Select[Any], texts: Sequence[bool]
) -> list[npt.NDArray[np.object_]]:
    """Return the columns of a result; equal texts of a column are one object.

    Codes, names and states come up thousands of times: shared they need no memory, and
    whoever looks for distinct values compares addresses.
    """
    pools: list[dict[Any, Any] | None] = [{} if text else None for text in texts]
    parts: list[list[npt.NDArray[np.object_]]] = [[] for _ in texts]
    result = connection.execute(statement)
    # The driver's own tuples: rows of SQLAlchemy cost a third more, and no type needs them.
    assert result.cursor is not None
    with no_collection():
        while rows := result.cursor.fetchmany(_STRETCH):
            for at, values in enumerate(zip(*rows, strict=True)):
                pool = pools[at]
                if pool is None:
                    parts[at].append(_objects(values))
                    continue
                first = not pool
                shared = _objects(map(pool.setdefault, values, values), len(values))
                parts[at].append(shared)
                if first and len(pool) > _DISTINCT * len(values):
                    pools[at] = None
        result.close()
    nothing = np.empty(0, dtype=object)
    return [np.concatenate(p) if p else nothing for p in parts]


def as_series(
    column: Column, values: npt.NDArray[np.object_], index: pd.Index[Any]
) -> pd.Series[Any]:
    """Return stored values as a column of a frame.

    Texts, dates and times are ``object`` with None for nothing; whole numbers are
    int64, or float64 when some are missing; reals are float64.
    """
    data: Any = values
    if column.type in ("integer", "real", "boolean"):
        data = _numbers(column, values)
    elif column.type == "datetime":
        data = _objects(_times(values.tolist()))
    series: pd.Series[Any] = pd.Series(
        data, index=index, name=column.name, dtype=data.dtype, copy=False
    )
    return series


def _read_table(
    connection: sa.Connection,
    store: GeoPackage,
    table: StoredTable,
    chosen: Sequence[Column],
    said: Sequence[sa.ColumnElement[bool]],
    crs: pyproj.CRS | None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return rows of one table; with geometry when a CRS is given."""
    c = table.table.c
    names = ["fid", *(column.name for column in chosen)]
    if crs is not None and table.spatial:
        names.append(GEOMETRY)
    statement = sa.select(*(c[n] for n in names)).where(*said).order_by(c.fid).limit(limit)
    texts = {column.name for column in chosen if column.type in ("text", "date")}
    values = _gathered(connection, statement, [n in texts for n in names])
    index = pd.Index(values[0].astype(np.int64), name="fid")
    series: dict[str, Any] = {
        column.name: as_series(column, v, index)
        for column, v in zip(chosen, values[1:], strict=False)
    }
    frame: pd.DataFrame
    if crs is None:
        frame = pd.DataFrame(series, index=index, copy=False)
    else:
        cells = values[-1] if table.spatial else [None] * len(index)
        series["geometry"] = gpd.GeoSeries(store.decode(cells), index=index, crs=crs)
        frame = gpd.GeoDataFrame(series, index=index, geometry="geometry", copy=False)
    return frame


def _chosen(family: Family, columns: Sequence[str] | None) -> list[Column]:
    if columns is None:
        return list(family.columns)
    known = {c.name: c for c in family.columns}
    unknown = [n for n in columns if n not in known and n not in ("geometry", TABLE)]
    if unknown:
        raise UnknownName(Text("column", "字段"), unknown, known)
    return [known[n] for n in columns if n in known]


def _numbers(column: Column, values: npt.NDArray[np.object_]) -> npt.NDArray[Any]:
    """Return numbers as such; as objects where something else wrote a text (`verify` names it)."""
    kinds = set(map(type, values))
    if kinds - {int, float, type(None)}:
        return values
    if column.type == "real" or type(None) in kinds:
        return values.astype(np.float64)
    return values.astype(np.int64)


def _touches(
    geometries: Any, box: Sequence[float] | npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    bounds = shapely.bounds(np.asarray(geometries, dtype=object)).reshape(-1, 4)
    boxes = np.asarray(box, dtype=np.float64).reshape(-1, 4)
    if len(boxes) > 1:
        found = np.zeros(len(bounds), dtype=bool)
        here = np.flatnonzero(np.isfinite(bounds).all(axis=1))
        found[
            here[shapely.STRtree(shapely.box(*boxes.T)).query(shapely.box(*bounds[here].T))[0]]
        ] = True
        return found
    min_x, min_y, max_x, max_y = boxes[0].tolist()
    touches: npt.NDArray[np.bool_] = (
        (bounds[:, 0] <= max_x)
        & (bounds[:, 2] >= min_x)
        & (bounds[:, 1] <= max_y)
        & (bounds[:, 3] >= min_y)
    )
    return touches


def _objects(values: Iterable[Any], count: int | None = None) -> npt.NDArray[np.object_]:
    size = len(values) if isinstance(values, Sized) else count
    assert size is not None
    return np.fromiter(values, dtype=object, count=size)


def _times(values: Sequence[Any]) -> list[Any]:
    if set(map(type, values)) <= {str, type(None)} and plain_times(values):
        return [v[:19] if v is not None else None for v in values]
    return [wall_clock(v) if isinstance(v, str) else v for v in values]
