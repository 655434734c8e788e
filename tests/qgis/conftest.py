"""The small city for tests beside QGIS."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def whole_city(small_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city with everything in it; read only."""
    from city import make_city

    return make_city(small_city, tmp_path_factory)


@pytest.fixture
def own_city(whole_city: Path, tmp_path: Path) -> Path:
    """A copy to change at will."""
    copy = tmp_path / "city.gpkg"
    shutil.copy(whole_city, copy)
    return copy
