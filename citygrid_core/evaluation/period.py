"""Periods as people write them: a day, a week, a month, a quarter, a year, or from-to."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np

from citygrid_core.errors import Text, UsageError

#: Years that a city can mean; one of five digits in a text is a slip.
_YEARS = (1900, 2200)


class BadPeriod(UsageError):
    """What was written is no period."""

    def __init__(self, text: str) -> None:
        forms = "2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, 2026-10-01..2026-10-15"
        super().__init__(
            Text(f"{text!r} is no period; write {forms}", f"“{text}”不是统计期；可写 {forms}")
        )


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included.

    Attributes
    ----------
    text : str
        As it was written.
    unit : str
        day, week, month, quarter, year or days.
    """

    text: str
    unit: str
    first: dt.date
    last: dt.date

    @property
    def start(self) -> np.datetime64:
        """Its first moment."""
        return np.datetime64(self.first, "s")

    @property
    def end(self) -> np.datetime64:
        """The moment after its last."""
        return np.datetime64(self.last + dt.timedelta(1), "s")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period.

        Parameters
        ----------
        text : str
            ``2026-10-05`` (day), ``2026-W41`` (ISO week), ``2026-10`` (month), ``2026-Q4``,
            ``2026``, or ``2026-10-01..2026-10-15``.

        Raises
        ------
        BadPeriod
        """
        said = text.strip()
        try:
            period = cls._read(said)
        except ValueError:
            raise BadPeriod(text) from None
        if not _YEARS[0] <= period.first.year <= period.last.year <= _YEARS[1]:
            raise BadPeriod(text)
        return period

    @classmethod
    def _read(cls, said: str) -> Period:
        if ".." in said:
            first, last = (_day(d.strip()) for d in said.split("..", 1))
            if last < first:
                raise ValueError
            return cls(said, "days", first, last)
        if found := re.fullmatch(r"(\d{4})-W(\d\d)", said):
            monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return cls(said, "week", monday, monday + dt.timedelta(6))
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", said):
            return cls(said, "quarter", *_months(int(found[1]), 3 * int(found[2]) - 2, 3))
        if found := re.fullmatch(r"(\d{4})-(\d\d)", said):
            return cls(said, "month", *_months(int(found[1]), int(found[2]), 1))
        if found := re.fullmatch(r"\d{4}", said):
            return cls(said, "year", *_months(int(said), 1, 12))
        day = _day(said)
        return cls(said, "day", day, day)

    @property
    def name(self) -> Text:
        """What people call it."""
        day, (year, week, _) = self.first, self.first.isocalendar()
        quarter = (day.month + 2) // 3
        names = {
            "day": f"{day.year}年{day.month}月{day.day}日", "week": f"{year}年第{week}周",
            "month": f"{day.year}年{day.month}月", "quarter": f"{day.year}年第{quarter}季度",
            "year": f"{day.year}年",
        }  # fmt: skip
        return Text(self.text, names.get(self.unit, f"{self.first}至{self.last}"))

    def before(self) -> Period:
        """Return the period of the same kind before this one."""
        last = self.first - dt.timedelta(1)
        if self.unit in ("month", "quarter", "year"):
            length = {"month": 1, "quarter": 3, "year": 12}[self.unit]
            number = last.year * 12 + last.month - length
            first, last = _months(number // 12, number % 12 + 1, length)
        else:
            first = last - (self.last - self.first)
        return Period(_written(self.unit, first, last), self.unit, first, last)

    def year_before(self) -> Period:
        """Return the same days a year earlier (the same ISO week for a week)."""
        if self.unit == "week":
            year, week, _ = self.first.isocalendar()
            first = dt.date.fromisocalendar(year - 1, min(week, 52), 1)
            return Period(_written("week", first, first), "week", first, first + dt.timedelta(6))
        first, last = (_year_back(d) for d in (self.first, self.last))
        if self.unit in ("month", "quarter", "year"):
            last = _months(last.year, last.month, 1)[1]
        return Period(_written(self.unit, first, last), self.unit, first, last)


def _day(text: str) -> dt.date:
    """Read YYYY-MM-DD and nothing else: newer Pythons take 2026W41 for a Monday."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError
    return dt.date.fromisoformat(text)


def _months(year: int, month: int, count: int) -> tuple[dt.date, dt.date]:
    end = year * 12 + month - 1 + count
    return dt.date(year, month, 1), dt.date(end // 12, end % 12 + 1, 1) - dt.timedelta(1)


def _year_back(day: dt.date) -> dt.date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _written(unit: str, first: dt.date, last: dt.date) -> str:
    if unit == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    forms = {
        "day": f"{first}", "month": f"{first:%Y-%m}", "year": f"{first:%Y}",
        "quarter": f"{first:%Y}-Q{(first.month + 2) // 3}",
    }  # fmt: skip
    return forms.get(unit, f"{first}..{last}")
