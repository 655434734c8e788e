"""Temporary views of grids: the state that is pending, a division to look at, any day's layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsPalLayerSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE, VALID
from citygrid_plugin.layers.grids import GridLayers
from citygrid_plugin.layers.project import find_group, find_layer
from citygrid_plugin.layers.symbols import categorised, fill, label_rule, set_labels

if TYPE_CHECKING:
    from citygrid_core.grids import Policy

#: Families of history whose layers follow the day.
_DATED = ("grids", "grid_groups", "areas_county", "areas_street", "areas_community")

#: State of a cell to its name, fill and border.
STATES = {
    "created": (Text("new", "新设"), "0,114,178,60", palette.BLUE),
    "changed": (Text("border moved", "边界调整"), "230,159,0,55", palette.ORANGE),
}
SIZES = {
    "good": (Text("in the soft range", "在软区间内"), "0,158,115,45", palette.GRID),
    "odd": (Text("outside the soft range", "超出软区间"), "230,159,0,90", palette.GRID),
    "bad": (Text("outside the limits", "超出限值"), "213,94,0,140", palette.GRID),
}
PENDING, MENDED, TRIAL = "grids_pending", "grids_mended", "grids_trial"


class Cell(NamedTuple):
    """One polygon of a view: what it is called, its state, its area, its shape (shapely)."""

    label: str
    state: str
    area_m2: float
    shape: Any


def show_cells(
    project: QgsProject,
    role: str,
    title: Text,
    cells: Iterable[Cell],
    crs: QgsCoordinateReferenceSystem,
) -> QgsVectorLayer:
    """Show cells in the view `role`, above the grids; it is made when it is not there."""
    layer = find_layer(project, role)
    if layer is None:
        layer = _made(role, title, crs)
        project.addMapLayer(layer, False)
        group = find_group(project, GridLayers) or project.layerTreeRoot()
        group.insertLayer(0, layer)
    provider = layer.dataProvider()
    provider.truncate()
    features = []
    for label, state, area, shape in cells:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([label, state, float(area)])
        geometry = QgsGeometry()
        geometry.fromWkb(shape.wkb)
        feature.setGeometry(geometry)
        features.append(feature)
    provider.addFeatures(features)
    layer.updateExtents()
    layer.triggerRepaint()
    return layer


def _made(role: str, title: Text, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    layer = QgsVectorLayer("MultiPolygon", shown(title), "memory")
    layer.setCrs(crs)
    fields = (("code", QVariant.String), ("state", QVariant.String), ("area_m2", QVariant.Double))
    layer.dataProvider().addAttributes([QgsField(*field) for field in fields])
    layer.updateFields()
    layer.setCustomProperty(ROLE, role)
    # nothing is lost with it, so QGIS need not ask
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    states = SIZES if role == TRIAL else STATES
    made = [(key, fill(color, border, 0.5), shown(t)) for key, (t, color, border) in states.items()]
    layer.setRenderer(categorised('"state"', made))
    set_labels(
        layer,
        [
            label_rule(
                "concat(\"code\", '\\n', format_number(\"area_m2\", 0), ' m²')",
                palette.text_format(8.5, palette.INK, bold=role != TRIAL),
                from_scale=palette.SCALE_GRID_LABELS,
                placement=QgsPalLayerSettings.Placement.OverPoint,
                priority=9,
            )
        ],
    )
    return layer


def drop_view(project: QgsProject, role: str) -> None:
    """Take a view away."""
    layer = find_layer(project, role)
    if layer is not None:
        project.removeMapLayer(layer.id())


def size_state(area_m2: float, policy: Policy) -> str:
    """Return the key of `SIZES` for an area."""
    if not policy.limit_low_m2 <= area_m2 <= policy.limit_high_m2:
        return "bad"
    return "good" if policy.low_m2 <= area_m2 <= policy.high_m2 else "odd"


def hide_grids(project: QgsProject, codes: Iterable[str]) -> None:
    """Leave grids out of the layer of grids: a view shows them as they will be."""
    layer = find_layer(project, "grids")
    if layer is not None:
        listed = ", ".join("'" + code.replace("'", "''") + "'" for code in sorted(codes))
        _filter(layer, f'{VALID} AND "code" NOT IN ({listed})' if listed else VALID)


def show_day(project: QgsProject, day: str | None) -> None:
    """Show areas, grids and groups as they were on a day (ISO date); None: as they are now."""
    for role in _DATED:
        layer = find_layer(project, role)
        if layer is None:
            continue
        own = layer.customProperty("citygrid/filter") or layer.subsetString()
        layer.setCustomProperty("citygrid/filter", own)
        _filter(layer, own if day is None else own.replace(VALID, valid_on(day)))


def valid_on(day: str) -> str:
    """Return the condition for rows that were valid on a day: half-open dates."""
    return f'("valid_from" <= \'{day}\' AND ("valid_to" IS NULL OR "valid_to" > \'{day}\'))'


def _filter(layer: QgsVectorLayer, condition: str) -> None:
    if layer.subsetString() != condition:
        layer.setSubsetString(condition)
        layer.triggerRepaint()
