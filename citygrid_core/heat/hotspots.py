"""Hot and cold spots that are more than chance: Getis-Ord Gi* with FDR control.

Ord and Getis (1995), *Local spatial autocorrelation statistics*, Geographical
Analysis 27; Benjamini and Hochberg (1995) for the false discovery rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
import shapely

from citygrid_core.errors import MissingCrs, Text
from citygrid_core.heat.permutation import neighbour_p
from citygrid_core.heat.tails import skewness, two_sided

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contiguity:
    """Which grids touch: a symmetric boolean matrix without its diagonal.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix
        1 where two grids share a border or a corner (queen contiguity).
    """

    matrix: scipy.sparse.csr_matrix

    @property
    def neighbours(self) -> npt.NDArray[np.int64]:
        """Number of neighbours of each grid."""
        return np.diff(self.matrix.indptr).astype(np.int64)


def contiguity(grids: gpd.GeoDataFrame, *, tolerance_m: float = 0.01) -> Contiguity:
    """Find the neighbours of each grid.

    Parameters
    ----------
    grids : GeoDataFrame
        Polygons in a projected CRS (metres).
    tolerance_m : float
        Grids that come this near are neighbours, so that a hair's gap in an
        imported coverage isolates no grid. 0 asks for an exact touch.

    Raises
    ------
    MissingCrs
        The frame has no CRS.
    """
    if grids.crs is None:
        raise MissingCrs(Text("grids", "单元网格"))
    shapes = grids.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    if tolerance_m > 0:
        left, right = tree.query(shapes, predicate="dwithin", distance=tolerance_m)
    else:
        left, right = tree.query(shapes, predicate="intersects")
    apart = left != right
    ones = np.ones(int(apart.sum()))
    size = len(shapes)
    matrix = scipy.sparse.csr_matrix((ones, (left[apart], right[apart])), shape=(size, size))
    return Contiguity(matrix)


def getis_ord_star(values: npt.ArrayLike, weights: scipy.sparse.spmatrix) -> Floats:
    """Return the standardised Gi* of each place.

    Parameters
    ----------
    values : array of length n
    weights : sparse matrix n x n
        With its diagonal: Gi* counts the place itself.

    Returns
    -------
    array of z values
        Missing where all values are equal, or a place has all as neighbours.
    """
    x = np.asarray(values, dtype=np.float64)
    w = scipy.sparse.csr_matrix(weights)
    n = len(x)
    mean = x.mean() if n else np.nan
    spread = np.sqrt(max((x * x).mean() - mean * mean, 0.0)) if n else np.nan
    total = np.asarray(w.sum(axis=1)).ravel()
    squares = np.asarray(w.multiply(w).sum(axis=1)).ravel()
    room = n * squares - total * total
    with np.errstate(divide="ignore", invalid="ignore"):
        below = spread * np.sqrt(np.where(room > 0, room, np.nan) / (n - 1))
        z = (w @ x - mean * total) / below
    z[~np.isfinite(z)] = np.nan
    return np.asarray(z, dtype=np.float64)


def false_discovery_rate(p: npt.ArrayLike) -> Floats:
    """Return the Benjamini-Hochberg adjusted p values (missing ones stay missing).

    Calling significant what is <= q keeps the expected share of false findings
    among the findings at or below q.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]
    m = len(order)
    steps = values[order] * m / np.arange(1, m + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted


def hotspots(
    values: pd.Series[float],
    neighbours: Contiguity,
    *,
    false_share: float = 0.05,
    inference: Literal["analytic", "permutation"] = "analytic",
    permutations: int = 999,
    seed: int = 0,
    skew: float | None = None,
) -> pd.DataFrame:
    """Say which grids are hot or cold, and how surely.

    Parameters
    ----------
    values : Series
        One value for each grid, in the order of `neighbours`: cases per
        hectare, or any rate.
    neighbours : Contiguity
    false_share : float
        The share of false findings among the findings that is accepted.
    inference : str
        ``analytic``: p from the exact mean, variance and skewness of the sums that chance
        gives (see `heat.tails`), in milliseconds; ``permutation``: from conditional
        permutations, without any assumption about the values.
    permutations, seed : int
        For ``permutation``.
    skew : float, optional
        For ``analytic``: how skewed the values are where there is no pattern (see
        `expected_skewness`); by default as skewed as they are.

    Returns
    -------
    DataFrame
        Aligned to `values`: ``z`` (Gi*), ``p`` (two-sided), ``q`` (p
        after FDR control) and ``spot``: "hot", "cold", "" (not significant).

    Notes
    -----
    A grid whose value is missing has no z, and its neighbours are judged
    without it: a missing rate is not a rate of zero.
    """
    x = values.to_numpy(dtype=np.float64)
    known = ~np.isnan(x)
    z = np.full(len(x), np.nan)
    whole = bool(known.all())
    matrix = neighbours.matrix if whole else neighbours.matrix[known][:, known]
    z[known] = star(x[known], matrix)
    p = np.full(len(x), np.nan)
    if inference == "permutation":
        chance = neighbour_p(x[known], matrix, permutations=permutations, seed=seed)
        p[known] = np.where(np.isnan(z[known]), np.nan, chance)
    elif known.any():
        members = np.diff(matrix.indptr) + 1.0
        p[known] = two_sided(
            z[known], members, float(known.sum()), skewness(x[known]) if skew is None else skew
        )
    q = false_discovery_rate(p)
    spot = np.where(q <= false_share, np.where(z > 0, "hot", "cold"), "")
    frame: pd.DataFrame = pd.DataFrame({"z": z, "p": p, "q": q, "spot": spot}, index=values.index)
    return frame


def star(x: Floats, matrix: scipy.sparse.csr_matrix) -> Floats:
    """Return Gi* for binary contiguity: `getis_ord_star` without making its weights.

    Parameters
    ----------
    x : array (places,) or (places, times)
        Each time is judged by itself.
    """
    n = len(x)
    if n < 2:
        return np.full(x.shape, np.nan)
    members = np.diff(matrix.indptr) + 1.0
    members = members.reshape(-1, *[1] * (x.ndim - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        below = x.std(axis=0) * np.sqrt(members * (n - members) / (n - 1))
        z = (matrix @ x + x - x.mean(axis=0) * members) / below
    z[~np.isfinite(z)] = np.nan
    return np.asarray(z, dtype=np.float64)
