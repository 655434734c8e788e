"""Geometries as a table takes them: of its type, in two dimensions, finite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import GeometryType
from citygrid_core.workspace.values import Rows

Geometries = npt.NDArray[np.object_]

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON = 0, 1, 3, 4, 5, 6
#: Geometry type ids that a table takes, the first as they are.
_TAKEN: dict[GeometryType, tuple[int, ...]] = {
    "POINT": (_POINT, _MULTIPOINT),
    "MULTILINESTRING": (_MULTILINE, _LINE),
    "POLYGON": (_POLYGON, _MULTIPOLYGON),
    "MULTIPOLYGON": (_MULTIPOLYGON, _POLYGON),
}


def without_empty(geometries: Geometries) -> Geometries:
    """Return geometries with None for the empty ones: both say that there is no place."""
    out = np.array(geometries, dtype=object)
    out[shapely.is_empty(out)] = None
    return out


def fitting(geometries: Geometries, kind: GeometryType) -> npt.NDArray[np.bool_]:
    """Return which geometries a table of `kind` takes (missing ones: only without geometry)."""
    types = shapely.get_type_id(geometries)
    if kind == "NONE":
        return np.asarray(types == -1)
    fits = np.isin(types, _TAKEN[kind])
    if kind in ("POINT", "POLYGON"):
        fits &= shapely.get_num_geometries(geometries) == 1
    return fits


def promote(geometries: Geometries, kind: GeometryType) -> Geometries:
    """Return geometries as the type of the table: single to multi, multi of one to single."""
    out = np.array(geometries, dtype=object)
    other = np.flatnonzero(shapely.get_type_id(out) == _TAKEN[kind][1])
    if len(other):
        at = np.arange(len(other))
        if kind == "MULTILINESTRING":
            out[other] = shapely.multilinestrings(out[other], indices=at)
        elif kind == "MULTIPOLYGON":
            out[other] = shapely.multipolygons(out[other], indices=at)
        else:
            out[other] = shapely.get_geometry(out[other], 0)
    return out


def choose_tables(
    rows: Rows, kinds: dict[GeometryType, str], placed: bool
) -> npt.NDArray[np.object_]:
    """Return the table of each row by its geometry; note rows that no table takes.

    Parameters
    ----------
    kinds : dict
        Geometry type to table, of one family.
    placed : bool
        Whether a row without geometry is wrong where there is no table for such.
    """
    chosen = np.full(rows.size, None, dtype=object)
    spatial = [k for k in kinds if k != "NONE"]
    if rows.geometry is None:
        geometries: Geometries = np.full(rows.size, None, dtype=object)
    else:
        geometries = rows.geometry
    for kind, table in kinds.items():
        chosen[fitting(geometries, kind)] = table
    missing = shapely.is_missing(geometries)
    if "NONE" not in kinds and not placed:
        chosen[missing] = kinds[spatial[0]]
    expected = Text(
        "a geometry: " + ", ".join(kinds),
        "几何类型：" + "、".join(kinds),
    )
    for at in np.flatnonzero(chosen == None):  # noqa: E711
        found = None if missing[at] else geometries[at].geom_type
        rows.add("geometry.type", int(at), "geometry", found, expected)
    if not missing.all():
        _check_finite(rows, geometries, ~missing)
    return chosen


def _check_finite(rows: Rows, geometries: Geometries, there: npt.NDArray[np.bool_]) -> None:
    where = np.flatnonzero(there)
    coordinates, owner = shapely.get_coordinates(geometries[where], return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    for at in where[np.unique(owner[~finite])]:
        rows.add(
            "geometry.finite", int(at), "geometry", geometries[at].wkt,
            Text("finite coordinates", "有限的坐标值"),
        )  # fmt: skip
