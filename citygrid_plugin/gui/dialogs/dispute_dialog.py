"""One step of a dispute: who, from when, by which document."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QDate
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.choices import fill
from citygrid_plugin.gui.components.department_box import DepartmentBox
from citygrid_plugin.i18n import shown, tr

WHO = "citygrid/who"
TITLES = {
    "propose": Text("Put on the co-ordination list", "列入协调清单"),
    "confirm": Text("Confirm: the body takes it", "确认：部门同意承接"),
    "contest": Text("Contest: the body does not take it", "异议：部门不同意承接"),
    "decide": Text("Decide who answers", "裁定责任部门"),
    "document": Text("Add a document", "补充文件"),
}
_SCOPES = {
    "part": Text("the part of the grid around the point", "该点所在的网格部分"),
    "finding": Text("all ground with the same question", "同一问题涉及的全部范围"),
    "grid": Text("the whole unit grid", "整个单元网格"),
    "community": Text("the whole community", "整个社区"),
}


class DisputeDialog(QDialog):
    """Asks what a step needs and gives it as options of the command.

    Parameters
    ----------
    step : str
        propose, confirm, contest, decide, document.
    about : str
        What it is about, in one or two lines.
    departments : mapping
        Code to name.
    department : str
        The one that is proposed already.
    """

    def __init__(
        self,
        step: str,
        about: str,
        departments: Mapping[str, str],
        department: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("CitygridDisputeStep")
        self.setWindowTitle(shown(TITLES[step]))
        self._step = step
        layout = QVBoxLayout(self)
        label = QLabel(about)
        label.setWordWrap(True)
        layout.addWidget(label)
        form = QFormLayout()
        layout.addLayout(form)
        self.role = QComboBox()
        self.role.setObjectName("citygrid_dispute_role")
        roles = [(role, shown(title)) for role, title in CHOICES["role"].items()]
        fill(self.role, [("", tr("the first that is unclear", "首个不明确的角色")), *roles])
        self.scope = QComboBox()
        self.scope.setObjectName("citygrid_dispute_scope")
        fill(self.scope, [(scope, shown(title)) for scope, title in _SCOPES.items()])
        self.department = DepartmentBox(departments)
        self.department.setObjectName("citygrid_dispute_department")
        if department:
            self.department.setCurrentIndex(max(self.department.findData(department), 0))
        self.date = QDateEdit(QDate.currentDate())
        self.date.setObjectName("citygrid_dispute_date")
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.setCalendarPopup(True)
        self.document = _line("document")
        self.clause = _line("clause")
        self.reason = _line("reason")
        self.who = _line("who")
        name = QgsApplication.userFullName() or QgsApplication.userLoginName()
        self.who.setText(QgsSettings().value(WHO, name))
        rows: list[tuple[str, QWidget]] = []
        if step == "propose":
            rows.append((tr("&Role", "角色(&R)"), self.role))
        rows.append((_body_label(step), self.department))
        if step in ("confirm", "decide"):
            rows.append((tr("&Holds for", "适用范围(&H)"), self.scope))
        rows += [
            (tr("&Date", "日期(&D)"), self.date),
            (tr("Docu&ment", "文号(&M)"), self.document),
            (tr("&Clause", "条款(&C)"), self.clause),
            (tr("Re&ason", "理由(&A)"), self.reason),
            (tr("Recorded &by", "操作人(&B)"), self.who),
        ]
        for text, field in rows:
            form.addRow(text, field)
        self.buttons = QDialogButtonBox()
        self.buttons.setObjectName("citygrid_dispute_buttons")
        self.ok = self.buttons.addButton(
            tr("Record", "登记"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.ok.setObjectName("citygrid_dispute_ok")
        self.buttons.addButton(tr("Cancel", "取消"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self.resize(460, self.sizeHint().height())

    def accept(self) -> None:
        """Remember who it was, for the next time."""
        QgsSettings().setValue(WHO, self.who.text())
        super().accept()

    def options(self) -> list[str]:
        """Return the options of ``citygrid duties disputes STEP``."""
        words = ["--at", self.date.date().toString("yyyy-MM-dd")]
        values = {
            "--department": self.department.chosen(),
            "--document": self.document.text(),
            "--clause": self.clause.text(),
            "--reason": self.reason.text(),
            "--who": self.who.text(),
        }
        if self._step == "propose":
            values["--role"] = self.role.currentData()
        if self._step in ("confirm", "decide"):
            values["--scope"] = self.scope.currentData()
        for option, value in values.items():
            if value and value.strip():
                words += [option, value.strip()]
        return words


def _line(name: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(f"citygrid_dispute_{name}")
    return line


def _body_label(step: str) -> str:
    return {
        "propose": tr("&Proposed body", "拟定部门(&P)"),
        "contest": tr("&Who contests", "异议部门(&P)"),
        "document": tr("&From", "来文部门(&P)"),
    }.get(step, tr("&Answers from now on", "责任部门(&P)"))
