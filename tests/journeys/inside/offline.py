"""A QGIS without citygrid's libraries: the notice, one click, all installed from the plugin's wheels."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDialog, QLabel
from qgis.utils import iface
from stage import FOLDER, run, say, wait, wait_for


def act() -> None:
    window = iface.mainWindow()
    dialog = window.findChild(QDialog, "CitygridRequirements")
    assert dialog is not None
    window.findChild(QAction, "citygrid_missing").trigger()
    wait(300)
    assert dialog.isVisible()
    dialog.grab().save(str(FOLDER / "requirements_before.png"))
    QTest.mouseClick(dialog.install, Qt.MouseButton.LeftButton)
    told = dialog.findChild(QLabel, "citygrid_requirements_said")
    assert wait_for(lambda: dialog.install.isEnabled() or "<b>" in told.text(), 180)
    dialog.grab().save(str(FOLDER / "requirements_after.png"))
    say(told=told.text())


run(act)
