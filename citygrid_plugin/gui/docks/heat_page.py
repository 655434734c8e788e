"""The page on which heat is asked: which cases, when, in which measure; and what the map says."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from qgis.gui import QgsCheckableComboBox, QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.choices import fill, keys, searchable
from citygrid_plugin.gui.components.hours_bar import HoursBar
from citygrid_plugin.gui.components.period_bar import PeriodBar
from citygrid_plugin.gui.components.swatches import Swatches
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.heat_map import FIXED, OWN, VIEW

_WARNING = (
    "background:#fff3cd; color:#4a3600; border:1px solid #d9a400; border-radius:3px; padding:4px"
)
_CODE = Qt.ItemDataRole.UserRole
#: Whose day's grids are shown.
TODAY, ITS_DAY = "today", "its day"


class HeatPage(QWidget):
    """Shows and emits.

    Signals
    -------
    asked()
        Another question: cases, time, measure or scale.
    layers_wanted()
        Significance, hatching or patterns were switched.
    grid_wanted(str)
        A grid of the list was chosen.
    base_wanted(str)
        A file of ``residents`` or ``tracks`` shall be chosen.
    """

    asked = pyqtSignal()
    layers_wanted = pyqtSignal()
    grid_wanted = pyqtSignal(str)
    base_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        self.warnings = QLabel()
        self.warnings.setObjectName("citygrid_heat_warnings")
        self.warnings.setWordWrap(True)
        self.warnings.setStyleSheet(_WARNING)
        self.warnings.hide()
        layout.addWidget(self.warnings)
        layout.addWidget(self._which())
        layout.addWidget(self._when())
        layout.addWidget(self._how())
        self.said = QLabel()
        self.said.setObjectName("citygrid_heat_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.legend = Swatches()
        layout.addWidget(self.legend)
        self.top = QTreeWidget()
        self.top.setObjectName("citygrid_heat_top")
        self.top.setRootIsDecorated(False)
        self.top.setAlternatingRowColors(True)
        self.top.setMinimumHeight(150)
        self.top.setHeaderLabels(
            [tr("Hottest grids", "最热网格"), tr("Value", "数值"), tr("Cases", "案件数"), "q"]
        )
        self.top.setToolTip(tr("A click opens the grid's card", "单击打开网格卡片"))
        self.top.itemClicked.connect(lambda item, _: self.grid_wanted.emit(item.data(0, _CODE)))
        layout.addWidget(self.top, 1)

    def _which(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Which cases", "哪些案件"))
        form = QFormLayout(box)
        self.classes = QComboBox()
        self.classes.setObjectName("citygrid_heat_class")
        completer = searchable(self.classes, 14)
        completer.activated.connect(lambda _: self.asked.emit())
        self.classes.setMaxVisibleItems(25)
        self.classes.setToolTip(
            tr("Type a part of the code or name", "输入编码或名称中的任意几个字即可查找")
        )
        self.classes.activated.connect(lambda _: self.asked.emit())
        form.addRow(tr("&Class:", "类别(&C)："), self.classes)
        self.sources, self.departments = QgsCheckableComboBox(), QgsCheckableComboBox()
        for combo, name, every in (
            (self.sources, "source", tr("all sources", "全部来源")),
            (self.departments, "department", tr("all departments", "全部部门")),
        ):
            combo.setObjectName(f"citygrid_heat_{name}")
            combo.setDefaultText(every)
            combo.setSeparator(tr(", ", "、"))
            combo.checkedItemsChanged.connect(lambda _: self.asked.emit())
        form.addRow(tr("&Source:", "来源(&S)："), self.sources)
        form.addRow(tr("&Department:", "处置部门(&D)："), self.departments)
        return box

    def _when(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("When", "时间"))
        layout = QVBoxLayout(box)
        self.period, self.hours = PeriodBar(), HoursBar()
        for widget in (self.period, self.hours):
            widget.changed.connect(self.asked)
            layout.addWidget(widget)
        self.grids = QComboBox()
        self.grids.setObjectName("citygrid_heat_grids")
        fill(
            self.grids,
            (
                (TODAY, tr("of today", "现行网格")),
                (ITS_DAY, tr("of the period's last day", "统计时段末日的网格")),
            ),
        )
        self.grids.activated.connect(lambda _: self.asked.emit())
        self.grids.setToolTip(
            tr("After splits and merges each case counts by its own point",
               "网格拆分、合并后，每件案件按自身点位归入所选网格")
        )  # fmt: skip
        row = QHBoxLayout()
        self._grids_title = QLabel(tr("Gri&ds:", "网格(&D)："))
        self._grids_title.setBuddy(self.grids)
        row.addWidget(self._grids_title)
        row.addWidget(self.grids, 1)
        self.offer_grids(changed=False)
        layout.addLayout(row)
        return box

    def _how(self) -> QWidget:
        box = QgsCollapsibleGroupBox(tr("Shown as", "显示方式"))
        form = QFormLayout(box)
        self._add_measures(form)
        self._add_classes(form)
        form.addRow(self._marks())
        return box

    def _add_measures(self, form: QFormLayout) -> None:
        self.measure = QComboBox()
        self.measure.setObjectName("citygrid_heat_measure")
        self.measure.activated.connect(lambda _: self.asked.emit())
        measures = QHBoxLayout()
        measures.addWidget(self.measure, 1)
        bases = QToolButton()
        bases.setObjectName("citygrid_heat_bases")
        bases.setText("…")
        bases.setToolTip(
            tr("Residents or tracks, for more rates", "导入人口或巡查轨迹，以计算更多比率")
        )
        bases.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(bases)
        for base, text in (
            ("residents", tr("Residents (CSV: grid_code, residents)…",
                             "人口（CSV：grid_code, residents）…")),
            ("tracks", tr("Tracks of collectors (CSV: collector, at, x, y)…",
                          "采集员轨迹（CSV：collector, at, x, y）…")),
        ):  # fmt: skip
            menu.addAction(text).triggered.connect(
                lambda _=False, name=base: self.base_wanted.emit(name)
            )
        bases.setMenu(menu)
        measures.addWidget(bases)
        title = QLabel(tr("&Measure:", "指标(&M)："))
        title.setBuddy(self.measure)
        form.addRow(title, measures)

    def _add_classes(self, form: QFormLayout) -> None:
        row = QHBoxLayout()
        self.scale = QComboBox()
        self.scale.setObjectName("citygrid_heat_scale")
        fill(
            self.scale,
            (
                (FIXED, tr("the same for every period", "各时段统一分级")),
                (VIEW, tr("quantiles of this period", "按本时段分位数")),
                (OWN, tr("own bounds", "自定分级界限")),
            ),
        )
        self.scale.setToolTip(
            tr(
                "With the same classes a colour means the same while the slider moves",
                "统一分级时，滑动时间轴颜色含义不变，可直接比较",
            )
        )
        self.scale.activated.connect(self._scaled)
        self.bounds = QLineEdit()
        self.bounds.setObjectName("citygrid_heat_bounds")
        self.bounds.setPlaceholderText("0, 2, 5, 10, 20")
        self.bounds.setToolTip(
            tr("Rising numbers from 0, with commas; Enter takes them",
               "从 0 起递增的数，以逗号分隔，回车生效")
        )  # fmt: skip
        self.bounds.hide()
        self.bounds.editingFinished.connect(self.asked)
        row.addWidget(self.scale)
        row.addWidget(self.bounds, 1)
        title = QLabel(tr("C&lasses:", "分级(&L)："))
        title.setBuddy(self.scale)
        form.addRow(title, row)

    def _marks(self) -> QHBoxLayout:
        layers = QHBoxLayout()
        self.spots = self._toggle("spots", tr("si&gnificant spots", "显著冷热点(&G)"), on=True)
        self.weak = self._toggle("weak", tr("&uncertain places", "位置存疑(&U)"), on=True)
        self.patterns = self._toggle("patterns", tr("&patterns", "演变(&P)"), on=False)
        self.spots.setToolTip(
            tr("Gi* on grids that touch, false findings controlled (FDR)",
               "相邻网格 Gi*，并控制错误发现率（FDR）")
        )  # fmt: skip
        self.patterns.setToolTip(
            tr("New, intensifying, persistent … over the months, as marks",
               "按月判断新增、加剧、持续等演变类型，以符号表示")
        )  # fmt: skip
        for box in (self.spots, self.weak, self.patterns):
            layers.addWidget(box)
        layers.addStretch(1)
        return layers

    def _toggle(self, name: str, text: str, *, on: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(f"citygrid_heat_{name}")
        box.setChecked(on)
        box.clicked.connect(lambda _: self.layers_wanted.emit())
        return box

    # --- what can be asked -------------------------------------------------------------------

    def offer(
        self,
        classes: Sequence[tuple[str, str, str, int]],
        sources: Mapping[str, str],
        departments: Mapping[str, str],
    ) -> None:
        """Offer what there are cases of.

        Parameters
        ----------
        classes : sequence of (kind, code or its beginning, name, cases)
        sources, departments : mapping
            Code to name.
        """
        offered: list[tuple[object, str]] = [((None, None), tr("all classes", "全部类别"))]
        kinds = {"component": tr("component", "部件"), "event": tr("event", "事件")}
        for kind, title in kinds.items():
            mine = [row for row in classes if row[0] == kind]
            if mine:
                offered.append(((kind, None), tr(f"all {title} cases", f"全部{title}类")))
            for _, code, name, number in mine:
                indent = "    " if len(code) > 2 else "  "
                offered.append(((kind, code), f"{indent}{title} {code} {name} ({number:,})"))
        fill(self.classes, offered)
        for combo, names in ((self.sources, sources), (self.departments, departments)):
            combo.blockSignals(True)
            combo.clear()
            for code, name in names.items():
                combo.addItemWithCheckState(name, Qt.CheckState.Unchecked, code)
            combo.blockSignals(False)

    def offer_grids(self, *, changed: bool) -> None:
        """Offer the grids of another day when the grids ever changed."""
        for widget in (self._grids_title, self.grids):
            widget.setVisible(changed)
        if not changed:
            self.grids.setCurrentIndex(0)

    def on_its_day(self) -> bool:
        """Tell whether the grids of the period's own last day are asked for."""
        return bool(self.grids.currentData() == ITS_DAY)

    def offer_measures(self, measures: Sequence[tuple[str, str]]) -> None:
        """Offer measures, (key, name); the chosen one stays when it is among them."""
        if keys(self.measure) != [key for key, _ in measures]:
            fill(self.measure, measures, otherwise="per_hectare")

    # --- what is asked -----------------------------------------------------------------------

    def chosen_class(self) -> tuple[str | None, str | None]:
        """Return kind and class code, or the beginning of one; None for all."""
        at = self.classes.findText(self.classes.currentText())
        found: tuple[str | None, str | None] = (
            self.classes.itemData(at) if at >= 0 else (None, None)
        )
        return tuple(found)  # type: ignore[return-value]

    def class_name(self) -> str:
        """Return what the chosen class is called; nothing for all."""
        kind, code = self.chosen_class()
        text = self.classes.currentText().strip()
        return text.rpartition(" (")[0] or text if kind or code else ""

    def own_bounds(self) -> list[float]:
        """Return the bounds that were typed; empty when they are no rising numbers."""
        try:
            typed = self.bounds.text().replace("，", ",").split(",")
            found = [float(part) for part in typed if part.strip()]
        except ValueError:
            return []
        rising = all(a < b for a, b in itertools.pairwise(found))
        return found if len(found) > 1 and rising and found[0] >= 0 else []

    def _scaled(self) -> None:
        self.bounds.setVisible(self.scale.currentData() == OWN)
        self.asked.emit()

    # --- what is said ------------------------------------------------------------------------

    def show_warnings(self, said: Sequence[str]) -> None:
        """Show what makes the map less sure; nothing when it is as sure as it looks."""
        self.warnings.setText("<br>".join(f"⚠ {text}" for text in said))
        self.warnings.setVisible(bool(said))

    def show_top(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """List the hottest grids: code, value, cases, q."""
        self.top.clear()
        for code, *cells in rows:
            item = QTreeWidgetItem([code, *cells])
            item.setData(0, _CODE, code)
            for column in range(1, 4):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            self.top.addTopLevelItem(item)
        for column in range(4):
            self.top.resizeColumnToContents(column)
