"""A town with components to survey, and teams that work in its field packs."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.operations.census.packs.make import PackPlan, make_packs
from citygrid_core.operations.census.packs.returned_store import mint_codes
from citygrid_core.report import Report
from citygrid_core.standards import DEFAULT_EDITION, load_edition
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.geopackage import blob, driver
from tests.core.once import once

DAY, OUT, BACK, UNTIL = "2026-01-01", "2026-03-01", "2026-03-02", "2026-04-30"
COUNTY, STREET, COMMUNITY = "420102", "420102001", "420102001001"
X0, Y0, CELL = 500_000.0, 3_380_000.0, 100.0
SRS = 4547
LAMP = "01037"
BODY = "11420102MB1234567X"


@once
def build(
    path: Path, *, side: int = 4, components: int = 80, groups: int = 4, seed: int = 1
) -> None:
    """A square community of `side` × `side` unit grids in `groups` bands, with components."""
    crs = f"EPSG:{SRS}"
    cells = [
        shapely.box(X0 + i * CELL, Y0 + j * CELL, X0 + (i + 1) * CELL, Y0 + (j + 1) * CELL)
        for j in range(side)
        for i in range(side)
    ]
    whole = shapely.box(X0, Y0, X0 + side * CELL, Y0 + side * CELL)
    codes = [f"{COMMUNITY}{n:03d}" for n in range(1, len(cells) + 1)]
    rng = np.random.default_rng(seed)
    xy = np.column_stack(
        [
            rng.uniform(X0, X0 + side * CELL, components),
            rng.uniform(Y0, Y0 + side * CELL, components),
        ]
    ).round(3)
    column = ((xy[:, 0] - X0) // CELL).astype(int)
    row = ((xy[:, 1] - Y0) // CELL).astype(int)
    edition = load_edition(DEFAULT_EDITION)
    with (
        Workspace.create(path, crs=crs, edition=DEFAULT_EDITION) as ws,
        ws.transaction("set up") as tx,
    ):
        tx.insert(
            "areas",
            gpd.GeoDataFrame(
                {
                    "code": [COUNTY, STREET, COMMUNITY],
                    "name": ["区", "街道", "社区"],
                    "level": ["county", "street", "community"],
                    "valid_from": DAY,
                },
                geometry=[whole] * 3,
                crs=crs,
            ),
        )
        tx.insert(
            "grids",
            gpd.GeoDataFrame(
                {"code": codes, "community_code": COMMUNITY, "area_m2": CELL**2, "valid_from": DAY},
                geometry=cells,
                crs=crs,
            ),
        )
        bands = np.array_split(np.arange(len(cells)), groups)
        tx.insert(
            "grid_groups",
            gpd.GeoDataFrame(
                {
                    "code": [f"{STREET}{n:03d}" for n in range(1, groups + 1)],
                    "kind": "responsibility",
                    "grid_codes": [",".join(codes[i] for i in b) for b in bands],
                    "valid_from": DAY,
                },
                geometry=[shapely.union_all([cells[i] for i in b]) for b in bands],
                crs=crs,
            ),
        )
        tx.insert(
            "departments", pd.DataFrame({"code": [BODY], "name": ["城管局"], "valid_from": [DAY]})
        )
        frame = gpd.GeoDataFrame(
            {
                "class_code": rng.choice(["01001", "01003", LAMP], components),
                "name": "部件",
                "state": "intact",
                "accuracy_class": "A",
                "surveyed_on": DAY,
                "grid_code": [codes[i] for i in row * side + column],
                "valid_from": DAY,
            },
            geometry=shapely.points(xy),
            crs=crs,
        )
        frame["code"] = mint_codes(
            tx, pd.Series(COUNTY, index=frame.index), frame["class_code"], edition
        )
        tx.insert("components", frame)


def send(ws: Workspace, folder: Path, teams: int = 2, **more: object) -> tuple[Report, list[Path]]:
    """Make packs; return the report and their folders."""
    plan = PackPlan(teams=teams, until=UNTIL, **more)  # type: ignore[arg-type]
    report = make_packs(ws, folder, plan, on=OUT)
    return report, [Path(p["folder"]) for p in report.details["packs"]]


@contextmanager
def opened(pack: Path) -> Iterator[sqlite3.Connection]:
    """The GeoPackage of a pack as a field app has it open: with the functions of its triggers."""
    with closing(driver.connect(pack / "pack.gpkg", "rw", timeout=5.0, journal_mode=None)) as c:
        c.execute("BEGIN")
        yield c
        c.execute("COMMIT")


def at(x: float, y: float) -> bytes:
    """A point as a field app stores it."""
    shapes = np.array([shapely.Point(x, y)], dtype=object)
    cell = blob.encode(shapes, blob.to_wkb(shapes), SRS)[0][0]
    assert cell is not None
    return cell


def capture(
    c: sqlite3.Connection, x: float, y: float, class_code: str = LAMP, **more: object
) -> int:
    """A new point component; return its fid."""
    values = {"geom": at(x, y), "class_code": class_code, "state": "intact", **more}
    names = ", ".join(f'"{n}"' for n in values)
    marks = ", ".join("?" * len(values))
    done = c.execute(f"INSERT INTO components_point ({names}) VALUES ({marks})", [*values.values()])
    assert done.lastrowid is not None
    return done.lastrowid


def codes_of(c: sqlite3.Connection) -> list[str]:
    return [r[0] for r in c.execute("SELECT code FROM components_point ORDER BY fid")]


def scribble(pack: Path, rng: random.Random, *, edits: int, deletes: int, new: int) -> None:
    """Random field work in one pack."""
    with opened(pack) as c:
        fids = [r[0] for r in c.execute("SELECT fid FROM components_point")]
        x0, y0, x1, y1 = c.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'grids'"
        ).fetchone()
        for fid in rng.sample(fids, min(edits, len(fids))):
            if rng.random() < 0.3:
                c.execute(
                    "UPDATE components_point SET geom = ? WHERE fid = ?",
                    (
                        at(
                            round(rng.uniform(x0 + 1, x1 - 1), 3),
                            round(rng.uniform(y0 + 1, y1 - 1), 3),
                        ),
                        fid,
                    ),
                )
            else:
                c.execute(
                    "UPDATE components_point SET note = ?, state = ? WHERE fid = ?",
                    (f"n{rng.randrange(9)}", rng.choice(["damaged", "lost"]), fid),
                )
        for fid in rng.sample(fids, min(deletes, len(fids))):
            c.execute("DELETE FROM components_point WHERE fid = ?", (fid,))
        for _ in range(new):
            capture(c, round(rng.uniform(x0 + 1, x1 - 1), 3), round(rng.uniform(y0 + 1, y1 - 1), 3))


def fork(work: Callable[[], object]) -> int:
    """Do something in a process of its own; everything is loaded already, so it starts at once."""
    child = os.fork()
    if child == 0:
        status = 4
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child
