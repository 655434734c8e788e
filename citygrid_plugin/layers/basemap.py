"""A base map from files at hand: parks, water, buildings, roads, railways.

A workspace holds what the city manages, not the ground under it. A GeoPackage
with layers of these names (as the sample city writes) is drawn pale below it.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsPalLayerSettings, QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE, LayerGroup, MapSource
from citygrid_plugin.layers.symbols import (
    cased_line,
    categorised,
    fill,
    label_rule,
    line,
    set_labels,
    show_between,
    single,
)

_LAND = {
    "water": (Text("water", "水系"), "#bcd9ea", None),
    "parks": (Text("parks", "公园绿地"), "#d3e6c4", None),
    "compounds": (Text("compounds", "院落小区"), "#f3eee3", "#ddd2bd"),
    "buildings": (Text("buildings", "建筑物"), "#e2dcd1", "#cbc3b4"),
}
_ORDER = ("barriers", "roads", "buildings", "parks", "compounds", "water")


class BaseMap(LayerGroup):
    """Layers of a base map file, pale, under everything else."""

    title = Text("Base map", "底图")

    def __init__(self, path: Path) -> None:
        self.path = path

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the layers that the file has, the topmost first."""
        made = []
        for name in _ORDER:
            layer = QgsVectorLayer(f"{self.path}|layername={name}", name, "ogr")
            if not layer.isValid():
                continue
            layer.setCustomProperty(ROLE, f"base_{name}")
            layer.setReadOnly(True)
            if name == "roads":
                self._roads(layer)
            elif name == "barriers":
                self._barriers(layer)
            else:
                title, color, border = _LAND[name]
                layer.setName(shown(title))
                layer.setRenderer(single(fill(color, border)))
                if name == "buildings":
                    show_between(layer, 15_000)
                if name in ("parks", "compounds"):
                    self._name(layer, "#5f7f4a" if name == "parks" else "#8a7a58")
            made.append(layer)
        return made

    def _name(self, layer: QgsVectorLayer, color: str) -> None:
        set_labels(
            layer,
            [
                label_rule(
                    '"name"',
                    palette.text_format(7.5, color),
                    from_scale=palette.SCALE_PLACES,
                    placement=QgsPalLayerSettings.Placement.Horizontal,
                    priority=2,
                )
            ],
        )

    def _roads(self, layer: QgsVectorLayer) -> None:
        layer.setName(shown(Text("roads", "道路")))
        symbol = cased_line("#ffffff", 0.9, "#c4beb3")
        layer.setRenderer(single(symbol))
        layer.renderer().setUsingSymbolLevels(True)

    def _barriers(self, layer: QgsVectorLayer) -> None:
        layer.setName(shown(Text("railways and walls", "铁路与围墙")))
        layer.setRenderer(
            categorised(
                '"kind"',
                [
                    ("railway", line("#6f6f6f", 0.5, style="dash"), shown(Text("railway", "铁路"))),
                    ("wall", line("#b0a58f", 0.25), shown(Text("wall", "围墙"))),
                    ("river", line("#8fbdd8", 0.4), shown(Text("river bank", "河流"))),
                ],
            )
        )
