"""The units in which limits run.

Urgent and natural units run day and night; working units run in working periods only.
A working day is eight working hours, whatever the periods are (CJ/T 315-2009 and the
tables of cities; ``single-source``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases.clock.errors import UnknownUnit
from citygrid_core.cases.clock.workdays import Moments, Seconds, WorkCalendar
from citygrid_core.errors import Text

#: Seconds of one unit, and whether it runs in working periods only.
UNITS: dict[str, tuple[int, bool]] = {
    "minute": (60, False),
    "hour": (3600, False),
    "day": (86_400, False),
    "urgent_hour": (3600, False),
    "urgent_day": (86_400, False),
    "work_minute": (60, True),
    "work_hour": (3600, True),
    "work_day": (8 * 3600, True),
}
UNIT_NAMES: dict[str, Text] = {
    "minute": Text("minutes", "分钟"),
    "hour": Text("hours", "小时"),
    "day": Text("natural days", "自然日"),
    "urgent_hour": Text("urgent hours", "紧急工作时"),
    "urgent_day": Text("urgent days", "紧急工作日"),
    "work_minute": Text("working minutes", "工作分钟"),
    "work_hour": Text("working hours", "工作时"),
    "work_day": Text("working days", "工作日"),
}
#: Seconds of the longest limit that is one, of a clock that always runs and of a working one: a
#: year. A table with more has a slip in it, and its deadlines lie beyond every calendar.
_LONGEST = {False: 366 * 86_400, True: 250 * 8 * 3600}
FITTING = Text(
    "a time of a second to a year (250 working days)", "1 秒至 1 年（250 个工作日）之间的时限"
)


def fits(value: pd.Series, unit: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which limits can be: not nothing, not negative, not beyond a year.

    Parameters
    ----------
    value : Series of float
    unit : Series of str
        Keys of `UNITS`; others fit nothing.
    """
    per = unit.map({name: seconds for name, (seconds, _) in UNITS.items()}).to_numpy(float)
    most = unit.map({name: _LONGEST[works] for name, (_, works) in UNITS.items()}).to_numpy(float)
    seconds = value.to_numpy(float) * per
    return np.asarray((seconds >= 1) & (seconds <= most), dtype=bool)


def duration(value: npt.ArrayLike, unit: npt.ArrayLike) -> tuple[Seconds, npt.NDArray[np.bool_]]:
    """Return the seconds of each limit, and whether they are working seconds.

    Parameters
    ----------
    value : float array
    unit : array of str
        Keys of `UNITS`.

    Raises
    ------
    UnknownUnit
    """
    codes, names = pd.factorize(np.asarray(unit, dtype=object).ravel())
    for name in names:
        if name not in UNITS:
            raise UnknownUnit(str(name), tuple(UNITS))
    if (codes < 0).any():
        raise UnknownUnit("", tuple(UNITS))
    per = np.array([UNITS[n][0] for n in names], dtype=float)
    works = np.array([UNITS[n][1] for n in names], dtype=bool)
    values = np.asarray(value, dtype=float).ravel()
    return np.rint(values * per[codes]).astype(np.int64), works[codes]


def due(calendar: WorkCalendar, start: Any, seconds: Any, working: Any) -> Moments:
    """Return when a limit that begins at `start` ends.

    Parameters
    ----------
    calendar : WorkCalendar
    start : datetime64 array
    seconds : int array
    working : bool array
        Whether the seconds count in working periods only.

    Raises
    ------
    CalendarTooShort
    """
    at, span, works = np.broadcast_arrays(
        np.asarray(start, dtype="datetime64[s]"), np.asarray(seconds, np.int64), np.asarray(working)
    )
    out: Moments = at + span.astype("timedelta64[s]")
    if works.any():
        out = out.copy()
        out[works] = calendar.after(at[works], span[works])
    return out


def used(calendar: WorkCalendar, start: Any, end: Any, working: Any) -> Seconds:
    """Return the seconds between two moments in which the limit's clock ran.

    Negative where `end` is before `start`: from now to a deadline it is what is left, and
    how late a case is.

    Parameters
    ----------
    start, end : datetime64 array
    working : bool array
    """
    a, b, works = np.broadcast_arrays(
        np.asarray(start, dtype="datetime64[s]"), np.asarray(end, dtype="datetime64[s]"),
        np.asarray(working),
    )  # fmt: skip
    out: Seconds = (b - a).astype(np.int64)
    if works.any():
        out = out.copy()
        out[works] = calendar.worked(b[works]) - calendar.worked(a[works])
    return out
