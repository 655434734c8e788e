"""Names and values in two columns."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QGuiApplication, QKeySequence
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QShortcut, QTreeWidget, QWidget


class TwoColumns(QTreeWidget):
    """A tree of names and values, walked by the keyboard; Ctrl+C copies the chosen lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy)

    def _copy(self) -> None:
        rows = (
            "\t".join(p for p in (item.text(0), item.text(1)) if p) for item in self.selectedItems()
        )
        QGuiApplication.clipboard().setText("\n".join(rows))
