"""Counts, hot spots and surfaces beside their peers in one run, equal answers.

    python benchmarks/heat/run.py [--cases 10000000] [--only counts qgis hotspots surface]
                                  [--peers pandas polars duckdb] [--repeat 3]

Peers that are not installed are named and left out. Seconds are those of all threads (CPU);
by the clock in brackets. Updates of the store: `update.py` beside this.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.heat import hotspots
from benchmarks.heat.peers import COUNTING, Cost, count_in_qgis, heatmap_in_qgis, measured
from benchmarks.locate.cities import CRS, cells_of, points_of
from citygrid_core import heat
from citygrid_core.locate import CellIndex

DAYS = 365


def cases_of(size: int, grids: int, days: int = DAYS) -> pd.DataFrame:
    """Cases as a store hands them over: categories and times; every day has some."""
    rng = np.random.default_rng(20261001)
    codes = [f"320705001{i // 999 + 1:03d}{i % 999 + 1:03d}" for i in range(grids)]
    grid = np.minimum((grids * rng.random(size) ** 2).astype(np.int32), grids - 1)
    seconds = rng.integers(0, days * 86_400, size)
    seconds[:days] = np.arange(days) * 86_400
    return pd.DataFrame(
        {
            "grid_code": pd.Categorical.from_codes(grid, codes),
            "stage": pd.Categorical.from_codes(
                (rng.random(size) < 0.01).astype(np.int8), ["closed", "void"]
            ),
            "location_probability": np.where(rng.random(size) < 0.1, 0.5, 0.95),
            "reported_at": np.datetime64("2026-01-01T00:00:00") + seconds.astype("timedelta64[s]"),
        }
    )


def line(name: str, cost: Cost, beside: Cost | None = None, of: str = "") -> None:
    ratio = f"   {cost.cpu / beside.cpu:7.2f} x {of}" if beside else ""
    print(f"{name:44s} {cost.cpu:8.3f} s ({cost.wall:8.3f}){ratio}", flush=True)


def counts(size: int, grids: int, peers: list[str], repeat: int) -> None:
    """Cases by grid and day, void ones out, weak ones counted."""
    cases, by = cases_of(size, grids), ("grid_code", "day")
    plain = cases[["grid_code", "reported_at"]]
    grid = cases["grid_code"].cat.codes.to_numpy().astype(np.int64)
    stamps = cases["reported_at"].to_numpy()

    def raw() -> Any:
        day = stamps.astype("datetime64[D]").astype(np.int64)
        day -= day.min()
        return np.bincount(grid * (int(day.max()) + 1) + day, minlength=grids * DAYS)

    void = cases["stage"].cat.codes.to_numpy() == 1
    probability = cases["location_probability"].to_numpy()

    def raw_whole() -> Any:
        day = stamps.astype("datetime64[D]").astype(np.int64)
        day -= day.min()
        cell = (grid * (int(day.max()) + 1) + day)[~void]
        weak = (probability < heat.WEAK_BELOW)[~void]
        whole = np.bincount(cell, minlength=grids * DAYS)
        return whole, np.bincount(cell[weak], minlength=grids * DAYS)

    print(f"{size:,} cases, {grids:,} grids, {DAYS} days")
    t_raw, a_raw = measured(raw, repeat)
    line("raw numpy: bincount of grid x day", t_raw)
    t_bare, a_bare = measured(lambda: heat.count(plain, by=by, compact=True), repeat)
    line("heat.count, the same, no masks", t_bare, t_raw, "raw")
    at = _cell(a_bare)
    assert (a_raw[at] == a_bare["cases"].to_numpy()).all()
    assert a_raw.sum() == a_bare["cases"].sum()
    t_raw, _ = measured(raw_whole, repeat)
    line("raw numpy, void out, weak counted", t_raw)
    t_ours, ours = measured(lambda: heat.count(cases, by=by, compact=True), repeat)
    line("heat.count, void out, weak counted", t_ours, t_raw, "raw")
    at, number, weak = _cell(ours), ours["cases"].to_numpy(), ours["weak"].to_numpy()
    for name in peers:
        try:
            run = COUNTING[name](cases, grids, DAYS)
        except ImportError as missing:
            print(f"{name}: not installed ({missing})")
            continue
        cost, (theirs, theirs_weak) = measured(run, repeat)
        assert theirs.sum() == number.sum(), name
        assert (theirs[at] == number).all(), name
        assert (theirs_weak[at] == weak).all(), name
        line(f"{name}, void out, weak counted", cost, t_ours, "ours")


def _cell(counted: pd.DataFrame) -> np.ndarray:
    day = counted["day"].cat.codes.to_numpy().astype(np.int64)
    return counted["grid_code"].cat.codes.to_numpy().astype(np.int64) * DAYS + day


def qgis(points: int, cells: int) -> None:
    """Points in polygons: ours locates and counts."""
    shapes, codes = cells_of(cells)
    x, y = points_of(shapes, points, ordered=False)
    names = pd.Index(codes)
    index = CellIndex.build(shapes, codes)

    def run() -> np.ndarray:
        at = index.locate(x, y)
        return np.bincount(at[at >= 0], minlength=len(codes))

    cost, ours = measured(run, 5)
    print(f"{points:,} points in {len(shapes):,} grids")
    line("locate and count", cost)
    dots = gpd.GeoDataFrame(geometry=shapely.points(x, y), crs=CRS)
    grids = gpd.GeoDataFrame({"grid": np.arange(len(shapes))}, geometry=shapes, crs=CRS)
    try:
        theirs_cost, theirs = count_in_qgis(dots, grids)
    except ImportError:
        print("no QGIS here")
        return
    # ours is in the order of the index's codes; a point on a border counts twice in QGIS
    mine = np.zeros(len(codes), dtype=np.int64)
    mine[names.get_indexer(pd.Index(index.codes))] = ours
    assert mine.tolist() == theirs.tolist()
    line("QGIS count points in polygon", theirs_cost, cost, "ours")


def surface(size: int, repeat: int) -> None:
    """Kernel density of cases at 10 m over 150 km2, radius 200 m."""
    import rasterio

    rng = np.random.default_rng(20261001)
    outline = shapely.Point(0, 0).buffer(6910, quad_segs=500)
    xy = np.clip(rng.normal(0, 2400, (size, 2)), -4800, 4800)
    xy[:2] = [[-4800, -4800], [4800, 4800]]
    print(f"{size:,} cases, cells of 10 m over {outline.area / 1e6:.0f} km2, radius 200 m")
    cost, _ = measured(lambda: heat.density(xy, outline, radius_m=200, cell_m=10), repeat)
    line("heat.density, corrected at the border", cost)
    plain, made = measured(
        lambda: heat.density(xy, outline, radius_m=200, cell_m=10, edge="none"), repeat
    )
    line("heat.density, not corrected", plain)
    x, y = made.frame.centres()
    some = rng.choice(np.flatnonzero(made.values.ravel() > 0), 200)
    px, py = x[some % len(x)], y[some // len(x)]
    far = [np.hypot(xy[:, 0] - a, xy[:, 1] - b) for a, b in zip(px, py, strict=True)]
    sums = np.array([heat.kernel_at(d[d < 200], 200).sum() for d in far]) * 10_000
    gap = np.abs(sums - made.values.ravel()[some]).max() / made.maximum
    assert gap < 0.01, gap
    print(f"against the direct sum at 200 cells: {gap:.2e} of the maximum")
    try:
        theirs, file = heatmap_in_qgis(
            gpd.GeoDataFrame(geometry=shapely.points(xy), crs=CRS), 200, 10
        )
    except ImportError:
        print("no QGIS here")
        return
    with rasterio.open(file) as f:
        values = np.array([v[0] for v in f.sample(np.column_stack([px, py]))])
        values[values == f.nodata] = 0.0  # no case near
    theirs_sum = values * 3 / (np.pi * 200**2) * 10_000
    gap = np.abs(theirs_sum - sums).max() / made.maximum
    assert gap < 0.01, gap
    print(f"QGIS against the direct sum: {gap:.2e} of the maximum")
    line("QGIS heatmap", theirs, cost, "ours")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000_000)
    parser.add_argument("--grids", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=list(COUNTING))
    parts = ["counts", "qgis", "hotspots", "surface"]
    parser.add_argument("--only", nargs="*", choices=parts, default=parts)
    asked = parser.parse_args()
    print("load", os.getloadavg()[0])
    if "counts" in asked.only:
        counts(asked.cases, asked.grids, asked.peers, asked.repeat)
    if "qgis" in asked.only:
        qgis(100_000, 3_780)
    if "hotspots" in asked.only:
        hotspots.run(asked.repeat)
    if "surface" in asked.only:
        surface(1_000_000, asked.repeat)


if __name__ == "__main__":
    main()
