"""A workspace as a styled, grouped project."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsLayerTreeGroup,
    QgsLayerTreeModel,
    QgsMapThemeCollection,
    QgsProject,
    QgsReferencedRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, QTime
from qgis.PyQt.QtGui import QColor

from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.areas import AreaLayers
from citygrid_plugin.layers.base import ROLE, LayerGroup, MapSource
from citygrid_plugin.layers.cases import CaseLayers
from citygrid_plugin.layers.components import ComponentLayers
from citygrid_plugin.layers.duties import prepare_duty_forms
from citygrid_plugin.layers.grids import GridLayers
from citygrid_plugin.layers.heat import HeatLayers
from citygrid_plugin.layers.places import PlaceLayers
from citygrid_plugin.layers.registers import DutyLayers, RegisterTables

#: From the top of the map to its bottom.
LAYER_GROUPS: tuple[LayerGroup, ...] = (
    CaseLayers(),
    ComponentLayers(),
    AreaLayers(),
    GridLayers(),
    DutyLayers(),
    HeatLayers(),
    PlaceLayers(),
    RegisterTables(),
)
GROUP = "citygrid/group"


def build_project(
    project: QgsProject, source: MapSource, crs: str, extra: Sequence[LayerGroup] = ()
) -> None:
    """Fill an empty project with the layers of a workspace.

    Parameters
    ----------
    crs : str
        The workspace's CRS, as EPSG code or WKT.
    extra : sequence of LayerGroup
        Groups drawn below all others, e.g. a base map.
    """
    reference = QgsCoordinateReferenceSystem()
    reference.createFromUserInput(crs)
    project.setCrs(reference)
    project.setFilePathStorage(Qgis.FilePathType.Relative)
    project.setTitle(source.name or source.path.stem)
    project.setBackgroundColor(QColor("#fbfaf7"))
    project.writeEntry("Measure", "/AreaUnits", "m2")
    for group in (*LAYER_GROUPS, *extra):
        _add(project, group, source)
    prepare_duty_forms(project, source)
    areas = find_layer(project, "areas_county")
    if areas is not None and not areas.extent().isEmpty():
        extent = areas.extent()
        extent.scale(1.05)
        project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(extent, areas.crs()))
    _through_time(project)
    _themes(project)


def _through_time(project: QgsProject) -> None:
    """Set the time of the project: the days of its cases, a day to a step."""
    cases = find_layer(project, "cases")
    if cases is None:
        return
    at = cases.fields().indexOf("reported_at")
    first, last = cases.minimumValue(at), cases.maximumValue(at)
    if not isinstance(first, QDateTime) or not isinstance(last, QDateTime):
        return
    start, end = (
        QDateTime(first.date(), QTime(0, 0)),
        QDateTime(last.date().addDays(1), QTime(0, 0)),
    )
    settings = project.timeSettings()
    settings.setTemporalRange(QgsDateTimeRange(start, end, True, False))
    settings.setTimeStep(1)
    settings.setTimeStepUnit(QgsUnitTypes.TemporalUnit.TemporalDays)


def _add(project: QgsProject, group: LayerGroup, source: MapSource) -> None:
    layers = [layer for layer in group.layers(source) if layer.isValid()]
    if not layers:
        return
    node = project.layerTreeRoot().addGroup(shown(group.title))
    node.setCustomProperty(GROUP, type(group).__name__)
    for layer in layers:
        project.addMapLayer(layer, False)
        node.addLayer(layer).setExpanded(False)
    node.setExpanded(group.expanded)
    node.setItemVisibilityCheckedRecursive(group.shown)


def find_layer(project: QgsProject, role: str) -> QgsVectorLayer | None:
    """Return the project's layer that plays `role`, whatever the user called it."""
    for layer in project.mapLayers().values():
        if layer.customProperty(ROLE) == role:
            return layer
    return None


def find_group(project: QgsProject, kind: type[LayerGroup]) -> QgsLayerTreeGroup | None:
    """Return the group of the tree that was made by a class of layers."""
    for node in project.layerTreeRoot().findGroups():
        if node.customProperty(GROUP) == kind.__name__:
            return node
    return None


def show_group(project: QgsProject, kind: type[LayerGroup], visible: bool) -> None:
    """Show or hide a group, with everything in it when it is shown."""
    node = find_group(project, kind)
    if node is not None:
        if visible:
            node.setItemVisibilityCheckedRecursive(True)
        else:
            node.setItemVisibilityChecked(False)


def is_shown(project: QgsProject, kind: type[LayerGroup]) -> bool:
    """Return whether a group is drawn."""
    node = find_group(project, kind)
    return node is not None and node.isVisible()


def _themes(project: QgsProject) -> None:
    """Store two views of the project: what is there, and how hot it is."""
    root, themes = project.layerTreeRoot(), project.mapThemeCollection()
    for title, visible in (
        (tr("Components", "部件图"), {ComponentLayers: True, HeatLayers: False}),
        (tr("Heat", "热力图"), {ComponentLayers: False, HeatLayers: True}),
    ):
        for kind, on in visible.items():
            show_group(project, kind, on)
        model = QgsLayerTreeModel(root)
        themes.insert(title, QgsMapThemeCollection.createThemeFromCurrentState(root, model))
    show_group(project, HeatLayers, False)
    show_group(project, ComponentLayers, True)
