"""Stores of any number of cases, filled inside SQLite: a hundred million in minutes, not hours.

A block of real cases goes in through the workspace, once. It is then copied within the file,
each copy with the next numbers and the next days, so that cases come in the order of time as
they do in a city. Tables, indexes, R-tree, seals, books, triggers and the journal are those of
the schema, made after the rows as an import does; the cells of the cube come from SQL's GROUP BY,
which shares nothing with our counting. Only the filling itself runs without a rollback journal.

What is simplified: with `true_seals` false the seals have their size and place but are random, but
for the rows that are handed to `seal_truly`; so `verify` would object.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
import sqlalchemy as sa

from citygrid_core.operations.heat.cube import WATCHED
from citygrid_core.workspace import Workspace, journal, watching
from citygrid_core.workspace.contents import contents
from citygrid_core.workspace.geopackage import GeoPackage, blob, driver, layout, rtree
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.tables import STORED
from citygrid_core.workspace.writer import Writer

CRS = pyproj.CRS.from_epsg(4547)
EDITION = "gbt30428-2013"
START = np.datetime64("2016-01-01T00:00:00")
#: Cases of the block that is copied, and the seconds it spans: a thousand blocks are ten years
#: of a city of 27,000 cases a day. Five blocks are a whole number of hours.
BLOCK, SPAN = 100_000, 315_360
GRIDS, CLASSES = 10_000, 60
#: Blocks written by one statement: whole hours, so that no cell is in two parts.
TOGETHER = 5
#: Below this much free space (bytes) the filling stops.
KEEP_FREE = 8 << 30

_WEAK = (
    "location_method IS 'none' OR CASE WHEN location_probability IS NULL "
    "THEN location_method IS 'geocoded' ELSE location_probability < 0.8 END"
)
#: The cube by SQL alone, of some cases.
CELLS = (
    "SELECT ifnull(grid_code, '') AS grid_code, object_kind, class_code, source, "
    "substr(reported_at, 1, 10) AS day, CAST(substr(reported_at, 12, 2) AS INTEGER) AS hour, "
    f"count(*) AS cases, CAST(total({_WEAK}) AS INTEGER) AS weak FROM cases "
    "WHERE stage <> 'void' AND fid > ? AND fid <= ? GROUP BY 1, 2, 3, 4, 5, 6"
)


def cases_of(
    size: int, random: np.random.Generator, first: int, seconds: np.ndarray
) -> gpd.GeoDataFrame:
    """Make cases: places and classes of uneven weight, a fifth of them geocoded, some weakly."""
    place = (GRIDS * random.random(size) ** 2.5).astype(int)
    kind = (CLASSES * random.random(size) ** 3).astype(int)
    geocoded = random.random(size) < 0.2
    probability = np.where(geocoded, np.round(random.random(size) ** 0.3, 3), np.nan)
    xy = np.column_stack([place % 100, place // 100]) * 100 + random.random((size, 2)) * 100
    return gpd.GeoDataFrame(
        {
            "number": [f"C{i:09d}" for i in range(first + 1, first + size + 1)],
            "source": random.choice(["collector", "hotline", "video"], size, p=[0.7, 0.25, 0.05]),
            "object_kind": np.where(kind % 3 == 0, "component", "event"),
            "class_code": [f"{1 + k // 10:02d}{k % 10 + 1:03d}" for k in kind],
            "stage": random.choice(["closed", "registered", "void"], size, p=[0.94, 0.04, 0.02]),
            "reported_at": np.datetime_as_string(START + seconds.astype("timedelta64[s]")),
            "grid_code": [f"320705{1 + p // 1000:03d}{1 + p // 100 % 10:03d}{1 + p % 100:03d}" for p in place],
            "location_method": np.where(geocoded, "geocoded", "given"),
            "location_probability": probability,
        },
        geometry=shapely.points(xy + np.array([500_000, 3_500_000])),
        crs=CRS,
    )  # fmt: skip


def fill(
    path: Path,
    size: int,
    random: np.random.Generator,
    *,
    true_seals: bool = True,
    tell: Callable[[str], None] = lambda text: None,
) -> None:
    """Make a workspace of `size` cases, counted and watched.

    Parameters
    ----------
    size : int
        Up to `BLOCK`, or a multiple of `TOGETHER` times it.
    true_seals : bool
        Seal every row by its content: as long as all the rest.
    tell : callable
        Is told of each step and its seconds.
    """
    Workspace.create(path, crs=CRS, edition=EDITION).close()
    if size > BLOCK and size % (TOGETHER * BLOCK):
        raise ValueError(f"{size} is no multiple of {TOGETHER * BLOCK}")
    block = min(size, BLOCK)
    source = path.with_suffix(".block.gpkg")
    with Workspace.create(source, crs=CRS, edition=EDITION) as ws, ws.transaction("cases") as tx:
        seconds = np.sort(random.integers(0, SPAN * block // BLOCK, block))
        tx.insert("cases", cases_of(block, random, 0, seconds))
    store = GeoPackage(path)
    connection = store.connect()
    run = driver.of(connection).execute
    for pragma in (
        "journal_mode = OFF", "synchronous = OFF", "cache_size = -524288", "locking_mode = EXCLUSIVE",
    ):  # fmt: skip
        run(f"PRAGMA {pragma}").fetchall()
    run("ATTACH ? AS block", (str(source),))
    for name, step in _steps(connection, store, size, true_seals):
        began = time.process_time()
        for _ in step:
            if shutil.disk_usage(path.parent).free < KEEP_FREE:
                raise SystemExit(f"less than {KEEP_FREE >> 30} GB free: stopped at {name}")
        free = shutil.disk_usage(path.parent).free / 1e9
        tell(f"{name}: {time.process_time() - began:.0f} s of CPU, {free:.1f} GB free")
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{source}{suffix}").unlink(missing_ok=True)


def _steps(
    connection: sa.Connection, store: GeoPackage, size: int, true_seals: bool
) -> Iterator[tuple[str, Iterator[None]]]:
    copies = -(-size // BLOCK)
    yield "rows", _rows(connection, copies)
    yield "cells", _cells(connection, copies)
    yield "indexes of the cube", _indexes(connection, "heat_counts")
    yield "seals and books", _seals(connection, store, true_seals)
    yield "indexes of the cases", _indexes(connection, "cases")
    yield "R-tree", _tree(connection, copies)


def _rows(connection: sa.Connection, copies: int) -> Iterator[None]:
    run = driver.of(connection).execute
    for name in ("heat_counts", "cases"):
        for one in STORED[name].table.indexes:
            run(f'DROP INDEX "{one.name}"')
    for statement, parameters in layout.no_spatial_index(STORED["cases"]):
        run(statement, parameters)
    names = [c.name for c in STORED["cases"].columns]
    shifted = {
        "number": f"printf('C%09d', substr(b.number, 2) + n.i * {BLOCK})",
        "reported_at": f"strftime('%Y-%m-%dT%H:%M:%S.000', b.at + n.i * {SPAN}, 'unixepoch')",
    }
    run(
        "CREATE TEMP TABLE block_cases AS "
        "SELECT *, CAST(strftime('%s', reported_at) AS INTEGER) AS at FROM block.cases ORDER BY fid"
    )
    row = ", ".join(shifted.get(name, f'b."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    for at in range(0, copies, TOGETHER):
        run(
            f"{_NUMBERS} INSERT INTO main.cases (fid, geom, {quoted}) "
            f"SELECT b.fid + n.i * {BLOCK}, b.geom, {row} FROM n CROSS JOIN block_cases AS b",
            (at, min(at + TOGETHER, copies)),
        )
        yield


_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)"


def _cells(connection: sa.Connection, copies: int) -> Iterator[None]:
    """Count the cases of the first blocks, whole hours, and shift their cells as the cases are."""
    run = driver.of(connection).execute
    names = [c.name for c in STORED["heat_counts"].columns]
    run(
        f"CREATE TEMP TABLE block_cells AS SELECT *, CAST(strftime('%s', day) AS INTEGER) "
        f"+ 3600 * hour AS at FROM ({CELLS}) ORDER BY at",
        (0, TOGETHER * BLOCK),
    )
    moved = {
        "day": "strftime('%Y-%m-%d', b.at + n.i * {span}, 'unixepoch')",
        "hour": "(b.at + n.i * {span}) / 3600 % 24",
    }
    row = ", ".join(moved.get(n, f"b.{n}").format(span=TOGETHER * SPAN) for n in names)
    for at in range(max(copies // TOGETHER, 1)):
        run(
            f"{_NUMBERS} INSERT INTO main.heat_counts ({', '.join(names)}) "
            f"SELECT {row} FROM n CROSS JOIN block_cells AS b",
            (at, at + 1),
        )
        yield


def _indexes(connection: sa.Connection, name: str) -> Iterator[None]:
    for one in sorted(STORED[name].table.indexes, key=lambda i: str(i.name)):
        one.create(connection)
        connection.commit()
        yield


def _seals(connection: sa.Connection, store: GeoPackage, true: bool) -> Iterator[None]:
    """Seal all rows and enter them into the books, as a transaction of the workspace does."""
    at = "2026-01-01T00:00:00.000Z"
    ledger = Ledger(connection, store)
    for name in ("cases", "heat_counts"):
        table = STORED[name]
        if true:
            for part in contents(connection, store, table):
                ledger.add(table, part.fids[0], b"".join(part.seals))
                yield
            continue
        last = store.next_fid(connection, table) - 1
        for first in range(1, last + 1, 1_000_000):
            driver.of(connection).execute(
                f'INSERT INTO cg_seals SELECT ?, fid, randomblob(16) FROM "{name}" '
                "WHERE fid BETWEEN ? AND ?",
                (ledger.id_of(table), first, first + 999_999),
            )
            yield
        ledger.of(table).added = last
        ledger.of(table).digest = np.array([1, 1], dtype=np.uint64)  # of nothing it would be 0
    watching.restart(connection, STORED["cases"], WATCHED)
    tables = ledger.close(at)
    journal.append(connection, at=at, who="", operation="fill", parameters={}, tables=tables)
    connection.commit()


def seal_truly(path: Path, family: str, fids: Sequence[int]) -> None:
    """Give rows of a store that was filled with `true_seals` false the seals of their content."""
    store, table = GeoPackage(path), STORED[family]
    connection = store.connect()
    ledger = Ledger(connection, store)
    writer = Writer(connection, store, ledger)
    found, content = writer.content(table, [store.in_list(table.table.c.fid, fids)])
    seals = writer.seals(table, found, content)
    store.put_seals(connection, ledger.id_of(table), found, seals)
    connection.commit()
    connection.close()


def _tree(connection: sa.Connection, copies: int) -> Iterator[None]:
    """Pack the R-tree of the first block; the leaves of its copies differ in their ids only."""
    table = STORED["cases"]
    run = driver.of(connection).execute
    for statement, parameters in layout.spatial_index(table):
        run(statement, parameters)
    name = layout.rtree(table)
    run(f'DELETE FROM "{name}_node"')
    fids, geometries = zip(
        *run("SELECT fid, geom FROM cases WHERE fid <= ?", (BLOCK,)), strict=True
    )
    boxes = rtree.outward(shapely.bounds(blob.decode(geometries)).reshape(-1, 4))
    order, cuts = rtree._tile(boxes), rtree._cuts(len(fids))
    ids = np.array(fids, dtype=np.int64)[order]
    count, around = len(cuts) - 1, rtree._around(boxes[order], cuts)
    run("CREATE TEMP TABLE block_ids (rowid INTEGER PRIMARY KEY, nodeno INTEGER)")
    for copy in range(copies):
        first = rtree.ROOT + 1 + copy * count
        nodes, links = rtree._written(ids + copy * BLOCK, boxes[order], cuts, first, 0)
        if not copy:
            driver.many(connection, "INSERT INTO block_ids VALUES (?, ?)", links)
        driver.many(connection, f'INSERT INTO "{name}_node" VALUES (?, ?)', nodes)
        run(
            f'INSERT INTO "{name}_rowid" (rowid, nodeno) '
            "SELECT rowid + ?, nodeno + ? FROM block_ids",
            (copy * BLOCK, copy * count),
        )
        yield
    free = rtree.ROOT + 1 + copies * count
    numbers = np.arange(rtree.ROOT + 1, free, dtype=np.int64)
    above = rtree._number(rtree._levels(numbers, np.tile(around, (copies, 1))), 1, free)
    driver.many(connection, f'INSERT INTO "{name}_node" VALUES (?, ?)', above.nodes)
    driver.many(connection, f'INSERT INTO "{name}_parent" VALUES (?, ?)', above.parents)
    connection.commit()
    yield


def differing(path: Path) -> int:
    """Return how many cells of the cube differ from a recount: by SQL alone, in one sort.

    The codes of our making are packed into one whole number, so that a hundred million sort in
    a minute: 24 bits of grid, 13 of class, 5 of source, 1 of kind, 12 of day, 5 of hour.
    """
    cell = (
        "CAST(substr(grid_code, 7) AS INTEGER) << 36 | CAST(class_code AS INTEGER) << 23 "
        "| instr('collector hotline video', source) << 18 | (object_kind = 'event') << 17 "
        "| CAST(julianday({day}) - julianday('2016-01-01') AS INTEGER) << 5 | {hour}"
    )
    by_case = cell.format(
        day="substr(reported_at, 1, 10)", hour="CAST(substr(reported_at, 12, 2) AS INTEGER)"
    )
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA cache_size = -524288")
        return db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM ("
            f"SELECT {by_case} AS cell, 1 AS n, {_WEAK} AS weak FROM cases WHERE stage <> 'void' "
            f"UNION ALL SELECT {cell.format(day='day', hour='hour')}, -cases, -weak "
            "FROM heat_counts) GROUP BY cell HAVING sum(n) <> 0 OR sum(weak) <> 0)"
        ).fetchone()[0]
