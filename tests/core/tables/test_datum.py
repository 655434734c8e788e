"""GCJ-02 and BD-09 against published vectors; round trips below a centimetre."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.errors import UsageError
from citygrid_core.tables import convert
from citygrid_core.tables.datum import CHINA, checked, in_china

LON = st.floats(73.5, 134.7)
LAT = st.floats(3.9, 53.5)
#: Degrees of 1 cm.
CM = 1e-7


def test_a_point_in_beijing() -> None:
    x, y = convert(116.377817, 39.911954, "wgs84", "gcj02")
    assert (x, y) == pytest.approx((116.38404722455657, 39.91334545536069), abs=1e-9)


def test_published_vectors(real_data: Path) -> None:
    vectors = json.loads(
        (real_data / "cn_coordinate_vectors/eviltransform_vectors.json").read_text()
    )
    forward = np.array(vectors["wgs84_to_gcj02 [wgsLat,wgsLng,gcjLat,gcjLng] tol 1e-6 deg"])
    x, y = convert(forward[:, 1], forward[:, 0], "wgs84", "gcj02")
    np.testing.assert_allclose(np.column_stack([y, x]), forward[:, 2:], atol=1e-6)
    back = np.array(vectors["bd09_to_wgs84 [bdLat,bdLng,wgsLat,wgsLng] tol 1e-6 deg"])
    x, y = convert(back[:, 1], back[:, 0], "bd09", "wgs84")
    # These two were made with the rough inverse and with pi for pi * 3000 / 180, a slip of
    # that library (the cities below come from the maps themselves): within 40 m, no closer.
    np.testing.assert_allclose(np.column_stack([y, x]), back[:, 2:], atol=4e-4)


def test_published_cities(real_data: Path) -> None:
    cities = json.loads(
        (real_data / "cn_coordinate_vectors/china-cities-sample.json").read_text("utf-8")
    )
    named = {"WGS84": "wgs84", "GCJ02": "gcj02", "BD09": "bd09"}
    points = {ours: np.array([c["coords"][k] for c in cities]) for k, ours in named.items()}
    assert len(cities) > 60
    for here, there in [("wgs84", "gcj02"), ("gcj02", "bd09"), ("wgs84", "bd09"), ("gcj02", "wgs84"),
                        ("bd09", "gcj02"), ("bd09", "wgs84")]:  # fmt: skip
        x, y = convert(points[here][:, 0], points[here][:, 1], here, there)
        np.testing.assert_allclose(np.column_stack([x, y]), points[there], atol=1e-5)


@given(LON, LAT, st.sampled_from(["gcj02", "bd09"]))
def test_there_and_back(x: float, y: float, datum: str) -> None:
    there = convert(x, y, "wgs84", datum)
    assert max(abs(there[0] - x), abs(there[1] - y)) > 1e-4
    back = convert(*there, datum, "wgs84")
    assert max(abs(back[0] - x), abs(back[1] - y)) < CM / 10


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_china_nothing_moves(x: float, y: float) -> None:
    if not in_china(x, y):
        for datum in ("gcj02", "bd09"):
            assert convert(x, y, "wgs84", datum) == (x, y)


@pytest.mark.parametrize("point", [(-71.06, 42.36), (2.35, 48.86), (151.2, -33.9), (0.0, 0.0)])
def test_cities_elsewhere(point: tuple[float, float]) -> None:
    for here in ("gcj02", "bd09"):
        assert convert(*point, here, "wgs84") == point


def test_the_rim_of_the_box() -> None:
    west, south, east, north = CHINA
    x = np.linspace(west - 0.02, east + 0.02, 500)
    y = np.linspace(south - 0.02, north + 0.02, 500)
    for datum in ("gcj02", "bd09"):
        there = convert(x, y, "wgs84", datum)
        back = convert(*there, datum, "wgs84")
        moved = in_china(x, y)
        assert np.abs(back[0] - x)[moved].max() < CM
        assert np.abs(back[1] - y)[moved].max() < CM


def test_shapes_and_names() -> None:
    x, y = convert(np.full((2, 3), 116.0), np.full((2, 3), 39.0), "GCJ-02", "cgcs2000")
    assert x.shape == y.shape == (2, 3)
    assert convert([], [], "bd09", "wgs84")[0].shape == (0,)
    assert np.isnan(convert(np.nan, 39.0, "bd09", "wgs84")[0])
    assert convert(116.0, 39.0, "wgs84", "cgcs2000") == (116.0, 39.0)
    assert checked("BD_09") == "bd09"
    with pytest.raises(UsageError, match="nad27"):
        convert(1, 1, "nad27", "wgs84")


def test_a_million_points_a_second_or_so() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(115, 116, 200_000), rng.uniform(28, 29, 200_000)
    back = convert(*convert(x, y, "wgs84", "gcj02"), "gcj02", "wgs84")
    assert np.abs(back[0] - x).max() < CM / 10
