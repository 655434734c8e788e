"""The clock is read at the door: the city's, wherever the server stands."""

from __future__ import annotations

import datetime as dt

import click
import pytest

from citygrid_core.cli.door import now, today

SHANGHAI = "Asia/Shanghai"


def test_now_is_the_citys_now() -> None:
    """A server set to UTC does not move deadlines by eight hours."""
    here, there = (dt.datetime.fromisoformat(now(None, z)) for z in (SHANGHAI, "UTC"))
    assert abs(here - there - dt.timedelta(hours=8)) < dt.timedelta(minutes=1)
    days = {today(None, z) for z in ("Pacific/Kiritimati", "Pacific/Niue")}
    assert len(days) == 2  # 25 hours apart: never the same day


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-10-31", "2026-10-31T00:00:00"),
        ("2026-10-31T08:30", "2026-10-31T08:30:00"),
        ("2026-10-31T08:30:00+00:00", "2026-10-31T16:30:00"),
        ("2026-10-31T08:30:00+08:00", "2026-10-31T08:30:00"),
        ("2026-10-31 08:30:15.250", "2026-10-31T08:30:15"),
    ],
)
def test_moments_are_the_wall_clock_of_the_city(said: str, moment: str) -> None:
    assert now(said, SHANGHAI) == moment


@pytest.mark.parametrize("said", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_what_is_no_moment_is_a_wrong_call(said: str) -> None:
    for read in (now, today):
        with pytest.raises(click.BadParameter, match=said):
            read(said, SHANGHAI)
