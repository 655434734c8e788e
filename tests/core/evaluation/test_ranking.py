"""Ranks with their uncertainty, and rates adjusted for the mix of cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.evaluation import TOTAL, divide, indicators
from citygrid_core.evaluation.ranking import case_mix, placed, rank, standardised


def test_small_offices_may_stand_anywhere() -> None:
    """Ten of ten says less than 950 of 1,000."""
    sums = pd.DataFrame(
        {"closed": [950.0, 10, 600, 0, 1560], "close_required": [1000.0, 10, 1000, 0, 2010]},
        index=["big", "small", "slow", "idle", TOTAL],
    )
    ranked = rank(divide(sums, [indicators()["close_rate"]]), "close_rate")
    assert ranked.index.tolist() == ["small", "big", "slow", "idle"]
    places = {g: (ranked.at[g, "best_rank"], ranked.at[g, "worst_rank"]) for g in ranked.index[:3]}
    assert places == {"small": (1, 2), "big": (1, 2), "slow": (3, 3)}
    assert np.isnan(ranked.at["idle", "rank"])
    other_way = rank(divide(sums, [indicators()["close_rate"]]), "close_rate", better=-1)
    assert other_way.index.tolist()[:2] == ["slow", "big"]


def test_the_old_town_is_not_punished_for_its_cases() -> None:
    """Two classes: easy ones late in 10 %, hard ones in 50 %; both districts do as well as the city."""
    hard = [("old", "hard")] * 80 + [("new", "hard")] * 20
    easy = [("old", "easy")] * 20 + [("new", "easy")] * 80
    frame = pd.DataFrame(hard + easy, columns=["group", "mix"])
    late = np.zeros(200)
    for group, mix, share in (
        ("old", "hard", 0.5), ("new", "hard", 0.5), ("old", "easy", 0.1), ("new", "easy", 0.1),
    ):  # fmt: skip
        mine = np.flatnonzero((frame["group"] == group) & (frame["mix"] == mix))
        late[mine[: int(share * len(mine))]] = 1
    out = case_mix(late, np.ones(200), frame["group"], frame["mix"])
    raw = pd.Series(late).groupby(frame["group"]).mean()
    assert raw.to_dict() == {"new": 0.18, "old": 0.42}
    assert np.allclose(out["ratio"], 1)
    assert np.allclose(out["adjusted"], 0.3)
    assert out["expected"].to_dict() == {"new": 18.0, "old": 42.0}


def test_limits_of_the_ratio_are_the_published_ones() -> None:
    """Exact Poisson limits for 10 observed: 4.795 and 18.39 (Breslow and Day 1987, table 2.10)."""
    out = case_mix(
        np.r_[np.ones(10), np.zeros(90)], np.ones(100),
        pd.Series(["a"] * 50 + ["b"] * 50), pd.Series(["x"] * 100),
    )  # fmt: skip
    low, high = (float(out.at["a", c] * out.at["a", "expected"]) for c in ("low", "high"))
    assert (round(low, 3), round(high, 2)) == (4.795, 18.39)


def test_what_is_frequent_is_compared_by_what_is_rare() -> None:
    """90 % on time in the city: 4 of 20 late where 2 were to be expected give 80 %, never above 100 %."""
    late = np.r_[np.ones(4), np.zeros(16), np.ones(6), np.zeros(74)]
    groups = pd.Series(["a"] * 20 + ["b"] * 80)
    out = standardised(1 - late, np.ones(100), groups, pd.Series(["x"] * 100))
    assert out["observed"].to_dict() == {"a": 4, "b": 6}
    assert np.allclose(out["expected"], [2, 8])
    assert np.allclose(out["value"], [0.8, 1 - 6 / 8 * 0.1])
    # Breslow and Day's limits of 4 are 1.090 and 10.24
    assert (round(out.at["a", "low"], 3), round(out.at["a", "high"], 4)) == (0.488, 0.9455)
    rare = standardised(late, np.ones(100), groups, pd.Series(["x"] * 100))
    assert np.allclose(rare["value"], 1 - out["value"])


def test_places_are_those_of_every_pair() -> None:
    rng = np.random.default_rng(5)
    for better in (1, -1):
        value = rng.random(60).round(1)
        value[:5] = np.nan
        spread = rng.random((2, 60)) / 5
        told = pd.DataFrame({"value": value, "low": value - spread[0], "high": value + spread[1]})
        found = placed(told.copy(), better).sort_index()
        for i in range(5, 60):
            others = told.dropna()
            if better > 0:
                ahead = (others["low"] > told.at[i, "high"]).sum()
                behind = (others["high"] < told.at[i, "low"]).sum()
            else:
                ahead = (others["high"] < told.at[i, "low"]).sum()
                behind = (others["low"] > told.at[i, "high"]).sum()
            assert found.at[i, "best_rank"] == 1 + ahead
            assert found.at[i, "worst_rank"] == 55 - behind
