"""The leader's board: how far the census is, who does what, when it will be finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.facts import Fact, FactTable
from citygrid_plugin.i18n import tr


class CensusBoard(QgsDockWidget):
    """Shows and emits; the figures come from ``citygrid census progress``.

    Signals
    -------
    refresh_wanted(str)
        The figures since this day shall be computed.
    tracks_wanted()
        Files of tracks shall be chosen.
    map_toggled(bool)
        Grids and streets shall be coloured by their progress, or no longer.
    """

    refresh_wanted = pyqtSignal(str)
    tracks_wanted = pyqtSignal()
    map_toggled = pyqtSignal(bool)

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(tr("Census board", "普查进度"), parent)
        self.setObjectName("CitygridCensusBoard")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Since:", "起始日：")))
        self.since = QDateEdit()
        self.since.setObjectName("citygrid_board_since")
        self.since.setDisplayFormat("yyyy-MM-dd")
        self.since.setCalendarPopup(True)
        row.addWidget(self.since)
        self.tracks = QPushButton(tr("Tracks…", "轨迹…"))
        self.tracks.setToolTip(tr("Tracks of the teams, e.g. GPX", "各组行走轨迹，如 GPX"))
        self.tracks.clicked.connect(lambda _=False: self.tracks_wanted.emit())
        row.addWidget(self.tracks)
        self.refresh = QPushButton(icon("refresh"), tr("&Refresh", "刷新(&R)"))
        self.refresh.setObjectName("citygrid_board_refresh")
        self.refresh.clicked.connect(
            lambda _=False: self.refresh_wanted.emit(self.since.date().toString("yyyy-MM-dd"))
        )
        row.addWidget(self.refresh)
        row.addStretch(1)
        layout.addLayout(row)
        self.forecast = QLabel()
        self.forecast.setObjectName("citygrid_board_forecast")
        self.forecast.setWordWrap(True)
        layout.addWidget(self.forecast)
        self.grids = _bar("citygrid_board_grids")
        self.components = _bar("citygrid_board_components")
        self.streets = _bar("citygrid_board_streets")
        for bar in (self.grids, self.components, self.streets):
            layout.addWidget(bar)
        self.on_map = QCheckBox(tr("Show the progress on the &map", "在地图上显示进度(&M)"))
        self.on_map.setObjectName("citygrid_board_map")
        self.on_map.clicked.connect(self.map_toggled)
        layout.addWidget(self.on_map)
        self.people = QTreeWidget()
        self.people.setObjectName("citygrid_board_people")
        self.people.setRootIsDecorated(False)
        self.people.setAlternatingRowColors(True)
        self.people.setHeaderLabels(
            [
                tr("Who", "人员"),
                tr("Days", "天数"),
                tr("Components", "部件"),
                tr("Hours", "小时"),
                tr("Per hour", "每小时"),
            ]
        )
        self.people.header().setStretchLastSection(False)
        layout.addWidget(self.people, 1)
        self.facts = FactTable((tr("Item", "项目"), tr("Number", "数量")))
        self.facts.setObjectName("citygrid_board_facts")
        layout.addWidget(self.facts, 1)
        self.setWidget(body)
        self.setMinimumWidth(360)
        self.show_figures(None)

    def set_since(self, day: str) -> None:
        """Show the first day of the census."""
        self.since.setDate(QDate.fromString(day, "yyyy-MM-dd"))

    def show_said(self, text: str) -> None:
        """Show a sentence in place of the forecast."""
        self.forecast.setText(text)

    def show_figures(self, said: Mapping[str, Any] | None) -> None:
        """Show the facts of the command's report; None: there are none yet."""
        self.people.clear()
        self.on_map.setEnabled(said is not None)
        for bar in (self.grids, self.components, self.streets):
            bar.setVisible(said is not None)
        if said is None:
            self.facts.clear()
            self.show_said(tr("Press Refresh.", "请按“刷新”。"))
            return
        self.show_said(_forecast(said["forecast"]))
        grids, made, streets = said["grids"], said["components"], said["streets"]
        _fill(self.grids, tr("Grids done", "完成网格"), grids["done"], grids["all"])
        _fill(self.components, tr("Components", "部件"), made["visited"], made["expected"])
        self.streets.setVisible(streets is not None)
        if streets is not None:
            title = tr("Streets walked (m)", "已踏勘街巷（米）")
            _fill(self.streets, title, streets["walked_m"], streets["metres"])
        for person in said["people"]:
            cells = [person[k] for k in ("who", "days", "components", "hours", "per_hour")]
            item = QTreeWidgetItem(["–" if cell is None else str(cell) for cell in cells])
            for column in range(1, 5):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            self.people.addTopLevelItem(item)
        for column in range(5):
            self.people.resizeColumnToContents(column)
        packs = said["packs"]
        rows = [
            Fact(tr("Grids begun", "在查网格"), f"{grids['begun']:,}"),
            Fact(tr("Grids not begun", "未开始网格"), f"{grids['open']:,}"),
            Fact(tr("Open findings", "待处理发现"), f"{said['findings_open']:,}"),
            Fact(tr("Twins", "疑似重复"), f"{said['twins']:,}"),
            Fact(tr("Packs out", "在外外业包"), f"{packs['out']:,}"),
            Fact(tr("Packs overdue", "逾期外业包"), f"{packs['overdue']:,}"),
            Fact(tr("Open conflicts", "待处理冲突"), f"{packs['conflicts_open']:,}"),
        ]
        for code in said["codes"][:1]:
            # Codes run out class by class: the fullest is the one to watch.
            name = f"{tr(code['class_name_en'], code['class_name']) or code['class_code']} ({code['county_code']})"
            left = tr(f"{code['left']:,} left", f"余 {code['left']:,}")
            rows.append(Fact(tr("Fullest code range", "号码最紧的类别"), f"{name}  {left}"))
        self.facts.set_facts(rows)


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setObjectName(name)
    return bar


def _fill(bar: QProgressBar, title: str, done: float, whole: float) -> None:
    bar.setMaximum(max(round(whole), 1))
    bar.setValue(min(round(done), bar.maximum()))
    bar.setFormat(f"{title}  {done:,} / {whole:,}  (%p%)")


def _forecast(said: Mapping[str, Any]) -> str:
    if said["left"] <= 0:
        return tr("<b>Nothing is left to do.</b>", "<b>已全部完成。</b>")
    if said["day"] is None:
        return tr("No forecast: too little was done so far.", "暂无预测：目前完成量太少。")
    early, late = said["early"], said["late"]
    pace = f"{said['per_day']:,.0f}"
    within = (
        (f"80 %: {early} to {late}", f"80%：{early} 至 {late}")
        if early and late
        else ("too early for an interval", "天数不足，暂无区间")
        if not early
        else (f"80 %: {early} or later", f"80%：{early} 或更晚")
    )
    return tr(
        f"<b>Finished about {said['day']}</b> ({within[0]}); {pace} a day, "
        f"{said['left']:,.0f} left.",
        f"<b>预计 {said['day']} 完成</b>（{within[1]}）；日均 {pace}，剩余 {said['left']:,.0f}。",
    )
