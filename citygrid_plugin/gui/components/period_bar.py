"""The choice of a time: a slider over days, weeks, months, quarters or years, or from-to; with play."""

from __future__ import annotations

from qgis.PyQt.QtCore import QDate, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.periods import STEPS, Span, spans

#: How long one time is shown while it plays.
_PLAY_MS = 900
OWN = "own"


class PeriodBar(QWidget):
    """Shows and emits.

    Attributes
    ----------
    days : tuple of str
        First and last day that are known; empty before any is.

    Signals
    -------
    changed()
        Another time is chosen.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.days = ("", "")
        self._spans: list[Span] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        self.step = QComboBox()
        self.step.setObjectName("citygrid_heat_step")
        named = [(key, shown(title)) for key, title in STEPS.items()]
        fill(self.step, [*named, (OWN, tr("own days", "自定起止"))])
        self.step.setToolTip(tr("Length of the period", "统计时段的长度"))
        self.step.currentIndexChanged.connect(self._step_chosen)
        head.addWidget(self.step)
        self.since, self.until = _date("citygrid_heat_since"), _date("citygrid_heat_until")
        for edit in (self.since, self.until):
            edit.dateChanged.connect(self._dated)
        head.addWidget(self.since, 1)
        head.addWidget(QLabel("–"))
        head.addWidget(self.until, 1)
        layout.addLayout(head)
        row = QHBoxLayout()
        style = self.style()
        self.previous = _tool("previous", style.standardIcon(QStyle.StandardPixmap.SP_MediaSeekBackward),
                              tr("The period before", "上一时段"))  # fmt: skip
        self.play = _tool("play", style.standardIcon(QStyle.StandardPixmap.SP_MediaPlay),
                          tr("Play through the periods", "逐时段播放"))  # fmt: skip
        self.play.setCheckable(True)
        self.next = _tool("next", style.standardIcon(QStyle.StandardPixmap.SP_MediaSeekForward),
                          tr("The next period", "下一时段"))  # fmt: skip
        self.previous.clicked.connect(lambda: self.slider.setValue(self.slider.value() - 1))
        self.next.clicked.connect(lambda: self.slider.setValue(self.slider.value() + 1))
        self.play.toggled.connect(self._play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("citygrid_heat_slider")
        self.slider.setAccessibleName(tr("Period", "统计时段"))
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._slid)
        for widget in (self.previous, self.play, self.next):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        layout.addLayout(row)
        self.said = QLabel()
        self.said.setObjectName("citygrid_heat_period")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setInterval(_PLAY_MS)
        self._timer.timeout.connect(self._on)
        self.step.setCurrentIndex(self.step.findData("month"))

    # --- what is asked ---------------------------------------------------------------------

    def set_days(self, first: str, last: str) -> None:
        """Offer the times between two days; the last whole one is chosen."""
        self.play.setChecked(False)
        self.days = (first, last)
        self._offer(to=last)

    def span(self) -> Span:
        """Return the time that is chosen; all days before any is known."""
        if self.step.currentData() == OWN:
            first, last = (e.date().toString("yyyy-MM-dd") for e in (self.since, self.until))
            return Span(OWN, first, max(first, last))
        at = self.slider.value()
        return self._spans[at] if at < len(self._spans) else Span("all", *self.days)

    def spans(self) -> list[Span]:
        """Return every time that the slider can be set to."""
        return list(self._spans)

    def unit(self) -> str:
        """Return the length of a time: day … year, all or own."""
        return str(self.step.currentData())

    def show_span(self, first: str, last: str) -> None:
        """Choose the days from `first` to `last`: one of the times if it is one, own days else."""
        for i, one in enumerate(self._spans):
            if (one.first, one.last) == (first, last) and self.unit() != OWN:
                self.slider.setValue(i)
                return
        self.step.blockSignals(True)
        self.step.setCurrentIndex(self.step.findData(OWN))
        self.step.blockSignals(False)
        self._show_dates(first, last)
        self._offer(to=last)
        self.changed.emit()

    # --- what the user does ----------------------------------------------------------------

    def _step_chosen(self) -> None:
        self.play.setChecked(False)
        self._offer(to=self.until.date().toString("yyyy-MM-dd"))
        self.changed.emit()

    def _offer(self, *, to: str) -> None:
        first, last = self.days
        own = self.unit() == OWN
        self._spans = [] if own or not first else spans(self.unit(), first, last)
        # The last time that ends by then: half a month says little beside whole ones.
        ended = [i for i, one in enumerate(self._spans) if one.last <= max(to, first)]
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(self._spans) - 1, 0))
        self.slider.setTickInterval(max(len(self._spans) // 40, 1))
        self.slider.setValue(ended[-1] if ended else 0)
        self.slider.blockSignals(False)
        for widget in (self.slider, self.previous, self.play, self.next):
            widget.setEnabled(len(self._spans) > 1)
        self._tell()

    def _slid(self) -> None:
        self._tell()
        self.changed.emit()

    def _dated(self) -> None:
        if self.unit() != OWN:
            self.step.blockSignals(True)
            self.step.setCurrentIndex(self.step.findData(OWN))
            self.step.blockSignals(False)
            self._offer(to=self.days[1])
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        span = self.span()
        if span.first and self.unit() != OWN:
            self._show_dates(span.first, span.last)
        days = tr(f"{span.days} days", f"{span.days} 天") if span.first else ""
        self.said.setText(f"<b>{span.name}</b> · {days}" if span.first else "")

    def _show_dates(self, first: str, last: str) -> None:
        for edit, day in ((self.since, first), (self.until, last)):
            edit.blockSignals(True)
            edit.setDate(QDate.fromString(day, "yyyy-MM-dd"))
            edit.blockSignals(False)

    def _play(self, on: bool) -> None:
        icon = QStyle.StandardPixmap.SP_MediaPause if on else QStyle.StandardPixmap.SP_MediaPlay
        self.play.setIcon(self.style().standardIcon(icon))
        if not on:
            self._timer.stop()
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)
        self._timer.start()

    def _on(self) -> None:
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)


def _date(name: str) -> QDateEdit:
    edit = QDateEdit(QDate.currentDate())
    edit.setObjectName(name)
    edit.setDisplayFormat("yyyy-MM-dd")
    edit.setCalendarPopup(True)
    return edit


def _tool(name: str, icon: QIcon, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"citygrid_heat_{name}")
    button.setIcon(icon)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    return button
