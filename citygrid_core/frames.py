"""Comparing two tables by key: what is new, what changed, what is the same.

The bottom of every import that is idempotent: running it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.errors import Text, UsageError

Bools = npt.NDArray[np.bool_]
_JOINT = "\x1f"
#: Multi-type of each simple type: a store may keep a line as a multi-line of one part.
_MULTI = {0: 4, 1: 5, 3: 6}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rows read are to the rows held.

    Attributes
    ----------
    new, changed, unchanged, repeated : Index
        Index labels of the rows read; each row is in exactly one of the four.
        `repeated` are later rows with a key that an earlier row has already.
    held_of_changed : int array
        Positions in the frame held, one for each label of `changed`.
    fields : DataFrame of bool
        For each label of `changed`, which columns differ.
    """

    new: pd.Index
    changed: pd.Index
    unchanged: pd.Index
    repeated: pd.Index
    held_of_changed: npt.NDArray[np.int64]
    fields: pd.DataFrame


def compare(
    held: pd.DataFrame,
    read: pd.DataFrame,
    *,
    key: Sequence[str],
    columns: Sequence[str],
    empty_says_nothing: bool = True,
    tolerance: float = 5e-4,
) -> Comparison:
    """Compare the rows of a file with the rows held, by key.

    Parameters
    ----------
    held, read : DataFrame or GeoDataFrame
        Rows as stored and rows as they come; both have the `key` columns. A key
        that `held` has several times means its last row.
    key : sequence of str
        Columns that say which row is the same thing.
    columns : sequence of str
        Columns that are compared, where both frames have them; ``geometry`` is one.
    empty_says_nothing : bool
        Whether a missing or empty value that is read leaves what is held as it is.
    tolerance : float
        Numbers and coordinates that differ by less are equal (metres for
        coordinates; the default is half a millimetre, below what a store keeps).

    Raises
    ------
    UsageError
        A key column is missing.
    """
    for name, frame in (("held", held), ("read", read)):
        missing = [c for c in key if c not in frame.columns]
        if missing:
            lacking = ", ".join(missing)
            raise UsageError(
                Text(
                    f"the rows {name} lack the key {lacking}",
                    f"{'库中' if name == 'held' else '读入'}的行缺少主键字段 {lacking}",
                )
            )
    keys = keys_of(read, key)
    repeated = keys.duplicated(keep="first")
    position = pd.Series(np.arange(len(held), dtype=np.int64), index=keys_of(held, key))
    position = position[~position.index.duplicated(keep="last")]
    at = position.reindex(keys, fill_value=-1).to_numpy(dtype=np.int64)
    known = (at >= 0) & ~repeated
    where = at[known]
    compared = [c for c in columns if c in held.columns and c in read.columns]
    same_rows = read[known]
    unlike = {
        c: differs(
            held[c].iloc[where],
            same_rows[c],
            empty_says_nothing=empty_says_nothing,
            tolerance=tolerance,
        )
        for c in compared
    }
    any_ = np.zeros(len(where), dtype=np.bool_)
    for d in unlike.values():
        any_ |= d
    labels = read.index[known]
    return Comparison(
        new=read.index[(at < 0) & ~repeated],
        changed=labels[any_],
        unchanged=labels[~any_],
        repeated=read.index[repeated],
        held_of_changed=where[any_],
        fields=pd.DataFrame({c: d[any_] for c, d in unlike.items()}, index=labels[any_]),
    )


def keys_of(frame: pd.DataFrame, key: Sequence[str]) -> pd.Index:
    """Return the key of each row as one text; a missing part is empty."""
    if len(key) == 1:
        return pd.Index(_texts(frame[key[0]]), dtype=object)
    parts = [_texts(frame[name]) for name in key]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + _JOINT + part
    return pd.Index(joined, dtype=object)


def _texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """Return a column as texts, each distinct value turned into text once."""
    values = column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(values, skipna=False) == "string":
        return values
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    texts = np.array([_text(v) for v in distinct] + [""], dtype=object)
    out: npt.NDArray[np.object_] = texts[codes]
    return out


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return str(value)


def differs(
    held: pd.Series,
    read: pd.Series,
    *,
    empty_says_nothing: bool = False,
    tolerance: float = 5e-4,
) -> Bools:
    """Tell where two columns of one length differ, position by position; see `compare`."""
    a, b = held.to_numpy(), read.to_numpy()
    if len(b) == 0:
        return np.zeros(0, dtype=np.bool_)
    if _is_geometry(held) or _is_geometry(read):
        return _geometry_differs(a, b, empty_says_nothing, tolerance)
    if pd.api.types.is_numeric_dtype(held.dtype) and pd.api.types.is_numeric_dtype(read.dtype):
        x, y = a.astype(float), b.astype(float)
        said = ~np.isnan(y) if empty_says_nothing else np.ones(len(y), dtype=np.bool_)
        return np.asarray(said & ~np.isclose(x, y, rtol=0, atol=tolerance, equal_nan=True))
    texts, given = _texts(held), _texts(read)
    unlike: Bools = texts != given
    return unlike & (given != "") if empty_says_nothing else unlike


def stacked(parts: Sequence[Any], *, ignore_index: bool = True) -> Any:
    """Return frames of the same columns one below the other.

    Column by column: pandas asks each row of a whole frame first whether it is empty.

    Parameters
    ----------
    parts : sequence of GeoDataFrame or DataFrame
        At least one; all with the columns, and the CRS, of the first.
    ignore_index : bool
        Whether rows are counted anew.
    """
    first = parts[0]
    if len(parts) == 1:
        return first.reset_index(drop=True) if ignore_index else first
    if ignore_index:
        index: pd.Index = pd.RangeIndex(sum(map(len, parts)))
    else:
        index = first.index.append([p.index for p in parts[1:]])
    columns = {
        c: pd.concat([p[c] for p in parts], ignore_index=True).set_axis(index)
        for c in first.columns
    }
    if isinstance(first, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(columns, index=index, geometry=first.geometry.name, crs=first.crs)
    return pd.DataFrame(columns, index=index)


def _is_geometry(column: pd.Series) -> bool:
    return str(column.dtype) == "geometry"


def _geometry_differs(
    a: npt.NDArray[Any], b: npt.NDArray[Any], empty_says_nothing: bool, tolerance: float
) -> Bools:
    """Tell which geometries differ, whatever their starting point and direction."""
    a, b = np.asarray(a, dtype=object), np.asarray(b, dtype=object)
    nothing = shapely.is_missing(b) | shapely.is_empty(b)
    was_nothing = shapely.is_missing(a) | shapely.is_empty(a)
    out: Bools = nothing != was_nothing
    if empty_says_nothing:
        out = out & ~nothing
    both = ~nothing & ~was_nothing
    x, y = _flat(a[both]), _flat(b[both])
    unlike = shapely.get_type_id(x) != shapely.get_type_id(y)
    x[unlike], y[unlike] = _multi(x[unlike]), _multi(y[unlike])
    equal = shapely.equals_exact(x, y, tolerance)
    rest = ~equal
    equal[rest] = shapely.equals_exact(
        shapely.normalize(x[rest]), shapely.normalize(y[rest]), tolerance
    )
    out[both] = ~equal
    return out


def _flat(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Drop heights: a survey's height comes and goes with the instrument."""
    raised = shapely.has_z(geometries)
    if raised.any():
        geometries = geometries.copy()
        geometries[raised] = shapely.force_2d(geometries[raised])
    return geometries


def _multi(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return each simple geometry as its multi-type of one part."""
    make = {4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons}
    out = geometries.copy()
    for i, kind in enumerate(shapely.get_type_id(geometries)):
        if kind in _MULTI:
            out[i] = make[_MULTI[kind]]([geometries[i]])
    return out
