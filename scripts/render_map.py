"""Make the QGIS project of a workspace and pictures of it.

Usage: render_map.py WORKSPACE FOLDER [--base FILE] [--lang zh|en] [--dpi N]

Writes ``city.qgz`` (relative paths), ``map.png`` (grids, components, areas) and
``heat.png`` (cases per hectare), drawn by QGIS with the plugin's own styles.
`--base` names a GeoPackage with roads, buildings, water, parks to draw below;
the default is ``base.gpkg`` beside the workspace or in ``files/`` there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", type=Path, help="GeoPackage to draw below")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    parser.add_argument("--dpi", type=int, default=200)
    given = parser.parse_args()
    if not given.workspace.is_file():
        parser.error(f"{given.workspace} is not there")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    for name in ("PROJ_LIB", "PROJ_DATA"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(ROOT))

    from qgis.core import QgsApplication

    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], True)
    application.initQgis()
    try:
        _render(given)
    finally:
        application.exitQgis()
    return 0


def _render(given: argparse.Namespace) -> None:
    from qgis.core import QgsProject

    from citygrid_plugin.i18n import set_language
    from citygrid_plugin.layers.basemap import BaseMap
    from citygrid_plugin.layers.project import build_project
    from citygrid_plugin.services.pictures import HEAT, MAP, add_layouts, export, facts
    from citygrid_plugin.services.session import read_source

    set_language(given.lang)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    workspace = given.workspace.resolve()
    base = given.base or _base_beside(workspace)
    summary, source = read_source(workspace)
    project = QgsProject.instance()
    # Paths are relative to the project's own file: it is named before it is filled.
    file = folder / "city.qgz"
    project.setFileName(str(file))
    build_project(project, source, summary.crs, [BaseMap(base.resolve())] if base else [])
    layouts = add_layouts(project, source, facts(summary))
    if not project.write():
        raise SystemExit(project.error())
    print(file)
    for picture, layout in zip((MAP, HEAT), layouts, strict=True):
        print(export(layout, folder / picture.file, given.dpi))
    project.clear()


def _base_beside(workspace: Path) -> Path | None:
    places = (workspace.with_name("base.gpkg"), workspace.parent / "files" / "base.gpkg")
    return next((place for place in places if place.is_file()), None)


if __name__ == "__main__":
    sys.exit(main())
