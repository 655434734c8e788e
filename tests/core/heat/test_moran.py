"""Local Moran and permutations against esda, enumeration and published values."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from citygrid_core import heat
from citygrid_core.heat.permutation import neighbour_p
from tests.core.heat.test_hotspots import lattice


def some(n: int, seed: int = 3) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).poisson(4.0, n).astype(float))


@pytest.mark.slow
def test_local_moran_equals_esda() -> None:
    esda = pytest.importorskip("esda")
    graph = pytest.importorskip("libpysal.graph")
    x, near = some(60), heat.contiguity(lattice(6, 10))
    found = heat.local_moran(x, near)
    w = graph.Graph.from_sparse(near.matrix).transform("r")
    theirs = esda.Moran_Local(x.to_numpy(), w, permutations=9999, seed=1, n_jobs=1)
    assert found["moran"].to_numpy() == pytest.approx(theirs.Is)
    z_sim = (theirs.Is - theirs.EI_sim) / theirs.seI_sim
    mine = found["z"].to_numpy() * np.sign(x - x.mean()).to_numpy()
    assert mine == pytest.approx(z_sim, abs=0.06)
    # without equal values: esda counts a tie in one tail only
    x = x + np.random.default_rng(1).uniform(0, 1, 60)
    theirs = esda.Moran_Local(x.to_numpy(), w, permutations=9999, seed=1, n_jobs=1)
    ours = heat.local_moran(x, near, inference="permutation", permutations=9999, seed=2)
    assert ours["p"].to_numpy() == pytest.approx(np.minimum(2 * theirs.p_sim, 1), abs=0.03)


def test_gi_star_equals_esda() -> None:
    esda = pytest.importorskip("esda")
    graph = pytest.importorskip("libpysal.graph")
    x, near = some(60), heat.contiguity(lattice(6, 10))
    w = graph.Graph.from_sparse((near.matrix + sparse.identity(60)).tocsr())
    theirs = esda.G_Local(x.to_numpy(), w, transform="B", star=True, permutations=0)
    assert heat.hotspots(x, near)["z"].to_numpy() == pytest.approx(theirs.Zs)
    assert heat.getis_ord_star(x, near.matrix + sparse.identity(60)) == pytest.approx(theirs.Zs)


def test_permutations_approach_the_enumeration_of_all_draws() -> None:
    x, near = some(9, 8), heat.contiguity(lattice(3, 3))
    p = neighbour_p(x.to_numpy(), near.matrix, permutations=4000, seed=1)
    for i in range(9):
        mine = near.matrix[i].indices
        sums = [sum(x[list(c)]) for c in combinations([j for j in range(9) if j != i], len(mine))]
        tails = [np.mean(np.array(sums) >= x[mine].sum()), np.mean(np.array(sums) <= x[mine].sum())]
        assert p[i] == pytest.approx(min(2 * min(tails), 1), abs=0.04)


def test_a_planted_block_is_high_high_and_an_island_has_no_p() -> None:
    values = some(400).to_numpy(copy=True).reshape(20, 20)
    values[5:9, 5:9] += 15
    for inference in ("analytic", "permutation"):
        found = heat.local_moran(pd.Series(values.ravel()), heat.contiguity(lattice(20, 20)),
                                 inference=inference, permutations=4999)  # fmt: skip
        cluster = found["cluster"].to_numpy().reshape(20, 20)
        assert (cluster[6:8, 6:8] == "high-high").all(), inference
        assert (cluster[14:, 14:] == "").all()
    grids = lattice(2, 3)
    grids.loc[5, "geometry"] = grids.geometry[5].buffer(0).envelope.centroid.buffer(0.1)
    lonely = heat.local_moran(some(6), heat.contiguity(grids))
    assert lonely["p"].isna().tolist() == [False] * 5 + [True]


def test_hot_spots_of_binary_contiguity_have_the_published_value(real_data: Path) -> None:
    case = json.loads((real_data / "spatial_stats_reference" / "reference_values.json").read_text())
    six = case["esda_six_points"]
    xy = np.array(six["points"])
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= 15
    matrix = sparse.csr_matrix(near & ~np.eye(6, dtype=bool)).astype(float)
    found = heat.hotspots(pd.Series(six["y"]), heat.Contiguity(matrix))
    assert found["z"][0] == pytest.approx(six["Gi*_z_binary[0]"], abs=1e-7)


def test_permutation_hot_spots_are_those_of_a_planted_block() -> None:
    values = some(400).to_numpy(copy=True).reshape(20, 20)
    values[5:9, 5:9] += 15
    found = heat.hotspots(pd.Series(values.ravel()), heat.contiguity(lattice(20, 20)),
                          inference="permutation", permutations=4999)  # fmt: skip
    spot = found["spot"].to_numpy().reshape(20, 20)
    assert (spot[6:8, 6:8] == "hot").all()
    assert (spot[14:, 14:] == "").all()
