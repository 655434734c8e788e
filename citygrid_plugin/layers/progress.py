"""Grids and streets coloured by the progress of the census."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer

from citygrid_plugin.i18n import tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.layers.symbols import categorised, fill, line

GROUP = "citygrid_progress"
_DONE, _BEGUN, _OPEN = "0,158,115,90", "230,159,0,90", "127,127,127,50"


def show_progress(project: QgsProject, grids: Path, streets: Path | None) -> None:
    """Put the layers of the figures on top of the project; old ones go.

    Parameters
    ----------
    grids, streets : Path
        Files that ``citygrid census progress`` wrote.
    """
    hide_progress(project)
    root = project.layerTreeRoot()
    group = root.insertGroup(0, tr("Census progress", "普查进度"))
    group.setCustomProperty("citygrid/group", GROUP)
    if streets is not None and streets.is_file():
        layer = _layer(streets, tr("streets walked", "街巷踏勘"), "census_streets")
        categories = (
            (True, line(palette.GREEN, 0.9), tr("walked", "已踏勘")),
            (False, line(palette.VERMILION, 0.9), tr("not walked", "未踏勘")),
        )
        layer.setRenderer(categorised('"walked"', categories))
        project.addMapLayer(layer, False)
        group.addLayer(layer)
    layer = _layer(grids, tr("grids by progress", "网格进度"), "census_grids")
    states = (
        ("done", fill(_DONE, palette.GREEN, 0.3), tr("done", "已完成")),
        ("begun", fill(_BEGUN, palette.ORANGE, 0.3), tr("begun", "进行中")),
        ("open", fill(_OPEN, palette.GREY, 0.2), tr("not begun", "未开始")),
    )
    layer.setRenderer(categorised('"state"', states))
    project.addMapLayer(layer, False)
    group.addLayer(layer)


def hide_progress(project: QgsProject) -> None:
    """Take the layers of the figures off the project."""
    root = project.layerTreeRoot()
    for group in root.findGroups():
        if group.customProperty("citygrid/group") == GROUP:
            ids = group.findLayerIds()
            root.removeChildNode(group)
            project.removeMapLayers(ids)


def _layer(file: Path, name: str, role: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(str(file), name, "ogr")
    layer.setCustomProperty(ROLE, role)
    return layer
