"""Who reported a case is not kept: names, phones and identity numbers are starred or dropped."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.cases.privacy import concealed, is_personal, masked, masked_texts, unspoken
from citygrid_core.errors import Problem, Text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话13812345678请回复", "电话138******78请回复"),
        ("138 1234 5678", "138 **** **78"),
        ("+8613812345678", "+86138******78"),
        ("１３８１２３４５６７８", "１３８******７８"),
        ("座机0571-88886666", "座机0571-********"),
        ("身份证33010619900307123X", "身份证330106************"),
        ("136.1234.5678", "136.****.**78"),
        ("Tel13312345678", "Tel133******78"),
        ("（0791）8865 4321", "（0791）**** ****"),
        ("0086 13812345678", "0086 138******78"),
        ("电话：88123456", "电话：881*****"),
        ("身份证号码：360102900307451", "身份证号码：36*************"),
        ("银行卡6222021234567890123", "银行卡62*****************"),
        ("微信wx_li88、QQ：123456789", "微信wx_****、QQ：12*******"),
        ("邮箱zhang.san@example.com", "邮箱z****.***@example.com"),
        ("赣A12345乱停，赣AD12345、京B·F6789", "赣A1***5乱停，赣AD****5、京B·F***9"),
        ("联系人：张三丰，我叫李四", "联系人：张**，我叫李*"),
        (
            '{"first_name":"张三","phone":"13812345678"}',
            '{"first_name":"张*","phone":"138******78"}',
        ),
        ("Contact name: John Smith called", "Contact name: J*** ***** called"),
        # no number of a person: a case, a unified code, coordinates, a component, a plate
        ("案卷2025010136013100001", "案卷2025010136013100001"),
        ("12360131MB011100X8", "12360131MB011100X8"),
        ("521518.243, 3386566.63", "521518.243, 3386566.63"),
        ("部件3601310101000123", "部件3601310101000123"),
        ("桂花路138号12栋", "桂花路138号12栋"),
        ("坐标134.12345678，30.59925379", "坐标134.12345678，30.59925379"),
        ("网格360131001002009，灯杆川A12", "网格360131001002009，灯杆川A12"),
        ("举报人反映联系12345无人接", "举报人反映联系12345无人接"),
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
    told = concealed(row, {"电话": "drop", "单位": "mask"})
    assert told == {"姓名": "王**", "电话": "", "单位": "某*", "内容": "王 138******78 路灯坏"}
    assert concealed(row, {"内容": "keep", "姓名": "keep", "电话": "keep"}) == row


def test_free_texts_stay_readable_and_codes_stay_codes() -> None:
    """A class code of Hebei looks like a mobile number; a column of callers' words has a name."""
    row = {"来电人反映": "电话13812345678", "小类": "13010206013", "编号": "王 13812345678"}
    told = concealed(row, {}, texts=("来电人反映",), codes=("小类", "编号"))
    assert told == {
        "来电人反映": "电话138******78",
        "小类": "13010206013",
        "编号": "王 138******78",
    }


def test_a_message_repeats_nobodys_number() -> None:
    def told(field: str, found: str) -> str:
        return unspoken(Problem("r", Text(f"'{found}'", f"“{found}”"), Text("x", "x"), field=field),
                        ("class_code",)).text("zh")  # fmt: skip

    assert "138******78" in told("reported_at", "13812345678")
    assert "13010206013" in told("class_code", "13010206013")
    assert "138******78" in told("class_code", "王 13812345678")


def test_a_column_of_texts() -> None:
    texts = pd.Series(["13812345678", None, "无"], dtype=object)
    assert masked_texts(texts).tolist() == ["138******78", None, "无"]
    more = ["", "电话13812345678", "1381234\n5678", "x", "13912345678\n13812345678", "5678"]
    more += [
        "赣A12345",
        "ａｂ@b.cn",
        "ab@b.cn",
        "我叫李四",
        "联系人 李四",
        "卡号：abcde12",
        "Name: John Smith",
    ]
    told = masked_texts(pd.Series(more)).tolist()
    assert told == [masked(t) for t in more]
    assert sum(a != b for a, b in zip(told, more, strict=True)) == 8
