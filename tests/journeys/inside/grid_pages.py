"""Findings, repairs, history and drawing: the other pages of the dock of grids."""

from pathlib import Path

import qgis.utils
from hands import LEFT, NONE, dock, pixel, press, widget
from qgis.core import QgsPointXY, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QSlider, QTabBar, QTabWidget, QTreeWidget
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, wait, wait_for

PROJECT = QgsProject.instance()


def tab(number: int) -> None:
    """Click a tab of the dock."""
    bar = widget("citygrid_grid_tabs", QTabWidget).findChild(QTabBar)
    QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(number).center())
    wait(50)


def counted() -> int:
    """How many grids the layer shows."""
    from citygrid_plugin.layers.project import find_layer

    return sum(1 for _ in find_layer(PROJECT, "grids").getFeatures())


def act() -> None:
    from citygrid_plugin.layers.base import MapSource
    from citygrid_plugin.layers.basemap import BaseMap
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().resize(1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    base = Path(FACTS["base"])
    for layer in BaseMap(base).layers(MapSource(base)):
        PROJECT.addMapLayer(layer, False)
        PROJECT.layerTreeRoot().addLayer(layer)
    room = plugin.grids
    dock("CitygridGridDock")
    drawn()

    # Time: the day before, the change, its relatives.
    tab(3)
    slider = widget("citygrid_grid_slider", QSlider)
    say(days=slider.maximum(), now=counted())
    slider.setFocus()
    for _ in range(2):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    drawn()
    say(before=counted(), day=room.time_page.state.text())
    QTest.keyClick(slider, Qt.Key.Key_End)
    x, y = float(FACTS["x"]), float(FACTS["y"])
    iface.mapCanvas().setExtent(QgsRectangle.fromCenterAndSize(QgsPointXY(x, y), 700, 700))
    drawn()
    press("citygrid_grid_lineage_pick")
    QTest.mouseClick(iface.mapCanvas().viewport(), LEFT, NONE, pixel(x, y))
    wait(200)
    tree = widget("citygrid_grid_relatives", QTreeWidget)
    ancestors = tree.topLevelItem(0)
    say(of=room.time_page.who.text(), ancestors=[
        ancestors.child(i).text(0) for i in range(ancestors.childCount())
    ])  # fmt: skip
    picture("time")

    # Findings: check, walk, preview of a repair.
    tab(2)
    press("citygrid_grid_check")
    assert wait_for(lambda: not room.checking.busy, 90)
    press("citygrid_grid_next")
    press("citygrid_grid_next")
    listed = widget("citygrid_grid_findings", QTreeWidget)
    extent = iface.mapCanvas().extent()
    say(findings=listed.topLevelItemCount(), found=room.findings_page.state.text(),
        chosen=listed.indexOfTopLevelItem(listed.currentItem()), width=extent.width(),
        rules=sorted({listed.topLevelItem(i).text(0) for i in range(listed.topLevelItemCount())}))  # fmt: skip
    picture("findings")
    press("citygrid_grid_repair_preview")
    assert wait_for(lambda: not room.checking.busy, 90)
    say(repair=room.findings_page.repaired.text())
    shown = find_layer(PROJECT, "grids_mended")
    if shown is not None and shown.featureCount():
        iface.mapCanvas().setExtent(shown.extent().buffered(80))
    picture("repair_preview")
    press("citygrid_grid_repair_apply")
    assert wait_for(lambda: not room.checking.busy, 90)
    say(applied=room.findings_page.repaired.text())
    press("citygrid_grid_repair_undo")
    assert wait_for(lambda: not room.checking.busy, 90)
    say(taken_back=room.findings_page.repaired.text())

    # Draw: a preview that is cancelled, one that is looked at, accepted.
    tab(1)
    room.draw_page.target.setValue(20_000)
    say(
        layers={
            n: c.currentLayer() and c.currentLayer().name()
            for n, c in room.draw_page.layers.items()
        }
    )
    press("citygrid_grid_draw_preview")
    wait(300)
    press("citygrid_grid_draw_cancel")
    assert wait_for(lambda: not room.drawing.busy, 10)
    say(cancelled=room.draw_page.state.text())
    press("citygrid_grid_draw_preview")
    assert wait_for(lambda: not room.drawing.busy, 120)
    say(preview=room.draw_page.state.text(), quality=room.draw_page.quality.facts(),
        trial=find_layer(PROJECT, "grids_trial").featureCount())  # fmt: skip
    iface.mapCanvas().setExtent(find_layer(PROJECT, "areas_county").extent())
    picture("draw_preview")
    press("citygrid_grid_draw_accept")
    assert wait_for(lambda: not room.drawing.busy, 120)
    wait(300)
    say(accepted=room.draw_page.state.text(), grids=counted())
    say(view_gone=find_layer(PROJECT, "grids_trial") is None)
    picture("accepted")


run(act)
