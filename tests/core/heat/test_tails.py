"""The tail of a sum of neighbours against what dealing the values out anew gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from citygrid_core import heat
from citygrid_core.heat.tails import skewness, two_sided
from tests.core.heat.test_hotspots import lattice


def test_skewness_is_scipys() -> None:
    x = np.random.default_rng(2).poisson(0.7, 500).astype(float)
    assert skewness(x) == pytest.approx(stats.skew(x))
    assert skewness(np.ones(5)) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("side", [1, -1])
def test_p_is_seldom_smaller_than_dealing_the_values_out_anew_says(rate: float, side: int) -> None:
    rng = np.random.default_rng(9)
    # sums of many small steps, so that "as high or higher" has no ties to speak of
    x = side * (rng.poisson(rate, 400) + rng.uniform(0, 0.5, 400))
    drawn, n = 6, len(x)
    sums = np.array([x[rng.choice(n, drawn, replace=False)].sum() for _ in range(60_000)])
    spread = x.std() * np.sqrt(drawn * (n - drawn) / (n - 1))
    z = (sums - drawn * x.mean()) / spread
    p = two_sided(z, np.full(len(z), float(drawn)), float(n), skewness(x))
    for level in (0.2, 0.05, 0.01, 0.002):
        assert 0.3 * level <= (p <= level).mean() <= 1.2 * level + 3e-4
    # on the side of the long tail, where hot spots are, it is what it says
    tail = p[np.sign(z) == side]
    for level in (0.02, 0.004):
        assert (tail <= level).sum() / len(p) == pytest.approx(level / 2, rel=0.4)


def test_without_skewness_p_is_normal() -> None:
    z = np.array([-3.0, 0.0, 1.96, np.nan])
    p = two_sided(z, np.full(4, 5.0), 100.0, 0.0)
    assert p[:3] == pytest.approx(2 * stats.norm.sf(np.abs(z[:3])))
    assert np.isnan(p[3])


@pytest.mark.slow
def test_sparse_counts_give_no_more_false_hot_spots_than_stated() -> None:
    near, rng = heat.contiguity(lattice(12, 12)), np.random.default_rng(3)
    for rate in (0.1, 0.5, 3.0):
        null = [pd.Series(rng.poisson(rate, 144).astype(float)) for _ in range(150)]
        gi = [(heat.hotspots(x, near)["spot"] != "").any() for x in null]
        moran = [(heat.local_moran(x, near)["cluster"] != "").any() for x in null]
        # one in twenty may; the normal distribution makes 40 % of it at 0.1
        assert np.mean(gi) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150), rate
        assert np.mean(moran) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150), rate
