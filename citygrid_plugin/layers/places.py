"""The gazetteer: streets, blocks and zones, door plates and points of interest."""

from __future__ import annotations

from qgis.core import QgsPalLayerSettings, QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES, PLACES
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import (
    cased_line,
    categorised,
    fill,
    label_rule,
    marker,
    outline,
    set_labels,
    show_between,
    single,
)

_KINDS = CHOICES["place_kind"]
_P = QgsPalLayerSettings.Placement


class PlaceLayers(LayerGroup):
    """Places that addresses are matched against."""

    title = Text("Places", "地名地址")

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return plates and points of interest, streets, and zones."""
        return [self._points(source), self._streets(source), self._zones(source)]

    def _points(self, source: MapSource) -> QgsVectorLayer:
        layer = source.layer("places_point", Text("plates and POIs", "门牌与兴趣点"), family=PLACES)
        layer.setRenderer(
            categorised(
                '"kind"',
                [
                    ("poi", marker("star", "#8c510a", 2.2), shown(_KINDS["poi"])),
                    ("plate", marker("square", palette.GREY, 0.9, width=0), shown(_KINDS["plate"])),
                    ("", marker("circle", palette.GREY, 1.0), shown(Text("other", "其他"))),
                ],
            )
        )
        around = _P.OrderedPositionsAroundPoint
        set_labels(
            layer,
            [
                label_rule(
                    '"name"',
                    palette.text_format(7.5, "#6b3d08"),
                    from_scale=palette.SCALE_PLACES,
                    where="\"kind\" = 'poi'",
                    placement=around,
                    priority=3,
                ),
                label_rule(
                    'coalesce("number", "name")',
                    palette.text_format(5.5, palette.GREY, halo=0.4),
                    from_scale=palette.SCALE_NAMES,
                    where="\"kind\" = 'plate'",
                    placement=around,
                    priority=1,
                ),
            ],
        )
        show_between(layer, palette.SCALE_PLACES)
        return layer

    def _streets(self, source: MapSource) -> QgsVectorLayer:
        layer = source.layer("places_line", Text("streets and lanes", "街巷"), family=PLACES)
        layer.setRenderer(single(cased_line("#ffffff", 0.9, "#b9b4ac")))
        layer.renderer().setUsingSymbolLevels(True)
        # Lanes are named only where there is room for them.
        lane = "regexp_match(\"name\", '[巷里弄]$') > 0"
        rules = []
        for where, scale in ((f"NOT ({lane})", 15_000), (lane, 3_500)):
            rule = label_rule(
                '"name"',
                palette.text_format(7.0, "#4d4d4d"),
                from_scale=scale,
                where=where,
                placement=_P.Curved,
                priority=3,
            )
            settings = rule.settings()
            settings.repeatDistance = 90.0
            rule.setSettings(settings)
            rules.append(rule)
        set_labels(layer, rules)
        show_between(layer, palette.SCALE_STREETS)
        return layer

    def _zones(self, source: MapSource) -> QgsVectorLayer:
        layer = source.layer(
            "places_polygon", Text("zones and blocks", "片区与地片"), family=PLACES
        )
        layer.setRenderer(
            categorised(
                '"kind"',
                [
                    ("zone", fill("#f1ece1", "#cfc4ad", 0.15), shown(_KINDS["zone"])),
                    ("block", fill("#f6f3ea", "#d8d0be", 0.15), shown(_KINDS["block"])),
                    ("region", outline("#d8d0be", 0.15), shown(_KINDS["region"])),
                ],
            )
        )
        set_labels(
            layer,
            [
                label_rule(
                    '"name"',
                    palette.text_format(7.5, "#7a6a48"),
                    from_scale=palette.SCALE_PLACES,
                    where="\"kind\" <> 'region'",
                    placement=_P.Horizontal,
                    priority=2,
                )
            ],
        )
        show_between(layer, palette.SCALE_STREETS)
        return layer
