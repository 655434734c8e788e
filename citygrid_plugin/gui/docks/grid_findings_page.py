"""The page of findings: check, walk through them, repair by a named strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QBrush, QColor
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.gui.components.grid_cause import GridCause
from citygrid_plugin.gui.docks.grid_edit_page import button
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers import palette

_ROW = Qt.ItemDataRole.UserRole


class GridFindingsPage(QWidget):
    """Shows and emits.

    Signals
    -------
    check_wanted(), preview_wanted(), apply_wanted(), undo_wanted()
    chosen(dict)
        A finding, as the check reports it.
    """

    check_wanted = pyqtSignal()
    preview_wanted = pyqtSignal()
    apply_wanted = pyqtSignal()
    undo_wanted = pyqtSignal()
    chosen = pyqtSignal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        row = QHBoxLayout()
        self.check = button(
            "grid_check", tr("&Check", "检查(&K)"), tr("Check all grids", "检查全部单元网格")
        )
        self.back = button(
            "grid_back", tr("&Back", "上一个(&B)"), tr("Finding before", "上一个问题")
        )
        self.next = button("grid_next", tr("&Next", "下一个(&N)"), tr("Next finding", "下一个问题"))
        self.check.clicked.connect(self.check_wanted)
        self.back.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        for part in (self.check, self.back, self.next):
            row.addWidget(part)
        layout.addLayout(row)
        self.state = QLabel()
        self.state.setObjectName("citygrid_grid_findings_state")
        self.state.setWordWrap(True)
        layout.addWidget(self.state)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_grid_findings")
        self.list.setHeaderLabels(
            [tr("Rule", "规则"), tr("Severity", "级别"), tr("Finding", "问题")]
        )
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        self.list.setMinimumHeight(260)
        self.list.setColumnWidth(0, 62)
        self.list.setColumnWidth(1, 62)
        self.list.currentItemChanged.connect(self._chosen)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._repairs())
        self.show_findings([])

    def _repairs(self) -> QWidget:
        from citygrid_core.operations.grids.repairs import REPAIRS

        box = QgsCollapsibleGroupBox(tr("Safe repairs", "安全修复"))
        layout = QVBoxLayout(box)
        form = QFormLayout()
        self.strategy = QComboBox()
        self.strategy.setObjectName("citygrid_grid_strategy")
        fill(self.strategy, [(name, shown(repair.says)) for name, repair in REPAIRS.items()])
        self.gap = QDoubleSpinBox()
        self.gap.setObjectName("citygrid_grid_gap")
        self.gap.setRange(0, 500)
        self.gap.setDecimals(1)
        self.gap.setValue(30)
        self.gap.setSuffix(" m")
        form.addRow(tr("&Strategy:", "修复策略(&S)："), self.strategy)
        form.addRow(tr("Close &gaps below:", "闭合窄于此的缝隙(&G)："), self.gap)
        layout.addLayout(form)
        self.cause = GridCause("grid_repair")
        layout.addWidget(self.cause)
        row = QHBoxLayout()
        self.preview = button(
            "grid_repair_preview",
            tr("&Preview", "预览(&V)"),
            tr("Repair a copy and show what changes", "在副本上修复并显示变化"),
        )
        self.apply = button(
            "grid_repair_apply",
            tr("&Repair", "修复(&R)"),
            tr("One edit, with its history", "作为一次编辑入库"),
        )
        self.undo = button(
            "grid_repair_undo",
            tr("&Undo", "撤销(&U)"),
            tr("Take the last edit back", "撤销最近一次编辑"),
        )
        self.preview.clicked.connect(self.preview_wanted)
        self.apply.clicked.connect(self.apply_wanted)
        self.undo.clicked.connect(self.undo_wanted)
        for part in (self.preview, self.apply, self.undo):
            row.addWidget(part)
        layout.addLayout(row)
        self.repaired = QLabel()
        self.repaired.setObjectName("citygrid_grid_repaired")
        self.repaired.setWordWrap(True)
        layout.addWidget(self.repaired)
        return box

    def show_findings(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """List findings, as ``grids check --json`` gives them."""
        self.list.clear()
        zh = language() == "zh"
        items = []
        for row in rows:
            bad = row["severity"] == "error"
            severity = tr("error", "错误") if bad else tr("warning", "警告")
            text = str(row["text_zh" if zh else "text"])
            item = QTreeWidgetItem([str(row["number"]), severity, text])
            item.setForeground(1, QBrush(QColor(palette.VERMILION if bad else palette.ORANGE)))
            item.setToolTip(2, f"{text}\n{row['id']}")
            item.setData(0, _ROW, dict(row))
            items.append(item)
        self.list.addTopLevelItems(items)
        self.back.setEnabled(bool(rows))
        self.next.setEnabled(bool(rows))

    def step(self, by: int) -> None:
        """Go to the next finding, or the one before; behind the last comes the first."""
        count = self.list.topLevelItemCount()
        if count:
            at = self.list.indexOfTopLevelItem(self.list.currentItem())
            at = (at + by) % count if at >= 0 else 0
            self.list.setCurrentItem(self.list.topLevelItem(at))

    def _chosen(self, item: QTreeWidgetItem | None, *_: Any) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _ROW))
