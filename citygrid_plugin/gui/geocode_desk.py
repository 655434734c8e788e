"""Addresses: between search box, dock, map and the gazetteer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsCoordinateTransform, QgsPointXY, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QApplication

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.address_view import COLORS
from citygrid_plugin.gui.components.markers import Pin, area_band, circle, remove
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.gui.locator import AddressFilter
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.geocode import Found, Gazetteers, Place

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.geocode_dock import GeocodeDock
    from citygrid_plugin.services.lookup import Answers
    from citygrid_plugin.services.session import Session

_COLOR = "#0072B2"
#: Half of what the map shows around a door, in metres.
_AROUND = 120.0


class GeocodeDesk(QObject):
    """Connects the search box and the dock of addresses."""

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        dock: GeocodeDock,
        gazetteers: Gazetteers,
        answers: Answers,
        icon: QIcon,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._gazetteers, self._answers = gazetteers, answers
        self._path: Path | None = None
        self._pins: list[Pin] = []
        self._circle = area_band(iface.mapCanvas(), _COLOR, 30, 2)
        self._filter = AddressFilter(gazetteers, lambda: self._session.path, self.picked, icon)
        iface.registerLocatorFilter(self._filter)
        dock.address_changed.connect(self.look)
        dock.candidate_chosen.connect(self.choose)
        dock.class_changed.connect(self._answer)
        session.changed.connect(self._session_changed)
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._iface.deregisterLocatorFilter(self._filter)
        self._clear()
        remove(self._circle)
        self.deleteLater()

    def open(self) -> None:
        """Show the dock, ready to type."""
        show_beside(self._dock)
        self._dock.address.setFocus()

    def look(self, address: str) -> None:
        """Find an address and show everything about it."""
        found = self.find(address)
        self._show(found)

    def find(self, address: str) -> Found | None:
        """Return what the gazetteer says; None without a workspace or a text."""
        path = self._session.path
        if path is None or not address:
            return None
        slow = not self._gazetteers.loaded(path)
        if slow:
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            return self._gazetteers.find(path, address)
        except CitygridError as error:
            level = Qgis.MessageLevel.Warning
            self._iface.messageBar().pushMessage("citygrid", shown(error), level, 8)
            return None
        finally:
            if slow:
                QApplication.restoreOverrideCursor()

    def picked(self, address: str, place: Place) -> None:
        """Show the candidate that was taken in the search box."""
        found = self.find(address)
        show_beside(self._dock)
        self._show(found)
        codes = [p.code for p in found.places] if found is not None else []
        if place.code in codes:
            self._dock.view.list.setCurrentItem(
                self._dock.view.list.topLevelItem(codes.index(place.code))
            )

    def _show(self, found: Found | None) -> None:
        self._clear()
        self._dock.show_found(found)
        if found is None:
            self._dock.show_card(None)
            return
        canvas = self._iface.mapCanvas()
        for n, place in reversed(list(enumerate(found.places, 1))):
            color = COLORS[found.outcome] if n == 1 else "#6b6b6b"
            self._pins.append(Pin(canvas, self._to_map(place.x, place.y), str(n), color))
        if found.places:
            self.choose(0)
        else:
            self._dock.show_card(None)

    def choose(self, _: int) -> None:
        """Go to the chosen candidate: its circle of error, its grid, who answers."""
        place = self._dock.view.place()
        if place is None:
            return
        grids = find_layer(QgsProject.instance(), "grids")
        self._circle.reset()
        self._circle.addGeometry(circle(place.x, place.y, place.error_m), grids)
        self.zoom(place.x, place.y, place.error_m)
        self._answer()

    def zoom(self, x: float, y: float, error_m: float = 0.0) -> None:
        """Show a place of the workspace's CRS with its error on the map."""
        half = max(_AROUND, 1.6 * error_m)
        box = QgsRectangle(x - half, y - half, x + half, y + half)
        canvas = self._iface.mapCanvas()
        canvas.setExtent(self._transform().transformBoundingBox(box))
        canvas.refresh()

    def _answer(self) -> None:
        place, path = self._dock.view.place(), self._session.path
        if place is None or path is None:
            return
        card = self._answers.ask(
            path,
            QgsPointXY(place.x, place.y),
            asked=self._dock.classes.chosen() or ("component", ""),
            accuracy=place.sigma,
        )
        self._dock.show_card(card)

    def _to_map(self, x: float, y: float) -> QgsPointXY:
        return self._transform().transform(QgsPointXY(x, y))

    def _transform(self) -> QgsCoordinateTransform:
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        grids = find_layer(QgsProject.instance(), "grids")
        return QgsCoordinateTransform(grids.crs() if grids else crs, crs, QgsProject.instance())

    def _session_changed(self) -> None:
        if self._session.path == self._path and self._path is not None:
            return
        self._path = self._session.path
        self._clear()
        self._dock.show_found(None)
        self._dock.show_card(None)
        self._dock.address.clear()
        self._dock.widget().setEnabled(self._path is not None)
        self._dock.classes.set_classes(*self._session.classes())

    def _clear(self) -> None:
        remove(*self._pins)
        self._pins.clear()
        self._circle.reset()
