"""The styles that a workspace carries for a QGIS without the plugin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import CHOICES, COMPONENTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "citygrid_core" / "workspace" / "qml"


def test_the_files_are_what_the_plugin_draws() -> None:
    """``scripts/make_styles.py`` was run after the last change of a layer."""
    env = {k: v for k, v in os.environ.items() if k != "QT_HASH_SEED"}
    script = ROOT / "scripts" / "make_styles.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plain_qgis_shows_chinese_aliases_and_value_lists(
    own_city: Path, qgis_app: QgsApplication
) -> None:
    with Workspace.open(own_city) as ws:
        ws.store_styles({f.stem: f.read_text(encoding="utf-8") for f in FOLDER.glob("*.qml")})
    plain_layer = QgsVectorLayer(f"{own_city}|layername=components_point", "plain", "ogr")
    fields = plain_layer.fields()
    for column in COMPONENTS.columns:
        assert plain_layer.attributeAlias(fields.indexOf(column.name)) == column.label.zh
    state = plain_layer.editorWidgetSetup(fields.indexOf("state"))
    offered = {v: k for one in state.config()["map"] for k, v in one.items()}
    assert offered == {k: text.zh for k, text in CHOICES["component_state"].items()}
    assert len(plain_layer.renderer().categories()) > 4
    grid_layer = QgsVectorLayer(f"{own_city}|layername=grids", "grids", "ogr")
    assert grid_layer.labelsEnabled()
    assert grid_layer.renderer().symbol().symbolLayer(0).strokeColor().name() == "#c2187f"
    del plain_layer, grid_layer
