"""When a city works: periods of the day, weekends, holidays and make-up days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from citygrid_core.cases.clock.errors import BadCalendar, CalendarTooShort

Seconds = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]
#: The periods that most cities work in (CJ/T 315 leaves them to the city).
PERIODS = "08:00-12:00,14:00-18:00"
_PERIOD = re.compile(r"(\d{1,2}):(\d\d)\s*[-–~]\s*(\d{1,2}):(\d\d)")
_DAY = 86_400


@dataclass(frozen=True)
class WorkCalendar:
    """The working time of a span of days.

    Made by `make` or `china`. Worked time is a rising, piecewise linear function of
    the wall clock; a deadline is its inverse. Both are one binary search for each
    moment, so that millions of cases take milliseconds.

    Attributes
    ----------
    first, last : date
        Days that are known, both included.
    opens, closes : int64 arrays, shape (periods,)
        Working periods in seconds since 1970-01-01T00:00 of the wall clock, in order.
    assumed : frozenset of int
        Years whose holidays nobody has told: weekends are all that is known of them.
    """

    first: dt.date
    last: dt.date
    opens: Seconds
    closes: Seconds
    assumed: frozenset[int] = frozenset()
    _done: Seconds = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        worked = np.cumsum(self.closes - self.opens)
        object.__setattr__(self, "_done", np.concatenate([[0], worked]).astype(np.int64))

    @classmethod
    def make(
        cls,
        first: dt.date,
        last: dt.date,
        *,
        days: Mapping[dt.date, bool] | None = None,
        periods: str = PERIODS,
        weekend: Iterable[int] = (5, 6),
        assumed: Iterable[int] = (),
    ) -> WorkCalendar:
        """Make a calendar.

        Parameters
        ----------
        first, last : date
            Days that it covers, both included.
        days : mapping of date to bool, optional
            Days that are not what their weekday says: False for a holiday, True for a
            make-up day (调休上班).
        periods : str
            Working periods of a day, ``HH:MM-HH:MM`` joined by commas.
        weekend : iterable of int
            Weekdays without work, Monday is 0.

        Raises
        ------
        BadCalendar
        """
        starts, ends = _periods(periods)
        span = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
        number = span.astype(np.int64)
        works = ~np.isin((number + 3) % 7, list(weekend))  # 1970-01-01 was a Thursday
        for day, working in (days or {}).items():
            if first <= day <= last:
                works[(day - first).days] = working
        midnights = number[works] * _DAY
        return cls(
            first, last, (midnights[:, None] + starts).ravel(), (midnights[:, None] + ends).ravel(),
            frozenset(assumed),
        )  # fmt: skip

    @classmethod
    def china(
        cls,
        first: dt.date,
        last: dt.date,
        *,
        days: Mapping[dt.date, bool] | None = None,
        periods: str = PERIODS,
    ) -> WorkCalendar:
        """Make a calendar with China's public holidays and make-up days.

        They come from the library chinesecalendar, which follows the yearly notices of
        the State Council. A year that it does not know yet has weekends only and is
        named in `assumed`.

        Parameters
        ----------
        days : mapping of date to bool, optional
            The city's own days; they win.
        """
        from chinese_calendar import constants

        known: dict[dt.date, bool] = dict.fromkeys(constants.holidays, False)
        known.update(dict.fromkeys(constants.workdays, True))
        told = {d.year for d in known}
        own = {d.year for d in days or {}}
        known.update(days or {})
        years = range(first.year, last.year + 1)
        return cls.make(
            first, last, days=known, periods=periods,
            assumed=[y for y in years if y not in told and y not in own],
        )  # fmt: skip

    def worked(self, at: npt.ArrayLike) -> Seconds:
        """Return the working seconds from the calendar's start until each moment.

        Parameters
        ----------
        at : datetime64 array, any shape
            Wall clock; not NaT.

        Raises
        ------
        CalendarTooShort
        """
        t = self._inside(at)
        i = np.searchsorted(self.opens, t, side="right") - 1
        inside = np.clip(t - self.opens[i], 0, self.closes[i] - self.opens[i])
        return np.where(i < 0, 0, self._done[i] + inside).astype(np.int64)

    def after(self, at: npt.ArrayLike, seconds: npt.ArrayLike) -> Moments:
        """Return the first moment by which so much has been worked since `at`.

        Without anything to work it is the moment itself, also outside working hours.

        Parameters
        ----------
        at : datetime64 array
        seconds : int array, broadcast with `at`
            Working seconds, not negative.

        Raises
        ------
        CalendarTooShort
        """
        start, wanted = np.broadcast_arrays(np.asarray(at), np.asarray(seconds, dtype=np.int64))
        total = self.worked(start) + wanted
        i = np.searchsorted(self._done, total, side="left") - 1
        beyond = (total > self._done[-1]) & (wanted > 0)
        if beyond.any():
            raise CalendarTooShort(self.first, self.last, _shown(start[beyond].ravel()[0]))
        i = np.clip(i, 0, len(self.opens) - 1)
        done = self.opens[i] + (total - self._done[i])
        moment = np.where(wanted > 0, done, np.asarray(start, "datetime64[s]").astype(np.int64))
        out: Moments = moment.astype("datetime64[s]")
        return out

    def _inside(self, at: npt.ArrayLike) -> Seconds:
        moments = np.asarray(at, dtype="datetime64[s]")
        t = moments.astype(np.int64)
        first = np.datetime64(self.first, "s").astype(np.int64)
        end = np.datetime64(self.last, "s").astype(np.int64) + _DAY
        wrong = (t < first) | (t > end)
        if wrong.any():
            raise CalendarTooShort(self.first, self.last, _shown(moments[wrong].ravel()[0]))
        return t


def _periods(text: str) -> tuple[Seconds, Seconds]:
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _PERIOD.fullmatch(part.strip())
        if match is None:
            raise BadCalendar(text)
        h1, m1, h2, m2 = map(int, match.groups())
        found.append((h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60))
    edges = [edge for period in found for edge in period]
    rising = all(a < b for a, b in zip(edges[::2], edges[1::2], strict=True))
    if not rising or edges != sorted(edges) or edges[-1] > _DAY:
        raise BadCalendar(text)
    return np.array(edges[::2], dtype=np.int64), np.array(edges[1::2], dtype=np.int64)


def _shown(moment: Any) -> str:
    return str(np.datetime64(moment, "s"))
