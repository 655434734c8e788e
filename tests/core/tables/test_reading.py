"""A table as a bureau sends it, read as a frame of our fields."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.tables import Field, Mapping, read, read_chunks
from tests.core.tables.common import FIELDS, balanced, repairs, rules, table

GOOD = (
    "编号,类别代码,名称,普查日期,数量,宽度,状态\n"
    "A1,01001,上水井盖,2026-03-05,1,0.5,完好\n"
    "A2,02013,果皮箱,2026/3/6,2,1.25,丢失\n"
)


def test_a_clean_table(tmp_path: Path) -> None:
    batch = balanced(read(table(tmp_path, GOOD), FIELDS))
    assert batch.rejects == []
    assert batch.repairs == []
    frame = batch.frame
    assert list(frame.columns) == [*(f.name for f in FIELDS), "source_row"]
    assert frame["key"].tolist() == ["A1", "A2"]
    assert frame["class_code"].tolist() == ["01001", "02013"]
    assert frame["surveyed_on"].tolist() == ["2026-03-05", "2026-03-06"]
    assert frame["count"].tolist() == [1, 2]
    assert frame["width"].tolist() == [0.5, 1.25]
    assert frame["state"].tolist() == ["intact", "lost"]
    assert frame["source_row"].tolist() == [2, 3]


def test_dtypes_do_not_depend_on_the_content(tmp_path: Path) -> None:
    full = read(table(tmp_path, GOOD), FIELDS).frame
    empty = read(table(tmp_path, GOOD.splitlines()[0] + "\n"), FIELDS).frame
    assert len(empty) == 0
    assert full.dtypes.astype(str).to_dict() == empty.dtypes.astype(str).to_dict()
    assert full.dtypes.astype(str).to_dict() == {
        "key": "object", "class_code": "object", "name": "object", "surveyed_on": "object",
        "count": "Int64", "width": "float64", "state": "object", "source_row": "int64",
    }  # fmt: skip


def test_every_bad_row_is_named_with_every_reason(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "编号,类别代码,名称,普查日期,数量,宽度,状态\n"
        ",1E+04,井盖,31.02.2026,1.5,宽,坏了\n"
        "A2,02013,果皮箱,2026-03-06,2,1,完好\n",
    )
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [
        (2, "value.missing"), (2, "code.exponent"), (2, "date.invalid"), (2, "integer.fraction"),
        (2, "number.invalid"), (2, "choice.unknown"),
    ]  # fmt: skip
    assert batch.frame["key"].tolist() == ["A2"]
    reject = batch.rejects[0]
    assert reject.raw["普查日期"] == "31.02.2026"
    for problem in reject.problems:
        assert problem.file == "t.csv"
        assert problem.field
        assert problem.found.zh
        assert problem.expected.zh
        assert problem.cure.zh


def test_what_can_be_mended_is_mended_and_said(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "编号,类别代码,名称,普查日期,数量,宽度,状态\n"
        'Ａ１,1001, 上水井盖　,46086,１２,"1,234.5",完 好\n'
        "A2,'02013,NULL,2026年3月6日,2.0,-,\n",
    )
    batch = balanced(read(path, FIELDS))
    assert batch.rejects == []
    first, second = batch.frame.iloc[0], batch.frame.iloc[1]
    assert (first["key"], first["class_code"], first["name"]) == ("A1", "01001", "上水井盖")
    assert (first["surveyed_on"], first["count"], first["width"]) == ("2026-03-05", 12, 1234.5)
    assert (second["class_code"], second["name"], second["count"]) == ("02013", None, 2)
    assert second["surveyed_on"] == "2026-03-06"
    assert pd.isna(second["width"])
    assert {(2, "code.zeros"), (2, "text.width"), (2, "date.notation"), (3, "text.null")} - set(
        repairs(batch)
    ) == {(3, "text.null")}
    assert (3, "value.null") in repairs(batch)
    zeros = next(p for p in batch.repairs if p.rule == "code.zeros")
    assert "01001" in zeros.text("zh")
    assert "补回前导零" in zeros.text("zh")


def test_raw_is_what_came(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,其他,类别代码\nA1, x ,1001\nA2,y,\n")
    batch = read(path, FIELDS)
    assert batch.raw.columns.tolist() == ["编号", "其他", "类别代码"]
    assert batch.raw.iloc[0].tolist() == ["A1", " x ", "1001"]
    assert batch.raw.loc[batch.frame.index[1], "编号"] == "A2"


def test_totals_and_empty_rows_are_no_rows(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "某区部件普查表,,\n\n编号,类别代码,名称\nA1,01001,井盖\n,,\nA2,01001,井盖\n合计,,2\n\n制表人：张三,,\n",
    )
    batch = balanced(read(path, FIELDS))
    assert batch.frame["source_row"].tolist() == [4, 6]
    assert batch.rejects == []
    assert batch.left_out == (7, 9)
    assert batch.preview.header_rows == (3,)


def test_a_total_between_rows_is_a_problem(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,类别代码,名称\nA1,01001,井盖\n小计,,1\nA2,01001,井盖\n")
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(3, "row.total")]


def test_rows_of_the_wrong_width(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "编号,类别代码,名称\nA1,01001,井盖,人民路\nA2,01001\nA3,01001,井盖,,\nA4,01001,井盖\nA5,010",
    )
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(2, "row.columns"), (3, "row.columns"), (6, "row.columns")]
    assert batch.frame["key"].tolist() == ["A3", "A4"]
    assert batch.rejects[0].raw["名称"] == "井盖,人民路"


def test_a_stray_quote_spoils_its_own_line_only(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        '编号,类别代码,名称\nA1,01001,"井盖\nA2,01001,井盖\nA3,01001,"大""井""盖"\nA4,01001,"两\n行"\n'
        'A5,01001,6" 管\nA6,"01001"x,井盖\n',
    )
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(2, "row.quote"), (7, "row.quote")]
    assert batch.frame["name"].tolist() == ["井盖", '大"井"盖', "两\n行", '6" 管']
    assert batch.frame["source_row"].tolist() == [3, 4, 5, 6]


def test_a_byte_that_does_not_decode_rejects_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"A{k},01001,上水井盖{k}" for k in range(30)]
    raw = ("编号,类别代码,名称\n" + "\n".join(rows) + "\n").encode("gb18030")
    path.write_bytes(raw.replace("井盖7\n".encode("gb18030"), b"\xff\xff7\n"))
    batch = balanced(read(path, FIELDS))
    assert rules(batch) == [(9, "encoding.undecodable")]
    assert "\\xff" in batch.rejects[0].raw["名称"]
    assert batch.preview.encoding == "gb18030"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    batch = balanced(read(table(tmp_path, GOOD.replace(",", delimiter)), FIELDS))
    assert batch.preview.delimiter == delimiter
    assert len(batch.frame) == 2


def test_a_sign_inside_texts_is_no_delimiter(tmp_path: Path) -> None:
    rows = "".join(f"A{k},体育;剧场;馆,01001\n" for k in range(20))
    batch = read(table(tmp_path, "编号,名称,类别代码\n" + rows), FIELDS)
    assert batch.preview.delimiter == ","


def test_sep_line_of_excel(tmp_path: Path) -> None:
    batch = balanced(read(table(tmp_path, "sep=;\n编号;名称\nA1;a,b\n"), FIELDS))
    assert batch.frame["name"].tolist() == ["a,b"]
    assert batch.frame["source_row"].tolist() == [3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    batch = balanced(read(table(tmp_path, GOOD.replace("\n", end)), FIELDS))
    assert batch.frame["key"].tolist() == ["A1", "A2"]


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(GOOD.encode()))
    assert len(read(path, FIELDS).frame) == 2
    path.write_bytes(gzip.compress(GOOD.encode() * 50)[:-20])
    with pytest.raises(UnusableInput, match=r"breaks off|damaged"):
        read(path, FIELDS)


def test_constants_and_values_of_a_mapping(tmp_path: Path) -> None:
    mapping = Mapping(
        columns={"key": "id", "state": "st"},
        constants={"class_code": "01001"},
        values={"state": {"0": "完好", "9": "lost"}},
    )
    batch = balanced(read(table(tmp_path, "id,st\n1,0\n2,9\n3,7\n"), FIELDS, mapping=mapping))
    assert batch.frame["state"].tolist() == ["intact", "lost"]
    assert batch.frame["class_code"].tolist() == ["01001", "01001"]
    assert rules(batch) == [(4, "choice.unknown")]


def test_a_missing_required_column_is_said_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as caught:
        read(table(tmp_path, "甲,名称\n1,a\n"), FIELDS)
    assert "编号" in caught.value.text("zh")
    assert "甲, 名称" in caught.value.text("zh")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 ...", b"<html><table>", b"\x89PNG\r\n"])
def test_files_that_are_no_tables(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableInput):
        read(path, FIELDS)


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnusableInput):
            read(path, FIELDS)


def test_a_workspace_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "city.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("create table cg_meta (key text)")
    connection.close()
    with pytest.raises(UsageError, match="workspace"):
        read(path, FIELDS)


def test_chunks_are_the_whole_in_parts(tmp_path: Path) -> None:
    rows = "".join(
        f"A{k},{'1001' if k % 7 == 0 else '01001'},{'坏' if k % 11 == 0 else k},x\n"
        for k in range(1000)
    )
    path = table(tmp_path, "编号,类别代码,数量,名称\n" + rows + "合计,,,\n")
    whole = balanced(read(path, FIELDS))
    parts = list(read_chunks(path, FIELDS, rows=64))
    assert all(p.read <= 64 for p in parts)
    assert sum(p.read for p in parts) == whole.read == 1000
    assert [r for p in parts for r in p.rejects] == whole.rejects
    pd.testing.assert_frame_equal(pd.concat([p.frame for p in parts]), whole.frame)
    pd.testing.assert_frame_equal(pd.concat([p.raw for p in parts]), whole.raw)
    assert parts[-1].left_out == whole.left_out == (1002,)


def test_chunks_of_nothing(tmp_path: Path) -> None:
    (batch,) = read_chunks(table(tmp_path, "编号,名称\n"), FIELDS)
    assert batch.read == 0


@pytest.mark.slow
def test_chunks_take_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    line = "A123456,01001,上水井盖,2026-03-05,1,0.5,完好\n"
    with path.open("w", encoding="utf-8") as file:
        file.write("编号,类别代码,名称,普查日期,数量,宽度,状态\n")
        for _ in range(150):
            file.write(line * 1000)
    tracemalloc.start()
    read_ = 0
    for batch in read_chunks(path, FIELDS, rows=20_000):
        read_ += batch.read
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_ == 150_000
    # The whole takes some 150 MB as Python texts.
    assert peak < 60e6


def test_repairs_of_one_kind_are_listed_up_to_a_thousand(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,类别代码\n" + "".join(f"A{k},1001\n" for k in range(2500)))
    batch = balanced(read(path, FIELDS))
    assert len(batch.repairs) == 1001
    assert "1500" in batch.repairs[-1].text("zh")
    assert batch.frame["class_code"].unique().tolist() == ["01001"]


def test_codes_that_excel_rounded_are_seen_in_the_column(tmp_path: Path) -> None:
    codes = [f"36010200100{k:04d}00" for k in range(20)]
    field = (Field("code", "code", length=17),)
    batch = balanced(read(table(tmp_path, "code\n" + "\n".join(codes)), field))
    assert len(batch.rejects) == 20
    assert rules(batch)[0][1] == "code.rounded"
    batch = balanced(
        read(table(tmp_path, "code\n" + "\n".join([*codes, "36010200100000001"])), field)
    )
    assert batch.rejects == []
