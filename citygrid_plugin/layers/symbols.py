"""Symbols and labels made of few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsLineSymbolLayer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsRendererCategory,
    QgsRuleBasedLabeling,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsTextFormat,
    QgsVectorLayer,
)


def outline(color: str, width: float) -> QgsFillSymbol:
    """Return an unfilled polygon with a round-joined border, `width` in millimetres."""
    return QgsFillSymbol.createSimple(
        {
            "style": "no",
            "outline_color": color,
            "outline_width": str(width),
            "outline_style": "solid",
            "joinstyle": "round",
        }
    )


def fill(color: str, border: str | None = None, width: float = 0.1) -> QgsFillSymbol:
    """Return a filled polygon, without a border when none is named."""
    return QgsFillSymbol.createSimple(
        {
            "color": color,
            "outline_style": "solid" if border else "no",
            "outline_color": border or color,
            "outline_width": str(width),
            "joinstyle": "round",
        }
    )


def marker(
    shape: str, color: str, size: float, *, border: str = "#ffffff", width: float = 0.15
) -> QgsMarkerSymbol:
    """Return a simple marker, `size` in millimetres."""
    return QgsMarkerSymbol.createSimple(
        {
            "name": shape,
            "color": color,
            "size": str(size),
            "outline_color": border,
            "outline_width": str(width),
        }
    )


def line(color: str, width: float, *, style: str = "solid") -> QgsLineSymbol:
    """Return a simple line, `width` in millimetres."""
    return QgsLineSymbol.createSimple(
        {
            "line_color": color,
            "line_width": str(width),
            "line_style": style,
            "capstyle": "round",
            "joinstyle": "round",
        }
    )


def cased_line(color: str, width: float, casing: str, edge: float = 0.2) -> QgsLineSymbol:
    """Return a road: a line on a slightly wider one, so that junctions flow together."""
    below = line(casing, width + 2 * edge)
    surface = line(color, width)  # kept: its symbol layer dies with it
    above: QgsLineSymbolLayer = surface.symbolLayer(0).clone()
    below.symbolLayer(0).setRenderingPass(0)
    above.setRenderingPass(1)
    below.appendSymbolLayer(above)
    return below


def single(symbol: QgsSymbol) -> QgsSingleSymbolRenderer:
    """Return a renderer of one symbol."""
    return QgsSingleSymbolRenderer(symbol)


def categorised(
    expression: str, categories: Iterable[tuple[object, QgsSymbol, str]]
) -> QgsCategorizedSymbolRenderer:
    """Return a renderer of (value, symbol, label) categories."""
    return QgsCategorizedSymbolRenderer(
        expression,
        [QgsRendererCategory(value, symbol, label) for value, symbol, label in categories],
    )


def label_rule(
    expression: str,
    text: QgsTextFormat,
    *,
    from_scale: float = 0,
    to_scale: float = 0,
    where: str = "",
    placement: QgsPalLayerSettings.Placement | None = None,
    priority: int = 5,
    distance: float = 0.0,
    obstacle: bool = False,
) -> QgsRuleBasedLabeling.Rule:
    """Return one rule of labels.

    Parameters
    ----------
    from_scale, to_scale : float
        Scale denominators between which the labels are drawn: `from_scale` the
        smaller map (10,000), `to_scale` the larger (1,000); 0 means no bound.
    priority : int
        0 to 10; the higher wins a place that two labels want.
    """
    settings = QgsPalLayerSettings()
    settings.fieldName = expression
    settings.isExpression = True
    settings.setFormat(text)
    settings.priority = priority
    settings.dist = distance
    if placement is not None:
        settings.placement = placement
    obstacles = settings.obstacleSettings()
    obstacles.setIsObstacle(obstacle)
    settings.setObstacleSettings(obstacles)
    # QGIS calls the denominator of the larger map the maximum scale, and wants it first.
    return QgsRuleBasedLabeling.Rule(settings, to_scale, from_scale, where)


def set_labels(layer: QgsVectorLayer, rules: Sequence[QgsRuleBasedLabeling.Rule]) -> None:
    """Label `layer` by `rules`."""
    root = QgsRuleBasedLabeling.Rule(None)
    for rule in rules:
        root.appendChild(rule)
    layer.setLabeling(QgsRuleBasedLabeling(root))
    layer.setLabelsEnabled(True)


def show_between(layer: QgsVectorLayer, from_scale: float, to_scale: float = 0) -> None:
    """Draw `layer` only at scales larger than 1:`from_scale`."""
    layer.setScaleBasedVisibility(True)
    layer.setMinimumScale(from_scale)
    layer.setMaximumScale(to_scale)
