"""Who reported a case is not kept: names, phones and identity numbers are starred or dropped."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.cases.privacy import concealed, is_personal, masked, masked_texts


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话13812345678请回复", "电话138******78请回复"),
        ("138 1234 5678", "138 **** **78"),
        ("+8613812345678", "+86138******78"),
        ("１３８１２３４５６７８", "１３８******７８"),
        ("座机0571-88886666", "座机0571-********"),
        ("身份证33010619900307123X", "身份证330106************"),
        # no number of a person: a case, a unified code, coordinates, a component, a plate
        ("案卷2025010136013100001", "案卷2025010136013100001"),
        ("12360131MB011100X8", "12360131MB011100X8"),
        ("521518.243, 3386566.63", "521518.243, 3386566.63"),
        ("部件3601310101000123", "部件3601310101000123"),
        ("桂花路138号12栋", "桂花路138号12栋"),
    ],
)
def test_numbers_of_people_and_others(text: str, kept: str) -> None:
    assert masked(text) == kept


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text("路号请来电，。 ", max_size=8))
def test_no_mobile_number_is_left_in_any_text(number: str, around: str) -> None:
    told = masked(f"{around}电{number}话{around}")
    assert number not in told
    assert len(told) == 2 * len(around) + 13


def test_columns_that_are_personal_by_their_name() -> None:
    assert all(map(is_personal, ("举报人姓名", "联系电话", "手机号", "身份证号", "Contact Phone")))
    assert not any(map(is_personal, ("部件名称", "小类名称", "案卷号", "Source", "class_name")))


def test_a_rows_columns_are_treated_as_the_mapping_says() -> None:
    row = {"姓名": "王小明", "电话": "13812345678", "单位": "某厂", "内容": "王 13812345678 路灯坏"}
    told = concealed(row, {"电话": "drop", "单位": "mask"}, ("内容",))
    assert told == {"姓名": "王**", "电话": "", "单位": "某*", "内容": "王 138******78 路灯坏"}
    assert concealed(row, {"内容": "keep", "姓名": "keep", "电话": "keep"}, ("内容",)) == row


def test_a_column_of_texts() -> None:
    texts = pd.Series(["13812345678", None, "无"], dtype=object)
    assert masked_texts(texts).tolist() == ["138******78", None, "无"]
    more = ["", "电话13812345678", "1381234\n5678", "x", "13912345678\n13812345678", "5678"]
    assert masked_texts(pd.Series(more)).tolist() == [masked(t) for t in more]
