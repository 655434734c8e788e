"""How much work waits in a grid: metres of street and components to be found."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

#: Components for each metre of street where nothing is known: about 800,000 components on
#: 2,700 km of streets in a city of 150 km² (Nanchang's founding figures).
PER_METRE = 0.3
#: Components for each square metre where there are no streets either.
PER_SQUARE_METRE = 0.0053


def street_lengths(grids: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> pd.Series:
    """Return metres of street in each grid.

    A street on the border of two grids counts half in each, so that the metres of the
    city are conserved.

    Parameters
    ----------
    grids, streets : GeoDataFrame
        Polygons and lines in one projected CRS.
    """
    cells, lines = grids.geometry.to_numpy(), streets.geometry.to_numpy()
    length = np.zeros(len(cells))
    if len(lines):
        line, cell = shapely.STRtree(cells).query(lines, predicate="intersects")
        inside = shapely.length(shapely.intersection(lines[line], cells[cell]))
        border = shapely.length(shapely.intersection(lines[line], shapely.boundary(cells[cell])))
        np.add.at(length, cell, inside - border / 2)
    found: pd.Series = pd.Series(length, index=grids.index, dtype=np.float64)
    return found


def expected_components(
    grids: gpd.GeoDataFrame, held: pd.Series, streets_m: pd.Series
) -> pd.Series:
    """Return how many components are expected in each grid.

    Where components are held already, as many (a census finds what the last one found,
    and more); elsewhere as many for each metre of street as the surveyed grids have, and
    `PER_METRE` where no grid is surveyed.

    Parameters
    ----------
    grids : GeoDataFrame
        ``code`` and polygons.
    held : Series of int
        Components held, by grid code.
    streets_m : Series
        Metres of street, by the index of `grids`.
    """
    count = grids["code"].map(held).fillna(0).to_numpy(dtype=np.float64)
    metres = streets_m.reindex(grids.index).fillna(0.0).to_numpy(dtype=np.float64)
    surveyed = count > 0
    walked = metres[surveyed].sum()
    rate = count[surveyed].sum() / walked if walked > 0 else PER_METRE
    by_street = metres * rate
    if metres.sum() == 0:
        by_street = grids.geometry.area.to_numpy() * PER_SQUARE_METRE
    expected: pd.Series = pd.Series(
        np.where(surveyed, count, by_street), index=grids.index, dtype=np.float64
    )
    return expected
