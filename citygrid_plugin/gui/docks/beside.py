"""Docks on tabs beside the panel, so that they don't fight for the height of the screen."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QDockWidget, QMainWindow

PANEL = "CitygridDock"


def show_beside(dock: QDockWidget) -> None:
    """Bring a dock to the front; the first time it joins the panel's tabs.

    Done when it is asked for: QGIS lays its docks out anew after plugins were loaded.
    A dock that the user dragged elsewhere stays there.
    """
    window = dock.parent()
    if isinstance(window, QMainWindow) and dock.isHidden() and not dock.isFloating():
        panel = window.findChild(QDockWidget, PANEL)
        same = panel is not None and window.dockWidgetArea(panel) == window.dockWidgetArea(dock)
        if same and dock not in window.tabifiedDockWidgets(panel):
            window.tabifyDockWidget(panel, dock)
    dock.show()
    dock.raise_()
