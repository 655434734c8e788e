"""What has to be said with a step: only the fields that it declares."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.PyQt.QtCore import QDateTime, Qt
from qgis.PyQt.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.department_box import DepartmentBox
from citygrid_plugin.i18n import tr


class StepDialog(QDialog):
    """Asks for reason, department, deadline, document, as the step needs them.

    Parameters
    ----------
    needs : tuple of str
        Of `lifecycle.NEEDS`.
    departments : mapping
        Code to name.
    proposed : str
        The body that the rules name.
    now : str
        ISO moment.
    """

    def __init__(
        self,
        title: str,
        needs: tuple[str, ...],
        departments: Mapping[str, str],
        proposed: str,
        now: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("citygrid_step_dialog")
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        form = QFormLayout()
        self._needs = needs
        self.reason, self.document = QLineEdit(), QLineEdit()
        self.department = DepartmentBox(departments)
        self.department.setCurrentIndex(max(self.department.findData(proposed), 0))
        self.until = QDateTimeEdit(QDateTime.fromString(now, Qt.DateFormat.ISODate).addDays(3))
        self.until.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.until.setCalendarPopup(True)
        for name, label, field in (
            ("department", tr("Department:", "部门："), self.department),
            ("until", tr("Until:", "期限："), self.until),
            ("reason", tr("Reason:", "原因："), self.reason),
            ("document", tr("Document:", "文号："), self.document),
        ):
            field.setObjectName(f"citygrid_step_{name}")
            if name in needs:
                form.addRow(label, field)
            else:
                field.setParent(self)
                field.hide()
        layout.addLayout(form)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText(tr("OK", "确定"))
        self.buttons.button(kinds.Cancel).setText(tr("Cancel", "取消"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        for line in (self.reason, self.document, self.department.lineEdit()):
            line.textChanged.connect(lambda _: self._check())
        self._check()
        self.setMinimumWidth(380)

    def _check(self) -> None:
        """Let OK be pressed when all that the step needs is said."""
        there = all(self.said().values())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(there)

    def said(self) -> dict[str, str]:
        """Return what was said, as a step takes it."""
        values = {
            "reason": ("reason", self.reason.text().strip()),
            "document": ("document", self.document.text().strip()),
            "department": ("department_code", self.department.chosen()),
            "until": ("until", self.until.dateTime().toString("yyyy-MM-ddTHH:mm:00")),
        }
        return dict(values[need] for need in self._needs)
