"""How much was missed: a second, independent survey of some blocks, capture and recapture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.stats import norm

from citygrid_core.errors import Text, UsageError

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Completeness:
    """How much of what is there was surveyed.

    Attributes
    ----------
    first, second, both : int
        Components of the census, of the second survey, and in both.
    total, total_low, total_high : float
        Components that are there, with the interval.
    rate, low, high : float
        first / total, 0 to 1.
    """

    first: int
    second: int
    both: int
    total: float
    total_low: float
    total_high: float
    rate: float
    low: float
    high: float


def completeness(first: int, second: int, both: int, *, confidence: float = 0.95) -> Completeness:
    """Estimate completeness from two surveys that don't know of one another.

    Parameters
    ----------
    first, second, both : int
        Components found by the census, by the second survey of the same blocks, by both.

    Raises
    ------
    UsageError
        More in both than in one.

    Notes
    -----
    Chapman's estimator (Univ. of California Publ. in Statistics 1, 1951) with Seber's
    variance (*The Estimation of Animal Abundance*, 1982, p. 60). The interval is log-normal
    in the number that neither survey saw (Chao, *Biometrics* 43, 1987): it never says that
    fewer are there than were seen. Things that are hard to see for both surveys make the
    total too low: completeness is at best what is said here.
    """
    if both > min(first, second) or min(first, second, both) < 0:
        raise UsageError(Text("more matches than components", "匹配数不能大于任一次调查的部件数"))
    seen = first + second - both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (
        (first + 1) * (second + 1) * (first - both) * (second - both)
        / ((both + 1) ** 2 * (both + 2))
    )  # fmt: skip
    unseen = max(total - seen, 0.0)
    low = high = total
    if unseen > 0 and variance > 0:
        z = float(norm.ppf(0.5 + confidence / 2))
        spread = float(np.exp(z * np.sqrt(np.log(1 + variance / unseen**2))))
        low, high = seen + unseen / spread, seen + unseen * spread
    rate = first / total if total > 0 else float("nan")
    return Completeness(
        first,
        second,
        both,
        float(total),
        float(low),
        float(high),
        min(float(rate), 1.0),
        min(first / high, 1.0) if high > 0 else float("nan"),
        min(first / low, 1.0) if low > 0 else float("nan"),
    )


def same_things(
    first: pd.DataFrame, second: pd.DataFrame, radii: Mapping[str, float], default: float = 1.0
) -> Ints:
    """Match two surveys: the same class, near enough, each at most once, distances least in all.

    Parameters
    ----------
    first, second : DataFrame
        ``class_code``, ``x``, ``y`` in metres.
    radii : mapping of str to float
        Metres within which two components of a class are the same thing.

    Returns
    -------
    array of int
        For each row of `second` its row in `first`, -1 for none. Most pairs first, then the
        least sum of distances, inside each cluster of candidates (Kuhn 1955, as solved by
        scipy's ``linear_sum_assignment``).
    """
    match: Ints = np.full(len(second), -1, dtype=np.int64)
    for class_code in sorted(set(second["class_code"]) & set(first["class_code"])):
        at = np.flatnonzero(first["class_code"].to_numpy() == class_code)
        to = np.flatnonzero(second["class_code"].to_numpy() == class_code)
        radius = float(radii.get(str(class_code), default))
        a = cKDTree(first[["x", "y"]].to_numpy(dtype=float)[at])
        b = cKDTree(second[["x", "y"]].to_numpy(dtype=float)[to])
        near: Any = a.sparse_distance_matrix(b, radius, output_type="coo_matrix")
        if not near.nnz:
            continue
        n = len(at)
        graph = coo_matrix((np.ones(near.nnz), (near.row, near.col + n)), (n + len(to),) * 2)
        _, label = connected_components(graph, directed=False)
        order = np.argsort(label[near.row], kind="stable")
        row, col, far = near.row[order], near.col[order], near.data[order]
        for part in np.split(np.arange(len(row)), np.flatnonzero(np.diff(label[row])) + 1):
            rows, r = np.unique(row[part], return_inverse=True)
            cols, c = np.unique(col[part], return_inverse=True)
            # a pair that is not allowed costs more than all that are
            cost = np.full((len(rows), len(cols)), (radius + 1) * (len(part) + 1))
            cost[r, c] = far[part]
            i, j = linear_sum_assignment(cost)
            good = cost[i, j] <= radius
            match[to[cols[j[good]]]] = at[rows[i[good]]]
    return match
