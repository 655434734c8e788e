"""What a commit would move, each thing clickable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown, tr

_KIND = Qt.ItemDataRole.UserRole
#: Part of a report's details, what is in it, and what the reports call it.
PARTS = {
    "created": Text("New codes", "新编码"),
    "retired": Text("Codes that retire", "废止的编码"),
    "changed": Text("Borders that move", "边界调整的网格"),
    "components": Text("Components that move", "改属的部件"),
    "open_cases": Text("Open cases there", "涉及的未结案件"),
    "duty_rules": Text("Duty rules affected", "受影响的责任规则"),
    "grid_groups": Text("Responsibility grids affected", "受影响的责任网格"),
}
_WHY = {
    "retired": Text("names a grid that retires", "所指网格将废止"),
    "moved": Text("its grid changes shape", "所指网格边界变化"),
    "group": Text("its group changes", "所指网格组变化"),
}
#: Rows of one part that are listed; the number says how many there are.
_LISTED = 500


class GridImpact(QTreeWidget):
    """A tree: one branch for each part.

    Signals
    -------
    asked(str, str)
        The user clicked a thing: key of `PARTS`, and its code.
    """

    asked = pyqtSignal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("citygrid_grid_impact")
        self.setHeaderLabels([tr("What moves", "影响对象"), tr("Number, detail", "数量与说明")])
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 11)
        self.setUniformRowHeights(True)
        self.setColumnWidth(0, 190)
        self.itemClicked.connect(self._clicked)
        self.itemActivated.connect(self._clicked)

    def show_details(self, details: Mapping[str, Any], problems: Sequence[str]) -> None:
        """Show the details of a report and its findings."""
        self.clear()
        for part, title in PARTS.items():
            held = details.get(part) or []
            branch = QTreeWidgetItem([shown(title), str(len(held))])
            branch.setDisabled(not held)
            for code in list(held)[:_LISTED]:
                item = QTreeWidgetItem(branch, [str(code), self._detail(part, code, details)])
                item.setData(0, _KIND, part)
                item.setToolTip(0, tr("Click to see it on the map", "点击可在地图上查看"))
            self.addTopLevelItem(branch)
            branch.setExpanded(part in ("created", "retired", "duty_rules") and bool(held))
        if problems:
            branch = QTreeWidgetItem([tr("Findings", "检查问题"), str(len(problems))])
            for text in problems[:_LISTED]:
                item = QTreeWidgetItem(branch, [text])
                item.setToolTip(0, text)
                item.setFirstColumnSpanned(True)
            self.addTopLevelItem(branch)
            branch.setExpanded(True)
            for i in range(branch.childCount()):
                branch.child(i).setFirstColumnSpanned(True)

    def _detail(self, part: str, code: Any, details: Mapping[str, Any]) -> str:
        if part == "created":
            return f"{float(details['created'][code]):,.0f} m²"
        if part == "duty_rules":
            why = details.get("duty_rules_why", {}).get(code, "")
            return shown(_WHY[why]) if why in _WHY else ""
        return ""

    def _clicked(self, item: QTreeWidgetItem, *_: Any) -> None:
        part = item.data(0, _KIND)
        if part:
            self.asked.emit(str(part), item.text(0))

    def counts(self) -> dict[str, int]:
        """Return what the branches show."""
        items = (self.topLevelItem(i) for i in range(self.topLevelItemCount()))
        return {item.text(0): int(item.text(1)) for item in items}
