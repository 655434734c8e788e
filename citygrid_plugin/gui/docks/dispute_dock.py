"""The co-ordination list: what is unclear, how far it has come, and the next step."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.wrapping import wrap_rows
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.disputes import Dispute, allowed

_STEPS = {
    "confirm": Text("&Confirm…", "确认(&C)…"),
    "contest": Text("C&ontest…", "异议(&O)…"),
    "decide": Text("&Decide…", "裁定(&D)…"),
    "document": Text("Docu&ment…", "补充文件(&M)…"),
}
_CODE = Qt.ItemDataRole.UserRole


class DisputeDock(QgsDockWidget):
    """Shows and emits.

    Signals
    -------
    chosen(str)
        A dispute was chosen: the map goes there.
    step_wanted(str, str)
        Code of the dispute, and the step that is to be taken.
    """

    chosen = pyqtSignal(str)
    step_wanted = pyqtSignal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Co-ordination list", "责任协调清单"), parent)
        self.setObjectName("CitygridDisputeDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        head = QHBoxLayout()
        self.title = QLabel()
        self.title.setObjectName("citygrid_disputes_title")
        head.addWidget(self.title, 1)
        self.only_open = QCheckBox(tr("Open o&nly", "仅未办结(&N)"))
        self.only_open.setObjectName("citygrid_disputes_open")
        self.only_open.setChecked(True)
        self.only_open.toggled.connect(lambda _: self._fill())
        head.addWidget(self.only_open)
        layout.addLayout(head)
        self.list = QTreeWidget()
        self.list.setObjectName("citygrid_disputes")
        self.list.setAccessibleName(tr("Co-ordination list", "责任协调清单"))
        self.list.setHeaderLabels(
            [tr("No.", "编号"), tr("State", "状态"), tr("What", "事项"), tr("Body", "部门")]
        )
        self.list.setIndentation(12)
        self.list.setAlternatingRowColors(True)
        wrap_rows(self.list)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(self._current_changed)
        layout.addWidget(self.list, 1)
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for step, text in _STEPS.items():
            button = QPushButton(shown(text))
            button.setObjectName(f"citygrid_disputes_{step}")
            button.clicked.connect(lambda _=False, s=step: self._step(s))
            self.buttons[step] = button
            row.addWidget(button)
        layout.addLayout(row)
        self.setWidget(body)
        self.setMinimumWidth(360)
        self._disputes: dict[str, Dispute] = {}
        self._classes: dict[str, dict[str, str]] = {}
        self.show_disputes((), {})

    def show_disputes(
        self, disputes: Sequence[Dispute], classes: dict[str, dict[str, str]]
    ) -> None:
        """Show the list; what was chosen stays chosen.

        Parameters
        ----------
        classes : dict
            Kind to the names of its classes by code.
        """
        self._disputes = {d.code: d for d in disputes}
        self._classes = classes
        self._fill()

    def dispute(self, code: str) -> Dispute:
        """Return a dispute of the list."""
        return self._disputes[code]

    def current(self) -> Dispute | None:
        """Return the chosen dispute."""
        item = self.list.currentItem()
        return self._disputes.get(item.data(0, _CODE)) if item is not None else None

    def choose(self, code: str) -> None:
        """Choose a dispute."""
        for i in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(i)
            if item.data(0, _CODE) == code:
                self.list.setCurrentItem(item)
                item.setExpanded(True)

    def _fill(self) -> None:
        before = self.current()
        self.list.blockSignals(True)
        self.list.clear()
        waiting = [d for d in self._disputes.values() if d.open]
        for one in waiting if self.only_open.isChecked() else self._disputes.values():
            name = self._classes.get(one.object_kind, {}).get(one.class_code, "")
            state, role = CHOICES["dispute_state"], CHOICES["role"]
            what = f"{one.class_code} {name} · {shown(role[one.role])} · {one.grid_code}"
            body = one.department or one.candidates
            item = QTreeWidgetItem(self.list, [one.code, shown(state[one.state]), what, body])
            item.setData(0, _CODE, one.code)
            for step in one.steps:
                child = QTreeWidgetItem(item, [step])
                child.setData(0, _CODE, one.code)
                child.setFirstColumnSpanned(True)
        self.list.blockSignals(False)
        n = len(waiting)
        self.title.setText(
            tr(f"{n} open of {len(self._disputes)}", f"未办结 {n} 项，共 {len(self._disputes)} 项")
        )
        if before is not None:
            self.choose(before.code)
        self._current_changed()

    def _current_changed(self, *_: object) -> None:
        one = self.current()
        steps = allowed(one.state) if one is not None else set()
        for step, button in self.buttons.items():
            button.setEnabled(step in steps)
        if one is not None:
            self.chosen.emit(one.code)

    def _step(self, step: str) -> None:
        one = self.current()
        if one is not None:
            self.step_wanted.emit(one.code, step)
