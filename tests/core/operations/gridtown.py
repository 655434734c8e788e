"""A workspace with a known division: squares of 100 m, lamps, cases, a rule and groups."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.standards import DEFAULT_EDITION
from citygrid_core.workspace import Workspace
from tests.core.grids.town import X0, Y0, squares
from tests.core.once import once

DAY, LATER, LAST = "2025-01-01", "2025-06-01", "2025-09-01"
FIRST, SECOND = "420102001001", "420102001002"
MIDDLE = FIRST + "013"  # x 200–300, y −300…−200
LAMPS, CASES = 200, 400


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points])


@once
def build(path: Path, *, grids: bool = True) -> None:
    """Two communities of 25 grids; lamps and cases spread over both, seeded."""
    cells, areas = squares(5, 10)
    rng = np.random.default_rng(7)
    box = areas.total_bounds
    with (
        Workspace.create(path, crs=cells.crs, edition=DEFAULT_EDITION) as ws,
        ws.transaction("set up") as tx,
    ):
        areas = areas.assign(name=areas["code"], level="community", valid_from=DAY)
        areas["parent_code"] = areas["code"].str[:9]
        whole = areas.union_all()
        upper = gpd.GeoDataFrame(
            {
                "code": ["420102", "420102001"],
                "name": ["区", "街道"],
                "level": ["county", "street"],
                "parent_code": [None, "420102"],
            },
            geometry=[whole, whole],
            crs=cells.crs,
        ).assign(valid_from=DAY)
        tx.insert("areas", pd.concat([upper, areas], ignore_index=True))
        if not grids:
            return
        cells["area_m2"] = cells.area
        tx.insert("grids", cells.assign(valid_from=DAY))
        for community in (FIRST, SECOND):
            tx.mint(f"grid:{community}", 25)
        tx.insert("components", _lamps(cells, rng.uniform(box[:2], box[2:], (LAMPS, 2))))
        tx.insert("cases", _cases(cells, rng.uniform(box[:2], box[2:], (CASES, 2))))
        tx.insert("departments", pd.DataFrame(
            {"code": ["11420102MB1234567X"], "name": ["城管局"], "valid_from": [DAY]}))  # fmt: skip
        tx.insert("duty_rules", pd.DataFrame(
            {"code": ["R1"], "place": ["grid"], "place_code": [MIDDLE], "role": ["handling"],
             "department_code": ["11420102MB1234567X"], "valid_from": [DAY]}))  # fmt: skip


def _within(cells: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> list[str]:
    where = dict(enumerate(cells["code"]))
    at, cell = shapely.STRtree(cells.geometry.to_numpy()).query(
        points.geometry.to_numpy(), predicate="within"
    )
    assert len(at) == len(points)
    return [where[c] for c in cell[np.argsort(at)]]


def _lamps(cells: gpd.GeoDataFrame, xy: np.ndarray) -> gpd.GeoDataFrame:
    lamps = gpd.GeoDataFrame(
        {
            "code": [f"42010201005{i:06d}" for i in range(1, len(xy) + 1)],
            "class_code": "01005",
            "valid_from": DAY,
        },
        geometry=shapely.points(xy),
        crs=cells.crs,
    )
    return lamps.assign(grid_code=_within(cells, lamps))


def _cases(cells: gpd.GeoDataFrame, xy: np.ndarray) -> gpd.GeoDataFrame:
    cases = gpd.GeoDataFrame(
        {
            "number": [f"C{i:05d}" for i in range(len(xy))],
            "source": "collector",
            "object_kind": "event",
            "class_code": "01001",
            "stage": ["closed" if i % 2 else "registered" for i in range(len(xy))],
            "reported_at": [f"2025-0{1 + i % 5}-1{i % 9}T08:00:00" for i in range(len(xy))],
        },
        geometry=shapely.points(xy),
        crs=cells.crs,
    )
    return cases.assign(grid_code=_within(cells, cases))
