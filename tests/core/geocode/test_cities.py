"""Whole cities: the sample city with its truth, real Shanghai doors, and a fit repeated."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from citygrid_core.errors import UsageError
from citygrid_core.geocode import Gazetteer, Labelled, check, fit, load_calibration, parse, save
from tests.core.geocode.town import number_at, town

CELL = 100.0


def same_cell(x: pd.Series, y: pd.Series, tx: pd.Series, ty: pd.Series) -> np.ndarray:  # type: ignore[type-arg]
    here, there = np.floor([x / CELL, y / CELL]), np.floor([tx / CELL, ty / CELL])
    return np.asarray((here == there).all(axis=0))


@pytest.fixture(scope="module")
def sample(small_city: Path) -> tuple[Gazetteer, pd.DataFrame]:
    """The sample city's gazetteer, and its addresses with truth."""
    if not (small_city / "truth" / "addresses.csv").exists():
        pytest.skip("the small sample city is not there")
    file = small_city / "gazetteer.gpkg"
    layers = [gpd.read_file(file, layer=n) for n in ("streets", "plates", "pois", "zones")]
    places = pd.concat(layers, ignore_index=True)
    places["code"] = places["source_key"]
    areas = gpd.read_file(small_city / "areas.gpkg")
    addresses = pd.read_csv(small_city / "addresses.csv", dtype=str)
    truth = pd.read_csv(small_city / "truth" / "addresses.csv").merge(addresses, on="id")
    toml = dict(
        line.split(" = ")
        for line in (small_city / "city.toml").read_text("utf-8").splitlines()
        if " = " in line
    )
    cities = [toml[k].strip('"') for k in ("name", "province")]
    return Gazetteer.build(places, areas=areas, cities=cities), truth


def test_the_sample_city_is_found_where_it_is_and_nothing_else(
    sample: tuple[Gazetteer, pd.DataFrame],
) -> None:
    gazetteer, truth = sample
    answers = gazetteer.geocode(truth["address"])
    exists = truth["x"].notna()
    accepted = answers["outcome"] == "accepted"
    good = same_cell(answers["x"], answers["y"], truth["x"], truth["y"])
    first = pd.DataFrame([c[0] if c else {} for c in answers["candidates"]])
    best = same_cell(first["x"], first["y"], truth["x"], truth["y"])
    assert best[exists].mean() >= 0.95
    assert accepted[exists].mean() >= 0.9
    assert (~good[accepted]).mean() <= 0.01
    assert accepted[~exists].mean() <= 0.01
    off = np.hypot(answers["x"] - truth["x"], answers["y"] - truth["y"])
    assert (off[accepted] <= answers["error_m"][accepted]).mean() >= 0.94


def test_the_sample_gazetteer_is_sound(sample: tuple[Gazetteer, pd.DataFrame]) -> None:
    found = sample[0].check()
    assert not (found["severity"] == "error").any(), found.to_string()


def shanghai(real_data: Path) -> gpd.GeoDataFrame:
    rows = pd.read_csv(real_data / "shanghai_poi" / "shanghai_poi_4_districts.csv")
    places = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=4326)
    places = places.to_crs(4549)
    parts = [parse(str(a)) for a in places["address"]]
    places["street_name"] = [p.first("road").value if p.first("road") else "" for p in parts]
    places["number"] = [
        f"{p.first('number').value}号" if p.first("number") and not p.first("lane") else ""
        for p in parts
    ]
    return places[(places["street_name"] != "") & (places["number"] != "")]


def test_real_doors_left_out_are_interpolated_near_to_where_they_are(real_data: Path) -> None:
    rows = shanghai(real_data)
    doors = rows.dissolve(by=["street_name", "number", "adname"]).centroid.reset_index(
        name="geometry"
    )
    doors = gpd.GeoDataFrame(doors, geometry="geometry", crs=rows.crs)
    doors = doors.assign(
        code=[f"P{i}" for i in range(len(doors))],
        kind="plate",
        name=doors["street_name"] + doors["number"],
        county_code=doors["adname"],
    )
    left_out = np.random.default_rng(4).random(len(doors)) < 0.2
    gazetteer = Gazetteer.build(doors[~left_out])
    asked = doors[left_out]
    answers = gazetteer.geocode(asked["name"])
    first = pd.DataFrame([c[0] if c else {} for c in answers["candidates"]], index=asked.index)
    off = np.hypot(first["x"] - asked.geometry.x, first["y"] - asked.geometry.y)
    placed = first["level"] == "interpolated"
    assert placed.sum() > 300
    assert off[placed].median() <= 50.0
    # Nothing is promised that does not hold: points of interest are no survey, and that is seen.
    assert gazetteer.coarse is not None
    near = np.clip(1 - (first[["x", "y"]] - asked.geometry.get_coordinates()).abs() / CELL, 0, 1)
    right = near.prod(axis=1)
    for low in (0.2, 0.4, 0.6):
        sure = placed & (first["probability"] >= low)
        assert right[sure].mean() >= first["probability"][sure].mean() - 0.05, low
    assert (off[placed] <= first["error_m"][placed]).mean() >= 0.88
    known = gazetteer.geocode(doors.loc[~left_out, "name"])
    assert (known["level"] == "plate").mean() > 0.99


def test_plates_that_are_no_survey_are_told_by_their_order() -> None:
    """Points of interest for doors go forth and back along a street; uneven plots do not."""
    rng = np.random.default_rng(3)
    number = np.arange(1, 201)
    uneven = 10 * np.cumsum(rng.gamma(1.2, 1.0, 200))
    for x, y, coarse in (
        (uneven, 15.0 * (number % 2), False),
        (10.0 * number + rng.normal(0, 20, 200), rng.normal(0, 20, 200), True),
    ):
        plates = gpd.GeoDataFrame(
            {"code": number.astype(str), "kind": "plate", "name": [f"试路{n}号" for n in number]},
            geometry=gpd.points_from_xy(x, np.broadcast_to(y, 200)),
            crs="EPSG:4547",
        )
        gazetteer = Gazetteer.build(plates)
        assert (gazetteer.coarse is not None) == coarse
        assert ("plates.coarse" in set(gazetteer.check()["rule"])) == coarse
        best = gazetteer.candidates("试路77号")[0]
        assert (best.probability < 0.98) == coarse
        assert (gazetteer.calibration.error_of(best) > 15) == coarse


def labelled() -> tuple[pd.Series, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    numbers = [n for n in range(1, 91) for _ in range(2)]
    at = np.array([number_at(n) for n in numbers])
    absent = [f"没有这条路{n}号" for n in range(20)]
    nowhere = np.full(20, np.nan)
    return (
        pd.Series([f"友谊路{n}号" for n in numbers] + absent),
        np.append(at[:, 0], nowhere),
        np.append(at[:, 1], nowhere),
    )


def test_a_fit_is_repeatable_and_survives_the_disk(tmp_path: Path) -> None:
    addresses, x, y = labelled()
    first, second = (
        fit(Labelled(Gazetteer.build(town()), addresses, x, y), made="this test") for _ in range(2)
    )
    assert first == second
    save(first, tmp_path / "own.toml")
    assert load_calibration(tmp_path / "own.toml") == first
    gazetteer = Gazetteer.build(town(), calibration=tmp_path / "own.toml")
    assert gazetteer.geocode(addresses)["probability"][:180].mean() > 0.95


def test_a_fit_lowers_the_trust_in_a_gazetteer_that_is_wrong() -> None:
    addresses, x, y = labelled()
    trusted = fit(Labelled(Gazetteer.build(town()), addresses, x, y), made="right")
    doubted = fit(Labelled(Gazetteer.build(town()), addresses, x + 5000, y), made="wrong")
    one = Gazetteer.build(town()).candidates("友谊路32号")[0]
    assert doubted.logit(one) < trusted.logit(one) - 2
    assert doubted.error_of(one) > 1000 or doubted.logit(one) < 0


def test_a_calibration_that_lacks_a_sign_is_refused(tmp_path: Path) -> None:
    known = load_calibration()
    weights = {k: v for k, v in known.weights.items() if k != "unlike"}
    broken = dataclasses.replace(known, weights={**weights, "unlike": 0.0})
    save(broken, tmp_path / "c.toml")
    text = (tmp_path / "c.toml").read_text("utf-8").replace("unlike = 0.0\n", "")
    (tmp_path / "c.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="unlike"):
        load_calibration(tmp_path / "c.toml")


@pytest.mark.long
def test_half_a_million_plates_are_indexed_kept_and_opened(tmp_path: Path) -> None:
    n = 500_000
    street, number = np.divmod(np.arange(n), 100)
    places = gpd.GeoDataFrame(
        {
            "code": np.arange(n).astype(str),
            "kind": "plate",
            "name": "",
            "street_name": [f"试{s}路" for s in street],
            "number": [f"{i + 1}号" for i in number],
        },
        geometry=gpd.points_from_xy(number * 20.0, street * 50.0),
        crs="EPSG:4547",
    )
    Gazetteer.build(places).save(tmp_path / "city.places")
    gazetteer = Gazetteer.open(tmp_path / "city.places")
    assert gazetteer.skipped == []
    assert gazetteer.geocode(pd.Series(["试4999路77号"]))["level"].tolist() == ["plate"]
    assert check(places).empty
