"""Conflicts of returned packs, side by side on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
from qgis.core import QgsGeometry, QgsProject
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QColor

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.conflicts_page import CHOICE_KEYS, COLORS, Conflict
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.map_view import centre_on
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.census_desk import CensusDesk
    from citygrid_plugin.gui.docks.census_dock import CensusDock
    from citygrid_plugin.services.session import Session

TAB = 3
_SCALE = 250.0


class ConflictsDesk(QObject):
    """Shows both sides of a conflict and stores what is decided; digits 1 to 4 decide."""

    def __init__(
        self, iface: QgisInterface, session: Session, dock: CensusDock, capture: CensusDesk
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._page, self._capture = dock.conflicts, capture
        self._rows: gpd.GeoDataFrame | None = None
        self._bands: list[QgsRubberBand] = []
        self._page.chosen.connect(self._show)
        self._page.decided.connect(self._decide)
        capture.digit.connect(self._key)
        dock.tabs.currentChanged.connect(self._turned)

    def close(self) -> None:
        """Take the sides off the map."""
        self._clear()
        self.deleteLater()

    def refresh(self) -> None:
        """List the open conflicts."""
        from citygrid_core.operations.census.packs.conflicts import list_conflicts

        path = self._session.path
        if path is None:
            self._rows = None
            self._page.show_conflicts([])
            return
        with open_workspace(path) as workspace:
            _, self._rows = list_conflicts(workspace)
        seen: dict[str, Conflict] = {}
        for _, row in self._rows.iterrows():
            said = {k: _text(row.get(k)) for k in self._rows.columns}
            if said["code"] not in seen:
                seen[said["code"]] = Conflict(
                    said["code"], said["pack_code"], said["component_code"], said["kind"],
                    said["field"], said["base"], said["mine"], said["theirs"],
                )  # fmt: skip
        self._page.show_conflicts(list(seen.values()))

    def _show(self, code: str) -> None:
        """Draw mine and theirs in their colours, and go there."""
        self._clear()
        layer = find_layer(QgsProject.instance(), "components_point")
        if not code or self._rows is None or layer is None:
            return
        canvas = self._iface.mapCanvas()
        mine = self._rows[self._rows["code"] == code]
        for _, row in mine.iterrows():
            shape = row.geometry
            if shape is None or shape.is_empty:
                continue
            geometry = QgsGeometry.fromWkt(shape.wkt)
            band = QgsRubberBand(canvas, geometry.type())
            band.setIcon(QgsRubberBand.IconType.ICON_CIRCLE)
            band.setIconSize(16)
            color = QColor(COLORS.get(str(row["side"]), COLORS["mine"]))
            band.setColor(color)
            color.setAlpha(50)
            band.setFillColor(color)
            band.setWidth(3)
            band.addGeometry(geometry, layer)
            self._bands.append(band)
        shapes = [g for g in mine.geometry if g is not None and not g.is_empty]
        if shapes:
            point = shapes[0].representative_point()
            centre_on(canvas, point.x, point.y, _SCALE)

    def _decide(self, code: str, choice: Any) -> None:
        from citygrid_core.operations.census.packs.conflicts import resolve_conflicts

        path = self._session.path
        if path is None or not self._capture.switch(True):
            return
        who, on = self._dock.surveyor.text().strip(), self._capture.service.today()
        try:
            with open_workspace(path) as workspace:
                resolve_conflicts(workspace, [code], choice, on=on, who=who)
        except CitygridError as error:
            self._page.headline.setText(shown(error))
            return
        self._capture.service.show()
        self.refresh()

    def _key(self, key: str) -> None:
        if self._dock.tabs.currentIndex() == TAB:
            choice = next((c for c, k in CHOICE_KEYS.items() if k == key), None)
            if choice is not None:
                self._page.decide(choice)

    def _turned(self, at: int) -> None:
        if at == TAB:
            self.refresh()
        else:
            self._clear()

    def _clear(self) -> None:
        for band in self._bands:
            self._iface.mapCanvas().scene().removeItem(band)
        self._bands = []


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
