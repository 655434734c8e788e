"""A census of 800,000 components: ours beside the usual script, then the rule book on it.

    python benchmarks/census/run.py [--scale nanchang] [--city DIR] [--base FILE] [--times 3]

Ours: `citygrid census import` from CSV into a workspace: validated, classified, departments
matched, located, completed from the duty rules, coded, sealed. The usual script: ogr2ogr
makes points of the CSV, geopandas joins them to the grids, pandas merges the owners by name
and counts codes, pyogrio writes. It checks nothing, knows no alias but the register's, and
asks no rule. Each runs in a process of its own, in turn; answers are compared and the ratio
of the medians is printed, by the clock and by CPU time (another job on the machine spoils
the clock only). Then `citygrid census check` judges the whole and a day's changes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
CRS, DAY = "EPSG:4547", "2025-01-01"


def prepare(city: Path, base: Path, scale: str) -> None:
    """Make the sample city and a workspace with grids, departments and duties, once."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.areas import init
    from citygrid_core.operations.grids.drawn import draw_grids
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.operations.responsibility.departments import import_departments
    from citygrid_core.operations.responsibility.duties import import_duties
    from citygrid_core.sample import generate
    from citygrid_core.workspace import Workspace

    if not city.exists():
        generate(city, scale=scale, seed=1)
    if base.exists():
        return
    init(base, city / "areas.gpkg", name="bench", on=DAY)
    parts = ("roads", "barriers", "buildings", "compounds", "water", "parks")
    with Workspace.open(base) as ws:
        files = {k: Path(f"{city / 'base.gpkg'}:{k}") for k in parts}
        draw_grids(ws, **files, policy=Policy(), on=DAY)
        import_departments(ws, city / "departments.csv", on=DAY)
        import_duties(ws, city / "duties.csv", on=DAY)
        for layer in ("line", "polygon"):
            import_duties(ws, city / "duties.gpkg", options=SourceOptions(layer=layer), on=DAY)


def ours(city: Path, work: Path) -> dict[str, object]:
    """Import into the workspace at `work`."""
    from citygrid_core.operations.census.imported import import_components
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    with Workspace.open(work) as ws:
        report = import_components(
            ws, city / "components.csv", options=SourceOptions(crs=CRS), on=DAY, processes=2
        )
    return {"stored": report.stored, "rejected": report.rejected}


def usual(city: Path, work: Path) -> dict[str, object]:
    """Do what people script: convert, join, merge, count, write."""
    import geopandas as gpd

    folder = work.parent
    raw = folder / "raw.gpkg"
    raw.unlink(missing_ok=True)
    subprocess.run(
        [
            "ogr2ogr", "-f", "GPKG", str(raw), str(city / "components.csv"), "-nln", "raw",
            "-oo", "X_POSSIBLE_NAMES=x", "-oo", "Y_POSSIBLE_NAMES=y", "-a_srs", CRS,
            "-oo", "KEEP_GEOM_COLUMNS=NO",
        ],
        check=True, env={k: v for k, v in os.environ.items() if k not in ("PROJ_LIB", "PROJ_DATA")},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    points = gpd.read_file(raw)
    grids = gpd.read_file(folder / "grids.gpkg")[["code", "geometry"]]
    joined = gpd.sjoin(points, grids, predicate="intersects", how="left")
    joined = joined[~joined.index.duplicated()]
    register = pd.read_csv(city / "departments.csv", dtype=str, keep_default_na=False)
    names: dict[str, str] = {}
    for row in register.itertuples():
        for name in (row.name, row.short_name, *str(row.aliases).split("#")):
            if name:
                names[name] = row.code
    joined["owning_code"] = joined["owning_name"].map(names)
    joined = joined.rename(columns={"code": "grid_code"}).drop(columns="index_right")
    county = joined["grid_code"].str[:6]
    number = joined.groupby([county, "class_code"]).cumcount() + 1
    joined["code"] = county + joined["class_code"] + number.astype(str).str.zfill(6)
    joined.to_file(folder / "usual.gpkg", layer="components", engine="pyogrio")
    return {"stored": len(joined)}


def child(what: str, city: Path, work: Path) -> dict[str, Any]:
    """Run one side in a process of its own; return its figures."""
    script = [sys.executable, str(Path(__file__)), "--run", what]
    begin = time.perf_counter()
    done = subprocess.run(
        [*script, "--city", str(city), "--base", str(work)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    said["seconds"] = round(time.perf_counter() - begin, 1)
    said["load"] = Path("/proc/loadavg").read_text().split()[0]
    return said


def compare(work: Path) -> None:
    """Compare grid codes, owners and the set of codes of both answers."""
    import pyogrio

    from citygrid_core.workspace import Workspace

    with Workspace.open(work, read_only=True) as ws:
        mine = ws.read("components", geometry=False).set_index("source_key")
    theirs = pyogrio.read_dataframe(work.parent / "usual.gpkg", read_geometry=False)
    theirs = theirs.set_index("source_key").reindex(mine.index)
    grid = (mine["grid_code"] == theirs["grid_code"]).mean()
    named = theirs["owning_code"].notna()
    owner = (mine["owning_code"] == theirs["owning_code"])[named].mean()
    print(f"same grid {grid:.6f}, same owner where the script has one {owner:.6f}, "
          f"owners missing: ours {mine['owning_code'].isna().mean():.4f}, "
          f"script {theirs['owning_code'].isna().mean():.4f}; "
          f"codes minted twice: ours {mine['code'].duplicated().sum()}, "
          f"script {theirs['code'].duplicated().sum()}")  # fmt: skip
    if grid < 1.0 or owner < 1.0:
        raise SystemExit("the answers differ")


def beside(city: Path, base: Path, work: Path, times: int) -> None:
    """Run both sides in turn; print each run and the ratio of the medians."""
    sides: dict[str, list[dict[str, Any]]] = {"ours": [], "usual": []}
    for _ in range(times):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{work}{suffix}").unlink(missing_ok=True)
        work.with_suffix(".cells").unlink(missing_ok=True)
        shutil.copy(base, work)
        for side, runs in sides.items():
            runs.append(child(side, city, work))
            print(f"{side:6}", runs[-1], flush=True)
    for what in ("seconds", "cpu"):
        mine, theirs = (statistics.median(r[what] for r in sides[s]) for s in ("ours", "usual"))
        print(
            f"median {what}: ours {mine:.1f}, usual {theirs:.1f}, usual / ours {theirs / mine:.2f}"
        )
    print(f"{work.stat().st_size / 1e6:.0f} MB file; ours checks, completes, seals and journals")


def main() -> None:
    """Prepare, run both sides, compare, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="nanchang")
    parser.add_argument("--city", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--run", choices=["ours", "usual", "book"])
    given = parser.parse_args()
    if given.run:
        from book import book

        sides = {"ours": ours, "usual": usual, "book": book}
        said = sides[given.run](given.city, given.base)
        use = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        said["cpu"] = round(sum(u.ru_utime + u.ru_stime for u in use), 1)
        said["MB"] = " + ".join(f"{u.ru_maxrss / 1e3:.0f}" for u in use)
        print(json.dumps(said))
        return
    with tempfile.TemporaryDirectory(prefix="citygrid-bench-") as folder_:
        folder = Path(folder_)
        city = given.city or folder / "city"
        base = given.base or folder / "base.gpkg"
        prepare(city, base, given.scale)
        from citygrid_core.tables import write
        from citygrid_core.workspace import Workspace

        with Workspace.open(base) as ws:
            write(ws.read("grids"), folder / "grids.gpkg", layer="grids")
        work = folder / "work.gpkg"
        beside(city, base, work, given.times)
        compare(work)
        for name, figure in child("book", city, work).items():
            print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
