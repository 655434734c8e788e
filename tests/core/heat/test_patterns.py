"""Patterns in time against enumeration, scipy and planted histories."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from citygrid_core import heat
from tests.core.heat.test_hotspots import lattice
from tests.examples import examples


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=12))
def test_mann_kendall_is_kendalls_tau_with_time(series: list[int]) -> None:
    found = heat.mann_kendall([series]).iloc[0]
    assert found["s"] == sum(np.sign(b - a) for i, a in enumerate(series) for b in series[i + 1 :])
    if len(set(series)) == len(series):
        assert found["tau"] == pytest.approx(stats.kendalltau(range(len(series)), series).statistic)


def test_its_variance_is_that_of_all_orders_also_with_ties() -> None:
    for series in ([1, 2, 3, 4, 5], [1, 1, 2, 3, 3], [0, 0, 0, 1, 2]):
        s = heat.mann_kendall(np.array(list(permutations(series))))["s"]
        found = heat.mann_kendall([series]).iloc[0]
        expected = (found["s"] - np.sign(found["s"])) / np.sqrt(np.mean(s**2))
        assert found["trend_z"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("series", "s", "tau", "z", "p"),
    [
        ([1, 2, 3, 4, 5, 6], 15, 1.0, 2.630142022557628, 0.008534920414227098),
        ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], 25, 0.3787878787878788, 1.668115312456598,
         0.09529283802345656),
        ([0, 0, 0, 1, 0, 2, 1, 3, 0, 2, 4, 3], 37, 0.5606060606060606, 2.5913367026953003,
         0.00956039020908106),
        ([9, 7, 8, 6, 6, 5, 3, 4, 2, 2, 1, 0], -60, -0.9090909090909091, -4.064939627745434,
         4.804489684473445e-05),
    ],
)  # fmt: skip
def test_mann_kendall_gives_what_pymannkendall_gives(
    series: list[int], s: int, tau: float, z: float, p: float
) -> None:
    # pymannkendall 1.4.3, original_test
    found = heat.mann_kendall([series]).iloc[0]
    assert found[["s", "tau", "trend_z"]].tolist() == pytest.approx([s, tau, z])
    assert found["trend_p"] == pytest.approx(p, rel=1e-5)


def planted(history: np.ndarray) -> str:
    """The pattern of the middle of a city whose middle block has this history."""
    times = len(history)
    cube = np.random.default_rng(4).poisson(5.0, (14, 14, times)).astype(float)
    cube[5:9, 5:9] += history
    found = heat.emerging(cube.reshape(196, times), heat.contiguity(lattice(14, 14)))
    assert (found["pattern"].to_numpy().reshape(14, 14)[11:, 11:] == "").mean() >= 0.8
    row = found.iloc[6 * 14 + 6]
    return f"{row['spot']} {row['pattern']}"


@pytest.mark.parametrize(
    ("pattern", "history"),
    [
        ("hot new", [0] * 11 + [60]),
        ("hot consecutive", [0] * 7 + [40] * 5),
        ("hot intensifying", np.linspace(16, 60, 12)),
        ("hot diminishing", np.linspace(60, 12, 12)),
        ("hot persistent", [30, 29, 31, 30, 28, 32, 30, 31, 29, 30, 31, 30]),
        ("hot sporadic", [30, 0, 0, 30, 0, 0, 0, 30, 0, 0, 0, 30]),
        ("hot historical", [30] * 22 + [0, 0]),
        (" ", [0] * 12),
    ],
)
def test_a_planted_history_has_its_name(pattern: str, history: list[float]) -> None:
    assert planted(np.array(history, dtype=float)) == pattern


def test_hot_after_cold_oscillates() -> None:
    cube = np.random.default_rng(4).poisson(40.0, (14, 14, 12)).astype(float)
    cube[5:9, 5:9, :5] = 2
    cube[5:9, 5:9, 8:] += 60
    found = heat.emerging(cube.reshape(196, 12), heat.contiguity(lattice(14, 14)))
    assert found["pattern"][6 * 14 + 6] == "oscillating"


def test_too_few_times_are_refused() -> None:
    with pytest.raises(heat.HeatInputError, match="4 or more"):
        heat.emerging(np.ones((4, 3)), heat.contiguity(lattice(2, 2)))


def test_knox_counts_as_two_loops_do() -> None:
    random = np.random.default_rng(2)
    xy, t = random.uniform(0, 500, (60, 2)), random.integers(0, 30, 60)
    found = heat.near_repeat(xy, t, metres=(50, 150), days=(2, 7), permutations=9)
    expected = {}
    for i in range(60):
        for j in range(i):
            far, late = np.hypot(*(xy[i] - xy[j])), abs(t[i] - t[j])
            near = next((m for m in (50, 150) if far <= m), None)
            soon = next((d for d in (2, 7) if late <= d), None)
            if near and soon:
                expected[near, soon] = expected.get((near, soon), 0) + 1
    assert dict(zip(zip(found["metres"], found["days"]), found["pairs"])) == expected  # noqa: B905


def test_knox_gives_the_published_value_of_burkitts_lymphoma() -> None:
    # 188 cases in Uganda, Williams et al. (1978); PySAL: 13 pairs within 20 and 5, p 0.17–0.18
    examples = pytest.importorskip("libpysal.examples")
    gpd = pytest.importorskip("geopandas")
    cases = gpd.read_file(examples.get_path("burkitt.shp"))
    xy = np.column_stack([cases.geometry.x, cases.geometry.y])
    found = heat.near_repeat(xy, cases["T"], metres=(20,), days=(5,), permutations=1999).iloc[0]
    assert found["pairs"] == 13
    assert found["p"] == pytest.approx(0.175, abs=0.04)


def test_knox_expects_the_share_of_pairs_of_times_and_finds_planted_repeats() -> None:
    random = np.random.default_rng(2)
    xy, t = random.uniform(0, 2000, (300, 2)), random.uniform(0, 100, 300)
    null = heat.near_repeat(xy, t, metres=(100,), days=(3,), permutations=400).iloc[0]
    pairs = heat.near_repeat(xy, t, metres=(100,), days=(1000,), permutations=0)["pairs"][0]
    soon = (np.abs(t[:, None] - t[None]) <= 3).sum() - 300
    assert null["expected"] == pytest.approx(pairs * soon / (300 * 299), rel=0.1)
    assert null["p"] > 0.01
    again = xy[:60] + random.normal(0, 20, (60, 2)), t[:60] + random.uniform(0, 2, 60)
    both = heat.near_repeat(np.vstack([xy, again[0]]), np.concatenate([t, again[1]]),
                            metres=(100,), days=(3,)).iloc[0]  # fmt: skip
    assert both["ratio"] > 2
    assert both["p"] == pytest.approx(1 / 500)


def test_knox_is_right_as_often_as_it_says() -> None:
    # 300 cities of clustered places and busy weeks, in which no case brings another
    random, said, smallest = np.random.default_rng(8), [], []
    for _ in range(300):
        centre = random.uniform(0, 2000, (12, 2))
        xy = centre[random.integers(12, size=120)] + random.normal(0, 120, (120, 2))
        t = random.gamma(2, 20, 120)
        found = heat.near_repeat(xy, t, metres=(60, 150), days=(2, 7), permutations=99)
        said.append((found["p"] <= 0.05).mean())
        smallest.append(found["q"].min())
    assert np.mean(said) <= 0.05 + 3 * 0.5 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(np.array(smallest) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_too_many_pairs_are_refused() -> None:
    with pytest.raises(heat.HeatInputError, match="60,494,500 pairs"):
        heat.near_repeat(np.zeros((11_000, 2)), np.arange(11_000))


def test_streaks() -> None:
    found = heat.streaks([[1, 1, 0, 1], [0, 0, 0, 0], [0, 1, 2, 3]])
    assert found.to_numpy().tolist() == [[1, 2, 1], [0, 0, -1], [3, 3, 3]]


def test_alarms_come_at_most_as_often_as_stated_and_find_a_doubling() -> None:
    random = np.random.default_rng(6)
    season = np.array([1.2, 0.8, 1.0, 1.1, 0.9, 1.3])
    rate = random.gamma(2, 3, (20_000, 1))
    history, now = random.poisson(rate * season), random.poisson(rate[:, 0] * 0.7)
    found = heat.anomalies(history, now, season, 0.7, false_alarms=0.05)
    assert found["alarm"].mean() <= 0.05
    assert found["dispersion"][0] == pytest.approx(1, abs=0.03)
    tripled = heat.anomalies(history, random.poisson(rate[:, 0] * 2.1), season, 0.7)
    assert tripled["alarm"].mean() > 0.3


def test_an_alarm_is_the_exact_binomial_tail() -> None:
    found = heat.anomalies([[3, 3, 3, 3]], [8], [1, 1, 1, 1], 1.0)
    assert found["p"][0] == pytest.approx(stats.binomtest(8, 20, 0.2, "greater").pvalue)
    assert found["expected"][0] == 3


def test_scattered_counts_give_no_flood_of_alarms() -> None:
    random = np.random.default_rng(6)
    scattered = random.negative_binomial(5, 0.2, (20_000, 13))
    found = heat.anomalies(scattered[:, :12], scattered[:, 12], np.ones(12), 1.0, false_alarms=0.05)
    assert found["dispersion"][0] == pytest.approx(5, rel=0.1)
    assert found["alarm"].mean() <= 0.06


def test_a_comparison_covers_the_true_ratio_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    now, before = random.poisson(12, 4000), random.poisson(8, 4000)
    found = heat.compare(now, before)
    assert ((found["low"] <= 1.5) & (found["high"] >= 1.5)).mean() >= 0.95
    # twice as many cases in twice as many days are as many a day
    assert heat.compare([20], [10], 2.0)["ratio"].tolist() == [1.0]
    same, longer = heat.compare([20], [10]).iloc[0], heat.compare([20], [10], 2.0).iloc[0]
    assert longer["low"] == pytest.approx(same["low"] / 2)
    assert longer["high"] == pytest.approx(same["high"] / 2)
    edge = heat.compare([0, 3, 0], [5, 0, 0], 2.0)
    assert edge["low"].tolist()[0] == 0
    assert edge["high"].tolist()[1:] == [np.inf, np.inf]
