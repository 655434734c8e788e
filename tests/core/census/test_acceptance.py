"""Sampling and acceptance: the intervals hold the truth as often as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc
from scipy.stats import hypergeom, t

from citygrid_core.census.acceptance import (
    cluster_rate,
    completeness,
    position_errors,
    same_things,
    stratified_rate,
    verdict_of,
)
from citygrid_core.census.sampling import (
    draw,
    draw_units,
    sheet_codes,
    size_for_margin,
    size_table,
    strata_of,
    units_to_take,
)
from citygrid_core.errors import UsageError


class TestSizes:
    @pytest.mark.parametrize(
        ("lot", "take"),
        [(1, [1]), (2, [2]), (20, [3]), (21, [5]), (200, [15]), (201, [11, 10]), (390, [15, 15])],
    )
    def test_by_the_table(self, lot: int, take: list[int]) -> None:
        assert units_to_take(lot, size_table()) == take

    def test_every_row_says_how_sure_it_is(self) -> None:
        assert all(r.source and r.confidence for r in size_table())

    @pytest.mark.parametrize(
        "rows", ["2,20,3,x,y", "1,20,3,x,y\n22,40,5,x,y", "1,20,0,x,y", "1,x,3,x,y", ""]
    )
    def test_a_table_of_ones_own(self, tmp_path: Path, rows: str) -> None:
        file = tmp_path / "own.csv"
        file.write_text("lot_from,lot_to,sample,source,confidence\n1,50,8,own,sourced\n", "utf-8")
        assert units_to_take(50, size_table(file)) == [8]
        file.write_text(f"lot_from,lot_to,sample,source,confidence\n{rows}\n", "utf-8")
        with pytest.raises(UsageError, match="not seamless"):
            size_table(file)

    def test_for_a_margin(self) -> None:
        """Cochran's own worst case: 384 of a large population; all of a tiny one."""
        assert size_for_margin(10**9, expected=0.5, margin=0.05) == 385
        assert size_for_margin(50, expected=0.5, margin=0.01) == 50
        with pytest.raises(UsageError):
            size_for_margin(50, expected=0.5, margin=0)


class TestDrawing:
    @given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=60), st.integers(1, 80))
    def test_allocation(self, names: list[str], total: int) -> None:
        strata = strata_of(pd.Series(names, dtype=object), total)
        assert sum(s.size for s in strata) == len(names)
        assert all(min(2, s.size) <= s.sample <= s.size for s in strata)
        assert sum(s.sample for s in strata) >= min(total, len(names))

    def test_the_same_seed_the_same_sample_in_any_order(self) -> None:
        codes = pd.Series([f"{i:03d}" for i in range(100)], dtype=object)
        names = pd.Series(["a", "b"] * 50, dtype=object)
        strata = strata_of(names, 20)
        one = draw(codes, names, strata, 7)
        other = draw(codes[::-1], names[::-1], strata, 7)
        assert one.equals(other)
        assert not one.equals(draw(codes, names, strata, 8))
        assert one["component_code"].is_unique

    @pytest.mark.slow
    def test_each_has_the_same_chance(self) -> None:
        codes = pd.Series([f"{i}" for i in range(10)], dtype=object)
        names = pd.Series("a", index=codes.index, dtype=object)
        strata = strata_of(names, 3)
        drawn = pd.concat([draw(codes, names, strata, s) for s in range(1000)])
        share = drawn["component_code"].value_counts() / 1000
        assert (abs(share - 0.3) < 0.06).all()

    def test_whole_units(self) -> None:
        names = pd.Series([f"s{i % 30:02d}" for i in range(300)], dtype=object)
        units = draw_units(names, units_to_take(30, size_table()), seed=1)
        assert len(set(units)) == 5

    def test_sheets(self) -> None:
        x, y = (
            np.array([500_000.0, 500_249.9, 500_250.0]),
            np.array([3_380_000.0, 3_380_100, 3_380_250]),
        )
        assert sheet_codes(x, y).tolist() == ["3380.00-500.00", "3380.00-500.00", "3380.25-500.25"]


class TestDefects:
    def test_an_example(self) -> None:
        found = stratified_rate([1000, 3000], [50, 150], [4, 3])
        assert found.rate == pytest.approx(0.25 * 4 / 50 + 0.75 * 3 / 150)
        assert found.low < found.rate < found.high
        assert (found.population, found.sampled, found.defects) == (4000, 200, 7)

    def test_everything_inspected_leaves_no_doubt(self) -> None:
        found = stratified_rate([40, 60], [40, 60], [4, 0])
        assert (found.low, found.rate, found.high) == pytest.approx((0.04, 0.04, 0.04))

    def test_no_defect_found_is_not_none_there(self) -> None:
        found = stratified_rate([10_000], [100], [0])
        assert (found.rate, found.low) == (0, 0)
        assert 0.01 < found.high < 0.04

    @pytest.mark.slow
    def test_close_to_the_exact_interval(self) -> None:
        """Mid-P by the hypergeometric distribution itself: an oracle of another kind."""
        size, n, d = 2000, 200, 8
        found = stratified_rate([size], [n], [d])
        inside = []
        for truth in range(d, 400):
            law = hypergeom(size, truth, n)
            at = law.pmf(d)
            if law.cdf(d) - at / 2 > 0.025 and law.sf(d) + at / 2 > 0.025:
                inside.append(truth / size)
        assert (found.low, found.high) == pytest.approx((inside[0], inside[-1]), abs=0.002)

    @pytest.mark.parametrize(
        "wrong", [([10], [0], [0]), ([10], [11], [0]), ([10], [5], [6]), ([], [], [])]
    )
    def test_what_can_not_be(self, wrong: tuple[list[int], ...]) -> None:
        with pytest.raises(UsageError):
            stratified_rate(*wrong)

    def test_whole_sheets(self) -> None:
        """Korn and Graubard's interval, step by step: jackknife, effective size, t, beta."""
        size, wrong = np.array([50, 70, 60.0]), np.array([1, 5, 2.0])
        found = cluster_rate(20, size, size, wrong, 1200)
        rate = 8 / 180
        left_out = [7 / 130, 3 / 110, 6 / 120]
        variance = (1 - 3 / 20) * 2 / 3 * sum((r - rate) ** 2 for r in left_out)
        effective = rate * (1 - rate) / variance
        assert effective < 180 / (1 - 180 / 1200)
        n = effective * (t.ppf(0.975, 179) / t.ppf(0.975, 2)) ** 2
        assert (found.rate, found.effective) == pytest.approx((rate, n))
        # Clopper-Pearson by its definition: the tails of the binomial, continued
        assert betainc(rate * n, n - rate * n + 1, found.low) == pytest.approx(0.025)
        assert betainc(rate * n + 1, n - rate * n, found.high) == pytest.approx(0.975)

    def test_whole_sheets_without_a_defect(self) -> None:
        found = cluster_rate(100, [50] * 5, [50] * 5, [0] * 5, 5000)
        assert (found.rate, found.low) == (0, 0)
        assert found.high == pytest.approx(1 - 0.025 ** (1 / (250 / 0.95)))

    def test_one_unit_says_nothing(self) -> None:
        with pytest.raises(UsageError, match="two units"):
            cluster_rate(20, [50], [50], [2], 1000)

    def test_verdicts(self) -> None:
        assert verdict_of(stratified_rate([9000], [500], [5]), 0.05) == "accepted"
        assert verdict_of(stratified_rate([9000], [500], [24]), 0.05) == "undecided"
        assert verdict_of(stratified_rate([9000], [500], [60]), 0.05) == "refused"


def acceptances(times: int, seed: int) -> float:
    """Share of simulated stratified acceptances whose interval covers the truth."""
    rng = np.random.default_rng(seed)
    covered = 0
    for _ in range(times):
        strata = int(rng.integers(4, 25))
        sizes = np.maximum(
            (rng.dirichlet(np.full(strata, 3.0)) * rng.integers(2000, 60_000)).astype(int), 30
        )
        around = rng.uniform(0.005, 0.10)
        defective = rng.binomial(sizes, rng.beta(around * 30, (1 - around) * 30, strata))
        names = pd.Series(np.repeat([f"s{i:02d}" for i in range(strata)], sizes), dtype=object)
        plan = strata_of(names, int(rng.choice([150, 315, 500, 800])))
        n = np.array([s.sample for s in plan])
        found = stratified_rate(sizes, n, rng.hypergeometric(defective, sizes - defective, n))
        covered += found.low <= defective.sum() / sizes.sum() <= found.high
    return covered / times


def sheet_acceptances(times: int, seed: int, least: int) -> float:
    """The same for whole map sheets, at least `least` of them."""
    rng = np.random.default_rng(seed)
    covered = 0
    for _ in range(times):
        units = int(rng.integers(20, 200))
        sizes = np.maximum(rng.poisson(rng.gamma(6, 30, units)), 20)
        around = rng.uniform(0.01, 0.10)
        defective = rng.binomial(sizes, rng.beta(around * 60, (1 - around) * 60, units))
        at = rng.choice(units, max(units_to_take(units, size_table())[0], least), replace=False)
        found = cluster_rate(units, sizes[at], sizes[at], defective[at], int(sizes.sum()))
        covered += found.low <= defective.sum() / sizes.sum() <= found.high
    return covered / times


class TestCoverage:
    @pytest.mark.slow
    def test_small(self) -> None:
        assert 0.92 <= acceptances(400, 1) <= 0.98

    @pytest.mark.slow
    def test_sheets_small(self) -> None:
        assert 0.92 <= sheet_acceptances(400, 1, 8) <= 0.98

    @pytest.mark.long
    def test_five_thousand_acceptances(self) -> None:
        share = acceptances(5000, 2)
        print(f"stratified: {share:.4f}")
        assert 0.94 <= share <= 0.96

    @pytest.mark.long
    @pytest.mark.parametrize("least", [3, 8, 15])
    def test_five_thousand_of_sheets(self, least: int) -> None:
        share = sheet_acceptances(5000, 3, least)
        print(f"sheets, at least {least}: {share:.4f}")
        assert 0.94 <= share <= 0.96

    @pytest.mark.long
    def test_five_thousand_double_surveys(self) -> None:
        rng = np.random.default_rng(4)
        covered = 0
        for _ in range(5000):
            there, p, q = int(rng.integers(80, 3000)), *rng.uniform(0.7, 0.99, 2)
            first, second = rng.random(there) < p, rng.random(there) < q
            found = completeness(int(first.sum()), int(second.sum()), int((first & second).sum()))
            covered += found.total_low <= there + 0.5 and there - 0.5 <= found.total_high
        print(f"double surveys: {covered / 5000:.4f}")
        assert 0.93 <= covered / 5000 <= 0.975


class TestPositions:
    def test_each_class_by_its_own_limit(self) -> None:
        rng = np.random.default_rng(1)
        classes = np.repeat(np.array(["A", "B"], dtype=object), 400)
        spread = np.where(classes == "A", 0.3, 0.9)
        errors = position_errors(
            rng.normal(0, spread), rng.normal(0, spread), classes, {"A": 0.5, "B": 1.0, "C": 10.0}
        )
        a, b, c = errors
        assert a.rmse == pytest.approx(0.3 * 2**0.5, rel=0.1)
        assert a.low < 0.3 * 2**0.5 < a.high
        assert (a.passed, b.passed, c.points, c.passed) == (True, False, 0, False)

    def test_gross_errors_are_counted_and_left_out(self) -> None:
        dx = np.array([0.1] * 40 + [30.0])
        (a,) = position_errors(dx, np.zeros(41), np.array(["A"] * 41, dtype=object), {"A": 0.5})
        assert (a.gross, a.points, a.rmse, a.passed) == (1, 41, pytest.approx(0.1), True)

    def test_few_points_are_judged_by_their_mean(self) -> None:
        dx = np.array([0.1, 0.9])
        (b,) = position_errors(dx, np.zeros(2), np.array(["B"] * 2, dtype=object), {"B": 1.0})
        assert b.judged == pytest.approx(0.5)

    def test_a_check_as_precise_as_the_survey(self) -> None:
        dx = np.full(30, 0.4)
        (one,) = position_errors(
            dx, np.zeros(30), np.array(["A"] * 30, dtype=object), {"A": 0.5}, as_precise=True
        )
        assert one.rmse == pytest.approx(0.4 / 2**0.5)

    def test_the_interval_covers_the_truth(self) -> None:
        rng = np.random.default_rng(2)
        hits = 0
        for _ in range(500):
            d = rng.normal(0, 0.2, (2, 40))
            (a,) = position_errors(d[0], d[1], np.array(["A"] * 40, dtype=object), {"A": 0.5})
            hits += a.low <= 0.2 * 2**0.5 <= a.high
        assert 0.92 <= hits / 500 <= 0.98


class TestCompleteness:
    def test_an_example(self) -> None:
        """Seber's textbook case of Chapman's estimator: 101 x 151 / 51 - 1."""
        found = completeness(100, 150, 50)
        assert found.total == pytest.approx(101 * 151 / 51 - 1)
        assert found.total_low >= 200
        assert found.low < found.rate < found.high

    def test_both_found_everything(self) -> None:
        found = completeness(80, 80, 80)
        assert (found.total, found.rate, found.low) == (80, 1, 1)

    def test_nothing_anywhere(self) -> None:
        assert completeness(0, 0, 0).total == 0
        with pytest.raises(UsageError):
            completeness(3, 3, 4)

    def test_matched_once_and_with_the_least_sum(self) -> None:
        first = pd.DataFrame({"class_code": ["a", "a", "b"], "x": [0.0, 1.0, 0.0], "y": 0.0})
        second = pd.DataFrame(
            {"class_code": ["a", "a", "b", "a"], "x": [0.6, -0.4, 9.0, 50.0], "y": 0.0}
        )
        # greedy would pair (1.0, 0.6) anyway; the other must not be stolen
        assert same_things(first, second, {"a": 1.0, "b": 1.0}).tolist() == [1, 0, -1, -1]

    @pytest.mark.slow
    @given(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12)), max_size=7),
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12)), max_size=7),
    )
    def test_as_many_pairs_as_can_be(self, one: list, two: list) -> None:
        """Brute force over all ways to pair."""
        first = pd.DataFrame(
            {"class_code": [c for c, _ in one], "x": [float(x) for _, x in one], "y": 0.0}
        )
        second = pd.DataFrame(
            {"class_code": [c for c, _ in two], "x": [float(x) for _, x in two], "y": 0.0}
        )
        match = same_things(first, second, {}, default=1.5)
        used = match[match >= 0]
        assert len(set(used.tolist())) == len(used)
        assert all(
            one[m][0] == two[i][0] and abs(one[m][1] - two[i][1]) <= 1.5
            for i, m in enumerate(match)
            if m >= 0
        )

        def most(i: int, free: frozenset[int]) -> int:
            if i == len(two):
                return 0
            best = most(i + 1, free)
            for j in free:
                if one[j][0] == two[i][0] and abs(one[j][1] - two[i][1]) <= 1.5:
                    best = max(best, 1 + most(i + 1, free - {j}))
            return best

        assert len(used) == most(0, frozenset(range(len(one))))
