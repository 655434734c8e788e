"""Cases in bulk: a past of a million, a night of a thousand, a month of ten million log rows.

    python benchmarks/cases/run.py [--rows N] [--log-rows N] [--city DIR] [--only import|nightly|evaluate]

Beside each the usual script: pandas and geopandas read the file, join the grids, write a
GeoPackage; the night's file is appended to the table read whole; a month is counted from the
whole log (pandas from SQLite, DuckDB from Parquet that was made before, untimed). The usual
scripts check nothing, seal nothing and know no duty, no limit and no twin. Each side runs in
processes of its own, one after the other, and answers are compared. Seconds of all processors
are printed beside those of the clock: on a busy machine only they say something.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

import city  # noqa: E402

#: The month that is evaluated: late in the long log, set by the number of its rows.
PERIOD = os.environ.get("CASES_PERIOD", "2021-03")


def usual_import(folder: Path) -> dict[str, object]:
    """Do what people script with a past: read, join, melt, write."""
    import geopandas as gpd

    rows = pd.read_csv(folder / "past.csv", dtype=str, keep_default_na=False)
    points = gpd.GeoDataFrame(
        rows, geometry=gpd.points_from_xy(rows["x"].astype(float), rows["y"].astype(float)),
        crs=city.CRS,
    )  # fmt: skip
    grids = gpd.read_file(folder / "grids.gpkg")[["code", "geometry"]]
    joined = gpd.sjoin(points, grids, predicate="intersects", how="left")
    joined = joined[~joined.index.duplicated()].drop(columns="index_right")
    joined.to_file(folder / "usual.gpkg", layer="cases", engine="pyogrio")
    log = joined.melt("source_number", city.TIMES, "step", "at")
    log = log[log["at"] != ""].sort_values(["source_number", "at"])
    gpd.GeoDataFrame(log).to_file(folder / "usual.gpkg", layer="log", engine="pyogrio")
    return {"stored": len(joined)}


def usual_nightly(folder: Path) -> dict[str, object]:
    """Append a night: read all, join, drop repeats, write all."""
    import geopandas as gpd

    held = gpd.read_file(folder / "usual.gpkg", layer="cases")
    rows = pd.read_csv(folder / "night.csv", dtype=str, keep_default_na=False)
    points = gpd.GeoDataFrame(
        rows, crs=city.CRS,
        geometry=gpd.points_from_xy(pd.to_numeric(rows["x"]), pd.to_numeric(rows["y"])),
    )  # fmt: skip
    grids = gpd.read_file(folder / "grids.gpkg")[["code", "geometry"]]
    joined = gpd.sjoin(points, grids, predicate="intersects", how="left")
    both = pd.concat([held, joined[~joined.index.duplicated()].drop(columns="index_right")])
    both = both.drop_duplicates("source_number", keep="last")
    both.to_file(folder / "night.gpkg", layer="cases", engine="pyogrio")
    return {"stored": len(both) - len(held)}


def usual_evaluate(folder: Path) -> dict[str, object]:
    """Count a month from the whole log in pandas."""
    import sqlite3

    db = sqlite3.connect(folder / "ten.gpkg")
    log = pd.read_sql("SELECT number, step, at FROM case_log", db)
    cases = pd.read_sql("SELECT number, grid_code FROM cases", db)
    log["at"] = pd.to_datetime(log["at"], format="ISO8601")
    begin, end = pd.Period(PERIOD).start_time, pd.Period(PERIOD).end_time
    month = log[(log["at"] >= begin) & (log["at"] <= end)].drop_duplicates(["number", "step"])
    month = month.merge(cases, on="number")
    counts = month.groupby(["grid_code", "step"]).size().unstack(fill_value=0)
    return {"registered": counts["register"].to_dict(), "closed": counts["close"].to_dict()}


def duckdb_evaluate(folder: Path) -> dict[str, object]:
    """Count a month from the whole log in DuckDB, its tables as Parquet."""
    import duckdb

    db = duckdb.connect()
    db.execute("SET threads = 2")
    found = db.execute(
        f"""SELECT c.grid_code, l.step, count(DISTINCT l.number) FROM '{folder}/log.parquet' l
        JOIN '{folder}/cases.parquet' c USING (number)
        WHERE l.at >= '{PERIOD}-01' AND l.at < '{pd.Period(PERIOD) + 1}-01'
        AND c.grid_code IS NOT NULL GROUP BY ALL"""
    ).fetchall()
    out: dict[str, dict[str, int]] = {"register": {}, "close": {}}
    for grid, step, n in found:
        out.setdefault(step, {})[grid] = n
    return {"registered": out["register"], "closed": out["close"]}


def our_evaluate(folder: Path) -> dict[str, object]:
    """Evaluate a month by department and by grid, every indicator."""
    from citygrid_core.evaluation import TOTAL
    from citygrid_core.evaluation.period import Period
    from citygrid_core.operations.evaluation.evaluate import evaluate_city
    from citygrid_core.operations.evaluation.facts import facts_of
    from citygrid_core.workspace import Workspace

    with Workspace.open(folder / "ten.gpkg", read_only=True) as ws:
        facts = facts_of(ws, Period.parse(PERIOD))
        evaluate_city(ws, PERIOD, by="department", facts=facts)
        done = evaluate_city(ws, PERIOD, by="area", level="grid", facts=facts)
    counts = done.counts.drop(index=TOTAL)
    return {n: counts[n][counts[n] > 0].astype(int).to_dict() for n in ("registered", "closed")}


#: What a side says, seconds of clock and of processors, GB.
Side = tuple[dict[str, Any], float, float, float]
SIDES = {f.__name__: f for f in (usual_import, usual_nightly, usual_evaluate, duckdb_evaluate, our_evaluate)}  # fmt: skip


def timed(command: list[str]) -> Side:
    """Run a command; return what it says, seconds of clock and processors, and its GB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=_environment())
    wall = time.perf_counter() - begin
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout.splitlines()[-1]), wall, cpu, after.ru_maxrss / 1e6


def _environment() -> dict[str, str]:
    # Installed modules are compiled: with the last of these each start would compile ours anew.
    left_out = ("PROJ_LIB", "PROJ_DATA", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if k not in left_out}
    return {**kept, "PYTHONPATH": str(ROOT)}


def side(name: str, folder: Path) -> list[str]:
    """Return the command that runs one side."""
    return [sys.executable, __file__, "--side", name, "--city", str(folder)]


def ours(*arguments: str) -> list[str]:
    """Return a command of citygrid."""
    return [sys.executable, "-m", "citygrid_core.cli", *arguments, "--json"]


def told(name: str, us: Side, peer: str, them: Side) -> None:
    """Print both sides and the ratio."""
    print(
        f"{name}: ours {us[1]:.1f} s ({us[2]:.1f} s CPU, {us[3]:.1f} GB), {peer} {them[1]:.1f} s "
        f"({them[2]:.1f} s CPU); {peer} / ours {them[1] / us[1]:.2f} by the clock, "
        f"{them[2] / us[2]:.2f} by CPU"
    )


def bulk(folder: Path) -> None:
    """Import the past with both, and compare the grids."""
    import pyogrio

    from citygrid_core.workspace import Workspace

    work = city.copy(folder / "base.gpkg", folder / "work.gpkg")
    us = timed(ours("cases", "import", str(work), str(folder / "past.csv"), "--crs", city.CRS,
                    "--rejects", str(folder / "rejects.csv")))  # fmt: skip
    them = timed(side("usual_import", folder))
    told(f"import of {us[0]['read']:,}", us, "geopandas", them)
    with Workspace.open(work, read_only=True) as ws:
        mine = ws.read("cases", columns=["source_number", "grid_code"], geometry=False)
    theirs = pyogrio.read_dataframe(
        folder / "usual.gpkg", layer="cases", columns=["source_number", "code"], read_geometry=False
    )
    both = mine.merge(theirs, on="source_number")
    same = (both["grid_code"] == both["code"]).mean()
    print(f"  {us[0]['new']:,} new, twins {us[0]['twins']:,}, same grid {same:.6f}")


def nightly(folder: Path) -> None:
    """Import a night beside the past with both."""
    us = timed(ours("cases", "import", str(folder / "work.gpkg"), str(folder / "night.csv"),
                    "--crs", city.CRS, "--rejects", str(folder / "rejects.csv")))  # fmt: skip
    them = timed(side("usual_nightly", folder))
    told(f"a night of {us[0]['read']:,}", us, "geopandas", them)


def month(folder: Path, rows: int) -> None:
    """Evaluate a month of a long log with all, and compare the counts by grid."""
    global PERIOD
    days = 100 * -(-rows // 600_000)  # what `long_log` makes of a hundred thousand cases
    PERIOD = str((pd.Timestamp("2021-01-01") + pd.Timedelta(days=days - 60)).to_period("M"))
    os.environ["CASES_PERIOD"] = PERIOD
    us = timed(side("our_evaluate", folder))
    for name in ("usual_evaluate", "duckdb_evaluate"):
        them = timed(side(name, folder))
        told(f"{PERIOD} evaluated by department and grid", us, name.split("_")[0], them)
        print(f"  counts equal: {us[0] == them[0]}")


def long_log(folder: Path, rows: int) -> None:
    """Make the workspace with the long log, and its Parquet."""
    from citygrid_core.operations.cases.imported import import_cases
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    if (folder / "log.parquet").exists():
        return
    each = 100_000
    file = city.past(folder / "sample", folder / "hundred.csv", each, "2021-01-01", 100, 5)
    work = city.copy(folder / "base.gpkg", folder / "ten.gpkg")
    with Workspace.open(work) as ws:
        import_cases(ws, file, options=SourceOptions(crs=city.CRS), on=city.DAY)
        own = ws.count("case_log")
    assert own <= 600_000
    city.multiplied(work, -(-rows // 600_000), 100)
    import sqlite3

    db = sqlite3.connect(work)
    for table, columns in (("cases", "number, grid_code"), ("case_log", "number, step, at")):
        name = "log" if table == "case_log" else table
        pd.read_sql(f"SELECT {columns} FROM {table}", db).to_parquet(folder / f"{name}.parquet")


def main() -> None:
    """Run what is asked."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rows", type=int, default=1_000_000)
    read.add_argument("--log-rows", type=int, default=10_000_000)
    read.add_argument("--city", type=Path)
    read.add_argument("--only", choices=["import", "nightly", "evaluate"])
    read.add_argument("--side", choices=SIDES)
    asked = read.parse_args()
    if asked.side:
        print(json.dumps(SIDES[asked.side](asked.city)))
        return
    folder = asked.city or Path(tempfile.mkdtemp(prefix="cases-"))
    folder.mkdir(parents=True, exist_ok=True)
    city.prepare(folder / "sample", folder / "base.gpkg")
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    if asked.only in (None, "import", "nightly"):
        city.past(folder / "sample", folder / "past.csv", asked.rows, "2022-01-01", 1000)
        city.past(folder / "sample", folder / "night.csv", 1000, "2024-11-01", 1, 2, blind=0.12)
        city.grids(folder / "base.gpkg", folder / "grids.gpkg")
        bulk(folder)
        nightly(folder)
    if asked.only in (None, "evaluate"):
        long_log(folder, asked.log_rows)
        month(folder, asked.log_rows)


if __name__ == "__main__":
    main()
