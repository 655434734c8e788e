"""Counties, streets and communities: outlines and names."""

from __future__ import annotations

from qgis.core import (
    QgsPalLayerSettings,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import AREAS
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import label_rule, outline, set_labels, single

# level, title, colour, width (mm), label size (pt), labels between these scales
_LEVELS = (
    ("county", Text("counties", "区县"), palette.COUNTY, 0.8, 13.0, (0, 50_000)),
    ("street", Text("streets (subdistricts)", "街道"), palette.STREET, 0.6, 11.0, (120_000, 9_000)),
    ("community", Text("communities", "社区"), palette.COMMUNITY, 0.45, 9.5, (30_000, 1_500)),
)


class AreaLayers(LayerGroup):
    """The administrative areas, the larger drawn over the smaller."""

    title = Text("Areas", "行政区域")

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return one layer for each level."""
        return [self._level(source, *level) for level in _LEVELS]

    def tables(self, source: MapSource) -> dict[str, QgsVectorLayer]:
        """Return the table as one layer: a rule for each level, the larger on top."""
        layer = source.layer("areas", self.title, family=AREAS)
        drawing = QgsRuleBasedRenderer.Rule(None)
        labels = []
        for level, title, color, width, *how in reversed(_LEVELS):
            where = f"\"level\" = '{level}'"
            symbol = outline(color, width)
            rule = QgsRuleBasedRenderer.Rule(symbol, 0, 0, where, shown(title))
            drawing.appendChild(rule)
            labels.append(_label(color, *how, where=where))
        layer.setRenderer(QgsRuleBasedRenderer(drawing))
        set_labels(layer, labels)
        return {"areas": layer}

    def _level(
        self,
        source: MapSource,
        level: str,
        title: Text,
        color: str,
        width: float,
        size: float,
        scales: tuple[float, float],
    ) -> QgsVectorLayer:
        layer = source.layer(
            "areas", title, family=AREAS, role=f"areas_{level}", where=f"\"level\" = '{level}'"
        )
        layer.setRenderer(single(outline(color, width)))
        set_labels(layer, [_label(color, size, scales)])
        return layer


def _label(
    color: str, size: float, scales: tuple[float, float], *, where: str = ""
) -> QgsRuleBasedLabeling.Rule:
    return label_rule(
        '"name"',
        palette.text_format(size, color, bold=True, halo=1.0),
        from_scale=scales[0],
        to_scale=scales[1],
        where=where,
        placement=QgsPalLayerSettings.Placement.Horizontal,
        priority=9,
    )
