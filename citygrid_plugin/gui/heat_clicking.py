"""A click on the map of heat opens the grid's card; the mouse tells code and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsCoordinateTransform, QgsGeometry, QgsPointXY, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QObject, QPoint, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QApplication, QToolTip

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.markers import area_band, remove
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.layers import palette
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.heat_card import GridCard, grid_card

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.heat_card_page import HeatCardPage
    from citygrid_plugin.gui.docks.heat_dock import HeatDock
    from citygrid_plugin.gui.heat_desk import HeatDesk
    from citygrid_plugin.gui.tools.answer_tool import AnswerTool
    from citygrid_plugin.services.lookup import Answers

#: The page of the card among those of the dock.
_PAGE = 1


class HeatClicking(QObject):
    """Connects the map tool and the page of the card."""

    def __init__(
        self,
        iface: QgisInterface,
        desk: HeatDesk,
        dock: HeatDock,
        page: HeatCardPage,
        tool: AnswerTool,
        answers: Answers,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._desk, self._dock = iface, desk, dock
        self._page, self._tool, self._answers = page, tool, answers
        self._band = area_band(iface.mapCanvas(), palette.GRID, 0, 3)
        self.code = ""
        tool.clicked.connect(lambda point, _: self.ask(point))
        tool.hovered.connect(self._hover)
        tool.left.connect(QToolTip.hideText)
        page.zoom_wanted.connect(self._zoom)
        page.copy_wanted.connect(self._copy)
        desk.redrawn.connect(self._again)
        desk.ready.connect(self._ready)

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        remove(self._band)
        self.deleteLater()

    def ask(self, point: QgsPointXY) -> None:
        """Show the card of the grid at a point in the map's CRS."""
        code = self._code_at(point)
        if code:
            self.show(code)

    def show(self, code: str) -> None:
        """Show the card of a grid."""
        self.code = code
        card = self._card()
        if card is None:
            return
        self._page.show_card(card)
        self._dock.turn_to(_PAGE)
        self._band.reset()
        layer = live.find_live(QgsProject.instance(), live.HEAT)
        self._band.addGeometry(self._shape(code), layer)

    def _card(self) -> GridCard | None:
        desk = self._desk
        if desk.city is None or desk.answer is None or desk.found is None or not self.code:
            return None
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            loaded = self._answers.cities.get(desk.city.path, desk.city.at)
            return grid_card(
                desk.city, desk.answer, desk.found, self.code, loaded, desk.patterns_now()
            )
        except CitygridError as error:
            self._iface.messageBar().pushWarning("citygrid", shown(error))
            return None
        finally:
            QApplication.restoreOverrideCursor()

    def _again(self) -> None:
        """Follow the slider: the card shown is that of the new period."""
        if self.code and self._dock.tabs.currentIndex() == _PAGE:
            card = self._card()
            if card is not None:
                self._page.show_card(card)

    def _ready(self, there: bool) -> None:
        if not there or (self._desk.city and self.code not in self._desk.city.codes):
            self.code = ""
            self._band.reset()
            self._page.show_card(None)

    def _hover(self, point: QgsPointXY, where: QPoint) -> None:
        code, answer = self._code_at(point), self._desk.answer
        canvas = self._iface.mapCanvas()
        if not code or answer is None:
            QToolTip.hideText()
            return
        at, measure = self._at(code), answer.question.measure
        value = words.number(float(answer.values[at]), measure)
        cases = tr(f"{answer.tally.cases[at]:,} cases", f"案件 {answer.tally.cases[at]:,} 件")
        QToolTip.showText(
            canvas.mapToGlobal(where),
            f"{code}\n{value} {words.measure_name(measure)}\n{cases}",
            canvas,
        )

    def _code_at(self, point: QgsPointXY) -> str:
        city = self._desk.city
        if city is None:
            return ""
        there = self._transform(False).transform(point)
        return city.code_at(there.x(), there.y())

    def _at(self, code: str) -> int:
        assert self._desk.city is not None
        return self._desk.city.codes.index(code)

    def _shape(self, code: str) -> QgsGeometry:
        assert self._desk.map is not None
        return self._desk.map.shapes[self._at(code)]

    def _zoom(self) -> None:
        if not self.code:
            return
        box = self._shape(self.code).boundingBox()
        box = self._transform(True).transformBoundingBox(QgsRectangle(box))
        box.scale(5)
        self._iface.mapCanvas().setExtent(box)
        self._iface.mapCanvas().refresh()

    def _copy(self) -> None:
        if self._page.view.card is not None:
            QGuiApplication.clipboard().setText(self._page.view.card.as_text())

    def _transform(self, back: bool) -> QgsCoordinateTransform:
        map_crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        layer = live.find_live(QgsProject.instance(), live.HEAT)
        store = layer.crs() if layer is not None else map_crs
        ends = (store, map_crs) if back else (map_crs, store)
        return QgsCoordinateTransform(*ends, QgsProject.instance())
