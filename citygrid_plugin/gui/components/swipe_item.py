"""Another picture of the same map, right of a line that the user draws aside."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsMapRendererParallelJob, QgsMapSettings
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QObject, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

_INK, _PAPER = QColor("#1f1f1f"), QColor(255, 255, 255, 230)


class _Curtain(QgsMapCanvasItem):
    """Paints the picture, the line and the names of both sides."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.image = QImage()
        self.share = 0.5
        self.names = ("", "")
        self.setZValue(60)

    def boundingRect(self) -> QRectF:
        """Return the whole map."""
        return QRectF(0, 0, self.canvas.width(), self.canvas.height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem | None = None,
        widget: QWidget | None = None,
    ) -> None:
        """Paint."""
        box = self.boundingRect()
        at = box.width() * self.share
        if not self.image.isNull():
            right = QRectF(at, 0, box.width() - at, box.height())
            scale = self.image.width() / max(box.width(), 1)
            source = QRectF(at * scale, 0, right.width() * scale, right.height() * scale)
            painter.drawImage(right, self.image, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.GlobalColor.white, 5))
        painter.drawLine(QPointF(at, 0), QPointF(at, box.height()))
        painter.setPen(QPen(_INK, 2))
        painter.drawLine(QPointF(at, 0), QPointF(at, box.height()))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        for name, left in ((f"◀ {self.names[0]}", True), (f"{self.names[1]} ▶", False)):
            wide = painter.fontMetrics().horizontalAdvance(name) + 16
            x = at - wide - 8 if left else at + 8
            chip = QRectF(x, 10, wide, 24)
            painter.setPen(QPen(_INK, 1))
            painter.setBrush(_PAPER)
            painter.drawRoundedRect(chip, 4, 4)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, name)


class Swipe(QObject):
    """Keeps the other picture in step with the map.

    Parameters
    ----------
    layers : list of QgsMapLayer
        What the right side shows, the topmost first.
    """

    def __init__(self, canvas: QgsMapCanvas, layers: list[QgsMapLayer]) -> None:
        super().__init__(canvas)
        self._canvas, self._layers = canvas, layers
        self._curtain = _Curtain(canvas)
        self._job: QgsMapRendererParallelJob | None = None
        canvas.mapCanvasRefreshed.connect(self.render)
        canvas.extentsChanged.connect(self._moved)
        self.render()

    def close(self) -> None:
        """Take the curtain off: the mirror of the constructor."""
        self._canvas.mapCanvasRefreshed.disconnect(self.render)
        self._canvas.extentsChanged.disconnect(self._moved)
        self._drop_job()
        self._canvas.scene().removeItem(self._curtain)
        self.deleteLater()

    @property
    def share(self) -> float:
        """Where the line is: share of the width from the left."""
        return self._curtain.share

    @property
    def image(self) -> QImage:
        """The picture of the right side; null until it is drawn."""
        return self._curtain.image

    def move(self, share: float) -> None:
        """Put the line elsewhere."""
        self._curtain.share = min(max(share, 0.02), 0.98)
        self._curtain.update()

    def name(self, left: str, right: str) -> None:
        """Name both sides."""
        self._curtain.names = (left, right)
        self._curtain.update()

    def show_layers(self, layers: list[QgsMapLayer]) -> None:
        """Draw other layers."""
        self._layers = layers
        self.render()

    def render(self) -> None:
        """Draw the right side anew, in the background."""
        self._drop_job()
        settings = QgsMapSettings(self._canvas.mapSettings())
        settings.setLayers(self._layers)
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._drawn)
        self._job.start()

    def _drawn(self) -> None:
        if self._job is not None:
            self._curtain.image = self._job.renderedImage()
            self._curtain.setPos(0, 0)
            self._curtain.update()

    def _moved(self) -> None:
        """The picture no longer fits; the next one comes with the map's own."""
        self._curtain.image = QImage()

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.finished.disconnect(self._drawn)
            self._job.cancel()
            self._job = None
