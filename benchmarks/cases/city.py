"""The city that the benchmarks of cases run on: the sample city with a long past.

A past of any length is made of the sample city's year: classes, places, sources and waits as
they come there, each case at another day, some metres away, with a number of its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS, DAY = "EPSG:4547", "2020-01-01"
TIMES = ("reported_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at")
#: What every city sets: hours for handling by major class, and for the stages.
LIMITS = (
    ("handle", "", 3, "work_day"), ("handle", "03", 8, "work_hour"), ("handle", "06", 12, "hour"),
    ("handle", "09", 4, "work_hour"), ("register", "", 30, "minute"), ("dispatch", "", 30, "minute"),
    ("check", "", 4, "work_hour"), ("total", "", 7, "work_day"),
)  # fmt: skip


def prepare(sample: Path, base: Path) -> None:
    """Make the sample city and a workspace with grids, departments, duties, limits, once."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.areas import init
    from citygrid_core.operations.cases.clock import import_limits
    from citygrid_core.operations.geocode.gazetteer import import_places
    from citygrid_core.operations.grids.drawn import draw_grids
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.operations.responsibility.departments import import_departments
    from citygrid_core.operations.responsibility.duties import import_duties
    from citygrid_core.sample import generate
    from citygrid_core.workspace import Workspace

    if not sample.exists():
        generate(sample, scale="small", seed=1)
    if base.exists():
        return
    making = base.with_name(f"making-{base.name}")
    making.unlink(missing_ok=True)
    init(making, sample / "areas.gpkg", name="bench", on=DAY)
    parts = ("roads", "barriers", "buildings", "compounds", "water", "parks")
    limits = base.with_name("limits.csv")
    names = ["stage", "class_code", "value", "unit"]
    pd.DataFrame(LIMITS, columns=names).to_csv(limits, index=False)
    with Workspace.open(making) as ws:
        files = {k: Path(f"{sample / 'base.gpkg'}:{k}") for k in parts}
        draw_grids(ws, **files, policy=Policy(), on=DAY)
        import_departments(ws, sample / "departments.csv", on=DAY)
        import_duties(ws, sample / "duties.csv", on=DAY)
        for layer in ("line", "polygon"):
            import_duties(ws, sample / "duties.gpkg", options=SourceOptions(layer=layer), on=DAY)
        import_limits(ws, limits, on=DAY)
        for layer in ("streets", "zones", "plates", "pois"):
            import_places(ws, sample / "gazetteer.gpkg", options=SourceOptions(layer=layer), on=DAY)
    making.rename(base)


def copy(base: Path, work: Path) -> Path:
    """Copy a workspace with the index beside it."""
    shutil.copy(base, work)
    if base.with_suffix(".cells").exists():
        shutil.copy(base.with_suffix(".cells"), work.with_suffix(".cells"))
    return work


def past(
    sample: Path, path: Path, rows: int, first: str, days: int, seed: int = 1, blind: float = 0.0
) -> Path:
    """Write a file of `rows` cases, reported over `days` days from `first` on.

    Parameters
    ----------
    blind : float
        Share of cases that have an address and no point.
    """
    year = pd.read_csv(sample / "cases.csv", dtype=str, keep_default_na=False)
    year = year[(year["x"] != "") & year["stage"].isin(["closed", "checked", "handled"])]
    rng = np.random.default_rng(seed)
    own = year.iloc[rng.integers(0, len(year), rows)].reset_index(drop=True)
    then = {
        n: pd.to_datetime(own[n], format="%Y-%m-%d %H:%M:%S", errors="coerce").to_numpy()
        for n in (*TIMES, "due_at")
    }
    at = np.datetime64(first, "s") + np.sort(rng.integers(0, days * 86_400, rows)).astype("m8[s]")
    shift = at - then["reported_at"].astype("M8[s]")
    for name, moments in then.items():
        text = np.datetime_as_string(moments.astype("M8[s]") + shift)
        own[name] = np.where(text == "NaT", "", np.char.replace(text, "T", " "))
    own["due_at"] = ""  # the limits of the city say it
    day = pd.Series(own["reported_at"]).str[:10].str.replace("-", "")
    own["source_number"] = day + "-" + pd.Series(np.arange(rows)).map("{:08d}".format)
    xy = np.round(_anywhere(sample, rows, rng), 3).astype(str)
    hidden = rng.random(rows) < blind
    own["x"], own["y"] = np.where(hidden, "", xy[:, 0]), np.where(hidden, "", xy[:, 1])
    own.to_csv(path, index=False)
    return path


def _anywhere(sample: Path, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return points spread over the city, 5 m and more from its edge."""
    areas = gpd.read_file(sample / "areas.gpkg", engine="pyogrio")
    areas = areas[areas["level"] == "county"]
    city = shapely.buffer(shapely.union_all(areas.geometry.to_numpy()), -5.0)
    shapely.prepare(city)
    low, high = np.array(city.bounds[:2]), np.array(city.bounds[2:])
    xy = rng.uniform(low, high, (rows, 2))
    todo = np.arange(rows)
    while len(todo := todo[~shapely.contains_xy(city, xy[todo])]):
        xy[todo] = rng.uniform(low, high, (len(todo), 2))
    return xy


def multiplied(work: Path, times: int, days: int) -> None:
    """Make `times` as many cases and log rows, each copy `days` later: for reading only.

    The rows get no seals and no position; nothing that an evaluation reads is left out.
    """
    import sqlite3

    moments = {
        "cases": (*TIMES, "due_at"),
        "case_log": ("at", "until"),
    }
    db = sqlite3.connect(work)
    db.execute("PRAGMA synchronous = OFF")
    for table, columns in moments.items():
        triggers = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        )
        for (name,) in triggers.fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        names = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
        names = [n for n in names if n not in ("fid", "geom")]
        for k in range(1, times):
            later = {
                n: f"strftime('%Y-%m-%dT%H:%M:%S.000', {n}, '+{k * days} days')" for n in columns
            }
            taken = [later.get(n, f"{n} || '-{k}'" if n == "number" else n) for n in names]
            last = db.execute(
                f"SELECT max(fid) FROM {table}"
            ).fetchone()[0] // k  # fmt: skip
            db.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(taken)} "
                f"FROM {table} WHERE fid <= {last} ORDER BY fid"
            )
        db.commit()
    db.close()


def grids(base: Path, path: Path) -> None:
    """Write the grids of a workspace as the file that the usual script joins."""
    from citygrid_core.workspace import Workspace

    with Workspace.open(base, read_only=True) as ws:
        ws.read("grids")[["code", "geometry"]].to_file(path, engine="pyogrio")
