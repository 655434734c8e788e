"""Unit grids, drawn magenta and labelled by their codes; and groups of them."""

from __future__ import annotations

from qgis.core import QgsPalLayerSettings, QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import GRID_GROUPS, GRIDS
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import label_rule, outline, set_labels, show_between, single

_INSIDE = QgsPalLayerSettings.Placement.OverPoint


class GridLayers(LayerGroup):
    """The unit grids and the groups made of them."""

    title = Text("Unit grids", "单元网格")

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the layer of grids and that of grid groups."""
        return [self._groups(source), self._grids(source)]

    def _grids(self, source: MapSource) -> QgsVectorLayer:
        layer = source.layer("grids", Text("unit grids", "单元网格"), family=GRIDS)
        layer.setRenderer(single(outline(palette.GRID, 0.26)))
        # In a community's map the last three digits tell the grids apart; the rest is the same.
        set_labels(
            layer,
            [
                label_rule(
                    'right("code", 3)',
                    palette.text_format(7.0, palette.GRID, halo=0.5),
                    from_scale=palette.SCALE_GRID_LABELS,
                    to_scale=palette.SCALE_FULL_CODES,
                    placement=_INSIDE,
                    priority=4,
                ),
                label_rule(
                    '"code"',
                    palette.text_format(8.0, palette.GRID, bold=True),
                    from_scale=palette.SCALE_FULL_CODES,
                    placement=_INSIDE,
                    priority=6,
                ),
            ],
        )
        show_between(layer, palette.SCALE_GRIDS)
        layer.setMapTipTemplate(
            '<b>[% "code" %]</b><br>[% round("area_m2") %] m²<br>[% coalesce("reason", \'\') %]'
        )
        return layer

    def _groups(self, source: MapSource) -> QgsVectorLayer:
        layer = source.layer("grid_groups", Text("grid groups", "网格组"), family=GRID_GROUPS)
        layer.setRenderer(single(outline(palette.VERMILION, 0.6)))
        set_labels(
            layer,
            [
                label_rule(
                    'coalesce("name", "code")',
                    palette.text_format(9.0, palette.VERMILION, bold=True),
                    from_scale=palette.SCALE_STREETS,
                    placement=_INSIDE,
                )
            ],
        )
        return layer
