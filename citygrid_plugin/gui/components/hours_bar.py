"""Hours of the day and days of the week that are meant."""

from __future__ import annotations

from qgis.gui import QgsRangeSlider
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from citygrid_plugin.i18n import tr

_HOURS = 24
_PRESSED = (
    "QToolButton:checked { background: palette(highlight); color: palette(highlighted-text) }"
)


class HoursBar(QWidget):
    """Shows and emits; all hours of all days at first.

    Signals
    -------
    changed()
        Other hours or days are meant.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        row = QHBoxLayout()
        self.slider = QgsRangeSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("citygrid_heat_hours")
        self.slider.setRangeLimits(0, _HOURS)
        self.slider.setRange(0, _HOURS)
        self.slider.setToolTip(tr("Hours of the day", "一天中的时段"))
        self.slider.setAccessibleName(tr("Hours of the day", "一天中的时段"))
        self.said = QLabel()
        self.said.setMinimumWidth(self.fontMetrics().horizontalAdvance("00:00 – 24:00") + 6)
        row.addWidget(self.slider, 1)
        row.addWidget(self.said)
        layout.addLayout(row)
        days = QHBoxLayout()
        days.setSpacing(2)
        self.days: list[QToolButton] = []
        names = tr("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日").split()
        for number, name in enumerate(names, 1):
            button = QToolButton()
            button.setObjectName(f"citygrid_heat_weekday_{number}")
            button.setText(name)
            button.setCheckable(True)
            button.setStyleSheet(_PRESSED)
            button.setChecked(True)
            button.toggled.connect(lambda _: self.changed.emit())
            self.days.append(button)
            days.addWidget(button, 1)
        layout.addLayout(days)
        self.slider.rangeChanged.connect(self._slid)
        self._tell()

    def hours(self) -> range | None:
        """Return the hours that are meant; None for all, cases without an hour too."""
        low, high = self.slider.lowerValue(), self.slider.upperValue()
        return None if (low, high) == (0, _HOURS) else range(low, max(high, low + 1))

    def weekdays(self) -> tuple[int, ...] | None:
        """Return the days of the week, 1 (Monday) to 7; None for all."""
        chosen = tuple(n for n, button in enumerate(self.days, 1) if button.isChecked())
        return None if len(chosen) == len(self.days) else chosen

    def said_in_words(self) -> str:
        """Return what is meant, for a title; nothing when it is everything."""
        said = []
        if self.hours() is not None:
            said.append(self.said.text())
        if self.weekdays() is not None:
            said.append(" ".join(button.text() for button in self.days if button.isChecked()))
        return ", ".join(said)

    def _slid(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        low, high = self.slider.lowerValue(), self.slider.upperValue()
        self.said.setText(f"{low:02d}:00 – {max(high, low + 1):02d}:00")
