"""What an adoption would take into the journal, and what has to be put right before."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.dialogs.dispute_dialog import WHO
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.adoption import Pending


class AdoptDialog(QDialog):
    """Lists the edits; faulty rules must be corrected first."""

    def __init__(self, found: Pending, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("CitygridAdopt")
        self.setWindowTitle(tr("Take edits into the journal", "将编辑记入日志"))
        layout = QVBoxLayout(self)
        n, bad = len(found.edits), len(found.faults)
        head = QLabel(
            tr(
                f"{n} rows were edited in QGIS and are not in the journal yet.",
                f"有 {n} 条记录在 QGIS 中编辑过，尚未记入日志。",
            )
        )
        head.setWordWrap(True)
        layout.addWidget(head)
        self.rows = QTreeWidget()
        self.rows.setObjectName("citygrid_adopt_rows")
        self.rows.setHeaderLabels(
            [tr("Register", "登记表"), tr("Edit", "编辑"), tr("Code", "编号")]
        )
        self.rows.setRootIsDecorated(False)
        self.rows.setAlternatingRowColors(True)
        self.rows.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for edit in found.edits:
            QTreeWidgetItem(self.rows, [edit.title, edit.kind_name, edit.key])
        layout.addWidget(self.rows, 2)
        self.faults = QListWidget()
        self.faults.setObjectName("citygrid_adopt_faults")
        self.faults.setWordWrap(True)
        self.faults.addItems(list(found.faults))
        said = QLabel(
            tr(
                f"{bad} faults in the rules; correct them in the table first:",
                f"责任规则有 {bad} 处问题，请先在表中更正：",
            )
        )
        for widget in (said, self.faults):
            widget.setVisible(bool(bad))
            layout.addWidget(widget, 1 if widget is self.faults else 0)
        form = QFormLayout()
        self.who = QLineEdit()
        self.who.setObjectName("citygrid_adopt_who")
        name = QgsApplication.userFullName() or QgsApplication.userLoginName()
        self.who.setText(QgsSettings().value(WHO, name))
        form.addRow(tr("Recorded &by", "操作人(&B)"), self.who)
        layout.addLayout(form)
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.ok = buttons.addButton(tr("Record", "登记"), role.AcceptRole)
        self.ok.setObjectName("citygrid_adopt_ok")
        self.ok.setEnabled(bool(n) and not bad)
        buttons.addButton(tr("Cancel", "取消"), role.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(560, 420)

    def accept(self) -> None:
        """Remember who it was, for the next time."""
        QgsSettings().setValue(WHO, self.who.text())
        super().accept()
