"""An address as it was understood: its pieces, how it came out, and the places it may mean."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.wrapping import wrap_rows
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.geocode import LABELS, Found, Place

COLORS = {"accepted": "#00735c", "ambiguous": "#b34700", "rejected": "#a3123a"}
_USED, _UNUSED = "#d6efe7", "#e6e6e6"


def outcome_word(outcome: str) -> str:
    """Return an outcome in a word."""
    return {
        "accepted": tr("Accepted", "已匹配"),
        "ambiguous": tr("Which of these?", "多解待定"),
        "rejected": tr("Not found", "未匹配"),
    }.get(outcome, outcome)


class AddressView(QWidget):
    """Shows what came of one address.

    Signals
    -------
    chosen(int)
        A candidate, by its position.
    """

    chosen = pyqtSignal(int)

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.spans = QLabel()
        self.spans.setObjectName(f"{prefix}_spans")
        self.outcome = QLabel()
        self.outcome.setObjectName(f"{prefix}_outcome")
        for label in (self.spans, self.outcome):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        self.list = QTreeWidget()
        self.list.setObjectName(f"{prefix}_candidates")
        self.list.setAccessibleName(tr("Candidates", "候选地点"))
        self.list.setHeaderLabels(
            ["", tr("Place", "地点"), tr("Level", "级别"), tr("Right", "可信度"), tr("± m", "误差")]
        )
        self.list.setRootIsDecorated(False)
        self.list.setAlternatingRowColors(True)
        wrap_rows(self.list)
        head = self.list.header()
        head.setStretchLastSection(False)
        for column in (0, 2, 3, 4):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(self._current)
        layout.addWidget(self.list, 1)
        self.found: Found | None = None
        self.show_found(None)

    def show_found(self, found: Found | None) -> None:
        """Show an answer, or nothing; the best candidate is chosen."""
        self.found = found
        self.list.blockSignals(True)
        self.list.clear()
        if found is None:
            self.spans.clear()
            self.outcome.clear()
        else:
            self.spans.setText(_pieces(found))
            word, color = outcome_word(found.outcome), COLORS[found.outcome]
            why = tr("; ", "；").join(found.reasons)
            self.outcome.setText(
                f"<span style='background-color:{color};color:white;font-weight:bold'>"
                f"\u00a0{word}\u00a0</span> {escape(why)}"
            )
            for n, place in enumerate(found.places, 1):
                values = (str(n), place.name, place.level_name, f"{place.probability:.0%}")
                item = QTreeWidgetItem(self.list, [*values, f"{place.error_m:.0f}"])
                item.setToolTip(1, place.code)
            if found.places:
                self.list.setCurrentItem(self.list.topLevelItem(0))
        self.list.blockSignals(False)

    def place(self) -> Place | None:
        """Return the chosen candidate."""
        at = self.list.indexOfTopLevelItem(self.list.currentItem())
        return self.found.places[at] if self.found is not None and at >= 0 else None

    def _current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self.list.indexOfTopLevelItem(item))


def _pieces(found: Found) -> str:
    """Return the address with its pieces marked, the label of each below its text."""
    top, below = [], []
    for text, label, used in found.spans:
        color = _USED if used else _UNUSED
        if not text.strip():
            continue
        # What no answer rests on is struck through: it must not look as if it counted.
        said = escape(text) if used else f"<s>{escape(text)}</s>"
        top.append(
            f"<td style='background-color:{color};padding:2px 5px' align='center'>{said}</td>"
        )
        name = shown(LABELS[label]) if label in LABELS else ""
        below.append(f"<td align='center' style='color:#6b6b6b;font-size:small'>{name}</td>")
    return f"<table cellspacing='2'><tr>{''.join(top)}</tr><tr>{''.join(below)}</tr></table>"
