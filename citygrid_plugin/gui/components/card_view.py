"""A card: the answer in one sentence, then everything behind it."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QVBoxLayout, QWidget

from citygrid_plugin.gui.components.section_tree import SectionTree
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.card import Card

#: Colours of the outcomes, dark enough for white letters, told apart by colour-blind readers too.
COLORS = {
    "one": "#00735c",
    "several": "#b34700",
    "none": "#a3123a",
    "near": "#7a4fa0",
    "place": "#4d5b66",
    "outside": "#4d5b66",
}


def outcome_word(card: Card) -> str:
    """Return the outcome in a word or two."""
    words = {
        "one": tr("One body", "唯一"),
        "several": tr("Several", "多头"),
        "none": tr("Nobody", "空白"),
        "place": tr("Place", "位置"),
        "outside": tr("Outside", "城外"),
    }
    word = words[card.outcome]
    return word + tr(" · near a border", " · 近边界") if card.near else word


def outcome_color(card: Card) -> str:
    """Return the colour of the outcome."""
    return COLORS["near" if card.near and card.outcome in ("one", "place") else card.outcome]


class CardView(QWidget):
    """Shows one card; its lines can be walked with the keyboard and opened for their reasons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("citygrid_card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.title = QLabel()
        self.title.setObjectName("citygrid_card_title")
        self.headline = QLabel()
        self.headline.setObjectName("citygrid_card_headline")
        for label in (self.title, self.headline):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        self.tree = SectionTree("citygrid_card_lines")
        self.tree.setAccessibleName(tr("What is known of this place", "该处的全部信息"))
        layout.addWidget(self.tree, 1)
        self.card: Card | None = None
        self.show_card(None)

    def show_card(self, card: Card | None) -> None:
        """Show a card, or that none was asked for yet."""
        self.card = card
        self.tree.show_sections(card.sections if card is not None else ())
        self.tree.setVisible(card is not None)
        self.title.setVisible(card is not None)
        if card is None:
            hint = tr("Click the map to ask who answers there.", "点击地图，查询该处归谁管。")
            self.headline.setText(f"<span style='color:#6b6b6b'>{hint}</span>")
        else:
            color, word = outcome_color(card), outcome_word(card)
            self.title.setText(
                f"<span style='background-color:{color};color:white;font-weight:bold'>"
                f"\u00a0{word}\u00a0</span>\u00a0 <b>{card.title}</b>"
            )
            self.headline.setText(card.headline)

    def facts(self) -> dict[str, str]:
        """Return what is shown: name to value."""
        return self.card.facts() if self.card else {}
