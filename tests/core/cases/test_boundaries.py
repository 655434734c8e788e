"""Where one more second, case or hundredth changes the answer."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from citygrid_core.cases.clock import WorkCalendar
from citygrid_core.cases.dispatch import judge
from citygrid_core.cases.lifecycle import advance_all, fold
from citygrid_core.cases.positions import default_points
from citygrid_core.cases.standing import standing, told_deadlines
from tests.core.cases.test_lifecycle import DEFAULT, TIMER, case


def test_a_case_goes_by_itself_from_the_confidence_on_that_is_asked() -> None:
    told = judge(["one"] * 4, [0.9, 0.9, np.nan, np.nan], [0.0, 0.1, 0.0, 0.2], least=0.9)
    assert told["confidence"].round(4).tolist() == [0.9, 0.81, 1.0, 0.8]
    assert told["auto"].tolist() == [True, False, True, False]
    # who is as unsure of the place as of the border looks at the address first
    assert told["waits"].tolist() == ["", "address", "", "border"]


def test_half_of_the_cases_unexplained_make_a_default_point() -> None:
    at = np.zeros(30)
    for without, is_default in ((15, True), (14, False)):
        address = pd.Series([""] * without + ["桂花路1号"] * (30 - without))
        mask, points = default_points(at, at, address)
        assert mask.all() == bool(points) == is_default
    # a larger delivery asks for more: a few on one spot are no default point of 8,000
    x = np.r_[np.zeros(30), np.arange(1, 7971)]
    assert not default_points(x, x, pd.Series([""] * 8000))[1]


def test_a_deadline_told_for_the_very_begin_is_none() -> None:
    begun = np.array(["2025-03-03T08:00:00"] * 2, "datetime64[s]")
    none, zero = np.full(2, np.datetime64("NaT", "s")), np.zeros(2, dtype=np.int64)
    said = begun + np.array([0, 1])
    assert told_deadlines(said, begun, none, zero, zero)[1].tolist() == [False, True]


def test_days_may_end_at_midnight_and_own_days_make_a_year_known() -> None:
    monday = dt.date(2025, 3, 3)
    late = WorkCalendar.make(monday, monday, periods="08:00-24:00")
    assert late.worked(np.array(["2025-03-04T00:00"], "datetime64[s]")).tolist() == [16 * 3600]
    own = {dt.date(2040, 1, 2): False}
    told = WorkCalendar.china(dt.date(2039, 1, 1), dt.date(2040, 12, 31), days=own)
    assert told.assumed == {2039}


def test_the_first_dispatch_stays_and_a_deadline_that_came_nearer_takes_no_more_than_all() -> None:
    """A source tells a deadline before the dispatch: handled five hours past it, five are used."""
    one = pd.DataFrame([case(kind="event", number="A")])
    rows = [
        ("dispatch", "08:00", None), ("return", "08:10", None), ("dispatch", "08:20", None),
        ("delay", "08:30", "2025-03-03T06:00:00"), ("handle", "11:00", None),
    ]  # fmt: skip
    log = pd.DataFrame(
        [
            {"number": "A", "seq": i + 1, "step": step, "at": f"2025-03-03T{at}:00", "until": until,
             "post": "source"}
            for i, (step, at, until) in enumerate(rows)
        ]
    )  # fmt: skip
    states = fold(log, one, DEFAULT, TIMER).states.iloc[0]
    assert states["begun_at"] == pd.Timestamp("2025-03-03T08:00")
    assert states["dispatched_at"] == pd.Timestamp("2025-03-03T08:20")
    assert states["handle_used_s"] == 5 * 3600


def test_a_hold_of_a_late_case_makes_it_no_later() -> None:
    """Two hours allowed, three late, two of them held: three of two used."""
    one = pd.DataFrame([case(kind="event", number="A")])
    rows = [
        ("collect", "08:00", ""), ("register", "08:00", ""), ("dispatch", "08:00", ""),
        ("suspend", "11:00", "2025-03-04T00:00:00"), ("resume", "13:00", ""),
    ]  # fmt: skip
    entries = pd.DataFrame(
        [
            {"number": "A", "step": step, "at": f"2025-03-03T{at}:00", "until": until,
             "reason": "r", "department_code": "D1"}
            for step, at, until in rows
        ]
    )  # fmt: skip
    log, refused = advance_all(pd.DataFrame(), one, DEFAULT, entries, TIMER)
    assert refused.empty
    told = pd.DataFrame({"due_at": [None]}, index=["A"])
    states = fold(log, one, DEFAULT, TIMER).states
    now = standing(states, told, DEFAULT, TIMER, "2025-03-03T13:00:00").iloc[0]
    assert (now["used_s"], now["limit_s"], now["light"]) == (3 * 3600, 2 * 3600, "red")
    held = fold(log[log["step"] != "resume"], one, DEFAULT, TIMER).states
    now = standing(held, told, DEFAULT, TIMER, "2025-03-03T13:00:00").iloc[0]
    assert now["used_s"] == 3 * 3600  # as it stood at eleven
