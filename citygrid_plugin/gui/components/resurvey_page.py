"""The page of the census dock on which old components get their outcome."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.census.resurvey import OUTCOME_KEYS, OUTCOMES
from citygrid_plugin.i18n import shown, tr

_CODE = Qt.ItemDataRole.UserRole
#: The list shows no more than these; the count says how many there are.
MOST_LISTED = 500


class ResurveyPage(QWidget):
    """The round, the component of now, its four outcomes, and what was not visited.

    Signals
    -------
    begin_wanted(str), end_wanted()
        A round of this name shall begin, or be left.
    outcome(str)
        The key of an outcome, 1 to 4.
    list_wanted()
        The components not visited shall be listed.
    chosen(str)
        A component of that list was picked.
    """

    begin_wanted = pyqtSignal(str)
    end_wanted = pyqtSignal()
    outcome = pyqtSignal(str)
    list_wanted = pyqtSignal()
    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 4)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Round:", "复核批次：")))
        self.name = QLineEdit()
        self.name.setObjectName("citygrid_round")
        row.addWidget(self.name, 1)
        self.begin = QPushButton(tr("Begin", "开始"))
        self.begin.setObjectName("citygrid_round_begin")
        self.begin.setCheckable(True)
        self.begin.clicked.connect(self._switch)
        row.addWidget(self.begin)
        layout.addLayout(row)
        self.progress = QProgressBar()
        self.progress.setFormat("%v / %m")
        layout.addWidget(self.progress)
        self.now = QLabel()
        self.now.setObjectName("citygrid_resurvey_now")
        self.now.setWordWrap(True)
        layout.addWidget(self.now)
        self.buttons: dict[str, QPushButton] = {}
        for key, name in OUTCOME_KEYS.items():
            button = QPushButton(f"{key}  {shown(OUTCOMES[name])}")
            button.setObjectName(f"citygrid_outcome_{name}")
            button.setStyleSheet("text-align: left; padding: 4px 8px;")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, k=key: self.outcome.emit(k))
            self.buttons[key] = button
            layout.addWidget(button)
        self.listing = QPushButton(tr("List what was not visited", "列出未复核部件"))
        self.listing.setObjectName("citygrid_not_visited_button")
        self.listing.clicked.connect(self.list_wanted)
        layout.addWidget(self.listing)
        self.left = QTreeWidget()
        self.left.setObjectName("citygrid_not_visited")
        self.left.setRootIsDecorated(False)
        self.left.setAlternatingRowColors(True)
        self.left.setHeaderLabels([tr("Code", "标识码"), tr("Name", "名称"), tr("Grid", "网格")])
        self.left.itemActivated.connect(lambda item, _: self.chosen.emit(item.data(0, _CODE)))
        self.left.itemClicked.connect(lambda item, _: self.chosen.emit(item.data(0, _CODE)))
        layout.addWidget(self.left, 1)
        self.show_round(0, 0)
        self.show_now("")

    def show_round(self, total: int, left: int) -> None:
        """Show how far the round is; a total of 0: there is none."""
        self.begin.setChecked(total > 0)
        self.begin.setText(tr("Leave", "结束") if total else tr("Begin", "开始"))
        self.name.setEnabled(not total)
        self.progress.setMaximum(max(total, 1))
        self.progress.setValue(total - left)
        self.progress.setVisible(total > 0)
        self.listing.setEnabled(total > 0)
        if not total:
            self.left.clear()

    def show_now(self, text: str) -> None:
        """Show the component that is to be judged; an empty text: there is none."""
        self.now.setText(text)
        for button in self.buttons.values():
            button.setEnabled(bool(text))

    def show_left(self, rows: list[tuple[str, str, str]], total: int) -> None:
        """List components that were not visited: code, name, grid."""
        self.left.clear()
        for code, name, grid in rows[:MOST_LISTED]:
            item = QTreeWidgetItem([code, name, grid])
            item.setData(0, _CODE, code)
            self.left.addTopLevelItem(item)
        for column in range(2):
            self.left.resizeColumnToContents(column)
        self.listing.setText(tr(f"Not visited: {total:,}", f"未复核：{total:,} 个"))

    def _switch(self, on: bool) -> None:
        if on:
            self.begin_wanted.emit(self.name.text())
        else:
            self.end_wanted.emit()
