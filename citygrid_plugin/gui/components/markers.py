"""Marks on the map: numbered pins and circles of error."""

from __future__ import annotations

import math

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem, QgsRubberBand
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

_RADIUS, _HEIGHT = 11.0, 30.0


class Pin(QgsMapCanvasItem):
    """A pin with a short text whose tip stands on a point of the map.

    Parameters
    ----------
    point : QgsPointXY
        In the map's CRS.
    text : str
        One or two characters.
    """

    def __init__(self, canvas: QgsMapCanvas, point: QgsPointXY, text: str, color: str) -> None:
        super().__init__(canvas)
        self._point, self._text, self._color = point, text, QColor(color)
        self.setZValue(120)
        self.updatePosition()

    @property
    def text(self) -> str:
        """What stands in the pin."""
        return self._text

    @property
    def point(self) -> QgsPointXY:
        """Where its tip stands, in the map's CRS."""
        return self._point

    def move_to(self, point: QgsPointXY) -> None:
        """Put the pin elsewhere."""
        self._point = point
        self.updatePosition()
        self.update()

    def updatePosition(self) -> None:
        """Follow the map; QGIS calls this when it is moved or zoomed."""
        self.setPos(self.toCanvasCoordinates(self._point))

    def boundingRect(self) -> QRectF:
        """Return what is painted, in pixels around the tip."""
        return QRectF(-_RADIUS - 2, -_HEIGHT - 2, 2 * _RADIUS + 4, _HEIGHT + 4)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem | None = None,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the pin."""
        centre = QPointF(0, _RADIUS - _HEIGHT)
        shape = QPainterPath(QPointF(0, 0))
        shape.lineTo(-_RADIUS * 0.8, centre.y() + _RADIUS * 0.55)
        shape.lineTo(_RADIUS * 0.8, centre.y() + _RADIUS * 0.55)
        shape.closeSubpath()
        shape.addEllipse(centre, _RADIUS, _RADIUS)
        shape.setFillRule(Qt.FillRule.WindingFill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.GlobalColor.white, 1.5))
        painter.setBrush(self._color)
        painter.drawPath(shape.simplified())
        font = QFont(painter.font())
        font.setPixelSize(13)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(Qt.GlobalColor.white)
        box = QRectF(-_RADIUS, -_HEIGHT, 2 * _RADIUS, 2 * _RADIUS)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._text)


def area_band(canvas: QgsMapCanvas, color: str, opacity: int = 40, width: int = 3) -> QgsRubberBand:
    """Return a band for areas: an outline and a light filling."""
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    line, inside = QColor(color), QColor(color)
    inside.setAlpha(opacity)
    band.setStrokeColor(line)
    band.setFillColor(inside)
    band.setWidth(width)
    return band


def circle(x: float, y: float, radius: float, corners: int = 72) -> QgsGeometry:
    """Return a circle as a polygon."""
    turns = (2 * math.pi * i / corners for i in range(corners))
    ring = [QgsPointXY(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]
    return QgsGeometry.fromPolygonXY([[*ring, ring[0]]])


def remove(*items: QgsMapCanvasItem | None) -> None:
    """Take marks off the canvas for good."""
    for item in items:
        if item is not None and item.scene() is not None:
            item.scene().removeItem(item)
