"""Times of a calendar: the steps that a slider walks through, and what they are called."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr

#: Lengths of a time, from the shortest to the longest.
STEPS = {
    "day": Text("day", "日"),
    "week": Text("week", "周"),
    "month": Text("month", "月"),
    "quarter": Text("quarter", "季度"),
    "year": Text("year", "年"),
    "all": Text("all days", "全部日期"),
}


class Span(NamedTuple):
    """Days from `first` to `last`, ISO, both included; empty where nothing is known."""

    step: str
    first: str
    last: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (_date(self.last) - _date(self.first)).days + 1 if self.first else 0

    @property
    def name(self) -> str:
        """Return what people call it."""
        if not self.first:
            return ""
        day = _date(self.first)
        year, month, week = self.first[:4], self.first[:7], day.isocalendar()
        if self.step == "day":
            names = tr("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日").split()
            return f"{self.first} {names[day.weekday()]}"
        if self.step == "week":
            return tr(f"{week[0]} week {week[1]}", f"{week[0]} 年第 {week[1]} 周")
        if self.step == "month":
            return month
        if self.step == "quarter":
            number = (day.month + 2) // 3
            return tr(f"{year} Q{number}", f"{year} 年 {number} 季度")
        if self.step == "year":
            return tr(year, f"{year} 年")
        return tr(f"{self.first} to {self.last}", f"{self.first} 至 {self.last}")

    def before(self) -> Span:
        """Return the time before, of the same length; a month has the month before."""
        first = _date(self.first)
        if self.step in ("month", "quarter", "year"):
            return _around(self.step, first - dt.timedelta(1))
        return Span(self.step, _iso(first - dt.timedelta(self.days)), _iso(first - dt.timedelta(1)))

    def year_before(self) -> Span:
        """Return the same days a year earlier; a week the week 52 weeks earlier."""
        if self.step in ("week", "day"):
            back = dt.timedelta(364)
            first, last = _date(self.first) - back, _date(self.last) - back
        else:
            first, last = _year_back(_date(self.first)), _year_back(_date(self.last))
            if self.step in ("month", "quarter"):
                return _around(self.step, first)
        return Span(self.step, _iso(first), _iso(last))


def spans(step: str, first: str, last: str) -> list[Span]:
    """Return the times that touch the days from `first` to `last`, the earliest first."""
    if step == "all":
        return [Span("all", first, last)]
    found, day, end = [], _date(first), _date(last)
    while day <= end:
        found.append(_around(step, day))
        day = _date(found[-1].last) + dt.timedelta(1)
    return found


def _around(step: str, day: dt.date) -> Span:
    """Return the time of a length that a day is in."""
    if step == "day":
        return Span(step, _iso(day), _iso(day))
    if step == "week":
        monday = day - dt.timedelta(day.weekday())
        return Span(step, _iso(monday), _iso(monday + dt.timedelta(6)))
    months = {"month": 1, "quarter": 3, "year": 12}[step]
    start = dt.date(day.year, (day.month - 1) // months * months + 1, 1)
    after = start.month - 1 + months
    following = dt.date(start.year + after // 12, after % 12 + 1, 1)
    return Span(step, _iso(start), _iso(following - dt.timedelta(1)))


def _year_back(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - 1, day=28)


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _iso(day: dt.date) -> str:
    return day.isoformat()
