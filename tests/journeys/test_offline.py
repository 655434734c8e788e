"""The offline edition of the plugin, in a QGIS that has none of its libraries."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from citygrid_core.workspace import Workspace
from tests.journeys.desk import ROOT, visit


@pytest.mark.long
@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_one_click_without_a_network(
    locale: str, own_city: Path, tmp_path: Path, gallery: Path
) -> None:
    wheels = tmp_path / "wheels"
    listed = ROOT / "requirements" / "libraries.txt"
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-r", listed, "-w", wheels]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        pytest.skip("the wheels can't be had here: " + made.stderr[-200:])
    subprocess.run([sys.executable, ROOT / "scripts" / "package.py", tmp_path, wheels], check=True)
    package = tmp_path / "citygrid_plugin_offline.zip"
    folder = tmp_path / "visit"
    went = visit("offline.py", folder, locale=locale, offline=package).check()
    assert ("已安装" if locale.startswith("zh") else "libraries installed") in went.said["told"]
    for file in folder.glob("requirements_*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")
    libraries = folder / "profiles" / "profiles" / "default" / "python" / "citygrid_libs"
    assert (libraries / "weasyprint").is_dir()
    assert not list(libraries.glob("pyproj*"))
    assert not list(libraries.glob(".new-*"))
    # the next start has everything, and works without the checkout
    with Workspace.open(own_city) as ws:
        one = ws.read("components").iloc[0]
    point = one.geometry.centroid
    again = visit(
        "supervisor.py", folder, locale="zh-Hans", offline=package, workspace=own_city,
        x=point.x, y=point.y, class_code=one["class_code"],
    ).check().said  # fmt: skip
    assert one["grid_code"] in again["answer"].values()
    assert again["plugin"].startswith(str(tmp_path))
