"""Heat: cases per hectare of each unit grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qgis.core import (
    QgsGraduatedSymbolRenderer,
    QgsPalLayerSettings,
    QgsProject,
    QgsRendererRange,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import GRIDS
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE, LayerGroup, MapSource
from citygrid_plugin.layers.fields import apply_fields
from citygrid_plugin.layers.symbols import fill, label_rule, set_labels

VIEW = "heat_map"
RATE = "per_hectare"
#: Bounds before there is a case: a store carries a style that waits for them.
_NO_CASES = (0.0, 2.0, 5.0, 10.0, 20.0, 50.0, 200.0)
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def nice_breaks(values: Sequence[float], classes: int = 6) -> list[float]:
    """Return round class bounds by quantiles, closer together towards the hottest.

    Parameters
    ----------
    values : sequence of float
        Positive rates; zeros belong to no class and must be left out.
    classes : int
        Most classes wanted; fewer come back where bounds round to the same number.

    Returns
    -------
    list of float
        Bounds from 0 to a round number not below the largest value; empty without values.
    """
    ordered = sorted(values)
    if not ordered:
        return []
    top = _round_up(ordered[-1])
    bounds = [0.0]
    for i in range(1, classes):
        # Narrower shares towards the top: the few hottest grids must stand out.
        share = 1 - (1 - i / classes) ** 1.8
        bound = _round_near(ordered[int(share * (len(ordered) - 1))])
        if bounds[-1] < bound < top:
            bounds.append(bound)
    return [*bounds, top]


def _round_near(value: float) -> float:
    scale = 10.0 ** math.floor(math.log10(value))
    return min((step * scale for step in _STEPS), key=lambda bound: abs(bound - value))


def _round_up(value: float) -> float:
    scale = 10.0 ** math.floor(math.log10(value))
    return next(step * scale for step in _STEPS if step * scale >= value * (1 - 1e-12))


class HeatLayers(LayerGroup):
    """The choropleth of cases; grids without a case stay transparent."""

    title = Text("Heat", "案件热力")
    shown = False

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the choropleth."""
        layer = source.layer(VIEW, Text("cases per hectare", "案件密度（件/公顷）"))
        apply_fields(layer, GRIDS, {})
        for name, alias in (
            ("cases", tr("cases", "案件数")),
            (RATE, tr("cases per hectare", "案件密度（件/公顷）")),
        ):
            index = layer.fields().indexOf(name)
            if index >= 0:
                layer.setFieldAlias(index, alias)
        _adapt(layer, source)
        set_labels(
            layer,
            [
                label_rule(
                    f'format_number("{RATE}", 1)',
                    palette.text_format(7.0, palette.INK),
                    from_scale=palette.SCALE_FULL_CODES,
                    where='"cases" > 0',
                    placement=QgsPalLayerSettings.Placement.OverPoint,
                    priority=3,
                )
            ],
        )
        return [layer]

    def refresh(self, project: QgsProject, source: MapSource) -> None:
        """Choose the classes anew: more cases came, or other days."""
        for layer in project.mapLayers().values():
            if layer.customProperty(ROLE) == VIEW:
                _adapt(layer, source)


def _adapt(layer: QgsVectorLayer, source: MapSource) -> None:
    classify(layer)
    first, last = source.heat_period
    if first:
        layer.setName(
            tr(f"Cases per hectare, {first} to {last}", f"案件密度（件/公顷）{first} 至 {last}")
        )


def classify(layer: QgsVectorLayer) -> None:
    """Give the heat layer classes that suit the rates it has now."""
    rates, found = QgsVectorLayerUtils.getValues(layer, RATE)
    values = [float(v) for v in rates if found and isinstance(v, (int, float)) and v > 0]
    bounds = nice_breaks(values) or list(_NO_CASES)
    unit = tr("cases/ha", "件/公顷")
    # Few classes take colours from all over the ramp, not only its pale end.
    count = max(1, len(bounds) - 1)
    colors = [
        palette.HEAT[round(i * (len(palette.HEAT) - 1) / max(1, count - 1))] for i in range(count)
    ]
    ranges = [
        QgsRendererRange(low, high, fill(color, "#ffffff", 0.12), f"{low:g} – {high:g} {unit}")
        for low, high, color in zip(bounds, bounds[1:], colors, strict=False)
    ]
    # Zero is no class: without a case a grid is not drawn.
    ranges[0].setLabel(f"> {ranges[0].label()}")
    # A grid without cases is null here, and what is null is not drawn.
    layer.setRenderer(QgsGraduatedSymbolRenderer(f'nullif("{RATE}", 0)', ranges))
    layer.setOpacity(0.82)
