"""Frames for tests of the store, and a clock that stands where it is put."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.workspace import Workspace

CRS = "EPSG:4547"
COMMUNITY = "320102001001"
DAY = "2025-01-01"


class Clock:
    """Steps one second at each look, so that journals are the same every time."""

    def __init__(self, moment: dt.datetime | None = None) -> None:
        self.moment = moment or dt.datetime(2025, 1, 1, 4, 0, tzinfo=dt.timezone.utc)

    def __call__(self) -> dt.datetime:
        self.moment += dt.timedelta(seconds=1)
        return self.moment


@dataclass(frozen=True)
class Made:
    """A workspace that many tests need: made once, its clock kept, copied for each."""

    path: Path
    clock: Clock = field(default_factory=Clock)

    def copied(self, to: Path) -> Made:
        shutil.copy(self.path, to)
        return Made(to, Clock(self.clock.moment))

    def open(self) -> Workspace:
        return Workspace.open(self.path, now=self.clock)


def make(path: Path, **more: Any) -> Workspace:
    settings: dict[str, Any] = {
        "crs": CRS,
        "edition": "gbt47678-2026",
        "name": "示例市",
        "now": Clock(),
    }
    return Workspace.create(path, **(settings | more))


def grids(n: int, *, first: int = 1, begin: str = DAY, **columns: Any) -> gpd.GeoDataFrame:
    """A row of squares of 100 m."""
    x = 500_000.0 + 100 * np.arange(first - 1, first - 1 + n)
    frame = {
        "code": [f"{COMMUNITY}{i:03d}" for i in range(first, first + n)],
        "community_code": COMMUNITY,
        "area_m2": 10_000.0,
        "valid_from": begin,
        **columns,
    }
    boxes = shapely.box(x, 3_300_000.0, x + 100, 3_300_100.0)
    return gpd.GeoDataFrame(frame, index=range(n), geometry=boxes, crs=CRS)


def components(n: int, *, seed: int = 1, first: int = 1, **columns: Any) -> gpd.GeoDataFrame:
    """Lamps strewn over the first grids."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform((500_000, 3_300_000), (500_500, 3_300_100), (n, 2)).round(3)
    frame = {
        "code": [f"32010201001{i:06d}" for i in range(first, first + n)],
        "class_code": "01001",
        "name": "路灯",
        "state": "intact",
        "source_key": [f"K{i}" for i in range(first, first + n)],
        "valid_from": DAY,
        **columns,
    }
    return gpd.GeoDataFrame(frame, index=range(n), geometry=shapely.points(xy), crs=CRS)


def areas() -> gpd.GeoDataFrame:
    box = shapely.box(499_000, 3_299_000, 510_000, 3_301_000)
    frame = {
        "code": ["320102", "320102001", COMMUNITY],
        "name": ["示例区", "示例街道", "示例社区"],
        "level": ["county", "street", "community"],
        "valid_from": DAY,
    }
    return gpd.GeoDataFrame(frame, geometry=[box] * 3, crs=CRS)


def cases(n: int) -> gpd.GeoDataFrame:
    frame = {
        "number": [f"20250101320102{i:05d}" for i in range(1, n + 1)],
        "source": "hotline",
        "object_kind": "event",
        "class_code": "0101",
        "stage": "closed",
        "reported_at": [f"2025-01-01T08:{i % 60:02d}:00" for i in range(n)],
    }
    place = [shapely.Point(500_010 + i, 3_300_010) if i % 3 else None for i in range(n)]
    return gpd.GeoDataFrame(frame, geometry=place, crs=CRS)


def departments() -> pd.DataFrame:
    return pd.DataFrame({"code": ["11320102MB0000000X"], "name": ["城管局"], "valid_from": [DAY]})


def heat(counts: dict[str, int], day: str = DAY) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grid_code": list(counts),
            "object_kind": "event",
            "class_code": "0101",
            "source": "hotline",
            "day": day,
            "cases": list(counts.values()),
        }
    )


def store(ws: Workspace, **frames: pd.DataFrame) -> None:
    with ws.transaction("test") as tx:
        for family, frame in frames.items():
            tx.insert(family, frame)


def raw(path: Path, *statements: str) -> None:
    """Do something to the file behind citygrid's back."""
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def rules(ws: Workspace) -> list[str]:
    return sorted(p.rule for p in ws.verify())
