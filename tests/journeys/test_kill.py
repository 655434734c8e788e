"""A kill at any moment leaves the store as it was before or as it is after."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from citygrid_core.grids import Policy
from citygrid_core.operations.areas import init
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.grids.drawn import draw_grids
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.responsibility.departments import import_departments
from citygrid_core.operations.store import verify
from citygrid_core.workspace import Workspace

DAY = "2025-01-01"
METRES = SourceOptions(crs="EPSG:4547")
KILLS = 200


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, small_city: Path) -> Path:
    path = tmp_path_factory.mktemp("kill") / "before.gpkg"
    init(path, small_city / "areas.gpkg", on=DAY)
    with Workspace.open(path) as ws:
        draw_grids(
            ws,
            roads=Path(f"{small_city / 'base.gpkg'}:roads"),
            policy=Policy(target_m2=20_000),
            on=DAY,
        )
        import_departments(ws, small_city / "departments.csv", on=DAY)
    return path


def _import_in_a_process(city: Path, file: Path) -> int:
    """Fork a process that imports; everything is loaded already, so it starts at once."""
    child = os.fork()
    if child == 0:
        status = 4
        try:
            with Workspace.open(city) as ws:
                import_components(ws, file, options=METRES, on=DAY)
            status = 0
        finally:
            os._exit(status)
    return child


def test_kill_at_random_moments_of_an_import(
    before: Path, small_city: Path, tmp_path: Path
) -> None:
    file = small_city / "components.csv"
    city = tmp_path / "city.gpkg"
    shutil.copy(before, city)
    begun = time.perf_counter()
    _, status = os.waitpid(_import_in_a_process(city, file), 0)
    whole = time.perf_counter() - begun
    assert os.waitstatus_to_exitcode(status) == 0
    with Workspace.open(city) as ws:
        everything = ws.count("components")
    assert everything > 1000

    rng = random.Random(1)
    killed = {0: 0, everything: 0}
    shutil.copy(before, city)
    for n in range(KILLS):
        child = _import_in_a_process(city, file)
        time.sleep(rng.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with Workspace.open(city) as ws:
            stored = ws.count("components")
            assert stored in killed, f"half an import after kill {n}: {stored}"
            killed[stored] += 1
            if n % 20 == 0 or stored:
                assert [p.text() for p in verify(ws).problems] == []
        if stored:
            for leftover in tmp_path.glob("city.gpkg*"):
                leftover.unlink()
            shutil.copy(before, city)
    print(f"{KILLS} kills within {whole:.2f} s: {killed[0]} before, {killed[everything]} after")
    assert killed[0] > 0

    with Workspace.open(city) as ws:
        report = import_components(ws, file, options=METRES, on=DAY)
        assert report.stored + report.unchanged == everything
        assert [p.text() for p in verify(ws).problems] == []


def test_kill_the_command_itself(before: Path, small_city: Path, tmp_path: Path) -> None:
    """The real command in a real process, killed while it writes; then run again."""
    city = tmp_path / "city.gpkg"
    shutil.copy(before, city)
    command = [sys.executable, "-m", "citygrid_core.cli", "census", "import", str(city)]
    command += [str(small_city / "components.csv"), "--crs", "EPSG:4547", "--at", DAY]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not Path(f"{city}-wal").exists() and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode in (0, 1), again.stderr
    with Workspace.open(city) as ws:
        assert ws.count("components") > 1000
        assert verify(ws).problems == []
