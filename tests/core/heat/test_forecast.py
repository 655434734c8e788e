"""Forecasts against oracles: scores by brute force, no look into the future, intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from citygrid_core.heat import HeatInputError
from citygrid_core.heat import forecast as fc
from citygrid_core.heat.forecast.densities import densities
from citygrid_core.heat.forecast.local import shrunk
from citygrid_core.heat.forecast.pool import POOLED, pooled
from citygrid_core.heat.forecast.totals import totals, weekdays
from tests.examples import examples

SIDE = 12


def lattice(side: int = SIDE, metres: float = 100.0) -> fc.Ground:
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    xy = np.column_stack([x.ravel(), y.ravel()]) * metres
    return fc.Ground.of(xy, np.full(side * side, metres**2))


def town(
    days: int, seed: int = 0, *, per_day: float = 40.0, size: float | None = None
) -> np.ndarray:
    """Counts of a town with busy and quiet grids, Poisson or negative binomial."""
    random = np.random.default_rng(seed)
    rate = random.gamma(0.5, 1.0, SIDE * SIDE)
    mean = np.repeat((per_day * rate / rate.sum())[:, None], days, axis=1)
    if size is None:
        return random.poisson(mean).astype(np.float32)
    return random.negative_binomial(size, size / (size + mean)).astype(np.float32)


def by_hand(expected: list[float], cases: list[int], area: list[float], share: float) -> float:
    """Walk down the ranking grid by grid; equals share what is left by area."""
    left, held = share * sum(area), 0.0
    density = [e / a for e, a in zip(expected, area, strict=True)]
    for level in sorted(set(density), reverse=True):
        members = [i for i, d in enumerate(density) if d == level]
        size = sum(area[i] for i in members)
        part = min(1.0, left / size)
        held += part * sum(cases[i] for i in members)
        left -= part * size
        if left <= 1e-12:
            break
    return held


grid = st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(1, 4))


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(grid, min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_captured_is_the_walk_down_the_ranking(
    rows: list[tuple[int, int, int]], share: float
) -> None:
    expected, cases, area = (list(map(float, c)) for c in zip(*rows, strict=True))
    found = fc.captured(expected, cases, area, (share,))[0]
    assert found == pytest.approx(by_hand(expected, cases, area, share))
    most = fc.captured(cases, cases, area, (share,))[0]
    assert found <= most + 1e-9  # nothing captures more than the cases themselves
    both = fc.captured(expected, np.column_stack([cases, np.ones(len(rows))]), area, (share,))
    assert both[0, 0] == pytest.approx(found)


def test_the_indices_are_what_their_authors_say() -> None:
    # 10 of 40 cases in 1 of 100 parts of the area, where 20 would have been possible
    one = fc.Scores(
        np.array([[10.0, 20, 30]]), np.array([[20.0, 30, 40]]), np.array([40.0]), np.zeros(1)
    )
    assert one.hit_rate[0] == 0.25
    assert one.pai[0] == pytest.approx((10 / 40) / (1 / 100))
    assert one.pei[0] == 0.5
    assert one.efficiency == pytest.approx(np.mean([10 / 20, 20 / 30, 30 / 40]))
    nothing = fc.Scores(np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(1), np.zeros(1))
    assert np.isnan(nothing.pai).all()


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(grid, min_size=1, max_size=30))
def test_the_log_score_is_the_poisson_probability(rows: list[tuple[int, int, int]]) -> None:
    expected, cases, area = (np.array(c, dtype=float) for c in zip(*rows, strict=True))
    mean = 0.99 * expected + 0.01 * expected.sum() * area / area.sum()
    told = stats.poisson.logpmf(cases, np.maximum(mean, 1e-300)).mean()
    assert fc.log_score(expected, cases, area) == pytest.approx(told, rel=1e-6)


@pytest.mark.parametrize("horizon", ["day", "week", "month"])
def test_nothing_after_an_origin_can_change_its_forecast(horizon: str) -> None:
    """Every day from an origin on is replaced by other cases: all models forecast the same."""
    counts, other = town(120), town(120, seed=9, per_day=400)
    ground, length = lattice(), fc.HORIZONS[horizon][0]
    origins = np.array([40, 61, 75, 90])
    whole = fc.roll(counts, ground, origins, horizon)
    for i, origin in enumerate(origins):
        changed = counts.copy()
        changed[:, origin:] = other[:, origin:]
        part = fc.roll(changed, ground, origins[: i + 1], horizon)
        for name in fc.MODELS:
            assert np.array_equal(whole.densities[name][i], part.densities[name][i]), name
        assert whole.totals[i] == part.totals[i]
        assert whole.choice(i) == part.choice(i)
        past = whole.before(i)
        assert (origins[past] + length <= origin).all()
        if past.any():
            one, two = (r.calibration("blend", i) for r in (whole, part))
            assert (one.size, one.tails.tolist()) == (two.size, two.tails.tolist())


def test_every_model_is_a_density_and_loses_no_case_at_the_edge() -> None:
    ground, counts = lattice(), town(60)
    for spread in ground.spread:
        assert np.asarray(spread.sum(axis=0)).ravel() == pytest.approx(np.ones(SIDE**2), rel=1e-5)
    rolled = fc.roll(counts, ground, np.array([30, 45, 59, 60]), "day")
    assert set(rolled.densities) == set(fc.MODELS)
    for name, density in rolled.densities.items():
        assert density.sum(axis=1) == pytest.approx(np.ones(4), rel=1e-4), name
        assert (density >= 0).all()


def test_memories_are_the_sums_that_they_are_named_for() -> None:
    counts, ground = town(50), lattice()
    seen = densities(counts, counts, ground, np.array([20, 50]), 1)

    def share(values: np.ndarray) -> np.ndarray:
        return values / values.sum()

    assert seen["last"][1] == pytest.approx(share(counts[:, 49]))
    assert seen["mean"][0] == pytest.approx(share(counts[:, :20].sum(axis=1)), rel=1e-5)
    assert seen["season"][0] == pytest.approx(share(counts[:, [6, 13]].sum(axis=1)), rel=1e-5)
    fading = (counts[:, :20] * 0.5 ** (np.arange(19, -1, -1) / 10)).sum(axis=1)
    assert seen["ew10"][0] == pytest.approx(share(fading), rel=1e-4)


def test_the_total_follows_level_and_week() -> None:
    factor = np.array([1.2, 1.1, 1.0, 1.0, 1.1, 0.9, 0.7])
    daily = np.random.default_rng(1).poisson(200 * factor[np.arange(140) % 7])
    assert weekdays(daily[:139]) == pytest.approx(factor, rel=0.08)
    found = totals(daily, np.arange(100, 140), 1)
    assert found == pytest.approx(200 * factor[np.arange(100, 140) % 7], rel=0.15)


@pytest.mark.parametrize("size", [None, 3.0, 0.7])
def test_intervals_hold_what_they_state(size: float | None) -> None:
    """Poisson and scattered counts: stated 90 %, held 90 % or more, among busy grids too."""
    random = np.random.default_rng(3)
    mean = random.gamma(0.4, 4.0, (160, 400))
    share = 1.0 if size is None else random.gamma(size, 1 / size, mean.shape)
    came = random.poisson(mean * share)  # Poisson of a gamma: negative binomial
    calibrated = fc.calibrate(mean[:80], came[:80], level=0.9)
    low, high = calibrated.interval(mean[80:])
    inside = (low <= came[80:]) & (came[80:] <= high)
    for band in (mean[80:] < 0.2, (mean[80:] >= 1) & (mean[80:] < 3), mean[80:] >= 3):
        assert inside[band].mean() >= 0.885
    # and not by being endless: the busiest are as wide as their scatter asks
    busy = mean[80:] >= 3
    assert inside[busy].mean() <= 0.95
    if size is not None:
        assert calibrated.size == pytest.approx(size, rel=0.3)
    chance = calibrated.chance(mean[80:])
    assert chance.mean() == pytest.approx((came[80:] > 0).mean(), abs=0.03)


def test_intervals_of_a_whole_forecast_hold() -> None:
    counts = town(300, size=1.5)
    made = fc.forecast(counts[:, :270], lattice(), "week")
    assert made.coverage >= 0.88
    came = counts[:, 270:277].sum(axis=1)
    assert ((made.low <= came) & (came <= made.high)).mean() >= 0.8
    assert made.expected.sum() == pytest.approx(made.total)


def scored(seed: int = 0, number: int = 20, **mark: float) -> dict[str, fc.Scores]:
    """Models with a given PEI* on average; the weather of each forecast moves all of them."""
    weather = np.random.default_rng(seed).normal(0, 4, (number, 1))
    own = np.random.default_rng(seed + 1)
    full = np.full((number, 3), 100.0)
    return {
        name: fc.Scores(
            full * mark.get(name, 0.2) + weather + own.normal(0, 1, (number, 1)),
            full, np.full(number, 300.0), np.zeros(number),
        )
        for name in fc.MODELS
    }  # fmt: skip


def test_the_choice_falls_back_and_says_so() -> None:
    usual = fc.choose(scored(blend=0.5, mean=0.4))
    assert (usual.model, usual.simple, usual.fell_back) == ("blend", "mean", False)
    back = fc.choose(scored(blend=0.5, kde=0.55))
    assert (back.model, back.fell_back) == ("kde", True)
    assert "falls back" in back.why.en
    assert "退回" in back.why.zh
    other = fc.choose(scored(blend=0.5, kde=0.53, exciting=0.55))
    assert (other.model, other.fell_back) == ("exciting", False)
    little = fc.choose({n: s.over(np.arange(3)) for n, s in scored(kde=0.9).items()})
    assert (little.model, little.fell_back) == ("blend", False)


def test_the_choice_changes_beyond_chance_only() -> None:
    """A lead of 0.5 % is none; of models that are worth the same one seldom takes over."""
    assert fc.choose(scored(blend=0.5, kde=0.5025)).model == "blend"
    changed = [fc.choose(scored(seed, blend=0.5, kde=0.505)).fell_back for seed in range(100)]
    assert np.mean(changed) <= 0.1  # at the margin itself: 5 % by chance
    # the same lead in forecasts that cover one another says less
    there = scored(3, blend=0.5, kde=0.52)
    assert fc.choose(there).model == "kde"
    assert fc.choose(there, overlap=6.0).model == "blend"


def test_a_comparison_knows_how_far_chance_reaches() -> None:
    """Equal forecasts: worse than the best of three, found afterwards, in at most as many as stated."""
    random = np.random.default_rng(7)
    most = np.full(3, 30 * 20.0)
    p, beyond = [], 0
    for seed in range(200):
        days = random.poisson(8.0, (4, 30, 3)).astype(float)
        other = dict(zip("abc", days[1:], strict=True))
        told = fc.compare(days[0], other, most, times=300, seed=seed)
        assert told.low <= told.gain <= told.high
        p.append(told.p)
        beyond += told.gain < -0.01
    assert beyond > 100  # the best of three looks better more often than not
    assert np.mean(np.array(p) <= 0.05) <= 0.08
    worse = fc.compare(days[0] * 0.5, other, most)
    assert worse.p < 0.001
    assert worse.gain == pytest.approx(
        days[0].sum() * 0.5 / max(d.sum() for d in days[1:]) - 1, rel=1e-9
    )
    none = fc.compare(days[0], {"a": days[1] * 0}, most)
    assert np.isnan(none.gain)


def test_the_pool_leans_to_what_foretold_and_keeps_its_weights_without_cases() -> None:
    random = np.random.default_rng(11)
    ground, origins = lattice(), np.arange(20, 420, 7)
    true = random.gamma(0.5, 1.0, SIDE**2)
    true /= true.sum()
    noise = {n: random.dirichlet(np.ones(SIDE**2), len(origins)) for n in POOLED}
    made = {n: v.astype(np.float32) for n, v in noise.items()}
    made["kde"] = np.tile(true, (len(origins), 1)).astype(np.float32)
    came = random.poisson(200 * true, (len(origins), SIDE**2)).astype(np.float32)
    found = pooled(made, came, origins, 7, 4, ground)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(origins)), rel=1e-4)
    fixed = pooled(made, np.zeros_like(came), origins, 7, 4, ground)
    assert np.allclose(fixed[0], found[0])  # nothing is known at the first origin

    def fit(density: np.ndarray) -> float:
        return float(np.corrcoef(density[-1], true)[0, 1])

    assert fit(fixed) < 0.7 < 0.95 < fit(found)


def test_a_quiet_grid_takes_its_neighbours_rate_and_a_busy_one_keeps_its_own() -> None:
    counts, ground = np.zeros((SIDE**2, 60), dtype=np.float32), lattice()
    middle = 5 * SIDE + 5
    counts[middle - 1, ::2] = counts[middle + 1, ::2] = 1
    counts[0] = 8  # alone in a corner
    seen = densities(counts, counts, ground, np.array([60]), 7)
    rates = shrunk(seen, counts.sum(axis=0), np.array([60]), ground)
    for name, rate in rates.items():
        assert rate.sum() == pytest.approx(1, rel=1e-5), name
        assert rate[0].argmax() == 0
    near, far = (rates["near_mean_4"][0][g] for g in (middle, 9 * SIDE + 9))
    assert near > 2 * far
    # the more a grid's surroundings count, the less its own
    own = [rates[f"near_mean_{shape}"][0, 0] for shape in (1, 4, 16)]
    assert own[0] > own[1] > own[2]


def test_a_new_spot_stands_out() -> None:
    random = np.random.default_rng(5)
    mean = np.full((SIDE**2, 200), 0.05)
    mean[40, 150:] = 2.0
    made = fc.forecast(random.poisson(mean).astype(np.float32), lattice(), "week")
    assert np.argmax(made.expected) == 40
    assert made.expected[40] > 5 * np.median(made.expected)


@pytest.mark.slow
def test_the_backtest_scores_what_would_have_been_made() -> None:
    counts, ground = town(150), lattice()
    done = fc.backtest(counts, ground, "week", first=60)
    for i in (4, len(done.origins) - 1):
        model = done.choices[i].model
        assert np.array_equal(done.scores[fc.CHOSEN].captured[i], done.scores[model].captured[i])
    # made at that origin alone, the forecast is the same
    i = len(done.origins) - 1
    alone = fc.roll(counts[:, : done.origins[i]], ground, done.origins, "week")
    assert alone.choice(i) == done.choices[i]
    late = done.origins >= 60
    names = ("persistence", "seasonal", "kde")
    told = done.compare(names, late)
    mark = {n: done.scores[n].over(late).efficiency for n in (fc.CHOSEN, *names)}
    assert told.best == max(names, key=lambda n: mark[n])
    assert told.gain == pytest.approx(mark[fc.CHOSEN] / mark[told.best] - 1)
    assert told.low <= told.gain <= told.high
    assert 0 < told.p <= 1
    assert done.coverage(late)[0] >= 0.85


def test_grids_without_area_are_refused() -> None:
    with pytest.raises(HeatInputError):
        fc.Ground.of(np.zeros((2, 2)), np.array([1.0, 0.0]))
