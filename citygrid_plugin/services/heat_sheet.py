"""A sheet of heat for paper: title, period, map, legend with units, how sure, source and date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsMapLayer,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
)

from citygrid_core.errors import Text
from citygrid_plugin.layers.base import ROLE, MapSource
from citygrid_plugin.services.pictures import (
    Picture,
    PictureFailed,
    a3_page,
    compose,
    label,
    place,
    round_distance,
)

#: Where the map, both maps of two periods, and the notes below them stand (mm).
_MAP = (10.0, 31.0, 326.0, 222.0)
_NOTES = (10.0, 256.0, 326.0, 32.0)
_MAPS = ((10.0, 38.0, 160.0, 215.0), (176.0, 38.0, 160.0, 215.0))


@dataclass(frozen=True)
class Sheet:
    """What is printed.

    Attributes
    ----------
    title, line : str
        Head of the sheet, and what stands below it: which cases, when.
    layers : sequence of QgsMapLayer
        From the top of the map to its bottom.
    legend : mapping
        Role of each layer of the legend to the title it has there: the unit.
    notes : sequence of str
        How sure, warnings, source and date; from the data, not from the clock.
    other : sequence of QgsMapLayer
        Of a second map, when two periods are compared.
    names : tuple of str
        Of both periods then.
    """

    title: str
    line: str
    layers: Sequence[QgsMapLayer]
    legend: Mapping[str, str]
    notes: Sequence[str]
    extent: QgsRectangle
    other: Sequence[QgsMapLayer] = ()
    names: tuple[str, str] = ("", "")


def heat_layout(project: QgsProject, sheet: Sheet) -> QgsPrintLayout:
    """Return the sheet as a layout, A3 landscape; it is not yet part of the project."""
    layout = a3_page(project, sheet.title)
    picture = Picture("", Text(sheet.title, sheet.title), (), tuple(sheet.legend))
    view = compose(layout, project, picture, MapSource(Path()), sheet.line, extent=sheet.extent)
    view.setLayers(list(sheet.layers))
    if sheet.other:
        _second(layout, view, sheet)
    else:
        _frame(view, _MAP, sheet.extent)
    for item in layout.items():
        if isinstance(item, QgsLayoutItemLegend):
            _name_legend(item, sheet)
        elif isinstance(item, QgsLayoutItemScaleBar):
            item.setUnitsPerSegment(round_distance(view.scale() * 0.025))
            item.update()
    label(layout, "\n".join(sheet.notes), 8, *_NOTES)
    return layout


def _second(layout: QgsPrintLayout, view: QgsLayoutItemMap, sheet: Sheet) -> None:
    """Put a map of the other period beside the first, at the same scale."""
    second = QgsLayoutItemMap(layout)
    layout.addLayoutItem(second)
    second.setCrs(view.crs())
    second.setFrameEnabled(True)
    second.setFrameStrokeColor(view.frameStrokeColor())
    second.setBackgroundColor(view.backgroundColor())
    second.setLayers(list(sheet.other))
    second.setKeepLayerSet(True)
    for one, frame in zip((view, second), _MAPS, strict=True):
        _frame(one, frame, sheet.extent)
    for name, (x, y, wide, _) in zip(sheet.names, _MAPS, strict=True):
        label(layout, name, 12, x, y - 7, wide, 7, bold=True)


def _frame(
    view: QgsLayoutItemMap, frame: tuple[float, float, float, float], extent: QgsRectangle
) -> None:
    """Put a map into a frame and show an extent in it."""
    place(view, *frame)
    # A map without an extent divides by zero in zoomToExtent; setExtent changes the frame.
    view.setExtent(extent)
    place(view, *frame)
    view.zoomToExtent(extent)


def _name_legend(legend: QgsLayoutItemLegend, sheet: Sheet) -> None:
    # A class that only the other map has must not be missing.
    legend.setLegendFilterByMapEnabled(not sheet.other)
    for node in legend.model().rootGroup().findLayers():
        title = sheet.legend.get(str(node.layer().customProperty(ROLE)), "")
        if title:
            node.setCustomProperty("legend/title-label", title)
    legend.refresh()


def write_sheet(layout: QgsPrintLayout, file: Path, dpi: int = 200) -> Path:
    """Write a layout as PDF or as a picture, by the name of the file.

    Raises
    ------
    PictureFailed
    """
    exporter = QgsLayoutExporter(layout)
    if file.suffix.lower() == ".pdf":
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.dpi = dpi
        done = exporter.exportToPdf(str(file), settings)
    else:
        image = QgsLayoutExporter.ImageExportSettings()
        image.dpi = dpi
        done = exporter.exportToImage(str(file), image)
    if done != QgsLayoutExporter.ExportResult.Success:
        raise PictureFailed(file)
    return file
