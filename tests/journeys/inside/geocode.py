"""From an address to a grid and an owner: the search box, the dock, the circle, the card."""

import json
import time

import qgis.utils
from hands import choose_row, dock, keys, widget
from qgis.core import QgsApplication
from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QAbstractItemModel, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QComboBox, QTreeView, QTreeWidget
from qgis.utils import iface
from stage import FACTS, picture, run, say, screen, wait, wait_for

ADDRESSES = json.loads(FACTS["addresses"])


def model_rows(model: QAbstractItemModel) -> list[str]:
    found = []
    for row in range(model.rowCount()):
        found.append(str(model.index(row, 0).data()))
    return found


def search_box(address: str) -> list[str]:
    """Type into the search box bottom left; return what it offers."""
    locator = next(
        w for w in iface.mainWindow().findChildren(QgsFilterLineEdit)
        if "Locator" in w.parent().metaObject().className() or w.placeholderText().startswith("搜索")
        or "Type to locate" in w.placeholderText()
    )  # fmt: skip
    locator.setFocus()
    keys(locator, address)
    results = next(
        v for v in iface.mainWindow().findChildren(QTreeView)
        if "Locator" in v.metaObject().className() or "Locator" in v.model().metaObject().className()
    )  # fmt: skip

    def offered() -> bool:
        return any(address[-3:] in r or "号" in r for r in model_rows(results.model()))

    assert wait_for(offered, 20), model_rows(results.model())
    wait(300)
    rows = model_rows(results.model())
    screen("geocode_search")
    QTest.keyClick(locator, Qt.Key.Key_Down)
    QTest.keyClick(locator, Qt.Key.Key_Return)
    QgsApplication.processEvents()
    wait(300)
    return rows


def act() -> None:
    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    registered = [f.name() for f in iface.mainWindow().findChildren(type(plugin.geocoding._filter))]
    say(registered=registered)
    address = iface.mainWindow().findChild(QAction, "citygrid_address")
    address.trigger()
    view = dock("CitygridGeocodeDock").view
    line = widget("citygrid_address", QgsFilterLineEdit)
    told = {}
    for name, address in ADDRESSES.items():
        line.setFocus()
        line.selectAll()
        keys(line, address, Qt.Key.Key_Return)
        found = view.found
        told[name] = {
            "outcome": found.outcome,
            "spans": [[s.text, s.label, s.used] for s in found.spans],
            "ignored": list(found.ignored),
            "places": [[p.code, p.name, p.x, p.y, p.error_m] for p in found.places],
            "pins": len(plugin.geocoding._pins),
            "card": widget("citygrid_address_card").facts(),
        }
        picture(f"geocode_{name}")
    say(told=told)

    # Another candidate of the ambiguous one, and a class: who answers there.
    line.selectAll()
    keys(line, ADDRESSES["ambiguous"], Qt.Key.Key_Return)
    box = widget("citygrid_address_class", QComboBox)
    box.setCurrentIndex(box.findText(FACTS["class_code"], Qt.MatchFlag.MatchContains))
    box.activated.emit(box.currentIndex())
    choose_row(widget("citygrid_address_candidates", QTreeWidget), 1)
    say(second=widget("citygrid_address_card").facts(), place=view.place().code)
    picture("geocode_second")

    took = []
    for _ in range(20):
        began = time.perf_counter()
        plugin.geocoding.look(ADDRESSES["accepted"])
        took.append((time.perf_counter() - began) * 1e3)
    say(milliseconds=round(sorted(took)[10], 1))

    line.clear()
    say(search=search_box(ADDRESSES["accepted"]), picked=line.text())
    picture("geocode_picked")


run(act)
