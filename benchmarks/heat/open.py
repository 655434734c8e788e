"""What opening a city's heat costs: a store of a million cases on 10,000 grids, read into memory.

    PYTHONPATH=. .venv/bin/python benchmarks/heat/open.py [STORE] [--cases 1000000] [--grids 10000]

Makes STORE where it is not there yet (a temporary one without a name). Each reading is in a
process of its own; every count of the view is checked against SQL.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj

from benchmarks.heat.view import cases_of
from citygrid_core.operations.heat.view import open_view
from citygrid_core.workspace import Workspace
from scripts.measure_grid_moves import city

_BATCH = 100_000


def make(path: Path, number: int, size: int) -> None:
    """Write the store: bent grids of 41 vertices, cases within 40 m of a point of their grid."""
    grids = city(number)[0]
    codes = grids["code"].tolist()
    inside = grids.representative_point()
    x, y = inside.x.to_numpy(), inside.y.to_numpy()
    cases = cases_of(size, codes)
    at = np.asarray(cases["grid_code"].cat.codes)
    rng = np.random.default_rng(20261002)
    for name in ("grid_code", "class_code", "source", "handling_code"):
        cases[name] = cases[name].astype(str)
    cases["source"] = cases["source"].replace("app", "sensor")
    cases["number"] = [f"C{i:09d}" for i in range(size)]
    cases["location_method"] = "given"
    cases["reported_at"] = np.datetime_as_string(cases["reported_at"].to_numpy("datetime64[s]"))
    points = gpd.points_from_xy(
        x[at] + rng.uniform(-40, 40, size), y[at] + rng.uniform(-40, 40, size)
    )
    frame = gpd.GeoDataFrame(cases, geometry=points, crs=grids.crs)
    with Workspace.create(path, crs=pyproj.CRS.from_epsg(4547), edition="gbt30428-2013") as ws:
        with ws.transaction("grids") as tx:
            tx.insert("grids", grids.assign(area_m2=grids.area, valid_from="2020-01-01"))
        for start in range(0, size, _BATCH):
            with ws.transaction("cases") as tx:
                tx.insert("cases", frame.iloc[start : start + _BATCH])


def read(path: Path, recount: bool) -> None:
    """Open the view once, and print what it cost."""
    clock, busy = time.perf_counter(), time.process_time()
    with Workspace.open(path) as ws:
        opened = time.process_time() - busy
        view = open_view(ws, recount=recount)
    clock, busy = time.perf_counter() - clock, time.process_time() - busy
    if not recount:
        with sqlite3.connect(path) as db:
            held = dict(db.execute("select grid_code, count(*) from cases group by 1"))
        tally = view.cube.counts()
        assert dict(zip(view.cube.grids, tally.cases.tolist(), strict=True)) == {
            code: held.get(code, 0) for code in view.cube.grids
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{'recounted' if recount else 'as stored':10} {len(view.cube):,} cases, "
          f"{len(view.cube.grids):,} grids: {busy:.2f} s of CPU (opening the file {opened:.2f}), "
          f"{clock:.2f} s by the clock; {peak:.2f} GB at most")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--grids", type=int, default=10_000)
    parser.add_argument("--read", choices=["stored", "recount"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        read(asked.store, asked.read == "recount")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = asked.store or Path(folder) / "city.gpkg"
        if not store.exists():
            make(store, asked.grids, asked.cases)
        print("load", os.getloadavg()[0], flush=True)
        for how in ("stored", "recount"):
            for _ in range(2):
                subprocess.run([sys.executable, __file__, store, "--read", how], check=True)


if __name__ == "__main__":
    main()
