"""A table that is filled from nothing: its indexes come once, and promise the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.errors import InvalidRows
from citygrid_core.workspace.geopackage import rtree

from . import makers

PART = 600


def parts(n: int) -> list[gpd.GeoDataFrame]:
    return [makers.components(PART, seed=i, first=1 + i * PART) for i in range(n)]


def schema(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
        )
        return {(name, str(sql)) for name, sql in found}


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "batch"), [(5_000, 700), (130_000, 30_000), (40, 10), (0, 10)])
def test_a_tree_grown_in_batches_answers_like_all_boxes_looked_at(rows: int, batch: int) -> None:
    rng = np.random.default_rng(rows)
    low = rng.uniform(0, 10_000, (rows, 2))
    boxes = rtree.outward(np.column_stack([low, low + rng.uniform(0, 30, (rows, 2))]))
    ids = np.arange(1, rows + 1)
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
        connection.execute("DELETE FROM t_node")

        def write(tree: rtree.PackedTree) -> None:
            connection.executemany("INSERT INTO t_node VALUES (?,?)", tree.nodes)
            connection.executemany("INSERT INTO t_rowid VALUES (?,?)", tree.rowids)
            connection.executemany("INSERT INTO t_parent VALUES (?,?)", tree.parents)

        growing = rtree.Growing(write, batch)
        for at in range(0, rows, 333):
            growing.add(ids[at : at + 333], boxes[at : at + 333])
        growing.finish()
        connection.commit()
        assert connection.execute("SELECT rtreecheck('t')").fetchone() == ("ok",)
        for x, y in rng.uniform(0, 10_000, (20, 2)).tolist():
            found = connection.execute(
                "SELECT id FROM t WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?",
                (x, x + 400, y, y + 400),
            )
            touches = (boxes[:, 1] >= x) & (boxes[:, 0] <= x + 400)
            touches &= (boxes[:, 3] >= y) & (boxes[:, 2] <= y + 400)
            assert sorted(i for (i,) in found) == ids[touches].tolist()
        if rows:  # and it goes on growing row by row
            connection.execute("INSERT INTO t VALUES (?, 1, 2, 3, 4)", (rows + 1,))
            connection.execute("DELETE FROM t WHERE id = 1")
            assert connection.execute("SELECT rtreecheck('t')").fetchone() == ("ok",)


@pytest.mark.slow
def test_parts_and_the_whole_leave_the_same_store(tmp_path: Path) -> None:
    read, kept = [], []
    for name, frames in (("a", parts(3)), ("b", [pd.concat(parts(3), ignore_index=True)])):
        path = tmp_path / f"{name}.gpkg"
        with makers.make(path) as ws:
            with ws.transaction("fill") as tx:
                for frame in frames:
                    tx.insert("components", frame)
                tx.insert("components", makers.components(3, seed=9, first=90_000))
            assert ws.verify() == []
            read.append(ws.read("components"))
            assert len(ws.read("components", bbox=(0, 0, 1, 1))) == 0
        kept.append(schema(path))
    assert read[0].equals(read[1])
    assert len(read[0]) == 3 * PART + 3
    assert kept[0] == kept[1]


def test_what_is_read_and_changed_meanwhile_is_found(ws: Workspace) -> None:
    one, two = parts(2)
    with ws.transaction("fill") as tx:
        tx.insert("components", one)
        code = one["code"].iloc[5]
        assert len(ws.read("components", where={"fid": [1, 2]})) == 2
        assert ws.read("components", where={"code": [code]})["code"].tolist() == [code]
        x0, y0, x1, y1 = one.total_bounds
        assert len(ws.read("components", bbox=(x0, y0, x1, y1))) == PART
        held = ws.read("components", where={"code": [code]})
        held["note"] = "seen"
        assert tx.update("components", held) == 1
        tx.insert("components", two)
    assert ws.verify() == []
    assert ws.count("components", where={"note": "seen"}) == 1
    assert len(ws.read("components", bbox=(x0, y0, x1, y1))) > PART


def test_one_identity_in_two_parts_is_refused_and_nothing_stays(ws: Workspace) -> None:
    one, two = parts(2)
    two.loc[7, "code"] = one["code"].iloc[3]
    before = schema(ws.path)
    with pytest.raises(InvalidRows) as refused, ws.transaction("fill") as tx:  # noqa: PT012
        tx.insert("components", one)
        tx.insert("components", two)
    assert [p.rule for p in refused.value.problems] == ["row.duplicate"]
    assert ws.count("components", at="all") == 0
    assert schema(ws.path) == before
    with ws.transaction("again") as tx:
        tx.insert("components", one)
    assert ws.verify() == []


def test_one_code_valid_twice_in_two_parts_is_refused(ws: Workspace) -> None:
    one, two = parts(2)
    two.loc[7, "code"] = one["code"].iloc[3]
    two["valid_from"] = "2025-06-01"
    with pytest.raises(InvalidRows) as refused, ws.transaction("fill") as tx:  # noqa: PT012
        tx.insert("components", one)
        tx.insert("components", two)
    assert [p.rule for p in refused.value.problems] == ["history.overlap"]
    assert ws.count("components", at="all") == 0
