"""The leader's board: asks the command for figures, shows them in the dock and on the map."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsProject, QgsSettings
from qgis.PyQt.QtCore import QDate, QObject
from qgis.PyQt.QtWidgets import QAction, QFileDialog

from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers.progress import hide_progress, show_progress
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.census_board import CensusBoard
    from citygrid_plugin.services.session import Session

_SINCE = "citygrid/census_since"


class BoardDesk(QObject):
    """Runs ``citygrid census progress`` in a child process, on demand."""

    def __init__(
        self, iface: QgisInterface, session: Session, board: CensusBoard, action: QAction
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._board, self._action = iface, session, board, action
        self._task: CommandTask | None = None
        self._tracks: list[str] = []
        self._folder = tempfile.TemporaryDirectory(prefix="citygrid_")
        self._files: tuple[Path, Path] | None = None
        self._runs = 0
        first = QDate.currentDate().toString("yyyy-MM") + "-01"
        board.set_since(str(QgsSettings().value(_SINCE, first)))
        board.refresh_wanted.connect(self.refresh)
        board.tracks_wanted.connect(self._choose_tracks)
        board.map_toggled.connect(self._show_map)
        action.triggered.connect(lambda _=False: show_beside(board))
        session.changed.connect(self._session_changed)
        self._path = session.path
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        if self._task is not None:
            self._task.cancel()
        hide_progress(QgsProject.instance())
        self._folder.cleanup()
        self.deleteLater()

    def refresh(self, since: str) -> None:
        """Compute the figures since a day."""
        path = self._session.path
        if path is None or self._task is not None:
            return
        QgsSettings().setValue(_SINCE, since)
        # Each run has files of its own: QGIS may still hold those of the last.
        self._runs += 1
        folder = Path(self._folder.name)
        files = folder / f"grids_{self._runs}.gpkg", folder / f"streets_{self._runs}.gpkg"
        words = ["census", "progress", str(path), "--since", since, "-o", str(files[0])]
        words += ["--streets", str(files[1])]
        for track in self._tracks:
            words += ["--tracks", track]
        self._board.refresh.setEnabled(False)
        self._board.show_said(tr("Computing…", "正在统计……"))

        def done(result: CommandResult) -> None:
            self._done(result, files)

        self._task = CommandTask(tr("citygrid: progress", "citygrid：普查进度"), words, done)
        QgsApplication.taskManager().addTask(self._task)

    def _done(self, result: CommandResult, files: tuple[Path, Path]) -> None:
        self._task = None
        self._board.refresh.setEnabled(self._session.path is not None)
        if not result.done:
            self._board.show_said(result.error())
            return
        self._files = files
        self._board.show_figures(result.report)
        if self._board.on_map.isChecked():
            self._show_map(True)

    def _show_map(self, on: bool) -> None:
        project = QgsProject.instance()
        if on and self._files is not None:
            show_progress(project, *self._files)
        else:
            hide_progress(project)

    def _choose_tracks(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self._iface.mainWindow(),
            tr("Tracks of the teams", "各组轨迹"),
            "",
            tr("Tracks", "轨迹") + " (*.gpx *.gpkg *.geojson *.shp *.csv)",
        )
        if files:
            self._tracks = files
            count = len(files)
            self._board.tracks.setText(tr(f"Tracks ({count})…", f"轨迹（{count}）…"))

    def _session_changed(self) -> None:
        there = self._session.path is not None
        self._action.setEnabled(there)
        self._board.refresh.setEnabled(there and self._task is None)
        if self._session.path != self._path:
            self._path, self._files = self._session.path, None
            self._board.on_map.setChecked(False)
            self._board.show_figures(None)
