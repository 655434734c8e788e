"""The few fields of a component that are not derived."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from qgis.PyQt.QtCore import QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QCompleter, QFormLayout, QLineEdit, QWidget

from citygrid_core.workspace.schema import CHOICES, COMPONENTS
from citygrid_plugin.i18n import shown, tr

#: Fields in tab order, and the value list of each choice.
_CHOICES = {
    "state": "component_state",
    "accuracy_class": "accuracy_class",
    "data_source": "data_source",
}
_BODIES = ("owning_code", "maintaining_code", "supervising_code")
_TEXTS = ("asset_number", "manhole_number", "note")
ORDER = (
    "state",
    *_BODIES,
    "asset_number",
    "manhole_number",
    "accuracy_class",
    "data_source",
    "note",
)


class CaptureForm(QWidget):
    """Fields of the component placed last; each is stored when it is left.

    Signals
    -------
    changed(str, str)
        A column and its new value; empty for none.
    left()
        Escape, or Enter: the keyboard goes back to the map.
    """

    changed = pyqtSignal(str, str)
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held: dict[str, str] = {}
        self.fields: dict[str, QComboBox | QLineEdit] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in ORDER:
            field = QLineEdit() if name in _TEXTS else self._box(name)
            field.setObjectName(f"citygrid_field_{name}")
            field.installEventFilter(self)
            self.fields[name] = field
            form.addRow(_label(name), field)
            if isinstance(field, QLineEdit):
                field.editingFinished.connect(lambda n=name: self._say(n))
            else:
                field.activated.connect(lambda _=0, n=name: self._say(n))
        names = [self.fields[n] for n in ORDER]
        for one, next_ in pairwise(names):
            QWidget.setTabOrder(one, next_)
        self.show_values(None)

    def set_departments(self, departments: Mapping[str, str]) -> None:
        """Offer the departments of the register: code to name."""
        for name in _BODIES:
            box = self.fields[name]
            box.clear()
            box.addItem(tr("– unknown –", "– 不明 –"), "")
            for code, title in departments.items():
                box.addItem(title, code)
                box.setItemData(box.count() - 1, f"{title}\n{code}", Qt.ItemDataRole.ToolTipRole)

    def show_values(self, values: Mapping[str, Any] | None) -> None:
        """Show the fields of a component; None: none was placed."""
        self.setEnabled(values is not None)
        self._held = {n: _text((values or {}).get(n)) for n in ORDER}
        for name, field in self.fields.items():
            if isinstance(field, QLineEdit):
                field.setText(self._held[name])
            else:
                at = field.findData(self._held[name])
                if at < 0 and self._held[name]:
                    field.addItem(self._held[name], self._held[name])
                    at = field.count() - 1
                field.setCurrentIndex(max(at, 0))

    def begin(self) -> None:
        """Let the keyboard begin at the first field."""
        self.fields[ORDER[0]].setFocus(Qt.FocusReason.TabFocusReason)

    def values(self) -> dict[str, str]:
        """Return what the fields show."""
        return {name: self._value(name) for name in ORDER}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Escape lead back to the map; Enter stores first."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        name = watched.objectName().removeprefix("citygrid_field_")
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say(name)
            self.left.emit()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.show_values(self._held if self.isEnabled() else None)
            self.left.emit()
            return True
        return False

    def _box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        if name in _CHOICES:
            for code, label in CHOICES[_CHOICES[name]].items():
                box.addItem(shown(label), code)
            return box
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        box.lineEdit().editingFinished.connect(lambda n=name: self._say(n))
        return box

    def _value(self, name: str) -> str:
        field = self.fields[name]
        if isinstance(field, QLineEdit):
            return field.text().strip()
        if field.isEditable():
            # A body is one of the register, never free text.
            at = field.findText(field.currentText())
            return _text(field.itemData(at)) if at >= 0 else self._held.get(name, "")
        return _text(field.currentData())

    def _say(self, name: str) -> None:
        value = self._value(name)
        if self.isEnabled() and value != self._held.get(name, ""):
            self._held[name] = value
            self.changed.emit(name, value)


def _label(name: str) -> str:
    short = {
        "manhole_number": tr("manhole number", "井盖编号"),
        "asset_number": tr("asset number", "资产编号"),
    }
    return short.get(name) or shown(COMPONENTS.column(name).label).removesuffix(
        "代码"
    ).removeprefix("部件")


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
