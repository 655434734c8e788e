"""Who answers here: between the map tool, the dock of cards and the service that knows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QObject, QPoint, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QAction, QApplication, QToolTip

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.card_view import outcome_color
from citygrid_plugin.gui.components.markers import Pin, area_band, remove
from citygrid_plugin.gui.docks.beside import show_beside
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.card import Card
from citygrid_plugin.services.lookup import Answers

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.answer_dock import AnswerDock
    from citygrid_plugin.gui.tools.answer_tool import AnswerTool
    from citygrid_plugin.services.session import Session


class AnswerDesk(QObject):
    """Connects the tool and the dock of answers.

    Parameters
    ----------
    action : QAction
        Of the toolbar; it is checked while the tool is in hand.
    """

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        dock: AnswerDock,
        tool: AnswerTool,
        action: QAction,
        answers: Answers,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session = iface, session
        self._dock, self._tool, self._action = dock, tool, action
        self._answers = answers
        self._last: tuple[QgsPointXY, float] | None = None
        self._hovered = ""
        self._path: Path | None = None
        self._pins: dict[int, tuple[Card, Pin]] = {}
        #: Called with the card when an unclear answer is to be co-ordinated.
        self.on_dispute: Callable[[Card], None] = lambda card: None
        canvas = iface.mapCanvas()
        self._hover_band = area_band(canvas, palette.BLUE, 35, 2)
        self._band = area_band(canvas, palette.GRID)
        self._here: Pin | None = None
        tool.setAction(action)
        tool.clicked.connect(self.ask)
        tool.hovered.connect(self.hover)
        tool.left.connect(self._unhover)
        tool.activated.connect(partial(self._tool_is, True))
        tool.deactivated.connect(partial(self._tool_is, False))
        dock.ask_toggled.connect(self.switch)
        dock.question_changed.connect(self.ask_again)
        dock.pin_wanted.connect(self.pin)
        dock.copy_wanted.connect(self.copy)
        dock.dispute_wanted.connect(self._dispute)
        dock.pinned_chosen.connect(self.show_pinned)
        dock.unpin_wanted.connect(self.unpin)
        action.triggered.connect(self.switch)
        session.changed.connect(self._session_changed)
        action.setEnabled(False)
        dock.widget().setEnabled(False)
        self._session_changed()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._clear()
        remove(self._hover_band, self._band)
        self.deleteLater()

    def switch(self, on: bool) -> None:
        """Take the map tool in hand, or put it away."""
        canvas = self._iface.mapCanvas()
        if on and self._session.path is not None:
            show_beside(self._dock)
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            try:
                self._answers.cities.get(self._session.path, self._dock.at())
            except CitygridError as error:
                self._say(error)
            finally:
                QApplication.restoreOverrideCursor()
            canvas.setMapTool(self._tool)
        else:
            canvas.unsetMapTool(self._tool)
            self._tool_is(False)

    def _tool_is(self, on: bool) -> None:
        self._dock.ask_button.setChecked(on)
        self._action.setChecked(on)
        if not on:
            self._unhover()

    def hover(self, point: QgsPointXY, where: QPoint) -> None:
        """Mark the grid under the mouse and tell its code."""
        path = self._session.path
        if path is None:
            return
        at = self._dock.at()
        try:
            code, community = self._answers.cell(path, self._to_store(point), at)
        except CitygridError:
            # The click says what is wrong; a hover must not spam the message bar.
            self._unhover()
            return
        canvas = self._iface.mapCanvas()
        if code != self._hovered:
            self._hovered = code
            self._hover_band.reset()
            if code:
                grids = find_layer(QgsProject.instance(), "grids")
                self._hover_band.addGeometry(self._answers.shape(path, code, at), grids)
        if code:
            QToolTip.showText(canvas.mapToGlobal(where), f"{code}\n{community}", canvas)
        else:
            QToolTip.hideText()

    def _unhover(self) -> None:
        self._hovered = ""
        self._hover_band.reset()
        QToolTip.hideText()

    def ask(self, point: QgsPointXY, radius: float) -> None:
        """Answer for a point in the map's CRS; a component within the radius is meant."""
        self._last = (point, radius)
        card = self.card_of(point, radius)
        if card is not None:
            self._show(card, point)

    def ask_again(self) -> None:
        """Answer the last point anew: class, date or accuracy changed."""
        if self._last is not None:
            self.ask(*self._last)

    def card_of(self, point: QgsPointXY, radius: float) -> Card | None:
        """Return the card of a point in the map's CRS; None when it can't be asked."""
        path = self._session.path
        if path is None:
            return None
        try:
            there = self._to_store(point)
            beside = self._to_store(QgsPointXY(point.x() + radius, point.y()))
            return self._answers.ask(
                path,
                there,
                radius=there.distance(beside),
                asked=self._dock.classes.chosen(),
                at=self._dock.at(),
                accuracy=self._dock.accuracy.value(),
            )
        except CitygridError as error:
            self._say(error)
            return None

    def _show(self, card: Card, point: QgsPointXY) -> None:
        self._dock.show_card(card)
        remove(self._here)
        self._here = Pin(self._iface.mapCanvas(), point, "?", outcome_color(card))
        self._mark(card)

    def _mark(self, card: Card) -> None:
        self._band.reset()
        path = self._session.path
        if card.grid_code and path is not None:
            grids = find_layer(QgsProject.instance(), "grids")
            self._band.addGeometry(self._answers.shape(path, card.grid_code, card.at), grids)

    def pin(self) -> None:
        """Keep the card that is shown, with a number on the map."""
        card = self._dock.view.card
        if card is None or any(card is kept for kept, _ in self._pins.values()):
            return
        number = next(n for n in range(1, len(self._pins) + 2) if n not in self._pins)
        point = self._to_map(card)
        pin = Pin(self._iface.mapCanvas(), point, str(number), outcome_color(card))
        self._pins[number] = (card, pin)
        remove(self._here)
        self._here = None
        self._list_pins()

    def unpin(self, number: int) -> None:
        """Take a pinned card off."""
        _, pin = self._pins.pop(number)
        remove(pin)
        self._list_pins()

    def show_pinned(self, number: int) -> None:
        """Show a pinned card again; the map follows when its place is out of sight."""
        card, pin = self._pins[number]
        self._last = None
        self._dock.show_card(card)
        self._mark(card)
        canvas = self._iface.mapCanvas()
        if not canvas.extent().contains(pin.point):
            canvas.setCenter(pin.point)
            canvas.refresh()

    def pinned(self) -> dict[int, Card]:
        """Return the pinned cards by number."""
        return {number: card for number, (card, _) in sorted(self._pins.items())}

    def _list_pins(self) -> None:
        self._dock.show_pins(list(self.pinned().items()))

    def copy(self) -> None:
        """Copy the card that is shown as text."""
        if self._dock.view.card is not None:
            QGuiApplication.clipboard().setText(self._dock.view.card.as_text())
            self._iface.messageBar().pushMessage(
                "citygrid", tr("The card was copied.", "卡片已复制。"), Qgis.MessageLevel.Info, 3
            )

    def _dispute(self) -> None:
        if self._dock.view.card is not None:
            self.on_dispute(self._dock.view.card)

    def _to_store(self, point: QgsPointXY) -> QgsPointXY:
        return self._transform(False).transform(point)

    def _to_map(self, card: Card) -> QgsPointXY:
        return self._transform(True).transform(QgsPointXY(card.x, card.y))

    def _transform(self, back: bool) -> QgsCoordinateTransform:
        map_crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        grids = find_layer(QgsProject.instance(), "grids")
        store_crs = grids.crs() if grids is not None else map_crs
        ends = (store_crs, map_crs) if back else (map_crs, store_crs)
        return QgsCoordinateTransform(*ends, QgsProject.instance())

    def _session_changed(self) -> None:
        there = self._session.path is not None
        if self._session.path == self._path:
            # Read anew: what is pinned stays, what is shown is asked again.
            self.ask_again()
            return
        self._path = self._session.path
        self._clear()
        self._answers.cities.forget()
        self._action.setEnabled(there)
        self._dock.widget().setEnabled(there)
        if not there:
            self._iface.mapCanvas().unsetMapTool(self._tool)
        self._dock.classes.set_classes(*self._session.classes())

    def _clear(self) -> None:
        """Take all marks and cards off: they belong to a store that is no longer open."""
        remove(self._here, *(pin for _, pin in self._pins.values()))
        self._here, self._last = None, None
        self._pins.clear()
        self._band.reset()
        self._unhover()
        self._dock.show_card(None)
        self._list_pins()

    def _say(self, error: CitygridError) -> None:
        level = Qgis.MessageLevel.Warning
        self._iface.messageBar().pushMessage("citygrid", shown(error), level, 8)
