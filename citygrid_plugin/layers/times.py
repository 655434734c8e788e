"""Cases and time: what QGIS's temporal controller needs so that *play* works at once."""

from __future__ import annotations

from qgis.core import (
    QgsDateTimeRange,
    QgsInterval,
    QgsProject,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerTemporalProperties,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

#: Length of a time -> months or days of it.
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
# Unscoped: QGIS 3.22 knows these names nowhere else.
_MONTH, _DAY = QgsUnitTypes.TemporalMonths, QgsUnitTypes.TemporalDays


def prepare_time(project: QgsProject, layer: QgsVectorLayer | None, days: tuple[str, str]) -> None:
    """Let cases appear at the time they were reported; the project knows the first and last day.

    Parameters
    ----------
    days : tuple of str
        ISO; empty texts when there are no cases.
    """
    if layer is not None:
        times = layer.temporalProperties()
        times.setMode(QgsVectorLayerTemporalProperties.ModeFeatureDateTimeInstantFromField)
        times.setStartField("reported_at")
        times.setIsActive(True)
    if days[0]:
        settings = project.timeSettings()
        settings.setTemporalRange(time_range(*days))
        settings.setTimeStep(1)
        settings.setTimeStepUnit(_MONTH)


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
