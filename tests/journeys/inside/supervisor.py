"""A supervisor's morning: open the city, see what is hot, click, read who answers."""

import sys

import processing
import qgis.utils
from qgis.core import QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QCheckBox, QDockWidget, QPushButton
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, wait_for

PROJECT = QgsProject.instance()


def dock() -> QDockWidget:
    return iface.mainWindow().findChild(QDockWidget, "CitygridDock")


def click(x: float, y: float) -> None:
    """Click the map where the workspace's coordinates are."""
    canvas = iface.mapCanvas()
    from citygrid_plugin.layers.project import find_layer

    crs = find_layer(PROJECT, "grids").crs()
    there = QgsCoordinateTransform(crs, PROJECT.crs(), PROJECT).transform(QgsPointXY(x, y))
    pixel = canvas.mapSettings().mapToPixel().transform(there)
    where = QPoint(round(pixel.x()), round(pixel.y()))
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where
    )


def act() -> None:
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().resize(1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    drawn()
    say(
        plugin=sys.modules["citygrid_plugin"].__file__,
        layers={layer.name(): layer.featureCount() for layer in PROJECT.mapLayers().values()},
        groups=[node.name() for node in PROJECT.layerTreeRoot().findGroups()],
        invalid=[layer.name() for layer in PROJECT.mapLayers().values() if not layer.isValid()],
        counts=dock().counts.facts(),
        title=dock().title.text(),
        last=dock().last.text(),
    )
    picture("overview")

    # Who answers here: the button, then clicks on the map.
    x, y = float(FACTS["x"]), float(FACTS["y"])
    iface.mapCanvas().zoomByFactor(0.25, QgsPointXY(x, y))
    drawn()
    QTest.mouseClick(
        dock().findChild(QPushButton, "citygrid_button_ask"), Qt.MouseButton.LeftButton
    )
    click(x, y)
    card = iface.mainWindow().findChild(QDockWidget, "CitygridAnswerDock")
    say(answer=card.view.facts())
    picture("answer")
    box = card.classes
    box.setCurrentIndex(box.findText(FACTS["class_code"], Qt.MatchFlag.MatchContains))
    click(x, y)
    say(duty=card.view.facts())
    QTest.mouseClick(
        dock().findChild(QPushButton, "citygrid_button_ask"), Qt.MouseButton.LeftButton
    )
    say(tool_off=not dock().ask_button.isChecked())

    # Heat, by the box in the panel.
    dock().setUserVisible(True)
    box = dock().findChild(QCheckBox)
    box.click()
    iface.mapCanvas().setExtent(find_layer(PROJECT, "areas_county").extent())
    picture("heat")
    say(
        heat_on=box.isChecked(),
        heat=find_layer(PROJECT, "heat_map").name(),
        legend=dock().legend.texts(),
    )
    box.click()

    # A job of the toolbox on the open layers.
    found = processing.run(
        "citygrid:locatepoints",
        {
            "POINTS": find_layer(PROJECT, "components_point"),
            "GRIDS": find_layer(PROJECT, "grids"),
            "CODE": "code",
            "OUTPUT": "memory:",
        },
    )
    wrong = [f["code"] for f in found["OUTPUT"].getFeatures() if f["grid_code"] != f["grid_code_2"]]
    say(located=found["OUTPUT"].featureCount(), wrong=wrong, outside=found["OUTSIDE"])

    # Verify, in a child process; the message bar says how it ended.
    QTest.mouseClick(
        dock().findChild(QPushButton, "citygrid_button_verify"), Qt.MouseButton.LeftButton
    )
    assert not dock().verify_button.isEnabled()
    assert wait_for(dock().verify_button.isEnabled, 60)
    say(verified=dock().verified.text())
    picture("verified")


run(act)
