"""The gazetteer's own faults, planted and found; and points said in words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from citygrid_core.geocode import Gazetteer, check
from tests.core.geocode.town import CRS, town


def row(kind: str, name: str, geometry: object, **more: str) -> gpd.GeoDataFrame:
    data = {"code": [name], "kind": [kind], "name": [name], **{k: [v] for k, v in more.items()}}
    return gpd.GeoDataFrame(data, geometry=[geometry], crs=CRS)


def with_(*rows: gpd.GeoDataFrame, without: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    base = town()
    return pd.concat([base[~base["name"].isin(without)], *rows], ignore_index=True)


def plate(number: int, x: float, y: float) -> gpd.GeoDataFrame:
    return row("plate", f"友谊路{number}号", Point(x, y), street_name="友谊路", number=str(number))


def test_a_sound_town_has_no_findings() -> None:
    found = check(town())
    assert found.empty, found.to_string()


@pytest.mark.parametrize(
    ("places", "rule", "place"),
    [
        (with_(plate(32, 346, -15)), "number.twin", "友谊路32号"),
        (with_(plate(44, 460, -300)), "plate.far", "友谊路44号"),
        (with_(plate(44, 460, 15)), "plate.side", "友谊路44号"),
        (with_(plate(44, 800, -15)), "number.order", "友谊路44号"),
        (with_(row("plate", "无名", Point(1, 1))), "plate.orphan", ""),
        (
            with_(
                row("street", "通灌路", LineString([(3000, 0), (3000, 400)]), county_code="320705")
            ),
            "name.two_places",
            "通灌路",
        ),
    ],
)
def test_each_planted_fault_is_found_and_nothing_else(
    places: gpd.GeoDataFrame, rule: str, place: str
) -> None:
    found = check(places)
    assert found["rule"].tolist() == [rule]
    assert found["place"].tolist() == [place]
    assert found["zh"].iloc[0]


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (340, -15, "友谊路32号"),
        (340, -35, "友谊路32号南侧约20米"),
        (500, 2, "友谊路与通灌路交叉口"),
        (900, 30, "连云大厦"),
        (700, 260, "阳光小区2栋北侧约110米"),
    ],
)
def test_a_point_is_said_as_an_operator_would(
    gazetteer: Gazetteer, x: float, y: float, said: str
) -> None:
    assert gazetteer.reverse(x, y)["zh"].iloc[0] == said


def test_far_from_everything_nothing_is_said(gazetteer: Gazetteer) -> None:
    answer = gazetteer.reverse([50_000.0], [0.0]).iloc[0]
    assert answer["zh"] == ""
    assert np.isnan(answer["distance_m"])


def test_what_is_said_leads_back_to_the_point(gazetteer: Gazetteer) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1000, 60), rng.uniform(-40, 40, 60)
    said = gazetteer.reverse(x, y)
    for text, a, b in zip(said["zh"], x, y, strict=True):
        best = gazetteer.candidates(text)[0]
        assert np.hypot(best.x - a, best.y - b) <= gazetteer.calibration.error_of(best) + 5, text
