"""Memory of an import does not grow with the file: 2, 5, 20 million rows, one after the other.

    python benchmarks/census/stream.py BASE --rows 2000000 5000000 [--folder DIR]

BASE is a workspace with grids (`prepare` of run.py makes one). Rows are strewn over its
cells, of all classes that are points, so that no county's sequence of a class runs out.
Each size is imported by a process of its own into a copy of BASE; printed: rows stored,
time, CPU time, peak memory, size of the file.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
CRS, DAY, PART = "EPSG:4547", "2025-01-01", 250_000


def strewn(base: Path, file: Path, rows: int) -> None:
    """Write a CSV of points within the cells of a city, a part at a time."""
    from citygrid_core.operations.city import City
    from citygrid_core.standards import load_edition
    from citygrid_core.workspace import Workspace

    with Workspace.open(base, read_only=True) as ws:
        classes = load_edition(ws.edition).catalogues["component"].classes
        kinds = [code for code, info in classes.items() if info.geometry == "point"]
        cells = City(ws).cells
        x0, y0, x1, y1 = ws.read("grids").total_bounds
    rng, done = np.random.default_rng(4), 0
    with file.open("w", encoding="utf-8") as out:
        out.write("编号,类别代码,x,y,状态,普查日期\n")
        while done < rows:
            xy = rng.uniform((x0, y0), (x1, y1), (PART, 2)).round(3)
            xy = xy[cells.locate(xy[:, 0], xy[:, 1]) >= 0][: rows - done]
            out.writelines(
                f"K{i},{kinds[i % len(kinds)]},{x:.3f},{y:.3f},完好,2025-02-03\n"
                for i, (x, y) in enumerate(xy.tolist(), done)
            )
            done += len(xy)


def imported(work: Path, file: Path) -> None:
    """Import one file and print the figures."""
    import resource

    from citygrid_core.operations.census.imported import import_components
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    begin = time.perf_counter()
    with Workspace.open(work) as ws:
        report = import_components(ws, file, options=SourceOptions(crs=CRS), on=DAY, processes=2)
    use = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    said = {
        "stored": report.stored,
        "rejected": report.rejected,
        "seconds": round(time.perf_counter() - begin, 1),
        "cpu": round(sum(u.ru_utime + u.ru_stime for u in use), 1),
        "MB": " + ".join(f"{u.ru_maxrss / 1e3:.0f}" for u in use),
        "load": Path("/proc/loadavg").read_text().split()[0],
    }
    print(json.dumps(said), flush=True)


def main() -> None:
    """Make each file, import it, take it away again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000, 5_000_000])
    parser.add_argument("--folder", type=Path, help="where there is room: 0.5 kB a row")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.file:
        imported(given.base, given.file)
        return
    for rows in given.rows:
        with tempfile.TemporaryDirectory(prefix="citygrid-", dir=given.folder) as folder:
            work, file = Path(folder) / "work.gpkg", Path(folder) / "components.csv"
            shutil.copy(given.base, work)
            strewn(work, file, rows)
            script = [sys.executable, str(Path(__file__)), str(work), "--file", str(file)]
            subprocess.run(script, check=True)
            print(f"{rows:,} rows: {work.stat().st_size / 1e6:,.0f} MB file", flush=True)


if __name__ == "__main__":
    main()
