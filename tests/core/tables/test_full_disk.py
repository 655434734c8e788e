"""A disk that is full: one message, and nothing half-written under the target's name."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest

from citygrid_core.errors import NoRoom
from citygrid_core.tables import write
from citygrid_core.tables.paged import write_pdf
from citygrid_core.tables.rasters import write_raster
from citygrid_core.tables.saving import saved, workbook

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
    elif path.stem == "report":
        _report(path)
    else:
        write(POINTS, path, overwrite=True)


def _report(path: Path) -> None:
    """As evaluations and acceptance reports are written."""
    with saved(path, overwrite=True) as temporary:
        if path.suffix == ".pdf":
            write_pdf("".join(f"<p>{v}</p>" for v in VALUES[0]), temporary, identifier="a")
            return
        with workbook(temporary, title="t", made=dt.datetime(2025, 1, 1)) as book:
            page = book.add_worksheet("page")
            for row, value in enumerate(VALUES.ravel()):
                page.write_number(row, 0, value)


# a sheet that meets the limit in the system's own folder is told of once more when it is forgotten
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "name",
    [
        "a.csv",
        "a.xlsx",
        "a.gpkg",
        "a.geojson",
        "cog.tif",
        "plain.tif",
        "a.html",
        "report.xlsx",
        "report.pdf",
    ],
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


_FULL = """
import datetime as dt, pathlib
from citygrid_core.tables.saving import workbook
try:
    with workbook(pathlib.Path("/dev/full"), title="t", made=dt.datetime(2025, 1, 1)) as book:
        book.add_worksheet("page").write_number(0, 0, 1)
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_is_told_once() -> None:
    """No workbook is left half open, which would tell of it again when it is forgotten."""
    run = subprocess.run([sys.executable, "-c", _FULL], capture_output=True, text=True, check=True)
    assert "No space" in run.stdout
    assert run.stderr == ""
