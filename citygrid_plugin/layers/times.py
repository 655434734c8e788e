"""Times as QGIS's temporal controller takes them: its frames are the times of a slider."""

from __future__ import annotations

from qgis.core import (
    QgsDateTimeRange,
    QgsInterval,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

#: Length of a time -> months or days of it.
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
# Unscoped: QGIS 3.22 knows these names nowhere else.
_MONTH, _DAY = QgsUnitTypes.TemporalMonths, QgsUnitTypes.TemporalDays


def time_range(first: str, last: str) -> QgsDateTimeRange:
    """Return all moments of the days from `first` to `last`."""
    begin, end = (QDate.fromString(day, "yyyy-MM-dd") for day in (first, last))
    return QgsDateTimeRange(QDateTime(begin, QTime(0, 0)), QDateTime(end, QTime(23, 59, 59)))


def frame_of(step: str) -> QgsInterval | None:
    """Return the length of a frame; None for spans that have no fixed length."""
    if step in _MONTHS:
        return QgsInterval(_MONTHS[step], _MONTH)
    if step in _DAYS:
        return QgsInterval(_DAYS[step], _DAY)
    return None
