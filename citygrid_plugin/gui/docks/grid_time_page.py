"""The page of time: a slider over the days on which grids changed, and a grid's relatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QSlider,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.docks.grid_edit_page import button
from citygrid_plugin.i18n import tr

_CODE = Qt.ItemDataRole.UserRole


class GridTimePage(QWidget):
    """Shows and emits.

    Signals
    -------
    day_wanted(str)
        An ISO date, or nothing for now.
    pick_toggled(bool)
        The user wants to click a grid, or has done with it.
    code_wanted(str), lineage_wanted(str)
        Show a grid on the map; tell its relatives.
    """

    day_wanted = pyqtSignal(str)
    pick_toggled = pyqtSignal(bool)
    code_wanted = pyqtSignal(str)
    lineage_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: list[str] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._time())
        layout.addWidget(self._lineage(), 1)

    def _time(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Grids of any day", "任一日期的网格"))
        layout = QVBoxLayout(box)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("citygrid_grid_slider")
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setToolTip(
            tr("Days on which grids changed; the last is now", "网格发生变更的日期，最右为现状")
        )
        self.slider.valueChanged.connect(self._slid)
        layout.addWidget(self.slider)
        row = QHBoxLayout()
        self.day = QDateEdit(QDate.currentDate())
        self.day.setObjectName("citygrid_grid_any_day")
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setCalendarPopup(True)
        self.day.dateChanged.connect(self._dated)
        self.now = button("grid_now", tr("&Now", "现状(&N)"), tr("The valid grids", "显示现行网格"))
        self.now.clicked.connect(lambda: self.slider.setValue(self.slider.maximum()))
        row.addWidget(self.day, 1)
        row.addWidget(self.now)
        layout.addLayout(row)
        self.state = QLabel()
        self.state.setObjectName("citygrid_grid_day_state")
        self.state.setWordWrap(True)
        layout.addWidget(self.state)
        return box

    def _lineage(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Ancestors and descendants", "前身与后继"))
        layout = QVBoxLayout(box)
        self.pick = button(
            "grid_lineage_pick",
            tr("&Click a grid on the map", "在地图上点选网格(&C)"),
            tr("Tells where it comes from and what became of it", "查看其由来与去向"),
        )
        self.pick.setCheckable(True)
        self.pick.clicked.connect(self.pick_toggled)
        layout.addWidget(self.pick)
        self.who = QLabel()
        self.who.setObjectName("citygrid_grid_lineage_of")
        self.who.setWordWrap(True)
        layout.addWidget(self.who)
        self.tree = QTreeWidget()
        self.tree.setObjectName("citygrid_grid_relatives")
        self.tree.setHeaderLabels(
            [tr("Grid", "网格"), tr("Since", "日期"), tr("Why", "变更与依据"), tr("Valid", "现行")]
        )
        self.tree.setMinimumHeight(220)
        self.tree.setColumnWidth(0, 160)
        self.tree.setColumnWidth(1, 82)
        self.tree.setToolTip(
            tr(
                "Click: show it on the map; double click: its own relatives",
                "单击在地图上显示，双击查看其前身与后继",
            )
        )
        self.tree.itemClicked.connect(lambda item, _: self._emit(self.code_wanted, item))
        self.tree.itemDoubleClicked.connect(lambda item, _: self._emit(self.lineage_wanted, item))
        layout.addWidget(self.tree, 1)
        return box

    def _emit(self, signal: pyqtSignal, item: QTreeWidgetItem) -> None:
        if item.data(0, _CODE):
            signal.emit(item.data(0, _CODE))

    def set_days(self, days: Sequence[str]) -> None:
        """Let the slider have one place for each day, and a last one for now."""
        self._days = list(days)
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._days))
        self.slider.setValue(len(self._days))
        self.slider.setPageStep(1)
        self.slider.setTickInterval(1)
        self.slider.blockSignals(False)
        self._show_date(QDate.currentDate().toString("yyyy-MM-dd"))

    def _slid(self, at: int) -> None:
        now = at >= len(self._days)
        self._show_date(QDate.currentDate().toString("yyyy-MM-dd") if now else self._days[at])
        self.day_wanted.emit("" if now else self._days[at])

    def _dated(self, date: QDate) -> None:
        day = date.toString("yyyy-MM-dd")
        before = sum(d <= day for d in self._days)
        self.slider.blockSignals(True)
        self.slider.setValue(max(before - 1, 0))
        self.slider.blockSignals(False)
        self.day_wanted.emit(day)

    def _show_date(self, day: str) -> None:
        self.day.blockSignals(True)
        self.day.setDate(QDate.fromString(day, "yyyy-MM-dd"))
        self.day.blockSignals(False)

    def show_relatives(self, code: str, rows: Iterable[dict[str, object]], said: str) -> None:
        """Show ancestors above and descendants below; rows as `lineage_of` gives them."""
        self.tree.clear()
        self.who.setText(said)
        rows = list(rows)
        for relation, title in (
            ("ancestor", tr("Ancestors", "前身")),
            ("descendant", tr("Descendants", "后继")),
        ):
            mine = [row for row in rows if row["relation"] == relation]
            branch = QTreeWidgetItem([title, "", "", str(len(mine))])
            self.tree.addTopLevelItem(branch)
            items = {code: branch}
            for row in mine:
                why = " · ".join(
                    str(row[name]) for name in ("operation", "reason", "document") if row[name]
                )
                valid = tr("yes", "是") if row["valid"] else tr("no", "否")
                item = QTreeWidgetItem([str(row["code"]), str(row["on"]), why, valid])
                item.setData(0, _CODE, str(row["code"]))
                item.setToolTip(2, why)
                items.get(str(row["via"]), branch).addChild(item)
                items[str(row["code"])] = item
        self.tree.expandAll()
