"""Cases follow the intensity that the truth file states."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from .conftest import City

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TIMES = ("reported_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at")
STAGES = ("collected", "registered", "dispatched", "handled", "checked", "closed")


@pytest.fixture(scope="module")
def cases(city: City) -> pd.DataFrame:
    frame = city.rows("cases.csv").merge(
        city.rows("truth/cases.csv"), on="source_number", suffixes=("", "_true"), validate="1:1"
    )
    frame["at"] = pd.to_datetime(frame["reported_at"])
    return frame


@pytest.fixture(scope="module")
def intensity(city: City) -> dict:
    return tomllib.loads((city.folder / "truth" / "intensity.toml").read_text("utf-8"))


def test_so_many_a_day(cases: pd.DataFrame, intensity: dict) -> None:
    own = cases[cases["dup_of"] == ""]
    expected = intensity["cases_per_day"] * 365
    assert abs(len(own) - expected) < 5 * np.sqrt(expected)
    assert cases["at"].min() >= pd.Timestamp("2025-01-01")
    assert cases["at"].max() < pd.Timestamp("2026-01-01")


def test_weekday_month_hour_and_source_as_stated(cases: pd.DataFrame, intensity: dict) -> None:
    own = cases[cases["dup_of"] == ""]
    days = pd.date_range("2025-01-01", "2025-12-31")
    rate = np.array(intensity["weekday_factors_monday_first"])[days.day_of_week]
    rate = rate * np.array(intensity["month_factors"])[days.month - 1]
    for seen, of_day in (
        (own["at"].dt.day_of_week, days.day_of_week),
        (own["at"].dt.month, days.month),
    ):
        expected = pd.Series(rate).groupby(np.asarray(of_day)).sum()
        found = seen.value_counts().sort_index()
        assert stats.chisquare(found, expected / expected.sum() * len(own)).pvalue > 0.001
    collectors = own[own["source"] == "collector"]
    weights = np.array(intensity["hour_weights"]["collector"], dtype=float)
    found = np.bincount(collectors["at"].dt.hour, minlength=24)
    assert found[weights == 0].sum() == 0
    expected = weights[weights > 0] / weights.sum() * len(collectors)
    assert stats.chisquare(found[weights > 0], expected).pvalue > 0.001
    shares = pd.Series(intensity["source_shares"])
    found = own["source"].value_counts().reindex(shares.index)
    assert stats.chisquare(found, shares / shares.sum() * len(own)).pvalue > 0.001


def test_matters_fall_on_the_land_as_stated(
    city: City, cases: pd.DataFrame, intensity: dict
) -> None:
    """Background cases by use of the land, in the larger county, against the weights."""
    blocks = city.layer("truth/blocks.gpkg", "blocks")
    own = cases[(cases["object_kind"] == "event") & (cases["spot"] == "") & (cases["dup_of"] == "")]
    points = shapely.points(own[["x_true", "y_true"]].astype(float).to_numpy())
    p, b = shapely.STRtree(blocks.geometry.to_numpy()).query(points, predicate="within")
    assert len(np.unique(p)) > 0.999 * len(points)
    use = blocks["use"].to_numpy()[b]
    first = blocks["community_code"].str.startswith("360131").to_numpy()
    mine = first[b]
    found = pd.Series(use[mine]).value_counts()
    expected = blocks[first].groupby("use")["case_weight"].sum()
    expected = expected[expected > 0]
    found = found.reindex(expected.index).fillna(0)
    ratio = found / (expected / expected.sum() * mine.sum())
    assert np.abs(ratio[expected / expected.sum() > 0.05] - 1).max() < 0.15


def test_one_spot_grows_and_one_fades(cases: pd.DataFrame, intensity: dict) -> None:
    spots = intensity["spots"]
    assert sorted(s["trend"] for s in spots) == ["fading", "growing", "steady", "steady"]
    for i, spot in enumerate(spots):
        mine = cases[cases["spot"] == f"S{i + 1}"]
        early = (mine["at"] < pd.Timestamp("2025-04-01")).sum()
        late = (mine["at"] >= pd.Timestamp("2025-10-01")).sum()
        low, high = {"growing": (2, 30), "fading": (1 / 30, 1 / 2), "steady": (0.6, 1.8)}[
            spot["trend"]
        ]
        assert low < (late + 1) / (early + 1) < high, spot["name"]
        off = mine[["x_true", "y_true"]].astype(float).to_numpy() - [spot["x"], spot["y"]]
        assert off.std(axis=0) == pytest.approx([spot["sigma_m"]] * 2, rel=0.2)


def test_stages_are_in_order_and_agree_with_the_times(cases: pd.DataFrame) -> None:
    assert set(cases["stage"]) <= {*STAGES, "void"}
    for before, after in pairwise(TIMES):
        both = cases[(cases[before] != "") & (cases[after] != "")]
        assert (both[before] < both[after]).all()
    for stage, time in zip(STAGES, TIMES, strict=True):
        mine = cases[cases["stage"] == stage]
        assert (mine[time] != "").all()
        following = TIMES[TIMES.index(time) + 1 :]
        assert (mine[list(following)] == "").all().all()


def test_an_eighth_has_an_address_only(cases: pd.DataFrame) -> None:
    assert 0.10 < (cases["x"] == "").mean() < 0.14
    assert ((cases["x"] == "") == (cases["y"] == "")).all()
    assert (cases["address"] != "").all()


def test_points_are_near_the_truth_and_in_the_city(city: City, cases: pd.DataFrame) -> None:
    given = cases[cases["x"] != ""]
    off = (
        given[["x", "y"]].astype(float).to_numpy()
        - given[["x_true", "y_true"]].astype(float).to_numpy()
    )
    assert np.hypot(*off.T).max() <= 9.01
    assert off.std(axis=0) == pytest.approx([3, 3], rel=0.1)
    whole = shapely.union_all(city.level("county").geometry.to_numpy())
    assert shapely.contains_xy(whole, given[["x", "y"]].astype(float).to_numpy()).all()
    shapes = city.level("community").set_index("code").geometry
    true = shapely.points(cases[["x_true", "y_true"]].astype(float).to_numpy())
    gap = shapely.distance(shapes[cases["community_code"]].to_numpy(), true)
    assert gap.max() < 0.001


def test_duplicates_are_near_in_place_and_time(cases: pd.DataFrame) -> None:
    by = cases.set_index("source_number")
    again = cases[cases["dup_of"].isin(by.index)]
    assert 0.01 < len(again) / len(cases) < 0.035
    first = by.loc[again["dup_of"]]
    assert (again["class_code"].to_numpy() == first["class_code"].to_numpy()).all()
    hours = (again["at"].to_numpy() - first["at"].to_numpy()) / np.timedelta64(1, "h")
    assert hours.min() > 0
    assert hours.max() <= 20
    gap = (
        again[["x_true", "y_true"]].astype(float).to_numpy()
        - first[["x_true", "y_true"]].astype(float).to_numpy()
    )
    assert np.hypot(*gap.T).max() < 10


def test_component_cases_name_a_component_of_their_class(city: City, cases: pd.DataFrame) -> None:
    known = city.rows("components.csv").set_index("source_key")["class_code"]
    mine = cases[cases["object_kind"] == "component"]
    assert 0.25 < len(mine) / len(cases) < 0.35
    assert (known[mine["component_key"]].to_numpy() == mine["class_code"].to_numpy()).all()
    assert (cases.loc[cases["object_kind"] == "event", "component_key"] == "").all()


def test_the_next_day_goes_on_with_old_cases(city: City, cases: pd.DataFrame) -> None:
    following = city.rows("cases_next.csv")
    old = following[following["source_number"].isin(cases["source_number"])]
    new = following[~following["source_number"].isin(cases["source_number"])]
    assert len(old) >= 5
    assert len(new) >= 5
    assert new["reported_at"].str.startswith("2026-01-01").all()
    was = cases.set_index("source_number").loc[old["source_number"]]
    rank = {s: i for i, s in enumerate((*STAGES, "void"))}
    step = old["stage"].map(rank).to_numpy() - was["stage"].map(rank).to_numpy()
    assert (step >= 0).all()
    assert (step > 0).any()
    assert (step == 0).any()
    for time in TIMES:
        both = was[time].to_numpy() != ""
        assert (was[time].to_numpy()[both] == old[time].to_numpy()[both]).all()


def test_handlers_are_known_and_mostly_one(city: City, cases: pd.DataFrame) -> None:
    known = set(city.rows("departments.csv")["code"])
    assert {c for h in cases["handling_code"] for c in h.split("#") if c} <= known
    one = (cases["handling_code"] != "") & ~cases["handling_code"].str.contains("#")
    assert one.mean() > 0.93
    planted = cases[~one]
    assert set(planted["class_code"].str[:2]) <= {"09", "10"}
