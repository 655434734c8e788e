"""The page of the other analyses: a list, each opened with the question of the map."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.i18n import tr

_KEY = Qt.ItemDataRole.UserRole


class HeatMorePage(QWidget):
    """Shows and emits.

    Signals
    -------
    wanted(str)
        An analysis, by its key.
    """

    wanted = pyqtSignal(str)

    def __init__(
        self, analyses: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        """Offer analyses: key, title, help."""
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        said = QLabel(
            tr(
                "Each opens with the class, source, days and grids of the map; its answer becomes a "
                "layer, a table or a file. Departments and hours are not passed on.",
                "以下分析沿用图上的类别、来源、日期与网格，结果为图层、表格或文件；处置部门与时段不传入。",
            )
        )
        said.setWordWrap(True)
        layout.addWidget(said)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_heat_analyses")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        for key, title, help_ in analyses:
            item = QTreeWidgetItem([title])
            item.setData(0, _KEY, key)
            item.setToolTip(0, help_)
            self.list.addTopLevelItem(item)
        self.list.itemActivated.connect(lambda item, _: self.wanted.emit(item.data(0, _KEY)))
        self.list.currentItemChanged.connect(lambda item, _: self._chosen(item))
        layout.addWidget(self.list, 1)
        self.help = QLabel()
        self.help.setWordWrap(True)
        layout.addWidget(self.help)
        row = QHBoxLayout()
        self.open = QPushButton(tr("&Open…", "打开(&O)…"))
        self.open.setObjectName("citygrid_heat_analysis_open")
        self.open.clicked.connect(
            lambda _=False: self.wanted.emit(self.list.currentItem().data(0, _KEY))
        )
        row.addWidget(self.open)
        row.addStretch(1)
        layout.addLayout(row)
        self.list.setCurrentItem(self.list.topLevelItem(0))

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        self.open.setEnabled(item is not None)
        self.help.setText(item.toolTip(0) if item is not None else "")
