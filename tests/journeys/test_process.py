"""`qgis_process` runs the algorithms from the shell and leaves with 0."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import environment

#: Debian's wrapper hands over an option that 3.22 refuses.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process") or "qgis_process"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run qgis_process with settings of its own, the plugin switched on."""
    folder = tmp_path_factory.mktemp("process")
    env = environment(
        QGIS_CUSTOM_CONFIG_PATH=str(folder),
        XDG_RUNTIME_DIR=str(folder),
        QT_QPA_PLATFORM="offscreen",
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *words], env=env, capture_output=True, text=True, timeout=60, cwd=folder
        )

    done = run("plugins", "enable", "citygrid_plugin")
    assert done.returncode == 0, done.stdout + done.stderr
    return run


def collection(features: list[tuple[dict[str, Any], dict[str, str]]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": shape, "properties": values}
                for shape, values in features
            ],
        }
    )


def square(x: float, y: float, side: float = 0.001) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_locate_points_from_the_shell(process: Any, tmp_path: Path) -> None:
    grids, points, out = (tmp_path / n for n in ("grids.geojson", "points.geojson", "out.csv"))
    codes = ["320705001001001", "320705001001002"]
    cells = [(square(119.0 + 0.001 * i, 34.6), {"code": code}) for i, code in enumerate(codes)]
    grids.write_text(collection(cells))
    places = {"inside": [119.0015, 34.6005], "edge": [119.001, 34.6005], "outside": [118.0, 34.0]}
    rows = [({"type": "Point", "coordinates": c}, {"id": name}) for name, c in places.items()]
    points.write_text(collection(rows))
    done = process(
        "run", "citygrid:locatepoints", "--",
        f"POINTS={points}", f"GRIDS={grids}", "CODE=code", f"OUTPUT={out}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split(",") for line in out.read_text(encoding="utf-8").splitlines()]
    found = {row[0]: row[1].strip('"') for row in lines[1:]}
    assert found == {"inside": codes[1], "edge": codes[0], "outside": ""}


def test_every_algorithm_is_listed(process: Any) -> None:
    done = process("list")
    assert done.returncode == 0, done.stdout + done.stderr
    from citygrid_plugin.processing.provider import ALGORITHMS

    listed = {word for word in done.stdout.split() if word.startswith("citygrid:")}
    assert listed == {f"citygrid:{one.key}" for one in ALGORITHMS}
