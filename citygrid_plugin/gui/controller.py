"""Between the widgets and the services: what happens when a button is pressed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsInterval,
    QgsProject,
    QgsSettings,
)
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QAction, QFileDialog, QMessageBox

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.dialogs.findings_dialog import FindingsDialog
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.components import ComponentLayers
from citygrid_plugin.layers.heat import VIEW, HeatLayers
from citygrid_plugin.layers.project import find_layer, is_shown, show_group
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.main_dock import MainDock
    from citygrid_plugin.services.session import Session

_LAST_FOLDER = "citygrid/last_folder"


class Controller(QObject):
    """Connects session, panel and heat."""

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        dock: MainDock,
        heat_action: QAction,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface = iface
        self._session = session
        self._dock = dock
        self._heat = heat_action
        self._task: CommandTask | None = None
        self._dialog: FindingsDialog | None = None
        self._hidden_for_heat = False
        dock.open_wanted.connect(self.choose_workspace)
        dock.refresh_wanted.connect(self.refresh)
        dock.verify_wanted.connect(self.verify)
        dock.heat_toggled.connect(self.show_heat)
        session.changed.connect(self._session_changed)
        root = QgsProject.instance().layerTreeRoot()
        root.visibilityChanged.connect(self._heat_changed)
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        root = QgsProject.instance().layerTreeRoot()
        root.visibilityChanged.disconnect(self._heat_changed)
        self._session.changed.disconnect(self._session_changed)
        if self._task is not None:
            self._task.cancel()
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
        self.deleteLater()

    def workspace(self) -> Path | None:
        """Return the workspace that is open."""
        return self._session.path

    def choose_workspace(self) -> None:
        """Let the user pick a workspace file, then open it."""
        folder = QgsSettings().value(_LAST_FOLDER, "")
        chosen, _ = QFileDialog.getOpenFileName(
            self._iface.mainWindow(),
            tr("Open a workspace", "打开城市工作库"),
            folder,
            tr("citygrid workspace (*.gpkg)", "城市工作库 (*.gpkg)"),
        )
        if chosen and self._may_leave_project():
            QgsSettings().setValue(_LAST_FOLDER, str(Path(chosen).parent))
            self.open(Path(chosen))

    def _may_leave_project(self) -> bool:
        if not QgsProject.instance().isDirty():
            return True
        answer = QMessageBox.question(
            self._iface.mainWindow(),
            "citygrid",
            tr(
                "The project has unsaved changes. Leave it?",
                "当前工程有未保存的更改，确定放弃吗？",
            ),
        )
        return bool(answer == QMessageBox.StandardButton.Yes)

    def open(self, path: Path) -> None:
        """Open a workspace as a project and zoom to the city."""
        try:
            self._session.open(path)
        except CitygridError as error:
            self._say(shown(error), Qgis.MessageLevel.Critical)
            return
        layer = find_layer(QgsProject.instance(), "areas_county")
        canvas = self._iface.mapCanvas()
        if layer is not None and not layer.extent().isEmpty():
            canvas.setDestinationCrs(QgsProject.instance().crs())
            extent = layer.extent()
            extent.scale(1.05)
            canvas.setExtent(extent)
            canvas.refresh()
        self._through_time()
        QgsProject.instance().setDirty(False)

    def _through_time(self) -> None:
        """Let the temporal controller step through the days of the project's cases."""
        settings = QgsProject.instance().timeSettings()
        controller = self._iface.mapCanvas().temporalController()
        if controller is not None and settings.temporalRange().begin().isValid():
            controller.setTemporalExtents(settings.temporalRange())
            controller.setFrameDuration(QgsInterval(1, settings.timeStepUnit()))

    def refresh(self) -> None:
        """Read the workspace anew."""
        try:
            self._session.refresh()
        except CitygridError as error:
            self._say(shown(error), Qgis.MessageLevel.Critical)

    def verify(self) -> None:
        """Verify the workspace in a child process; the findings come in a dialog."""
        path = self._session.path
        if path is None or self._task is not None:
            return
        title = tr("citygrid: verifying the workspace", "citygrid：检验工作库")
        self._task = CommandTask(title, ["verify", str(path)], self._verified)
        self._dock.verify_button.setEnabled(False)
        self._dock.show_verified(tr("Verifying…", "正在检验……"))
        QgsApplication.taskManager().addTask(self._task)

    def _verified(self, result: CommandResult) -> None:
        self._task = None
        self._dock.verify_button.setEnabled(self._session.path is not None)
        if not result.done:
            self._dock.show_verified(result.error())
            return
        findings = result.problems()
        if not findings:
            self._dock.show_verified(tr("✔ Verified: no findings.", "✔ 检验通过：未发现问题。"))
            return
        said = tr(f"✘ Verified: {len(findings)} findings.", f"✘ 检验发现 {len(findings)} 个问题。")
        self._dock.show_verified(said)
        self._dialog = FindingsDialog(
            tr("citygrid: findings", "citygrid：检验结果"), said, findings, self._iface.mainWindow()
        )
        self._dialog.show()

    def show_heat(self, on: bool) -> None:
        """Show or hide the choropleth; components step back while it is shown."""
        project = QgsProject.instance()
        if on:
            self._hidden_for_heat = is_shown(project, ComponentLayers)
            show_group(project, ComponentLayers, False)
        elif self._hidden_for_heat:
            show_group(project, ComponentLayers, True)
        show_group(project, HeatLayers, on)
        self._heat_changed()

    def _heat_changed(self, *_: object) -> None:
        on = is_shown(QgsProject.instance(), HeatLayers)
        self._dock.heat.setChecked(on)
        self._heat.setChecked(on)
        layer = find_layer(QgsProject.instance(), VIEW)
        self._dock.legend.show_layer(layer if on else None)

    def _session_changed(self) -> None:
        summary = self._session.summary
        self._dock.show_summary(summary)
        self._heat.setEnabled(summary is not None)
        self._heat_changed()

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        seconds = 0 if level == Qgis.MessageLevel.Critical else 8
        self._iface.messageBar().pushMessage("citygrid", text, level, seconds)
