"""The best matching of two sets: globally optimal within each cluster of candidates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: Cells of a dense cost matrix; larger clusters are solved as sparse graphs.
_DENSE = 1_000_000


def assign(left: Ints, right: Ints, cost: Floats, alone: float) -> npt.NDArray[np.bool_]:
    """Choose pairs so that the sum of costs is least.

    Each row of either side is in one pair at most; one that is in none costs `alone`. So a
    pair is worth while when it costs less than twice `alone`.

    Parameters
    ----------
    left, right : int array
        Candidate pairs; each pair once.
    cost : float array
        Of each pair, not negative.
    alone : float
        Of each row that stays without a partner.

    Returns
    -------
    bool array
        The pairs chosen. Of several best choices always the same one is taken.
    """
    chosen = np.zeros(len(left), dtype=np.bool_)
    worth = np.flatnonzero(cost < 2 * alone)
    if not len(worth):
        return chosen
    cluster = _clusters(left[worth], right[worth])
    order = worth[np.argsort(cluster, kind="stable")]
    sizes = np.bincount(cluster)
    ends = np.cumsum(sizes)
    single = sizes == 1
    chosen[order[ends[single] - 1]] = True
    for end, size in zip(ends[~single], sizes[~single], strict=True):
        at = order[end - size : end]
        chosen[at[_solve(left[at], right[at], cost[at], alone)]] = True
    return chosen


def _clusters(left: Ints, right: Ints) -> Ints:
    """Return the number of the connected cluster of each pair."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    a, i = np.unique(left, return_inverse=True)
    b, j = np.unique(right, return_inverse=True)
    size = len(a) + len(b)
    graph = coo_matrix((np.ones(len(left)), (i, len(a) + j)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    clusters: Ints = label[i].astype(np.int64)
    return clusters


def _solve(left: Ints, right: Ints, cost: Floats, alone: float) -> Ints:
    """Return which pairs of one cluster are chosen."""
    a, i = np.unique(left, return_inverse=True)
    b, j = np.unique(right, return_inverse=True)
    gain = cost - 2 * alone  # below 0: better together than alone
    if len(a) * len(b) > _DENSE:
        return _sparse(i, j, gain, len(a), len(b))
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(a), len(b)))
    table[i, j] = gain
    which = np.full(table.shape, -1, dtype=np.int64)
    which[i, j] = np.arange(len(left))
    rows, columns = linear_sum_assignment(table)
    found: Ints = which[rows, columns]
    return found[found >= 0]


def _sparse(i: Ints, j: Ints, gain: Floats, n: int, m: int) -> Ints:
    """Solve a large cluster: every row may also take a partner of its own that costs nothing."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    shift = 1.0 - gain.min()  # weights must not be 0: every row has one edge, so all shift alike
    rows = np.concatenate([i, np.arange(n)])
    columns = np.concatenate([j, m + np.arange(n)])
    weights = np.concatenate([gain, np.zeros(n)]) + shift
    graph = csr_matrix((weights, (rows, columns)), shape=(n, m + n))
    row, column = min_weight_full_bipartite_matching(graph)
    taken = {(int(r), int(c)) for r, c in zip(row, column, strict=True) if c < m}
    pairs = zip(i.tolist(), j.tolist(), strict=True)
    return np.array([k for k, pair in enumerate(pairs) if pair in taken], dtype=np.int64)
