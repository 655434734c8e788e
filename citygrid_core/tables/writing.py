"""Frames become files: CSV, XLSX, GeoPackage or GeoJSON, by the suffix."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Language, MissingCrs, Text, UsageError
from citygrid_core.tables.rejects import guarded
from citygrid_core.tables.saving import saved, write_sheet

_SUFFIXES = (".csv", ".tsv", ".xlsx", ".gpkg", ".geojson", ".json")
#: The date that a GeoPackage carries: its bytes come from the data only.
_MOMENT = "1980-01-01T00:00:00.000Z"


def write(
    frame: pd.DataFrame,
    path: str | Path,
    *,
    overwrite: bool = False,
    layer: str | None = None,
    lang: Language = "zh",
    guard: bool = True,
    geometry_type: str | None = None,
) -> Path:
    """Write a frame to a file, whole or not at all.

    The same frame gives the same bytes. Points in CSV and XLSX are columns x and y
    (unless the frame has columns of these names), other geometries WKT.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Its index is not written.
    path : path
        ``.csv``, ``.tsv``, ``.xlsx``, ``.gpkg`` or ``.geojson`` (``.json``).
    overwrite : bool
        Whether an existing file is replaced.
    layer : str, optional
        Name of the layer or sheet; default: the name of the file.
    lang : {"zh", "en"}
        For zh a CSV file carries a byte order mark, so that Excel sees UTF-8.
    guard : bool
        Whether a text in CSV that a sheet would take for a formula gets an
        apostrophe in front (see `rejects`); False for files that only programs read.
    geometry_type : str, optional
        What a GeoPackage layer declares when it is empty (``"Point"``): rows say it else.

    Raises
    ------
    UsageError
        Unknown suffix, an existing file, a workspace, GeoJSON without geometry.
    MissingCrs
        A GeoDataFrame without CRS into a vector format.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        listed = " ".join(_SUFFIXES)
        raise UsageError(
            Text(
                f"{path.name}: the suffix must be one of {listed}",
                f"{path.name}：扩展名须为 {listed} 之一",
            )
        )
    if len(set(map(str, frame.columns))) != len(frame.columns):
        raise UsageError(Text(f"{path.name}: column names are repeated", f"{path.name}：列名重复"))
    name = layer or path.stem
    with saved(path, overwrite=overwrite) as temporary:
        if suffix in (".csv", ".tsv"):
            _csv(frame, temporary, "\t" if suffix == ".tsv" else ",", lang, guard)
        elif suffix == ".xlsx":
            flat = _flat(frame)
            rows = zip(*(_cells(flat[c]) for c in flat.columns), strict=True)
            write_sheet(temporary, name, [str(c) for c in flat.columns], rows)
        else:
            _vector(frame, temporary, suffix, name, None if len(frame) else geometry_type)
    return path


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its geometry as plain columns."""
    flat: pd.DataFrame = pd.DataFrame(frame.copy())
    for column in [c for c in frame.columns if isinstance(frame[c].dtype, gpd.array.GeometryDtype)]:
        shapes = frame[column].to_numpy()
        points = bool((shapely.is_missing(shapes) | (shapely.get_type_id(shapes) == 0)).all())
        flat = flat.drop(columns=column)
        if points and not {"x", "y"} & set(flat.columns):
            flat["x"], flat["y"] = shapely.get_x(shapes), shapely.get_y(shapes)
        else:
            flat[column] = pd.Series(
                shapely.to_wkt(shapes, rounding_precision=9), frame.index, dtype=object
            )
    return flat


def _texts(column: pd.Series[Any]) -> list[str]:
    return ["" if pd.isna(v) else _text(v) for v in column.array]


def _text(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if value != value.normalize() else value.date().isoformat()
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


def _cells(column: pd.Series[Any]) -> list[Any]:
    return [_cell(v) for v in column.array]


def _cell(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        # Excel keeps 15 digits of a number.
        return int(value) if abs(int(value)) < 10**15 else str(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else str(value)
    return _text(value)


def _csv(frame: pd.DataFrame, path: Path, separator: str, lang: Language, guard: bool) -> None:
    flat = _flat(frame)
    for name in flat.columns:
        texts = _texts(flat[name])
        if guard and not pd.api.types.is_numeric_dtype(flat[name].dtype):
            texts = [guarded(t) for t in texts]
        flat[name] = pd.Series(texts, index=flat.index, dtype=object)
    flat.to_csv(
        path,
        sep=separator,
        index=False,
        header=[guarded(str(c)) if guard else str(c) for c in flat.columns],
        encoding="utf-8-sig" if lang == "zh" else "utf-8",
        lineterminator="\r\n" if lang == "zh" else "\n",
    )


def _vector(
    frame: pd.DataFrame, path: Path, suffix: str, layer: str, empty_type: str | None
) -> None:
    import pyogrio

    drawn = isinstance(frame, gpd.GeoDataFrame)
    if drawn and frame.crs is None:
        raise MissingCrs(layer)
    if not drawn and suffix != ".gpkg":
        raise UsageError(
            Text(
                "GeoJSON needs a geometry; write CSV or XLSX",
                "GeoJSON 需要几何图形；请写出 CSV 或 XLSX",
            )
        )
    plain = frame.reset_index(drop=True)
    for name in plain.columns:
        if plain[name].dtype == object:
            plain[name] = pd.Series(
                [_json(v) for v in plain[name]], index=plain.index, dtype=object
            )
    # In memory first: GDAL ends well on a disk that is full, and leaves half a file.
    made = io.BytesIO()
    if suffix == ".gpkg":
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _MOMENT})
        try:
            pyogrio.write_dataframe(
                plain, made, layer=layer, driver="GPKG", geometry_type=empty_type
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    else:
        pyogrio.write_dataframe(plain, made, layer=layer, driver="GeoJSON")
    path.write_bytes(made.getbuffer())


def _json(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value
