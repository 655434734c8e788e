"""Sections of lines as a tree: walked with the keyboard, opened for what stands behind."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtWidgets import QTreeWidgetItem, QWidget

from citygrid_plugin.gui.components.two_columns import TwoColumns
from citygrid_plugin.gui.components.wrapping import wrap_rows
from citygrid_plugin.services.card import Section


class SectionTree(TwoColumns):
    """Two columns, name and value; Ctrl+C copies the chosen lines."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        wrap_rows(self)
        self.sections: tuple[Section, ...] = ()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Replace what is shown."""
        self.sections = tuple(sections)
        self.setUpdatesEnabled(False)
        self.clear()
        bold = QFont(self.font())
        bold.setBold(True)
        for section in sections:
            head = QTreeWidgetItem(self, [section.title])
            head.setFirstColumnSpanned(True)
            head.setFont(0, bold)
            for name, value, details in section.lines:
                item = QTreeWidgetItem(head, [name, value])
                for column in (0, 1):
                    item.setTextAlignment(
                        column, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
                    )
                item.setToolTip(1, "\n".join((value, *details)))
                for detail in details:
                    child = QTreeWidgetItem(item, [detail])
                    child.setFirstColumnSpanned(True)
                    child.setToolTip(0, detail)
            head.setExpanded(True)
        self.setUpdatesEnabled(True)

    def facts(self) -> dict[str, str]:
        """Return what is shown: name to value."""
        return {line.name: line.value for section in self.sections for line in section.lines}
