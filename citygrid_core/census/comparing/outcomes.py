"""What became of each component between two censuses."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.census.comparing.assignment import assign
from citygrid_core.errors import MissingCrs, Text, UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Columns whose difference makes a component changed.
COMPARED = (
    "class_code", "name", "state", "supervising_code", "owning_code", "maintaining_code",
    "manhole_number", "asset_number",
)  # fmt: skip
#: Extra cost, in shares of the reach, of a pair that contradicts itself.
_OTHER_CLASS, _OTHER_OWNER, _OTHER_NUMBER = 0.6, 0.1, 0.8
_NUMBERS = ("manhole_number", "asset_number")


def compare_censuses(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    reach_m: float = 5.0,
    same_m: float = 0.5,
    columns: Sequence[str] = COMPARED,
) -> pd.DataFrame:
    """Compare two censuses without relying on keys.

    Candidates are pairs nearer than `reach_m`, of one kind of geometry; among them the
    matching of least total cost is taken, cluster by cluster: distance as a share of the
    reach, more for another class, owner or number.

    Parameters
    ----------
    old, new : GeoDataFrame
        class_code and geometry, in one projected CRS; other columns of the store where
        they have them.
    reach_m : float
        Farther apart, two are never the same component.
    same_m : float
        Nearer, one has not moved: the accuracy of the two surveys together.
    columns : sequence of str
        What makes a component changed, where both frames say something.

    Returns
    -------
    DataFrame
        One row for each component of either: old, new (labels, None where there is
        none), outcome (``new``, ``gone``, ``moved``, ``changed``, ``unchanged``),
        distance_m, fields (the columns that differ, joined by #). One that moved and
        changed is ``changed``, and distance_m says how far it moved. In the order of
        `old`, then the new ones.

    Raises
    ------
    MissingCrs, UsageError
        No CRS, degrees, or two different CRSs.
    """
    _check(old, new)
    a, b = _middles(old), _middles(new)
    left, right, distance = _candidates(old, new, a, b, reach_m)
    cost = distance / reach_m + _contradictions(old, new, left, right)
    taken = assign(left, right, cost, alone=0.5)
    left, right, distance = left[taken], right[taken], distance[taken]
    fields = _fields(old, new, left, right, columns)
    moved = distance > same_m
    outcome = np.where(fields != "", "changed", np.where(moved, "moved", "unchanged"))
    gone = np.setdiff1d(np.arange(len(old)), left)
    fresh = np.setdiff1d(np.arange(len(new)), right)
    one = np.concatenate([left, gone, np.full(len(fresh), len(old), dtype=np.int64)])
    two = np.concatenate([right, np.full(len(gone), -1, dtype=np.int64), fresh])
    labels_old, labels_new = _labels(old), _labels(new)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "old": pd.Series(labels_old[one], dtype=object),
            "new": pd.Series(labels_new[two], dtype=object),
            "outcome": pd.Series(
                np.concatenate([outcome, np.full(len(gone), "gone"), np.full(len(fresh), "new")]),
                dtype=object,
            ),
            "distance_m": np.concatenate([distance, np.full(len(gone) + len(fresh), np.nan)]),
            "fields": pd.Series(
                np.concatenate([fields, np.full(len(gone) + len(fresh), "")]), dtype=object
            ),
        }
    )
    order = np.lexsort((two, one))
    ordered: pd.DataFrame = frame.iloc[order].reset_index(drop=True)
    return ordered


def _labels(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the labels of a frame, and None behind them."""
    labels = np.full(len(frame) + 1, None, dtype=object)
    labels[:-1] = frame.index.to_numpy(dtype=object)
    return labels


def _check(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> None:
    for frame in (old, new):
        if frame.crs is None:
            raise MissingCrs(Text("components", "部件"))
    if old.crs != new.crs or not old.crs.is_projected:
        a, b = old.crs.to_string(), new.crs.to_string()
        raise UsageError(
            Text(
                f"both censuses must be in one projected CRS, not {a} and {b}",
                f"两次普查须采用同一投影坐标系，而不是 {a} 与 {b}",
            )
        )


def _middles(frame: gpd.GeoDataFrame) -> Floats:
    """Return a point of each component: the middle of its box; NaN without geometry."""
    bounds = shapely.bounds(np.asarray(frame.geometry.to_numpy(), dtype=object)).reshape(-1, 4)
    middles: Floats = (bounds[:, :2] + bounds[:, 2:]) / 2
    return middles


def _candidates(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, a: Floats, b: Floats, reach: float
) -> tuple[Ints, Ints, Floats]:
    from scipy.spatial import cKDTree

    i, j = (np.flatnonzero(np.isfinite(xy).all(axis=1)) for xy in (a, b))
    if not len(i) or not len(j):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    found = cKDTree(a[i]).sparse_distance_matrix(cKDTree(b[j]), reach, output_type="ndarray")
    left, right = i[found["i"]], j[found["j"]]
    kind = [
        shapely.get_dimensions(np.asarray(f.geometry.to_numpy(), dtype=object)) for f in (old, new)
    ]
    same = kind[0][left] == kind[1][right]
    order = np.lexsort((right[same], left[same]))
    return left[same][order], right[same][order], found["v"][same][order]


def _contradictions(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, left: Ints, right: Ints
) -> Floats:
    cost = np.zeros(len(left))
    for name, weight in (
        ("class_code", _OTHER_CLASS),
        ("owning_code", _OTHER_OWNER),
        *((n, _OTHER_NUMBER) for n in _NUMBERS),
    ):
        cost += weight * _differ(old, new, left, right, name)
    return cost


def _differ(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, left: Ints, right: Ints, name: str
) -> npt.NDArray[np.bool_]:
    """Return the pairs in which both say something in a column, and not the same."""
    if name not in old or name not in new:
        return np.zeros(len(left), dtype=bool)
    both = np.concatenate([old[name].to_numpy(dtype=object), new[name].to_numpy(dtype=object)])
    codes, distinct = pd.factorize(both, use_na_sentinel=True)
    empty = np.append(np.array([v == "" for v in distinct], dtype=bool), True)
    a, b = codes[left], codes[len(old) + right]
    differ: npt.NDArray[np.bool_] = ~empty[a] & ~empty[b] & (a != b)
    return differ


def _fields(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    left: Ints,
    right: Ints,
    columns: Sequence[str],
) -> npt.NDArray[np.object_]:
    out = np.full(len(left), "", dtype=object)
    for name in columns:
        for k in np.flatnonzero(_differ(old, new, left, right, name)):
            out[k] = f"{out[k]}#{name}" if out[k] else name
    return out
