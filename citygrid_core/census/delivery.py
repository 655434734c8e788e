"""Components as an edition's own fields: what is handed to the province."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.standards import DEFAULT_EDITION, Edition, load_edition

_ROLES = ("supervising", "owning", "maintaining")
_AREAS = (("street", 9), ("community", 12))


def to_delivery(
    components: pd.DataFrame,
    edition: str | Edition = DEFAULT_EDITION,
    departments: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    *,
    table: str = "component",
) -> pd.DataFrame:
    """Rename components to the edition's own fields, in the edition's order.

    Names of departments and areas are looked up, values become the edition's words
    (intact: 完好), dates its form (YYYYMMDD). Texts longer than the field are kept
    whole: cutting would lose data, and `Edition.delivery_fields` says the length.

    Parameters
    ----------
    components : DataFrame or GeoDataFrame
        Columns of the store's components.
    edition : str or Edition
        Whose fields.
    departments, areas : DataFrame, optional
        code and name; later rows of the same code (its history) win.
    table : str
        ``component`` or ``grid``: another table of `Edition.delivery_fields`.

    Returns
    -------
    DataFrame or GeoDataFrame
        One row for each row of the input, aligned to its index; missing values
        are empty texts. The geometry follows as it is.

    Raises
    ------
    UnknownEdition
        No such edition.
    """
    held = load_edition(edition)
    source = _with_names(components, departments, areas)
    out: pd.DataFrame = pd.DataFrame(index=components.index)
    for field in held.delivery_fields[table]:
        if field.column not in source:
            out[field.name] = pd.Series("", index=components.index, dtype=object)
            continue
        column = source[field.column]
        if field.type == "date":
            out[field.name] = _dates(column, held.date_format)
        elif field.type == "number":
            out[field.name] = pd.to_numeric(column)
        else:
            out[field.name] = _words(column, held.values.get(field.column, {}))
    if isinstance(components, gpd.GeoDataFrame):
        placed: pd.DataFrame = gpd.GeoDataFrame(
            out, geometry=components.geometry, crs=components.crs
        )
        return placed
    return out


def _with_names(
    components: pd.DataFrame, departments: pd.DataFrame | None, areas: pd.DataFrame | None
) -> dict[str, pd.Series]:
    """Return the columns of the components and those that their codes lead to."""
    source: dict[str, pd.Series] = {str(c): components[c] for c in components.columns}
    bodies, places = _names(departments), _names(areas)
    for role in _ROLES:
        code = source.get(f"{role}_code")
        if code is not None:
            source.setdefault(f"{role}_name", code.map(bodies))
    grid = source.get("grid_code")
    if grid is None:
        return source
    for level, digits in _AREAS:
        given = source.get(f"{level}_code")
        code = _each(grid, _prefix(digits)) if given is None else given
        source[f"{level}_code"] = code
        source.setdefault(f"{level}_name", code.map(places))
    return source


def _names(frame: pd.DataFrame | None) -> dict[str, str]:
    if frame is None:
        return {}
    return {str(c): str(n) for c, n in zip(frame["code"], frame["name"], strict=True)}


def _prefix(digits: int) -> Callable[[str], str]:
    return lambda code: code[:digits]


def _words(column: pd.Series, values: dict[str, str]) -> pd.Series:
    """Return texts, stored values in the edition's words, missing ones empty."""
    return _each(column, lambda value: values.get(value, value))


def _dates(column: pd.Series, form: str) -> pd.Series:
    """Return ISO dates in the edition's form; what is no date stays as it is."""

    def changed(value: str) -> str:
        stamp = pd.to_datetime(value[:10], format="%Y-%m-%d", errors="coerce")
        return value if pd.isna(stamp) else str(stamp.strftime(form))

    return _each(column, changed)


def _each(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Change each distinct value once; a missing one becomes an empty text."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    texts = np.array([*(change(str(v)) for v in distinct), ""], dtype=object)
    out: pd.Series = pd.Series(texts[codes], index=column.index, dtype=object)
    return out
