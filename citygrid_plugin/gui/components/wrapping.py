"""Rows of a tree that are as high as their text needs: Qt wraps the text, but not the row."""

from __future__ import annotations

from qgis.PyQt.QtCore import QModelIndex, QRect, QSize
from qgis.PyQt.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

#: Share of the width that names may take of it.
_NAMES = 0.5


class _Wrapped(QStyledItemDelegate):
    """Measures an item at the width it really has."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the size of the text, wrapped at its column, or at the whole row when it spans."""
        tree: QTreeView = self.parent()
        depth, above = 1, index.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        if tree.isFirstColumnSpanned(index.row(), index.parent()):
            width = tree.viewport().width() - depth * tree.indentation()
        else:
            width = tree.columnWidth(index.column())
            if index.column() == 0:
                # A name keeps to one line, and the column is as wide as the longest: but for
                # names that would leave their values no room.
                whole, most = super().sizeHint(option, index), int(_NAMES * tree.viewport().width())
                if whole.width() <= most or tree.header().count() < 2:
                    return whole
                width = most
        narrow = QStyleOptionViewItem(option)
        # Qt wraps only into a rectangle that is valid: wide and high.
        narrow.rect = QRect(0, 0, max(width - 6, 40), 10_000)
        return super().sizeHint(narrow, index)


def wrap_rows(tree: QTreeView) -> None:
    """Let the rows of `tree` grow with their text, also when the columns change."""
    tree.setWordWrap(True)
    tree.setUniformRowHeights(False)
    tree.setItemDelegate(_Wrapped(tree))
    tree.header().sectionResized.connect(lambda *_: tree.scheduleDelayedItemsLayout())
