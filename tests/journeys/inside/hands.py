"""What a user's hands do: clicks, moves and keys on the map and on widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qgis.core import QgsApplication, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QPoint, QPointF, Qt, QTimer
from qgis.PyQt.QtGui import QInputMethodEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QDockWidget,
    QTreeWidget,
    QWidget,
)
from qgis.utils import iface
from stage import wait

Found = TypeVar("Found", bound=QWidget)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def widget(name: str, kind: type[Found] = QWidget) -> Found:
    """The widget of the main window with this object name."""
    found = iface.mainWindow().findChild(kind, name)
    assert found is not None, name
    return found


def dock(name: str) -> QDockWidget:
    """A dock, brought to the front as its tab would."""
    from citygrid_plugin.gui.docks.beside import show_beside

    found = widget(name, QDockWidget)
    show_beside(found)
    QgsApplication.processEvents()
    return found


def pixel(x: float, y: float) -> QPoint:
    """Where a place of the workspace's CRS is in the canvas."""
    from citygrid_plugin.layers.project import find_layer

    project = QgsProject.instance()
    crs = find_layer(project, "grids").crs()
    there = QgsCoordinateTransform(crs, project.crs(), project).transform(QgsPointXY(x, y))
    found = iface.mapCanvas().mapSettings().mapToPixel().transform(there)
    return QPoint(round(found.x()), round(found.y()))


def click_map(x: float, y: float) -> None:
    """Click the map where the workspace's coordinates are."""
    QTest.mouseClick(iface.mapCanvas().viewport(), LEFT, NONE, pixel(x, y))


def move_map(x: float, y: float) -> None:
    """Move the mouse over the map, in two steps as a hand does."""
    view, end = iface.mapCanvas().viewport(), pixel(x, y)
    for offset in (QPoint(-3, -3), QPoint(0, 0)):
        QTest.mouseMove(view, end + offset)
        wait(60)


def drag_map(start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move and release the left button."""
    view = iface.mapCanvas().viewport()
    a, b = pixel(*start), pixel(*end)
    QTest.mouseMove(view, a)
    QTest.mousePress(view, LEFT, NONE, a)
    for step in (0.3, 0.7, 1.0):
        between = QPointF(a) + (QPointF(b) - QPointF(a)) * step
        QTest.mouseMove(view, between.toPoint())
        wait(40)
    QTest.mouseRelease(view, LEFT, NONE, b)


def press(name: str) -> None:
    """Click a button."""
    button = widget(name)
    assert button.isEnabled(), f"{name} is disabled"
    QTest.mouseClick(button, LEFT)
    QgsApplication.processEvents()


def keys(target: QWidget, text: str = "", *special: Qt.Key) -> None:
    """Type text, then special keys; Chinese comes from an input method, as it does for people."""
    if text.isascii():
        QTest.keyClicks(target, text)
    else:
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(target, event)
    for key in special:
        QTest.keyClick(target, key)
    QgsApplication.processEvents()


def choose_row(view: QAbstractItemView, row: int) -> None:
    """Click a row of a list or table."""
    index = view.model().index(row, 0)
    view.scrollTo(index)
    QTest.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(index).center())
    QgsApplication.processEvents()


def open_branch(tree: QTreeWidget, text: str) -> None:
    """Open the branch whose first column says `text`, by keyboard."""
    found = tree.findItems(text, Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive, 0)
    assert found, text
    tree.setCurrentItem(found[0])
    QTest.keyClick(tree, Qt.Key.Key_Right)
    tree.scrollToItem(found[0])
    QgsApplication.processEvents()


def in_dialog(act: Callable[[QDialog], None], milliseconds: int = 300) -> None:
    """Play `act` in the modal dialog that the next click opens."""

    def play() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(100, play)
            return
        act(dialog)

    QTimer.singleShot(milliseconds, play)
