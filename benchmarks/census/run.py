"""A census of 800,000 components: ours beside the usual script, and the rule book.

    python benchmarks/census/run.py [--scale nanchang] [--city DIR] [--base FILE]

Ours: `citygrid census import` from CSV into a workspace: validated, classified, departments
matched, located, completed from the duty rules, coded, sealed. The usual script: ogr2ogr
makes points of the CSV, geopandas joins them to the grids, pandas merges the owners by name
and counts codes, pyogrio writes. It checks nothing, knows no alias but the register's, and
asks no rule. Both run in a process of their own, one after the other; answers are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
CRS, DAY = "EPSG:4547", "2025-01-01"


def prepare(city: Path, base: Path, scale: str) -> None:
    """Make the sample city and a workspace with grids, departments and duties, once."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.areas import init
    from citygrid_core.operations.departments import import_departments
    from citygrid_core.operations.duties import import_duties
    from citygrid_core.operations.grids import draw_grids
    from citygrid_core.operations.intake import SourceOptions
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
    from citygrid_core.operations.census import import_components
    from citygrid_core.operations.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    with Workspace.open(work) as ws:
        report = import_components(
            ws, city / "components.csv", options=SourceOptions(crs=CRS), on=DAY
        )
    return {"stored": report.stored, "rejected": report.rejected}


def usual(city: Path, work: Path) -> dict[str, object]:
    """Do what people script: convert, join, merge, count, write."""
    import geopandas as gpd

    folder = work.parent
    raw = folder / "raw.gpkg"
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


def child(what: str, city: Path, work: Path) -> dict[str, object]:
    """Run one side in a process of its own; return its figures."""
    command = [
        sys.executable,
        str(Path(__file__)),
        "--run",
        what,
        "--city",
        str(city),
        "--base",
        str(work),
    ]
    begin = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    said["seconds"] = round(time.perf_counter() - begin, 1)
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


def book(work: Path) -> None:
    """Run the whole rule book, then a day's changes, on what was imported."""
    from citygrid_core.census.rules import check
    from citygrid_core.operations.census_material import material
    from citygrid_core.workspace import Workspace

    with Workspace.open(work) as ws:
        begin = time.perf_counter()
        seen = material(ws, on="2025-02-01")
        read = time.perf_counter() - begin
        begin = time.perf_counter()
        checked = check(seen)
        whole = time.perf_counter() - begin
        print(f"rule book, {len(seen):,} components: read {read:.1f} s, 92 rules {whole:.1f} s, "
              f"{len(checked.findings):,} findings; per million {1e6 / len(seen) * whole:.1f} s")  # fmt: skip
        codes = np.random.default_rng(1).choice(seen.codes, 6_000, replace=False).tolist()
        day = material(ws, on="2025-02-01", codes=codes)
        begin = time.perf_counter()
        few = check(day)
        seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        material(ws, on="2025-02-01", codes=codes)
        again = time.perf_counter() - begin
        print(f"a day's {len(codes):,} changes: read {again:.2f} s, rules {seconds:.2f} s, "
              f"{len(few.findings):,} findings")  # fmt: skip


def main() -> None:
    """Prepare, run both sides, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="nanchang")
    parser.add_argument("--city", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--run", choices=["ours", "usual"])
    given = parser.parse_args()
    if given.run:
        said = (ours if given.run == "ours" else usual)(given.city, given.base)
        use = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        said["cpu"] = round(sum(u.ru_utime + u.ru_stime for u in use), 1)
        said["MB"] = round(max(u.ru_maxrss for u in use) / 1e3)
        print(json.dumps(said))
        return
    with tempfile.TemporaryDirectory(prefix="citygrid-bench-") as folder_:
        folder = Path(folder_)
        city = given.city or folder / "city"
        base = given.base or folder / "base.gpkg"
        prepare(city, base, given.scale)
        work = folder / "work.gpkg"
        shutil.copy(base, work)
        from citygrid_core.tables import write
        from citygrid_core.workspace import Workspace

        with Workspace.open(work) as ws:
            write(ws.read("grids"), folder / "grids.gpkg", layer="grids")
        print("load", Path("/proc/loadavg").read_text().split()[:3])
        mine = child("ours", city, work)
        print("ours ", mine, f"{work.stat().st_size / 1e6:.0f} MB file", flush=True)
        theirs = child("usual", city, work)
        print("usual", theirs, flush=True)
        ratio = float(str(theirs["seconds"])) / float(str(mine["seconds"]))
        print(f"ratio usual / ours: {ratio:.2f} (ours checks, completes, seals and journals)")
        compare(work)
        book(work)


if __name__ == "__main__":
    main()
