"""What a log tells, one row for each case, as it was known at a moment."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from citygrid_core.cases.clock import LimitTable, WorkCalendar
from citygrid_core.cases.lifecycle import Profile, Timer, timeline

TIMER = Timer(
    WorkCalendar.china(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    LimitTable.of(
        pd.DataFrame(
            [
                ("handle", "", 1, "work_day"), ("handle", "06", 2, "urgent_hour"),
                ("register", "", 30, "minute"), ("verify", "", 1, "hour"), ("check", "", 2, "hour"),
            ],
            columns=["stage", "class_code", "value", "unit"],
        )
    ),
)  # fmt: skip
LOG = pd.DataFrame(
    [
        ("A", 1, "collect", "03T08:30", "王", None, None), ("A", 2, "send_verify", "03T08:40", "李", None, None),
        ("A", 3, "verify", "03T09:30", "王", None, None), ("A", 4, "register", "03T10:05", "值班", None, None),
        ("A", 5, "dispatch", "03T10:10", "派", "D1", None), ("A", 6, "return", "03T10:30", "", "D1", None),
        ("A", 7, "dispatch", "03T11:00", "派", "D2", None),
        ("A", 8, "delay", "03T15:00", "派", None, "2025-03-06T11:00"),
        ("A", 9, "handle", "04T14:00", "D2", None, None), ("A", 10, "rework", "04T15:00", "王", None, None),
        ("A", 11, "handle", "06T15:00", "D2", None, None), ("A", 12, "check", "06T16:30", "王", None, None),
        ("B", 1, "collect", "03T08:30", "王", None, None), ("B", 2, "register", "03T09:30", "值班", None, None),
        ("B", 3, "dispatch", "03T10:00", "派", "D1", None), ("B", 4, "handle", "03T13:00", "D1", None, None),
    ],
    columns=["number", "seq", "step", "at", "who", "department_code", "until"],
).assign(reason="r", at=lambda f: "2025-03-" + f["at"])  # fmt: skip
CASES = pd.DataFrame(
    {"source": ["hotline", "collector"], "class_code": ["01001", "06001"]}, index=["A", "B"]
)
DEFAULT = Profile.load("default")


def test_what_a_log_tells() -> None:
    told = timeline(LOG, CASES, DEFAULT, TIMER)
    a, b = told.loc["A"], told.loc["B"]
    assert str(a["register_due"]) == "2025-03-03 10:00:00"  # half an hour from the verification
    assert str(b["register_due"]) == "2025-03-03 09:00:00"  # from the report
    assert (str(a["verify_due"]), str(a["check_due"])) == (
        "2025-03-03 09:40:00",
        "2025-03-06 17:00:00",
    )
    assert (a["bodies"], a["dispatch_n"], a["return_n"], a["handle_n"]) == (2, 2, 1, 2)
    assert (str(a["dispatch_at"])[-8:], str(a["dispatch_last"])[-8:]) == ("10:10:00", "11:00:00")
    assert (a["register_by"], a["dispatch_by"], bool(a["urgent"])) == ("值班", "派", False)
    # the check failed on the 4th at 15:00: eight working hours again; handled at the last moment
    assert (str(a["handle_due"]), a["handle_used_s"]) == ("2025-03-05 15:00:00", 16 * 3600)
    assert (str(b["handle_due"]), b["handle_used_s"]) == ("2025-03-03 12:00:00", 3 * 3600)
    assert bool(b["urgent"])
    assert pd.isna(b["check_at"])


def test_what_was_known_at_a_moment() -> None:
    """The first handling had used 9 of 8 + 16 hours: the delay gave two days more."""
    told = timeline(LOG, CASES, DEFAULT, TIMER, start="2025-03-04", end="2025-03-04T14:30").loc["A"]
    assert (told["stage"], told["dispatch_n"], told["handle_n"], told["dispatch"]) == (
        "handled", 0, 1, 2,
    )  # fmt: skip
    assert (told["limit_s"], told["handle_used_s"]) == (24 * 3600, 9 * 3600)


def test_a_row_in_the_first_moment_counts_and_one_in_the_last_is_not_known_yet() -> None:
    told = timeline(LOG, CASES, DEFAULT, TIMER, start="2025-03-03T10:10", end="2025-03-03T11:00")
    assert (told.at["A", "dispatch_n"], told.at["B", "dispatch_n"]) == (1, 0)
    assert told.at["A", "stage"] == "registered"  # returned; sent again at the end itself
