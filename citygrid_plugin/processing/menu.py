"""The menu of jobs: it opens the algorithms' dialogs, the workspace filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QMenu, QWidget

from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.processing.base import GROUPS, CitygridAlgorithm
from citygrid_plugin.processing.provider import ALGORITHMS


def jobs_menu(
    parent: QWidget,
    icon: Callable[[str], QIcon],
    workspace: Callable[[], Path | None],
    done: Callable[[], None],
) -> QMenu:
    """Return a menu of all algorithms by group.

    Parameters
    ----------
    workspace : callable
        The workspace that is open, or None.
    done : callable
        Called when a dialog was closed: its job may have changed the workspace.
    """
    menu = QMenu(tr("Jobs", "作业"), parent)
    menu.setObjectName("citygrid_jobs")
    menu.setIcon(icon("jobs"))
    menu.setToolTip(tr("Draw, import, geocode, count", "划分、入库、地址匹配、计数"))
    for key, title in GROUPS.items():
        part = menu.addMenu(shown(title))
        for algorithm in ALGORITHMS:
            if algorithm.group_key == key:
                action = part.addAction(shown(algorithm.title))
                action.triggered.connect(
                    lambda _=False, one=algorithm: _open(one, workspace(), done)
                )
    return menu


def _open(
    algorithm: type[CitygridAlgorithm], workspace: Path | None, done: Callable[[], None]
) -> None:
    open_dialog(algorithm.key, {"WORKSPACE": str(workspace)} if workspace else {})
    done()


def open_dialog(key: str, known: dict[str, Any]) -> None:
    """Open the dialog of an algorithm with some of its parameters filled in, until it is closed."""
    import processing

    processing.execAlgorithmDialog(f"citygrid:{key}", known)
