"""What the journeys share."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "qgis")]


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


@pytest.fixture(scope="session")
def gallery() -> Path:
    """Where pictures go for people to look at."""
    folder = HERE.parents[1] / "out" / "journeys"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
