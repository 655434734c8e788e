"""Deadlines: by hand, by the official calendar, and against a minute-by-minute simulation."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.cases.clock import (
    UNITS,
    BadCalendar,
    CalendarTooShort,
    LimitTable,
    UnknownUnit,
    WorkCalendar,
    due,
    duration,
    fits,
    light,
    used,
)
from citygrid_core.errors import UnusableInput
from tests.examples import examples

YEAR = WorkCalendar.china(dt.date(2025, 1, 1), dt.date(2026, 6, 30))
FIRST = np.datetime64("2025-01-01", "m")
#: Minutes in which the city works, drawn one by one from the library's own answer for a day.
DAYS = np.arange("2025-01-01", "2026-07-01", dtype="datetime64[D]").astype(object)
HOURS = [8 <= hour < 12 or 14 <= hour < 18 for hour in range(24) for _ in range(60)]
OPEN = np.outer([chinese_calendar.is_workday(day) for day in DAYS], HOURS).ravel()


def deadline(start: str, value: float, unit: str) -> str:
    seconds, working = duration([value], [unit])
    return str(due(YEAR, np.array([start], "datetime64[s]"), seconds, working)[0])


@pytest.mark.parametrize(
    ("start", "value", "unit", "ends"),
    [
        ("2025-03-03T09:00", 2, "work_hour", "2025-03-03T11:00:00"),
        ("2025-03-03T11:00", 2, "work_hour", "2025-03-03T15:00:00"),  # over lunch
        ("2025-03-03T19:00", 1, "work_hour", "2025-03-04T09:00:00"),  # reported at night
        ("2025-03-07T17:00", 2, "work_hour", "2025-03-10T09:00:00"),  # over a weekend
        ("2025-03-03T10:00", 1, "work_hour", "2025-03-03T11:00:00"),
        ("2025-03-03T09:00", 1, "work_day", "2025-03-04T09:00:00"),  # 8 working hours
        ("2025-03-03T08:00", 1, "work_day", "2025-03-03T18:00:00"),  # ends with the day
        ("2025-09-30T16:00", 4, "work_hour", "2025-10-09T10:00:00"),  # National Day 1-8 October
        ("2025-09-26T16:00", 4, "work_hour", "2025-09-28T10:00:00"),  # a Sunday made up for
        ("2025-09-30T23:30", 2, "urgent_hour", "2025-10-01T01:30:00"),  # day and night
        ("2025-09-30T16:00", 3, "day", "2025-10-03T16:00:00"),
        ("2025-03-03T09:00", 30, "minute", "2025-03-03T09:30:00"),
    ],
)
def test_deadlines_by_hand(start: str, value: float, unit: str, ends: str) -> None:
    assert deadline(start, value, unit) == ends


@settings(max_examples=examples(300), deadline=None)
@given(
    start=st.integers(0, 365 * 1440 - 1),
    minutes=st.integers(0, 40 * 480),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_a_deadline_is_what_a_minute_by_minute_clock_shows(
    start: int, minutes: int, unit: str
) -> None:
    """Over a year with holidays and make-up days, for each unit."""
    size, works = UNITS[unit]
    units = minutes * 60 // size
    wanted = units * size // 60
    begin = FIRST + np.timedelta64(start, "m")
    ticks = np.flatnonzero(OPEN[start:] if works else np.ones(wanted, dtype=bool))[:wanted]
    at = start + (ticks[-1] + 1 if wanted else 0)  # the minute after the last that counted
    seconds, working = duration([units], [unit])
    found = due(YEAR, np.array([begin], "datetime64[s]"), seconds, working)
    assert found[0] == FIRST + np.timedelta64(at, "m")
    assert used(YEAR, [begin], found, working)[0] == wanted * 60


@given(st.integers(0, 31_000_000), st.integers(0, 9_000_000))
def test_worked_time_adds_up(a: int, b: int) -> None:
    start = np.datetime64("2025-01-01", "s")
    one, two = start + np.timedelta64(a, "s"), start + np.timedelta64(a + b, "s")
    between = YEAR.worked([two])[0] - YEAR.worked([one])[0]
    assert 0 <= between <= b
    assert YEAR.worked(YEAR.after([one], [between]))[0] == YEAR.worked([two])[0]


def test_many_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(1)
    start = np.datetime64("2025-01-01", "s") + rng.integers(0, 30_000_000, 500).astype("m8[s]")
    value = rng.integers(1, 9, 500)
    unit = rng.choice(sorted(UNITS), 500)
    seconds, working = duration(value, unit)
    together = due(YEAR, start, seconds, working)
    single = [deadline(str(s), v, u) for s, v, u in zip(start, value, unit, strict=True)]
    assert [str(m) for m in together] == single


def test_a_city_has_its_own_days_and_periods() -> None:
    closed = {dt.date(2025, 3, 4): False, dt.date(2025, 3, 8): True}
    own = WorkCalendar.china(
        dt.date(2025, 3, 1), dt.date(2025, 3, 31), days=closed, periods="09:00-17:00"
    )
    seconds, working = duration([9], ["work_hour"])
    start = np.array(["2025-03-03T09:00", "2025-03-07T16:00"], "datetime64[s]")
    assert due(own, start, seconds, working).astype(str).tolist() == [
        "2025-03-05T10:00:00",
        "2025-03-08T17:00:00",
    ]


def test_years_that_nobody_has_announced_are_named() -> None:
    far = WorkCalendar.china(dt.date(2026, 1, 1), dt.date(2031, 12, 31))
    assert far.assumed >= {2030, 2031}
    assert 2026 not in far.assumed


def test_what_cannot_be_a_calendar_is_refused() -> None:
    for periods in ("", "8-12", "12:00-08:00", "08:00-12:00,11:00-18:00", "08:00-25:00"):
        with pytest.raises(BadCalendar):
            WorkCalendar.make(dt.date(2025, 1, 1), dt.date(2025, 1, 2), periods=periods)
    with pytest.raises(CalendarTooShort, match="2027"):
        YEAR.worked(np.array(["2027-01-01"], "datetime64[s]"))
    with pytest.raises(CalendarTooShort):
        YEAR.after(np.array(["2026-06-30T10:00"], "datetime64[s]"), [10**7])
    with pytest.raises(UnknownUnit, match="fortnight"):
        duration([1], ["fortnight"])


TABLE = pd.DataFrame(
    [
        ("handle", "", "", "", "", 3, "work_day"),
        ("handle", "component", "01", "", "", 1, "work_day"),
        ("handle", "component", "01003", "", "", 4, "work_hour"),
        ("handle", "component", "01003", "missing", "", 2, "urgent_hour"),
        ("handle", "event", "06", "", "A", 30, "minute"),
        ("handle", "event", "06", "", "", 2, "hour"),
        ("dispatch", "", "", "", "", 10, "minute"),
    ],
    columns=["stage", "object_kind", "class_code", "condition", "area_class", "value", "unit"],
)


def test_the_most_specific_limit_holds() -> None:
    cases = pd.DataFrame(
        {
            "object_kind": ["component"] * 4 + ["event"] * 3,
            "class_code": ["01003", "01003", "01004", "02001", "06010", "06010", "09001"],
            "condition": ["", "missing", "broken", None, "", "", ""],
            "area_class": ["A", "A", "", "", "A", "C", "A"],
        }
    )
    found = LimitTable.of(TABLE).find(cases)
    shown = [f"{v:g} {u}" for v, u in zip(found["value"], found["unit"], strict=True)]
    assert shown == [
        "4 work_hour", "2 urgent_hour", "1 work_day", "3 work_day", "30 minute", "2 hour",
        "3 work_day",
    ]  # fmt: skip
    assert found["row"].tolist() == [2, 3, 1, 0, 4, 5, 0]
    assert LimitTable.of(TABLE).find(cases, "dispatch")["seconds"].tolist() == [600] * 7
    none = LimitTable.of(TABLE).find(cases, "check")
    assert none["row"].isna().all()
    assert (none["seconds"] == 0).all()


def test_of_equal_limits_the_shortest_holds() -> None:
    table = pd.DataFrame({"class_code": "01", "value": [3, 1, 2], "unit": "hour"})
    assert LimitTable.of(table).find(pd.DataFrame({"class_code": ["01037"]}))["value"].tolist() == [
        1
    ]


def test_the_end_of_the_last_day_is_within_the_calendar() -> None:
    end = np.datetime64(YEAR.last, "s") + np.timedelta64(1, "D")
    assert YEAR.worked([end])[0] == (YEAR.closes - YEAR.opens).sum()
    with pytest.raises(CalendarTooShort):
        YEAR.worked([end + np.timedelta64(1, "s")])


def test_a_case_keeps_the_limits_of_the_day_of_its_report() -> None:
    """Hours: 24 at first, 8 from July on; from September on two for lamps; none from 2027 on."""
    table = pd.DataFrame(
        [
            ("", 24, "2026-01-01", "2026-07-01"),
            ("", 8, "2026-07-01", "2027-01-01"),
            ("01037", 2, "2026-09-01", "2027-01-01"),
        ],
        columns=["class_code", "value", "valid_from", "valid_to"],
    ).assign(unit="hour")
    days = ["2025-03-01T08:00:00", "2026-06-30T23:59:59", "2026-07-01T00:00:00",
            "2026-09-01T00:00:00", "2027-01-01T00:00:00", None]  # fmt: skip
    cases = pd.DataFrame({"class_code": "01037", "reported_at": pd.Series(days, dtype=object)})
    hours = [24, 24, 8, 2, 0, 0]
    limits = LimitTable.of(table)
    assert (limits.find(cases)["seconds"] / 3600).tolist() == hours
    as_times = cases.assign(reported_at=pd.to_datetime(cases["reported_at"]))
    assert (limits.find(as_times)["seconds"] / 3600).tolist() == hours
    always = LimitTable.of(table.assign(valid_from=[None, "2026-07-01", "2026-09-01"]))
    assert (always.find(cases)["seconds"] / 3600).tolist() == hours


def test_all_wrong_rows_of_a_limit_table_are_told() -> None:
    bad = pd.DataFrame(
        {"stage": ["handle", "sleep"], "value": [0, 1], "unit": ["work_day", "moon"]}
    )
    with pytest.raises(UnusableInput) as caught:
        LimitTable.of(bad)
    assert [p.rule for p in caught.value.problems] == ["limit.value", "limit.stage", "limit.unit"]


@pytest.mark.parametrize(
    ("value", "unit", "fit"),
    [
        (0, "hour", False), (-1, "hour", False), (float("nan"), "hour", False), (0.0001, "minute", False),
        (1, "minute", True), (366, "day", True), (367, "day", False), (250, "work_day", True),
        (251, "work_day", False), (2001, "work_hour", False), (1e15, "hour", False), (1, "moon", False),
    ],
)  # fmt: skip
def test_a_limit_is_no_slip_of_the_pen(value: float, unit: str, fit: bool) -> None:
    """One row of 30,000 working days made every import of its class fail, beyond the calendar."""
    assert fits(pd.Series([value]), pd.Series([unit])).tolist() == [fit]


def test_lights() -> None:
    assert light([0, 80, 81, 100, 101, 5], [100, 100, 100, 100, 100, 0]).tolist() == [
        "green", "green", "yellow", "yellow", "red", "none",
    ]  # fmt: skip
