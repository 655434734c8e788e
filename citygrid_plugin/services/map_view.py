"""Moving the map to a place of the workspace."""

from __future__ import annotations

from qgis.core import QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.gui import QgsMapCanvas

from citygrid_plugin.layers.project import find_layer


def centre_on(canvas: QgsMapCanvas, x: float, y: float, scale: float | None = None) -> None:
    """Centre the map on a point of the workspace's CRS.

    Parameters
    ----------
    scale : float, optional
        Denominator to zoom to when the map is smaller.
    """
    project = QgsProject.instance()
    layer = find_layer(project, "grids") or find_layer(project, "components_point")
    if layer is None:
        return
    crs = canvas.mapSettings().destinationCrs()
    point = QgsCoordinateTransform(layer.crs(), crs, project).transform(QgsPointXY(x, y))
    if scale is not None and canvas.scale() > scale:
        canvas.zoomScale(scale)
    canvas.setCenter(point)
    canvas.refresh()
