"""The three-way merge of attributes and geometries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.frames import differs

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Merge:
    """What becomes of each cell.

    Attributes
    ----------
    merged : DataFrame or GeoDataFrame
        `mine` with every value that only `theirs` changed.
    touched : DataFrame of bool
        Where `theirs` differs from the base.
    written : DataFrame of bool
        Where `merged` differs from `mine`.
    conflicts : DataFrame of bool
        Where both sides changed the base, and not to the same value; `merged` keeps mine.
    """

    merged: pd.DataFrame
    touched: pd.DataFrame
    written: pd.DataFrame
    conflicts: pd.DataFrame


def three_way(
    base: pd.DataFrame,
    mine: pd.DataFrame,
    theirs: pd.DataFrame,
    columns: Sequence[str],
    *,
    tolerance: float = 5e-4,
) -> Merge:
    """Merge what two sides made of one base, cell by cell.

    A cell that only one side changed takes that side's value; one that both changed
    to the same value has it; one that both changed differently is a conflict and keeps
    mine. An emptied cell is a change like any other.

    Parameters
    ----------
    base, mine, theirs : DataFrame or GeoDataFrame
        The same rows in the same order; geometries in one projected CRS (metres).
    columns : sequence of str
        What is merged; ``geometry`` is one.
    tolerance : float
        Numbers and coordinates that differ by less are equal (metres; the default is half
        a millimetre, what a store and a GeoPackage keep).

    Raises
    ------
    UsageError
        The frames are not aligned.

    Notes
    -----
    The rules are those of diff3 (Khanna, Kunal and Pierce, *A formal investigation of
    diff3*, FSTTCS 2007) for records: a change is taken when it is the only one, so
    merging is stable (``merge(b, b, t) == t``, ``merge(b, m, b) == m``) and, but for
    whose value a conflict keeps, symmetric.
    """
    if not (base.index.equals(mine.index) and base.index.equals(theirs.index)):
        raise UsageError(
            Text("base, mine and theirs must have the same rows", "三方合并的行必须一一对应")
        )
    touched, written, conflicts = {}, {}, {}
    merged = mine.copy()
    for name in columns:
        by_them = differs(base[name], theirs[name], tolerance=tolerance)
        by_me = differs(base[name], mine[name], tolerance=tolerance)
        unlike = differs(mine[name], theirs[name], tolerance=tolerance)
        take: Bools = by_them & ~by_me & unlike
        touched[name], written[name] = by_them, take
        conflicts[name] = by_them & by_me & unlike
        if take.any():
            merged[name] = _put(mine[name], theirs[name], take)
    return Merge(
        merged,
        _frame(touched, base.index),
        _frame(written, base.index),
        _frame(conflicts, base.index),
    )


def _frame(cells: dict[str, Bools], index: pd.Index) -> pd.DataFrame:
    frame: pd.DataFrame = pd.DataFrame(cells, index=index, dtype=bool)
    return frame


def _put(mine: pd.Series, theirs: pd.Series, take: Bools) -> pd.Series:
    values = mine.to_numpy(dtype=object).copy()
    values[take] = theirs.to_numpy(dtype=object)[take]
    if str(mine.dtype) == "geometry":
        shapes: pd.Series = gpd.GeoSeries(values, index=mine.index, crs=mine.crs)
        return shapes
    series: pd.Series = pd.Series(values, index=mine.index, dtype=object)
    return series
