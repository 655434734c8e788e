"""QGIS's temporal controller and the period of heat: each follows the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsTemporalNavigationObject
from qgis.PyQt.QtCore import QObject

from citygrid_plugin.layers.times import frame_of, time_range

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.components.period_bar import PeriodBar
    from citygrid_plugin.gui.heat_desk import HeatDesk

# Unscoped: QGIS 3.22 knows these names nowhere else.
_ANIMATED, _OFF = QgsTemporalNavigationObject.Animated, QgsTemporalNavigationObject.NavigationOff


class HeatTiming(QObject):
    """While heat is shown, a frame of the controller is a time of the slider."""

    def __init__(self, iface: QgisInterface, desk: HeatDesk, period: PeriodBar) -> None:
        super().__init__(iface.mainWindow())
        self._canvas = iface.mapCanvas()
        self._desk, self._period = desk, period
        self._pushing, self._driven = False, False
        desk.redrawn.connect(self._push)
        self._canvas.temporalRangeChanged.connect(self._pulled)

    def close(self) -> None:
        """Let the controller rest: the mirror of the constructor."""
        self._canvas.temporalRangeChanged.disconnect(self._pulled)
        self._release()
        self.deleteLater()

    @property
    def controller(self) -> QgsTemporalNavigationObject | None:
        """QGIS's own controller; None where there is none."""
        found = self._canvas.temporalController()
        return found if isinstance(found, QgsTemporalNavigationObject) else None

    def _push(self) -> None:
        """Set the controller to the times of the slider, and to the one that is chosen."""
        controller, spans = self.controller, self._period.spans()
        if controller is None:
            return
        frame = frame_of(self._period.unit())
        if not self._desk.on or frame is None or not spans:
            self._release()
            return
        self._driven = True
        self._pushing = True
        extent = time_range(spans[0].first, spans[-1].last)
        if controller.temporalExtents() != extent:
            controller.setTemporalExtents(extent)
        if controller.frameDuration() != frame:
            controller.setFrameDuration(frame)
        if controller.navigationMode() != _ANIMATED:
            controller.setNavigationMode(_ANIMATED)
        at = self._period.slider.value()
        if controller.currentFrameNumber() != at:
            controller.setCurrentFrameNumber(at)
        self._pushing = False

    def _pulled(self) -> None:
        """The controller plays: show the time of its frame."""
        controller = self.controller
        if self._pushing or controller is None or not self._driven or not self._desk.on:
            return
        if controller.navigationMode() != _ANIMATED:
            return
        at = controller.currentFrameNumber()
        if 0 <= at < len(self._period.spans()):
            self._period.slider.setValue(at)

    def _release(self) -> None:
        """Show all times again, if the controller was set here."""
        controller = self.controller
        if self._driven and controller is not None:
            self._driven = False
            controller.setNavigationMode(_OFF)
