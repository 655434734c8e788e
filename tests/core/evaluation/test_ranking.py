"""Ranks with their uncertainty, and rates adjusted for the mix of cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.evaluation import TOTAL, divide, indicators
from citygrid_core.evaluation.ranking import case_mix, rank


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
