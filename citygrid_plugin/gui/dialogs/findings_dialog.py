"""Shows what a job found, all of it."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.i18n import tr


class FindingsDialog(QDialog):
    """A headline and a list of findings, one a line."""

    def __init__(
        self, title: str, headline: str, findings: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("CitygridFindings")
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        label = QLabel(headline)
        label.setWordWrap(True)
        layout.addWidget(label)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAlternatingRowColors(True)
        self.list.addItems(list(findings))
        layout.addWidget(self.list)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Close", "关闭"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(680, 360)
