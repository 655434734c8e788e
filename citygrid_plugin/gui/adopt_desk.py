"""Edits made with QGIS's own tools come into the journal: looked at first, then taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsApplication, QgsProject
from qgis.PyQt.QtCore import QObject

from citygrid_plugin.gui.dialogs.adopt_dialog import AdoptDialog
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.services.adoption import pending
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.services.session import Session


class AdoptDesk(QObject):
    """Runs ``citygrid verify``, shows what was edited, then ``citygrid verify --adopt``."""

    def __init__(self, iface: QgisInterface, session: Session) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session = iface, session
        self._task: CommandTask | None = None
        self._dialog: AdoptDialog | None = None

    def close(self) -> None:
        """Let go of everything outside the plugin."""
        if self._dialog is not None:
            self._dialog.close()
        if self._task is not None:
            self._task.cancel()
        self.deleteLater()

    def look(self) -> None:
        """See what was edited; edits that are not saved yet are asked to be saved first."""
        path = self._session.path
        if path is None or self._task is not None:
            return
        layers = QgsProject.instance().mapLayers().values()
        dirty = [v.name() for v in layers if v.customProperty(ROLE) and v.isModified()]
        if dirty:
            names = "、".join(dirty)
            self._say(
                tr(f"Save the edits of {names} first.", f"请先保存编辑：{names}。"),
                Qgis.MessageLevel.Warning,
            )
            return
        self._run(tr("citygrid: looking for edits", "citygrid：查找编辑"), [], self._looked)

    def _run(self, title: str, words: list[str], done: object) -> None:
        self._task = CommandTask(title, ["verify", str(self._session.path), *words], done)
        QgsApplication.taskManager().addTask(self._task)

    def _looked(self, result: CommandResult) -> None:
        self._task = None
        path = self._session.path
        if path is None:
            return
        if not result.done:
            self._say(result.error(), Qgis.MessageLevel.Warning)
            return
        found = pending(path, result.report.get("problems", []))
        if not found.edits:
            self._say(
                tr("Nothing was edited outside the journal.", "没有未记入日志的编辑。"),
                Qgis.MessageLevel.Info,
            )
            return
        self._dialog = AdoptDialog(found, self._iface.mainWindow())
        accepted = self._dialog.exec()
        dialog, self._dialog = self._dialog, None
        who = dialog.who.text().strip()
        dialog.deleteLater()
        if accepted:
            words = ["--adopt", *(["--who", who] if who else [])]
            self._run(tr("citygrid: taking edits in", "citygrid：记入日志"), words, self._adopted)

    def _adopted(self, result: CommandResult) -> None:
        self._task = None
        if not result.done:
            self._say(result.error(), Qgis.MessageLevel.Warning)
            return
        left = len(result.problems())
        text = tr("The edits are in the journal.", "编辑已记入日志。")
        if left:
            text += tr(f" {left} other findings are left.", f"另有 {left} 个问题未解决。")
        level = Qgis.MessageLevel.Warning if left else Qgis.MessageLevel.Success
        self._say(text, level)
        self._session.refresh()

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage("citygrid", text, level, 8)
