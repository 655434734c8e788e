"""Conditions of a duty rule: hours, weekdays, season, attribute.

How they are written:

=========  ======================================================================
hours      ``08:00-12:00`` or several, ``08:00-12:00#14:00-18:00``; half-open; over
           midnight: ``22:00-06:00``
weekdays   ``1-5`` or ``1#3#5`` (1 Monday, 7 Sunday); ``周一至周五`` is read too
season     ``11-15/03-15`` month and day, both included; over the new year
attribute  ``state=damaged`` or ``data_source=surveyed|other``; all of several
           joined by ``#`` must hold
=========  ======================================================================
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Span = tuple[int, int]
_T = TypeVar("_T")

_DAY_NAMES = {name: i + 1 for i, name in enumerate("一二三四五六")} | {"日": 7, "天": 7}
_DASH = re.compile(r"\s*(?:[-–—~～至到])\s*")
_PARTS = re.compile(r"\s*[#,;，；、]\s*")
_SEASON = re.compile(r"\s*[/／至~～]\s*")


class Unreadable(ValueError):
    """A condition is not written as this room reads it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When: an ISO day (None: now, without an end), minutes since midnight if known."""

    day: str | None
    minute: int | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of one rule; an empty one always holds."""

    hours: tuple[Span, ...] = ()
    weekdays: frozenset[int] = frozenset()
    season: tuple[Span, ...] = ()
    attribute: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def number(self) -> int:
        """How many kinds of conditions there are."""
        return sum(map(bool, (self.hours, self.weekdays, self.season, self.attribute)))

    def in_time(self, moment: Moment) -> bool:
        """Return whether hours, weekday and season hold; unknown time: no."""
        if self.hours and (
            moment.minute is None or not _within_any(self.hours, moment.minute, closed=False)
        ):
            return False
        if not (self.weekdays or self.season):
            return True
        if moment.day is None:
            return False
        if self.weekdays and weekday(moment.day) not in self.weekdays:
            return False
        month_day = int(moment.day[5:7]) * 100 + int(moment.day[8:10])
        return not self.season or _within_any(self.season, month_day, closed=True)

    def has_attribute(self, values: Mapping[str, str]) -> bool:
        """Return whether the attributes hold; one that is not known does not."""
        return all(values.get(name, "") in wanted for name, wanted in self.attribute)


def read_conditions(
    hours: str, weekdays: str, season: str, attribute: str
) -> tuple[Conditions, list[str]]:
    """Read the conditions of a rule; return also the names of those that can't be read."""
    bad: list[str] = []

    def tried(name: str, reader: Callable[[str], _T], text: str, empty: _T) -> _T:
        try:
            return reader(text) if text else empty
        except (Unreadable, ValueError):
            bad.append(name)
            return empty

    return Conditions(
        tried("hours", _hours, hours, ()),
        tried("weekdays", _weekdays, weekdays, frozenset()),
        tried("season", _season, season, ()),
        tried("attribute", _attribute, attribute, ()),
    ), bad


def weekday(day: str) -> int:
    """Return 1 (Monday) to 7 of an ISO day."""
    return dt.date.fromisoformat(day).isoweekday()


def _within_any(spans: tuple[Span, ...], value: int, *, closed: bool) -> bool:
    for low, high in spans:
        below = value <= high if closed else value < high
        if (low <= value and below) if low <= high else (value >= low or below):
            return True
    return False


def _two(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    ends = pattern.split(text.strip())
    if len(ends) != 2:
        raise Unreadable(text)
    return ends[0], ends[1]


def _hours(text: str) -> tuple[Span, ...]:
    def minute(clock: str) -> int:
        hour, _, rest = clock.replace("：", ":").partition(":")
        value = int(hour) * 60 + int(rest or 0)
        if not (0 <= value <= 24 * 60 and 0 <= int(rest or 0) < 60):
            raise Unreadable(text)
        return value

    spans = []
    for part in _PARTS.split(text.strip()):
        low, high = (minute(c) for c in _two(part, _DASH))
        if low == high:
            raise Unreadable(text)
        spans.append((low, high))
    return tuple(spans)


def _weekdays(text: str) -> frozenset[int]:
    def day(name: str) -> int:
        name = re.sub("^(周|星期|礼拜)", "", name.strip())
        value = _DAY_NAMES.get(name) or int(name)
        if not 1 <= value <= 7:
            raise Unreadable(text)
        return value

    days: set[int] = set()
    for part in _PARTS.split(text.strip()):
        ends = [day(d) for d in _DASH.split(part)]
        if len(ends) == 1:
            days.add(ends[0])
        elif len(ends) == 2:
            low, high = ends
            days.update(
                range(low, high + 1) if low <= high else {*range(low, 8), *range(1, high + 1)}
            )
        else:
            raise Unreadable(text)
    return frozenset(days)


def _season(text: str) -> tuple[Span, ...]:
    def month_day(part: str) -> int:
        month, date = _two(part, re.compile("-"))
        value = int(month), int(date)
        if not (1 <= value[0] <= 12 and 1 <= value[1] <= 31):
            raise Unreadable(text)
        return value[0] * 100 + value[1]

    spans = []
    for part in _PARTS.split(text.strip()):
        low, high = _two(part, _SEASON)
        spans.append((month_day(low), month_day(high)))
    return tuple(spans)


def _attribute(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    wanted = []
    for part in _PARTS.split(text.strip()):
        name, equals, values = part.partition("=")
        if not (name.strip() and equals and values.strip()):
            raise Unreadable(text)
        wanted.append((name.strip(), frozenset(v.strip() for v in values.split("|"))))
    return tuple(wanted)
