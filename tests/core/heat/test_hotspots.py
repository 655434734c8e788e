"""Gi* against published values, brute force and its own promise."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from shapely.geometry import box

from citygrid_core import heat
from citygrid_core.errors import MissingCrs


def lattice(rows: int, columns: int) -> gpd.GeoDataFrame:
    cells = [box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)]
    return gpd.GeoDataFrame(geometry=cells, crs="EPSG:4547")


def test_gi_star_equals_the_published_values(real_data: Path) -> None:
    file = real_data / "spatial_stats_reference" / "reference_values.json"
    case = json.loads(file.read_text())["esda_six_points"]
    near = (cdist(case["points"], case["points"]) <= 15).astype(float)
    z = heat.getis_ord_star(case["y"], sparse.csr_matrix(near))
    assert z[0] == pytest.approx(case["Gi*_z_binary[0]"], abs=1e-7)
    # The published row-standardised value leaves the weights of the variance unsquared.
    # Ord and Getis square them, which makes z the same for any scale of a row.
    rows = near / near.sum(axis=1, keepdims=True)
    scaled = heat.getis_ord_star(case["y"], sparse.csr_matrix(rows))
    assert scaled == pytest.approx(heat.getis_ord_star(case["y"], sparse.csr_matrix(near)))
    y = np.asarray(case["y"])
    assert (rows[0] @ y - y.mean()) / y.std() == pytest.approx(case["Gi*_z_rowstd[0]"], abs=1e-7)


def test_grids_that_share_a_border_or_a_corner_are_neighbours() -> None:
    touching = heat.contiguity(lattice(3, 4))
    assert touching.neighbours.tolist() == [3, 5, 5, 3, 5, 8, 8, 5, 3, 5, 5, 3]
    exact = heat.contiguity(lattice(3, 4), tolerance_m=0)
    assert (touching.matrix != exact.matrix).nnz == 0


def test_contiguity_needs_a_crs() -> None:
    with pytest.raises(MissingCrs):
        heat.contiguity(lattice(2, 2).set_crs(None, allow_override=True))


def test_gi_star_equals_its_formula_written_out() -> None:
    rng = np.random.default_rng(7)
    x = rng.poisson(3.0, 24).astype(float)
    graph = heat.contiguity(lattice(4, 6))
    w = graph.matrix.toarray() + np.eye(24)
    n, mean = len(x), x.mean()
    s = np.sqrt((x**2).sum() / n - mean**2)
    for i, z in enumerate(heat.hotspots(pd.Series(x), graph)["z"]):
        top = (w[i] * x).sum() - mean * w[i].sum()
        below = s * np.sqrt((n * (w[i] ** 2).sum() - w[i].sum() ** 2) / (n - 1))
        assert z == pytest.approx(top / below)


def test_a_planted_block_is_hot_and_its_far_surroundings_are_not() -> None:
    grids = lattice(20, 20)
    values = np.random.default_rng(11).poisson(2.0, 400).astype(float).reshape(20, 20)
    values[5:9, 5:9] += 12
    found = heat.hotspots(pd.Series(values.ravel()), heat.contiguity(grids))
    spot = found["spot"].to_numpy().reshape(20, 20)
    assert (spot[5:9, 5:9] == "hot").all()
    assert (spot[12:, 12:] == "").all()


def test_equal_values_and_missing_values_are_no_spots() -> None:
    graph = heat.contiguity(lattice(2, 5))
    flat = heat.hotspots(pd.Series(np.ones(10)), graph)
    assert flat["z"].isna().all()
    assert (flat["spot"] == "").all()
    one_missing = pd.Series([1.0, 2, 3, np.nan, 5, 6, 7, 8, 9, 10], index=list("abcdefghij"))
    found = heat.hotspots(one_missing, graph)
    assert found["z"].isna().tolist() == [i == "d" for i in found.index]


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg() -> None:
    p = [0.01, 0.04, 0.03, np.nan, 0.005]
    assert heat.false_discovery_rate(p) == pytest.approx(
        [0.02, 0.04, 0.04, np.nan, 0.02], nan_ok=True
    )


def _false_share(simulations: int, side: int) -> float:
    graph = heat.contiguity(lattice(side, side))
    rng = np.random.default_rng(5)
    hit = 0
    for _ in range(simulations):
        null = pd.Series(rng.poisson(20.0, side * side).astype(float))
        hit += bool((heat.hotspots(null, graph)["spot"] != "").any())
    return hit / simulations


def test_without_any_spot_false_alarms_stay_at_the_stated_share() -> None:
    # Under the null every finding is false, so the share is that of runs with any.
    assert _false_share(300, 15) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.long
def test_without_any_spot_false_alarms_stay_at_the_stated_share_in_5000_runs() -> None:
    assert _false_share(5000, 30) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 5000)


def test_what_is_found_at_exactly_the_accepted_share_is_found() -> None:
    grids = lattice(12, 12)
    values = pd.Series(np.where(grids.distance(grids.geometry.iloc[40]) < 1.5, 9.0, 1.0))
    near = heat.contiguity(grids)
    q = heat.hotspots(values, near)["q"].min()
    at, below = (heat.hotspots(values, near, false_share=s) for s in (q, q * 0.999))
    assert (at["spot"] == "hot").any()
    assert not (below["spot"] == "hot").any()
