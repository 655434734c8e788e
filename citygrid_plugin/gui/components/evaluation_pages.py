"""What stands below the groups of an evaluation beside its cases: how long it took, what came back."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.errors import Text
from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.i18n import shown, tr

BOUNCES = {
    "pair": Text("by pair of departments", "按部门对"), "class": Text("by class", "按类别"),
    "border": Text("by stretch of border", "按边界段"),
}  # fmt: skip
_KEY = Qt.ItemDataRole.UserRole


def table(name: str, spoken: str, head: list[str]) -> QTreeWidget:
    """Return an empty table of rows."""
    made = QTreeWidget()
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setRootIsDecorated(False)
    made.setAlternatingRowColors(True)
    made.setUniformRowHeights(True)
    made.setHeaderLabels(head)
    return made


def fill_table(
    tree: QTreeWidget, rows: Sequence[tuple[object, list[str]]], *, numbers: bool = True
) -> None:
    """Fill a table anew: what each row stands for, and its cells; numbers to the right."""
    tree.blockSignals(True)
    tree.clear()
    items = []
    for key, cells in rows:
        item = QTreeWidgetItem(cells)
        item.setData(0, _KEY, key)
        for column in range(1, len(cells) if numbers else 0):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        items.append(item)
    tree.addTopLevelItems(items)
    for column in range(tree.columnCount()):
        tree.resizeColumnToContents(column)
    tree.blockSignals(False)


class TimesPage(QWidget):
    """How long the stages took, in one group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        self.title = QLabel()
        self.title.setObjectName("citygrid_evaluation_times_of")
        self.title.setWordWrap(True)
        layout.addWidget(self.title)
        self.rows = table(
            "citygrid_evaluation_times", tr("How long it took", "各环节用时"),
            [tr("Stage", "环节"), tr("Cases", "件数"), tr("Median", "中位数"), tr("90 %", "90%"),
             tr("95 %", "95%"), tr("Longest", "最长"), tr("Slowest 5 %", "最慢 5% 占比")],
        )  # fmt: skip
        layout.addWidget(self.rows, 1)

    def show_times(self, title: str, rows: Sequence[list[str]]) -> None:
        """Show one group's stages."""
        self.title.setText(title)
        fill_table(self.rows, [(None, cells) for cells in rows])


class BouncesPage(QWidget):
    """What was sent back, counted in three ways.

    Signals
    -------
    counted_by(str)
        Another way of counting is wanted.
    chosen(list)
        A row was selected: the numbers of its cases.
    opened(str)
        The card of its first case is wanted.
    """

    counted_by = pyqtSignal(str)
    chosen = pyqtSignal(list)
    opened = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        self.by = QComboBox()
        self.by.setObjectName("citygrid_bounces_by")
        fill(self.by, [(key, shown(text)) for key, text in BOUNCES.items()])
        self.by.activated.connect(lambda _: self.counted_by.emit(str(self.by.currentData())))
        layout.addWidget(self.by)
        self.said = QLabel()
        self.said.setObjectName("citygrid_bounces_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.rows = table(
            "citygrid_bounces", tr("Cases sent back", "回退案件"),
            [tr("From → to", "回退 → 改派"), tr("Returns", "回退次数"), tr("Cases", "案件数"),
             tr("Loops", "循环"), tr("Median h", "中位小时")],
        )  # fmt: skip
        self.rows.currentItemChanged.connect(
            lambda item, _: self.chosen.emit(item.data(0, _KEY)) if item is not None else None
        )
        self.rows.itemActivated.connect(lambda item, _: self.opened.emit(item.data(0, _KEY)[0]))
        layout.addWidget(self.rows, 1)

    def show_bounces(self, said: str, rows: Sequence[tuple[list[str], list[str]]]) -> None:
        """Show rows: the numbers of their cases, and cells."""
        self.said.setText(said)
        heads = {"pair": tr("From → to", "回退 → 改派"), "class": tr("Class", "类别"),
                 "border": tr("Border", "边界段")}  # fmt: skip
        self.rows.headerItem().setText(0, heads[str(self.by.currentData())])
        fill_table(self.rows, rows)
