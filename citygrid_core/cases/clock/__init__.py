"""The clock of a case: calendars, units, limits, deadlines and lights.

>>> import datetime as dt, numpy as np
>>> cal = WorkCalendar.china(dt.date(2025, 9, 1), dt.date(2025, 12, 31))
>>> friday = np.array(["2025-09-26T16:00"], "datetime64[s]")
>>> seconds, working = duration([4], ["work_hour"])
>>> print(due(cal, friday, seconds, working)[0])     # Sunday 28 September is a make-up day
2025-09-28T10:00:00
"""

from citygrid_core.cases.clock.errors import BadCalendar, CalendarTooShort, UnknownUnit
from citygrid_core.cases.clock.light import LIGHTS, RED, YELLOW, light
from citygrid_core.cases.clock.limits import LIMITED, LimitTable
from citygrid_core.cases.clock.units import (
    FITTING,
    UNIT_NAMES,
    UNITS,
    due,
    duration,
    fits,
    used,
)
from citygrid_core.cases.clock.workdays import PERIODS, WorkCalendar

__all__ = [
    "FITTING", "LIGHTS", "LIMITED", "PERIODS", "RED", "UNITS", "UNIT_NAMES", "YELLOW", "BadCalendar",
    "CalendarTooShort", "LimitTable", "UnknownUnit", "WorkCalendar", "due", "duration", "fits", "light",
    "used",
]  # fmt: skip
