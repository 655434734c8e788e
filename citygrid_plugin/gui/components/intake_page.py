"""The page on which a report is taken in: class, place, words, photos; what is known stands below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QDateTime, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QKeyEvent
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.address_view import AddressView
from citygrid_plugin.gui.components.card_view import CardView
from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.gui.components.class_search import ClassSearch
from citygrid_plugin.gui.components.favourite_keys import FavouriteKeys
from citygrid_plugin.gui.components.photo_page import PhotoPage
from citygrid_plugin.i18n import shown, tr

_TIME = "yyyy-MM-dd HH:mm:ss"


class IntakePage(PhotoPage):
    """Shows and emits.

    Signals
    -------
    pick_toggled(bool)
        The point is to be picked on the map, or no longer.
    address_entered(str), address_left(str), candidate_chosen(int)
        An address was typed, its line was left; one of its candidates was taken.
    changed()
        Something else that was said is other than before.
    store_wanted(bool)
        It is to be stored; True: linked to the twin that is chosen.
    photos_wanted(), photos_dropped(list)
        Files are to be chosen; paths were dropped.
    void_wanted(), open_wanted()
        The case stored last is to be voided; its card to be shown.
    twin_chosen(str)
        A twin was clicked.
    """

    pick_toggled = pyqtSignal(bool)
    address_entered = pyqtSignal(str)
    address_left = pyqtSignal(str)
    candidate_chosen = pyqtSignal(int)
    changed = pyqtSignal()
    store_wanted = pyqtSignal(bool)
    photos_wanted = pyqtSignal()
    void_wanted = pyqtSignal()
    open_wanted = pyqtSignal()
    twin_chosen = pyqtSignal(str)

    def __init__(
        self,
        icon: Callable[[str], QIcon],
        symbol: Callable[[str], QIcon],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        self.chosen = QLabel()
        self.chosen.setObjectName("citygrid_intake_chosen")
        layout.addWidget(self.chosen)
        self.search = ClassSearch(symbol)
        self.search.line.setObjectName("citygrid_intake_class")
        layout.addWidget(self.search)
        self.keys = FavouriteKeys(symbol)
        layout.addWidget(self.keys)
        layout.addLayout(self._place(icon))
        layout.addLayout(self._words())
        self.known = CardView()
        self.known.setObjectName("citygrid_intake_known")
        self.known.tree.setAccessibleName(tr("What is known of this report", "本件的已知信息"))
        layout.addWidget(self.known, 3)
        self.twins = QListWidget()
        self.twins.setObjectName("citygrid_intake_twins")
        self.twins.setAccessibleName(tr("Twins near by", "附近相似案件"))
        self.twins.setMaximumHeight(66)
        self.twins.itemClicked.connect(lambda item: self.twin_chosen.emit(item.data(_NUMBER)))
        layout.addWidget(self.twins)
        layout.addLayout(self._buttons())
        self.said = QLabel()
        self.said.setObjectName("citygrid_intake_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        layout.addLayout(self._after())
        self.photos: list[Path] = []
        self.show_class("", "")
        self.reset()
        self.show_stored("")

    def _place(self, icon: Callable[[str], QIcon]) -> QVBoxLayout:
        box = QVBoxLayout()
        row = QHBoxLayout()
        self.pick = QPushButton(icon("ask"), tr("&Point", "选点(&P)"))
        self.pick.setObjectName("citygrid_intake_pick")
        self.pick.setToolTip(tr("Click the place on the map", "在地图上点击问题位置"))
        self.pick.setCheckable(True)
        self.pick.clicked.connect(self.pick_toggled)
        row.addWidget(self.pick)
        self.address = QgsFilterLineEdit()
        self.address.setObjectName("citygrid_intake_address")
        self.address.setPlaceholderText(tr("or an address, Enter", "或输入地址后按回车"))
        self.address.returnPressed.connect(
            lambda: self.address_entered.emit(self.address.text().strip())
        )
        self.address.editingFinished.connect(
            lambda: self.address_left.emit(self.address.text().strip())
        )
        row.addWidget(self.address, 1)
        box.addLayout(row)
        self.found = AddressView("citygrid_intake_address")
        self.found.list.setMaximumHeight(84)
        self.found.chosen.connect(self.candidate_chosen)
        self.found.hide()
        box.addWidget(self.found)
        return box

    def _words(self) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(3)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.source = QComboBox()
        self.source.setObjectName("citygrid_intake_source")
        sources = [(code, shown(name)) for code, name in CHOICES["case_source"].items()]
        fill(self.source, sources, otherwise="hotline")
        self.source.activated.connect(lambda _: self.changed.emit())
        self.reported = QDateTimeEdit()
        self.reported.setObjectName("citygrid_intake_reported")
        self.reported.setDisplayFormat(_TIME)
        self.reported.setCalendarPopup(True)
        self.reported.dateTimeChanged.connect(lambda _: self.changed.emit())
        both = QHBoxLayout()
        both.addWidget(self.source, 1)
        both.addWidget(self.reported)
        form.addRow(tr("Source:", "来源："), both)
        self.description = QPlainTextEdit()
        self.description.setObjectName("citygrid_intake_description")
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(46)
        form.addRow(tr("What:", "描述："), self.description)
        self.component = QComboBox()
        self.component.setObjectName("citygrid_intake_component")
        self.component.setEditable(True)
        self.component.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.component.activated.connect(lambda _: self.changed.emit())
        self.component.lineEdit().editingFinished.connect(self.changed)
        form.addRow(tr("Component:", "部件："), self.component)
        self.reporter, self.phone = QLineEdit(), QLineEdit()
        self.grid = QLineEdit()
        for field, name, hint in (
            (self.reporter, "reporter", tr("name", "姓名")),
            (self.phone, "phone", tr("phone", "电话")),
            (self.grid, "grid", tr("grid that was told", "所报网格")),
        ):
            field.setObjectName(f"citygrid_intake_{name}")
            field.setPlaceholderText(hint)
        self.grid.editingFinished.connect(self.changed)
        who = QHBoxLayout()
        for field in (self.reporter, self.phone, self.grid):
            who.addWidget(field)
        form.addRow(tr("Reporter:", "反映人："), who)
        return form

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.photo_button = QPushButton()
        self.photo_button.setObjectName("citygrid_intake_photos")
        self.photo_button.setToolTip(
            tr("Choose files, or drop them here", "选择文件，或拖放到此页")
        )
        self.photo_button.clicked.connect(lambda _=False: self.photos_wanted.emit())
        row.addWidget(self.photo_button)
        self.register = QCheckBox(tr("re&gister", "同时立案(&G)"))
        self.register.setObjectName("citygrid_intake_register")
        row.addWidget(self.register)
        row.addStretch(1)
        self.link = QPushButton(tr("F8  Link and store", "F8  关联并入库"))
        self.link.setObjectName("citygrid_intake_link")
        self.link.setToolTip(
            tr("It repeats the twin chosen above", "与上方所选案件为同一问题，关联后入库")
        )
        self.link.clicked.connect(lambda _=False: self.store_wanted.emit(True))
        self.new = QPushButton(tr("F9  New case", "F9  新案入库"))
        self.new.setObjectName("citygrid_intake_new")
        self.new.clicked.connect(lambda _=False: self.store_wanted.emit(False))
        row.addWidget(self.link)
        row.addWidget(self.new)
        return row

    def _after(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.stored = QLabel()
        self.stored.setObjectName("citygrid_intake_stored")
        self.stored.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.stored, 1)
        self.open = QPushButton(tr("&Card", "卡片(&C)"))
        self.open.setObjectName("citygrid_intake_open")
        self.open.clicked.connect(lambda _=False: self.open_wanted.emit())
        self.void = QPushButton(tr("&Void…", "作废(&V)…"))
        self.void.setObjectName("citygrid_intake_void")
        self.void.setToolTip(
            tr("Take the case stored last back, with a reason", "作废上一案件（须说明原因）")
        )
        self.void.clicked.connect(lambda _=False: self.void_wanted.emit())
        row.addWidget(self.open)
        row.addWidget(self.void)
        return row

    # --- showing ---------------------------------------------------------------------

    def reset(self) -> None:
        """Begin a new report; the class stays."""
        for field in (self.reporter, self.phone, self.grid):
            field.clear()
        self.address.clear()
        self.description.clear()
        self.set_photos([])
        self.component.setEditText("")
        self.show_components([])
        self.found.show_found(None)
        self.found.hide()
        self.show_nothing("")

    def show_class(self, code: str, name: str) -> None:
        """Show the class that is chosen."""
        none = tr("No class yet: type below, or a key.", "尚未选择类别：在下方输入或按常用键。")
        text = f"<span style='font-size:large'><b>{name}</b></span> {code}" if code else none
        self.chosen.setText(text)

    def show_nothing(self, why: str) -> None:
        """Show that nothing can be told or stored yet, and why."""
        self.known.show_card(None)
        self.known.headline.setText(tr("Choose a class and a place.", "请选择类别与位置。"))
        self.known.tree.setVisible(True)  # keeps the page where it is
        self.show_twins([])
        self.new.setEnabled(False)
        self.register.setEnabled(False)
        self.say(why)

    def show_components(self, offered: Sequence[tuple[str, str]]) -> None:
        """Offer components: code and what is shown; what was typed stays."""
        typed = self.component_code()
        self.component.blockSignals(True)
        fill(self.component, [("", ""), *offered])
        at = self.component.findData(typed)
        if at >= 0:
            self.component.setCurrentIndex(at)
        else:
            self.component.setEditText(typed)
        self.component.blockSignals(False)

    def component_code(self) -> str:
        """Return the component that is chosen or was typed."""
        typed = self.component.currentText().strip()
        at = self.component.findText(typed)
        return str(self.component.itemData(at) or "") if at >= 0 else typed

    def show_twins(self, twins: Sequence[tuple[str, str]]) -> None:
        """List twins: number and what is shown; the nearest is chosen."""
        self.twins.clear()
        for number, text in twins:
            item = QListWidgetItem(text, self.twins)
            item.setData(_NUMBER, number)
        self.twins.setCurrentRow(0)
        self.twins.setVisible(bool(twins))
        self.link.setEnabled(bool(twins))

    def twin(self) -> str:
        """Return the number of the twin that is chosen."""
        item = self.twins.currentItem()
        return str(item.data(_NUMBER)) if item is not None else ""

    def set_photos(self, files: Sequence[Path]) -> None:
        """Show how many photos go with the report."""
        self.photos = list(files)
        count = len(self.photos)
        self.photo_button.setText(
            tr(f"Photos ({count})…", f"照片（{count}）…") if count else tr("Photos…", "照片…")
        )
        self.photo_button.setToolTip("\n".join(str(f) for f in self.photos))

    def set_reported(self, at: str) -> None:
        """Set the time of the report without saying so."""
        self.reported.blockSignals(True)
        self.reported.setDateTime(QDateTime.fromString(at, Qt.DateFormat.ISODate))
        self.reported.blockSignals(False)

    def reported_at(self) -> str:
        """Return the time of the report, ISO."""
        return self.reported.dateTime().toString("yyyy-MM-ddTHH:mm:ss")

    def show_privacy(self, how: str) -> None:
        """Say what is kept of who reported."""
        words: Mapping[str, str] = {
            "mask": tr("kept masked: 138******78", "脱敏保存，如 138******78"),
            "drop": tr("not kept by this city's profile", "按本市方案不保存"),
            "keep": tr("kept as typed", "按所填保存"),
        }
        for field in (self.reporter, self.phone):
            field.setEnabled(how != "drop")
            field.setToolTip(words[how])

    def show_stored(self, number: str) -> None:
        """Show the case that was stored last; empty: none yet."""
        self.stored.setText(f"✔ {number}" if number else "")
        for part in (self.stored, self.open, self.void):
            part.setVisible(bool(number))

    def say(self, text: str) -> None:
        """Say what is missing, or how the last job ended."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F8 links to the twin, F9 makes a new case, wherever on the page one types."""
        buttons = {Qt.Key.Key_F8: self.link, Qt.Key.Key_F9: self.new}
        button = buttons.get(event.key())
        if button is None:
            super().keyPressEvent(event)
        elif button.isEnabled():
            button.click()


_NUMBER = Qt.ItemDataRole.UserRole
