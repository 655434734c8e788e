"""An indicator on the map: areas coloured by it, or the cases of groups that are no areas."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsGraduatedSymbolRenderer,
    QgsLayerTreeGroup,
    QgsPalLayerSettings,
    QgsPointXY,
    QgsProject,
    QgsRendererRange,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant

from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.layers.heat import nice_breaks
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.layers.symbols import fill, label_rule, marker, set_labels
from citygrid_plugin.services.slices import some

T = TypeVar("T")
GROUP = "citygrid_evaluation"
VIEW, BEHIND = "evaluation", "evaluation_cases"
#: From bad to good: ColorBrewer's RdYlBu, told apart by colour-blind readers; and one colour
#: growing darker, where neither is better.
GOOD = ("#d73027", "#fc8d59", "#fee090", "#e0f3f8", "#91bfdb", "#4575b4")
NEUTRAL = ("#edf8fb", "#bfd3e6", "#9ebcda", "#8c96c6", "#8856a7", "#810f7c")
_CLASSES = 5


def breaks(values: Sequence[float], kind: str) -> list[float]:
    """Return class bounds: round, by quantiles; those of rates between 0 and 1.

    Parameters
    ----------
    values : sequence of float
        What the groups have; NaN left out.
    kind : str
        count, rate or mean.
    """
    known = sorted(v for v in values if math.isfinite(v))
    if not known:
        return []
    if kind != "rate":
        bounds = nice_breaks([v for v in known if v > 0], _CLASSES)
        return bounds or [0.0, 1.0]
    step = 0.05 if known[-1] - known[0] > 0.1 else 0.01
    low, high = math.floor(known[0] / step) * step, math.ceil(known[-1] / step) * step
    bounds = [low]
    for i in range(1, _CLASSES):
        bound = round(round(known[int(i / _CLASSES * (len(known) - 1))] / step) * step, 4)
        if bounds[-1] < bound < high:
            bounds.append(bound)
    bounds.append(max(high, bounds[-1] + step))
    wanted = min(_CLASSES, len(set(known)))
    few = len(bounds) - 1 < min(wanted, 3)
    if few or (len(bounds) < _CLASSES and high - low >= 0.5):
        # few groups, or most have the same: even classes tell more
        even = [low + i * (bounds[-1] - low) / wanted for i in range(wanted + 1)]
        bounds = sorted({round(bound, 2) for bound in even})
    return bounds


def renderer(
    values: Sequence[float], kind: str, better: int, unit: str, *, points: bool = False
) -> QgsGraduatedSymbolRenderer:
    """Return classes of an indicator with their colours and bounds in its unit."""
    bounds = breaks(values, kind)
    colors = GOOD if better > 0 else GOOD[::-1] if better < 0 else NEUTRAL
    count = max(1, len(bounds) - 1)
    ranges = []
    for i, (low, high) in enumerate(pairwise(bounds)):
        color = colors[round(i * (len(colors) - 1) / max(1, count - 1))]
        symbol: QgsSymbol = (
            marker("circle", color, 2.4, border="#333333")
            if points
            else fill(color, "#ffffff", 0.15)
        )
        label = f"{_between(low, high, kind, first=i == 0)} {unit}".strip()
        ranges.append(QgsRendererRange(low, high, symbol, label))
    return QgsGraduatedSymbolRenderer('"value"', ranges)


def _between(low: float, high: float, kind: str, *, first: bool) -> str:
    """Write a class; a bound belongs to the class below it, so counts begin with the next one."""
    factor = 100 if kind == "rate" else 1
    if kind == "count" and not first:
        low = math.floor(low) + 1.0
    return f"{low * factor:g}" + (f" – {high * factor:g}" if high > low else "")


def show_areas(
    project: QgsProject,
    shapes: Sequence[tuple[str, bytes]],
    crs: Any,
    rows: Mapping[str, Any],
    title: str,
    style: QgsGraduatedSymbolRenderer,
) -> Iterator[None]:
    """Colour areas by an indicator, in slices.

    Parameters
    ----------
    shapes : sequence of (code, WKB of a multipolygon)
    rows : mapping
        Code to a row with name, value, text (the value as people read it), numerator, denominator.
    """
    layer = _view(project, VIEW, "MultiPolygon", crs)
    _look(layer, title, style)
    set_labels(
        layer,
        [
            label_rule(
                "concat(\"name\", '\\n', \"text\")", palette.text_format(8.0, palette.INK),
                from_scale=palette.SCALE_STREETS * 4,
                placement=QgsPalLayerSettings.Placement.OverPoint, priority=6,
                where='"code" <> "name"',
            )
        ],
    )  # fmt: skip
    fields = layer.fields()

    def made(shape: tuple[str, bytes]) -> QgsFeature:
        code, wkb = shape
        feature = QgsFeature(fields)
        feature.setAttributes([code, *_told(rows.get(code))])
        geometry = QgsGeometry()
        geometry.fromWkb(wkb)
        feature.setGeometry(geometry)
        return feature

    yield from _filled(project, layer.id(), shapes, made)


def show_points(
    project: QgsProject,
    crs: Any,
    points: Sequence[tuple[float, float, str, Any]],
    title: str,
    style: QgsGraduatedSymbolRenderer,
) -> Iterator[None]:
    """Colour the cases of groups that are no areas, in slices: x, y, group, and the group's row."""
    layer = _view(project, VIEW, "Point", crs)
    _look(layer, title, style)
    fields = layer.fields()

    def made(point: tuple[float, float, str, Any]) -> QgsFeature:
        x, y, code, row = point
        return _point(fields, x, y, [code, *_told(row)])

    yield from _filled(project, layer.id(), points, made)


def show_behind(
    project: QgsProject, crs: Any, cases: Sequence[tuple[float, float, str, bool]], title: str
) -> Iterator[None]:
    """Mark the cases behind a number, in slices: x, y, number, and whether it counts above the line."""
    from citygrid_plugin.layers.symbols import categorised

    layer = _view(project, BEHIND, "Point", crs)
    style = categorised(
        '"value"',
        [
            (1.0, marker("circle", palette.BLUE, 2.4), tr("counts", "计入")),
            (0.0, marker("circle", "#ffffff", 2.4, border=palette.VERMILION, width=0.5),
             tr("in the base only", "仅在基数内")),
        ],
    )  # fmt: skip
    _look(layer, title, style)
    fields = layer.fields()

    def made(case: tuple[float, float, str, bool]) -> QgsFeature:
        x, y, number, above = case
        return _point(fields, x, y, [number, number, 1.0 if above else 0.0, "", None, None])

    yield from _filled(project, layer.id(), cases, made)


def _point(fields: Any, x: float, y: float, attributes: list[Any]) -> QgsFeature:
    feature = QgsFeature(fields)
    feature.setAttributes(attributes)
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
    return feature


def _filled(
    project: QgsProject, layer_id: str, rows: Sequence[T], made: Callable[[T], QgsFeature]
) -> Iterator[None]:
    """Add features a few at a time, as long as the layer is there."""
    for these in some(rows):
        layer = project.mapLayer(layer_id)
        if layer is None:
            return
        layer.dataProvider().addFeatures([made(row) for row in these])
        yield
    layer = project.mapLayer(layer_id)
    if layer is not None:
        layer.updateExtents()
        layer.triggerRepaint()


def hide_evaluation(project: QgsProject, role: str = "") -> None:
    """Take one view, or all, off the project."""
    root = project.layerTreeRoot()
    for group in root.findGroups():
        if group.customProperty("citygrid/group") == GROUP:
            for layer in [n.layer() for n in group.findLayers()]:
                if layer is not None and role in ("", layer.customProperty(ROLE)):
                    project.removeMapLayer(layer.id())
            if not group.findLayers():
                root.removeChildNode(group)


_COLUMNS = ("name", "value", "text", "numerator", "denominator")


def _told(row: Any) -> list[Any]:
    """Return what a row says, None where it has no value."""
    said = [getattr(row, n, None) for n in _COLUMNS]
    return [None if v != v else v for v in said]


def _look(layer: QgsVectorLayer, title: str, style: Any) -> None:
    layer.setName(title)
    layer.setRenderer(style)
    layer.setMapTipTemplate('<b>[% "name" %]</b><br>[% "text" %]')


def _view(project: QgsProject, role: str, kind: str, crs: Any) -> QgsVectorLayer:
    """Return an empty view; one of another geometry is made anew."""
    held = find_layer(project, role)
    if held is not None:
        project.removeMapLayer(held.id())
    layer = QgsVectorLayer(kind, role, "memory")
    own = QgsCoordinateReferenceSystem()
    own.createFromUserInput(crs.to_string())
    layer.setCrs(own)
    number = ("value", "numerator", "denominator")
    fields = [
        QgsField(n, QVariant.Double if n in number else QVariant.String)
        for n in ("code", *_COLUMNS)
    ]
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    aliases = (
        tr("code", "代码"), tr("name", "名称"), tr("value", "指标值"), tr("as text", "显示值"),
        tr("numerator", "分子"), tr("denominator", "分母"),
    )  # fmt: skip
    for at, alias in enumerate(aliases):
        layer.setFieldAlias(at, alias)
    layer.setCustomProperty(ROLE, role)
    # nothing is lost with it, so QGIS need not ask
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    layer.setOpacity(0.85 if kind != "Point" else 1.0)
    project.addMapLayer(layer, False)
    _group(project).insertLayer(0 if role == BEHIND else -1, layer)
    return layer


def _group(project: QgsProject) -> QgsLayerTreeGroup:
    root = project.layerTreeRoot()
    for group in root.findGroups():
        if group.customProperty("citygrid/group") == GROUP:
            return group
    group = root.insertGroup(0, tr("Evaluation", "综合评价"))
    group.setCustomProperty("citygrid/group", GROUP)
    return group
