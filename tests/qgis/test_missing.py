"""A QGIS that lacks a library: the plugin loads, says what is missing, and goes."""

from __future__ import annotations

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgisInterface
from qgis.PyQt.QtWidgets import QDialog, QToolBar

import citygrid_plugin.plugin as plugin_module
from citygrid_plugin import classFactory
from citygrid_plugin.requirements import Requirement


def test_the_plugin_loads_and_names_what_is_missing(
    qgis_iface: QgisInterface, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_module, "missing", lambda: [Requirement("shapely", "2.0", "1.8.5")])
    plugin = classFactory(qgis_iface)
    plugin.initGui()
    window = qgis_iface.mainWindow()
    dialog = window.findChild(QDialog, "CitygridRequirements")
    assert dialog is not None
    assert "shapely==" in dialog.command.toPlainText()
    assert "citygrid_libs" in dialog.command.toPlainText()
    assert QgsApplication.processingRegistry().providerById("citygrid") is None
    plugin.unload()
    QgsApplication.sendPostedEvents(None, 52)  # deferred deletes
    assert window.findChild(QDialog, "CitygridRequirements") is None
    assert window.findChild(QToolBar, "CitygridToolBar") is None
