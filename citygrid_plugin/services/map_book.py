"""The map book of a delivery: a sheet for each area, made by QGIS's atlas."""

from __future__ import annotations

import json
import re
from pathlib import Path

from qgis.core import (
    QgsFeedback,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsPalLayerSettings,
    QgsProject,
    QgsProperty,
    QgsRuleBasedLabeling,
    QgsScaleBarSettings,
)

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers.project import build_project, find_layer
from citygrid_plugin.services.pictures import MAP, Picture, PictureFailed, a3_page, compose
from citygrid_plugin.services.session import open_workspace, read_source

#: Level of the sheets to the digits of its codes.
LEVELS = {"community": 12, "street": 9, "county": 6}
_Z_INDEX = QgsPalLayerSettings.Property.ZIndex
#: Free edge around an area, as a share of its size.
_MARGIN = 0.06


class NoSheets(CitygridError):
    """The workspace has no areas of the level."""

    def __init__(self, level: str) -> None:
        super().__init__(Text(f"there is no area of level {level}", f"没有级别为 {level} 的区划"))


def make_map_book(
    path: Path,
    file: Path,
    *,
    level: str = "community",
    dpi: int = 150,
    feedback: QgsFeedback | None = None,
) -> int:
    """Write a PDF with one sheet for each area; return how many sheets it has.

    Parameters
    ----------
    path : Path
        The workspace.
    level : str
        community, street or county.
    dpi : int
        Resolution of what can't be drawn as lines.

    Raises
    ------
    NoSheets, PictureFailed
    """
    summary, source = read_source(path)
    # A project of its own: the one that is open stays as it is.
    project = QgsProject()
    build_project(project, source, summary.crs)
    areas = find_layer(project, f"areas_{level}")
    if areas is None or not areas.featureCount():
        raise NoSheets(level)
    for layer in project.mapLayers().values():
        # A sheet shows its components, whatever its scale is.
        if str(layer.customProperty("citygrid/role")).startswith("components_"):
            layer.setScaleBasedVisibility(False)
    _order_labels(project)
    title = '[% "name" %]'
    picture = Picture("", Text(f"Components · {title}", f"部件图　{title}"), MAP.layers, MAP.legend)
    layout = a3_page(project, tr("Map book", "图集"))
    view = compose(layout, project, picture, source, _line(path, level))
    view.setAtlasDriven(True)
    view.setAtlasScalingMode(QgsLayoutItemMap.AtlasScalingMode.Auto)
    view.setAtlasMargin(_MARGIN)
    for item in layout.items():
        if isinstance(item, QgsLayoutItemScaleBar):
            # The scale changes from sheet to sheet.
            item.setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeMode.SegmentSizeFitWidth)
            item.setMinimumBarWidth(25)
            item.setMaximumBarWidth(50)
    atlas = layout.atlas()
    atlas.setCoverageLayer(areas)
    atlas.setSortFeatures(True)
    atlas.setSortExpression('"code"')
    atlas.setPageNameExpression('"code"')
    atlas.setEnabled(True)
    sheets = int(atlas.updateFeatures())
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = dpi
    done, said = QgsLayoutExporter.exportToPdf(atlas, str(file), settings, feedback)
    if done != QgsLayoutExporter.ExportResult.Success:
        raise PictureFailed(file) if not said else CitygridError(Text(said, said))
    _stamp(file, path)
    return sheets


def _order_labels(project: QgsProject) -> None:
    """Let labels be drawn one after the other by layer and feature: else equals come as they fall."""
    for n, layer in enumerate(sorted(project.mapLayers().values(), key=lambda one: one.name())):
        labels = layer.labeling() if hasattr(layer, "labeling") else None
        if not isinstance(labels, QgsRuleBasedLabeling):
            continue
        made = labels.clone()
        for at, rule in enumerate(made.rootRule().descendants()):
            settings = rule.settings()
            if settings is not None:
                place = QgsProperty.fromExpression(f"{n + at / 10} + $id / 1000000000.0")
                settings.dataDefinedProperties().setProperty(_Z_INDEX, place)
                settings.repeatDistance = 0.0  # a street is named once on a sheet
                rule.setSettings(settings)
        layer.setLabeling(made)


def _stamp(file: Path, path: Path) -> None:
    """Date the book by the last change of the workspace: the same state gives the same bytes."""
    with open_workspace(path) as workspace:
        at = re.sub(r"\D", "", str(workspace.journal()["at"].iloc[-1]))[:14].ljust(14, "0")
    dated = re.compile(rb"(/CreationDate \(D:)\d{14}")
    file.write_bytes(dated.sub(lambda found: found[1] + at.encode(), file.read_bytes(), count=1))


def _line(path: Path, level: str) -> str:
    """Return what stands under the title: code, components, number of the sheet."""
    digits = LEVELS[level]
    with open_workspace(path) as workspace:
        grids = workspace.read("components", columns=["grid_code"], geometry=False)["grid_code"]
    counts = grids.dropna().astype(str).str[:digits].value_counts().to_dict()
    text = json.dumps({code: int(n) for code, n in counts.items()})
    count = f"[% coalesce(map_get(json_to_map('{text}'), \"code\"), 0) %]"
    sheet, of = "[% @atlas_featurenumber %]", "[% @atlas_totalfeatures %]"
    return '[% "code" %]  ·  ' + tr(
        f"{count} components  ·  sheet {sheet} of {of}",
        f"部件 {count} 个　·　第 {sheet} 幅，共 {of} 幅",
    )
