"""A plot of cases over time, painted by Qt itself: it loads wherever QGIS does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from qgis.PyQt.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette

_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 28, 20
_STEPS = (1, 2, 5, 10)


class Bar(NamedTuple):
    """One time: what it is called, its cases, whether it is in the period that the map shows."""

    name: str
    cases: float
    chosen: bool = False


class Ahead(NamedTuple):
    """A forecast: what it is called, what is expected, and its interval."""

    name: str
    expected: float
    low: float
    high: float


class TrendPlot(QWidget):
    """Bars of cases, the chosen ones strong; a dashed line says what the city's mean would be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("citygrid_heat_trend")
        self.setAccessibleName(tr("Cases over time", "案件数变化"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title, self._bars, self._mean = "", list[Bar](), None
        self._ahead: Ahead | None = None

    def show_trend(
        self,
        title: str,
        bars: Sequence[Bar],
        *,
        mean: float | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        """Show a trend.

        Parameters
        ----------
        title : str
            What is counted, with its unit.
        mean : float, optional
            Cases of one time if the place were as the whole city.
        ahead : Ahead, optional
            The forecast of the time after the last.
        """
        self._title, self._bars, self._mean, self._ahead = title, list(bars), mean, ahead
        self.update()

    def bars(self) -> list[Bar]:
        """Return what is shown."""
        return list(self._bars)

    def title(self) -> str:
        """Return what is written above the bars."""
        return self._title

    def sizeHint(self) -> QSize:
        """Return a size at which two years of months can be read."""
        return QSize(340, 140)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(200, 110)

    def event(self, event: QEvent) -> bool:
        """Tell the number of the bar under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.said_at(event.pos().x()), self)
            return True
        return bool(super().event(event))

    def said_at(self, x: float) -> str:
        """Return what the bar at a pixel of the widget says."""
        rooms = len(self._bars) + (self._ahead is not None)
        if not rooms:
            return ""
        at = math.floor((x - _LEFT) / (self.width() - _LEFT - _RIGHT) * rooms)
        if 0 <= at < len(self._bars):
            return tr(f"{self._bars[at].name}: {self._bars[at].cases:g} cases",
                      f"{self._bars[at].name}：{self._bars[at].cases:g} 件")  # fmt: skip
        if at == len(self._bars) and self._ahead is not None:
            a = self._ahead
            return tr(f"{a.name}: {a.expected:.1f} expected ({a.low:g} to {a.high:g})",
                      f"{a.name}：预计 {a.expected:.1f} 件（{a.low:g} 至 {a.high:g}）")  # fmt: skip
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title, scale, bars, mean and forecast."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.palette().base())
        ink = self.palette().text().color()
        painter.setPen(ink)
        painter.drawText(
            QRectF(4, 2, self.width() - 8, 16), Qt.AlignmentFlag.AlignLeft, self._title
        )
        box = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        if not self._bars:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr("no cases", "无案件"))
            painter.end()
            return
        highest = max([b.cases for b in self._bars] + [self._mean or 0, 1]
                      + ([self._ahead.high] if self._ahead else []))  # fmt: skip
        top = self._scale(painter, box, highest, ink)
        self._paint_bars(painter, box, top)
        if self._mean is not None:
            y = box.bottom() - self._mean / top * box.height()
            painter.setPen(QPen(ink, 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        self._names(painter, box, ink)
        painter.end()

    def _scale(self, painter: QPainter, box: QRectF, highest: float, ink: QColor) -> float:
        """Draw the lines of the scale; return what the top of the box stands for."""
        raw = highest / 3
        unit = 10 ** math.floor(math.log10(raw)) if raw > 0 else 1
        step = max(next(s * unit for s in _STEPS if s * unit >= raw * 0.999), 1)
        top = step * math.ceil(highest / step)
        faint = QColor(ink)
        faint.setAlpha(45)
        for i in range(round(top / step) + 1):
            y = box.bottom() - i * step / top * box.height()
            painter.setPen(faint)
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(ink)
            where = QRectF(0, y - 8, _LEFT - 5, 16)
            painter.drawText(
                where,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"{i * step:g}",
            )
        return float(top)

    def _paint_bars(self, painter: QPainter, box: QRectF, top: float) -> None:
        rooms = len(self._bars) + (self._ahead is not None)
        wide = box.width() / rooms
        gap = min(wide * 0.15, 2.0)
        painter.setPen(Qt.PenStyle.NoPen)
        for i, bar in enumerate(self._bars):
            high = bar.cases / top * box.height()
            painter.setBrush(QColor(palette.HEAT[4] if bar.chosen else "#b9b2a6"))
            painter.drawRect(
                QRectF(box.left() + i * wide + gap / 2, box.bottom() - high, wide - gap, high)
            )
        if self._ahead is not None:
            x = box.left() + (rooms - 0.5) * wide

            def y(value: float) -> float:
                return box.bottom() - value / top * box.height()

            painter.setPen(QPen(QColor(palette.BLUE), 2))
            painter.drawLine(QPointF(x, y(self._ahead.low)), QPointF(x, y(self._ahead.high)))
            painter.setBrush(QColor(palette.BLUE))
            painter.drawEllipse(QPointF(x, y(self._ahead.expected)), 3, 3)

    def _names(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        """Write as many names below the bars as there is room for."""
        painter.setPen(ink)
        rooms = len(self._bars) + (self._ahead is not None)
        metrics = painter.fontMetrics()
        widest = max(metrics.horizontalAdvance(bar.name) for bar in self._bars) + 8
        every = max(1, math.ceil(rooms * widest / box.width()))
        for i in range(0, len(self._bars), every):
            middle = box.left() + (i + 0.5) * box.width() / rooms
            left = min(max(middle - widest / 2, 0), self.width() - widest)
            where = QRectF(left, box.bottom() + 3, widest, 16)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, self._bars[i].name)
