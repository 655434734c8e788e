"""Shared by all tests: the real data sets, and the long sizes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times; the same examples every time.
settings.register_profile("citygrid", deadline=None, derandomize=True)
settings.load_profile("citygrid")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the full sizes of the promises")


#: Whole chains, real processes and real cities: part of `make test`, not of the quick loop.
SLOW = (
    "core/cli/",
    "core/geocode/test_cities.py",
    "core/grids/test_undo.py",
    "core/locate/test_cell_index.py",
    "core/operations/",
    "core/responsibility/test_near_border.py",
    "core/sample/",
    "core/tables/test_fuzz.py",
    "core/workspace/test_histories.py",
    "core/workspace/test_locking.py",
    "core/workspace/test_one_sqlite.py",
    "core/workspace/test_tampering.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        where = item.path.as_posix()
        real = "real_data" in getattr(item, "fixturenames", ())
        if real or any(f"tests/{part}" in where for part in SLOW):
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
