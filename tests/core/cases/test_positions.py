"""A default point is no place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.cases import default_points


def test_cases_without_an_address_on_one_spot_stand_on_a_default_point() -> None:
    x = np.r_[np.full(40, 100.0), np.arange(60.0)]
    y = np.r_[np.full(40, 200.0), np.arange(60.0)]
    address = pd.Series([""] * 40 + [f"友谊路{n}号" for n in range(60)])
    mask, points = default_points(x, y, address)
    assert mask.tolist() == [True] * 40 + [False] * 60
    assert (points[0].x, points[0].y, points[0].cases) == (100.0, 200.0, 40)


def test_addresses_all_over_the_city_on_one_spot_too() -> None:
    x, y = np.full(40, 1.0), np.full(40, 1.0)
    mask, _ = default_points(x, y, pd.Series([f"{n}号" for n in range(40)]))
    assert mask.all()


def test_a_busy_place_is_a_place() -> None:
    """Many cases at one address are what a hot spot is made of."""
    x, y = np.full(40, 1.0), np.full(40, 1.0)
    mask, points = default_points(x, y, pd.Series(["人民公园西门"] * 40))
    assert not mask.any()
    assert points == []


def test_missing_positions_are_no_default_point() -> None:
    nothing = np.full(40, np.nan)
    mask, _ = default_points(nothing, nothing, pd.Series([""] * 40))
    assert not mask.any()
