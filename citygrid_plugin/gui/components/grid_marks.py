"""Temporary marks on the map: pieces of a preview, chosen grids, a line, a place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand, QgsVertexMarker
from qgis.PyQt.QtGui import QColor

from citygrid_plugin.layers import palette

_LOOK = {
    "legal": (palette.GREEN, 60, 2),
    "refused": (palette.VERMILION, 90, 3),
    "chosen": (palette.BLUE, 50, 3),
    "line": (palette.BLUE, 255, 3),
}


class GridMarks:
    """Rubber bands by name, in the CRS of the workspace; made when they are first needed."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._bands: dict[str, QgsRubberBand] = {}
        self._cross: QgsVertexMarker | None = None
        self.crs = QgsCoordinateReferenceSystem()

    def show(self, name: str, shapes: Iterable[Any]) -> None:
        """Show shapely geometries under one of the names; without any, nothing."""
        import shapely

        shapes = [s for s in shapes if s is not None]
        if not shapes:
            if name in self._bands:
                self._bands[name].reset(self._kind(name))
            return
        geometry = QgsGeometry()
        parts = shapely.get_parts(shapes)
        many = shapely.multilinestrings if name == "line" else shapely.multipolygons
        geometry.fromWkb(many(parts).wkb)
        self._band(name).setToGeometry(geometry, self.crs)

    def show_place(self, place: tuple[float, float] | None) -> None:
        """Mark where something is wrong."""
        if place is None:
            if self._cross is not None:
                self._cross.hide()
            return
        if self._cross is None:
            self._cross = QgsVertexMarker(self._canvas)
            self._cross.setIconType(QgsVertexMarker.IconType.ICON_X)
            self._cross.setColor(QColor(palette.VERMILION))
            self._cross.setPenWidth(4)
            self._cross.setIconSize(16)
        to = QgsCoordinateTransform(
            self.crs, self._canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
        self._cross.setCenter(to.transform(QgsPointXY(*place)))
        self._cross.show()

    def clear(self) -> None:
        """Take all marks off the map; the bands stay for the next time."""
        for name, band in self._bands.items():
            band.reset(self._kind(name))
        self.show_place(None)

    def close(self) -> None:
        """Take everything away."""
        for item in (*self._bands.values(), *([self._cross] if self._cross else [])):
            self._canvas.scene().removeItem(item)
        self._bands, self._cross = {}, None

    def _kind(self, name: str) -> QgsWkbTypes.GeometryType:
        kinds = QgsWkbTypes.GeometryType
        return kinds.LineGeometry if name == "line" else kinds.PolygonGeometry

    def _band(self, name: str) -> QgsRubberBand:
        if name not in self._bands:
            color, alpha, width = _LOOK[name]
            band = QgsRubberBand(self._canvas, self._kind(name))
            filled = QColor(color)
            filled.setAlpha(alpha)
            band.setStrokeColor(QColor(color))
            band.setFillColor(filled)
            band.setWidth(width)
            self._bands[name] = band
        return self._bands[name]
