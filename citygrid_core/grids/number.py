"""Codes of unit grids: rows from north to south, in a row from west to east."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.grids.errors import MissingColumn, TooManyGrids
from citygrid_core.grids.frames import geometries, require_metres

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Digits of the sequence by edition; 15 digits in all from GB/T 30428.1-2013 on,
#: 14 in CJ/T 213-2005.
SEQUENCE_DIGITS: Mapping[str, int] = {"cjt214-2007": 2}


def sequence_digits(edition: str) -> int:
    """Return how many digits the sequence of a grid code has in `edition`."""
    return SEQUENCE_DIGITS.get(edition, 3)


def reading_order(x: Floats, y: Floats, area_m2: Floats, row_tolerance_m: float | None) -> Ints:
    """Return the order of cells as one reads a page.

    A row begins with the northernmost cell that is left; every cell whose
    centre is at most `row_tolerance_m` further south belongs to it. Within a
    row from west to east; ties by north, then by position.

    Parameters
    ----------
    x, y : float array
        Centres, metres.
    area_m2 : float array
    row_tolerance_m : float or None
        None: six tenths of the side of a square cell of median area.
    """
    if not len(x):
        return np.empty(0, dtype=np.int64)
    if row_tolerance_m is None:
        row_tolerance_m = 0.6 * float(np.sqrt(np.median(area_m2)))
    # millimetres: the last bits of a centroid must not decide
    x, y = np.round(x, 3), np.round(y, 3)
    down = np.lexsort((x, -y))
    row = np.zeros(len(x), dtype=np.int64)
    top, current = y[down[0]], 0
    for index in down:
        if top - y[index] > row_tolerance_m:
            top, current = y[index], current + 1
        row[index] = current
    return np.asarray(np.lexsort((-y, x, row)), dtype=np.int64)


def number(
    grids: gpd.GeoDataFrame,
    *,
    edition: str = "gbt47678-2026",
    row_tolerance_m: float | None = None,
    start_after: Mapping[str, int] | None = None,
) -> pd.Series:
    """Return a code for every unit grid, aligned to the index of `grids`.

    12 digits of the community and a sequence that begins at 001, rows from
    north to south, in a row from west to east (DB11/T 318; all editions).

    Parameters
    ----------
    grids : GeoDataFrame
        ``community_code`` and polygons, projected.
    edition : str
        ``cjt214-2007`` gives 14 digits (CJ/T 213-2005), later ones 15.
    row_tolerance_m : float, optional
        See `reading_order`.
    start_after : mapping, optional
        Community to the highest sequence ever used there: new cells go on from it.

    Raises
    ------
    TooManyGrids
        A community needs a higher number than its digits hold.
    """
    require_metres(grids, "grids")
    if "community_code" not in grids.columns:
        raise MissingColumn("grids", "community_code")
    shapes = geometries(grids)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    area = shapely.area(shapes)
    digits = sequence_digits(edition)
    most = 10**digits - 1
    community = grids["community_code"].astype(str).to_numpy(dtype=object)
    codes = np.full(len(grids), "", dtype=object)
    for name, place in pd.Series(np.arange(len(grids))).groupby(community).indices.items():
        last = (start_after or {}).get(str(name), 0)
        if last + len(place) > most:
            raise TooManyGrids(str(name), last + len(place), most)
        order = reading_order(centre[place, 0], centre[place, 1], area[place], row_tolerance_m)
        for step, index in enumerate(place[order], start=last + 1):
            codes[index] = f"{name}{step:0{digits}d}"
    result: pd.Series = pd.Series(codes, index=grids.index, name="code", dtype=object)
    return result
