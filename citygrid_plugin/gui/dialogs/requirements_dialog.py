"""Says which libraries are missing, and installs them by one click: online, or from a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.bootstrap import PLUGIN
from citygrid_plugin.i18n import tr
from citygrid_plugin.requirements import Requirement, cure, to_install
from citygrid_plugin.services.library_task import LibraryTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

#: Wheels that came with the plugin: the offline edition has them.
WHEELS = PLUGIN / "wheels"


class RequirementsDialog(QDialog):
    """What is missing; one button installs it into the QGIS profile, another from a bundle."""

    def __init__(
        self, lacking: list[Requirement], folder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._folder, self._wanted = Path(folder), to_install(lacking)
        self._task: LibraryTask | None = None
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
        more = len(self._wanted) - len(lacking)
        how = QLabel(
            tr(
                f"With what these need in turn: {max(more, 0)} more. They go into your QGIS "
                "profile and touch nothing else. Install them here, or run the command in a "
                "terminal; then start QGIS again.",
                f"连同其依赖（另 {max(more, 0)} 个）装入您的 QGIS 用户配置目录，不影响其他软件。"
                "可在此安装，或在终端运行以下命令；完成后请重新启动 QGIS。",
            )
        )
        how.setWordWrap(True)
        layout.addWidget(how)
        self.command = QPlainTextEdit(cure(self._wanted, folder))
        self.command.setReadOnly(True)
        self.command.setTabChangesFocus(True)
        layout.addWidget(self.command)
        self.said = QLabel()
        self.said.setObjectName("citygrid_requirements_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.install = QPushButton(
            tr("&Install (with the plugin's wheels)", "安装（插件自带离线包）(&I)")
            if WHEELS.is_dir()
            else tr("&Install (from the package index)", "安装（联网下载）(&I)")
        )
        self.install.setObjectName("citygrid_requirements_install")
        self.install.clicked.connect(
            lambda _=False: self.begin(WHEELS if WHEELS.is_dir() else None)
        )
        self.bundle = QPushButton(tr("From an offline &bundle…", "从离线包安装(&B)…"))
        self.bundle.setObjectName("citygrid_requirements_bundle")
        self.bundle.clicked.connect(self._choose)
        copy = QPushButton(tr("&Copy the command", "复制命令(&C)"))
        copy.clicked.connect(self._copy)
        buttons = QDialogButtonBox()
        for button in (self.install, self.bundle, copy):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(tr("Close", "关闭"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        for button in (self.install, self.bundle):
            button.setEnabled(bool(self._wanted))
        self.resize(680, 440)

    def begin(self, bundle: Path | None) -> None:
        """Install: from a bundle, or, without one, by pip."""
        if self._task is not None:
            return
        self.install.setEnabled(False)
        self.bundle.setEnabled(False)
        self.said.setText(tr("Installing…", "正在安装……"))
        self._task = LibraryTask(self._wanted, self._folder, bundle, self._done)
        QgsApplication.taskManager().addTask(self._task)

    def stop(self) -> None:
        """Stop an installation that still runs."""
        if self._task is not None:
            self._task.cancel()

    def _done(self, trouble: str) -> None:
        self._task = None
        count = len(self._wanted)
        self.said.setText(
            tr(f"<b>Not installed.</b> {trouble}", f"<b>未安装。</b>{trouble}")
            if trouble
            else tr(
                f"<b>{count} libraries installed.</b> Start QGIS again to use citygrid.",
                f"<b>已安装 {count} 个库。</b>请重新启动 QGIS 以使用 citygrid。",
            )
        )
        self.install.setEnabled(bool(trouble))
        self.bundle.setEnabled(bool(trouble))

    def _choose(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self,
            tr("Bundle of wheels", "离线包"),
            "",
            tr("Bundles (*.zip *.whl)", "离线包 (*.zip *.whl)"),
        )
        if file:
            path = Path(file)
            self.begin(path.parent if path.suffix == ".whl" else path)

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
        self._dialog.stop()
        self._dialog.close()
        self._dialog.deleteLater()
