"""The zip that QGIS's plugin manager takes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def package(folder: Path) -> Path:
    script = ROOT / "scripts" / "package.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    return folder / "citygrid_plugin.zip"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package(tmp_path_factory.mktemp("dist"))


def test_the_same_bytes_twice(archive: Path, tmp_path: Path) -> None:
    again = package(tmp_path)
    assert (
        hashlib.sha256(archive.read_bytes()).digest() == hashlib.sha256(again.read_bytes()).digest()
    )


def test_the_core_is_inside_and_nothing_else_of_the_checkout(archive: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
        metadata = zipped.read("citygrid_plugin/metadata.txt").decode()
    assert {n.split("/")[0] for n in names} == {"citygrid_plugin"}
    for name in ("__init__.py", "plugin.py", "icons/citygrid.svg", "bundle/citygrid_core/py.typed"):
        assert f"citygrid_plugin/{name}" in names
    assert metadata == (ROOT / "metadata.txt").read_text(encoding="utf-8")
    assert not [n for n in names if "__pycache__" in n or "/tests/" in n]
    assert [n for n in names if "citygrid_core/standards/data/" in n and n.endswith(".csv")]


def test_the_packaged_core_is_the_one_that_is_found(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from citygrid_plugin import bootstrap; print(bootstrap.core_folder())"
    )
    env = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], check=True, capture_output=True, text=True, env=env
    )
    assert done.stdout.strip() == str(tmp_path / "citygrid_plugin" / "bundle")
