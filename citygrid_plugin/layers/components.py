"""Municipal components: points, lines and polygons, a symbol for each major class."""

from __future__ import annotations

import json
from collections.abc import Mapping

from qgis.core import (
    QgsExpression,
    QgsPalLayerSettings,
    QgsProperty,
    QgsSymbol,
    QgsSymbolLayerUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QIcon

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import COMPONENTS
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import (
    categorised,
    fill,
    label_rule,
    line,
    marker,
    set_labels,
    show_between,
)

#: Major class -> (marker, colour, size in mm); the majors mean the same in all editions.
_SYMBOLS = {
    "01": ("circle", palette.BLUE, 1.7),
    "02": ("triangle", palette.ORANGE, 2.1),
    "03": ("square", palette.VERMILION, 1.6),
    "04": ("hexagon", palette.GREEN, 1.9),
    "05": ("diamond", palette.PURPLE, 2.0),
    "06": ("pentagon", palette.SKY, 1.9),
    "21": ("star", palette.GREY, 2.2),
}
_OTHER = ("cross_fill", palette.GREY, 1.9)
_REST = Text("other classes", "其他类别")


class ComponentLayers(LayerGroup):
    """The components of the census that are there now."""

    title = Text("Components", "部件")

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return one layer for each geometry, points on top."""
        return [
            self._layer(source, "components_point", Text("components (points)", "部件（点）")),
            self._layer(source, "components_line", Text("components (lines)", "部件（线）")),
            self._layer(source, "components_polygon", Text("components (areas)", "部件（面）")),
        ]

    def _layer(self, source: MapSource, table: str, title: Text) -> QgsVectorLayer:
        layer = source.layer(table, title, family=COMPONENTS, classes=source.component_classes)
        majors = source.major_classes or {code: code for code in _SYMBOLS}
        named = _named(source.translated)
        geometry = layer.geometryType()
        categories: list[tuple[object, QgsSymbol, str]] = [
            (code, _symbol(code, geometry), name) for code, name in majors.items()
        ]
        categories.append(("", _symbol("", geometry), shown(_REST)))
        layer.setRenderer(categorised('left("class_code", 2)', categories))
        points = geometry == QgsWkbTypes.GeometryType.PointGeometry
        set_labels(
            layer,
            [
                label_rule(
                    named,
                    palette.text_format(6.5, palette.INK, halo=0.5),
                    from_scale=800,
                    placement=(
                        QgsPalLayerSettings.Placement.OrderedPositionsAroundPoint
                        if points
                        else QgsPalLayerSettings.Placement.Horizontal
                    ),
                    priority=2,
                    distance=1.2 if points else 0.0,
                )
            ],
        )
        layer.setMapTipTemplate(
            f'<b>[% {named} %]</b><br>[% "code" %]<br>[% represent_value("state", \'state\') %]'
        )
        show_between(layer, palette.SCALE_COMPONENTS)
        return layer


def _named(translated: Mapping[str, str]) -> str:
    """Return the expression of a component's name: that of its class as people read it."""
    if not translated:
        return '"name"'
    said = QgsExpression.quotedString(json.dumps(translated, ensure_ascii=False))
    return f'coalesce(map_get(from_json({said}), "name"), "name")'


def _symbol(major: str, geometry: QgsWkbTypes.GeometryType) -> QgsSymbol:
    shape, color, size = _SYMBOLS.get(major, _OTHER)
    if geometry == QgsWkbTypes.GeometryType.PointGeometry:
        symbol = marker(shape, color, size)
        # Smaller on smaller maps, where there are more of them; larger where one is placed.
        shrink = (
            f"{size} * scale_linear(coalesce(@map_scale, 1000), 1000, 6000, 1, 0.62)"
            " * scale_linear(coalesce(@map_scale, 1000), 250, 1000, 1.8, 1)"
        )
        symbol.setDataDefinedSize(QgsProperty.fromExpression(shrink))
        return symbol
    if geometry == QgsWkbTypes.GeometryType.LineGeometry:
        return line(color, 0.6)
    pale = f"{color}40"  # QGIS reads #rrggbbaa
    return fill(_rgba(pale), color, 0.35)


def major_icon(major: str, size: int = 14) -> QIcon:
    """Return the point symbol of a major class as an icon, `size` pixels wide."""
    symbol = _symbol(major, QgsWkbTypes.GeometryType.PointGeometry)
    symbol.setSize(size * 0.2)
    symbol.setDataDefinedSize(QgsProperty())
    return QgsSymbolLayerUtils.symbolPreviewIcon(symbol, QSize(size, size))


def _rgba(hexed: str) -> str:
    """``#rrggbbaa`` as the ``r,g,b,a`` that symbol properties take."""
    return ",".join(str(int(hexed[i : i + 2], 16)) for i in (1, 3, 5, 7))
