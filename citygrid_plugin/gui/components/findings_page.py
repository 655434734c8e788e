"""The page of the census dock on which findings of the check are settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette

_FINDING = Qt.ItemDataRole.UserRole
_COLORS = {"error": palette.VERMILION, "warning": palette.ORANGE, "hint": palette.BLUE}
#: The list shows no more than these; the headline says how many there are.
MOST_LISTED = 2_000


class Shown(NamedTuple):
    """One finding as it stands in the list."""

    finding: str
    rule: str
    severity: str
    message: str
    object_code: str
    x: float | None
    y: float | None


class FindingsPage(QWidget):
    """Open findings, the one of now, and what can be done about it.

    Signals
    -------
    check_wanted()
        The rule book shall be run.
    severity_changed(str)
        Only findings of this severity shall be listed; empty: all.
    chosen(str)
        A finding was picked: zoom to it.
    fix_wanted(str)
        The safe fix of its rule shall be previewed.
    accept_wanted(str, str)
        A finding shall be accepted, with the reason.
    """

    check_wanted = pyqtSignal()
    severity_changed = pyqtSignal(str)
    chosen = pyqtSignal(str)
    fix_wanted = pyqtSignal(str)
    accept_wanted = pyqtSignal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: list[Shown] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 4)
        row = QHBoxLayout()
        self.check = QPushButton(tr("&Check", "检查(&C)"))
        self.check.setObjectName("citygrid_check_button")
        self.check.clicked.connect(lambda _=False: self.check_wanted.emit())
        row.addWidget(self.check)
        self.severity = QComboBox()
        named = [(code, shown(label)) for code, label in CHOICES["severity"].items()]
        fill(self.severity, [("", tr("all severities", "全部级别")), *named])
        self.severity.activated.connect(
            lambda _: self.severity_changed.emit(str(self.severity.currentData()))
        )
        row.addWidget(self.severity, 1)
        layout.addLayout(row)
        self.headline = QLabel()
        self.headline.setObjectName("citygrid_findings_headline")
        self.headline.setWordWrap(True)
        layout.addWidget(self.headline)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_findings")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels([tr("Rule", "规则"), tr("Finding", "发现")])
        self.list.currentItemChanged.connect(self._picked)
        layout.addWidget(self.list, 1)
        self.detail = QLabel()
        self.detail.setObjectName("citygrid_finding_detail")
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.detail)
        buttons = QHBoxLayout()
        self.next = QPushButton(tr("N  Next", "N  下一个"))
        self.next.setObjectName("citygrid_finding_next")
        self.next.clicked.connect(lambda _=False: self.step())
        self.fix = QPushButton(tr("Fix…", "修正…"))
        self.fix.setObjectName("citygrid_finding_fix")
        self.fix.clicked.connect(lambda _=False: self.fix_wanted.emit(self.current()))
        for button in (self.next, self.fix):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        accepting = QHBoxLayout()
        self.reason = QLineEdit()
        self.reason.setObjectName("citygrid_finding_reason")
        self.reason.setPlaceholderText(tr("why it is right as it is", "说明为何可接受"))
        self.accept = QPushButton(tr("Accept", "接受"))
        self.accept.setObjectName("citygrid_finding_accept")
        self.accept.clicked.connect(self._accept)
        self.reason.returnPressed.connect(self._accept)
        self.reason.textChanged.connect(self._enable)
        accepting.addWidget(self.reason, 1)
        accepting.addWidget(self.accept)
        layout.addLayout(accepting)
        self.show_findings([], 0, "")

    def show_findings(self, findings: Sequence[Shown], total: int, headline: str) -> None:
        """List findings; the one of now stays the one of now when it is still there."""
        held, row = self.current(), max(self.list.indexOfTopLevelItem(self.list.currentItem()), 0)
        self._listed = list(findings)
        self.list.blockSignals(True)
        self.list.clear()
        for one in self._listed:
            item = QTreeWidgetItem([one.rule, one.message])
            item.setForeground(0, QColor(_COLORS.get(one.severity, palette.INK)))
            item.setToolTip(1, one.message)
            item.setData(0, _FINDING, one.finding)
            self.list.addTopLevelItem(item)
        self.list.resizeColumnToContents(0)
        self.list.blockSignals(False)
        more = total - len(self._listed)
        also = tr(
            f" The first {len(self._listed):,} are listed.", f"仅列出前 {len(self._listed):,} 项。"
        )
        self.headline.setText(headline + (also if more > 0 else ""))
        names = [one.finding for one in self._listed]
        at = names.index(held) if held in names else min(row, len(names) - 1)
        if names and held:
            self.list.setCurrentItem(self.list.topLevelItem(at))
        self._enable()

    def current(self) -> str:
        """Return the finding of now, empty when there is none."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _FINDING))

    def find(self, finding: str) -> Shown | None:
        """Return one of the listed findings."""
        return next((one for one in self._listed if one.finding == finding), None)

    def step(self) -> None:
        """Go to the next finding, from the last one to the first."""
        count = self.list.topLevelItemCount()
        if count:
            at = self.list.indexOfTopLevelItem(self.list.currentItem())
            self.list.setCurrentItem(self.list.topLevelItem((at + 1) % count))

    def _picked(self, *_: object) -> None:
        one = self.find(self.current())
        self.detail.setText("" if one is None else f"{one.message}<br><b>{one.object_code}</b>")
        self._enable()
        if one is not None:
            self.chosen.emit(one.finding)

    def _accept(self) -> None:
        if self.accept.isEnabled():
            finding, reason = self.current(), self.reason.text().strip()
            self.reason.clear()
            self.accept_wanted.emit(finding, reason)

    def _enable(self, *_: object) -> None:
        there = bool(self.current())
        self.fix.setEnabled(there)
        self.next.setEnabled(self.list.topLevelItemCount() > 0)
        self.accept.setEnabled(there and bool(self.reason.text().strip()))
