"""Gi* with FDR, and local Moran: ours beside esda with 999 permutations, equal answers.

python benchmarks/heat/hotspots.py [--side 632] [--esda-side 100] [--repeat 5]
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.heat.peers import Cost, measured
from citygrid_core import heat


def lattice(side: int) -> heat.Contiguity:
    """Queen contiguity of side x side cells."""
    line = sparse.diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(side, side))
    both = sparse.kron(line, line) - sparse.identity(side * side)
    matrix = sparse.csr_matrix(both)
    matrix.eliminate_zeros()
    return heat.Contiguity(matrix)


def show(name: str, cost: Cost, ours: Cost | None = None) -> None:
    ratio = f"   {cost.cpu / ours.cpu:9.1f} x ours" if ours else ""
    print(f"{name:44s} {cost.cpu * 1000:9.1f} ms ({cost.wall * 1000:9.1f}){ratio}", flush=True)


def run(repeat: int = 5, side: int = 632, esda_side: int = 100) -> None:
    random = np.random.default_rng(20261001)
    for n in (100, side):
        values, near = pd.Series(random.gamma(2.0, 3.0, n * n)), lattice(n)
        cost, found = measured(lambda v=values, w=near: heat.hotspots(v, w), repeat)
        show(f"{n * n:9,} grids  Gi* + FDR, analytic", cost)
        fdr, _ = measured(lambda p=found["p"]: heat.false_discovery_rate(p), repeat)
        show("                 of it FDR", fdr)
        cost, _ = measured(lambda v=values, w=near: heat.local_moran(v, w), repeat)
        show(f"{n * n:9,} grids  local Moran + FDR", cost)

    import esda
    from libpysal.graph import Graph

    n = esda_side * esda_side
    values, near = pd.Series(random.gamma(2.0, 3.0, n)), lattice(esda_side)
    star = Graph.from_sparse((near.matrix + sparse.identity(n)).tocsr())
    theirs_cost, theirs = measured(
        lambda: esda.G_Local(values.to_numpy(), star, transform="B", star=True, permutations=999,
                             n_jobs=1, seed=1), 1)  # fmt: skip
    ours_cost, ours = measured(
        lambda: heat.hotspots(values, near, inference="permutation", permutations=999), 1
    )
    fast_cost, fast = measured(lambda: heat.hotspots(values, near), repeat)
    assert np.allclose(ours["z"], theirs.Zs)
    assert np.allclose(fast["z"], theirs.Zs)
    gap = np.abs(ours["p"] - np.minimum(2 * theirs.p_sim, 1))
    assert gap.quantile(0.99) < 0.12, gap.max()
    show(f"{n:9,} grids  ours, analytic", fast_cost)
    show(f"{n:9,} grids  ours, 999 permutations", ours_cost)
    show(f"{n:9,} grids  esda G_Local, 999 (beside 999)", theirs_cost, ours_cost)
    show(f"{n:9,} grids  esda G_Local, 999 (beside analytic)", theirs_cost, fast_cost)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=632)
    parser.add_argument("--esda-side", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    print("load", os.getloadavg()[0])
    run(asked.repeat, asked.side, asked.esda_side)


if __name__ == "__main__":
    main()
