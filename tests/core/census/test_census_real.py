"""Twins in a real inventory of street furniture."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from citygrid_core.census import twins


@pytest.fixture(scope="module")
def furniture(real_data: Path) -> gpd.GeoDataFrame:
    path = real_data / "cambridge_ma" / "cambridge_assets.gpkg"
    if not path.is_file():
        pytest.skip("no cambridge_ma")
    layers = {"street_lights": "01037", "litter_barrels": "03005", "bus_shelters": "02004"}
    parts = [
        gpd.read_file(path, layer=name).to_crs(26986)[["geometry"]].assign(class_code=code)
        for name, code in layers.items()
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=26986)


def test_twins_in_real_furniture_are_those_of_a_spatial_join(furniture: gpd.GeoDataFrame) -> None:
    radius = {"01037": 3.0, "03005": 2.0, "02004": 5.0}
    found = twins(furniture, radius)
    assert (found["distance_m"] <= found["class_code"].map(radius)).all()
    for code, metres in radius.items():
        part = furniture[furniture["class_code"] == code]
        joined = part.sjoin(part, predicate="dwithin", distance=metres)
        expected = joined[joined.index < joined["index_right"]]
        pairs = set(zip(expected.index, expected["index_right"], strict=True))
        here = found[found["class_code"] == code]
        assert set(zip(here["left"], here["right"], strict=True)) == pairs


def test_a_second_survey_of_the_same_furniture_is_all_twins(furniture: gpd.GeoDataFrame) -> None:
    moved = furniture.set_geometry(furniture.geometry.translate(0.2, 0.1))
    found = twins(moved, 0.3, against=furniture)
    assert set(found["left"]) == set(furniture.index)
