"""Dates in the notations that are met, and those that mean two things."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from citygrid_core.tables import Field
from citygrid_core.tables.dates import Moment, NoMoment, parse
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.values import convert
from tests.examples import examples

CITY = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05", "2026-3-5", "2026/3/5", "2026.3.5", "2026.03.05", "20260305", "2026年3月5日",
        "2026 年 03 月 05 日", "２０２６年３月５日", "2026年3月5号", "二〇二六年三月五日", "46086",
        "5-Mar-2026", "05 March 2026", "Mar 5, 2026", "2026年3月5日 星期四", "2026-03-05（周四）", "'2026-03-05",
    ],
)  # fmt: skip
def test_days(text: str) -> None:
    found = parse(text, CITY)
    assert isinstance(found, Moment), text
    assert found.value == dt.datetime(2026, 3, 5)
    assert not found.timed


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026/3/5 8:05", "08:05:00"), ("2026-03-05 08:05:09", "08:05:09"), ("2026-03-05T08:05:09", "08:05:09"),
        ("2026-03-05T08:05:09.123", "08:05:09"), ("20260305080509", "08:05:09"), ("202603050805", "08:05:00"),
        ("20260305T080509", "08:05:09"), ("2026年3月5日8时5分", "08:05:00"), ("2026年3月5日8时5分9秒", "08:05:09"),
        ("2026年3月5日 下午2:30", "14:30:00"), ("2026年3月5日上午8时", "08:00:00"), ("2026-03-05 2:30 PM", "14:30:00"),
        ("2026-03-05 12:10 AM", "00:10:00"), ("2026/3/5 晚上8:00", "20:00:00"), ("2026-03-05 08：05：09", "08:05:09"),
        ("2026-03-05 凌晨12:10", "00:10:00"), ("2026-03-05 凌晨1点", "01:00:00"), ("2026-03-05 中午1点", "13:00:00"),
        ("2026-03-05 中午12:30", "12:30:00"), ("2026-03-05 下午12点", "12:00:00"), ("2026-03-05 下午13:30", "13:30:00"),
        ("2026-03-05 12:30 p.m.", "12:30:00"), ("2026-03-05 晚上11点", "23:00:00"), ("2026-03-05 晚上5点", "17:00:00"),
        ("46086.5", "12:00:00"), ("46086.3368055556", "08:05:00"), ("2026-03-05T08:05:09+08:00", "08:05:09"),
        ("2026-03-05T00:05:09Z", "08:05:09"), ("2026-03-05 09:05:09+0900", "08:05:09"),
    ],
)  # fmt: skip
def test_moments(text: str, time: str) -> None:
    found = parse(text, CITY)
    assert isinstance(found, Moment), text
    assert found.value.isoformat() == f"2026-03-05T{time}"
    assert found.timed


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05 晚上12点", "2026-03-05 晚上4点", "2026-03-05 上午12:10", "2026-03-05 早上12点", "2026-03-05 上午13:30",
        "2026-03-05 13:30 AM", "2026-03-05 下午0:30", "2026-03-05 中午9点",
        "05.03.2026", "3/5/2026", "05-03-2026", "26-3-5", "5/3/26", "2026", "2026年3月", "202603", "2026-02-30",
        "2026-13-01", "20261301", "1772668800", "1772668800000", "昨天", "0001-01-01", "1899-12-30", "12", "123456",
        "2026-03-05 25:00", "2026-03-05 08:61",
    ],
)  # fmt: skip
def test_what_is_not_said_is_not_read(text: str) -> None:
    found = parse(text, CITY)
    assert isinstance(found, NoMoment), found
    assert found.why.zh
    assert found.cure.en


def test_the_two_readings_are_named() -> None:
    found = parse("05.03.2026", CITY)
    assert isinstance(found, NoMoment)
    assert "2026-03-05" in found.why.zh
    assert "2026-05-03" in found.why.zh
    assert parse("25.03.2026", CITY) == Moment(dt.datetime(2026, 3, 25), False)
    assert parse("3/25/2026", CITY) == Moment(dt.datetime(2026, 3, 25), False)
    assert parse("05.05.2026", CITY) == Moment(dt.datetime(2026, 5, 5), False)


def test_old_excel_for_mac_counts_from_1904() -> None:
    found = parse("44624", CITY, date1904=True)
    assert isinstance(found, Moment)
    assert found.value == dt.datetime(2026, 3, 5)


def test_end_of_the_day_and_of_time() -> None:
    found = parse("2026-03-05 24:00", CITY)
    assert isinstance(found, Moment)
    assert found.value == dt.datetime(2026, 3, 6)
    found = parse("9999-12-31", CITY)
    assert isinstance(found, Moment)


@given(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 12, 31)))
def test_serial_days_agree_with_openpyxl(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    found = parse(f"{to_excel(moment):.8f}", CITY)
    assert isinstance(found, Moment)
    assert found.value == moment


@given(st.text(max_size=30))
def test_nothing_fails(text: str) -> None:
    assert isinstance(parse(text or "x", CITY), (Moment, NoMoment))


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)), min_size=70, max_size=90),
       st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]))  # fmt: skip
def test_the_fast_path_says_the_same_as_the_slow_one(moments: list[dt.datetime], form: str) -> None:
    texts = np.empty(len(moments) + 2, dtype=object)
    texts[:-2] = [m.strftime(form) for m in moments]
    texts[-2:] = ["", "2026年3月5日 8:05"]
    notes = Notes("t")
    notes.begin(np.arange(len(texts)))
    got = convert(texts, Field("at", "datetime"), notes)
    expected = [m.replace(microsecond=0).isoformat() for m in moments]
    assert got.tolist() == [*expected, None, "2026-03-05T08:05:00"]
    assert not notes.problems


def test_a_date_field_takes_a_moment_and_says_so() -> None:
    texts = np.array(["2026-03-05 08:05", "2026-03-05 00:00:00"], dtype=object)
    notes = Notes("t")
    notes.begin(np.arange(2))
    assert convert(texts, Field("on", "date"), notes).tolist() == ["2026-03-05"] * 2
    assert [p.rule for p in notes.take_repairs()] == ["date.time"]
    notes.begin(np.arange(1))
    assert convert(texts[:1], Field("at", "datetime"), notes).tolist() == ["2026-03-05T08:05:00"]
    days = np.array(["2026-03-05"], dtype=object)
    assert convert(days, Field("at", "datetime"), notes).tolist() == ["2026-03-05T00:00:00"]
    assert [p.rule for p in notes.take_repairs()] == ["datetime.midnight"]
