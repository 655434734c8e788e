"""Unresolved addresses: a candidate by a key, a corrected text, a dragged pin, an alias; applied."""

import json
from pathlib import Path

import qgis.utils
from hands import click_map, dock, drag_map, keys, press, widget
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QLineEdit, QTableWidget
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, wait_for

PUT = json.loads(FACTS["put"])


def row() -> int:
    return widget("citygrid_review_rows", QTableWidget).currentRow()


def act() -> None:
    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    iface.mainWindow().findChild(QAction, "citygrid_address").trigger()
    press("citygrid_address_review")
    plugin.review.open(Path(FACTS["review"]))
    table = widget("citygrid_review_rows", QTableWidget)
    review = dock("CitygridReviewDock")
    say(opened=review.progress.text(), first=row(), rows=table.rowCount())
    drawn()
    picture("review_open")

    # A candidate by one key; the next open row comes by itself. Its typed name becomes an alias.
    keys(table, "", Qt.Key.Key_A)
    say(alias=review.alias.isChecked())
    keys(table, "1")
    say(second=row())

    # The text as it should read.
    keys(table, "", Qt.Key.Key_Return)
    line = widget("citygrid_review_text", QLineEdit)
    line.clear()
    keys(line, FACTS["wrong"], Qt.Key.Key_Return)
    say(still=row(), uncertain=review.progress.text())
    line.clear()
    keys(line, FACTS["corrected"], Qt.Key.Key_Return)
    say(third=row())

    # A point on the map, then its pin dragged elsewhere.
    iface.mapCanvas().zoomScale(1500)
    from qgis.core import QgsPointXY

    iface.mapCanvas().setCenter(QgsPointXY(*PUT))
    drawn()
    click_map(*PUT)
    drag_map(tuple(PUT), (PUT[0] + 20.0, PUT[1] + 10.0))
    say(put=[plugin.review._review.rows[row()].cells[c] for c in ("set_x", "set_y")])
    picture("review_put")

    # Taken back and put again: the file has every step.
    keys(table, "", Qt.Key.Key_Delete)
    say(cleared=plugin.review._review.rows[row()].decided)
    click_map(*PUT)
    picture("review_decided")
    plugin.review.apply(Path(FACTS["output"]))
    assert wait_for(lambda: plugin.review._task is None, 60)
    say(message=[i.text() for i in iface.messageBar().items()])
    QgsApplication.processEvents()
    QTest.qWait(100)


run(act)
