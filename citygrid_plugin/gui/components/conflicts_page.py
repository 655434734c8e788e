"""The page of the census dock on which conflicts of field packs are decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.workspace.schema import CHOICES, COMPONENTS
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette

_CODE = Qt.ItemDataRole.UserRole
#: Choice to its key; what mine and theirs look like on the map.
CHOICE_KEYS = {"mine": "1", "theirs": "2", "both": "3", "split": "4"}
COLORS = {"mine": palette.BLUE, "theirs": palette.VERMILION}


class Conflict(NamedTuple):
    """One conflict as it stands in the list; the sides are as the core says them."""

    code: str
    pack: str
    component: str
    kind: str
    field: str
    base: str
    mine: str
    theirs: str


class ConflictsPage(QWidget):
    """Open conflicts, both sides of the one of now, four answers with a key each.

    Signals
    -------
    chosen(str)
        A conflict was picked: show its sides on the map.
    decided(str, str)
        Conflict code and choice.
    """

    chosen = pyqtSignal(str)
    decided = pyqtSignal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: dict[str, Conflict] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 4)
        self.headline = QLabel()
        self.headline.setObjectName("citygrid_conflicts_headline")
        self.headline.setWordWrap(True)
        layout.addWidget(self.headline)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_conflicts")
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels(
            [tr("Component", "部件"), tr("Conflict", "冲突"), tr("Pack", "外业包")]
        )
        self.list.currentItemChanged.connect(lambda *_: self._picked())
        layout.addWidget(self.list, 1)
        self.sides = QLabel()
        self.sides.setObjectName("citygrid_conflict_sides")
        self.sides.setWordWrap(True)
        self.sides.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.sides)
        grid = QGridLayout()
        self.buttons: dict[str, QPushButton] = {}
        for at, (choice, key) in enumerate(CHOICE_KEYS.items()):
            button = QPushButton(f"{key}  {shown(CHOICES['conflict_state'][choice])}")
            button.setObjectName(f"citygrid_conflict_{choice}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, c=choice: self.decide(c))
            self.buttons[choice] = button
            grid.addWidget(button, at // 2, at % 2)
        layout.addLayout(grid)
        self.show_conflicts([])

    def show_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """List conflicts; the first becomes the one of now."""
        self._listed = {one.code: one for one in conflicts}
        self.list.blockSignals(True)
        self.list.clear()
        for one in conflicts:
            kind = shown(CHOICES["conflict_kind"][one.kind])
            what = f"{kind} {_field(one.field)}".strip()
            item = QTreeWidgetItem([one.component, what, one.pack])
            item.setData(0, _CODE, one.code)
            self.list.addTopLevelItem(item)
        for column in range(2):
            self.list.resizeColumnToContents(column)
        self.list.blockSignals(False)
        count = len(conflicts)
        self.headline.setText(
            tr(f"{count} conflicts are open.", f"待处理冲突 {count} 项。")
            if count
            else tr("✔ No open conflicts.", "✔ 没有待处理的冲突。")
        )
        if count:
            self.list.setCurrentItem(self.list.topLevelItem(0))
        self._picked()

    def current(self) -> Conflict | None:
        """Return the conflict of now."""
        item = self.list.currentItem()
        return None if item is None else self._listed.get(str(item.data(0, _CODE)))

    def decide(self, choice: str) -> None:
        """Decide the conflict of now, where the choice is possible."""
        one = self.current()
        if one is not None and self.buttons[choice].isEnabled():
            self.decided.emit(one.code, choice)

    def _picked(self) -> None:
        one = self.current()
        for choice, button in self.buttons.items():
            there = one is not None
            button.setEnabled(there and (choice in ("mine", "theirs") or one.kind == "geometry"))
        self.sides.setText("" if one is None else _sides(one))
        self.chosen.emit("" if one is None else one.code)


def _field(name: str) -> str:
    """Return what people call a column; nothing for the geometry, which the kind names."""
    known = {column.name: column.label for column in COMPONENTS.columns}
    return shown(known[name]) if name in known else ""


def _sides(one: Conflict) -> str:
    rows = [
        (tr("taken", "带出时"), one.base, palette.GREY),
        (tr("mine (workspace)", "库中（我方）"), one.mine, COLORS["mine"]),
        (tr("theirs (team)", "外业（对方）"), one.theirs, COLORS["theirs"]),
    ]
    if one.kind == "geometry":
        where = tr("see the map", "见地图")
        rows = [(name, where if value else "–", color) for name, value, color in rows[1:]]
    return (
        "<table>"
        + "".join(
            f"<tr><td style='color:{color}; padding-right:8px'>■ {name}</td><td>{value or '–'}</td></tr>"
            for name, value, color in rows
        )
        + "</table>"
    )
