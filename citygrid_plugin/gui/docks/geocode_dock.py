"""The dock of addresses: type one, see what was understood, where it is, and who answers."""

from __future__ import annotations

from qgis.gui import QgsDockWidget, QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.address_view import AddressView
from citygrid_plugin.gui.components.card_view import CardView
from citygrid_plugin.gui.components.class_box import ClassBox
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.card import Card
from citygrid_plugin.services.geocode import Found

#: A pause in typing after which the address is looked up, in milliseconds.
_PAUSE = 350


class GeocodeDock(QgsDockWidget):
    """Shows and emits.

    Signals
    -------
    address_changed(str)
        The user typed an address and paused, or pressed Return.
    candidate_chosen(int)
        One of the candidates.
    class_changed()
        Another class is asked.
    review_wanted()
        The table of unresolved addresses is to be opened.
    """

    address_changed = pyqtSignal(str)
    candidate_chosen = pyqtSignal(int)
    class_changed = pyqtSignal()
    review_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Addresses", "地址定位"), parent)
        self.setObjectName("CitygridGeocodeDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        self.address = QgsFilterLineEdit()
        self.address.setObjectName("citygrid_address")
        self.address.setPlaceholderText(tr("Type an address…", "输入地址，如：友谊路32号东侧20米"))
        self.address.setShowSearchIcon(True)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._say)
        self.address.textChanged.connect(lambda _: self._pause.start())
        self.address.returnPressed.connect(self._say)
        layout.addWidget(self.address)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("citygrid_address_split")
        self.view = AddressView("citygrid_address")
        self.view.chosen.connect(self.candidate_chosen)
        split.addWidget(self.view)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        label = QLabel(tr("&Class:", "类别(&C)："))
        self.classes = ClassBox(first=tr("the place only", "仅查位置"))
        self.classes.setObjectName("citygrid_address_class")
        self.classes.activated.connect(lambda _: self.class_changed.emit())
        label.setBuddy(self.classes)
        row.addWidget(label)
        row.addWidget(self.classes, 1)
        column.addLayout(row)
        self.card = CardView()
        self.card.setObjectName("citygrid_address_card")
        column.addWidget(self.card, 1)
        split.addWidget(below)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([220, 460])
        layout.addWidget(split, 1)
        self.review_button = QPushButton(tr("&Review unresolved addresses…", "复核未决地址(&R)…"))
        self.review_button.setObjectName("citygrid_address_review")
        self.review_button.clicked.connect(lambda _=False: self.review_wanted.emit())
        layout.addWidget(self.review_button)
        self.setWidget(body)
        self.setMinimumWidth(360)

    def show_found(self, found: Found | None) -> None:
        """Show an answer; the text field follows without asking again."""
        if found is not None and self.address.text().strip() != found.address:
            self.address.setText(found.address)
            self._pause.stop()
        self.view.show_found(found)

    def show_card(self, card: Card | None) -> None:
        """Show who answers at the chosen candidate."""
        self.card.show_card(card)
        if card is None:
            self.card.headline.setText("")

    def _say(self) -> None:
        self._pause.stop()
        self.address_changed.emit(self.address.text().strip())
