"""An update of 1,000 changed cases on stores of different sizes: the cost stays the same.

    python benchmarks/heat/update.py [--sizes 1000 30000 1000000] [--changed 1000]

Each store is checked against a recount at the end.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from citygrid_core.operations.heat_cube import check_heat, update_heat
from citygrid_core.workspace import Workspace


def cases_of(size: int, random: np.random.Generator, first: int = 0) -> pd.DataFrame:
    second = random.integers(0, 365 * 86_400, size)
    start = np.datetime64("2026-01-01T00:00:00")
    return pd.DataFrame(
        {
            "number": [f"C{i:09d}" for i in range(first, first + size)],
            "source": "collector",
            "object_kind": "event",
            "class_code": [f"06{c:03d}" for c in random.integers(0, 40, size)],
            "stage": "registered",
            "reported_at": np.datetime_as_string(start + second.astype("timedelta64[s]")),
            "grid_code": [f"320705001001{g:03d}" for g in random.integers(1, 999, size)],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 30_000, 1_000_000])
    parser.add_argument("--changed", type=int, default=1000)
    options = parser.parse_args()
    random = np.random.default_rng(20261001)
    print("load", os.getloadavg()[0])
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "city.gpkg"
            crs = pyproj.CRS.from_epsg(4547)
            with Workspace.create(path, crs=crs, edition="gbt30428-2013") as ws:
                for at in range(0, size, 50_000):
                    with ws.transaction("cases") as tx:
                        tx.insert("cases", cases_of(min(50_000, size - at), random, at))
                start = time.perf_counter()
                update_heat(ws)
                whole = time.perf_counter() - start
                with ws.transaction("new and void") as tx:
                    half = options.changed // 2
                    tx.insert("cases", cases_of(half, random, size))
                    fids = pd.Index(random.choice(size, half, replace=False) + 1, name="fid")
                    tx.update("cases", pd.DataFrame({"stage": "void"}, index=fids))
                start, cpu = time.perf_counter(), time.process_time()
                report = update_heat(ws)
                part, cpu = time.perf_counter() - start, time.process_time() - cpu
                assert report.details["how"] == "changes"
                assert report.details["changed_cases"] == 2 * half
                assert check_heat(ws) == []
        print(
            f"{size:11,} cases: recount {whole:7.2f} s, update of {2 * half:,} changed cases "
            f"{cpu:6.3f} s of CPU, {part:6.3f} s by the clock",
            flush=True,
        )


if __name__ == "__main__":
    main()
