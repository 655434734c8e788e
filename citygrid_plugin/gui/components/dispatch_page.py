"""Cases that wait for a body: who is proposed, why it waits, who else could answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.department_box import DepartmentBox
from citygrid_plugin.gui.components.section_tree import SectionTree
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.card import Section

_NUMBER = Qt.ItemDataRole.UserRole


class DispatchPage(QWidget):
    """Shows and emits.

    Signals
    -------
    asked()
        The proposals are to be read anew.
    chosen(str)
        A case was selected.
    send_wanted(str)
        The case that is selected goes to this body.
    clear_wanted()
        All that are clear go to theirs.
    """

    asked = pyqtSignal()
    chosen = pyqtSignal(str)
    send_wanted = pyqtSignal(str)
    clear_wanted = pyqtSignal()

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        row = QHBoxLayout()
        self.refresh = QPushButton(icon("refresh"), tr("&Propose", "生成建议(&P)"))
        self.refresh.setObjectName("citygrid_dispatch_refresh")
        self.refresh.clicked.connect(lambda _=False: self.asked.emit())
        row.addWidget(self.refresh)
        row.addStretch(1)
        self.clear = QPushButton()
        self.clear.setObjectName("citygrid_dispatch_clear")
        self.clear.clicked.connect(lambda _=False: self.clear_wanted.emit())
        row.addWidget(self.clear)
        layout.addLayout(row)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_dispatch_list")
        self.list.setAccessibleName(tr("Cases that wait to be dispatched", "待派遣案件"))
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        self.list.setHeaderLabels(
            [tr("Waits", "待定原因"), tr("Proposed", "建议部门"), tr("Sure", "可信度"),
             tr("Class", "类别"), tr("Number", "案卷号")]
        )  # fmt: skip
        self.list.currentItemChanged.connect(self._current)
        layout.addWidget(self.list, 2)
        self.why = SectionTree("citygrid_dispatch_why")
        self.why.setAccessibleName(tr("Candidates and reasons", "候选部门与理由"))
        layout.addWidget(self.why, 2)
        row = QHBoxLayout()
        self.department = DepartmentBox({})
        self.department.setObjectName("citygrid_dispatch_department")
        row.addWidget(self.department, 1)
        self.send = QPushButton(tr("Sen&d", "派遣(&D)"))
        self.send.setObjectName("citygrid_dispatch_send")
        self.send.clicked.connect(lambda _=False: self.send_wanted.emit(self.department.chosen()))
        row.addWidget(self.send)
        layout.addLayout(row)
        self.said = QLabel()
        self.said.setObjectName("citygrid_dispatch_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.show_cases([], 0)

    def set_departments(self, departments: Mapping[str, str]) -> None:
        """Offer departments: code to name."""
        self.department.set_departments(departments)

    def show_cases(self, rows: list[tuple[str, list[str]]], clear: int) -> None:
        """List cases: number and cells; say how many are clear."""
        self.list.blockSignals(True)
        self.list.clear()
        for number, cells in rows:
            item = QTreeWidgetItem(cells)
            item.setData(0, _NUMBER, number)
            self.list.addTopLevelItem(item)
        for column in range(self.list.columnCount()):
            self.list.resizeColumnToContents(column)
        self.list.blockSignals(False)
        self.clear.setText(tr(f"&Send all clear ({clear})", f"派遣全部明确案件(&S)（{clear}）"))
        self.clear.setEnabled(clear > 0)
        self.show_one((), "")

    def show_one(self, sections: tuple[Section, ...], proposed: str) -> None:
        """Show why the selected case waits, and put the proposed body into the box."""
        self.why.show_sections(sections)
        self.send.setEnabled(bool(sections))
        at = self.department.findData(proposed)
        self.department.setCurrentIndex(max(at, 0))

    def number(self) -> str:
        """Return the number of the case that is selected."""
        item = self.list.currentItem()
        return str(item.data(0, _NUMBER)) if item is not None else ""

    def say(self, text: str) -> None:
        """Say how the last job ended."""
        self.said.setText(text)

    def _current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _NUMBER))
