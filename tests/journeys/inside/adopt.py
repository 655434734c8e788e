"""A duty rule digitised in QGIS: drawn by mouse, filled in by choice, listed, taken in."""

import json

import qgis.utils
from hands import in_dialog, pixel
from qgis.core import QgsPointXY, QgsProject
from qgis.gui import QgsAttributeDialog
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QDialog, QLineEdit
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, screen, wait, wait_for

CORNERS = json.loads(FACTS["corners"])
PROJECT = QgsProject.instance()


def form_dialog() -> QDialog | None:
    """The form that QGIS opens when a feature was drawn."""
    shown = (w for w in QApplication.topLevelWidgets() if w.isVisible())
    return next((w for w in shown if w.objectName().startswith("featureactiondlg")), None)


def act() -> None:
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    layer = find_layer(PROJECT, "duty_rules_polygon")
    node = PROJECT.layerTreeRoot().findLayer(layer.id())
    node.setItemVisibilityCheckedParentRecursive(True)
    canvas = iface.mapCanvas()
    canvas.setCenter(QgsPointXY(*CORNERS[0]))
    canvas.zoomScale(2000)
    drawn()
    before = layer.featureCount()
    iface.setActiveLayer(layer)
    layer.startEditing()
    iface.actionAddFeature().trigger()
    wait(100)

    filled = {}

    def fill(dialog: QDialog) -> None:
        form = sip.cast(dialog, QgsAttributeDialog).attributeForm()
        for name in ("place", "code"):
            filled[name] = str(form.currentFormFeature()[name])
        lines = dialog.findChildren(QLineEdit)
        filled["completers"] = sum(line.completer() is not None for line in lines)
        form.changeAttribute("department_code", FACTS["department"])
        form.changeAttribute("role", "handling")
        form.changeAttribute("class_code", FACTS["class_code"])
        form.changeAttribute("document", "QGIS 1")
        screen("adopt_form")
        dialog.accept()

    view = canvas.viewport()
    for corner in CORNERS:
        QTest.mouseMove(view, pixel(*corner))
        QTest.mouseClick(
            view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel(*corner)
        )
        wait(50)
    QTest.mouseClick(
        view, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, pixel(*CORNERS[-1])
    )
    assert wait_for(lambda: form_dialog() is not None, 20)
    wait(300)
    fill(form_dialog())
    assert wait_for(lambda: layer.featureCount() == before + 1, 20)
    say(filled=filled)

    # Not saved yet: it says so. Then saved, listed, recorded.
    adopt = iface.mainWindow().findChild(QAction, "citygrid_adopt")
    adopt.trigger()
    say(unsaved=[i.text() for i in iface.messageBar().items()])
    assert layer.commitChanges(), layer.commitErrors()
    seen = {}

    def record(dialog: QDialog) -> None:
        rows = dialog.rows
        seen["rows"] = [
            [rows.topLevelItem(i).text(c) for c in range(3)]
            for i in range(rows.topLevelItemCount())
        ]
        seen["faults"] = [dialog.faults.item(i).text() for i in range(dialog.faults.count())]
        seen["may"] = dialog.ok.isEnabled()
        screen("adopt_list")
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    in_dialog(record, 500)
    adopt.trigger()
    assert wait_for(lambda: "rows" in seen, 60)
    assert wait_for(lambda: plugin.adopting._task is None, 60)
    say(seen=seen, message=[i.text() for i in iface.messageBar().items()])
    picture("adopt_done")


run(act)
