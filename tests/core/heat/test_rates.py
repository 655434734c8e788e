"""Rates have units, a smoothed value beside them, and warnings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from citygrid_core import heat
from citygrid_core.heat.tails import skewness
from tests.core.heat.test_hotspots import lattice

TABLE = pd.DataFrame(
    {
        "grid_code": ["a", "b", "c", ""],
        "status": ["valid"] * 3 + ["unplaced"],
        "cases": [10, 1, 0, 2],
        "weak": [0, 1, 0, 2],
        "area_m2": [10_000.0, 10_000.0, 5_000.0, np.nan],
    }
)


def test_each_rate_has_its_base() -> None:
    found = heat.rates(TABLE, {"residents": pd.Series({"a": 500, "b": 2000}),
                               "components": pd.Series({"a": 50})})  # fmt: skip
    assert found["per_1000_residents"].tolist()[:2] == [20.0, 0.5]
    assert found["per_1000_residents"].isna().tolist() == [False, False, True, True]
    assert found["per_100_components"].tolist()[0] == 20.0
    assert "per_patrol_hour" not in found
    smoothed = found["per_1000_residents_smoothed"]
    mean = 11 / 2.5
    assert mean < smoothed[0] < 20.0
    assert 0.5 < smoothed[1] < mean


def test_without_more_scatter_than_chance_all_get_the_mean() -> None:
    assert heat.smooth([2, 2, 2], [1, 1, 1]).tolist() == [2, 2, 2]
    random = np.random.default_rng(3)
    base = random.uniform(0.2, 2, 2000)
    truth = random.gamma(4, 1, 2000)
    cases = random.poisson(truth * base)
    raw, smoothed = cases / base, heat.smooth(cases, base)
    assert np.mean((smoothed - truth) ** 2) < 0.6 * np.mean((raw - truth) ** 2)


def test_hours_of_patrol_are_those_between_points() -> None:
    grids = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)], crs="EPSG:4547"
    )
    at = ["08:00:00", "08:03:00", "08:04:00", "12:00:00", "09:00:00"]
    tracks = gpd.GeoDataFrame(
        {"collector": ["x"] * 4 + ["y"], "at": [f"2026-10-01T{t}" for t in at]},
        geometry=[Point(1, 1), Point(10, 5), Point(15, 5), Point(15, 5), Point(1, 1)],
        crs="EPSG:4547",
    )
    hours = heat.hours_by_grid(tracks, grids)
    # the point on the border is the lowest code's; four silent hours count as 5 minutes
    assert hours.to_dict() == pytest.approx({"a": 4 / 60, "b": 5 / 60})


def test_weak_locations_and_patrols_are_told() -> None:
    sources = pd.Series({"collector": 9, "hotline": 4})
    found = (heat.located(TABLE), heat.patrol_effort(TABLE, sources))
    assert [p and p.rule for p in found] == ["heat.located", "heat.patrol_effort"]
    assert heat.located(TABLE.assign(weak=0)) is None
    exactly = TABLE.assign(cases=[20, 0, 0, 0], weak=[3, 0, 0, 0])  # 85 %
    assert heat.located(exactly) is None
    assert heat.located(exactly.assign(weak=[4, 0, 0, 0])) is not None
    assert heat.patrol_effort(TABLE, pd.Series({"hotline": 13})) is None
    walked = pd.DataFrame({"status": "valid", "cases": range(10), "patrol_hours": range(10)})
    assert heat.patrol_effort(walked, sources) is not None
    elsewhere = walked.assign(patrol_hours=[5, 1, 9, 2, 8, 0, 7, 3, 6, 4])
    assert heat.patrol_effort(elsewhere, sources) is None


def test_the_deviation_of_a_rate_is_esdas() -> None:
    smoothing = pytest.importorskip("esda.smoothing")
    random = np.random.default_rng(3)
    base = random.uniform(0.2, 2, 200)
    cases = random.poisson(random.gamma(4, 1, 200) * base).astype(float)
    expected = smoothing.assuncao_rate(cases, base)
    assert heat.standardise(cases, base) == pytest.approx(expected)
    # a base of 0 has no rate; a city without cases no deviation
    assert np.isnan(heat.standardise([1, 2], [0, 3])[0])
    assert heat.standardise([0, 0], [1, 3]).tolist() == [0, 0]
    # where the rates scatter less than chance makes them, chance alone is taken out
    even = heat.standardise([10, 20, 30], [1, 2, 3])
    assert even == pytest.approx([0, 0, 0])


def test_the_skewness_by_chance_is_that_of_simulated_cities() -> None:
    random = np.random.default_rng(4)
    base = random.uniform(0.5, 3, 200_000)
    for shape in (0.8, 3.0, np.inf):
        rate = 2.0 if np.isinf(shape) else random.gamma(shape, 2 / shape, base.size)
        cases = random.poisson(rate * base).astype(float)
        assert heat.expected_skewness(cases, base) == pytest.approx(
            skewness(cases / base), rel=0.08
        )
        deviation = heat.standardise(cases, base)
        assert heat.expected_skewness(cases, base, standardised=True) == pytest.approx(
            skewness(deviation), rel=0.08
        )
    assert heat.expected_skewness([0, 0], [1, 1]) == 0.0


def test_one_very_hot_place_is_still_found() -> None:
    cases = np.random.default_rng(1).poisson(4.0, 400).astype(float)
    cases[6 * 20 + 6] = 60
    table = pd.DataFrame({"cases": cases, "area_m2": 10_000.0, "per_hectare": cases})
    values, skew = heat.judged(table, "per_hectare")
    near = heat.contiguity(lattice(20, 20))
    assert heat.hotspots(values, near, skew=skew)["spot"][6 * 20 + 6] == "hot"
    # judged by its own skewness, the city hides it
    assert heat.hotspots(values, near)["spot"][6 * 20 + 6] == ""
    plain, unknown = heat.judged(table, "cases")
    assert (plain.tolist(), unknown) == (cases.tolist(), None)
