"""What was just placed, over the map, until the map itself shows it.

Drawing a city anew takes a second or more: labels of all layers are set together. A
canvas item is painted at once, so the surveyor sees the symbol with the click; the
layers are drawn anew when the hand rests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsCoordinateTransform, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

from citygrid_plugin.layers import palette

_RING = 8.0


class JustPlaced(QgsMapCanvasItem):
    """Symbols, lines and outlines on top of the map, the newest with a ring.

    Parameters
    ----------
    symbol : callable
        Major code to a pixmap of its symbol.
    """

    def __init__(self, canvas: QgsMapCanvas, symbol: Callable[[str], QPixmap]) -> None:
        super().__init__(canvas)
        self._canvas, self._symbol = canvas, symbol
        self._shapes: dict[str, tuple[list[list[QgsPointXY]], bool, str]] = {}
        self._ring: QgsPointXY | None = None
        self.setZValue(100)

    def add(self, code: str, major: str, geometry: Any, layer: QgsVectorLayer) -> None:
        """Show a component (a shapely geometry in the CRS of `layer`) and ring it."""
        self._shapes[code] = (
            self._parts(geometry, layer),
            geometry.geom_type.endswith("Polygon"),
            major,
        )
        self.ring(geometry, layer)

    def ring(self, geometry: Any, layer: QgsVectorLayer | None) -> None:
        """Put the ring on a component; None: on none."""
        self._ring = None
        if geometry is not None and layer is not None:
            centre = geometry.representative_point()
            self._ring = self._to_map(layer).transform(QgsPointXY(centre.x, centre.y))
        self.update()

    def forget(self, code: str | None = None) -> None:
        """Take one component away, or all: the map shows them by now."""
        if code is None:
            self._shapes.clear()
        else:
            self._shapes.pop(code, None)
        self.update()

    def codes(self) -> list[str]:
        """Return which components are shown here."""
        return list(self._shapes)

    def boundingRect(self) -> QRectF:
        """Cover the map."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:
        """Follow the map: corners are turned into pixels when painting."""
        self.setPos(0, 0)
        self.update()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem | None = None,
        widget: QWidget | None = None,
    ) -> None:
        """Paint everything; QGIS calls this."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for parts, area, major in self._shapes.values():
            for part in parts:
                pixels = QPolygonF([self.toCanvasCoordinates(p) for p in part])
                painter.setPen(QPen(QColor(palette.VERMILION), 2))
                if len(part) == 1:
                    icon = self._symbol(major)
                    half = QPointF(icon.width() / 2, icon.height() / 2)
                    painter.drawPixmap(pixels[0] - half, icon)
                elif area:
                    painter.setBrush(QColor(213, 94, 0, 40))
                    painter.drawPolygon(pixels)
                else:
                    painter.drawPolyline(pixels)
        if self._ring is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.VERMILION), 2))
            painter.drawEllipse(self.toCanvasCoordinates(self._ring), _RING, _RING)

    def _to_map(self, layer: QgsVectorLayer) -> QgsCoordinateTransform:
        crs = self._canvas.mapSettings().destinationCrs()
        return QgsCoordinateTransform(layer.crs(), crs, QgsProject.instance())

    def _parts(self, geometry: Any, layer: QgsVectorLayer) -> list[list[QgsPointXY]]:
        transform = self._to_map(layer)
        parts = getattr(geometry, "geoms", [geometry])
        lines = [p.exterior if p.geom_type == "Polygon" else p for p in parts]
        return [[transform.transform(QgsPointXY(x, y)) for x, y in part.coords] for part in lines]
