"""Inference without a distribution: what neighbours could have been by chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]
_BLOCK = 4_000_000


def neighbour_p(
    values: Floats, matrix: scipy.sparse.csr_matrix, *, permutations: int = 999, seed: int = 0
) -> Floats:
    """Return how seldom chance gives neighbours as high (or as low) as these, two-sided.

    Conditional permutation (Anselin 1995, Geographical Analysis 27): the place keeps its
    value, its k neighbours are drawn from all other places without replacement. Local
    Moran and Gi* of a place rise with the sum of its neighbours, so one run serves both.

    Parameters
    ----------
    values : array of length n, none missing
    matrix : scipy.sparse.csr_matrix n x n
        Binary contiguity without its diagonal.

    Returns
    -------
    array
        ``2 (r + 1) / (permutations + 1)``, at most 1, with r the smaller tail; missing
        for a place without neighbours.
    """
    n = len(values)
    degree = np.diff(matrix.indptr)
    most = int(degree.max(initial=0))
    if n < 2 or most == 0:
        return np.full(n, np.nan)
    observed = matrix @ values
    random = np.random.default_rng(seed)
    draws = np.stack([random.choice(n - 1, most, replace=False) for _ in range(permutations)])
    above = np.zeros(n, dtype=np.int64)
    below = np.zeros(n, dtype=np.int64)
    slack = 1e-9 * max(float(np.abs(values).max()), 1.0)
    for k in np.unique(degree[degree > 0]):
        places = np.flatnonzero(degree == k)
        drawn = draws[:, :k]
        step = max(_BLOCK // (permutations * int(k)), 1)
        for at in range(0, len(places), step):
            part = places[at : at + step]
            # a draw is among the others: from the place itself on, one further
            chosen = drawn[None] + (drawn[None] >= part[:, None, None])
            sums = values[chosen].sum(axis=2)
            above[part] = (sums >= observed[part, None] - slack).sum(axis=1)
            below[part] = (sums <= observed[part, None] + slack).sum(axis=1)
    p = np.minimum(2.0 * (np.minimum(above, below) + 1) / (permutations + 1), 1.0)
    result: Floats = np.where(degree > 0, p, np.nan)
    return result
