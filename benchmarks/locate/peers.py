"""The peers: each is made ready, then asked; the lowest code is taken as ours does.

A peer answers with every cell that a point touches. PostGIS runs in a private cluster
made for the purpose; QGIS in a process of its own (Debian's Python), which says how
long the algorithm itself took.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.locate.cities import CRS

#: Returns the answers, or the answers and the seconds that count.
Answer = Callable[[], Any]


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


POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL server of its own in a folder that goes away; yields its URL."""
    if not POSTGRES:
        raise ImportError("postgresql")
    import psycopg  # noqa: F401

    folder = Path(tempfile.mkdtemp(prefix="citygrid-bench-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def call(program: str, *arguments: str) -> None:
        command = [*as_user, str(POSTGRES[-1] / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    data = str(folder / "data")
    try:
        call("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        settings = (
            f"-p {port} -k {folder} -c fsync=off -c shared_buffers=1GB -c work_mem=256MB "
            "-c listen_addresses=127.0.0.1 -c jit=off"
        )
        call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def postgis(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    import psycopg

    stack = contextlib.ExitStack()
    url = stack.enter_context(cluster())
    db = stack.enter_context(psycopg.connect(url, autocommit=True))
    db.execute("create extension postgis")
    db.execute("create table c (cell int, g geometry(Polygon))")
    db.execute("create table p (point int, g geometry(Point))")
    for table, shapes in (("c", cells), ("p", shapely.points(x, y))):
        with db.cursor().copy(f"copy {table} from stdin") as copy:
            for i, wkb in enumerate(shapely.to_wkb(shapes, hex=True)):
                copy.write_row((i, wkb))
    db.execute("create index on c using gist (g)")
    db.execute("analyze c; analyze p")
    query = "select p.point, c.cell from p join c on ST_Intersects(c.g, p.g)"

    def run() -> np.ndarray:
        with stack, db.cursor(binary=True) as cursor:
            got = np.array(cursor.execute(query).fetchall(), dtype=np.int64).reshape(-1, 2)
        return lowest(len(x), got[:, 0], got[:, 1], codes)

    return run


IN_QGIS = """
import json, sys, time
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer
from qgis.analysis import QgsNativeAlgorithms
app = QgsApplication([], False)
app.initQgis()
app.processingRegistry().addProvider(QgsNativeAlgorithms())
file, out = sys.argv[1:]
points, cells = (QgsVectorLayer(f"{file}|layername={n}", n, "ogr") for n in ("points", "cells"))
assert points.isValid() and cells.isValid()
cells.dataProvider().createSpatialIndex()
context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
algorithm = app.processingRegistry().createAlgorithmById("native:joinattributesbylocation")
options = {"INPUT": points, "JOIN": cells, "PREDICATE": [0], "METHOD": 0, "JOIN_FIELDS": ["cell"],
           "DISCARD_NONMATCHING": True, "OUTPUT": "memory:"}
begin = time.perf_counter()
found, ok = algorithm.run(options, context, feedback)
seconds = time.perf_counter() - begin
assert ok
layer = context.getMapLayer(found["OUTPUT"])
rows = [(f["point"], f["cell"]) for f in layer.getFeatures()]
json.dump({"seconds": seconds, "rows": rows}, open(out, "w"))
del points, cells, layer
context.temporaryLayerStore().removeAllMapLayers()
import os
os._exit(0)
"""


def qgis(cells: Any, codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> Answer:
    python = "/usr/bin/python3"
    quiet = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": tempfile.gettempdir()}
    plain = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | quiet
    tried = subprocess.run([python, "-c", "import qgis.analysis"], capture_output=True, env=plain)
    if tried.returncode:
        raise ImportError("qgis")
    folder = Path(tempfile.mkdtemp(prefix="citygrid-bench-"))
    layers = {
        "cells": gpd.GeoDataFrame({"cell": np.arange(len(cells))}, geometry=cells, crs=CRS),
        "points": gpd.GeoDataFrame(
            {"point": np.arange(len(x))}, geometry=gpd.points_from_xy(x, y), crs=CRS
        ),
    }
    for name, frame in layers.items():
        frame.to_file(folder / "in.gpkg", layer=name, driver="GPKG")

    def run() -> tuple[np.ndarray, float]:
        out = folder / "out.json"
        command = [python, "-c", IN_QGIS, str(folder / "in.gpkg"), str(out)]
        subprocess.run(command, check=True, capture_output=True, env=plain)
        said = json.loads(out.read_text())
        got = np.array(said["rows"], dtype=np.int64).reshape(-1, 2)
        return lowest(len(x), got[:, 0], got[:, 1], codes), float(said["seconds"])

    return run


PEERS: dict[str, Callable[..., Answer]] = {
    "sjoin": sjoin,
    "strtree": strtree,
    "duckdb": duckdb,
    "sedona": sedona,
    "postgis": postgis,
    "qgis": qgis,
}
#: Peers that would take minutes get so many points at most, and as many cells; asked once.
FEWER = {"postgis": (200_000, 400_000), "qgis": (20_000, 40_000)}
