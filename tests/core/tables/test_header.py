"""Titles, merged header cells, and labels that are spelled in many ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.tables.header import find_header, join_levels, plain, spellings, unique_names


def test_title_rows() -> None:
    layout = find_header(
        [["东湖区部件普查表"], ["单位：个", "", ""], ["编号", "名称", "数量"], ["1", "井盖", "2"]]
    )
    assert layout.names == ("编号", "名称", "数量")
    assert layout.rows == (3,)
    assert layout.first == 3
    assert "1, 2" in layout.notes[0].en


def test_merged_cells_over_two_rows() -> None:
    rows = [
        ["部件普查表", "", "", "", "", ""],
        ["编号", "名称", "位置", "", "主管部门", ""],
        ["", "", "经度", "纬度", "代码", "名称"],
        ["A1", "井盖", "115.9", "28.6", "91", "城管局"],
    ]
    layout = find_header(rows)
    assert layout.names == (
        "编号",
        "名称",
        "位置/经度",
        "位置/纬度",
        "主管部门/代码",
        "主管部门/名称",
    )
    assert layout.rows == (2, 3)
    assert layout.first == 3


def test_a_row_of_words_below_the_header_is_data() -> None:
    rows = [["编号", "名称", "", "备注"], ["甲", "井盖", "其他", "好"], ["乙", "灯", "其他", "好"]]
    assert find_header(rows).rows == (1,)


def test_known_labels_find_the_header_among_rows_of_words() -> None:
    rows = [
        ["甲", "乙", "丙"],
        ["说明", "见", "下"],
        ["编号", "名称", "状态"],
        ["A", "井盖", "完好"],
    ]
    assert find_header(rows).rows == (1,)
    assert find_header(rows, {"编号", "名称"}).rows == (3,)


@pytest.mark.parametrize(
    ("rows", "expected"), [(0, ()), (1, (1,)), (2, (1, 2)), ((2, 3), (2, 3)), ((3,), (3,))]
)
def test_header_rows_can_be_said(rows: int | tuple[int, ...], expected: tuple[int, ...]) -> None:
    table = [["a", "b"], ["c", "d"], ["e", "f"], ["1", "2"]]
    layout = find_header(table, (), rows)
    assert layout.rows == expected
    assert layout.first == (max(expected) if expected else 0)
    if not expected:
        assert layout.names == ("#1", "#2")


def test_three_levels() -> None:
    assert join_levels([["a", "", "", "z"], ["b", "", "c", ""], ["1", "2", "3", ""]]) == [
        "a/b/1", "a/b/2", "a/c/3", "z",
    ]  # fmt: skip


def test_names_differ() -> None:
    notes: list[object] = []
    assert unique_names(["a", "", "a", "a.2", "a"], notes) == ("a", "#2", "a.2", "a.2.2", "a.3")  # type: ignore[arg-type]
    assert len(notes) == 3


@given(st.lists(st.sampled_from(["a", "a.2", "a.3", "", "#1", "b"]), max_size=12))
def test_names_always_differ(names: list[str]) -> None:
    found = unique_names(names, [])
    assert len(set(found)) == len(names)


def test_spellings() -> None:
    assert plain(" ＯｂｊＩＤ＊：") == "objid"
    assert plain("obj_id") == "objid"
    assert "宽度" in spellings("宽度（米）")
    assert "经度" in spellings("位置/经度")


@given(
    st.lists(st.lists(st.text(max_size=4), max_size=5), max_size=8),
    st.sampled_from([None, 0, 1, 2, (1,), (2, 9)]),
)
def test_any_rows_give_a_layout(
    rows: list[list[str]], header: int | tuple[int, ...] | None
) -> None:
    layout = find_header(rows, {"a"}, header)
    assert len(set(layout.names)) == len(layout.names)
    assert 0 <= layout.first <= max(len(rows), 2)
