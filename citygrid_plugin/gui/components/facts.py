"""A small table of name and value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QTreeWidgetItem, QWidget

from citygrid_plugin.gui.components.two_columns import TwoColumns


class Fact(NamedTuple):
    """One row: its name, its value, and what stands behind it."""

    name: str
    value: str
    details: tuple[str, ...] = ()


class FactTable(TwoColumns):
    """Two columns that can be walked with the keyboard and copied with Ctrl+C."""

    def __init__(self, headers: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels(list(headers))
        self.setIndentation(12)
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(False)
        self.setWordWrap(True)

    def set_facts(self, facts: Iterable[Fact]) -> None:
        """Replace the rows; details are rows below that can be opened."""
        self.clear()
        for name, value, details in facts:
            item = QTreeWidgetItem([name, value])
            item.setToolTip(1, "\n".join((value, *details)))
            item.setTextAlignment(0, Qt.AlignmentFlag.AlignTop)
            self.addTopLevelItem(item)
            for detail in details:
                child = QTreeWidgetItem(item, [detail])
                child.setFirstColumnSpanned(True)
                child.setToolTip(0, detail)

    def facts(self) -> dict[str, str]:
        """Return what is shown."""
        items = (self.topLevelItem(i) for i in range(self.topLevelItemCount()))
        return {item.text(0): item.text(1) for item in items}
