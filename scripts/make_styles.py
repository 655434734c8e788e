"""Write the styles that a workspace carries: what QGIS shows without the plugin.

Usage: make_styles.py [FOLDER] [--check]

Each table of the store, and the view of heat, gets a QML file made of the plugin's
own layers: symbols, labels, Chinese aliases, value lists. The bytes depend on the
sources alone. With --check nothing is written; the exit code is 1 when a file in
FOLDER is not what would be written.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "citygrid_core" / "workspace" / "qml"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if os.environ.get("QT_HASH_SEED") != "0":
        # Qt shuffles attributes of XML by a seed that is read when the process starts.
        os.environ["QT_HASH_SEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    sys.path.insert(0, str(ROOT))

    from qgis.core import QgsApplication

    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], True)
    application.initQgis()
    try:
        styles = _styles()
    finally:
        application.exitQgis()
    return _compare(given.folder, styles) if given.check else _write(given.folder, styles)


def _write(folder: Path, styles: dict[str, str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for table, text in styles.items():
        (folder / f"{table}.qml").write_text(text, encoding="utf-8")
        print(folder / f"{table}.qml")
    return 0


def _compare(folder: Path, styles: dict[str, str]) -> int:
    there = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.qml")}
    wrong = sorted(t for t in {*styles, *there} if styles.get(t) != there.get(t))
    for table in wrong:
        print(f"{table}.qml is out of date: run scripts/make_styles.py", file=sys.stderr)
    return 1 if wrong else 0


def _styles() -> dict[str, str]:
    from citygrid_core.workspace import Workspace
    from citygrid_plugin.i18n import set_language
    from citygrid_plugin.layers.project import LAYER_GROUPS
    from citygrid_plugin.services.session import read_source

    # One style for each table: Chinese, the language of the standards.
    set_language("zh")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.gpkg"
        Workspace.create(path, crs="EPSG:4547", edition="gbt47678-2026").close()
        _, source = read_source(path)
        styles = {}
        for group in LAYER_GROUPS:
            for table, layer in group.tables(source).items():
                styles[table] = _qml(layer)
        return dict(sorted(styles.items()))


def _qml(layer: Any) -> str:
    from qgis.core import QgsMapLayer, QgsReadWriteContext
    from qgis.PyQt.QtXml import QDomDocument

    kept = QgsMapLayer.StyleCategory
    categories = QgsMapLayer.StyleCategories(
        kept.Symbology | kept.Labeling | kept.Fields | kept.Forms | kept.MapTips | kept.Rendering
    )
    document = QDomDocument()
    error = layer.exportNamedStyle(document, QgsReadWriteContext(), categories)
    if error:
        raise SystemExit(error)
    return _stable(document.toString(1))


def _stable(text: str) -> str:
    """Replace identifiers that QGIS draws by lot; drop the version of this QGIS."""
    ids: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return ids.setdefault(match[0], f"{{00000000-0000-0000-0000-{len(ids):012d}}}")

    text = re.sub(r"\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", number, text)
    return re.sub(r'( version)="[^"]*"', r'\1="3.22"', text, count=1)


if __name__ == "__main__":
    sys.exit(main())
