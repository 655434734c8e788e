"""The system of coordinates is told from the data, or it is said that it can't be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.geocode import detect
from citygrid_core.operations.geocode.gazetteer import import_places
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables.datum import convert
from citygrid_core.workspace import Workspace
from tests.core.geocode import desk
from tests.core.geocode.test_operations import run
from tests.core.geocode.town import MISSING, number_at
from tests.examples import examples

CRS = "EPSG:4547"
OUTLINE = shapely.box(500_000, 3_800_000, 508_000, 3_806_000)
RNG = np.random.default_rng(5)
X, Y = RNG.uniform(500_000, 508_000, 200), RNG.uniform(3_800_000, 3_806_000, 200)
LON, LAT = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(X, Y)
_OTHER = pyproj.Transformer.from_crs(CRS, "EPSG:4526", always_xy=True)  # zone 38: 38 in front


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_are_told_apart_by_the_places_they_name(datum: str, swapped: bool) -> None:
    lon, lat = convert(LON, LAT, "wgs84", datum)
    a, b = (lat, lon) if swapped else (lon, lat)
    slip = RNG.normal(0, 10, (2, 200))
    verdict = detect(a, b, outline=OUTLINE, crs=CRS, at=(X + slip[0], Y + slip[1]))
    assert verdict.reading is not None, verdict.evidence
    assert (verdict.reading.datum, verdict.reading.swapped) == (datum, swapped)
    assert verdict.reading.gap_m < 30
    assert "gazetteer" in verdict.evidence.en
    assert "地名库" in verdict.evidence.zh


def test_the_outline_alone_tells_axes_but_no_shift() -> None:
    assert detect(LON, LAT, outline=OUTLINE, crs=CRS).reading is None
    assert detect(X, Y, outline=OUTLINE, crs=CRS).reading.name == CRS  # type: ignore[union-attr]
    assert detect(Y, X, outline=OUTLINE, crs=CRS).reading.swapped  # type: ignore[union-attr]


def test_the_local_zone_with_its_number_in_front_is_recognised() -> None:
    x, y = _OTHER.transform(X, Y)
    verdict = detect(x, y, outline=OUTLINE, crs=CRS)
    assert verdict.reading is not None, verdict.evidence
    assert verdict.reading.crs == "EPSG:4526"


@pytest.mark.parametrize("swapped", [False, True])
def test_a_plane_grid_less_some_constants_is_told_by_its_places(swapped: bool) -> None:
    a, b = X - 480_000, Y - 3_790_000
    slip = RNG.normal(0, 10, (2, 200))
    given = (b, a) if swapped else (a, b)
    verdict = detect(*given, outline=OUTLINE, crs=CRS, at=(X + slip[0], Y + slip[1]))
    assert verdict.reading is not None, verdict.evidence
    assert verdict.reading.swapped == swapped
    there = pyproj.Transformer.from_crs(verdict.reading.crs, CRS, always_xy=True)
    assert np.abs(np.array(there.transform(a, b)) - (X, Y)).max() < 5
    turned = X * 0.8 + Y * 0.6, Y * 0.8 - X * 0.6
    assert detect(*turned, outline=OUTLINE, crs=CRS, at=(X, Y)).reading is None


def test_what_fits_nowhere_or_is_too_little_is_not_decided() -> None:
    assert detect(X + 1e6, Y, outline=OUTLINE, crs=CRS).reading is None
    assert detect(X[:3], Y[:3], outline=OUTLINE, crs=CRS).reading is None
    assert detect([np.nan] * 9, [np.nan] * 9, outline=OUTLINE, crs=CRS).reading is None


@settings(max_examples=examples(200), deadline=None)
@given(st.floats(73.5, 135.0), st.floats(3.9, 53.5), st.sampled_from(["gcj02", "bd09"]))
def test_a_round_trip_closes_within_a_millimetre(lon: float, lat: float, datum: str) -> None:
    there = convert([lon], [lat], "wgs84", datum)
    back = convert(*there, datum, "wgs84")
    assert abs(back[0][0] - lon) < 1e-8
    assert abs(back[1][0] - lat) < 1e-8


@settings(max_examples=examples(100), deadline=None)
@given(
    st.one_of(st.tuples(st.floats(-180, 71.9), st.floats(-85, 85)),
              st.tuples(st.floats(138, 180), st.floats(-85, 85))),
    st.sampled_from(["gcj02", "bd09"]),
)  # fmt: skip
def test_outside_china_nothing_moves(point: tuple[float, float], datum: str) -> None:
    x, y = convert([point[0]], [point[1]], "wgs84", datum)
    assert (x[0], y[0]) == point


@pytest.fixture
def path(town_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(town_workspace, tmp_path / "town.gpkg"))


@pytest.mark.slow
def test_an_import_with_datum_auto_lands_where_it_belongs(path: Path, tmp_path: Path) -> None:
    numbers = [n for n in range(1, 60) if n not in MISSING]
    at = np.array([desk.at(*number_at(n)) for n in numbers])
    there = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = convert(*there.transform(at[:, 0], at[:, 1]), "wgs84", "gcj02")
    file = tmp_path / "shops.csv"
    rows = {"名称": [f"小店{n}" for n in numbers], "地址": [f"友谊路{n}号" for n in numbers],
            "经度": lon, "纬度": lat}  # fmt: skip
    pd.DataFrame(rows).to_csv(file, index=False)
    status, said = run("gazetteer", "datum", path, file, "--json")
    assert status == 0, said
    assert json.loads(said)["datum"] == "gcj02"
    with Workspace.open(path) as ws:
        report = import_places(
            ws, file, kind="poi", options=SourceOptions(datum="auto"), on="2025-06-01"
        )
        assert report.stored == len(numbers), report.problems
        held = ws.read("places", where={"kind": "poi"}).set_index("name")
    shops = held.loc[[f"小店{n}" for n in numbers]]
    assert set(shops["source_datum"]) == {"gcj02"}
    assert np.hypot(shops.geometry.x - at[:, 0], shops.geometry.y - at[:, 1]).max() < 0.01


@pytest.mark.slow
def test_an_undecided_datum_is_a_finding(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "far.csv"
    pd.DataFrame({"x": [1.0] * 9, "y": [2.0] * 9}).to_csv(file, index=False)
    assert run("gazetteer", "datum", path, file)[0] == 1
