"""A preview says what a file is, and why it is taken for that."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from citygrid_core.errors import UnusableInput
from citygrid_core.tables import preview
from citygrid_core.tables.preview import guess_kind
from tests.core.tables.common import FIELDS, table

TEXT = (
    "东湖区部件普查表\n编号;类别代码;百度经度;百度纬度;普查日期;上报时间;数量;宽度;空列\n"
    "A1;01001;115.9;28.6;2026-03-05;2026-03-05 08:05;1;0.5;\nA2;02013;115.8;28.5;20260306;;2;1;\n"
)


def test_a_table(tmp_path: Path) -> None:
    shown = preview(table(tmp_path, TEXT, "gb18030"))
    assert shown.format == "csv"
    assert shown.encoding == "gb18030"
    assert shown.delimiter == ";"
    assert shown.header_rows == (2,)
    assert [(c.name, c.kind) for c in shown.columns] == [
        ("编号", "text"), ("类别代码", "code"), ("百度经度", "number"), ("百度纬度", "number"), ("普查日期", "date"),
        ("上报时间", "datetime"), ("数量", "integer"), ("宽度", "number"), ("空列", "empty"),
    ]  # fmt: skip
    assert (shown.x, shown.y, shown.crs, shown.datum) == ("百度经度", "百度纬度", "", "bd09")
    assert "百度经度" in shown.datum_evidence.zh
    assert shown.sample[0]["编号"] == "A1"
    assert shown.columns[5].filled == 0.5
    assert json.loads(json.dumps(shown.as_dict(), ensure_ascii=False))["encoding"] == "gb18030"


def test_for_people(tmp_path: Path) -> None:
    shown = preview(table(tmp_path, TEXT, "gb18030"))
    zh, en = shown.text("zh"), shown.text("en")
    for word in (
        "编码：gb18030（",
        "分隔符：分号",
        "表头行：2",
        "坐标参考系：未注明",
        "坐标基准：bd09",
        "略过表头上方的标题",
    ):
        assert word in zh
    for word in ("encoding: gb18030 (", "delimiter: semicolon", "CRS: not said"):
        assert word in en


def test_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    gpd.GeoDataFrame({"编号": ["A"]}, geometry=[Point(115, 28)], crs=4490).to_file(
        path, layer="井盖"
    )
    shown = preview(path)
    assert (shown.format, shown.layer, shown.geometry, shown.crs, shown.rows) == (
        "GPKG", "井盖", "Point", "EPSG:4490", 1,
    )  # fmt: skip
    assert "要素数：1" in shown.text("zh")


def test_our_labels_help_to_find_the_header(tmp_path: Path) -> None:
    path = table(tmp_path, "甲,乙\n编号,名称\nA1,井盖\n")
    assert preview(path).header_rows == (1,)
    assert preview(path, fields=FIELDS).header_rows == (2,)


def test_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput):
        preview(tmp_path / "none.csv")
    with pytest.raises(UnusableInput, match="nothing"):
        preview(table(tmp_path, "\n\n"))
    assert preview(table(tmp_path, "编号,名称\n")).columns[0].kind == "empty"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2"], "integer"), (["01", "2"], "code"), (["1.5", "2"], "number"), (["a", "2"], "text"),
        (["20260305", "20260306"], "date"), (["12345678", "87654321"], "integer"), (["360102001", "360102002"], "code"),
        (["2026/3/5 8:05"], "datetime"), ([], "empty"), (["46086"], "integer"),
    ],
)  # fmt: skip
def test_kinds(values: list[str], kind: str) -> None:
    assert guess_kind(values) == kind
