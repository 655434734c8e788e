"""The page of drawing: layers, policy, preview, quality, accept or discard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsMapLayerProxyModel, QgsProject, QgsVectorLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.errors import Text
from citygrid_plugin.gui.components.facts import Fact, FactTable
from citygrid_plugin.gui.components.grid_cause import GridCause
from citygrid_plugin.gui.docks.grid_edit_page import area_box, button
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.base import ROLE

#: Layers that steer a division: option of the command, name, lines or areas, hints in a name.
LAYERS: tuple[tuple[str, Text, bool, tuple[str, ...]], ...] = (
    ("roads", Text("&Roads:", "道路(&R)："), True, ("road", "道路")),
    ("barriers", Text("&Barriers:", "屏障(&B)："), True, ("barrier", "rail", "铁路", "屏障")),
    ("buildings", Text("B&uildings:", "建筑物(&U)："), False, ("building", "建筑")),
    ("compounds", Text("&Compounds:", "院落小区(&C)："), False, ("compound", "院落")),
    ("water", Text("&Water:", "水域(&W)："), False, ("water", "水系", "水域")),
    ("parks", Text("&Parks:", "公园(&P)："), False, ("park", "公园")),
)
#: Measures of a division in their order: what the core's report calls them, unit, name.
MEASURES = (
    ("grids", "", Text("grids", "网格数")),
    ("communities", "", Text("communities", "社区数")),
    ("area_m2", "m²", Text("area in all", "总面积")),
    ("median_m2", "m²", Text("median area", "面积中位数")),
    ("in_soft_range", "%", Text("in the soft range", "在软区间内")),
    ("conflicts", "", Text("conflicts that can't be avoided", "不可避免的冲突")),
    ("components_moved", "", Text("components that move", "改属的部件")),
)


class GridDrawPage(QWidget):
    """Shows and emits.

    Signals
    -------
    preview_wanted(), cancel_wanted(), accept_wanted(), discard_wanted()
    """

    preview_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()
    accept_wanted = pyqtSignal()
    discard_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._sources())
        layout.addWidget(self._policy())
        row = QHBoxLayout()
        self.preview = button(
            "grid_draw_preview",
            tr("&Preview", "预览(&V)"),
            tr("Draw on a copy; nothing is stored", "在副本上划分，不入库"),
        )
        self.cancel = button(
            "grid_draw_cancel", tr("Cancel", "取消"), tr("Stop drawing", "停止划分")
        )
        self.preview.clicked.connect(self.preview_wanted)
        self.cancel.clicked.connect(self.cancel_wanted)
        row.addWidget(self.preview)
        row.addWidget(self.cancel)
        layout.addLayout(row)
        self.progress = QProgressBar()
        self.progress.setObjectName("citygrid_grid_draw_progress")
        layout.addWidget(self.progress)
        layout.addWidget(self._result(), 1)
        layout.addWidget(self._accept())

    def _sources(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Layers", "图层"))
        form = QFormLayout(box)
        self.layers: dict[str, QgsMapLayerComboBox] = {}
        kinds = QgsMapLayerProxyModel.Filter
        for name, title, lines, _ in LAYERS:
            combo = QgsMapLayerComboBox()
            combo.setObjectName(f"citygrid_grid_draw_{name}")
            combo.setFilters(kinds.LineLayer if lines else kinds.PolygonLayer)
            combo.setAllowEmptyLayer(True)
            combo.setCurrentIndex(0)
            form.addRow(shown(title), combo)
            self.layers[name] = combo
        return box

    def _policy(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Area policy", "面积策略"))
        form = QFormLayout(box)
        self.target = area_box("grid_draw_target", 10_000)
        self.low = area_box("grid_draw_low", 5_000)
        self.high = area_box("grid_draw_high", 20_000)
        self.limit_low = area_box("grid_draw_limit_low", 1_000)
        self.limit_high = area_box("grid_draw_limit_high", 50_000)
        for part in (self.low, self.limit_low):
            part.setMinimum(50)
        for part in (self.high, self.limit_high):
            part.setMaximum(50_000_000)
        self.target.valueChanged.connect(self._ladder)
        form.addRow(tr("&Target:", "目标面积(&T)："), self.target)
        form.addRow(tr("Soft range:", "软区间："), _pair(self.low, self.high))
        form.addRow(tr("Limits:", "限值："), _pair(self.limit_low, self.limit_high))
        return box

    def _result(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Quality report", "质量报告"))
        layout = QVBoxLayout(box)
        self.state = QLabel()
        self.state.setObjectName("citygrid_grid_draw_state")
        self.state.setWordWrap(True)
        layout.addWidget(self.state)
        self.quality = FactTable((tr("Measure", "指标"), tr("Value", "数值")))
        self.quality.setObjectName("citygrid_grid_draw_quality")
        self.quality.setMinimumHeight(190)
        layout.addWidget(self.quality)
        return box

    def _accept(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Accept", "采纳"))
        layout = QVBoxLayout(box)
        self.cause = GridCause("grid_draw")
        layout.addWidget(self.cause)
        row = QHBoxLayout()
        self.accept = button(
            "grid_draw_accept",
            tr("&Accept and store", "采纳并入库(&A)"),
            tr("The grids there are retire; codes are never reused", "现有网格废止，编码永不复用"),
        )
        self.discard = button(
            "grid_draw_discard", tr("Discard", "放弃"), tr("Forget the preview", "放弃预览")
        )
        self.accept.clicked.connect(self.accept_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        row.addWidget(self.accept)
        row.addWidget(self.discard)
        layout.addLayout(row)
        return box

    def _ladder(self, target: float) -> None:
        """Let range and limits follow the target, as the core's policy does."""
        for part, factor in (
            (self.low, 0.5), (self.high, 2), (self.limit_low, 0.1), (self.limit_high, 5),
        ):  # fmt: skip
            part.setValue(target * factor)

    def policy_arguments(self) -> list[str]:
        """Return the options of the command for the policy."""
        areas = (self.low, self.high), (self.limit_low, self.limit_high)
        words = ["--target-area", str(self.target.value())]
        for option, (low, high) in zip(("--soft-range", "--limits"), areas, strict=True):
            words += [option, str(low.value()), str(high.value())]
        return words

    def guess(self, project: QgsProject) -> None:
        """Choose layers that are clearly meant, where nothing is chosen."""
        for name, _, lines, hints in LAYERS:
            combo = self.layers[name]
            if combo.currentLayer() is not None:
                continue
            for layer in project.mapLayers().values():
                if isinstance(layer, QgsVectorLayer) and _means(layer, name, lines, hints):
                    combo.setLayer(layer)
                    break

    def show_quality(self, report: Mapping[str, Any]) -> None:
        """Show the measures of a division."""
        self.quality.set_facts(
            Fact(shown(title), _value(report[key], unit))
            for key, unit, title in MEASURES
            if isinstance(report.get(key), (int, float))
        )


def _means(layer: QgsVectorLayer, name: str, lines: bool, hints: tuple[str, ...]) -> bool:
    role = str(layer.customProperty(ROLE) or "")
    if role:
        return role == f"base_{name}"
    wanted = 1 if lines else 2
    fits = int(layer.geometryType()) == wanted
    return fits and any(hint in layer.name().lower() for hint in hints)


def _value(value: float, unit: str) -> str:
    if unit == "%":
        return f"{value:.1%}"
    return f"{value:,.0f} {unit}".strip()


def _pair(low: QWidget, high: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(low)
    row.addWidget(QLabel("–"))
    row.addWidget(high)
    return row
