"""Shared by all tests: the real data sets, and the long sizes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times; the same examples every time.
settings.register_profile("citygrid", deadline=None, derandomize=True)
settings.load_profile("citygrid")
# The quick loop shows each property a part of its examples; make test shows all.
settings.register_profile("quick", settings.get_profile("citygrid"), max_examples=20)

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the full sizes of the promises")


#: Whole chains, real processes and real cities: part of `make test`, not of the quick loop.
SLOW = (
    "core/census/capture/test_desk.py",
    "core/cli/",
    "core/geocode/test_cities.py",
    "core/geocode/test_operations.py",
    "core/grids/test_undo.py",
    "core/locate/test_cell_index.py",
    "core/operations/",
    "core/responsibility/test_near_border.py",
    "core/sample/",
    "core/tables/test_fuzz.py",
    "core/tables/test_paged.py",
    "core/workspace/test_histories.py",
    "core/workspace/test_locking.py",
    "core/workspace/test_one_sqlite.py",
    "core/workspace/test_tampering.py",
)


def _slow(path: Path) -> bool:
    return any(f"tests/{part}" in path.as_posix() for part in SLOW)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    # what the quick loop leaves out it need not import either
    if config.option.markexpr == "not slow" and _slow(collection_path):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        real = "real_data" in getattr(item, "fixturenames", ())
        if real or _slow(item.path):
            item.add_marker(pytest.mark.slow)
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="a full size; make test-long runs it")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real open data; tests that use it skip where it is not."""
    folder = Path(os.environ.get("CITYGRID_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} is not there (set CITYGRID_DATA)")
    return folder


@pytest.fixture(scope="session")
def small_city() -> Path:
    """The committed small sample city, as files."""
    return ROOT / "data_samples" / "small"


@pytest.fixture(scope="session")
def whole_city(small_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small city as a workspace with everything in it, made once; read only."""
    path = tmp_path_factory.mktemp("city") / "city.gpkg"
    maker = ROOT / "tests" / "qgis" / "make_city.py"
    done = subprocess.run(
        [sys.executable, maker, small_city, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return path


@pytest.fixture
def own_city(whole_city: Path, tmp_path: Path) -> Path:
    """A copy of it, to change at will."""
    copy = tmp_path / "city.gpkg"
    shutil.copy(whole_city, copy)
    return copy
