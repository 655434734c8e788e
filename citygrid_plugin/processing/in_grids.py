"""Points of one layer in the unit grids of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def there(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that have a point."""
    return points[~(points.geometry.is_empty | points.geometry.isna())]


def codes_at(points: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the grid in which each point is; None outside and without a point.

    Parameters
    ----------
    cells : GeoDataFrame
        Grids with their ``code``; points of another CRS are converted to theirs.
    """
    import numpy as np
    import pandas as pd

    from citygrid_core.locate import CellIndex

    index = CellIndex.build(cells.geometry.to_numpy(), cells["code"].to_numpy(dtype=object))
    placed = points.geometry.to_crs(cells.crs)
    found = index.locate(placed.x.to_numpy(), placed.y.to_numpy())
    codes = np.append(np.asarray(index.codes, dtype=object), None)[found]
    return pd.Series(codes, index=points.index, dtype=object)
