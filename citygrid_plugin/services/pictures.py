"""Maps on paper: a print layout for each view of a workspace, and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsMapLayer,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.bootstrap import PLUGIN
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import MapSource
from citygrid_plugin.layers.heat import VIEW
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.session import Summary

_MM = QgsUnitTypes.LayoutUnit.LayoutMillimeters
# A3 landscape (mm): page, margin, height of the head, width of the column of the legend.
_PAGE = (420.0, 297.0)
_MARGIN = 10.0
_HEAD = 21.0
_SIDE = 64.0


@dataclass(frozen=True)
class Picture:
    """One map: its file, its title, the roles of its layers from top to bottom."""

    file: str
    title: Text
    layers: tuple[str, ...]
    #: Which of them stand in the legend.
    legend: tuple[str, ...]


_AREAS = ("areas_county", "areas_street", "areas_community")
_GROUND = ("base_barriers", "base_roads", "base_buildings", "base_parks", "base_compounds")
_LAND = (*_GROUND, "base_water")
MAP = Picture(
    "map.png",
    Text("Unit grids and components", "单元网格与部件图"),
    (
        *_AREAS, "components_point", "components_line", "components_polygon",
        "grids", "places_line", *_LAND,
    ),
    (*_AREAS, "grids", "components_point", "components_line", "components_polygon", *_LAND),
)  # fmt: skip
HEAT = Picture(
    "heat.png",
    Text("Heat of cases", "案件热力图"),
    (*_AREAS, VIEW, "places_line", *_LAND),
    (VIEW, *_AREAS),
)


class PictureFailed(CitygridError):
    """QGIS could not write a picture."""

    def __init__(self, file: Path) -> None:
        super().__init__(Text(f"could not write {file}", f"无法写出 {file}"))


def facts(summary: Summary) -> str:
    """Return the line under the title: counts, edition and CRS of a workspace."""
    counts = summary.counts
    grids, components, cases = (counts.get(n, 0) for n in ("grids", "components", "cases"))
    return tr(
        f"{grids:,} unit grids · {components:,} components · {cases:,} cases"
        f" · edition {summary.standard} · {summary.crs}",
        f"单元网格 {grids:,} 个 · 部件 {components:,} 个 · 案件 {cases:,} 件"
        f" · 标准版本 {summary.standard} · {summary.crs}",
    )


def add_layouts(project: QgsProject, source: MapSource, line: str) -> list[QgsPrintLayout]:
    """Add a print layout for each picture to the project.

    Parameters
    ----------
    line : str
        What stands under the title, see `facts`.
    """
    made = []
    for picture in (MAP, HEAT):
        layout = a3_page(project, shown(picture.title))
        compose(layout, project, picture, source, line)
        project.layoutManager().addLayout(layout)
        made.append(layout)
    return made


def export(layout: QgsPrintLayout, file: Path, dpi: int) -> Path:
    """Write a layout as PNG."""
    image = QgsLayoutExporter(layout).renderPageToImage(0, dpi=dpi)
    if image.isNull() or not image.save(str(file)):
        raise PictureFailed(file)
    return file


def compose(
    layout: QgsPrintLayout,
    project: QgsProject,
    picture: Picture,
    source: MapSource,
    line: str,
    *,
    extent: QgsRectangle | None = None,
) -> QgsLayoutItemMap:
    """Put head, map, legend, north arrow and scale on a page; return the map.

    Parameters
    ----------
    extent : QgsRectangle, optional
        What the map shows; the whole city by default.
    """
    layers = _layers(project, picture.layers)
    view = QgsLayoutItemMap(layout)
    layout.addLayoutItem(view)
    width = _PAGE[0] - 3 * _MARGIN - _SIDE
    height = _PAGE[1] - 2 * _MARGIN - _HEAD
    extent = extent or project.viewSettings().defaultViewExtent()
    frame = (_MARGIN, _MARGIN + _HEAD, width, height)
    place(view, *frame)
    # A map without an extent divides by zero in zoomToExtent; setExtent changes the frame.
    view.setExtent(extent)
    place(view, *frame)
    view.zoomToExtent(extent)
    view.setLayers(layers)
    view.setKeepLayerSet(True)
    view.setKeepLayerStyles(False)
    view.setCrs(project.crs())
    view.setBackgroundColor(QColor("#fbfaf7"))
    view.setFrameEnabled(True)
    view.setFrameStrokeColor(QColor("#9a958c"))

    title = f"{source.name}  {shown(picture.title)}" if source.name else shown(picture.title)
    label(layout, title, 22, _MARGIN, _MARGIN - 2, _PAGE[0] - 2 * _MARGIN, 12, bold=True)
    label(layout, line, 10.5, _MARGIN, _MARGIN + 11, _PAGE[0] - 2 * _MARGIN, 8)

    side = _PAGE[0] - _MARGIN - _SIDE
    legend = QgsLayoutItemLegend(layout)
    layout.addLayoutItem(legend)
    legend.setTitle(tr("Legend", "图例"))
    legend.setLinkedMap(view)
    legend.setAutoUpdateModel(False)
    tree = legend.model().rootGroup()
    tree.removeAllChildren()
    for layer in _layers(project, picture.legend):
        # A long name is broken before its period.
        title = layer.name().replace("）", "）|").replace(", ", ",|")
        tree.addLayer(layer).setCustomProperty("legend/title-label", title)
    legend.setLegendFilterByMapEnabled(True)
    _legend_fonts(legend)
    place(legend, side, _MARGIN + _HEAD, _SIDE, 150)
    legend.setResizeToContents(True)
    legend.setWrapString("|")

    arrow = QgsLayoutItemPicture(layout)
    layout.addLayoutItem(arrow)
    arrow.setPicturePath(str(PLUGIN / "icons" / "north.svg"))
    place(arrow, side, _PAGE[1] - _MARGIN - 32, 13, 16)

    bar = QgsLayoutItemScaleBar(layout)
    layout.addLayoutItem(bar)
    bar.setStyle("Single Box")
    bar.setLinkedMap(view)
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceMeters)
    bar.setUnitLabel(tr("m", "米"))
    bar.setNumberOfSegments(2)
    bar.setNumberOfSegmentsLeft(0)
    bar.setUnitsPerSegment(round_distance(view.scale() * 0.025))
    bar.setFont(_font(9))
    bar.setHeight(2.2)
    bar.update()
    bar.attemptMove(QgsLayoutPoint(side, _PAGE[1] - _MARGIN - 13, _MM))
    return view


def a3_page(project: QgsProject, name: str) -> QgsPrintLayout:
    """Return an empty landscape A3 layout."""
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.setName(name)
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*_PAGE, _MM))
    return layout


def _layers(project: QgsProject, roles: Sequence[str]) -> list[QgsMapLayer]:
    found = (find_layer(project, role) for role in roles)
    return [layer for layer in found if layer is not None]


def place(item: QgsLayoutItem, x: float, y: float, width: float, height: float) -> None:
    """Put an item on the page, in millimetres."""
    item.attemptMove(QgsLayoutPoint(x, y, _MM))
    item.attemptResize(QgsLayoutSize(width, height, _MM))


def _font(size: float, *, bold: bool = False) -> QFont:
    font = QFont(palette.font_family())
    font.setPointSizeF(size)
    font.setBold(bold)
    return font


def label(
    layout: QgsPrintLayout,
    text: str,
    size: float,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    bold: bool = False,
) -> None:
    """Write a text on the page: size in points, place in millimetres."""
    item = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(item)
    item.setText(text)
    item.setHAlign(Qt.AlignmentFlag.AlignLeft)
    item.setFont(_font(size, bold=bold))
    item.setFontColor(QColor(palette.INK))
    place(item, x, y, width, height)


def _legend_fonts(legend: QgsLayoutItemLegend) -> None:
    style = QgsLegendStyle.Style
    for kind, size in (
        (style.Title, 15),
        (style.Group, 11),
        (style.Subgroup, 11),
        (style.SymbolLabel, 9.5),
    ):
        legend.setStyleFont(kind, _font(size))


def round_distance(metres: float) -> float:
    """Return the round number of metres that is nearest below."""
    steps = (10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000)
    return float(max((step for step in steps if step <= metres), default=steps[0]))
