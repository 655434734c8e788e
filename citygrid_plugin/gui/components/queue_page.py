"""The queue of an area or a department: what is open, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qgis.PyQt.QtCore import QDate, QDateTime, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.gui.components.class_box import ClassBox
from citygrid_plugin.gui.components.department_box import DepartmentBox
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.services.case_words import LIGHTS

_NUMBER = Qt.ItemDataRole.UserRole
#: Stages in which a case is open.
_OPEN = ("collected", "verifying", "verified", "registered", "coordinating", "delegated",
         "dispatched", "handled", "checking", "checked")  # fmt: skip


class QueuePage(QWidget):
    """Shows and emits.

    Signals
    -------
    asked()
        The queue is to be read anew.
    chosen(str), opened(str)
        A case was selected; its card is wanted (Enter or a double click).
    map_toggled(bool)
        Only what the filter lets through is to be drawn, or everything.
    """

    asked = pyqtSignal()
    chosen = pyqtSignal(str)
    opened = pyqtSignal(str)
    map_toggled = pyqtSignal(bool)

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(self._filter())
        row = QHBoxLayout()
        self.refresh = QPushButton(icon("refresh"), tr("&Refresh", "刷新(&R)"))
        self.refresh.setObjectName("citygrid_queue_refresh")
        self.refresh.clicked.connect(lambda _=False: self.asked.emit())
        row.addWidget(self.refresh)
        self.on_map = QCheckBox(tr("filter the &map", "筛选地图(&M)"))
        self.on_map.setObjectName("citygrid_queue_map")
        self.on_map.setToolTip(
            tr("Draw only cases that the filter lets through", "地图只显示符合筛选条件的案件")
        )
        self.on_map.clicked.connect(self.map_toggled)
        row.addWidget(self.on_map)
        row.addStretch(1)
        self.next = QPushButton(tr("&Next ▸", "下一件(&N) ▸"))
        self.next.setObjectName("citygrid_queue_next")
        self.next.clicked.connect(lambda _=False: self.step())
        row.addWidget(self.next)
        layout.addLayout(row)
        self.counts = QLabel()
        self.counts.setObjectName("citygrid_queue_counts")
        self.counts.setWordWrap(True)
        layout.addWidget(self.counts)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_queue_list")
        self.list.setAccessibleName(tr("Open cases", "在办案件"))
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(
            [tr("Light", "灯色"), tr("Due", "截止"), tr("Class", "类别"), tr("Stage", "阶段"),
             tr("Body", "部门"), tr("Number", "案卷号")]
        )  # fmt: skip
        self.list.currentItemChanged.connect(self._current)
        self.list.itemActivated.connect(lambda item, _: self.opened.emit(item.data(0, _NUMBER)))
        layout.addWidget(self.list, 1)

    def _filter(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(3)
        self.area, self.stage, self.source = QComboBox(), QComboBox(), QComboBox()
        self.department = DepartmentBox({})
        self.classes = ClassBox(first=tr("all classes", "全部类别"))
        stages = [(code, shown(CHOICES["case_stage"][code])) for code in _OPEN]
        fill(self.stage, [("", tr("all open stages", "全部在办阶段")), *stages])
        sources = [(code, shown(name)) for code, name in CHOICES["case_source"].items()]
        fill(self.source, [("", tr("all sources", "全部来源")), *sources])
        self.light = QComboBox()
        lights = [(code, shown(LIGHTS[code])) for code in ("red", "yellow", "green", "none")]
        fill(self.light, [("", tr("all lights", "全部灯色")), *lights])
        self.dated = QCheckBox(tr("Re&ported:", "上报日期(&P)："))
        self.dated.setToolTip(tr("From a day to another, both included", "起止日期，含首尾两日"))
        self.since = QDateEdit(QDate.currentDate().addMonths(-1))
        self.until = QDateEdit(QDate.currentDate())
        for field in (self.since, self.until):
            field.setDisplayFormat("yyyy-MM-dd")
            field.setCalendarPopup(True)
            field.setEnabled(False)
            field.setMinimumWidth(60)
            self.dated.toggled.connect(field.setEnabled)
        self.timed = QCheckBox(tr("&As of:", "时点(&A)："))
        self.at = QDateTimeEdit(QDateTime.currentDateTime())
        self.at.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.at.setCalendarPopup(True)
        self.at.setEnabled(False)
        self.timed.toggled.connect(self.at.setEnabled)
        self.timed.setToolTip(tr("The queue as it was at a moment", "按某一时点查看队列"))
        parts = (
            ("area", self.area, 0, 0), ("department", self.department, 0, 2),
            ("class", self.classes, 1, 0), ("stage", self.stage, 1, 2),
            ("source", self.source, 2, 0), ("light", self.light, 2, 2),
        )  # fmt: skip
        for name, box, row, column in parts:
            box.setObjectName(f"citygrid_queue_{name}")
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(6)
            box.setMinimumWidth(60)
            box.activated.connect(lambda _: self.asked.emit())
            grid.addWidget(box, row, column, 1, 2)
        self.department.lineEdit().setPlaceholderText(tr("all departments", "全部部门"))
        for name, widget, row, column in (
            ("dated", self.dated, 3, 0), ("since", self.since, 3, 1), ("until", self.until, 3, 3),
            ("timed", self.timed, 4, 0), ("at", self.at, 4, 1),
        ):  # fmt: skip
            widget.setObjectName(f"citygrid_queue_{name}")
            grid.addWidget(widget, row, column)
        between = QLabel(tr("to", "至"))
        between.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(between, 3, 2)
        self.at.setMinimumWidth(60)
        self.dated.toggled.connect(lambda _: self.asked.emit())
        self.timed.toggled.connect(lambda _: self.asked.emit())
        for field in (self.since, self.until):
            field.dateChanged.connect(lambda _: self.asked.emit())
        self.at.editingFinished.connect(self.asked)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def set_choices(self, areas: Mapping[str, str], departments: Mapping[str, str]) -> None:
        """Offer areas and departments: code to name."""
        fill(self.area, [("", tr("the whole city", "全市")), *areas.items()])
        self.department.set_departments(departments)

    def moment(self) -> str:
        """Return the moment asked, ISO; empty for now."""
        if not self.timed.isChecked():
            return ""
        return self.at.dateTime().toString("yyyy-MM-ddTHH:mm:00")

    def asked_for(self) -> dict[str, Any]:
        """Return what is asked, as `Filter` takes it."""
        kind, code = self.classes.chosen() or ("", "")
        stage, light = self.stage.currentData() or "", self.light.currentData() or ""
        since = until = ""
        if self.dated.isChecked():
            first = self.since.date()
            last = max(first, self.until.date())
            since, until = (d.toString("yyyy-MM-dd") for d in (first, last.addDays(1)))
        return {
            "area": str(self.area.currentData() or ""), "department": self.department.chosen(),
            "source": str(self.source.currentData() or ""), "object_kind": kind,
            "class_code": code, "since": since, "until": until, "stages": (stage,) if stage else (),
            "lights": (light,) if light else (),
        }  # fmt: skip

    def show_cases(self, rows: list[tuple[str, str, list[str]]], counts: str) -> None:
        """List cases: number, light, and the cells; the chosen one stays chosen."""
        held = self.number()
        self.list.blockSignals(True)
        self.list.clear()
        items, current = [], None
        for number, light, cells in rows:
            item = QTreeWidgetItem(cells)
            item.setData(0, _NUMBER, number)
            color = QColor(palette.LIGHTS[light])
            item.setForeground(0, color)
            # a dark theme's style sheet takes the colours of texts away
            item.setData(0, Qt.ItemDataRole.DecorationRole, color)
            items.append(item)
            current = item if number == held else current
        self.list.addTopLevelItems(items)
        if current is not None:
            self.list.setCurrentItem(current)
        for column in range(self.list.columnCount()):
            self.list.resizeColumnToContents(column)
        self.list.blockSignals(False)
        self.counts.setText(counts)
        self.next.setEnabled(bool(rows))

    def number(self) -> str:
        """Return the number of the case that is selected."""
        item = self.list.currentItem()
        return str(item.data(0, _NUMBER)) if item is not None else ""

    def step(self) -> None:
        """Go to the next case; from the last to the first."""
        count = self.list.topLevelItemCount()
        if count:
            at = self.list.indexOfTopLevelItem(self.list.currentItem())
            self.list.setCurrentItem(self.list.topLevelItem((at + 1) % count))

    def _current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _NUMBER))
