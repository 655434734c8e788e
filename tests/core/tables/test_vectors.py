"""Layers as GDAL's tools write them, and as they arrive without half of their parts."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from citygrid_core.errors import MissingCrs, UnusableInput
from citygrid_core.tables import Field, preview, read, read_chunks
from tests.core.tables.common import FIELDS, balanced, repairs, rules

CITY = gpd.GeoDataFrame(
    {
        "编号": ["A1", "A2", "A3"],
        "类别代码": [1001, 2013, 1001],
        "名称": ["上水井盖", "果皮箱", "鬱躁龜"],
        "普查日期": ["2026-03-05", "20260306", ""],
        "数量": [1, 2, 3],
    },
    geometry=[Point(500000 + k, 3165000 + k) for k in range(3)],
    crs="EPSG:4547",
)


def shapefile(
    folder: Path, frame: gpd.GeoDataFrame = CITY, encoding: str = "gb18030", cpg: bool = False
) -> Path:
    """Write a Shapefile; without its .cpg unless asked."""
    path = folder / "井盖.shp"
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    if not cpg:
        path.with_suffix(".cpg").unlink()
    return path


@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson", "t.json"])
def test_layers(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    pyogrio.write_dataframe(CITY, path, driver="GPKG" if name.endswith("gpkg") else "GeoJSON")
    batch = balanced(read(path, FIELDS, to_crs="EPSG:4547"))
    frame = batch.frame
    assert frame["key"].tolist() == ["A1", "A2", "A3"]
    assert frame["class_code"].tolist() == ["01001", "02013", "01001"]
    assert frame["name"].tolist() == ["上水井盖", "果皮箱", "鬱躁龜"]
    assert frame["surveyed_on"].tolist() == ["2026-03-05", "2026-03-06", None]
    assert frame["source_row"].tolist() == [1, 2, 3]
    assert frame.geometry.distance(CITY.geometry).max() < 1e-3
    assert batch.raw["类别代码"].tolist() == ["1001", "2013", "1001"]
    assert (1, "code.zeros") in repairs(batch)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_shapefile_without_its_encoding(tmp_path: Path, encoding: str) -> None:
    batch = balanced(read(shapefile(tmp_path, encoding=encoding), FIELDS))
    assert batch.preview.encoding == encoding
    assert batch.preview.format == "ESRI Shapefile"
    assert batch.frame["name"].tolist() == ["上水井盖", "果皮箱", "鬱躁龜"]
    assert batch.frame["key"].tolist() == ["A1", "A2", "A3"]


def test_a_shapefile_whose_cpg_is_wrong(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".cpg").write_text("UTF-8")
    batch = read(path, FIELDS)
    assert batch.preview.encoding == "gb18030"
    assert ".cpg" in batch.preview.encoding_evidence.zh
    assert batch.frame["name"].iloc[0] == "上水井盖"
    path.with_suffix(".cpg").write_text("936")
    assert preview(path).encoding == "gb18030"


def test_an_override_for_a_shapefile(tmp_path: Path) -> None:
    path = shapefile(tmp_path, CITY.rename(columns={"编号": "key", "名称": "name"}))
    batch = balanced(read(path, FIELDS, encoding="utf-8"))
    assert rules(batch) == [(k, "encoding.undecodable") for k in (1, 2, 3)]
    assert "\\x" in batch.rejects[0].raw["name"]


def test_a_text_cut_off_within_a_character(tmp_path: Path) -> None:
    """DBF cells have a fixed number of bytes; programs cut without looking."""
    path = shapefile(tmp_path, CITY, "utf-8")
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    name = "上水井盖".encode()
    dbf.write_bytes(raw.replace(name, name[:-1] + b" "))
    batch = balanced(read(path, FIELDS))
    assert batch.preview.encoding == "utf-8"
    assert batch.frame["name"].iloc[0] == "上水井"


def test_names_cut_off_after_ten_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"部件标识编": ["A1"], "初始普查日": ["2026-03-05"]}, geometry=[Point(0, 0)], crs=4490
    )
    fields = (Field("key", labels=("部件标识编码",)), Field("on", "date", ("初始普查日期",)))
    path = tmp_path / "t.shp"
    pyogrio.write_dataframe(frame, path, encoding="gb18030")
    got = read(path, fields, positions="ignore").frame
    assert got.iloc[0].tolist()[:2] == ["A1", "2026-03-05"]


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_parts_of_a_shapefile_that_are_missing(tmp_path: Path, part: str) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(part).unlink()
    with pytest.raises(UnusableInput) as caught:
        read(path, FIELDS)
    assert part in caught.value.text("zh")


def test_a_shapefile_without_prj(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(MissingCrs, match="metres"):
        read(path, FIELDS)
    assert read(path, FIELDS, crs="EPSG:4547").frame.crs.to_epsg() == 4547


def test_a_zipped_shapefile(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    archive = tmp_path / "井盖.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for part in tmp_path.glob("井盖.*"):
            if part.suffix != ".zip":
                made.write(part, f"普查/{part.name}")
    for found in tmp_path.glob("井盖.*"):
        if found.suffix != ".zip":
            found.unlink()
    assert not path.exists()
    batch = balanced(read(archive, FIELDS))
    assert batch.preview.encoding == "gb18030"
    assert batch.frame["name"].tolist() == ["上水井盖", "果皮箱", "鬱躁龜"]
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "x")
    with pytest.raises(UnusableInput, match=r"a\.txt"):
        read(archive, FIELDS)


def test_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(CITY, path, layer="一")
    pyogrio.write_dataframe(CITY.iloc[:1], path, layer="二")
    with pytest.raises(UnusableInput) as caught:
        read(path, FIELDS)
    assert "一, 二" in caught.value.text("zh")
    assert len(read(path, FIELDS, layer="二").frame) == 1
    with pytest.raises(UnusableInput, match="三"):
        read(path, FIELDS, layer="三")


def test_styles_of_qgis_are_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(CITY, path, layer="a")
    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["x"]}), path, layer="layer_styles")
    assert read(path, FIELDS).preview.layers == ("a",)


def test_a_table_without_geometry_in_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"编号": ["A"], "经度": [115.9], "纬度": [28.6]}), path)
    batch = balanced(read(path, FIELDS, crs="EPSG:4490"))
    assert batch.frame.geometry.iloc[0] == Point(115.9, 28.6)
    assert not isinstance(read(path, FIELDS, positions="ignore").frame, gpd.GeoDataFrame)


def test_dates_and_numbers_as_they_are_stored(tmp_path: Path) -> None:
    moments = pd.to_datetime(
        ["2026-03-05 08:05:09", None, "2026-03-05 23:59:59.7"], format="ISO8601"
    )
    frame = gpd.GeoDataFrame(
        {"at": moments, "on": moments.date, "n": [1.5, np.nan, 2.0], "flag": [True, False, True]},
        geometry=[Point(115, 28)] * 3, crs=4490,
    )  # fmt: skip
    frame["zoned"] = moments.tz_localize("UTC")
    fields = (
        Field("at", "datetime"),
        Field("on", "date"),
        Field("n", "number"),
        Field("flag"),
        Field("zoned", "datetime"),
    )
    for name in ("t.gpkg", "t.geojson"):
        path = tmp_path / name
        pyogrio.write_dataframe(frame, path)
        got = balanced(read(path, fields)).frame
        assert got["at"].tolist()[:2] == ["2026-03-05T08:05:09", None]
        assert got["on"].tolist()[:2] == ["2026-03-05", None]
        assert got["zoned"].tolist()[0] == "2026-03-05T16:05:09"
        assert got["n"].tolist()[::2] == [1.5, 2.0]
        assert got["flag"].tolist() == ["TRUE", "FALSE", "TRUE"]


def test_all_kinds_of_geometry(tmp_path: Path) -> None:
    shapes = [LineString([(115, 28), (115.1, 28.1)]), Polygon([(115, 28), (115.1, 28), (115.1, 28.1)]),
              MultiPoint([(115, 28), (115.1, 28)]), Point(115, 28, 7)]  # fmt: skip
    path = tmp_path / "t.geojson"
    gpd.GeoDataFrame({"key": list("abcd")}, geometry=shapes, crs=4490).to_file(path)
    got = read(path, (Field("key"),)).frame.geometry
    assert got.geom_type.tolist() == ["LineString", "Polygon", "MultiPoint", "Point"]
    assert not got.has_z.any()


def test_fiona_and_we_see_the_same(tmp_path: Path) -> None:
    path = shapefile(tmp_path, cpg=True)
    ours = read(path, FIELDS).raw
    with fiona.open(path) as layer:
        theirs = [feature["properties"] for feature in layer]
    assert ours["名称"].tolist() == [p["名称"] for p in theirs]
    assert ours["类别代码"].tolist() == [str(p["类别代码"]) for p in theirs]


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp", "t.geojson"])
def test_chunks_of_a_layer(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame({"key": range(1000)}, geometry=[Point(115, 28)] * 1000, crs=4490)
    path = tmp_path / name
    pyogrio.write_dataframe(frame, path)
    parts = list(read_chunks(path, (Field("key"),), rows=300))
    assert [p.read for p in parts] == [300, 300, 300, 100]
    assert [v for p in parts for v in p.frame["key"]] == [str(k) for k in range(1000)]
    assert [v for p in parts for v in p.frame["source_row"]] == list(range(1, 1001))


def test_an_empty_layer(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(CITY.iloc[:0], path, geometry_type="Point")
    batch = balanced(read(path, FIELDS))
    assert batch.read == 0
    assert isinstance(batch.frame, gpd.GeoDataFrame)
    assert batch.frame.crs.to_epsg() == 4547


def test_rejects_of_a_layer_show_their_geometry(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(CITY.assign(数量="x"), path)
    batch = balanced(read(path, FIELDS))
    assert len(batch.rejects) == 3
    assert batch.rejects[0].raw["geometry"] == "POINT (500000 3165000)"


def test_a_geopackage_that_lies_about_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(pd.concat([CITY] * 400), path)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 20000] = b"\xff" * 20000
    path.write_bytes(raw)
    with suppress(UnusableInput):
        assert balanced(read(path, FIELDS)).read == 1200


def test_a_geojson_in_gbk(tmp_path: Path) -> None:
    feature: dict[str, Any] = {
        "type": "Feature", "properties": {"编号": "A1", "名称": "上水井盖"},
        "geometry": {"type": "Point", "coordinates": [115.9, 28.6]},
    }  # fmt: skip
    path = tmp_path / "t.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    path.write_bytes(text.encode("gb18030"))
    batch = balanced(read(path, FIELDS))
    assert batch.frame["name"].tolist() == ["上水井盖"]
    assert batch.preview.encoding == "gb18030"
    path.write_bytes(text.encode("utf-8-sig"))
    assert read(path, FIELDS).frame["name"].tolist() == ["上水井盖"]


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(CITY, path)
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode=wal")
    connection.close()
    before = path.read_bytes()
    read(path, FIELDS)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.gpkg"]
