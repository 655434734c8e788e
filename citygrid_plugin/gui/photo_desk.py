"""Photos dropped or in a folder: attached by the command, in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from citygrid_plugin.i18n import tr
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.census_desk import CensusDesk
    from citygrid_plugin.gui.docks.census_dock import CensusDock
    from citygrid_plugin.services.session import Session

#: How many photos that found no component are named in the dock.
_NAMED = 5


class PhotoDesk(QObject):
    """Gives photos to the component shown, or lets time and place decide."""

    def __init__(
        self, iface: QgisInterface, session: Session, dock: CensusDock, capture: CensusDesk
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock, self._capture = iface, session, dock, capture
        self._task: CommandTask | None = None
        dock.page.photos_dropped.connect(self._dropped)
        dock.page.photos_wanted.connect(self._choose)

    def close(self) -> None:
        """Stop a job that still runs."""
        if self._task is not None:
            self._task.cancel()
        self.deleteLater()

    def attach(self, files: list[Path], code: str) -> None:
        """Attach photos: to one component, or, without a code, by time and place."""
        path = self._session.path
        if path is None or self._task is not None:
            return
        words = ["census", "photos", str(path), *map(str, files)]
        words += ["--component", code] if code else []
        words += ["--who", self._dock.surveyor.text().strip()]
        self._dock.page.say(tr("Reading photos…", "正在读取照片……"))
        self._task = CommandTask(tr("citygrid: photos", "citygrid：照片"), words, self._done)
        QgsApplication.taskManager().addTask(self._task)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._iface.mainWindow(), tr("Folder of photos", "照片文件夹")
        )
        if folder:
            self.attach([Path(folder)], "")

    def _dropped(self, files: list[Path]) -> None:
        folders = any(file.is_dir() for file in files)
        self.attach(files, "" if folders else self._capture.subject)

    def _done(self, result: CommandResult) -> None:
        self._task = None
        lines = [result.summary(), *result.problems()[:_NAMED]] if result.done else [result.error()]
        self._dock.page.say("\n".join(lines))
        if result.done:
            self._capture.show_component(self._capture.subject)
