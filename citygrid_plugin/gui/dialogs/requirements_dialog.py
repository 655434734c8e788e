"""Says which libraries are missing, and the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import Qgis
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.i18n import tr
from citygrid_plugin.requirements import Requirement, cure

if TYPE_CHECKING:
    from qgis.gui import QgisInterface


class RequirementsDialog(QDialog):
    """What is missing, and a command that installs it into the QGIS profile."""

    def __init__(
        self, lacking: list[Requirement], folder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("CitygridRequirements")
        self.setWindowTitle(tr("citygrid: missing libraries", "citygrid：缺少运行库"))
        layout = QVBoxLayout(self)
        said = QLabel(
            tr(
                "citygrid is loaded but can't work yet. It needs these Python libraries:",
                "citygrid 已加载，但尚不能工作，需要以下 Python 库：",
            )
        )
        layout.addWidget(said)
        names = QLabel("\n".join(f"  •  {one.text()}" for one in lacking))
        layout.addWidget(names)
        layout.addWidget(
            QLabel(
                tr(
                    "Run this in a terminal, then start QGIS again:",
                    "请在终端运行以下命令，然后重新启动 QGIS：",
                )
            )
        )
        self.command = QPlainTextEdit(cure(lacking, folder))
        self.command.setReadOnly(True)
        self.command.setTabChangesFocus(True)
        layout.addWidget(self.command)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Close", "关闭"), QDialogButtonBox.ButtonRole.RejectRole)
        copy = QPushButton(tr("&Copy the command", "复制命令(&C)"))
        copy.clicked.connect(self._copy)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(640, 360)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.toPlainText())


class RequirementsNotice:
    """The message in QGIS's message bar and the dialog behind it."""

    def __init__(self, iface: QgisInterface, lacking: list[Requirement], folder: str) -> None:
        self._iface = iface
        self._dialog = RequirementsDialog(lacking, folder, iface.mainWindow())
        self._names = ", ".join(one.distribution for one in lacking)
        self._item: QWidget | None = None

    def show_bar(self) -> None:
        """Say it in one line; the button opens the dialog."""
        bar = self._iface.messageBar()
        item = bar.createMessage(
            "citygrid", tr(f"missing libraries: {self._names}", f"缺少运行库：{self._names}")
        )
        button = QPushButton(tr("Details…", "详情…"))
        button.clicked.connect(self.show_dialog)
        item.layout().addWidget(button)
        self._item = bar.pushWidget(item, Qgis.MessageLevel.Warning)

    def show_dialog(self, *_: object) -> None:
        """Open the dialog; it doesn't block QGIS."""
        self._dialog.show()

    def close(self) -> None:
        """Take message and dialog away."""
        if self._item is not None:
            self._iface.messageBar().popWidget(self._item)
            self._item = None
        self._dialog.close()
        self._dialog.deleteLater()
