"""A disk that is full: one message, and nothing half-written under the target's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest

from citygrid_core.errors import NoRoom
from citygrid_core.tables import write
from citygrid_core.tables.rasters import write_raster
from citygrid_core.tables.saving import saved

resource = pytest.importorskip("resource", reason="limits of a process are Unix's")
RANDOM = np.random.default_rng(1)
POINTS = gpd.GeoDataFrame(
    {"name": [f"部件{i}" for i in range(1000)]},
    geometry=gpd.points_from_xy(*RANDOM.random((2, 1000))),
    crs=4326,
)
VALUES = RANDOM.random((200, 200))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond some bytes for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _write(path: Path) -> None:
    if path.suffix == ".tif":
        write_raster(
            VALUES, path, west=0, north=0, cell_m=10, crs=pyproj.CRS(4547), unit="1",
            description="d", cloud_optimized=path.stem == "cog", overwrite=True,
        )  # fmt: skip
    elif path.suffix == ".html":
        with saved(path, overwrite=True) as temporary:
            temporary.write_text("<p>" * 9000, "utf-8")
    else:
        write(POINTS, path, overwrite=True)


# a sheet that meets the limit in the system's own folder is told of once more when it is forgotten
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "name", ["a.csv", "a.xlsx", "a.gpkg", "a.geojson", "cog.tif", "plain.tif", "a.html"]
)
def test_what_stood_there_is_left(tmp_path: Path, name: str) -> None:
    """Near the beginning and near the end, where a buffered writer would not notice."""
    path = tmp_path / name
    _write(path)
    size = path.stat().st_size
    path.write_bytes(b"before")
    for room in (size // 2, size - 1):
        with room_for(room), pytest.raises(NoRoom, match=name) as caught:
            _write(path)
        assert caught.value.exit_code == 3
        assert "磁盘已满" in caught.value.text("zh")
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(name, b"before")]


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong"), saved(tmp_path / "a", overwrite=True):
        raise ValueError("wrong")
    assert list(tmp_path.iterdir()) == []
