"""Where Python finds the engine and the libraries that QGIS does not bring."""

from __future__ import annotations

import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent
#: Folder of the packaged plugin that holds `citygrid_core`.
BUNDLE = PLUGIN / "bundle"
#: Folder of the QGIS profile that holds libraries installed for citygrid.
LIBRARIES = "citygrid_libs"


def library_folder() -> Path:
    """Return the folder of the user's QGIS profile for citygrid's libraries."""
    from qgis.core import QgsApplication

    return Path(QgsApplication.qgisSettingsDirPath()) / "python" / LIBRARIES


def core_folder() -> Path:
    """Return the folder that contains `citygrid_core`: the bundle, or the checkout."""
    return BUNDLE if (BUNDLE / "citygrid_core").is_dir() else PLUGIN.parent


def extend_path() -> None:
    """Let Python find the engine and its libraries; calling it again changes nothing."""
    for folder in (library_folder(), core_folder()):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
