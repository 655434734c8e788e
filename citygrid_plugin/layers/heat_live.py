"""Heat that follows the sliders: grids in memory whose classes change by one call, and what lies on it.

Geometry is given once; afterwards only numbers that really changed are handed over, in one call
of the provider, followed by one repaint. So ten thousand grids are recoloured in about a tenth of
a second, whatever the number of cases behind them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFillSymbol,
    QgsGeometry,
    QgsLayerTreeGroup,
    QgsLinePatternFillSymbolLayer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsPointXY,
    QgsProject,
    QgsSimpleLineSymbolLayer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtGui import QColor

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.layers.heat import HeatLayers
from citygrid_plugin.layers.project import GROUP, find_group
from citygrid_plugin.layers.symbols import (
    categorised,
    fill,
    label_rule,
    marker,
    outline,
    set_labels,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LIVE_GROUP = "HeatLive"
HEAT, WEAK, SPOTS, PATTERNS, OTHER, OTHER_SPOTS = (
    "heat_live", "heat_weak", "heat_spots", "heat_patterns", "heat_other", "heat_other_spots",
)  # fmt: skip
#: From the top of the map to its bottom.
ORDER = (PATTERNS, SPOTS, WEAK, HEAT, OTHER_SPOTS, OTHER)
_NONE = -1
#: Class of a grid without a case, or without what its rate is related to: an outline only.
EMPTY = 90

_TITLES = {
    HEAT: Text("heat", "热力"),
    OTHER: Text("heat of the other period", "对比时段热力"),
    OTHER_SPOTS: Text("significance in the other period", "对比时段显著性"),
    WEAK: Text("uncertain places", "位置存疑"),
    SPOTS: Text("significance (Gi*)", "显著性（Gi*）"),
    PATTERNS: Text("how spots came about", "热点演变"),
}
#: Class of significance -> highest q, whether hot, what it is called.
SPOT_CLASSES = (
    (0.01, True, Text("hot spot, q ≤ 1 %", "显著热点，q ≤ 1%")),
    (0.05, True, Text("hot spot, q ≤ 5 %", "显著热点，q ≤ 5%")),
    (0.05, False, Text("cold spot, q ≤ 5 %", "显著冷点，q ≤ 5%")),
)
_SPOT_SYMBOLS = (("#141414", 1.0), ("#141414", 0.55), (palette.BLUE, 0.7))
#: Category -> shape of its mark, what it is called.
PATTERN_MARKS: dict[str, tuple[str, Text]] = {
    "new": ("star", Text("new", "新增")),
    "consecutive": ("diamond", Text("consecutive", "连续")),
    "intensifying": ("triangle", Text("intensifying", "加剧")),
    "persistent": ("square", Text("persistent", "持续")),
    "diminishing": ("triangle", Text("diminishing", "减弱")),
    "oscillating": ("cross_fill", Text("oscillating", "摆动")),
    "sporadic": ("circle", Text("sporadic", "零星")),
    "historical": ("pentagon", Text("historical", "历史")),
}


@dataclass
class CellLayer:
    """A layer of grids and the numbers that it shows; `show` hands over what is new.

    Attributes
    ----------
    layer : QgsVectorLayer
        Grids in the order of the view.
    """

    layer: QgsVectorLayer
    _fids: list[int]
    _held: dict[int, Any] = field(default_factory=dict)

    #: Names of the numbers: a class for the renderer, and what a person may ask for.
    FIELDS: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("class", QVariant.Int), ("value", QVariant.Double), ("cases", QVariant.Int),
    )  # fmt: skip

    def show(self, **numbers: npt.NDArray[np.generic]) -> int:
        """Show numbers of all grids; return how many grids changed.

        Parameters
        ----------
        **numbers
            Field to an array in the order of the grids. A missing value, or a class
            of -1, becomes NULL: what is null is not drawn.
        """
        import numpy as np

        changed = np.zeros(len(self._fids), dtype=bool)
        at: list[tuple[int, npt.NDArray[np.generic]]] = []
        for name, new in numbers.items():
            old = self._held.get(name)
            same = np.zeros(len(new), dtype=bool) if old is None else _equal(old, new)
            changed |= ~same
            self._held[name] = new.copy()
            at.append((self.layer.fields().indexOf(name), new))
        rows = np.flatnonzero(changed)
        if not len(rows):
            return 0
        columns = [_plain(new[rows]) for _, new in at]
        indexes = [index for index, _ in at]
        fids = self._fids
        self.layer.dataProvider().changeAttributeValues(
            {
                fids[row]: dict(zip(indexes, values, strict=True))
                for row, values in zip(rows.tolist(), zip(*columns, strict=True), strict=True)
            }
        )
        self.layer.triggerRepaint()
        return len(rows)


def _equal(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = old == new
    if new.dtype.kind == "f":
        same |= (old != old) & (new != new)
    return same


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    """Return Python numbers; None for what is missing."""
    plain: list[Any] = values.tolist()
    if values.dtype.kind == "f":
        return [None if v != v else v for v in plain]
    return [None if v == _NONE else v for v in plain]


def shapes_of(wkb: Iterable[bytes]) -> list[QgsGeometry]:
    """Return geometries that layers share: QGIS copies none of them."""
    made = []
    for shape in wkb:
        geometry = QgsGeometry()
        geometry.fromWkb(shape)
        made.append(geometry)
    return made


def cell_layer(
    project: QgsProject,
    role: str,
    codes: Sequence[str],
    shapes: Sequence[QgsGeometry],
    crs: QgsCoordinateReferenceSystem,
) -> CellLayer:
    """Add a layer of grids to the project, without numbers yet."""
    layer = _memory("MultiPolygon", role, crs, CellLayer.FIELDS)
    features = []
    for code, shape in zip(codes, shapes, strict=True):
        feature = QgsFeature(layer.fields())
        feature.setAttribute(0, code)
        feature.setGeometry(shape)
        features.append(feature)
    _, added = layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    _add(project, layer, role)
    return CellLayer(layer, [feature.id() for feature in added])


def _memory(
    kind: str, role: str, crs: QgsCoordinateReferenceSystem, fields: Sequence[tuple[str, Any]]
) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind, shown(_TITLES[role]), "memory")
    layer.setCrs(crs)
    aliases = {
        "code": tr("unit grid", "单元网格"), "class": tr("class on the map", "图上分级"),
        "value": tr("value", "数值"), "cases": tr("cases", "案件数"), "kind": tr("kind", "类型"),
    }  # fmt: skip
    layer.dataProvider().addAttributes(
        [QgsField("code", QVariant.String), *(QgsField(name, type_) for name, type_ in fields)]
    )
    layer.updateFields()
    for i, one in enumerate(layer.fields()):
        layer.setFieldAlias(i, aliases[one.name()])
    layer.setCustomProperty(ROLE, role)
    # nothing is lost with it, so QGIS need not ask
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    return layer


def _add(project: QgsProject, layer: QgsVectorLayer, role: str) -> None:
    project.addMapLayer(layer, False)
    group = live_group(project) or _made_group(project)
    there = [str(node.layer().customProperty(ROLE)) for node in group.findLayers() if node.layer()]
    above = [r for r in there if ORDER.index(r) < ORDER.index(role)]
    group.insertLayer(len(above), layer).setExpanded(False)


def _made_group(project: QgsProject) -> QgsLayerTreeGroup:
    root, below = project.layerTreeRoot(), find_group(project, HeatLayers)
    at = root.children().index(below) if below is not None and below in root.children() else 0
    group = root.insertGroup(at, tr("Heat analysis", "热力分析"))
    group.setCustomProperty(GROUP, LIVE_GROUP)
    return group


def live_group(project: QgsProject) -> QgsLayerTreeGroup | None:
    """Return the group of the layers that follow the sliders."""
    for node in project.layerTreeRoot().findGroups():
        if node.customProperty(GROUP) == LIVE_GROUP:
            return node
    return None


def drop_live(project: QgsProject) -> None:
    """Take all of them away."""
    group = live_group(project)
    if group is not None:
        ids = group.findLayerIds()
        project.layerTreeRoot().removeChildNode(group)
        project.removeMapLayers(ids)


def show_layer(project: QgsProject, layer: QgsVectorLayer, on: bool) -> None:
    """Switch one of them on or off in the tree."""
    node = project.layerTreeRoot().findLayer(layer.id())
    if node is not None:
        node.setItemVisibilityChecked(on)


# --- how they look ---------------------------------------------------------------------------


def heat_colors(number: int) -> list[str]:
    """Return as many colours of the ramp, from all over it."""
    last = len(palette.HEAT) - 1
    return [palette.HEAT[round(i * last / max(1, number - 1))] for i in range(number)]


def color_heat(layer: QgsVectorLayer, labels: Sequence[str]) -> None:
    """Give the classes of heat their colours and labels."""
    symbols = [fill(color, "#ffffff", 0.1) for color in heat_colors(len(labels))]
    classes = list(enumerate(zip(symbols, labels, strict=True)))
    empty = outline("#bdb8ae", 0.12), tr("no case", "无案件")
    _render(layer, [*classes, (EMPTY, empty)])
    layer.setOpacity(0.85)


def hatch_weak(layer: QgsVectorLayer, label: str) -> None:
    """Hatch the grids whose cases are in uncertain places."""
    symbol = QgsFillSymbol.createSimple({"style": "no", "outline_style": "no"})
    lines = QgsLinePatternFillSymbolLayer()
    lines.setLineAngle(45)
    lines.setDistance(1.6)
    below = lines.subSymbol()
    below.setColor(QColor("#3a3a3a"))
    below.setWidth(0.22)
    symbol.changeSymbolLayer(0, lines)
    _render(layer, [(0, (symbol, label))])


def outline_spots(layer: QgsVectorLayer) -> None:
    """Outline hot and cold spots by how sure they are."""
    made = [
        (i, (_rim(color, width), shown(title)))
        for i, ((color, width), (_, _, title)) in enumerate(
            zip(_SPOT_SYMBOLS, SPOT_CLASSES, strict=True)
        )
    ]
    _render(layer, made)


def _rim(color: str, width: float) -> QgsFillSymbol:
    """Return an outline that lies inside: no border of an area or of a neighbour hides it."""
    symbol = QgsFillSymbol.createSimple({"style": "no", "outline_style": "no"})
    # Half of a line is cut away with what is outside.
    edge = QgsSimpleLineSymbolLayer(QColor(color), 2 * width)
    edge.setDrawInsidePolygon(True)
    symbol.changeSymbolLayer(0, edge)
    return symbol


def _render(layer: QgsVectorLayer, classes: Sequence[tuple[int, tuple[QgsSymbol, str]]]) -> None:
    layer.setRenderer(categorised('"class"', [(v, s, label) for v, (s, label) in classes]))
    layer.triggerRepaint()


def pattern_symbol(spot: str, pattern: str) -> QgsMarkerSymbol:
    """Return the mark of a pattern: its shape the pattern, its colour hot or cold."""
    shape, _ = PATTERN_MARKS[pattern]
    symbol = marker(shape, palette.HEAT[4] if spot == "hot" else palette.BLUE, 3.8, width=0.35)
    if pattern == "diminishing":
        symbol.setAngle(180)
    if pattern == "historical":
        symbol.symbolLayer(0).setFillColor(QColor("#ffffff"))
        symbol.symbolLayer(0).setStrokeColor(
            QColor(palette.HEAT[4] if spot == "hot" else palette.BLUE)
        )
    return symbol


def pattern_name(spot: str, pattern: str) -> str:
    """Return what a pattern is called: "intensifying hot spot"."""
    name = shown(PATTERN_MARKS[pattern][1])
    if spot == "hot":
        return tr(f"{name} hot spot", f"{name}热点")
    return tr(f"{name} cold spot", f"{name}冷点")


def show_patterns(
    project: QgsProject,
    rows: Iterable[tuple[str, float, float, str, str]],
    crs: QgsCoordinateReferenceSystem,
    title: str,
) -> QgsVectorLayer:
    """Show the pattern of each grid that has one as a mark in it; an older layer goes.

    Parameters
    ----------
    rows : iterable of (code, x, y, spot, pattern)
    """
    drop_role(project, PATTERNS)
    layer = _memory("Point", PATTERNS, crs, (("kind", QVariant.String),))
    features, kinds = [], set()
    for code, x, y, spot, pattern in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([code, f"{spot} {pattern}"])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        features.append(feature)
        kinds.add((spot, pattern))
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    layer.setName(title)
    order = [(spot, pattern) for spot in ("hot", "cold") for pattern in PATTERN_MARKS]
    layer.setRenderer(
        categorised(
            '"kind"',
            [
                (f"{s} {p}", pattern_symbol(s, p), pattern_name(s, p))
                for s, p in order
                if (s, p) in kinds
            ],
        )
    )
    _add(project, layer, PATTERNS)
    return layer


def find_live(project: QgsProject, role: str) -> QgsVectorLayer | None:
    """Return one of the layers; None when it is not there."""
    group = live_group(project)
    for node in group.findLayers() if group is not None else ():
        if node.layer() is not None and node.layer().customProperty(ROLE) == role:
            return node.layer()
    return None


def drop_role(project: QgsProject, role: str) -> None:
    """Take one of the layers away."""
    layer = find_live(project, role)
    if layer is not None:
        project.removeMapLayer(layer.id())


def label_values(layer: QgsVectorLayer, *, below: bool = False) -> None:
    """Write the value into each grid where there is room; `below` the mark of a pattern."""
    rule = label_rule(
        'format_number("value", if("value" = floor("value"), 0, 1))',
        palette.text_format(7.5, palette.INK),
        from_scale=palette.SCALE_GRID_LABELS,
        where=f'"class" < {EMPTY}',
        placement=QgsPalLayerSettings.Placement.OverPoint,
        priority=6,
    )
    if below:
        settings = rule.settings()
        settings.quadOffset = QgsPalLayerSettings.QuadrantPosition.QuadrantBelow
        settings.yOffset = 2.2
        rule.setSettings(settings)
    on = layer.labelsEnabled()
    set_labels(layer, [rule])
    layer.setLabelsEnabled(on)


def legend_rows(layer: QgsVectorLayer) -> list[tuple[QgsSymbol, str]]:
    """Return symbol and label of each class of a layer."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return []
    # Clones: a category that Python lets go takes its symbol with it.
    return [(one.symbol().clone(), one.label()) for one in renderer.categories()]
