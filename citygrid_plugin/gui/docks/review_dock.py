"""The review: unresolved addresses in a table beside the map, decided with a few keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QKeyEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.address_view import AddressView, outcome_word
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.geocode import Found
from citygrid_plugin.services.review import Review

_DIGITS = {getattr(Qt.Key, f"Key_{n}"): n for n in range(1, 10)}


class _Table(QTableWidget):
    """A table that says which key was pressed.

    Signals
    -------
    picked(int)
        1 to 9: a candidate.
    asked(str)
        correct, alias, clear.
    """

    picked = pyqtSignal(int)
    asked = pyqtSignal(str)
    _WORDS: ClassVar[dict[int, str]] = {
        Qt.Key.Key_Return: "correct",
        Qt.Key.Key_Enter: "correct",
        Qt.Key.Key_A: "alias",
        Qt.Key.Key_Delete: "clear",
        Qt.Key.Key_Backspace: "clear",
    }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of the review; arrows and the rest stay the table's own."""
        if event.key() in _DIGITS:
            self.picked.emit(_DIGITS[event.key()])
        elif event.key() in self._WORDS and not event.modifiers():
            self.asked.emit(self._WORDS[event.key()])
        else:
            super().keyPressEvent(event)


class ReviewDock(QgsDockWidget):
    """Shows and emits.

    Signals
    -------
    open_wanted(), apply_wanted()
        A button was pressed.
    row_chosen(int)
        Another row is looked at.
    picked(int)
        A candidate, numbered from 1, is the right one.
    corrected(str)
        The address as it should read.
    cleared()
        The decision is taken back.
    alias_toggled(bool)
        The typed name shall become an alias.
    """

    open_wanted = pyqtSignal()
    apply_wanted = pyqtSignal()
    row_chosen = pyqtSignal(int)
    picked = pyqtSignal(int)
    corrected = pyqtSignal(str)
    cleared = pyqtSignal()
    alias_toggled = pyqtSignal(bool)

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(tr("Review of addresses", "地址复核"), parent)
        self.setObjectName("CitygridReviewDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(self._file(icon))
        self.progress = QLabel()
        self.progress.setObjectName("citygrid_review_progress")
        layout.addWidget(self.progress)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self._rows())
        split.addWidget(self._decision())
        split.setSizes([420, 300])
        layout.addWidget(split, 1)
        self.setWidget(body)
        self.setMinimumWidth(380)
        self.show_review(None)

    def _file(self, icon: Callable[[str], QIcon]) -> QHBoxLayout:
        """Return the row that opens a file and applies what was decided."""
        row = QHBoxLayout()
        self.open_button = QPushButton(icon("open"), tr("&Open review file…", "打开复核文件(&O)…"))
        self.open_button.setObjectName("citygrid_review_open")
        self.open_button.clicked.connect(lambda _=False: self.open_wanted.emit())
        row.addWidget(self.open_button)
        self.apply_button = QPushButton(tr("A&pply…", "应用(&P)…"))
        self.apply_button.setObjectName("citygrid_review_apply")
        self.apply_button.setToolTip(
            tr(
                "Write the decided addresses and store the new aliases",
                "输出已判定的地址，并将新别名入库",
            )
        )
        self.apply_button.clicked.connect(lambda _=False: self.apply_wanted.emit())
        row.addWidget(self.apply_button)
        return row

    def _rows(self) -> QTableWidget:
        """Return the table of the addresses."""
        self.table = _Table(0, 3)
        self.table.setObjectName("citygrid_review_rows")
        self.table.setAccessibleName(tr("Unresolved addresses", "未决地址"))
        self.table.setHorizontalHeaderLabels(
            [tr("Address", "地址"), tr("Outcome", "结果"), tr("Decision", "判定")]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAlternatingRowColors(True)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.currentCellChanged.connect(self._row_changed)
        self.table.picked.connect(self.picked)
        self.table.asked.connect(self._asked)
        return self.table

    def _decision(self) -> QWidget:
        """Return what is known of one address, and where it is decided."""
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        self.view = AddressView("citygrid_review")
        self.view.list.itemDoubleClicked.connect(
            lambda item, _: self.picked.emit(self.view.list.indexOfTopLevelItem(item) + 1)
        )
        column.addWidget(self.view, 1)
        line = QHBoxLayout()
        label = QLabel(tr("&Should read:", "更正为(&S)："))
        self.text = QLineEdit()
        self.text.setObjectName("citygrid_review_text")
        self.text.returnPressed.connect(lambda: self.corrected.emit(self.text.text().strip()))
        label.setBuddy(self.text)
        line.addWidget(label)
        line.addWidget(self.text, 1)
        column.addLayout(line)
        self.alias = QCheckBox(tr("Keep the typed &name as an alias", "将所填名称存为别名(&N)"))
        self.alias.setObjectName("citygrid_review_alias")
        self.alias.clicked.connect(self.alias_toggled)
        column.addWidget(self.alias)
        hint = QLabel(
            tr(
                "Keys: 1–5 candidate · Enter correct the text · A alias · Del take back · "
                "drag the pin or click the map",
                "按键：1–5 选候选 · 回车 更正文字 · A 存为别名 · Del 撤回 · 拖动图钉或点击地图定点",
            )
        )
        hint.setWordWrap(True)
        hint.setStyleSheet("color:#6b6b6b")
        column.addWidget(hint)
        return below

    def show_review(self, review: Review | None) -> None:
        """Show the rows of a file; none when none is open."""
        self.table.blockSignals(True)
        self.table.setRowCount(0 if review is None else len(review.rows))
        for at in range(self.table.rowCount()):
            self._fill(at, review)
        self.table.blockSignals(False)
        self._count(review)
        self.view.show_found(None)

    def show_row(self, at: int, review: Review) -> None:
        """Show the decision of a row anew."""
        self._fill(at, review)
        self._count(review)
        self.alias.setChecked(review.rows[at].alias)

    def show_address(self, found: Found, alias: bool) -> None:
        """Show what is known of the row that is looked at."""
        self.view.show_found(found)
        self.text.setText(found.address)
        self.alias.setChecked(alias)

    def choose_row(self, at: int) -> None:
        """Look at a row."""
        self.table.setCurrentCell(at, 0)
        self.table.setFocus()

    def _fill(self, at: int, review: Review) -> None:
        row = review.rows[at]
        texts = (row.address, outcome_word(row.cells.get("outcome", "")), row.said())
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            self.table.setItem(at, column, item)

    def _count(self, review: Review | None) -> None:
        self.apply_button.setEnabled(
            review is not None and len(review.open_rows) < len(review.rows)
        )
        if review is None:
            self.progress.setText(tr("No review file is open.", "尚未打开复核文件。"))
            return
        left, whole = len(review.open_rows), len(review.rows)
        self.progress.setText(
            tr(
                f"{review.path.name}: {left} of {whole} still open",
                f"{review.path.name}：共 {whole} 条，未判定 {left} 条",
            )
        )

    def _row_changed(self, row: int, *_: int) -> None:
        if row >= 0:
            self.row_chosen.emit(row)

    def _asked(self, what: str) -> None:
        if what == "correct":
            self.text.setFocus()
            self.text.selectAll()
        elif what == "alias":
            self.alias.click()
        else:
            self.cleared.emit()
