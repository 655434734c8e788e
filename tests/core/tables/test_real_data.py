"""The files of real cities: everything in, or named."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from citygrid_core.tables import Field, preview, read, read_chunks
from tests.core.tables.common import balanced, rules

CASES = (
    Field("number", "text", ("case_id",), required=True),
    Field("opened", "datetime", ("OPEN_DT",), required=True),
    Field("due", "datetime", ("TARGET_DT",)),
    Field("closed", "datetime", ("CLOSED_DT",)),
    Field("kind", "text", ("TYPE",)),
    Field("precinct", "code", ("precinct",), length=4),
)


def test_boston_cases(real_data: Path) -> None:
    path = real_data / "boston311_2015/cases_2015_jan_aug.csv.gz"
    batch = balanced(read(path, CASES, crs="EPSG:4326", to_crs="EPSG:26986", positions="optional"))
    assert batch.read == 81_408
    expected = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert batch.raw.to_numpy().tolist() == expected.to_numpy().tolist()
    frame = batch.frame
    assert frame["opened"].min() == "2015-01-01T00:20:09"
    assert len(batch.rejects) < 100, rules(batch)[:5]
    inside = frame.geometry[frame.geometry.notna()]
    assert inside.x.between(220_000, 250_000).mean() > 0.999
    parts = read_chunks(path, CASES, crs="EPSG:4326", positions="optional", rows=30_000)
    assert sum(p.read for p in parts) == 81_408


@pytest.mark.parametrize("name", ["pedestrian_bins.csv", "dog_waste_boxes.csv"])
def test_taipei_assets(real_data: Path, name: str) -> None:
    fields = (Field("key", labels=("id",), required=True), Field("district"), Field("address"))
    batch = balanced(read(real_data / "taipei" / name, fields, crs="EPSG:4326", to_crs="EPSG:3826"))
    assert batch.read > 500
    assert len(batch.rejects) <= batch.read * 0.02
    assert batch.preview.encoding.startswith("utf-8")
    assert batch.frame.geometry.x.between(290_000, 320_000).mean() > 0.99


def test_taipei_in_big5(real_data: Path, tmp_path: Path) -> None:
    text = (real_data / "taipei/pedestrian_bins.csv").read_text("utf-8-sig")
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("big5", "replace"))
    assert preview(path).encoding.startswith("big5")


@pytest.mark.parametrize("codec", ["gbk", "gb18030", "utf-16", "utf-8-sig"])
def test_shanghai_places_in_any_encoding(real_data: Path, tmp_path: Path, codec: str) -> None:
    source = real_data / "shanghai_poi/shanghai_poi_4_districts.csv"
    text = source.read_text("utf-8-sig")
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(codec, "replace"))
    fields = (Field("name", required=True), Field("address"), Field("category", labels=("type",)))
    batch = balanced(read(path, fields, crs="EPSG:4326", to_crs="EPSG:4549"))
    assert batch.read == len(pd.read_csv(source))
    assert len(batch.rejects) <= batch.read * 0.001
    assert batch.preview.encoding == {"gbk": "gb18030"}.get(codec, codec)
    assert batch.preview.delimiter == ","


def test_codes_of_divisions(real_data: Path) -> None:
    fields = (Field("code", "code", required=True), Field("name"), Field("level", "integer"))
    batch = balanced(read(real_data / "cn_admin_divisions/divisions_2021.csv", fields))
    assert batch.rejects == []
    assert batch.read == 10_055
    assert batch.frame["code"].iloc[0] == "3601"


def test_cambridge_layers(real_data: Path) -> None:
    path = real_data / "cambridge_ma/cambridge_assets.gpkg"
    total = 0
    import pyogrio

    for layer, _ in pyogrio.list_layers(path):
        batch = balanced(
            read(path, (Field("key"),), layer=str(layer), to_crs="EPSG:26986", positions="optional")
        )
        assert batch.frame.crs.to_epsg() == 26986
        assert batch.rejects == []
        total += batch.read
    assert total == 25_353


def test_wards_of_boston(real_data: Path) -> None:
    path = real_data / "boston311_2015/Wards.geojson"
    batch = balanced(read(path, (Field("ward", labels=("WARD",)),), to_crs="EPSG:26986"))
    theirs = gpd.read_file(path, engine="pyogrio").to_crs(26986)
    assert batch.read == len(theirs)
    assert batch.frame.geometry.area.sum() == pytest.approx(theirs.geometry.area.sum(), rel=1e-9)


def test_a_zipped_shapefile_without_crs(real_data: Path) -> None:
    path = real_data / "spatial_stats_reference/columbus.zip"
    batch = balanced(read(path, (Field("crime", "number", ("CRIME",)),), positions="ignore"))
    assert batch.read == 49
    assert batch.frame["crime"].mean() == pytest.approx(35.1288, abs=1e-3)
