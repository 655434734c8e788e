"""The peers of counting and of surfaces, each with the answer in the shape of ours.

Engines get the columns as they hold them best (categories, small integers, times); QGIS
runs in a process of its own, which says how long the algorithm itself took.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core import heat

Counts = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Cost:
    """Seconds of all threads, and by the clock: medians over some runs."""

    cpu: float
    wall: float


def measured(work: Callable[[], Any], repeat: int) -> tuple[Cost, Any]:
    """Return the median cost of a call, and its answer."""
    cpu, wall, answer = [], [], None
    for _ in range(repeat):
        answer = None  # before the next one is made
        start, begin = time.process_time(), time.perf_counter()
        answer = work()
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - begin)
    return Cost(float(np.median(cpu)), float(np.median(wall))), answer


# --- counting: cases and weak ones by grid and day, void ones left out --------------------


def by_pandas(cases: pd.DataFrame, grids: int, days: int) -> Callable[[], Counts]:
    def run() -> Counts:
        kept = cases[cases["stage"] != "void"]
        day = kept["reported_at"].dt.normalize().rename("day")
        weak = (kept["location_probability"] < heat.WEAK_BELOW).rename("weak")
        found = weak.groupby([kept["grid_code"], day], observed=True).agg(["size", "sum"])
        found = found.reset_index()
        at = found["grid_code"].cat.codes.to_numpy().astype(np.int64) * days + _day(found["day"])
        return _dense(at, found["size"], found["sum"], grids * days)

    return run


def by_polars(cases: pd.DataFrame, grids: int, days: int) -> Callable[[], Counts]:
    import polars as pl

    table = pl.DataFrame({
        "grid": cases["grid_code"].cat.codes.to_numpy().astype(np.int32),
        "void": (cases["stage"] == "void").to_numpy(),
        "p": cases["location_probability"].to_numpy(),
        "at": cases["reported_at"].to_numpy().astype("datetime64[ms]"),
    })  # fmt: skip

    def run() -> Counts:
        found = (
            table.lazy()
            .filter(~pl.col("void"))
            .group_by("grid", pl.col("at").dt.date().alias("day"))
            .agg(pl.len().alias("n"), (pl.col("p") < heat.WEAK_BELOW).sum().alias("weak"))
            .collect()
        )
        at = found["grid"].to_numpy().astype(np.int64) * days + _day(found["day"].to_numpy())
        return _dense(at, found["n"].to_numpy(), found["weak"].to_numpy(), grids * days)

    return run


def by_duckdb(cases: pd.DataFrame, grids: int, days: int) -> Callable[[], Counts]:
    import duckdb

    db = duckdb.connect()
    plain = pd.DataFrame({
        "grid": cases["grid_code"].cat.codes.to_numpy().astype(np.int32),
        "void": (cases["stage"] == "void").to_numpy(),
        "p": cases["location_probability"].to_numpy(),
        "at": cases["reported_at"].to_numpy(),
    })  # fmt: skip
    db.register("plain", plain)
    db.execute("create table cases as select * from plain")
    db.unregister("plain")
    query = (
        'select grid, "at"::date as day, count(*) as n, count(*) filter (p < '
        f"{heat.WEAK_BELOW}) as weak from cases where not void group by all"
    )

    def run() -> Counts:
        found = db.execute(query).fetchnumpy()
        at = np.asarray(found["grid"], dtype=np.int64) * days + _day(np.asarray(found["day"]))
        return _dense(at, np.asarray(found["n"]), np.asarray(found["weak"]), grids * days)

    return run


def _day(values: Any) -> np.ndarray:
    first = np.datetime64("2026-01-01").astype(np.int64)
    return np.asarray(values).astype("datetime64[D]").astype(np.int64) - first


def _dense(at: Any, cases: Any, weak: Any, size: int) -> Counts:
    whole = np.zeros((2, size), dtype=np.int64)
    whole[0, np.asarray(at)], whole[1, np.asarray(at)] = cases, weak
    return whole[0], whole[1]


COUNTING = {"pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb}


# --- QGIS -----------------------------------------------------------------------------------

_BEGIN = """
import json, os, sys, time
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer
from qgis.analysis import QgsKernelDensityEstimation, QgsNativeAlgorithms
app = QgsApplication([], False)
app.initQgis()
app.processingRegistry().addProvider(QgsNativeAlgorithms())
folder = sys.argv[1]
def layer(name):
    found = QgsVectorLayer(f"{folder}/{name}.gpkg", name, "ogr")
    assert found.isValid(), name
    return found
def done(**said):
    json.dump(said, open(f"{folder}/out.json", "w"))
    os._exit(0)
points = layer("points")
"""
_COUNT = """
grids = layer("grids")
context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
algorithm = app.processingRegistry().createAlgorithmById("native:countpointsinpolygon")
options = {"POLYGONS": grids, "POINTS": points, "FIELD": "n", "OUTPUT": "memory:"}
start, begin = time.process_time(), time.perf_counter()
found, ok = algorithm.run(options, context, feedback)
cpu, wall = time.process_time() - start, time.perf_counter() - begin
assert ok
rows = [(f["grid"], f["n"]) for f in context.getMapLayer(found["OUTPUT"]).getFeatures()]
done(cpu=cpu, wall=wall, rows=rows)
"""
_HEATMAP = """
asked = QgsKernelDensityEstimation.Parameters()
asked.source, asked.radius, asked.pixelSize = points, float(sys.argv[2]), float(sys.argv[3])
asked.shape = QgsKernelDensityEstimation.KernelQuartic
asked.decayRatio = 0
asked.outputValues = QgsKernelDensityEstimation.OutputRaw
work = QgsKernelDensityEstimation(asked, f"{folder}/heatmap.tif", "GTiff")
start, begin = time.process_time(), time.perf_counter()
result = work.run()
cpu, wall = time.process_time() - start, time.perf_counter() - begin
assert result == QgsKernelDensityEstimation.Success, result
done(cpu=cpu, wall=wall)
"""


def in_qgis(script: str, layers: dict[str, Any], *arguments: str) -> tuple[dict[str, Any], Path]:
    """Run a script in Debian's QGIS on layers written to files; return what it says, and where.

    Raises
    ------
    ImportError
        There is no QGIS.
    """
    python = "/usr/bin/python3"
    quiet = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": tempfile.gettempdir()}
    plain = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | quiet
    tried = subprocess.run([python, "-c", "import qgis.analysis"], capture_output=True, env=plain)
    if tried.returncode:
        raise ImportError("qgis")
    folder = Path(tempfile.mkdtemp(prefix="citygrid-bench-"))
    for name, frame in layers.items():
        frame.to_file(folder / f"{name}.gpkg", driver="GPKG", engine="pyogrio")
    command = [python, "-c", _BEGIN + script, str(folder), *arguments]
    ran = subprocess.run(command, capture_output=True, env=plain, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return json.loads((folder / "out.json").read_text()), folder


def count_in_qgis(points: Any, grids: Any) -> tuple[Cost, np.ndarray]:
    """Count points in polygons; grids carry their number in ``grid``."""
    said, _ = in_qgis(_COUNT, {"points": points, "grids": grids})
    rows = np.array(said["rows"], dtype=np.float64).astype(np.int64)
    counts = np.zeros(len(grids), dtype=np.int64)
    counts[rows[:, 0]] = rows[:, 1]
    return Cost(said["cpu"], said["wall"]), counts


def heatmap_in_qgis(points: Any, radius_m: float, cell_m: float) -> tuple[Cost, Path]:
    """Make QGIS's heatmap (quartic, raw values); return its file."""
    said, folder = in_qgis(_HEATMAP, {"points": points}, str(radius_m), str(cell_m))
    return Cost(said["cpu"], said["wall"]), folder / "heatmap.tif"
