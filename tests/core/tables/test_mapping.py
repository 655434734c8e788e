"""From their columns to ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.operations.cases.fields import FIELDS as CASES
from citygrid_core.tables import Field, Mapping, read
from tests.core.tables.common import FIELDS, balanced, table

TOML = """
crs = "EPSG:4547"
datum = "wgs84"
encoding = "gb18030"
layer = "部件"
delimiter = ";"
header_rows = [2, 3]
x = "东"
y = "北"
[columns]
key = "序号"
[constants]
count = 3
[values.state]
"1" = "intact"
"""


def test_a_mapping_file(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(TOML, "utf-8")
    mapping = Mapping.load(path)
    assert mapping == Mapping(
        columns={"key": "序号"}, constants={"count": "3"}, values={"state": {"1": "intact"}}, x="东", y="北",
        crs="EPSG:4547", datum="wgs84", encoding="gb18030", layer="部件", delimiter=";", header_rows=(2, 3),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "colour"), ("x = 1", "x"), ("header_rows = -1", "header_rows"), ("columns = 3", "columns"),
        ("header_rows = [0]", "header_rows"), ("values.state = 1", "values.state"), ("delimiter = 'ab'", "delimiter"),
        ("a = [", "m.toml"), ("header_rows = true", "header_rows"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=said):
        Mapping.load(path)
    with pytest.raises(UsageError, match=r"none\.toml"):
        Mapping.load(tmp_path / "none.toml")


def test_labels_are_guessed() -> None:
    columns = [
        "OBJ_ID",
        "部件名称（必填）",
        "ＯＲＤａｔｅ",
        "经度(°)",
        "纬度(°)",
        "备注",
        "位置/类别代码",
    ]
    fields = (*FIELDS, Field("id", labels=("ObjID",)), Field("note", labels=("备注",)))
    found = Mapping.guess(columns, fields)
    assert found.columns == {
        "name": "部件名称（必填）", "surveyed_on": "ＯＲＤａｔｅ", "id": "OBJ_ID", "note": "备注",
        "class_code": "位置/类别代码",
    }  # fmt: skip
    assert (found.x, found.y) == ("经度(°)", "纬度(°)")


def test_a_column_serves_one_field_and_an_ambiguous_label_none() -> None:
    fields = (Field("a", labels=("名称",)), Field("b", labels=("名称",)))
    assert Mapping.guess(["名称"], fields).columns == {"a": "名称"}
    assert Mapping.guess(["主管/名称", "权属/名称"], fields).columns == {}
    both = (Field("a", labels=("主管名称",)), Field("b", labels=("权属名称",)))
    assert Mapping.guess(["主管/名称", "权属/名称"], both).columns == {
        "a": "主管/名称",
        "b": "权属/名称",
    }


def test_the_mapping_wins_over_labels(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,旧编号\nA1,B1\n")
    assert read(path, FIELDS, mapping=Mapping(columns={"key": "旧编号"})).frame["key"].tolist() == [
        "B1"
    ]


def test_columns_are_found_in_any_spelling(tmp_path: Path) -> None:
    path = table(tmp_path, " 设施 编号 ,名称\nA1,B1\n")
    assert read(path, FIELDS, mapping=Mapping(columns={"key": "设施编号"})).frame[
        "key"
    ].tolist() == ["A1"]


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,名称\nA1,B1\n")
    mapping = Mapping(columns={"key": "编码号", "name": "没有"})
    with pytest.raises(UnusableInput) as caught:
        read(path, FIELDS, mapping=mapping)
    assert len(caught.value.problems) == 2
    assert "编号" in caught.value.problems[0].expected.zh
    with pytest.raises(UsageError, match="colour"):
        read(path, FIELDS, mapping=Mapping(columns={"colour": "名称"}))


def test_what_a_kind_of_file_usually_has_may_be_missing(tmp_path: Path) -> None:
    """A hotline without deadlines, whose closing has another name; its numbers are needed."""
    said = "工单编号,问题分类,诉求内容,受理时间,结案时间"
    path = table(tmp_path, f"{said}\n7,路灯,x,2026-03-05 08:00,2026-03-06 09:00\n")
    frame = read(path, CASES, mapping=Mapping.load("hotline")).frame
    assert frame.loc[frame.index[0], ["source_number", "closed_at", "due_at", "address"]].tolist() == [
        "7", "2026-03-06T09:00:00", None, None,
    ]  # fmt: skip
    path = table(tmp_path, "单号,问题分类,受理时间\n7,路灯,2026-03-05 08:00\n")
    with pytest.raises(UnusableInput, match="工单编号"):
        read(path, CASES, mapping=Mapping.load("hotline"))
    mine = tmp_path / "mine.toml"  # a mapping of one's own means what it says
    mine.write_text('[columns]\ndue_at = "办理期限"\n', "utf-8")
    with pytest.raises(UnusableInput, match="办理期限"):
        read(path, CASES, mapping=Mapping.load(mine))


def test_everything_by_a_mapping(tmp_path: Path) -> None:
    text = "某表\n说明;;;\n序号;东;北;st\n1;500000;3165000;1\n"
    path = table(tmp_path, text, "gb18030")
    mapping = Mapping(
        columns={"key": "序号"}, values={"state": {"1": "完好"}}, x="东", y="北", crs="EPSG:4547",
        delimiter=";", header_rows=(3,), encoding="gbk", constants={"count": "3"},
    )  # fmt: skip
    mapping.columns["state"] = "st"
    batch = balanced(read(path, FIELDS, mapping=mapping))
    assert batch.frame.iloc[0]["state"] == "intact"
    assert batch.frame.iloc[0]["count"] == 3
    assert batch.frame.crs.to_epsg() == 4547


def test_coordinates_may_be_ignored_by_the_mapping(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,x,y\nA1,7,8\n")
    frame = read(path, FIELDS, mapping=Mapping(x="-")).frame
    assert "geometry" not in frame
