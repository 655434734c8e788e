"""citygrid in QGIS. Only `classFactory` is called by QGIS; everything else is imported by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.plugin import CitygridPlugin


def classFactory(iface: QgisInterface) -> CitygridPlugin:
    """Return the plugin: QGIS calls this when the plugin is switched on."""
    from citygrid_plugin.bootstrap import extend_path

    extend_path()
    from citygrid_plugin.plugin import CitygridPlugin

    return CitygridPlugin(iface)
