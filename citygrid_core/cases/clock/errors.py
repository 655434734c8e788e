"""What can be wrong with a clock."""

from __future__ import annotations

import datetime as dt

from citygrid_core.errors import CitygridError, Text, UsageError


class UnknownUnit(UsageError):
    """A limit has a unit that no clock runs in."""

    def __init__(self, unit: str, known: tuple[str, ...]) -> None:
        named = ", ".join(known)
        super().__init__(
            Text(
                f"unit {unit!r} of a limit is not one of {named}",
                f"时限单位“{unit}”不在 {named} 之中",
            )
        )


class CalendarTooShort(CitygridError):
    """A moment lies outside the days that the calendar knows."""

    def __init__(self, first: dt.date, last: dt.date, moment: str) -> None:
        super().__init__(
            Text(
                f"{moment} is outside the calendar, which runs from {first} to {last}; "
                "make one that is longer",
                f"{moment} 超出工作日历范围（{first} 至 {last}），请使用更长的日历",
            )
        )


class BadCalendar(CitygridError):
    """Working periods that overlap, run backwards, or are none at all."""

    def __init__(self, found: str) -> None:
        super().__init__(
            Text(
                f"working periods {found!r}: expected times in order such as 08:00-12:00,14:00-18:00",
                f"工作时段“{found}”有误：应为依次排列的时段，如 08:00-12:00,14:00-18:00",
            )
        )
