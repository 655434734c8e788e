"""Which cell is each point in? `CellIndex` beside its peers, equal answers checked.

    python benchmarks/locate/run.py [--cells 3780,40000] [--points 800000] [--repeat 3]
                                    [--sorted] [--peers sjoin,strtree,duckdb,sedona]

Seamless irregular cells of 20 to 80 vertices and clustered points, made from a seed.
Peers that are not installed are left out and named: duckdb with
duckdb-extension-spatial, sedonadb with geoarrow-pyarrow. A point on a shared edge has
several answers in a peer; the lowest code is taken, as ours does.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.locate import CellIndex

CRS = "EPSG:4547"
Answer = Callable[[], np.ndarray]


def cells_of(number: int) -> tuple[Any, np.ndarray]:
    """Voronoi cells of about 200 m with bent edges, and their codes in another order."""
    rng = np.random.default_rng(20261001)
    width = 200.0 * np.sqrt(number)
    origin = np.array([5e5, 3.4e6])
    frame = shapely.box(*origin, *(origin + width))
    seeds = shapely.multipoints(rng.uniform(0, width, (number, 2)) + origin)
    parts = np.array(shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame)))
    cells = shapely.segmentize(shapely.intersection(parts, frame), 20.0)

    def bend(xy: np.ndarray) -> np.ndarray:
        x, y = (xy / 29.0).T
        return xy + 3.0 * np.column_stack([np.sin(x + 3 * y), np.cos(2 * x - y)])

    codes = np.array([f"32070500{i:07d}" for i in rng.permutation(number)], dtype=object)
    return shapely.transform(cells, bend), codes


def points_of(cells: Any, number: int, *, ordered: bool) -> tuple[np.ndarray, np.ndarray]:
    """Nine in ten points in clusters of 300 m, the others anywhere, some outside."""
    rng = np.random.default_rng(7)
    x0, y0, x1, y1 = shapely.total_bounds(cells)
    centres = rng.uniform((x0, y0), (x1, y1), (max(20, len(cells) // 40), 2))
    xy = centres[rng.integers(0, len(centres), number)] + rng.normal(0, 300.0, (number, 2))
    away = rng.random(number) < 0.1
    xy[away] = rng.uniform((x0 - 50, y0 - 50), (x1 + 50, y1 + 50), (int(away.sum()), 2))
    if ordered:
        xy = xy[np.lexsort((xy[:, 0], xy[:, 1] // 200))]
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])


def lowest(number: int, point: Any, cell: Any, codes: np.ndarray) -> np.ndarray:
    """Return the hit with the lowest code for each point, -1 for none."""
    order = np.argsort(codes)
    rank = np.empty(len(codes) + 1, dtype=np.int64)
    rank[order] = np.arange(len(codes))
    best = np.full(number, len(codes))
    np.minimum.at(best, np.asarray(point), rank[np.asarray(cell)])
    return np.append(order, -1)[best]


def sjoin(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    right = gpd.GeoDataFrame({"cell": np.arange(len(cells))}, geometry=cells, crs=CRS)
    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=CRS)
    _ = right.sindex

    def run() -> np.ndarray:
        got = gpd.sjoin(left, right, predicate="intersects")
        return lowest(len(x), got.index, got["cell"], codes)

    return run


def strtree(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    tree, points = shapely.STRtree(cells), shapely.points(x, y)
    return lambda: lowest(len(x), *tree.query(points, predicate="intersects"), codes)


def duckdb(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    import duckdb as engine

    spec = importlib.util.find_spec("duckdb_extension_spatial")
    if spec is None or spec.origin is None:
        raise ImportError("duckdb-extension-spatial")
    found = next(Path(spec.origin).parent.rglob("spatial.duckdb_extension"))
    db = engine.connect(config={"allow_unsigned_extensions": "true"})
    db.execute(f"load '{found}'")
    cell_table = pd.DataFrame({"cell": np.arange(len(cells)), "wkb": shapely.to_wkb(cells)})
    point_table = pd.DataFrame({"point": np.arange(len(x)), "x": x, "y": y})
    db.register("cell_table", cell_table)
    db.register("point_table", point_table)
    db.execute("create table c as select cell, ST_GeomFromWKB(wkb::blob) g from cell_table")
    db.execute("create table p as select point, ST_Point(x, y) g from point_table")
    query = "select p.point, c.cell from p join c on ST_Intersects(c.g, p.g)"

    def run() -> np.ndarray:
        got = db.execute(query).fetchnumpy()
        return lowest(len(x), got["point"], got["cell"], codes)

    return run


def sedona(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    import sedonadb

    if importlib.util.find_spec("geoarrow") is None:
        raise ImportError("geoarrow-pyarrow")
    db = sedonadb.connect()
    frames = {
        "c": gpd.GeoDataFrame({"cell": np.arange(len(cells))}, geometry=cells),
        "p": gpd.GeoDataFrame({"point": np.arange(len(x))}, geometry=gpd.points_from_xy(x, y)),
    }
    for name, frame in frames.items():
        db.create_data_frame(frame).to_memtable().to_view(name)
    query = "select p.point, c.cell from p join c on ST_Intersects(c.geometry, p.geometry)"

    def run() -> np.ndarray:
        got = db.sql(query).to_pandas()
        return lowest(len(x), got["point"], got["cell"], codes)

    return run


PEERS: dict[str, Callable[..., Answer]] = {
    "sjoin": sjoin,
    "strtree": strtree,
    "duckdb": duckdb,
    "sedona": sedona,
}


def median(run: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    seconds, answer = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


COLD = """
import sys, time
from citygrid_core.locate import CellIndex
start = time.perf_counter()
CellIndex.open(sys.argv[1]).locate_one(float(sys.argv[2]), float(sys.argv[3]))
print(time.perf_counter() - start)
"""


def cold(index: CellIndex, x: float, y: float) -> float:
    """Seconds from open to the first answer in a new process, imports not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.cells"
        index.save(path)
        command = [sys.executable, "-c", COLD, str(path), repr(float(x)), repr(float(y))]
        runs = [
            float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(5)
        ]
    return statistics.median(runs)


def compare(number: int, options: argparse.Namespace) -> None:
    cells, codes = cells_of(number)
    x, y = points_of(cells, options.points, ordered=options.sorted)
    start = time.perf_counter()
    index = CellIndex.build(cells, codes)
    built = time.perf_counter() - start
    vertices = shapely.get_num_coordinates(cells).mean()
    print(
        f"\n{number:,} cells of {vertices:.0f} vertices, {len(x):,} "
        f"{'sorted' if options.sorted else 'clustered'} points\n"
        f"built in {built:.2f} s, {index.nbytes / 1e6:.0f} MB in memory and on disk, "
        f"first answer after {cold(index, float(x[0]), float(y[0])) * 1e3:.1f} ms in a new process"
    )
    runs: dict[str, Answer] = {"ours, numpy": lambda: index.locate(x, y, engine="numpy")}
    if importlib.util.find_spec("numba") is None:
        print("left out: ours with numba (not installed)")
    else:
        index.locate(x[:1000], y[:1000], engine="numba")
        runs["ours, numba, 1 thread"] = lambda: index.locate(x, y, engine="numba", threads=1)
        runs[f"ours, numba, {os.cpu_count()} threads"] = lambda: index.locate(x, y, engine="numba")
    for name in options.peers.split(","):
        try:
            runs[name] = PEERS[name](cells, codes, x, y)
        except ImportError as missing:
            print(f"left out: {name} ({missing} is not installed)")
    times = {name: median(run, options.repeat) for name, run in runs.items()}
    want = times["ours, numpy"][1]
    for name, (_, got) in times.items():
        assert np.array_equal(got, want), f"{name} answers differently"
    peers = [n for n in times if not n.startswith("ours")]
    print(f"{'':24}{'seconds':>9}{'M points/s':>12}" + "".join(f"{'x ' + p:>12}" for p in peers))
    for name, (seconds, _) in times.items():
        ratios = "".join(f"{times[p][0] / seconds:12.1f}" for p in peers)
        print(f"{name:24}{seconds:9.3f}{len(x) / seconds / 1e6:12.2f}{ratios}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", default="3780", help="numbers of cells, joined by commas")
    parser.add_argument("--points", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sorted", action="store_true", help="points in rows from south to north")
    parser.add_argument("--peers", default=",".join(PEERS))
    options = parser.parse_args()
    for number in options.cells.split(","):
        compare(int(number), options)


if __name__ == "__main__":
    main()
