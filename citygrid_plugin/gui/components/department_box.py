"""The choice of a department, found by typing a part of its name or its code."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.PyQt.QtWidgets import QComboBox, QWidget

from citygrid_plugin.gui.components.choices import fill, searchable
from citygrid_plugin.i18n import tr


class DepartmentBox(QComboBox):
    """Departments of a register; the first entry is nobody."""

    def __init__(self, departments: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        searchable(self, 24)
        self.lineEdit().setPlaceholderText(tr("part of a name, or a code", "输入部门名称或代码"))
        self.set_departments(departments)

    def set_departments(self, departments: Mapping[str, str]) -> None:
        """Offer departments: code to name; the chosen one stays while it is offered."""
        named = [(code, f"{name}  {code}") for code, name in departments.items()]
        fill(self, [("", ""), *named])

    def chosen(self) -> str:
        """Return the code; what was typed when it is no entry; empty for nobody."""
        typed = self.currentText().strip()
        index = self.findText(typed)
        return str(self.itemData(index)) if index >= 0 else typed
