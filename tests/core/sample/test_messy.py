"""Messy files: what was planted is there, and nothing else is wrong."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pytest
import shapely
from openpyxl import load_workbook

from citygrid_core.standards import is_social_credit_code, load_edition
from citygrid_core.tables import Field, Mapping, read

from .conftest import City


@pytest.fixture(scope="module")
def truth(city: City) -> pd.DataFrame:
    return city.rows("messy/truth.csv")


@pytest.fixture(scope="module")
def listed(city: City) -> pd.DataFrame:
    return city.rows("messy/files.csv").set_index("file")


def test_every_kind_at_least_three_times_and_no_row_twice(truth: pd.DataFrame) -> None:
    assert truth.groupby(["file", "defect"]).size().min() >= 3
    assert not truth.duplicated(["file", "row"]).any()
    assert set(truth["outcome"]) == {"rejected", "repaired"}
    assert (truth.loc[truth["outcome"] == "repaired", "expected_value"] != "").all()


def test_most_rows_are_good(truth: pd.DataFrame, listed: pd.DataFrame) -> None:
    share = truth.groupby("file").size() / listed["rows"].astype(int)
    assert share.drop("areas_bad.geojson").between(0.03, 0.1).all()
    assert listed["rows"].drop("areas_bad.geojson").astype(int).between(150, 400).all()
    counted = truth.groupby(["file", "outcome"]).size().unstack(fill_value=0)
    counted = counted.loc[listed.index]
    assert (counted["rejected"] == listed["rejected"].astype(int)).all()
    assert (counted["repaired"] == listed["repaired"].astype(int)).all()


def test_every_mapping_loads(city: City, listed: pd.DataFrame) -> None:
    for mapping in listed["mapping"]:
        assert Mapping.load(city.folder / "messy" / mapping).columns


def rows(city: City, file: str, encoding: str, delimiter: str = ",") -> pd.DataFrame:
    """Read a file with nothing but the csv module; the index is the row number."""
    text = (city.folder / "messy" / file).read_bytes().decode(encoding)
    table = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    return pd.DataFrame(table[1:], columns=table[0], index=range(2, len(table) + 1))


def wrong(row: pd.Series, classes: set[str], names: set[str], city: shapely.Polygon) -> set[str]:
    """Say what is wrong with one row of components, by rules of this test's own."""
    out = set()
    if row["部件代码"] not in classes:
        out.add("class_code")
    if row["权属单位"] not in names:
        out.add("owning")
    if row["部件状态"] not in ("完好", "破损", "丢失", "废弃", "移除"):
        out.add("state")
    if not re.fullmatch(r"2025-\d\d-\d\d", row["普查日期"]) or pd.isna(
        pd.to_datetime(row["普查日期"], errors="coerce")
    ):
        out.add("surveyed_on")
    try:
        if not city.contains(shapely.Point(float(row["东坐标"]), float(row["北坐标"]))):
            out.add("geometry")
    except ValueError:
        out.add("x")
    return out


@pytest.mark.parametrize(
    ("file", "encoding", "delimiter"),
    [("components_gbk.csv", "gbk", ","), ("components_utf16.tsv", "utf-16", "\t")],
)
def test_components_have_exactly_the_planted_defects(
    city: City, truth: pd.DataFrame, file: str, encoding: str, delimiter: str
) -> None:
    table = rows(city, file, encoding, delimiter)
    classes = set(load_edition("gbt47678-2026").component_classes.index)
    names = set(city.rows("departments.csv")["name"])
    whole = shapely.union_all(city.level("county").geometry.to_numpy())
    found = {(r, f) for r, row in table.iterrows() for f in wrong(row, classes, names, whole)}
    found |= {(int(r), "source_key") for r in table.index[table["序号"].duplicated()]}
    mine = truth[truth["file"] == file]
    assert found == set(zip(mine["row"].astype(int), mine["field"], strict=True))


def test_departments_have_exactly_the_planted_defects(city: City, truth: pd.DataFrame) -> None:
    table = rows(city, "departments.csv", "gb18030")
    known = {*table["统一社会信用代码"], *city.rows("departments.csv")["code"], ""}
    following = dict(zip(table["统一社会信用代码"], table["承接部门代码"], strict=True))
    found = set()
    for at, row in table.iterrows():
        code = row["统一社会信用代码"]
        if not is_social_credit_code(code):
            found.add((at, "wrong_check_character"))
        if row["上级部门代码"] not in known:
            found.add((at, "unknown_parent"))
        if row["撤销日期"] and row["撤销日期"] <= row["成立日期"]:
            found.add((at, "reversed_dates"))
        if not row["单位名称"]:
            found.add((at, "missing_name"))
        step, steps = following.get(code, ""), 0
        while step and step != code and steps < 10:
            step, steps = following.get(step, ""), steps + 1
        if step == code:
            found.add((at, "circle_of_successors"))
    twice = table.index[table["统一社会信用代码"].duplicated()]
    found |= {(at, "duplicate_code") for at in twice}
    mine = truth[truth["file"] == "departments.csv"]
    assert found == set(zip(mine["row"].astype(int), mine["defect"], strict=True))


def test_the_sheet_has_a_title_a_double_header_dates_formulas_and_a_total(
    city: City, truth: pd.DataFrame
) -> None:
    path = city.folder / "messy" / "components.xlsx"
    formulas, values = load_workbook(path).active, load_workbook(path, data_only=True).active
    assert "B2:C2" in {str(r) for r in formulas.merged_cells.ranges}
    assert formulas.cell(formulas.max_row, 1).value == "合计"
    mine = truth[truth["file"] == "components.xlsx"]
    for row in mine[mine["defect"] == "formula_cell"].itertuples():
        assert str(formulas.cell(int(row.row), 5).value).startswith("=")
        assert f"{values.cell(int(row.row), 5).value:.3f}" == row.expected_value
    dates = [formulas.cell(r, 8).is_date for r in range(4, formulas.max_row)]
    assert sum(dates) == len(dates) - (mine["defect"] == "impossible_date").sum()


def test_the_shapefile_does_not_say_its_encoding(city: City) -> None:
    folder = city.folder / "messy" / "components_shp"
    assert not (folder / "components.cpg").exists()
    head = (folder / "components.dbf").read_bytes()[:400]
    assert head[29] == 0
    assert "部件类别代".encode("gbk") in head


def test_hotline_points_are_in_the_city_only_after_the_shift(
    city: City, truth: pd.DataFrame
) -> None:
    folder = city.folder / "messy"
    mapping = Mapping.load(folder / "cases_gbk.mapping.toml")
    fields = [Field(name) for name in mapping.columns]
    whole = shapely.union_all(city.level("county").geometry.to_numpy())
    batch = read(
        folder / "cases_gbk.csv", fields, mapping=mapping, to_crs="EPSG:4547", positions="optional"
    )
    points = batch.frame.geometry.dropna()
    assert len(points) >= 290
    assert points.within(whole).all()
    plain = read(
        folder / "cases_gbk.csv", fields, mapping=mapping, datum="wgs84", to_crs="EPSG:4547",
        positions="optional",
    )  # fmt: skip
    assert 300 < plain.frame.geometry.dropna().distance(points).mean() < 800


def test_areas_overlap_and_gape_where_planted(city: City, truth: pd.DataFrame) -> None:
    import geopandas as gpd

    bad = gpd.read_file(city.folder / "messy" / "areas_bad.geojson").to_crs("EPSG:4547")
    mine = truth[truth["file"] == "areas_bad.geojson"]
    for row in mine[mine["field"] == "geometry"].itertuples():
        one = bad.geometry.iloc[int(row.row) - 1]
        other = bad.geometry.iloc[int(row.expected_value or 0) - 1] if row.expected_value else None
        assert other is not None
        shared = one.intersection(other).area
        assert (shared > 20) == (row.defect == "overlap")
    for row in mine[mine["defect"] == "wrong_parent"].itertuples():
        area = bad.iloc[int(row.row) - 1]
        assert area["parent_code"] != area["code"][:9]
    communities = bad[bad["level"] == "community"].geometry.to_numpy()
    original = city.level("community")
    original = original[original["code"].isin(bad["code"])].geometry.to_numpy()
    missing = shapely.union_all(original).difference(shapely.union_all(communities))
    gaps = [g for g in shapely.get_parts(missing) if g.area > 5]
    assert len(gaps) == (mine["defect"] == "gap").sum()
