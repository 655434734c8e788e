"""Wheels of pyogrio and fiona bring an SQLite of their own: ours must never meet theirs in a file."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest

import citygrid_core.workspace
from citygrid_core.workspace import Workspace

from . import makers

MODULES = sorted(Path(citygrid_core.workspace.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.name)
def test_no_module_of_the_store_opens_files_through_gdal(module: Path) -> None:
    """Neither by import nor by geopandas, whose file functions are pyogrio's."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Attribute):
            assert node.attr not in ("read_file", "to_file", "list_layers", "from_file")
        assert not {n.split(".")[0] for n in names} & {"pyogrio", "fiona", "osgeo", "rasterio"}


def test_using_the_store_loads_no_gdal(tmp_path: Path) -> None:
    code = (
        "import sys; from citygrid_core.workspace import Workspace\n"
        f"ws = Workspace.create({str(tmp_path / 'c.gpkg')!r}, crs='EPSG:4547', edition='e')\n"
        "ws.read('grids'); ws.close()\n"
        "print([m for m in ('pyogrio', 'fiona', 'osgeo') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


RIVAL = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0.05)
try:
    other.execute("BEGIN IMMEDIATE")
    print("came in")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_wheel_reads_a_foreign_file_while_we_write(town: Workspace, tmp_path: Path) -> None:
    """Our locks outlive it, a rival is kept out, and the file stays whole."""
    foreign = tmp_path / "foreign.gpkg"
    pyogrio.write_dataframe(makers.grids(50), foreign, layer="base")
    with town.transaction("import") as tx:
        tx.mint(f"grid:{makers.COMMUNITY}", 100)
        tx.mint("component:32010201001", 600, floor=99)
        tx.insert("grids", makers.grids(100, first=6))
        for _ in range(5):
            assert len(pyogrio.read_dataframe(foreign)) == 50
            pyogrio.write_dataframe(makers.grids(10), foreign, layer="base", append=True)
            rival = subprocess.run(
                [sys.executable, "-c", RIVAL, str(town.path)],
                capture_output=True,
                text=True,
                check=True,
            )
            assert rival.stdout.strip() == "database is locked"
            foreign.unlink()
            pyogrio.write_dataframe(makers.grids(50), foreign, layer="base")
        tx.insert("components", makers.components(600, first=100))
    assert town.verify() == []
    town.close()
    with Workspace.open(town.path) as ws:
        assert (ws.count("grids"), ws.count("components")) == (105, 620)
        assert ws.verify() == []


def test_a_wheel_reads_a_copy(town: Workspace, tmp_path: Path) -> None:
    """Once closed, the file is one file: a copy of it is whole, and any GeoPackage reader opens it."""
    town.close()
    assert [p.name for p in town.path.parent.glob("city.gpkg*")] == ["city.gpkg"]
    copy = tmp_path / "copy.gpkg"
    shutil.copy(town.path, copy)
    layers = dict(pyogrio.list_layers(copy))
    assert layers["grids"] == "Polygon"
    assert layers["components_line"] == "MultiLineString"
    assert layers["heat_map"] == "Polygon"
    assert layers["departments"] is None
    read = pyogrio.read_dataframe(copy, layer="grids")
    assert read.crs.to_epsg() == 4547
    assert list(read["code"]) == list(makers.grids(5)["code"])
    assert len(pyogrio.read_dataframe(copy, layer="components_point", bbox=(0, 0, 1, 1))) == 0
