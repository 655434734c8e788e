"""Gi* with FDR, and local Moran: ours beside esda with 999 permutations, equal answers.

python benchmarks/heat/hotspots.py [--side 632] [--esda-side 50] [--repeat 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from citygrid_core import heat


def lattice(side: int) -> heat.Contiguity:
    """Queen contiguity of side x side cells."""
    line = sparse.diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(side, side))
    both = sparse.kron(line, line) - sparse.identity(side * side)
    matrix = sparse.csr_matrix(both)
    matrix.eliminate_zeros()
    return heat.Contiguity(matrix)


def median(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    seconds, answer = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=632)
    parser.add_argument("--esda-side", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    random = np.random.default_rng(20261001)
    print("load", os.getloadavg()[0])
    for side in (100, options.side):
        values, near = pd.Series(random.gamma(2.0, 3.0, side * side)), lattice(side)
        seconds, _ = median(lambda v=values, n=near: heat.hotspots(v, n), options.repeat)
        print(f"{side * side:9,} grids  Gi* + FDR, analytic       {seconds * 1000:9.1f} ms")
        seconds, _ = median(lambda v=values, n=near: heat.local_moran(v, n), options.repeat)
        print(f"{side * side:9,} grids  local Moran + FDR          {seconds * 1000:9.1f} ms")

    import esda
    from libpysal.graph import Graph

    side = options.esda_side
    values, near = pd.Series(random.gamma(2.0, 3.0, side * side)), lattice(side)
    star = Graph.from_sparse((near.matrix + sparse.identity(side * side)).tocsr())
    theirs_s, theirs = median(
        lambda: esda.G_Local(values.to_numpy(), star, transform="B", star=True, permutations=999,
                             n_jobs=1, seed=1), 1)  # fmt: skip
    ours_s, ours = median(
        lambda: heat.hotspots(values, near, inference="permutation", permutations=999), 1
    )
    fast_s, fast = median(lambda: heat.hotspots(values, near), options.repeat)
    assert np.allclose(ours["z"], theirs.Zs)
    assert np.allclose(fast["z"], theirs.Zs)
    gap = np.abs(ours["p"] - np.minimum(2 * theirs.p_sim, 1))
    assert gap.quantile(0.99) < 0.12, gap.max()
    print(f"{side * side:9,} grids  esda G_Local, 999          {theirs_s * 1000:9.1f} ms")
    print(f"{side * side:9,} grids  ours, 999 permutations     {ours_s * 1000:9.1f} ms   "
          f"{theirs_s / ours_s:6.1f} x")  # fmt: skip
    print(f"{side * side:9,} grids  ours, analytic             {fast_s * 1000:9.1f} ms   "
          f"{theirs_s / fast_s:6.0f} x")  # fmt: skip


if __name__ == "__main__":
    main()
