"""The page of two periods: which other one, how they stand beside each other, what rose."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.gui.components.swatches import Swatches
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.periods import Span

_CODE = Qt.ItemDataRole.UserRole
OFF, SWIPE, SIDE = "off", "swipe", "side"
BEFORE, YEAR, OWN = "before", "year", "own"


class HeatComparePage(QWidget):
    """Shows and emits.

    Signals
    -------
    changed()
        Another way of comparing, or another period.
    grid_wanted(str)
        A grid of the list was chosen.
    """

    changed = pyqtSignal()
    grid_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        form = QFormLayout()
        self.other = QComboBox()
        self.other.setObjectName("citygrid_heat_other")
        fill(
            self.other,
            (
                (BEFORE, tr("the period before", "上一时段")),
                (YEAR, tr("the same a year before", "上年同期")),
                (OWN, tr("own days", "自定起止")),
            ),
        )
        form.addRow(tr("&Beside the map's period:", "与图上时段对比(&B)："), self.other)
        days = QHBoxLayout()
        self.since, self.until = QDateEdit(), QDateEdit()
        for edit, name in ((self.since, "since"), (self.until, "until")):
            edit.setObjectName(f"citygrid_heat_other_{name}")
            edit.setDisplayFormat("yyyy-MM-dd")
            edit.setCalendarPopup(True)
            edit.setEnabled(False)
            days.addWidget(edit, 1)
        form.addRow(tr("Days:", "起止日期："), days)
        layout.addLayout(form)
        self._ways = QButtonGroup(self)
        row = QHBoxLayout()
        self.ways: dict[str, QRadioButton] = {}
        for key, title in (
            (OFF, tr("map of one period", "仅看一个时段")),
            (SWIPE, tr("s&wipe", "卷帘(&W)")),
            (SIDE, tr("side by s&ide", "并排(&I)")),
        ):
            button = QRadioButton(title)
            button.setObjectName(f"citygrid_heat_way_{key}")
            self._ways.addButton(button)
            self.ways[key] = button
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.ways[OFF].setChecked(True)
        self.said = QLabel()
        self.said.setObjectName("citygrid_heat_compared")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.legend = Swatches()
        layout.addWidget(self.legend)
        self.rises = QTreeWidget()
        self.rises.setObjectName("citygrid_heat_rises")
        self.rises.setRootIsDecorated(False)
        self.rises.setAlternatingRowColors(True)
        self.rises.setHeaderLabels(
            [
                tr("What rose surely", "确有上升的网格"),
                tr("Now", "本期"),
                tr("Then", "对比期"),
                tr("Times", "倍数"),
                tr("95 % interval", "95% 区间"),
            ]
        )
        self.rises.itemClicked.connect(self._rise_clicked)
        layout.addWidget(self.rises, 1)
        # Only what the user does: the desk sets dates too.
        self.other.activated.connect(lambda _: self._other_chosen())
        for edit in (self.since, self.until):
            edit.dateChanged.connect(lambda _: self.changed.emit())
        self._ways.buttonClicked.connect(lambda _: self.changed.emit())

    def way(self) -> str:
        """Return how the periods stand beside each other: off, swipe or side."""
        return next(key for key, button in self.ways.items() if button.isChecked())

    def span(self, now: Span) -> Span:
        """Return the other period for that of the map."""
        which = self.other.currentData()
        if which == OWN:
            first, last = (e.date().toString("yyyy-MM-dd") for e in (self.since, self.until))
            return Span("own", first, max(first, last))
        return now.before() if which == BEFORE else now.year_before()

    def show_span(self, span: Span) -> None:
        """Show the days of the other period."""
        for edit, day in ((self.since, span.first), (self.until, span.last)):
            edit.blockSignals(True)
            edit.setDate(QDate.fromString(day, "yyyy-MM-dd"))
            edit.blockSignals(False)

    def _rise_clicked(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _CODE):
            self.grid_wanted.emit(item.data(0, _CODE))

    def _other_chosen(self) -> None:
        for edit in (self.since, self.until):
            edit.setEnabled(self.other.currentData() == OWN)
        self.changed.emit()

    def show_rises(self, said: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Show what changed: a sentence, and the grids that rose."""
        self.said.setText(said)
        self.rises.clear()
        for code, *cells in rows:
            item = QTreeWidgetItem([code, *cells])
            item.setData(0, _CODE, code)
            for column in range(1, 5):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            self.rises.addTopLevelItem(item)
        if said and not rows:
            self.rises.addTopLevelItem(QTreeWidgetItem([tr("none", "无")]))
        for column in range(5):
            self.rises.resizeColumnToContents(column)
