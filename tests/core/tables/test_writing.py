"""Outputs: whole or not at all, the same twice, safe to open in Excel."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from citygrid_core.errors import MissingCrs, Problem, Text, UsageError
from citygrid_core.tables import Field, Reject, read, write, write_rejects
from citygrid_core.tables.rejects import guarded, unguarded
from tests.core.tables.common import FIELDS, balanced, rules, table

FRAME = pd.DataFrame(
    {
        "code": ["360102001001001", "01001", None],
        "name": ["井盖", "=1+1", '引"号,逗号'],
        "n": [1.5, np.nan, -3.0],
        "count": pd.array([1, None, 3], dtype="Int64"),
    }
)
CITY = gpd.GeoDataFrame(FRAME, geometry=[Point(1.25, 2), Point(3, 4), None], crs="EPSG:4547")
PROBLEM = Problem("x.y", Text("'a'", "“甲”"), Text("b", "乙"), Text("c", "丙"), "f.csv", 7, "名称")


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xlsx", "t.gpkg", "t.geojson"])
def test_the_same_bytes_twice(tmp_path: Path, name: str) -> None:
    first = write(CITY, tmp_path / name).read_bytes()
    again = write(CITY, tmp_path / name, overwrite=True).read_bytes()
    assert first == again
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_csv_for_excel(tmp_path: Path) -> None:
    text = write(CITY, tmp_path / "t.csv").read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    assert text.splitlines() == [
        "\ufeffcode,name,n,count,x,y",
        "360102001001001,井盖,1.5,1,1.25,2.0",
        "01001,'=1+1,,,3.0,4.0",
        ',"引""号,逗号",-3.0,3,,',
    ]
    plain = write(CITY, tmp_path / "u.csv", lang="en", guard=False).read_bytes().decode("utf-8")
    assert plain.startswith("code,")
    assert ",=1+1," in plain


def test_xlsx_keeps_texts_as_texts(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write(CITY, tmp_path / "t.xlsx", layer="部件")).active
    assert sheet is not None
    assert sheet.title == "部件"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("code", "name", "n", "count", "x", "y")
    assert rows[1] == ("360102001001001", "井盖", 1.5, 1, 1.25, 2)
    assert rows[2][1] == "=1+1"
    assert sheet["B3"].data_type == "s"
    assert sheet["A2"].number_format == "@"


@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson"])
def test_layers(tmp_path: Path, name: str) -> None:
    path = write(CITY, tmp_path / name)
    got = gpd.read_file(path, engine="pyogrio")
    assert got["name"].tolist() == CITY["name"].tolist()
    assert got.crs.to_epsg() == 4547
    assert got.geometry.iloc[0].distance(Point(1.25, 2)) < 1e-6
    lines = gpd.GeoDataFrame({"a": [{"x": [1]}]}, geometry=[LineString([(0, 0), (1, 1)])], crs=4547)
    assert gpd.read_file(write(lines, tmp_path / f"l{name}"))["a"].iloc[0] in (
        '{"x": [1]}',
        {"x": [1]},
    )


def test_other_geometries_in_csv_are_wkt(tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame({"a": [1]}, geometry=[LineString([(0, 0), (1, 1.5)])], crs=4547)
    text = write(lines, tmp_path / "t.csv").read_text("utf-8-sig")
    assert '1,"LINESTRING (0 0, 1 1.5)"' in text


def test_a_frame_without_geometry(tmp_path: Path) -> None:
    path = write(FRAME, tmp_path / "t.gpkg", layer="a")
    assert read(path, (Field("name"),)).frame["name"].tolist() == FRAME["name"].tolist()
    with pytest.raises(UsageError, match="geometry"):
        write(FRAME, tmp_path / "t.geojson")
    with pytest.raises(MissingCrs):
        write(CITY.set_crs(None, allow_override=True), tmp_path / "u.gpkg")
    assert [p.name for p in tmp_path.iterdir()] == ["t.gpkg"]


def test_nothing_is_replaced_by_accident(tmp_path: Path) -> None:
    path = write(FRAME, tmp_path / "t.csv")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        write(FRAME.iloc[:1], path)
    assert path.read_bytes() == before
    write(FRAME.iloc[:1], path, overwrite=True)
    assert path.read_bytes() != before
    with pytest.raises(UsageError, match="suffix"):
        write(FRAME, tmp_path / "t.doc")
    with pytest.raises(UsageError, match="folder"):
        write(FRAME, tmp_path / "none" / "t.csv")


@pytest.mark.parametrize("name", ["city.gpkg", "city.csv"])
def test_a_workspace_is_never_replaced(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with sqlite3.connect(path) as connection:
        connection.execute("create table cg_meta (key text)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="workspace"):
        write(CITY, path, overwrite=True)
    with pytest.raises(UsageError, match="workspace"):
        write_rejects(path, [])
    assert path.read_bytes() == before


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(CITY, tmp_path / "t.gpkg")
    before = path.read_bytes()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write(CITY.iloc[:1], path, overwrite=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.gpkg"]


def test_rejects_for_people(tmp_path: Path) -> None:
    path = write_rejects(
        tmp_path / "r.csv", [Reject(7, {"编号": "=A1", "宽度": "-1.5"}, (PROBLEM, PROBLEM))]
    )
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, row = raw.decode("utf-8-sig").splitlines()
    assert header == "拒收：行号,拒收：原因,编号,宽度"
    assert row.startswith("7,字段“名称”：发现“甲”，应为乙；丙；字段")
    assert row.endswith(",'=A1,-1.5")
    english = write_rejects(
        tmp_path / "r.csv", [Reject(7, {"编号": "x"}, (PROBLEM,))], "en"
    ).read_text("utf-8-sig")
    assert "found 'a', expected b; c" in english


def test_rejects_as_a_workbook(tmp_path: Path) -> None:
    path = write_rejects(
        tmp_path / "r.xlsx", [Reject(7, {"编号": "=A1", "code": "360102001001001"}, (PROBLEM,))]
    )
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [c.value for c in sheet[2]][2:] == ["=A1", "360102001001001"]
    assert sheet["D2"].data_type == "s"
    assert read(path, (Field("编号"),)).frame["编号"].tolist() == ["=A1"]


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_rejects_are_corrected_and_read_again(tmp_path: Path, name: str) -> None:
    path = table(tmp_path, "编号,类别代码,名称\n=A1,1E+04,+井盖\n'-A2,xx,'=灯\nA3,01001,好\n")
    first = balanced(read(path, FIELDS))
    assert len(first.rejects) == 2
    again = balanced(read(write_rejects(tmp_path / name, first.rejects), FIELDS))
    assert [r.raw for r in again.rejects] == [r.raw for r in first.rejects]
    assert [rule for _, rule in rules(again)] == [rule for _, rule in rules(first)]


@given(st.text(max_size=12))
def test_the_guard_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.text(st.sampled_from("'=+-@1\t\ra")))
def test_no_guarded_text_is_a_formula(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    if safe[:1] in tuple("=+-@\t\r") and safe:
        float(safe)
