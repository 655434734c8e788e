"""Two periods of heat: a second set of grids in the same classes, swiped or beside the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsMapLayer, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QObject

from citygrid_plugin.gui.components.side_canvas import SideCanvas
from citygrid_plugin.gui.components.swatches import Part
from citygrid_plugin.gui.components.swipe_item import Swipe
from citygrid_plugin.gui.docks.heat_compare_page import OFF, OWN, SWIPE, HeatComparePage
from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.heat_change import Change, change_of
from citygrid_plugin.services.heat_city import spot_classes

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.heat_desk import HeatDesk
    from citygrid_plugin.gui.tools.swipe_tool import SwipeTool
    from citygrid_plugin.services.heat_map import HeatMap

_RISES = 30
#: Layer of the map -> that of the other period; others are of the map's period alone.
_PAIRS = {live.HEAT: live.OTHER, live.SPOTS: live.OTHER_SPOTS}
_MINE = (live.WEAK, live.PATTERNS)


class HeatComparing(QObject):
    """Answers the question for the other period whenever the map shows another answer."""

    def __init__(
        self, iface: QgisInterface, desk: HeatDesk, page: HeatComparePage, tool: SwipeTool
    ) -> None:
        super().__init__(iface.mainWindow())
        self._canvas = iface.mapCanvas()
        self._desk, self._page = desk, page
        self._cells: dict[str, live.CellLayer] = {}
        self.swipe: Swipe | None = None
        self.side: SideCanvas | None = None
        self.change: Change | None = None
        tool.dragged.connect(self._dragged)
        page.changed.connect(self.refresh)
        desk.redrawn.connect(self.refresh)
        desk.ready.connect(self._ready)

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._uncover()
        self.deleteLater()

    @property
    def comparing(self) -> bool:
        """Whether two periods are on the map."""
        return self._page.way() != OFF and bool(self._cells)

    def refresh(self) -> None:
        """Answer for the other period, if one is wanted."""
        city, answer, page = self._desk.city, self._desk.answer, self._page
        shown = self._desk.map
        if (
            city is None
            or answer is None
            or shown is None
            or page.way() == OFF
            or not self._desk.on
        ):
            self._uncover()
            return
        span = page.span(answer.question.span)
        if page.other.currentData() != OWN:
            page.show_span(span)
        then = city.answer(answer.question.during(span))
        self.change = change_of(city, answer, then)
        page.show_rises(self.change.said(), self.change.rises(_RISES))
        page.legend.show_parts(self._legend(shown))
        self._build(shown)
        heat, spots = self._cells[live.OTHER], self._cells[live.OTHER_SPOTS]
        if shown.labels != [label for _, label in live.legend_rows(heat.layer)][:-1]:
            live.color_heat(heat.layer, shown.labels)
        # values stand in both maps or in none
        heat.layer.setLabelsEnabled(shown.layer(live.HEAT).labelsEnabled())
        heat.show(**{"class": then.classes(shown.bounds)}, value=then.values,
                  cases=then.tally.cases)  # fmt: skip
        spots.show(**{"class": spot_classes(city.spots(then))})
        self._cover(answer.question.span.name, span.name)

    def _build(self, shown: HeatMap) -> None:
        project = QgsProject.instance()
        if self._cells and all(live.find_live(project, role) for role in self._cells):
            return
        for role in _PAIRS.values():
            self._cells[role] = shown.cells(role)
            live.show_layer(project, self._cells[role].layer, False)
        live.outline_spots(self._cells[live.OTHER_SPOTS].layer)
        live.label_values(self._cells[live.OTHER].layer)

    def _legend(self, shown: HeatMap) -> list[Part]:
        """Return what is the same in both maps."""
        parts = [
            (words.unit_title(self._desk.unit(), ""), live.legend_rows(shown.layer(live.HEAT)))
        ]
        if live.SPOTS in self._desk.shown_roles():
            parts.append((words.spots_title(), live.legend_rows(shown.layer(live.SPOTS))))
        return parts

    def extent(self) -> QgsRectangle:
        """Return what of the map is not covered."""
        return (self.side or self._canvas).extent()

    def layers(self) -> list[QgsMapLayer]:
        """Return what the other map shows: the map's layers, those of heat for the other period."""
        found = []
        for layer in self._canvas.layers():
            role = str(layer.customProperty("citygrid/role"))
            if role in _PAIRS:
                found.append(self._cells[_PAIRS[role]].layer)
            elif role not in _MINE:
                found.append(layer)
        return found

    def _cover(self, now: str, then: str) -> None:
        layers = self.layers()
        if self._page.way() == SWIPE:
            self._drop_side()
            if self.swipe is None:
                self.swipe = Swipe(self._canvas, layers)
            else:
                self.swipe.show_layers(layers)
            self.swipe.name(now, then)
            return
        self._drop_swipe()
        if self.side is None:
            self.side = SideCanvas(self._canvas, layers)
        else:
            self.side.setLayers(layers)
        self.side.name(now, then)

    def _dragged(self, share: float) -> None:
        if self.swipe is not None:
            self.swipe.move(share)

    def _uncover(self) -> None:
        self._drop_swipe()
        self._drop_side()
        self.change = None
        self._page.show_rises("", [])
        self._page.legend.show_parts([])

    def _drop_swipe(self) -> None:
        if self.swipe is not None:
            self.swipe.close()
            self.swipe = None

    def _drop_side(self) -> None:
        if self.side is not None:
            self.side.remove()
            self.side = None

    def _ready(self, there: bool) -> None:
        """The layers went with the city, or were made anew."""
        self._cells = {}
        self._uncover()
