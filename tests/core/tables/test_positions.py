"""CRS and datum: declared, checked against the evidence, never guessed."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from shapely.geometry import LineString, Point

from citygrid_core.errors import MissingCrs, UnusableInput, UsageError
from citygrid_core.tables import Field, Mapping, convert, read
from tests.core.tables.common import balanced, repairs, rules, table

KEY = (Field("key", labels=("编号",), required=True),)
DEGREES = "编号,经度,纬度\n" + "".join(
    f"A{k},{115.9 + k / 1000:.4f},{28.6 + k / 1000:.4f}\n" for k in range(20)
)
METRES = "编号,X,Y\n" + "".join(f"A{k},{685000 + k},{3165000 + k}\n" for k in range(20))


def test_points_in_the_crs_of_the_workspace(tmp_path: Path) -> None:
    batch = balanced(read(table(tmp_path, DEGREES), KEY, crs="EPSG:4490", to_crs="EPSG:4547"))
    assert isinstance(batch.frame, gpd.GeoDataFrame)
    assert batch.frame.crs == pyproj.CRS("EPSG:4547")
    there = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
    assert batch.frame.geometry.iloc[3].coords[0] == pytest.approx(
        there.transform(115.903, 28.603), abs=1e-6
    )
    assert (batch.mapping.x, batch.mapping.y) == ("经度", "纬度")


def test_without_a_crs_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingCrs) as caught:
        read(table(tmp_path, DEGREES), KEY)
    assert "经度, 纬度" in caught.value.text("zh")
    assert "看似经纬度" in caught.value.text("zh")
    assert "--crs" in caught.value.text("en")
    with pytest.raises(MissingCrs, match="metres"):
        read(table(tmp_path, METRES), KEY)
    assert not isinstance(
        read(table(tmp_path, METRES), KEY, positions="ignore").frame, gpd.GeoDataFrame
    )


def test_unknown_crs_and_datum(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="EPSG:99"):
        read(table(tmp_path, DEGREES), KEY, crs="EPSG:99")
    with pytest.raises(UsageError, match="nad27"):
        read(table(tmp_path, DEGREES), KEY, crs="EPSG:4490", datum="nad27")


@pytest.mark.parametrize(
    ("text", "crs", "rule", "word"),
    [
        (DEGREES, "EPSG:4547", "crs.degrees", "经纬度"),
        (DEGREES, "EPSG:3857", "crs.degrees", "经纬度"),
        (METRES, "EPSG:4490", "crs.metres", "米制"),
        (METRES.replace("X,Y", "Y,X"), "EPSG:4547", "crs.swapped", "颠倒"),
        (DEGREES.replace("经度,纬度", "纬度,经度"), "EPSG:4490", "crs.swapped", "颠倒"),
        (METRES.replace(",685", ",38685"), "EPSG:4547", "crs.zone", "带号"),
        (DEGREES.replace(",115.", ",-71."), "EPSG:4490", "crs.outside", "范围之外"),
    ],
)
def test_a_declaration_that_the_data_contradict(
    tmp_path: Path, text: str, crs: str, rule: str, word: str
) -> None:
    with pytest.raises(UnusableInput) as caught:
        read(table(tmp_path, text), KEY, crs=crs)
    (problem,) = caught.value.problems
    assert problem.rule == rule
    assert word in problem.text("zh")
    assert "20/20" in problem.text("en")


def test_the_zone_with_its_own_crs(tmp_path: Path) -> None:
    text = METRES.replace(",685", ",38685")
    assert len(balanced(read(table(tmp_path, text), KEY, crs="EPSG:4526")).frame) == 20


def test_rows_without_a_usable_position(tmp_path: Path) -> None:
    bad = ["B1,,", "B2,115.9,", "B3,abc,28.6", "B4,NaN,28.6", "B5,inf,28.6", "B6,28.605,115.905",
           "B7,0,0", "B8,215.9,28.6", "B9,115°53′,28.6", "B10,1e5,28.6"]  # fmt: skip
    batch = balanced(read(table(tmp_path, DEGREES + "\n".join(bad)), KEY, crs="EPSG:4490"))
    assert len(batch.frame) == 20
    assert rules(batch) == [
        (22, "position.missing"), (23, "position.missing"), (24, "number.invalid"), (25, "position.missing"),
        (26, "number.invalid"), (27, "position.swapped"), (28, "position.zero"), (29, "position.metres"),
        (30, "number.invalid"), (31, "position.metres"),
    ]  # fmt: skip
    assert batch.rejects[0].raw == {"编号": "B1", "经度": "", "纬度": ""}


def test_positions_may_be_optional(tmp_path: Path) -> None:
    bad = "B1,,\nB2,115.9,\nB3,0,0\nB4,NULL,NULL\nB5,x,y\n"
    batch = balanced(
        read(table(tmp_path, DEGREES + bad), KEY, crs="EPSG:4490", positions="optional")
    )
    assert rules(batch) == [
        (23, "position.missing"),
        (26, "number.invalid"),
        (26, "number.invalid"),
    ]
    assert batch.frame.geometry.isna().sum() == 3
    assert (24, "position.zero") in repairs(batch)
    none = read(table(tmp_path, "编号,经度,纬度\nA,,\n"), KEY, positions="optional")
    assert none.frame.geometry.isna().all()


def test_coordinates_that_people_wrote(tmp_path: Path) -> None:
    text = "编号,经度,纬度\nA1,１１５．９, 28.6\nA2,115.9,28.6\n"
    batch = balanced(read(table(tmp_path, text), KEY, crs="EPSG:4490"))
    assert batch.frame.geometry.iloc[0].equals(batch.frame.geometry.iloc[1])


def test_swapped_rows_are_seen_by_their_neighbours(tmp_path: Path) -> None:
    """In Urumqi both numbers could be a latitude."""
    text = (
        "编号,经度,纬度\n"
        + "".join(f"A{k},87.{k:02d},43.{k:02d}\n" for k in range(20))
        + "B,43.05,87.05\n"
    )
    batch = balanced(read(table(tmp_path, text), KEY, crs="EPSG:4326"))
    assert rules(batch) == [(22, "position.swapped")]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_coordinates(tmp_path: Path, datum: str) -> None:
    x, y = 115.9 + np.arange(5) / 100, 28.6 + np.arange(5) / 100
    sx, sy = convert(x, y, "wgs84", datum)
    rows = "".join(
        f"A{k},{a!r},{b!r}\n" for k, (a, b) in enumerate(zip(sx.tolist(), sy.tolist(), strict=True))
    )
    batch = balanced(read(table(tmp_path, "编号,lng,lat\n" + rows), KEY, datum=datum))
    assert batch.frame.crs == pyproj.CRS("EPSG:4326")
    np.testing.assert_allclose(batch.frame.geometry.x, x, atol=1e-8)
    np.testing.assert_allclose(batch.frame.geometry.y, y, atol=1e-8)
    projected = read(
        table(tmp_path, "编号,lng,lat\n" + rows), KEY, datum=datum, to_crs="EPSG:4547"
    ).frame
    plain = batch.frame.to_crs("EPSG:4547")
    assert projected.geometry.distance(plain.geometry).max() < 1e-6


def test_shifted_web_mercator(tmp_path: Path) -> None:
    sx, sy = convert(115.9, 28.6, "wgs84", "gcj02")
    mx, my = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(float(sx), float(sy))
    text = f"编号,x,y\nA,{mx!r},{my!r}\n"
    batch = read(table(tmp_path, text), KEY, crs="EPSG:3857", datum="gcj02", to_crs="EPSG:4326")
    assert batch.frame.geometry.iloc[0].coords[0] == pytest.approx((115.9, 28.6), abs=1e-8)


def test_a_shifted_datum_in_the_names_must_be_confirmed(tmp_path: Path) -> None:
    path = table(tmp_path, DEGREES.replace("经度", "百度经度").replace("纬度", "百度纬度"))
    with pytest.raises(UnusableInput) as caught:
        read(path, KEY, crs="EPSG:4326")
    assert caught.value.problems[0].rule == "datum.undeclared"
    assert "bd09" in caught.value.text("zh")
    assert len(read(path, KEY, crs="EPSG:4326", datum="wgs84").frame) == 20


def test_unshifted_columns_are_preferred(tmp_path: Path) -> None:
    text = "编号,gcj_lng,gcj_lat,wgs84_lng,wgs84_lat\nA,115.905,28.597,115.9,28.6\n"
    batch = read(table(tmp_path, text), KEY, crs="EPSG:4326")
    assert (batch.mapping.x, batch.mapping.y) == ("wgs84_lng", "wgs84_lat")


def test_east_and_north_of_surveyors(tmp_path: Path) -> None:
    text = METRES.replace("编号,X,Y", "编号,横坐标,纵坐标")
    batch = read(table(tmp_path, text), KEY, crs="EPSG:4547")
    assert batch.mapping.x == "横坐标"
    mapping = Mapping(x="Y", y="X", crs="EPSG:4547")
    rows = METRES.replace("编号,X,Y", "编号,Y,X")
    assert len(read(table(tmp_path, rows), KEY, mapping=mapping).frame) == 20


def test_layers_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    points = [Point(685000 + k, 3165000) for k in range(5)]
    gpd.GeoDataFrame({"key": list("abcde")}, geometry=points, crs=4547).to_file(path)
    raw = path.read_text("utf-8")
    path.write_text(
        raw.replace("urn:ogc:def:crs:EPSG::4547", "urn:ogc:def:crs:OGC:1.3:CRS84"), "utf-8"
    )
    with pytest.raises(UnusableInput, match="metres"):
        read(path, KEY)
    assert len(read(path, KEY, crs="EPSG:4547").frame) == 5


def test_shifted_lines(tmp_path: Path) -> None:
    x, y = np.array([115.9, 115.91, 115.92]), np.array([28.6, 28.61, 28.6])
    line = LineString(np.column_stack(convert(x, y, "wgs84", "gcj02")))
    path = tmp_path / "t.gpkg"
    gpd.GeoDataFrame({"key": ["a"]}, geometry=[line], crs=4326).to_file(path)
    shape = read(path, KEY, datum="gcj02").frame.geometry.iloc[0]
    np.testing.assert_allclose(shape.coords, np.column_stack([x, y]), atol=1e-8)


def test_features_without_a_geometry(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    shapes = [Point(115.9, 28.6), None, Point(), Point(115.9, 28.61)]
    gpd.GeoDataFrame({"key": list("abcd")}, geometry=shapes, crs=4490).to_file(path)
    batch = balanced(read(path, KEY))
    assert rules(batch) == [(2, "position.missing"), (3, "position.missing")]
    batch = balanced(read(path, KEY, positions="optional"))
    assert batch.frame.geometry.isna().tolist() == [False, True, True, False]
