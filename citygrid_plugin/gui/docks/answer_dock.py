"""The dock of answers: what is asked, the card, and the cards that were pinned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QKeyEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDateEdit,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.card_view import CardView, outcome_word
from citygrid_plugin.gui.components.class_box import ClassBox
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.card import Card

#: The error of a phone's position, in metres: what most reports come with.
PHONE_ACCURACY = 3.0


class _Pins(QListWidget):
    """A list that says when Delete is pressed."""

    delete_wanted = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Delete; everything else is the list's own business."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)


class AnswerDock(QgsDockWidget):
    """Shows and emits.

    Signals
    -------
    ask_toggled(bool)
        The user switched the map tool.
    question_changed()
        Class, date or accuracy are others now: the last point is asked again.
    pin_wanted(), copy_wanted(), dispute_wanted(), list_wanted()
        A button below the card was pressed.
    pinned_chosen(int), unpin_wanted(int)
        A pinned card, by its number, is to be shown or taken off.
    """

    ask_toggled = pyqtSignal(bool)
    question_changed = pyqtSignal()
    pin_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()
    dispute_wanted = pyqtSignal()
    list_wanted = pyqtSignal()
    pinned_chosen = pyqtSignal(int)
    unpin_wanted = pyqtSignal(int)

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(tr("Who answers here", "此处归谁管"), parent)
        self.setObjectName("CitygridAnswerDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._question(icon))
        self.view = CardView()
        layout.addWidget(self.view, 1)
        layout.addLayout(self._buttons())
        layout.addWidget(self._pinned())
        self.setWidget(body)
        self.setMinimumWidth(360)
        self.show_card(None)
        self.show_pins(())

    def _question(self, icon: Callable[[str], QIcon]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        self.ask_button = QPushButton(icon("ask"), tr("&Ask on the map", "在地图上查询(&A)"))
        self.ask_button.setObjectName("citygrid_answer_ask")
        self.ask_button.setToolTip(
            tr(
                "Then point at a grid to see its code, and click to ask",
                "指向网格显示编码，点击即查询",
            )
        )
        self.ask_button.setCheckable(True)
        self.ask_button.clicked.connect(self.ask_toggled)
        grid.addWidget(self.ask_button, 0, 0, 1, 4)
        self.classes = ClassBox()
        self.classes.setObjectName("citygrid_answer_class")
        self.classes.setToolTip(
            tr("Type a code or a part of the name", "输入编码或名称中的任意几个字即可查找")
        )
        self.classes.activated.connect(lambda _: self.question_changed.emit())
        grid.addWidget(_label(tr("&Class:", "类别(&C)："), self.classes), 1, 0)
        grid.addWidget(self.classes, 1, 1, 1, 3)
        self.dated = QCheckBox(tr("As &of:", "日期(&O)："))
        self.dated.setObjectName("citygrid_answer_dated")
        self.dated.setToolTip(
            tr("Grids, rules and departments of that day", "按该日的网格、规则与部门作答")
        )
        self.date = QDateEdit(QDate.currentDate())
        self.date.setObjectName("citygrid_answer_date")
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.setCalendarPopup(True)
        self.date.setEnabled(False)
        self.dated.toggled.connect(self.date.setEnabled)
        self.dated.toggled.connect(lambda _: self.question_changed.emit())
        self.date.dateChanged.connect(lambda _: self.question_changed.emit())
        grid.addWidget(self.dated, 2, 0)
        grid.addWidget(self.date, 2, 1)
        self.accuracy = QDoubleSpinBox()
        self.accuracy.setObjectName("citygrid_answer_accuracy")
        self.accuracy.setRange(0.0, 100.0)
        self.accuracy.setDecimals(1)
        self.accuracy.setSuffix(tr(" m", " 米"))
        self.accuracy.setSpecialValueText(tr("exact", "精确"))
        self.accuracy.setValue(PHONE_ACCURACY)
        self.accuracy.setToolTip(
            tr(
                "Standard error of the position: a phone has about 3 m, a surveyed point none",
                "定位标准误差：手机约 3 米，测量点为 0（精确）",
            )
        )
        self.accuracy.valueChanged.connect(lambda _: self.question_changed.emit())
        grid.addWidget(_label(tr("Acc&uracy:", "精度(&U)："), self.accuracy), 2, 2)
        grid.addWidget(self.accuracy, 2, 3)
        grid.setColumnStretch(1, 1)
        return box

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.pin_button = _button("pin", tr("&Pin", "钉住(&P)"), self.pin_wanted)
        self.pin_button.setToolTip(
            tr("Keep this card, with a number on the map", "保留此卡片，并在地图上编号")
        )
        self.copy_button = _button("copy", tr("Cop&y", "复制(&Y)"), self.copy_wanted)
        self.copy_button.setToolTip(tr("Copy the card as text", "以文本复制卡片"))
        self.dispute_button = _button(
            "dispute", tr("Co-or&dinate…", "提请协调(&D)…"), self.dispute_wanted
        )
        self.dispute_button.setToolTip(
            tr(
                "Put this unclear answer on the co-ordination list",
                "将责任不清事项列入协调清单",
            )
        )
        self.list_button = _button("list", tr("&List", "清单(&L)"), self.list_wanted)
        self.list_button.setToolTip(tr("Open the co-ordination list", "打开责任协调清单"))
        for button in (self.pin_button, self.copy_button, self.dispute_button, self.list_button):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _pinned(self) -> QWidget:
        self.pinned_box = QWidget()
        layout = QVBoxLayout(self.pinned_box)
        layout.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        self.pinned_title = QLabel()
        head.addWidget(self.pinned_title, 1)
        self.unpin_button = QToolButton()
        self.unpin_button.setObjectName("citygrid_answer_unpin")
        self.unpin_button.setText(tr("Unpin", "取消钉住"))
        self.unpin_button.setToolTip(tr("Take the chosen card off (Del)", "移除所选卡片（Del）"))
        self.unpin_button.clicked.connect(self._unpin)
        head.addWidget(self.unpin_button)
        layout.addLayout(head)
        self.pins = _Pins()
        self.pins.delete_wanted.connect(self._unpin)
        self.pins.setObjectName("citygrid_answer_pins")
        self.pins.setAccessibleName(tr("Pinned cards", "已钉住的卡片"))
        self.pins.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.pins.setMaximumHeight(120)
        self.pins.currentItemChanged.connect(self._chosen)
        layout.addWidget(self.pins)
        return self.pinned_box

    def at(self) -> str:
        """Return the day asked, ISO; empty for now."""
        return self.date.date().toString("yyyy-MM-dd") if self.dated.isChecked() else ""

    def show_card(self, card: Card | None) -> None:
        """Show a card; None when there is none."""
        self.view.show_card(card)
        self.pin_button.setEnabled(card is not None and card.outcome != "outside")
        self.copy_button.setEnabled(card is not None)
        self.dispute_button.setEnabled(card is not None and bool(card.class_code) and card.unclear)

    def show_pins(self, pins: Sequence[tuple[int, Card]]) -> None:
        """List the pinned cards: number and card."""
        self.pins.blockSignals(True)
        self.pins.clear()
        for number, card in pins:
            item = QListWidgetItem(f"{number}  {outcome_word(card)}  {card.title}", self.pins)
            item.setData(Qt.ItemDataRole.UserRole, number)
            item.setToolTip(card.headline)
        self.pins.blockSignals(False)
        self.pinned_box.setVisible(bool(pins))
        self.pinned_title.setText(tr(f"Pinned ({len(pins)})", f"已钉住（{len(pins)}）"))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.pinned_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _unpin(self) -> None:
        item = self.pins.currentItem()
        if item is not None:
            self.unpin_wanted.emit(item.data(Qt.ItemDataRole.UserRole))


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    return label


def _button(name: str, text: str, signal: pyqtSignal) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(f"citygrid_answer_{name}")
    button.clicked.connect(lambda _=False: signal.emit())
    return button
