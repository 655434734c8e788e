"""A map maintainer's hour: split along a road, merge, move a border, look at the impact, commit, undo."""

import json
import statistics
import time
from pathlib import Path

import qgis.utils
from hands import LEFT, NONE, keys, pixel, press, widget
from qgis.core import QgsApplication, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QDate, QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QLineEdit, QTreeWidget
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, wait, wait_for

PROJECT = QgsProject.instance()
PLACES = json.loads(FACTS["places"])
RIGHT = Qt.MouseButton.RightButton


def view():
    return iface.mapCanvas().viewport()


def take(name: str) -> None:
    """Take a tool by the button of the toolbar, as a hand does."""
    action = iface.mainWindow().findChild(QAction, f"citygrid_grid_{name}")
    bar = widget("CitygridGridToolBar")
    QTest.mouseClick(bar.widgetForAction(action), LEFT)
    wait(50)
    assert action.isChecked(), name


def move(spot: QPoint, held=Qt.MouseButton.NoButton) -> float:
    """Move the mouse to a pixel; return how many milliseconds QGIS was busy with it."""
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), Qt.MouseButton.NoButton, held, NONE)
    started = time.perf_counter()
    QgsApplication.sendEvent(view(), event)
    return 1000 * (time.perf_counter() - started)


def go(*place: float, held=Qt.MouseButton.NoButton) -> None:
    end = pixel(*place)
    for offset in (QPoint(-4, -2), QPoint(0, 0)):
        move(end + offset, held)
        wait(10)


def click(*place: float, button=LEFT) -> None:
    go(*place)
    QTest.mouseClick(view(), button, NONE, pixel(*place))
    wait(30)


def zoom(x: float, y: float, metres: float) -> None:
    from qgis.core import QgsRectangle

    box = QgsRectangle.fromCenterAndSize(QgsPointXY(x, y), metres, metres)
    iface.mapCanvas().setExtent(box)
    drawn()


def messages() -> str:
    return " ".join(item.text() for item in iface.messageBar().items())


def room():
    return qgis.utils.plugins["citygrid_plugin"].grids


def act() -> None:
    from citygrid_plugin.layers.base import MapSource
    from citygrid_plugin.layers.basemap import BaseMap

    iface.mainWindow().resize(1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    for layer in BaseMap(Path(FACTS["base"])).layers(MapSource(Path(FACTS["base"]))):
        PROJECT.addMapLayer(layer, False)
        PROJECT.layerTreeRoot().addLayer(layer)
    drawn()
    page = room().page
    take("split")
    box = page.buildings
    box.setLayer(
        next(
            x
            for x in PROJECT.mapLayers().values()
            if x.customProperty("citygrid/role") == "base_buildings"
        )
    )

    # Split by a line: live panel, Backspace, Esc, then for good.
    line = PLACES["split"]
    zoom(*PLACES["split_at"], 420)
    times = []
    click(*line[0])
    for i in range(1, 21):
        t = i / 20
        spot = pixel(
            line[0][0] + t * (line[1][0] - line[0][0]), line[0][1] + t * (line[1][1] - line[0][1])
        )
        times.append(move(spot))
        wait(5)
    say(
        live=page.live.texts(),
        live_head=page.live.head.text(),
        status=iface.mainWindow().statusBar().currentMessage(),
    )
    say(move_ms=[round(statistics.median(times), 1), round(max(times), 1)])
    picture("split_live")
    QTest.keyClick(iface.mapCanvas(), Qt.Key.Key_Escape)
    say(after_escape=page.live.texts(), pending_after_escape=room().desk.stack.count())
    click(*line[0])
    click(*line[1])
    QTest.mouseClick(view(), RIGHT, NONE, pixel(*line[1]))
    wait(100)
    say(after_split=[room().desk.stack.text(i) for i in range(room().desk.stack.index())])

    # Merge one of the pieces with its neighbour.
    take("merge")
    for place in PLACES["merge"]:
        click(*place)
    say(merge_live=page.live.texts())
    picture("merge_live")
    QTest.keyClick(iface.mapCanvas(), Qt.Key.Key_Return)
    wait(100)

    # Drag a border.
    take("border")
    zoom(*PLACES["border"][0], 420)
    start, end = PLACES["border"]
    go(*start)
    QTest.mousePress(view(), LEFT, NONE, pixel(*start))
    middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
    go(*middle, held=LEFT)
    go(*end, held=LEFT)
    picture("border_live")
    say(border_live=page.live.texts(), border_head=page.live.head.text())
    QTest.mouseRelease(view(), LEFT, NONE, pixel(*end))
    wait(100)

    # Along a road, with one click.
    take("road")
    zoom(*PLACES["road"], 700)
    go(*PLACES["road"])
    say(road_live=page.live.texts(), road_head=page.live.head.text())
    picture("road_live")
    click(*PLACES["road"])
    wait(100)
    stack = room().desk.stack
    say(steps=[stack.text(i) for i in range(stack.index())], checked=page.checked.text())

    # Undo and redo by keys on the map.
    before = stack.index()
    QTest.keyClick(iface.mapCanvas(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    undone = stack.index()
    QTest.keyClick(
        iface.mapCanvas(),
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    say(undo_redo=[before, undone, stack.index()])

    # The impact, then commit.
    assert wait_for(lambda: bool(page.impact.counts()), 60), page.impact_state.text()
    say(impact=page.impact.counts(), impact_text=page.impact_state.text())
    zoom(*PLACES["split_at"], 900)
    picture("impact")
    tree = widget("citygrid_grid_impact", QTreeWidget)
    branch = tree.topLevelItem(0)
    tree.scrollToItem(branch.child(0))
    QTest.mouseClick(tree.viewport(), LEFT, NONE, tree.visualItemRect(branch.child(0)).center())
    wait(200)
    say(asked=branch.child(0).text(0), extent=iface.mapCanvas().extent().width())
    picture("impact_clicked")
    # typed by an input method: keys are Latin
    widget("citygrid_grid_reason", QLineEdit).insert(FACTS["reason"])
    keys(widget("citygrid_grid_document", QLineEdit), "2025-17")
    page.cause.day.setDate(QDate(2025, 6, 1))
    press("citygrid_grid_commit")
    assert wait_for(lambda: not room().committing.busy, 60)
    wait(300)
    say(message=messages())
    zoom(*PLACES["split_at"], 900)
    picture("committed")
    say(pending=stack.count(), grids=len(room().desk.coverage))

    # Take the commit back: what was committed is pending again; drop it.
    press("citygrid_grid_undo_commit")
    assert wait_for(lambda: not room().committing.busy, 60)
    wait(300)
    say(undo_message=messages(), pending_again=stack.index())
    if FACTS.get("keep") == "yes":
        assert wait_for(lambda: bool(page.impact.counts()), 60), page.impact_state.text()
        press("citygrid_grid_commit")
        assert wait_for(lambda: not room().committing.busy, 60)
    else:
        press("citygrid_grid_discard")
    wait(300)
    picture("at_last")


run(act)
