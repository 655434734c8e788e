"""The workspace that is open in this QGIS."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qgis.core import QgsProject, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from citygrid_plugin.i18n import language, shown
from citygrid_plugin.layers.base import ROLE, MapSource
from citygrid_plugin.layers.project import LAYER_GROUPS, build_project, find_layer

if TYPE_CHECKING:
    from citygrid_core.workspace import Workspace


@dataclass(frozen=True)
class Summary:
    """What the dock says of a workspace.

    Attributes
    ----------
    edition, standard : str
        Identifier and title of the edition.
    counts : dict
        Rows valid now by family.
    """

    path: Path
    name: str
    edition: str
    standard: str
    crs: str
    counts: dict[str, int] = field(default_factory=dict)
    last_entry: str = ""
    head: str = ""


def open_workspace(path: Path) -> Workspace:
    """Open the store; connections are short, so that other processes never wait for QGIS."""
    from citygrid_core.workspace import Workspace

    return Workspace.open(path)


class Session(QObject):
    """Opens a workspace as a project and answers questions about it.

    Signals
    -------
    changed()
        Another workspace is open, or none, or its content was read anew.
    """

    changed = pyqtSignal()

    def __init__(self, project: QgsProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._summary: Summary | None = None
        project.readProject.connect(self._project_read)
        project.cleared.connect(self._project_cleared)

    def close(self) -> None:
        """Let go of the project: the mirror of the constructor."""
        self._project.readProject.disconnect(self._project_read)
        self._project.cleared.disconnect(self._project_cleared)
        self._summary = None

    @property
    def path(self) -> Path | None:
        """The workspace that is open."""
        return self._summary.path if self._summary else None

    @property
    def summary(self) -> Summary | None:
        """What is known of the workspace since it was last read."""
        return self._summary

    def classes(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the component and the event classes of the edition: code to name, as people read it."""
        from citygrid_core.standards import load_edition

        if self._summary is None:
            return {}, {}
        known = load_edition(self._summary.edition).catalogues
        return known["component"].names(language()), known["event"].names(language())

    def open(self, path: Path) -> None:
        """Replace the project's content by the styled layers of the workspace at `path`.

        Raises
        ------
        CitygridError
            The file is no workspace.
        """
        summary, source = read_source(path)
        self._project.clear()
        build_project(self._project, source, summary.crs)
        self._summary = summary
        self.changed.emit()

    def refresh(self) -> None:
        """Read the workspace anew and redraw its layers."""
        if self._summary is None:
            return
        self._summary, source = read_source(self._summary.path)
        for group in LAYER_GROUPS:
            group.refresh(self._project, source)
        for layer in self._project.mapLayers().values():
            if layer.customProperty(ROLE):
                layer.dataProvider().reloadData()
                layer.triggerRepaint()
        self.changed.emit()

    def _project_read(self, *_: Any) -> None:
        """Follow the user: a saved project of a workspace is that workspace."""
        layer = find_layer(self._project, "grids")
        path = workspace_path(layer) if layer is not None else None
        if path is None or not path.is_file():
            self._project_cleared()
            return
        self._summary, _ = read_source(path)
        self.changed.emit()

    def _project_cleared(self) -> None:
        if self._summary is not None:
            self._summary = None
            self.changed.emit()


def workspace_path(layer: QgsVectorLayer) -> Path | None:
    """Return the file behind a layer."""
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    return Path(parts["path"]) if parts.get("path") else None


def read_source(path: Path) -> tuple[Summary, MapSource]:
    """Read what the dock and the layers need to know of a workspace."""
    from citygrid_core.standards import load_edition
    from citygrid_core.workspace.schema import FAMILIES

    with open_workspace(path) as workspace:
        edition = load_edition(workspace.edition)
        journal = workspace.journal()
        first, last_day = workspace.span("heat_counts", "day")
        last = journal.iloc[-1] if len(journal) else None
        zone = str(workspace.meta.get("timezone", "UTC"))
        summary = Summary(
            path=path,
            name=workspace.name,
            edition=edition.id,
            standard=shown(edition.title),
            crs=workspace.crs.to_string(),
            counts={name: workspace.count(name) for name in FAMILIES},
            last_entry="" if last is None else f"{_local(last['at'], zone)}  {last['operation']}",
            head=workspace.head,
        )
    known = edition.catalogues["component"]
    source = MapSource(
        path=path,
        name=summary.name,
        major_classes=known.major_names(language()),
        component_classes=known.names(language()),
        event_classes=edition.catalogues["event"].names(language()),
        translated={c.name: c.name_en for c in known.classes.values() if c.name_en}
        if language() == "en"
        else {},
        heat_period=(str(first or ""), str(last_day or "")),
    )
    return summary, source


def _local(at: str, zone: str) -> str:
    """Return an instant of the journal (UTC) on the wall clock of the city."""
    instant = datetime.fromisoformat(str(at).replace("Z", "+00:00"))
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
