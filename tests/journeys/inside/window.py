"""An inventory of QGIS's main window."""

from __future__ import annotations

from collections import Counter

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QMenu, QTabBar, QToolBar, QWidget
from qgis.utils import iface


def inventory() -> dict[str, list[str]]:
    """Everything a plugin could leave behind, as sorted texts."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsApplication.processEvents()
    window = iface.mainWindow()
    registry = QgsApplication.processingRegistry()
    return {
        "toolbars": sorted(w.objectName() for w in window.findChildren(QToolBar)),
        "docks": sorted(w.objectName() for w in window.findChildren(QDockWidget)),
        "menus": sorted(_menus(window)),
        "actions": _counted(
            a.objectName() or a.text() for a in window.findChildren(QAction) if not _retired(a)
        ),
        "widgets": _counted(
            type(w).__name__ for w in window.children() if isinstance(w, QWidget) and not _spare(w)
        ),
        "providers": sorted(p.id() for p in registry.providers()),
        "canvas": _counted(type(i).__name__ for i in iface.mapCanvas().scene().items()),
        "tasks": [str(QgsApplication.taskManager().count())],
    }


def _spare(widget: QWidget) -> bool:
    """Qt keeps the empty tab bars of docks that were removed, for the next ones."""
    return isinstance(widget, QTabBar) and widget.count() == 0


def _retired(action: QAction) -> bool:
    """QGIS takes the separator of its plugin menu off but keeps the object."""
    return action.isSeparator() and not action.associatedWidgets()


def _counted(names: object) -> list[str]:
    return sorted(f"{name} × {n}" for name, n in Counter(names).items())


def _menus(window: QWidget) -> list[str]:
    found = []

    def walk(menu: QMenu, path: str) -> None:
        for action in menu.actions():
            here = f"{path}/{action.text()}"
            found.append(here)
            if action.menu() is not None:
                walk(action.menu(), here)

    for action in window.menuBar().actions():
        found.append(action.text())
        if action.menu() is not None:
            walk(action.menu(), action.text())
    return found
