"""Workbooks: what Excel does to codes, dates and headers."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from citygrid_core.errors import UnusableInput
from citygrid_core.tables import Field, Mapping, preview, read, read_chunks
from tests.core.tables.common import FIELDS, balanced, repairs, rules
from tests.core.tables.old_workbook import XLS


def book(
    folder: Path, *sheets: list[list[Any]], name: str = "t.xlsx", merge: tuple[str, ...] = ()
) -> Path:
    """Write a workbook by openpyxl."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for k, rows in enumerate(sheets):
        sheet = made.create_sheet(f"表{k + 1}")
        for row in rows:
            sheet.append(row)
        for span in merge:
            sheet.merge_cells(span)
    path = folder / name
    made.save(path)
    return path


HEADER = ["编号", "类别代码", "名称", "普查日期", "数量", "宽度", "状态"]


def test_cells_of_every_type(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        [
            HEADER,
            ["A1", "01001", "井盖", dt.datetime(2026, 3, 5), 1, 0.5, "完好"],
            [2, 1001, 12.0, 46086, 2.0, 3, "丢失"],
            ["A3", 2013, True, "2026年3月7日", "３", None, None],
        ],
    )
    batch = balanced(read(path, FIELDS))
    assert batch.rejects == []
    frame = batch.frame
    assert frame["key"].tolist() == ["A1", "2", "A3"]
    assert frame["class_code"].tolist() == ["01001", "01001", "02013"]
    assert frame["name"].tolist() == ["井盖", "12", "TRUE"]
    assert frame["surveyed_on"].tolist() == ["2026-03-05", "2026-03-05", "2026-03-07"]
    assert frame["count"].tolist() == [1, 2, 3]
    assert frame["source_row"].tolist() == [2, 3, 4]
    assert {(3, "code.zeros"), (3, "date.notation"), (4, "code.zeros")} <= set(repairs(batch))


def test_codes_that_were_stored_as_numbers(tmp_path: Path) -> None:
    """Fifteen digits survive; of sixteen Excel has lost the last."""
    path = book(tmp_path, [["code"], [360102001001001], [3205080101000001], ["3205080101000001"]])
    batch = balanced(read(path, (Field("code", "code"),)))
    assert batch.frame["code"].tolist() == ["360102001001001", "3205080101000001"]
    assert rules(batch) == [(3, "code.exponent")]
    assert "设为文本" in batch.rejects[0].problems[0].text("zh")


def test_a_title_and_merged_header_cells(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        [
            ["东湖区部件普查表", None, None, None, None],
            ["编号", "类别代码", "位置", None, "普查日期"],
            [None, None, "经度", "纬度", None],
            ["A1", "01001", 115.9, 28.6, dt.date(2026, 3, 5)],
            [None, None, None, None, None],
            ["合计", None, None, None, "1"],
            ["制表人：张三", None, None, None, None],
        ],
        merge=("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"),
    )
    batch = balanced(read(path, FIELDS, crs="EPSG:4490"))
    assert batch.preview.header_rows == (2, 3)
    assert [c.name for c in batch.preview.columns] == [
        "编号",
        "类别代码",
        "位置/经度",
        "位置/纬度",
        "普查日期",
    ]
    assert batch.frame["source_row"].tolist() == [4]
    assert batch.frame.geometry.iloc[0].coords[0] == (115.9, 28.6)
    assert batch.left_out == (6, 7)


def test_header_rows_by_mapping(tmp_path: Path) -> None:
    path = book(tmp_path, [["x", "y"], ["编号", "名称"], ["甲", "乙"], ["A1", "井盖"]])
    mapping = Mapping(header_rows=(2,))
    assert len(read(path, FIELDS, mapping=mapping).frame) == 2
    none = Mapping(header_rows=0, columns={"key": "#1", "name": "#2"})
    assert read(path, FIELDS, mapping=none).frame["key"].tolist() == ["x", "编号", "甲", "A1"]


def test_a_formula_without_a_value_is_rejected(tmp_path: Path) -> None:
    path = book(
        tmp_path, [HEADER[:3], ["A1", "01001", "井盖"], ["A2", "01001", '=CONCATENATE("井","盖")']]
    )
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(3, "cell.formula")]
    assert batch.rejects[0].raw["名称"] == '=CONCATENATE("井","盖")'


def test_a_formula_with_a_value_counts_by_it(tmp_path: Path) -> None:
    path = book(tmp_path, [["编号", "名称"], ["A1", "=1+1"], ["A2", "=NA()"]])
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].decode()
    for empty in ("<v/>", "<v></v>", "<v />"):
        sheet = sheet.replace(f"<f>1+1</f>{empty}", "<f>1+1</f><v>2</v>")
        sheet = sheet.replace(f"<f>NA()</f>{empty}", "<f>NA()</f><v>#N/A</v>")
    assert sheet.count("</f><v>") == 2
    sheet = sheet.replace('<c r="B3"><f>', '<c r="B3" t="e"><f>')
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, sheet if part == name else content)
    batch = balanced(read(path, FIELDS))
    assert batch.frame["name"].tolist() == ["2"]
    assert rules(batch) == [(3, "cell.error")]


def test_several_sheets(tmp_path: Path) -> None:
    good = [["编号", "名称"], ["A1", "井盖"]]
    path = book(tmp_path, [], good, [])
    batch = read(path, FIELDS)
    assert batch.preview.layer == "表2"
    path = book(tmp_path, [["填表说明"], ["请勿修改"]], good)
    assert read(path, FIELDS).preview.layer == "表2"
    path = book(tmp_path, good, good)
    with pytest.raises(UnusableInput, match="--layer"):
        read(path, FIELDS)
    assert read(path, FIELDS, layer="表1").preview.layers == ("表1", "表2")
    with pytest.raises(UnusableInput, match="表1"):
        read(path, FIELDS, layer="没有")


def test_nothing_in_the_workbook(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="nothing"):
        read(book(tmp_path, []), FIELDS)


def test_a_cell_beside_the_table_is_seen(tmp_path: Path) -> None:
    path = book(tmp_path, [["编号", "名称"], ["A1", "井盖"], ["A2", "灯", "看这里"], ["A3", "灯"]])
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(3, "row.columns")]


def test_a_wrong_extent_is_not_believed(tmp_path: Path) -> None:
    path = book(tmp_path, [["编号", "名称"], ["A1", "井盖"], ["A2", "灯"]])
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content.replace(b'ref="A1:B3"', b'ref="A1"'))
    assert len(balanced(read(path, FIELDS)).frame) == 2


def test_chunks_of_a_workbook(tmp_path: Path) -> None:
    rows = [["编号", "数量"], *([f"A{k}", k] for k in range(300))]
    parts = list(read_chunks(book(tmp_path, rows), FIELDS, rows=128))
    assert [p.read for p in parts] == [128, 128, 44]
    assert [v for p in parts for v in p.frame["count"]] == list(range(300))


def test_a_workbook_named_csv_and_a_table_named_xlsx(tmp_path: Path) -> None:
    path = book(tmp_path, [["编号", "名称"], ["A1", "井盖"]], name="t.csv")
    assert preview(path).format == "xlsx"
    other = tmp_path / "t.xls"
    other.write_bytes("编号\t名称\nA1\t井盖\n".encode("gbk"))
    shown = preview(other)
    assert (shown.format, shown.delimiter, shown.encoding) == ("csv", "\t", "gb18030")


def test_an_old_workbook(tmp_path: Path) -> None:
    """Written by Excel's old format: text, numbers, a date, an error, 1904 is not set."""
    path = tmp_path / "t.xls"
    path.write_bytes(gzip.decompress(base64.b64decode(XLS)))
    batch = balanced(read(path, FIELDS))
    assert batch.preview.format == "xls"
    assert batch.preview.header_rows == (2,)
    frame = batch.frame
    assert frame["key"].tolist() == ["A1", "A2"]
    assert frame["class_code"].tolist() == ["01001", "02013"]
    assert frame["surveyed_on"].tolist() == ["2026-03-05", "2026-03-06"]
    assert frame["width"].tolist() == [0.5, 1.25]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_damaged_workbooks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnusableInput) as caught:
        read(path, FIELDS)
    assert caught.value.text("zh")
