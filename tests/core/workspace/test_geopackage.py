"""The file: a GeoPackage as GDAL makes it, with R-trees that are right however they were filled."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.geopackage import rtree
from citygrid_core.workspace.geopackage.store import BULK
from tests.examples import examples

from . import makers
from .makers import rules


def ask(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def test_what_makes_it_a_geopackage(town: Workspace) -> None:
    town.close()
    path = town.path
    assert ask(path, "PRAGMA application_id") == [(0x47504B47,)]
    assert ask(path, "PRAGMA user_version") == [(10200,)]
    assert ask(path, "PRAGMA page_size") == [(16_384,)]
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    assert ask(path, "PRAGMA foreign_key_check") == []
    types = {
        t for (t,) in ask(path, "SELECT DISTINCT geometry_type_name FROM gpkg_geometry_columns")
    }
    assert types == {"POINT", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON"}
    for (table,) in ask(path, "SELECT table_name FROM gpkg_contents WHERE data_type != 'features'"):
        assert ask(path, f"SELECT count(*) FROM {table}")
    ((wkt,),) = ask(path, "SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = 4547")
    assert wkt.startswith('PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 114E"')
    plain = {"TEXT", "INTEGER", "REAL", "BOOLEAN", "DATE", "DATETIME"} | types
    for (table,) in ask(path, "SELECT table_name FROM gpkg_contents"):
        if table != "layer_styles":  # QGIS's own
            assert {c[2] for c in ask(path, f"PRAGMA table_info({table})")} <= plain


def test_contents_are_kept(town: Workspace) -> None:
    held = "SELECT last_change, min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = "
    before = ask(town.path, held + "'grids'")
    assert before[0][1:] == (500_000, 3_300_000, 500_500, 3_300_100)
    makers.store(town, grids=makers.grids(1, first=9))
    ((at, *box),) = ask(town.path, held + "'grids'")
    assert at == town.journal()["at"].iloc[-1]
    assert at > before[0][0]
    assert box == [500_000, 3_300_000, 500_900, 3_300_100]
    assert ask(town.path, held + "'heat_map'") == [(at, *box)]
    assert ask(town.path, held + "'places_line'")[0][1:] == (None,) * 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes", [(BULK * 3,), (10, BULK), (BULK * 4, 3), (BULK * 30, BULK), (BULK, 5, BULK)]
)
def test_bulk_and_single_inserts_leave_the_same_sound_index(
    ws: Workspace, sizes: tuple[int, ...]
) -> None:
    first = 1
    for n in sizes:
        makers.store(ws, components=makers.components(n, first=first, seed=first))
        first += n
    assert rules(ws) == []
    with closing(sqlite3.connect(ws.path)) as connection:
        triggers = {
            n
            for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        }
        indexes = {
            n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        }
    assert "rtree_components_point_geom_insert" in triggers
    assert "unique_components_point" in indexes
    every = ws.read("components")
    for x in range(500_000, 500_500, 97):
        box = (x, 3_300_010.0, x + 31.5, 3_300_055.0)
        assert set(ws.read("components", bbox=box).index) == set(
            every.index[every.intersects(shapely.box(*box))]
        )
    # what packing made, SQLite's own inserts and deletes go on with
    with ws.transaction("move") as tx:
        some = every.iloc[:: max(1, len(every) // 40)]
        tx.update("components", some.set_geometry(some.translate(1000, 1000)))
    assert rules(ws) == []


boxes_ = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 400), st.just(4)),
    elements=st.floats(-1e7, 1e7, allow_nan=False, width=64),
).map(lambda a: np.column_stack([np.minimum(a[:, :2], a[:, 2:]), np.maximum(a[:, :2], a[:, 2:])]))  # fmt: skip


@given(boxes_)
@settings(max_examples=examples(40), deadline=None)
def test_a_packed_tree_answers_as_sqlites_own(boxes: np.ndarray) -> None:
    ids = np.arange(len(boxes)) * 3 - 50
    narrow = rtree.outward(boxes)
    assert (narrow[:, [0, 2]] <= boxes[:, :2]).all()
    assert (narrow[:, [1, 3]] >= boxes[:, 2:]).all()
    with closing(sqlite3.connect(":memory:")) as connection:
        for name in ("packed", "grown"):
            connection.execute(
                f"CREATE VIRTUAL TABLE {name} USING rtree(id, minx, maxx, miny, maxy)"
            )
        rows = np.column_stack([boxes[:, 0], boxes[:, 2], boxes[:, 1], boxes[:, 3]]).tolist()
        connection.executemany(
            "INSERT INTO grown VALUES (?,?,?,?,?)",
            [(int(i), *r) for i, r in zip(ids, rows, strict=True)],
        )
        tree = rtree.pack(ids, narrow)
        for part in ("node", "rowid", "parent"):
            connection.execute(f"DELETE FROM packed_{part}")
        connection.executemany("INSERT INTO packed_node VALUES (?,?)", tree.nodes)
        connection.executemany("INSERT INTO packed_rowid VALUES (?,?)", tree.rowids)
        connection.executemany("INSERT INTO packed_parent VALUES (?,?)", tree.parents)
        assert connection.execute("SELECT rtreecheck('packed')").fetchone() == ("ok",)
        min_x, min_y, max_x, max_y = boxes[len(boxes) // 2].tolist()
        window = "maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
        inside = (
            (boxes[:, 2] >= min_x) & (boxes[:, 0] <= max_x)
            & (boxes[:, 3] >= min_y) & (boxes[:, 1] <= max_y)
        )  # fmt: skip
        found = {
            i
            for (i,) in connection.execute(
                f"SELECT id FROM packed WHERE {window}", (min_x, max_x, min_y, max_y)
            )
        }
        assert set(ids[inside].tolist()) <= found
        connection.executemany("DELETE FROM packed WHERE id = ?", [(int(i),) for i in ids[::2]])
        connection.executemany(
            "INSERT INTO packed VALUES (?,?,?,?,?)", [(10_000 + k, *r) for k, r in enumerate(rows)]
        )
        assert connection.execute("SELECT rtreecheck('packed')").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM packed").fetchone()[0] == len(boxes) + len(
            ids[1::2]
        )


def test_three_levels_deep() -> None:
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1e4, (60_000, 2))
    tree = rtree.pack(np.arange(1, 60_001), rtree.outward(np.column_stack([xy, xy + 3])))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
        for part, rows in (("node", tree.nodes), ("rowid", tree.rowids), ("parent", tree.parents)):
            connection.execute(f"DELETE FROM t_{part}")
            connection.executemany(f"INSERT INTO t_{part} VALUES (?,?)", rows)
        assert connection.execute("SELECT rtreecheck('t')").fetchone() == ("ok",)
        assert int.from_bytes(dict(tree.nodes)[1][:2], "big") == 2
        found = connection.execute(
            "SELECT count(*) FROM t WHERE minx < 5000 AND maxy > 2500"
        ).fetchone()[0]
        assert abs(found - ((xy[:, 0] < 5000) & (xy[:, 1] + 3 > 2500)).sum()) <= 2
