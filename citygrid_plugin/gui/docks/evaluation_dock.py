"""The dock of evaluation: a period, what is compared, an indicator, and the cases behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.errors import Text
from citygrid_plugin.gui.components.choices import fill, searchable
from citygrid_plugin.gui.components.evaluation_pages import (
    BouncesPage,
    TimesPage,
    fill_table,
    table,
)
from citygrid_plugin.gui.components.legend import RangeLegend
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.evaluation import period_of, shifted

UNITS = {
    "day": Text("day", "日"), "week": Text("week", "周"), "month": Text("month", "月"),
    "quarter": Text("quarter", "季"), "year": Text("year", "年"), "days": Text("from – to", "起止"),
}  # fmt: skip
#: What is compared: by, and the level of areas or the post.
GROUPS = {
    ("area", "county"): Text("counties", "区县"), ("area", "street"): Text("streets", "街道"),
    ("area", "community"): Text("communities", "社区"), ("area", "grid"): Text("unit grids", "单元网格"),
    ("department", ""): Text("departments", "部门"), ("class", ""): Text("classes", "类别"),
    ("source", ""): Text("sources", "问题来源"),
    ("post", "collector"): Text("post: collectors", "岗位：监督员"),
    ("post", "operator"): Text("post: operators", "岗位：受理员"),
    ("post", "shift_leader"): Text("post: shift leaders", "岗位：值班长"),
    ("post", "dispatcher"): Text("post: dispatchers", "岗位：派遣员"),
}  # fmt: skip
_KEY = Qt.ItemDataRole.UserRole


class EvaluationDock(QgsDockWidget):
    """Shows and emits.

    Signals
    -------
    asked()
        Period or grouping is another.
    indicator_changed()
        Another indicator is wanted.
    group_chosen(str)
        A row was selected: the cases behind its number are wanted.
    case_chosen(str), case_opened(str)
        A case was selected; its card is wanted.
    adjusted(bool)
        Rates are wanted as if all groups had the city's mix of classes, or as they are.
    bounces_wanted()
        The page of what was sent back came to the front.
    map_toggled(bool), report_wanted()
        The colours are to be shown or hidden; a report is to be written.
    """

    asked = pyqtSignal()
    indicator_changed = pyqtSignal()
    group_chosen = pyqtSignal(str)
    case_chosen = pyqtSignal(str)
    case_opened = pyqtSignal(str)
    adjusted = pyqtSignal(bool)
    bounces_wanted = pyqtSignal()
    map_toggled = pyqtSignal(bool)
    report_wanted = pyqtSignal()

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(tr("Evaluation", "综合评价"), parent)
        self.setObjectName("CitygridEvaluationDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(self._question(icon))
        self.total = QLabel()
        self.total.setObjectName("citygrid_evaluation_total")
        self.total.setWordWrap(True)
        layout.addWidget(self.total)
        self.legend = RangeLegend()
        layout.addWidget(self.legend)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("citygrid_evaluation_split")
        self.groups = table(
            "citygrid_evaluation_groups", tr("Groups", "评价对象"),
            [tr("Group", "对象"), tr("Value", "指标值"), tr("Counts", "分子/分母"),
             tr("Interval", "95% 区间"), tr("Place", "名次")],
        )  # fmt: skip
        self.groups.currentItemChanged.connect(self._group)
        split.addWidget(self.groups)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        self.behind = QLabel()
        self.behind.setObjectName("citygrid_evaluation_behind")
        self.behind.setWordWrap(True)
        column.addWidget(self.behind)
        self.cases = table(
            "citygrid_evaluation_cases", tr("Cases behind the number", "指标所计案件"),
            [tr("Counts", "计入"), tr("Number", "案卷号"), tr("Class", "类别"),
             tr("Stage", "阶段"), tr("Reported", "上报时间")],
        )  # fmt: skip
        self.cases.currentItemChanged.connect(self._case)
        self.cases.itemActivated.connect(lambda item, _: self.case_opened.emit(item.data(0, _KEY)))
        column.addWidget(self.cases, 1)
        self.times, self.bounces = TimesPage(), BouncesPage()
        self.pages = QTabWidget()
        self.pages.setObjectName("citygrid_evaluation_pages")
        self.pages.addTab(below, tr("Cases", "案件"))
        self.pages.addTab(self.times, tr("Times", "用时"))
        self.pages.addTab(self.bounces, tr("Sent back", "回退"))
        self.pages.currentChanged.connect(self._page_turned)
        split.addWidget(self.pages)
        split.setSizes([320, 220])
        layout.addWidget(split, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(body)
        self.setWidget(scroll)
        self.setMinimumWidth(440)
        self.show_nothing("")

    def _question(self, icon: Callable[[str], QIcon]) -> QVBoxLayout:
        box = QVBoxLayout()
        row = QHBoxLayout()
        self.unit = QComboBox()
        fill(self.unit, [(key, shown(text)) for key, text in UNITS.items()], otherwise="month")
        self.unit.activated.connect(lambda _: self._unit_changed())
        self.day, self.last = QDateEdit(QDate.currentDate()), QDateEdit(QDate.currentDate())
        for field in (self.day, self.last):
            field.setDisplayFormat("yyyy-MM-dd")
            field.setCalendarPopup(True)
            field.dateChanged.connect(lambda _: self.asked.emit())
        self.last.hide()
        self.before, self.after = QToolButton(), QToolButton()
        for button, arrow, steps, tip in (
            (self.before, Qt.ArrowType.LeftArrow, -1, tr("the period before", "上一统计期")),
            (self.after, Qt.ArrowType.RightArrow, 1, tr("the period after", "下一统计期")),
        ):
            button.setArrowType(arrow)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, s=steps: self._shift(s))
        self.period_label = QLabel()
        self.period_label.setObjectName("citygrid_evaluation_period")
        for name, part in (
            ("unit", self.unit), ("before", self.before), ("day", self.day), ("last", self.last),
            ("after", self.after),
        ):  # fmt: skip
            part.setObjectName(f"citygrid_evaluation_{name}")
            row.addWidget(part)
        row.addWidget(self.period_label)
        row.addStretch(1)
        box.addLayout(row)
        grid = QGridLayout()
        self.by = QComboBox()
        fill(self.by, [(pair, shown(text)) for pair, text in GROUPS.items()])
        self.by.setCurrentIndex(1)
        self.by.activated.connect(lambda _: self.asked.emit())
        self.scheme = QComboBox()
        self.scheme.activated.connect(lambda _: self.asked.emit())
        self.indicator = QComboBox()
        searchable(self.indicator, 10)
        self.indicator.activated.connect(lambda _: self.indicator_changed.emit())
        self.indicator.lineEdit().editingFinished.connect(self._take_typed)
        self.indicator.currentIndexChanged.connect(self._tell_formula)
        for name, part, r, c, span in (
            ("by", self.by, 0, 0, 1), ("scheme", self.scheme, 0, 1, 1),
            ("indicator", self.indicator, 1, 0, 2),
        ):  # fmt: skip
            part.setObjectName(f"citygrid_evaluation_{name}")
            part.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            part.setMinimumContentsLength(10)
            grid.addWidget(part, r, c, 1, span)
        box.addLayout(grid)
        row = QHBoxLayout()
        self.refresh = QPushButton(icon("refresh"), tr("&Refresh", "刷新(&R)"))
        self.refresh.setObjectName("citygrid_evaluation_refresh")
        self.refresh.clicked.connect(lambda _=False: self.asked.emit())
        row.addWidget(self.refresh)
        self.on_map = QCheckBox(tr("on the &map", "地图着色(&M)"))
        self.on_map.setObjectName("citygrid_evaluation_map")
        self.on_map.setChecked(True)
        self.on_map.clicked.connect(self.map_toggled)
        row.addWidget(self.on_map)
        self.mixed = QCheckBox(tr("for the mi&x", "类别校正(&X)"))
        self.mixed.setObjectName("citygrid_evaluation_mix")
        self.mixed.setToolTip(
            tr("Rates as they would be if every group had the city's mix of classes (indirect "
               "standardisation)", "按全市案件类别构成作间接标准化后的比率，避免因案件构成不同而不公")
        )  # fmt: skip
        self.mixed.clicked.connect(self.adjusted)
        row.addWidget(self.mixed)
        row.addStretch(1)
        self.report = QPushButton(tr("Re&port…", "报告(&P)…"))
        self.report.setObjectName("citygrid_evaluation_report")
        self.report.setToolTip(tr("HTML, PDF, XLSX or CSV", "输出 HTML、PDF、XLSX 或 CSV"))
        self.report.clicked.connect(lambda _=False: self.report_wanted.emit())
        row.addWidget(self.report)
        box.addLayout(row)
        return box

    # --- what is asked -------------------------------------------------------------------

    def period(self) -> str:
        """Return the period as people write it."""
        unit, day = str(self.unit.currentData()), _day(self.day)
        return f"{day}..{max(day, _day(self.last))}" if unit == "days" else period_of(unit, day)

    def grouping(self) -> tuple[str, str, str]:
        """Return by what, the level of areas, and the post."""
        by, which = self.by.currentData()
        level = which if by == "area" else "street"
        return str(by), str(level), str(which) if by == "post" else "collector"

    def offer_mix(self, there: bool) -> None:
        """Let rates be adjusted for the mix of classes, where that means something."""
        self.mixed.setEnabled(there)

    def set_day(self, day: str) -> None:
        """Set the day of the period without saying so."""
        for field in (self.day, self.last):
            field.blockSignals(True)
            field.setDate(QDate.fromString(day[:10], "yyyy-MM-dd"))
            field.blockSignals(False)

    def set_indicators(self, offered: Sequence[tuple[str, str, str]], first: str) -> None:
        """Offer indicators: code, name, and what the mouse over them tells: the formula."""
        fill(self.indicator, [(code, name) for code, name, _ in offered], otherwise=first)
        for at, (_, _, formula) in enumerate(offered):
            self.indicator.setItemData(at, formula, Qt.ItemDataRole.ToolTipRole)
        self._tell_formula(self.indicator.currentIndex())

    def _tell_formula(self, at: int) -> None:
        told = self.indicator.itemData(at, Qt.ItemDataRole.ToolTipRole)
        self.indicator.setToolTip(str(told or ""))

    def set_schemes(self, offered: Sequence[tuple[str, str]]) -> None:
        """Offer schemes: code and title; the first is none."""
        fill(self.scheme, [("", tr("no scheme", "不计分")), *offered])

    def chosen_indicator(self) -> str:
        """Return the code of the indicator."""
        return str(self.indicator.currentData() or "")

    def _take_typed(self) -> None:
        """Take the first indicator with what was typed in its name; without one, the last stays."""
        box, typed = self.indicator, self.indicator.currentText().strip()
        at = box.findText(typed)
        if at < 0 and typed:
            at = box.findText(typed, Qt.MatchFlag.MatchContains)
        if at < 0 or at == box.currentIndex():
            box.setEditText(box.itemText(box.currentIndex()))
            return
        box.setCurrentIndex(at)
        self.indicator_changed.emit()

    def _unit_changed(self) -> None:
        self.last.setVisible(self.unit.currentData() == "days")
        self.asked.emit()

    def _shift(self, steps: int) -> None:
        from citygrid_core.evaluation.period import Period

        span = Period.parse(shifted(self.period(), steps))
        self.set_day(str(span.first))
        if span.unit == "days":
            self.last.blockSignals(True)
            self.last.setDate(QDate(span.last.year, span.last.month, span.last.day))
            self.last.blockSignals(False)
        self.asked.emit()

    # --- showing -------------------------------------------------------------------------

    def show_nothing(self, why: str) -> None:
        """Show that there is nothing, and why."""
        self.total.setText(why)
        self.groups.clear()
        self.show_cases("", [])
        self.legend.show_layer(None)
        self.report.setEnabled(False)

    def begin_groups(self, total: str, period: str, *, scored: bool) -> None:
        """Show the total, and no groups yet; with a scheme they have scores in place of places."""
        self.total.setText(total)
        self.groups.headerItem().setText(4, tr("Score", "得分") if scored else tr("Place", "名次"))
        self.period_label.setText(period)
        self.groups.blockSignals(True)
        self.groups.clear()
        self.groups.blockSignals(False)
        self.report.setEnabled(True)
        self.show_cases("", [])

    def add_groups(self, rows: Sequence[tuple[str, list[str], str]]) -> None:
        """Show some groups more: key, cells, colour of the grade (or none)."""
        items = []
        for key, cells, color in rows:
            item = QTreeWidgetItem(cells)
            item.setData(0, _KEY, key)
            for column in range(1, len(cells)):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            if color:
                item.setData(4, Qt.ItemDataRole.DecorationRole, QColor(color))
            items.append(item)
        first = self.groups.topLevelItemCount() == 0
        self.groups.blockSignals(True)
        self.groups.addTopLevelItems(items)
        self.groups.blockSignals(False)
        for column in range(5 if first else 0):
            self.groups.resizeColumnToContents(column)

    def show_cases(self, title: str, rows: Sequence[tuple[str, list[str]]]) -> None:
        """Show the cases behind a number: number and cells."""
        self.behind.setText(title)
        fill_table(self.cases, rows, numbers=False)

    def say(self, text: str) -> None:
        """Say how the last job ended, in place of the title of the cases."""
        self.behind.setText(text)

    def _page_turned(self, at: int) -> None:
        if self.pages.widget(at) is self.bounces:
            self.bounces_wanted.emit()

    def _group(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.group_chosen.emit(item.data(0, _KEY))

    def _case(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.case_chosen.emit(item.data(0, _KEY))


def _day(field: QDateEdit) -> dt.date:
    day = field.date()
    return dt.date(day.year(), day.month(), day.day())
