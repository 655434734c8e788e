"""A morning with the numbers: a month on the map, another indicator, a street, its cases, a report."""

import qgis.utils
from hands import choose_row, press, widget
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QComboBox, QLabel, QTreeWidget
from qgis.utils import iface
from stage import FACTS, FOLDER, picture, run, say, wait, wait_for


def choose(name: str, data: object) -> None:
    """Take an entry of a box, as a click does."""
    box = widget(name, QComboBox)
    at = next(i for i in range(box.count()) if box.itemData(i) == data)
    box.setCurrentIndex(at)
    box.activated.emit(at)
    QgsApplication.processEvents()


def texts(tree: QTreeWidget) -> list[list[str]]:
    rows = (tree.topLevelItem(i) for i in range(tree.topLevelItemCount()))
    return [[row.text(c) for c in range(tree.columnCount())] for row in rows]


def act() -> None:
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    iface.mainWindow().findChild(QAction, "citygrid_evaluation").trigger()
    desk, dock = plugin.cases.evaluation, plugin.cases.evaluation._dock
    groups = widget("citygrid_evaluation_groups", QTreeWidget)

    def settled() -> None:
        wait(150)
        assert wait_for(lambda: not desk.busy)
        wait(100)

    settled()
    say(period=widget("citygrid_evaluation_period", QLabel).text(), total=dock.total.text(),
        streets=texts(groups), legend=dock.legend.texts())  # fmt: skip
    layer = find_layer(QgsProject.instance(), "evaluation")
    say(coloured={f["code"]: f["value"] for f in layer.getFeatures()}, title=layer.name())
    iface.mapCanvas().setExtent(layer.extent())
    picture("evaluation_streets")

    # The month before, communities, another indicator.
    press("citygrid_evaluation_before")
    settled()
    choose("citygrid_evaluation_by", ("area", "community"))
    settled()
    choose("citygrid_evaluation_indicator", FACTS["indicator"])
    settled()
    say(before=widget("citygrid_evaluation_period", QLabel).text(), communities=texts(groups))
    row = next(i for i, r in enumerate(texts(groups)) if r[2].split(" / ")[0] != "0")
    choose_row(groups, row)
    settled()
    cases = widget("citygrid_evaluation_cases", QTreeWidget)
    say(chosen=texts(groups)[row], behind=widget("citygrid_evaluation_behind", QLabel).text(),
        cases=texts(cases))  # fmt: skip
    marked = find_layer(QgsProject.instance(), "evaluation_cases")
    say(marked=marked.featureCount())
    picture("evaluation_behind")

    # From a number to a case: its card.
    choose_row(cases, 0)
    QTest.keyClick(cases, Qt.Key.Key_Return)
    wait(100)
    assert wait_for(lambda: plugin.cases.cards.number != "")
    say(card=plugin.cases.cards.number)
    desk.open()

    # Departments are no areas: their cases take the colours. Scores by a scheme; unit grids.
    choose("citygrid_evaluation_by", ("department", ""))
    settled()
    choose("citygrid_evaluation_scheme", "cjt292")
    settled()
    layer = find_layer(QgsProject.instance(), "evaluation")
    say(departments=texts(groups), points=layer.featureCount())
    iface.mapCanvas().setExtent(layer.extent())
    picture("evaluation_departments")
    # As if all had the city's mix of classes; how long it took; what was sent back in January.
    say(plain=texts(groups))
    press("citygrid_evaluation_mix")
    settled()
    say(mixed=texts(groups))
    dock.pages.setCurrentIndex(1)
    say(times=texts(widget("citygrid_evaluation_times", QTreeWidget)))
    dock.pages.setCurrentIndex(2)
    for _ in range(2):
        press("citygrid_evaluation_after")
        settled()
    bounced = widget("citygrid_bounces", QTreeWidget)
    say(bounces=texts(bounced))
    choose_row(bounced, 0)
    settled()
    picture("evaluation_bounces")
    dock.pages.setCurrentIndex(0)
    press("citygrid_evaluation_mix")
    press("citygrid_evaluation_before")
    settled()
    choose("citygrid_evaluation_by", ("area", "grid"))
    settled()
    choose("citygrid_evaluation_indicator", "reported")
    settled()
    say(grids=len(texts(groups)), unit=dock.legend.texts())
    picture("evaluation_grids")

    files = {}
    for suffix in ("html", "xlsx", "pdf"):
        file = FOLDER / f"report.{suffix}"
        desk.write_report(file)
        wait(200)
        assert wait_for(lambda: not desk.busy, 90)
        files[suffix] = file.stat().st_size if file.exists() else 0
    say(files=files, written=widget("citygrid_evaluation_behind", QLabel).text())
    press("citygrid_evaluation_map")
    say(left=find_layer(QgsProject.instance(), "evaluation") is None)


run(act)
