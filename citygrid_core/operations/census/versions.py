"""Components that change: the version held ends, its successor begins, the code stays."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.workspace import Transaction
from citygrid_core.workspace.schema import FAMILIES


def succeed(
    tx: Transaction, held: gpd.GeoDataFrame, changes: pd.DataFrame, on: str
) -> gpd.GeoDataFrame:
    """Give components new values from a day on.

    Parameters
    ----------
    held : GeoDataFrame
        Valid components as `Workspace.read` gives them.
    changes : DataFrame
        Columns with their new values, one row for each row of `held`, in its order.
    on : str
        ISO date. A version that began that day or later is corrected in place.

    Returns
    -------
    GeoDataFrame
        The components as they are now.
    """
    after = held.copy()
    for name in changes.columns:
        values = changes[name].to_numpy(dtype=object)
        if name == "geometry":
            after = after.set_geometry(gpd.GeoSeries(values, index=after.index, crs=held.crs))
        else:
            after[name] = pd.Series(values, index=after.index, dtype=object)
    begun = (held["valid_from"].astype(str).str[:10] >= on).to_numpy(dtype=bool)
    if begun.any():
        tx.update("components", after[begun])
    if not begun.all():
        tx.end("components", held[~begun], on)
        successor = after[~begun].copy()
        successor["valid_from"], successor["valid_to"] = on, None
        columns = [c.name for c in FAMILIES["components"].columns]
        tx.insert("components", successor[[*columns, "geometry"]])
    return after


def differing(held: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return what would change, cell by cell: object_code, field, before, after."""
    rows = []
    codes = held["code"].to_numpy(dtype=object)
    for name in changes.columns:
        before = np.asarray(held[name].to_numpy(), dtype=object)
        after = np.asarray(changes[name].to_numpy(), dtype=object)
        for code, a, b in zip(codes, before, after, strict=True):
            x, y = _shown(a), _shown(b)
            if x != y:
                rows.append((code, name, x, y))
    frame: pd.DataFrame = pd.DataFrame(
        rows, columns=["object_code", "field", "before", "after"], dtype=object
    )
    return frame


def _shown(value: object) -> str:
    if value is None or value != value:
        return ""
    return str(getattr(value, "wkt", value))
