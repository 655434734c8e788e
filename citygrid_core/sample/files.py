"""Write files whose bytes are the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from citygrid_core.sample.mesh import Array

#: The date that GeoPackages carry as their last change.
STAMP = "2026-01-01T00:00:00.000Z"


@contextmanager
def fixed_clock() -> Iterator[None]:
    """Let GDAL write `STAMP` where it would write today's date."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_layer(path: Path, layer: str, frame: gpd.GeoDataFrame, kind: str) -> None:
    """Add rows to a layer of a GeoPackage (made when it is missing).

    Parameters
    ----------
    kind : str
        Geometry type of the layer: Point, MultiLineString, Polygon, MultiPolygon.
    """
    if path.exists() and layer in {name for name, _ in pyogrio.list_layers(path)}:
        if len(frame):
            pyogrio.write_dataframe(frame, path, layer=layer, append=True)
        return
    pyogrio.write_dataframe(
        frame,
        path,
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        dataset_options={} if path.exists() else {"VERSION": "1.2"},
        layer_options={"FID": "fid", "GEOMETRY_NAME": "geom"},
    )


def write_rows(path: Path, frame: pd.DataFrame) -> None:
    """Add rows to a CSV file in UTF-8 (with the header when it is new)."""
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, mode="a", header=new, index=False, lineterminator="\n", encoding="utf-8")


def as_multi(shapes: Any) -> Array:
    """Return lines as multilines and polygons as multipolygons."""
    out = np.array(shapes, dtype=object)
    for i, shape in enumerate(out):
        if shape.geom_type == "Polygon":
            out[i] = shapely.MultiPolygon([shape])
        elif shape.geom_type == "LineString":
            out[i] = shapely.MultiLineString([shape])
    return out


def toml_text(values: dict[str, Any]) -> str:
    """Return plain values, lists and tables (one level, or lists of tables) as TOML."""
    head, tables = [], []
    for key, value in values.items():
        if isinstance(value, dict):
            head_of = key if "." in key else _key(key)
            tables += ["", f"[{head_of}]", *(f"{_key(k)} = {_toml(v)}" for k, v in value.items())]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for one in value:
                tables += ["", f"[[{key}]]", *(f"{_key(k)} = {_toml(v)}" for k, v in one.items())]
        else:
            head.append(f"{_key(key)} = {_toml(value)}")
    return "\n".join([*head, *tables]) + "\n"


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").isalnum() else f'"{key}"'


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, (int, float)):
        return repr(int(value) if isinstance(value, int) else float(value))
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
