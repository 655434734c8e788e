"""The grammar on hard addresses; the table beside this file is there to be extended.

`names` are what the city knows, as label:name joined by #; `expected` are the parts
in order, label=value joined by |.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.geocode import normalise, parse
from citygrid_core.geocode.names import Names, Ref
from citygrid_core.geocode.numerals import to_digits
from tests.examples import examples

with (Path(__file__).parent / "hard_addresses.csv").open(encoding="utf-8") as file:
    HARD = list(csv.DictReader(file))


@pytest.mark.parametrize("row", HARD, ids=[r["address"][:20] for r in HARD])
def test_hard_addresses_are_parsed_into_their_parts(row: dict[str, str]) -> None:
    names = Names()
    for i, known in enumerate(filter(None, row["names"].split("#"))):
        label, _, name = known.partition(":")
        names.add(name, Ref(label, i, "name"))
    names.close()
    assert parse(row["address"], names).as_text() == row["expected"]


def test_the_hard_set_holds_each_address_once() -> None:
    addresses = [r["address"] for r in HARD]
    assert len(addresses) >= 300
    assert len(set(addresses)) == len(addresses)


def test_each_part_can_be_shown_where_it_was_typed() -> None:
    parsed = parse("河⻄區　友誼路三十二號院，３棟")
    assert [parsed.typed(p) for p in parsed.parts if p.label != "link"] == [
        "河⻄區",
        "友誼路",
        "三十二號院",
        "３棟",
    ]


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [
        ("十", "10"),
        ("十五", "15"),
        ("二十", "20"),
        ("一百零五", "105"),
        ("一百二", "120"),
        ("三百二十一", "321"),
        ("一千零二十", "1020"),
        ("二〇一", "201"),
        ("廿三", "23"),
        ("壹佰贰拾", "120"),
        ("三二十", None),
        ("", None),
        ("路", None),
    ],
)
def test_chinese_numerals(numeral: str, digits: str | None) -> None:
    assert to_digits(numeral) == digits


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_normalised_with_spans_inside_what_was_typed(text: str) -> None:
    normal = normalise(text)
    assert len(normal.starts) == len(normal.ends) == len(normal.text)
    assert all(0 <= a < b <= len(text) for a, b in zip(normal.starts, normal.ends, strict=True))
    assert list(normal.starts) == sorted(normal.starts)
    assert normalise(normal.text).text == normal.text


_PIECES = st.sampled_from(
    [
        "友谊路",
        "解放",
        "与",
        "交叉口",
        "东",
        "侧",
        "50",
        "米",
        "32",
        "号",
        "院",
        "-",
        "弄",
        "(",
        ")",
        ",",
        "栋",
        "单元",
        "室",
        "人民公园",
        "旁",
        "对面",
        "一",
        "百",
        "区",
        "市",
        "口",
    ]
)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_parts_of_any_address_are_in_order_and_lose_no_letter(text: str) -> None:
    parsed = parse(text)
    at = 0
    for part in parsed.parts:
        assert at <= part.start <= part.end <= len(parsed.normal.text)
        at = max(at, part.end)
    covered = sum(p.end - p.start for p in parsed.parts)
    assert covered <= len(parsed.normal.text)
