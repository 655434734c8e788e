"""The live panel: what the edit under the mouse would make."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush, QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette
from citygrid_plugin.services.grid_preview import Preview


class GridLive(QWidget):
    """A headline and one row for each resulting grid."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.head = QLabel()
        self.head.setObjectName("citygrid_grid_live_head")
        self.head.setWordWrap(True)
        self.head.setMinimumHeight(self.head.fontMetrics().lineSpacing() * 2)
        self.head.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.head)
        self.rows = QTreeWidget()
        self.rows.setObjectName("citygrid_grid_live")
        self.rows.setHeaderLabels(
            [
                tr("Grid", "网格"),
                tr("Area (m²)", "面积（m²）"),
                tr("Community", "社区"),
                tr("Legality", "合规性"),
            ]
        )
        self.rows.setRootIsDecorated(False)
        self.rows.setUniformRowHeights(True)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.rows.setFixedHeight(self.rows.fontMetrics().lineSpacing() * 7)
        header = self.rows.header()
        for column, width in ((0, 70), (1, 78), (2, 84)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        layout.addWidget(self.rows)
        self.clear()

    def clear(self) -> None:
        """Say that nothing is being drawn."""
        self.rows.clear()
        self.head.setText(tr("Nothing is being drawn.", "当前未绘制。"))
        self.head.setStyleSheet("")

    def show_preview(self, found: Preview) -> None:
        """Show what a step would make, or why it would be refused."""
        self.rows.clear()
        if found.refused:
            self._say("✘ " + found.refused, bad=True)
            return
        if not found.pieces:
            self._say(tr("Divides no grid yet.", "尚未分割任何网格。"))
            return
        items = []
        for piece in found.pieces:
            tails = "+".join(code[-3:] for code in piece.grid.split("+"))
            name = f"…{tails}" if piece.grid else tr("new", "新")
            item = QTreeWidgetItem([name, f"{piece.area_m2:,.0f}", piece.community, piece.verdict])
            item.setToolTip(0, piece.grid)
            item.setToolTip(3, piece.verdict)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            color = palette.GREEN if piece.legal else palette.VERMILION
            item.setForeground(3, QBrush(QColor(color)))
            items.append(item)
        self.rows.addTopLevelItems(items)
        good = sum(p.legal for p in found.pieces)
        bad = len(found.pieces) - good
        if bad and not good:
            self._say(tr(f"✘ {bad} pieces, none legal", f"✘ {bad} 块，均不合规"), bad=True)
        elif bad:
            self._say(tr(f"✔ {good} legal, {bad} not", f"✔ {good} 块合规，{bad} 块不合规"))
        else:
            self._say(tr(f"✔ {good} grids, all legal", f"✔ {good} 个网格，均合规"))

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.head.setText(text)
        self.head.setStyleSheet(f"color: {palette.VERMILION}" if bad else "")

    def texts(self) -> list[list[str]]:
        """Return what the rows show."""
        items = (self.rows.topLevelItem(i) for i in range(self.rows.topLevelItemCount()))
        return [[item.text(c) for c in range(4)] for item in items]
