"""The choice of a department, found by typing a part of its name or its code."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox, QCompleter, QWidget

from citygrid_plugin.i18n import tr


class DepartmentBox(QComboBox):
    """Departments of a register; the first entry is nobody."""

    def __init__(self, departments: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.lineEdit().setPlaceholderText(tr("part of a name, or a code", "输入部门名称或代码"))
        self.addItem("", "")
        for code, name in departments.items():
            self.addItem(f"{name}  {code}", code)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)

    def chosen(self) -> str:
        """Return the code; what was typed when it is no entry; empty for nobody."""
        typed = self.currentText().strip()
        index = self.findText(typed)
        return str(self.itemData(index)) if index >= 0 else typed
