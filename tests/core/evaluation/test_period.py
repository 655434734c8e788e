"""Periods as people write them, and the ones to compare with."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.evaluation.period import BadPeriod, Period


@pytest.mark.parametrize(
    ("text", "first", "last", "before", "year_before"),
    [
        ("2026-10-05", "2026-10-05", "2026-10-05", "2026-10-04", "2025-10-05"),
        ("2026-W41", "2026-10-05", "2026-10-11", "2026-W40", "2025-W41"),
        ("2026-10", "2026-10-01", "2026-10-31", "2026-09", "2025-10"),
        ("2026-01", "2026-01-01", "2026-01-31", "2025-12", "2025-01"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026-Q3", "2025-Q4"),
        ("2026", "2026-01-01", "2026-12-31", "2025", "2025"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01", "2023-02"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15",
         "2026-09-16..2026-09-30", "2025-10-01..2025-10-15"),
    ],
)  # fmt: skip
def test_periods(text: str, first: str, last: str, before: str, year_before: str) -> None:
    period = Period.parse(text)
    assert (str(period.first), str(period.last)) == (first, last)
    assert (period.end - period.start).astype("timedelta64[D]").astype(int) == period.days
    assert str(period.start) == f"{first}T00:00:00"
    assert (period.before().text, period.year_before().text) == (before, year_before)
    assert Period.parse(before).last + dt.timedelta(1) == period.first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Oktober",
        "2026-13",
        "2026-W60",
        "2026-10-15..2026-10-01",
        "2026W41",
        "20261005",
        "0001",
        "9999-12-31",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod, match="2026-Q4"):
        Period.parse(text)


@given(
    st.dates(dt.date(2001, 1, 1), dt.date(2090, 1, 1)), st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"])
)
def test_periods_follow_one_another(day: dt.date, form: str) -> None:
    period = Period.parse(day.strftime(form))
    assert period.first <= day <= period.last
    assert period.before().last + dt.timedelta(1) == period.first
    assert Period.parse(period.before().text) == period.before()
