"""The sizes of a city: 800,000 components."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from citygrid_core.workspace import Workspace

from . import makers

ROWS = 800_000
#: Seconds on two quiet cores; CPU time is measured, since machines are shared, and a
#: machine half as fast is allowed for.
PROMISED = {"insert": 15.0, "read": 6.0, "verify": 20.0}
SLACK = 2.0


def census(n: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    i = np.arange(n)
    xy = rng.uniform((500_000, 3_300_000), (512_000, 3_312_000), (n, 2)).round(3)
    frame = {
        "code": [f"320102{c:05d}{k:06d}" for c, k in zip(i % 150, i // 150 + 1, strict=True)],
        "class_code": [f"{c:05d}" for c in i % 150],
        "name": "路灯杆",
        "owning_code": [f"91320102MA1ABC{o:03d}X" for o in i % 40],
        "state": "intact",
        "surveyed_on": makers.DAY,
        "source": "components.csv",
        "source_key": [f"K{k}" for k in i],
        "valid_from": makers.DAY,
    }
    return gpd.GeoDataFrame(frame, geometry=shapely.points(xy), crs=makers.CRS)


@pytest.fixture
def stopwatch(capsys: pytest.CaptureFixture[str]) -> Callable[[str], object]:
    @contextmanager
    def watch(name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        with capsys.disabled():
            print(f"\n{name} {ROWS:,} rows: {cpu:.1f} s CPU, {wall:.1f} s wall")
        assert cpu < PROMISED[name] * SLACK

    return watch


@pytest.mark.long
def test_a_census_of_a_city(tmp_path: Path, stopwatch: Callable[[str], Iterator[None]]) -> None:
    frame = census(ROWS)
    with makers.make(tmp_path / "city.gpkg") as ws:
        with stopwatch("insert"):  # type: ignore[attr-defined]
            makers.store(ws, components=frame)
        with stopwatch("read"):  # type: ignore[attr-defined]
            read = ws.read("components")
        assert len(read) == ROWS
        assert (read["code"].to_numpy() == frame["code"].to_numpy()).all()
        assert shapely.equals(read.geometry.to_numpy(), frame.geometry.to_numpy()).all()
        with stopwatch("verify"):  # type: ignore[attr-defined]
            assert ws.verify() == []


@pytest.mark.slow
def test_single_commits_take_milliseconds(ws: Workspace) -> None:
    makers.store(ws, components=makers.components(2_000))
    rows = [makers.components(1, first=5_000 + i) for i in range(20)]
    begun = time.process_time()
    for row in rows:
        with ws.transaction("one") as tx:
            tx.mint("component:32010201001", 1, floor=6_000)
            tx.insert("components", row)
    assert (time.process_time() - begun) / len(rows) < 0.1
    assert ws.verify() == []
