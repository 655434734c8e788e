"""The cube equals a recount whatever happened to the cases, and costs what changed."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygrid_core.heat import comparison
from citygrid_core.operations.grids.edits import Cause, merge_grids, split_grids
from citygrid_core.operations.heat.cube import KEY, check_heat, update_heat
from citygrid_core.operations.store import verify
from citygrid_core.standards import DEFAULT_EDITION
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.geopackage import driver
from tests.core.operations.gridtown import CASES, FIRST, LATER, MIDDLE, build, line


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as held:
        yield held


def cube(ws: Workspace) -> dict[tuple[object, ...], tuple[int, int]]:
    held = ws.read("heat_counts")
    keys = held[KEY].itertuples(index=False, name=None)
    return dict(zip(keys, zip(held["cases"], held["weak"], strict=True), strict=True))


def recount(ws: Workspace) -> dict[tuple[object, ...], tuple[int, int]]:
    """Count case by case, with nothing of ours."""
    cells: Counter[tuple[object, ...]] = Counter()
    weak: Counter[tuple[object, ...]] = Counter()
    with closing(sqlite3.connect(ws.path)) as db:
        rows = db.execute(
            "SELECT grid_code, object_kind, class_code, source, reported_at, stage, "
            "location_method, location_probability FROM cases"
        ).fetchall()
    for grid, kind, code, source, at, stage, method, probability in rows:
        if stage == "void":
            continue
        key = (grid or "", kind, code, source, at[:10], int(at[11:13]) if at[11:13] else -1)
        cells[key] += 1
        loose = method == "none" or (
            probability < 0.8 if probability is not None else method == "geocoded"
        )
        weak[key] += loose
    return {k: (n, weak[k]) for k, n in cells.items()}


def test_new_changed_and_void_cases_are_counted_alone(ws: Workspace) -> None:
    first = update_heat(ws)
    assert (first.details["how"], first.details["changed_cases"]) == ("recount", CASES)
    assert cube(ws) == recount(ws)
    with ws.transaction("three cases") as tx:
        held = ws.read("cases").iloc[:2]
        tx.update("cases", held[["stage"]].iloc[:1].assign(stage="void"))
        tx.update("cases", held[["class_code"]].iloc[1:].assign(class_code="02002"))
        late = held.iloc[:1].assign(number="late", reported_at="2024-12-31T23:59:59")
        tx.insert("cases", late.reset_index(drop=True))
    assert [p.rule for p in verify(ws).problems] == ["heat.stale"]
    second = update_heat(ws)
    assert (second.details["how"], second.details["changed_cases"]) == ("changes", 3)
    assert cube(ws) == recount(ws)
    assert any(key[4] == "2024-12-31" and key[5] == 23 for key in cube(ws))
    assert verify(ws).problems == []
    third = update_heat(ws)
    assert (third.stored, third.details["changed_cases"]) == (0, 0)


def test_the_work_of_an_update_does_not_grow_with_the_store(tmp_path: Path) -> None:
    steps = [_steps_of_an_update(tmp_path / f"{size}.gpkg", size) for size in (1_000, 20_000)]
    assert steps[1] < 1.5 * steps[0]


def _steps_of_an_update(path: Path, size: int) -> int:
    """Return the instructions (in hundreds) that SQLite runs for 60 changed cases among `size`."""
    number = np.arange(size + 30)
    cases = pd.DataFrame(
        {
            "number": [f"C{i:06d}" for i in number],
            "source": "hotline",
            "object_kind": "event",
            "class_code": [f"01{i % 7:03d}" for i in number],
            "stage": "registered",
            "reported_at": np.datetime_as_string(
                np.datetime64("2025-01-01T00:00:00") + 3607 * number.astype("timedelta64[s]")
            ),
            "grid_code": [f"{FIRST}{i % 5:03d}" for i in number],
        }
    )
    with Workspace.create(path, crs="EPSG:4547", edition=DEFAULT_EDITION) as ws:
        with ws.transaction("cases") as tx:
            tx.insert("cases", cases[:size])
        update_heat(ws)
        with ws.transaction("a night") as tx:
            tx.insert("cases", cases[size:])
            fids = pd.Index(range(1, size, size // 30), name="fid")[:30]
            tx.update("cases", pd.DataFrame({"stage": "void"}, index=fids))
        steps = Counter[str]()
        driver.of(ws._connection).set_progress_handler(lambda: steps.update(["hundred"]), 100)
        assert update_heat(ws).details["changed_cases"] == 60
    return steps["hundred"]


def test_an_edit_from_outside_is_counted(ws: Workspace) -> None:
    update_heat(ws)
    with closing(sqlite3.connect(ws.path)) as db:
        for trigger in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree_cases%'"
        ).fetchall():
            db.execute(f'DROP TRIGGER "{trigger[0]}"')  # ST_MinX is QGIS's
        db.execute("UPDATE cases SET source = 'video' WHERE fid = 3")
        db.execute("UPDATE cases SET fid = 9000 WHERE fid = 4")
        db.execute("DELETE FROM cases WHERE fid = 5")
        db.commit()
    report = update_heat(ws)
    assert (report.details["how"], report.details["changed_cases"]) == ("changes", 4)
    assert cube(ws) == recount(ws)


def test_a_cell_that_was_altered_is_found_and_mended_by_a_rebuild(ws: Workspace) -> None:
    update_heat(ws)
    with closing(sqlite3.connect(ws.path)) as db:
        db.execute("UPDATE heat_counts SET cases = cases + 1 WHERE fid = 1")
        db.commit()
    assert [p.rule for p in check_heat(ws)] == ["heat.recount"]
    assert update_heat(ws).details["how"] == "changes"
    assert [p.rule for p in check_heat(ws)] == ["heat.recount"]
    assert update_heat(ws, rebuild=True).stored == 1
    assert check_heat(ws) == []


@pytest.mark.parametrize("altered", ["cases + 4294967296", "'many'", "NULL"])
def test_whatever_stands_in_an_altered_cell_is_found(ws: Workspace, altered: str) -> None:
    with ws.transaction("weak") as tx:
        tx.update(
            "cases", ws.read("cases")[["location_method"]].iloc[:5].assign(location_method="none")
        )
    update_heat(ws)
    column = "weak" if altered == "NULL" else "cases"
    with closing(sqlite3.connect(ws.path)) as db:
        fid = db.execute("SELECT max(fid) FROM heat_counts WHERE weak > 0").fetchone()[0]
        db.execute(f"UPDATE heat_counts SET {column} = {altered} WHERE fid = {fid}")
        db.commit()
    (found,) = check_heat(ws)
    assert found.rule == "heat.recount"
    assert update_heat(ws, rebuild=True).stored == 1
    assert cube(ws) == recount(ws)


def test_a_dry_run_leaves_the_notes(ws: Workspace) -> None:
    update_heat(ws, dry_run=True)
    assert cube(ws) == {}
    update_heat(ws)
    with ws.transaction("void") as tx:
        tx.update("cases", ws.read("cases")[["stage"]].iloc[:5].assign(stage="void"))
    dry = update_heat(ws, dry_run=True)
    assert cube(ws) != recount(ws)
    wet = update_heat(ws)
    assert (wet.stored, wet.details) == (dry.stored, dry.details)
    assert cube(ws) == recount(ws)


def test_who_takes_the_triggers_away_gets_a_recount(ws: Workspace) -> None:
    update_heat(ws)
    with closing(sqlite3.connect(ws.path)) as db:
        db.execute("DROP TRIGGER cg_watch_cases_update")
        db.commit()
    with ws.transaction("void") as tx:
        tx.update("cases", ws.read("cases")[["stage"]].iloc[:5].assign(stage="void"))
    assert update_heat(ws).details["how"] == "recount"
    assert cube(ws) == recount(ws)
    assert update_heat(ws).details["how"] == "changes"


STEP = st.tuples(
    st.sampled_from(
        ["import", "again", "void", "reopen", "move", "time", "weak", "grid", "update"]
    ),
    st.integers(0, 59),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_any_order_of_changes_gives_the_cube_of_a_recount(
    steps: list[tuple[str, int]], town: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "CASES", 100)  # several piles, as a large store has them
        path = Path(folder) / "town.gpkg"
        path.write_bytes(town.read_bytes())
        with Workspace.open(path) as ws:
            update_heat(ws)
            for what, which in steps:
                _do(ws, what, which)
            update_heat(ws)
            assert cube(ws) == recount(ws)
            assert check_heat(ws) == []
            assert update_heat(ws, rebuild=True).stored == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cube") / "town.gpkg"
    build(path)
    return path


def _do(ws: Workspace, what: str, which: int) -> None:
    if what == "update":
        update_heat(ws)
        return
    if what == "grid":
        valid = set(ws.read("grids")["code"])
        if MIDDLE in valid:
            split_grids(ws, [MIDDLE], line((250, -190), (250, -310)), Cause(LATER))
        elif {FIRST + "026", FIRST + "027"} <= valid:
            merge_grids(ws, [FIRST + "026", FIRST + "027"], Cause("2025-07-01"))
        return
    held = ws.read("cases")
    one = held.iloc[[which % len(held)]]
    with ws.transaction(what) as tx:
        if what == "import":
            number = f"N{len(held)}"
            other = one.assign(number=number, geometry=shapely.Point(0, 0), stage="registered")
            tx.insert("cases", other.reset_index(drop=True))
        elif what == "again":
            tx.update("cases", one.drop(columns="number"))
        elif what in ("void", "reopen"):
            stage = "void" if what == "void" else "registered"
            tx.update("cases", one[["stage"]].assign(stage=stage))
        elif what == "move":
            tx.update(
                "cases", one[["grid_code"]].assign(grid_code=[None, FIRST + "001"][which % 2])
            )
        elif what == "time":
            tx.update(
                "cases",
                one[["reported_at"]].assign(reported_at=f"2025-03-01T{which % 24:02d}:00:00"),
            )
        else:
            weak = pd.DataFrame(one[["location_probability"]]).assign(
                location_probability=which / 60
            )
            tx.update("cases", weak)
