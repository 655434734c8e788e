"""What was taken, small enough to be kept: a frame as one text, and what changed since."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

_GEOMETRY = "geometry"


def encode(frame: gpd.GeoDataFrame) -> str:
    """Return a frame as one text: JSON, compressed; the same frame gives the same text.

    Parameters
    ----------
    frame : GeoDataFrame
        Indexed by text; values are texts, whole numbers, reals or nothing; plane geometry.
    """
    plain: dict[str, list[Any]] = {"": [str(i) for i in frame.index]}
    for name in frame.columns:
        if name == _GEOMETRY:
            wkb = shapely.to_wkb(frame.geometry.to_numpy(), hex=True, byte_order=1)
            plain[name] = [None if w is None else str(w) for w in wkb]
        else:
            plain[name] = [_plain(v) for v in frame[name].to_numpy(dtype=object)]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 6)).decode("ascii")


def decode(text: str, crs: object) -> gpd.GeoDataFrame:
    """Return the frame that `encode` wrote; every column but the geometry is ``object``.

    Raises
    ------
    ValueError
        The text is none of `encode`'s.
    """
    try:
        plain = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        index = pd.Index(plain.pop(""), dtype=object)
    except (zlib.error, ValueError, KeyError, AttributeError) as error:
        raise ValueError("not a snapshot") from error
    shapes = shapely.from_wkb(np.array(plain.pop(_GEOMETRY, [None] * len(index)), dtype=object))
    columns = {n: pd.Series(v, index=index, dtype=object) for n, v in plain.items()}
    frame: gpd.GeoDataFrame = gpd.GeoDataFrame(
        columns, index=index, geometry=gpd.GeoSeries(shapes, index=index, crs=crs)
    )
    return frame


def compose(first: gpd.GeoDataFrame, later: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return a base with what later states changed: their rows replace those of the same label."""
    whole = first
    for part in later:
        if not len(part):
            continue
        kept = whole[~whole.index.isin(part.index)]
        columns = [*whole.columns, *(c for c in part.columns if c not in whole.columns)]
        both = [f.reindex(columns=columns) for f in (kept, part) if len(f)]
        shapes = np.concatenate([f.geometry.to_numpy() for f in both])
        index = pd.Index(np.concatenate([f.index.to_numpy(dtype=object) for f in both]))
        values = {
            c: pd.Series(
                np.concatenate([f[c].to_numpy(dtype=object) for f in both]), index, dtype=object
            )
            for c in columns
            if c != _GEOMETRY
        }
        whole = gpd.GeoDataFrame(
            values, index=index, geometry=gpd.GeoSeries(shapes, index=index, crs=first.crs)
        )
    return whole


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if value != value:
            return None
        return int(value) if value.is_integer() else value
    return value
