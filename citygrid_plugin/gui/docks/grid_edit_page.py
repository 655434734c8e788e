"""The page of edits: live panel, pending edits, impact, commit."""

from __future__ import annotations

from qgis.core import QgsMapLayerProxyModel
from qgis.gui import QgsCollapsibleGroupBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QUndoStack,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.grid_cause import GridCause
from citygrid_plugin.gui.components.grid_impact import GridImpact
from citygrid_plugin.gui.components.grid_live import GridLive
from citygrid_plugin.i18n import tr


def button(name: str, text: str, tip: str) -> QPushButton:
    """Return a button that can be found by its name."""
    made = QPushButton(text)
    made.setObjectName(f"citygrid_{name}")
    made.setToolTip(tip)
    return made


def area_box(name: str, value: float) -> QDoubleSpinBox:
    """Return a box for an area in square metres."""
    made = QDoubleSpinBox()
    made.setObjectName(f"citygrid_{name}")
    made.setRange(500, 10_000_000)
    made.setDecimals(0)
    made.setSingleStep(1000)
    made.setGroupSeparatorShown(True)
    made.setSuffix(" m²")
    made.setValue(value)
    return made


class GridEditPage(QWidget):
    """Shows and emits.

    Signals
    -------
    discard_wanted(), commit_wanted(), undo_commit_wanted()
    """

    discard_wanted = pyqtSignal()
    commit_wanted = pyqtSignal()
    undo_commit_wanted = pyqtSignal()

    def __init__(self, stack: QUndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(self._policy())
        self.live = GridLive()
        box = QgsCollapsibleGroupBox(tr("While drawing", "绘制中"))
        QVBoxLayout(box).addWidget(self.live)
        layout.addWidget(box)
        layout.addWidget(self._pending(stack))
        layout.addWidget(self._impact(), 1)
        layout.addWidget(self._commit())

    def _policy(self) -> QFormLayout:
        form = QFormLayout()
        self.target = area_box("grid_target", 10_000)
        self.target.setToolTip(
            tr(
                "Soft range: half to double; limits: a tenth to five times",
                "软区间为其一半至两倍，限值为十分之一至五倍",
            )
        )
        self.buildings = QgsMapLayerComboBox()
        self.buildings.setObjectName("citygrid_grid_buildings")
        self.buildings.setFilters(QgsMapLayerProxyModel.Filter.PolygonLayer)
        self.buildings.setAllowEmptyLayer(True)
        self.buildings.setCurrentIndex(0)
        self.parts = QSpinBox()
        self.parts.setObjectName("citygrid_grid_parts")
        self.parts.setRange(2, 50)
        form.addRow(tr("&Target area:", "目标面积(&T)："), self.target)
        form.addRow(tr("&Buildings:", "建筑物图层(&B)："), self.buildings)
        form.addRow(tr("Divide &into:", "等分块数(&N)："), self.parts)
        return form

    def _pending(self, stack: QUndoStack) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Pending edits", "待提交的编辑"))
        layout = QVBoxLayout(box)
        self.list = QUndoView(stack)
        self.list.setObjectName("citygrid_grid_pending")
        self.list.setEmptyLabel(tr("as stored", "库中状态"))
        self.list.setFixedHeight(self.list.fontMetrics().lineSpacing() * 6)
        layout.addWidget(self.list)
        row = QHBoxLayout()
        self.undo = button(
            "grid_undo", tr("&Undo", "撤销(&U)"), tr("Ctrl+Z on the map", "在地图上按 Ctrl+Z")
        )
        self.redo = button(
            "grid_redo",
            tr("Red&o", "重做(&O)"),
            tr("Ctrl+Shift+Z on the map", "在地图上按 Ctrl+Shift+Z"),
        )
        self.discard = button(
            "grid_discard",
            tr("Discard all", "全部放弃"),
            tr("Drop all pending edits", "放弃所有待提交的编辑"),
        )
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        self.discard.clicked.connect(self.discard_wanted)
        for part in (self.undo, self.redo, self.discard):
            row.addWidget(part)
        layout.addLayout(row)
        self.checked = QLabel()
        self.checked.setObjectName("citygrid_grid_checked")
        self.checked.setWordWrap(True)
        layout.addWidget(self.checked)
        return box

    def _impact(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Impact before the commit", "提交前的影响"))
        layout = QVBoxLayout(box)
        self.impact_state = QLabel()
        self.impact_state.setObjectName("citygrid_grid_impact_state")
        self.impact_state.setWordWrap(True)
        layout.addWidget(self.impact_state)
        self.impact = GridImpact()
        layout.addWidget(self.impact)
        return box

    def _commit(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Commit", "提交"))
        layout = QVBoxLayout(box)
        self.cause = GridCause("grid")
        layout.addWidget(self.cause)
        self.accept_cuts = QCheckBox(
            tr("Accept cut buildings as an exception", "作为例外允许切割建筑物")
        )
        self.accept_cuts.setObjectName("citygrid_grid_accept_cuts")
        self.accept_cuts.setToolTip(tr("Needs a reason", "须填写原因"))
        layout.addWidget(self.accept_cuts)
        row = QHBoxLayout()
        self.commit = button(
            "grid_commit",
            tr("&Commit", "提交(&C)"),
            tr("Store all pending edits in one transaction", "在一个事务中保存所有编辑"),
        )
        self.undo_commit = button(
            "grid_undo_commit",
            tr("Undo last commit", "撤销上次提交"),
            tr(
                "The store is as it was; the edits are pending again",
                "工作库恢复原状，编辑重新变为待提交",
            ),
        )
        self.commit.clicked.connect(self.commit_wanted)
        self.undo_commit.clicked.connect(self.undo_commit_wanted)
        row.addWidget(self.commit)
        row.addWidget(self.undo_commit)
        layout.addLayout(row)
        return box
