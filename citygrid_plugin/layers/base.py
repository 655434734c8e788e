"""How a table of a workspace becomes a layer of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qgis.core import QgsProject, QgsProviderRegistry, QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import Family
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers.fields import apply_fields

#: Custom property by which a project layer is found again, whatever its name.
ROLE = "citygrid/role"
#: Rows that are valid now: history stays in the table.
VALID = '"valid_to" IS NULL'

#: QGIS reads a GeoPackage without locks by default, and loses sight of it ("unable to open
#: database file") once another process writes in WAL. With this it reads through the log too.
_SHARED = "QGIS_FORCE_WAL=ON"


@dataclass(frozen=True)
class MapSource:
    """What the layers have to know of a workspace.

    Attributes
    ----------
    path : Path
        The GeoPackage.
    name : str
        The city.
    major_classes, component_classes, event_classes : mapping
        Code to name, as people read those of the workspace's edition.
    translated : mapping
        Official names of component classes to what people read instead; empty in Chinese.
    heat_period : tuple of str
        First and last day of the cases counted; empty texts when there are none.
    """

    path: Path
    name: str = ""
    major_classes: Mapping[str, str] = field(default_factory=dict)
    component_classes: Mapping[str, str] = field(default_factory=dict)
    event_classes: Mapping[str, str] = field(default_factory=dict)
    translated: Mapping[str, str] = field(default_factory=dict)
    heat_period: tuple[str, str] = ("", "")

    def layer(
        self,
        table: str,
        title: Text,
        *,
        family: Family | None = None,
        role: str = "",
        where: str = "",
        classes: Mapping[str, str] | None = None,
    ) -> QgsVectorLayer:
        """Return a layer of `table` with its aliases and value lists.

        Rows that are no longer valid are left out when the family has history;
        `where` narrows further.
        """
        conditions = [where] if where else []
        if family is not None and family.history:
            conditions.insert(0, VALID)
        uri = QgsProviderRegistry.instance().encodeUri(
            "ogr",
            {
                "path": str(self.path),
                "layerName": table,
                "openOptions": [_SHARED],
                "subset": " AND ".join(conditions),
            },
        )
        options = QgsVectorLayer.LayerOptions()
        options.loadDefaultStyle = False
        layer = QgsVectorLayer(uri, shown(title), "ogr", options)
        layer.setCustomProperty(ROLE, role or table)
        if family is not None:
            apply_fields(layer, family, classes or {})
        return layer


class LayerGroup:
    """One group of the project's tree: the only place that knows its layers' names and symbols."""

    title: Text
    #: Whether the group is drawn when a workspace is opened.
    shown = True
    expanded = False

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the layers, the topmost first, styled; tables that are absent are left out."""
        raise NotImplementedError

    def tables(self, source: MapSource) -> dict[str, QgsVectorLayer]:
        """Return for each table one layer whose style shows all of it, without the plugin."""
        return {layer.customProperty(ROLE): layer for layer in self.layers(source)}

    def refresh(self, project: QgsProject, source: MapSource) -> None:
        """Adapt symbols to data that changed; most groups have nothing to adapt."""
