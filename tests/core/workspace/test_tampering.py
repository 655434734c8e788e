"""Whatever is changed behind citygrid's back is detected, and named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from citygrid_core.workspace import Workspace

from . import makers
from .makers import COMMUNITY, raw, rules


@pytest.fixture
def file(town: Workspace) -> Path:
    """The file of the town, closed."""
    makers.store(town, heat_counts=makers.heat({f"{COMMUNITY}001": 3}))
    with town.transaction("lineage") as tx:
        tx.lineage("grid", ["a"], ["b"], "split", "2025-01-01")
    town.close()
    return town.path


def said(path: Path) -> list[tuple[str, str]]:
    with Workspace.open(path) as ws:
        return [(p.rule, p.found.en) for p in ws.verify()]


def without_triggers(table: str) -> list[str]:
    """Plain sqlite3 has no ST_ functions: a forger drops the triggers first."""
    names = ("insert", "update1", "update2", "update3", "update4", "delete")
    return [f"DROP TRIGGER IF EXISTS rtree_{table}_geom_{n}" for n in names]


def test_a_sound_file_says_nothing(file: Path) -> None:
    assert said(file) == []


@pytest.mark.parametrize(
    ("statement", "rule", "named"),
    [
        ("UPDATE grids SET note = 'x' WHERE fid = 3", "seal.altered", f"grids fid 3 ({COMMUNITY}003)"),
        ("UPDATE grids SET area_m2 = area_m2 + 1e-9 * 100 WHERE fid = 2", "seal.altered", "grids fid 2"),
        ("UPDATE grids SET note = '' WHERE fid = 1", "seal.altered", "grids fid 1"),
        ("UPDATE components_point SET state = 'lost' WHERE fid = 20", "seal.altered",
         "components_point fid 20 (32010201001000020)"),
        ("DELETE FROM heat_counts", "seal.removed", "heat_counts fid 1"),
        ("INSERT INTO departments (code, name, valid_from) VALUES ('D', 'x', '2025-01-01')",
         "seal.added", "departments fid 1 (D)"),
        ("UPDATE cg_lineage SET parent = 'c'", "seal.altered", "cg_lineage fid 1"),
        ("UPDATE cg_meta SET value = 'cjt214-2007' WHERE key = 'edition'", "seal.altered", "(edition)"),
        ("UPDATE cg_counters SET last = 1 WHERE scope LIKE 'grid%'", "seal.altered",
         f"(grid:{COMMUNITY})"),
        ("DELETE FROM cg_seals WHERE fid = 2 AND table_id = "
         "(SELECT id FROM cg_tables WHERE name = 'grids')", "seal.added", "grids fid 2"),
        ("UPDATE cg_tables SET digest = '00' || substr(digest, 3) WHERE name = 'grids'",
         "journal.truncated", "grids"),
        ("UPDATE cg_journal SET who = 'nobody' WHERE id = 2", "journal.altered", "journal 2 (test"),
        ("UPDATE cg_journal SET tables = '{}' WHERE id = 3", "journal.altered", "journal 3"),
        ("DELETE FROM cg_journal WHERE id = 2", "journal.removed", "no journal 2"),
        ("DELETE FROM cg_journal WHERE id = (SELECT max(id) FROM cg_journal)",
         "journal.truncated", "cg_lineage"),
        ("DELETE FROM cg_journal", "journal.removed", "no row"),
    ],
)  # fmt: skip
def test_one_change(file: Path, statement: str, rule: str, named: str) -> None:
    raw(file, *without_triggers("grids"), *without_triggers("components_point"), statement)
    found = said(file)
    assert any(r == rule and named in text for r, text in found), found


def test_a_moved_point_is_named_with_its_stale_index(file: Path) -> None:
    raw(
        file, *without_triggers("components_point"),
        "UPDATE components_point SET geom = (SELECT geom FROM components_point WHERE fid = 9) "
        "WHERE fid = 4",
    )  # fmt: skip
    assert [r for r, _ in said(file)] == ["seal.altered", "index.differs"]
    assert all("components_point fid 4" in text for _, text in said(file))
    with Workspace.open(file) as ws:
        ws.adopt("王工")
        assert rules(ws) == []


def test_a_row_and_its_seal_forged_together(file: Path) -> None:
    """Even one who knows how seals are made breaks the digest that the journal holds."""
    raw(
        file, *without_triggers("grids"), "DELETE FROM grids WHERE fid = 5",
        "DELETE FROM rtree_grids_geom WHERE id = 5",
        "DELETE FROM cg_seals WHERE fid = 5 AND table_id = "
        "(SELECT id FROM cg_tables WHERE name = 'grids')",
    )  # fmt: skip
    assert [r for r, _ in said(file)] == ["seal.forged"]


def test_rows_swapped(file: Path) -> None:
    raw(
        file, *without_triggers("components_point"), "DROP INDEX unique_components_point",
        "UPDATE components_point SET fid = -1 WHERE fid = 1",
        "UPDATE components_point SET fid = 1 WHERE fid = 2",
        "UPDATE components_point SET fid = 2 WHERE fid = -1",
    )  # fmt: skip
    found = [text for r, text in said(file) if r == "seal.altered"]
    assert [t.split(" (")[0] for t in found] == ["components_point fid 1", "components_point fid 2"]


def test_references_choices_history_and_counters(file: Path) -> None:
    raw(
        file, *without_triggers("grids"), *without_triggers("components_point"),
        "UPDATE components_point SET grid_code = '999', state = 'broken' WHERE fid < 3",
        "INSERT INTO grids (code, community_code, valid_from) "
        f"VALUES ('{COMMUNITY}009', '{COMMUNITY}', '2025-01-01')",
        "INSERT INTO grids (code, community_code, valid_from) "
        f"VALUES ('{COMMUNITY}009', '{COMMUNITY}', '2025-02-01')",
    )  # fmt: skip
    found = dict(said(file))
    assert "999 (2 ×)" in found["reference.missing"]
    assert "broken (2 ×)" in found["value.choice"]
    assert f"{COMMUNITY}009: grids fid 6 [2025-01-01, )" in found["history.overlap"]
    assert f"grid:{COMMUNITY} = 5" in found["counter.below"]


def test_adopting_edits(file: Path) -> None:
    raw(
        file, *without_triggers("grids"), "UPDATE grids SET note = '现场核实' WHERE fid = 3",
        "DELETE FROM grids WHERE fid = 5", "DELETE FROM rtree_grids_geom WHERE id = 5",
        "INSERT INTO departments (code, name, valid_from) VALUES ('D', '城管局', '2025-01-01')",
    )  # fmt: skip
    with Workspace.open(file) as ws:
        assert rules(ws) == ["seal.added", "seal.altered", "seal.removed"]
        adopted = ws.adopt("王工")
        assert [p.rule for p in adopted] == ["seal.altered", "seal.removed", "seal.added"]
        assert rules(ws) == []
        last = ws.journal().iloc[-1]
        assert (last["operation"], last["who"]) == ("adopt", "王工")
        assert '"deleted":1' in last["tables"]
        assert ws.adopt("王工") == []
        assert len(ws.journal()) == last.name


def test_adopting_raises_counters_above_codes_that_were_typed(file: Path) -> None:
    raw(
        file, *without_triggers("grids"),
        f"INSERT INTO grids (code, community_code, valid_from) "
        f"VALUES ('{COMMUNITY}012', '{COMMUNITY}', '2025-01-01')",
    )  # fmt: skip
    with Workspace.open(file) as ws:
        ws.adopt("王工")
        assert rules(ws) == []
        with ws.transaction("next") as tx:
            assert tx.mint(f"grid:{COMMUNITY}", 1).start == 13


def test_the_stores_own_tables_are_never_adopted(file: Path) -> None:
    raw(file, "UPDATE cg_meta SET value = '别的城市' WHERE key = 'name'")
    with Workspace.open(file) as ws:
        ws.adopt("王工")
        assert rules(ws) == ["seal.altered"]


def test_writing_over_an_edit_says_so_in_the_journal(file: Path) -> None:
    raw(file, *without_triggers("grids"), "UPDATE grids SET note = 'QGIS' WHERE fid = 3")
    with Workspace.open(file) as ws:
        held = ws.read("grids", where={"code": f"{COMMUNITY}003"})
        held["area_m2"] = 9_999.0
        with ws.transaction("grids edit") as tx:
            tx.update("grids", held)
        assert '"outside":[3]' in ws.journal()["tables"].iloc[-1]
        assert ws.read("grids").loc[3, "note"] == "QGIS"
        assert ws.verify() == []


def test_a_deleted_index_is_named_lived_without_and_rebuilt(file: Path) -> None:
    """QGIS has a button for it."""
    raw(
        file, *without_triggers("components_point"), "DROP TABLE rtree_components_point_geom",
        "DELETE FROM gpkg_extensions WHERE table_name = 'components_point'",
    )  # fmt: skip
    box = (500_100.0, 3_300_000.0, 500_300.0, 3_300_100.0)
    with Workspace.open(file) as ws:
        assert rules(ws) == ["index.missing"]
        before = ws.read("components", bbox=box)
        assert 0 < len(before) < 20
        ws.adopt("王工")
        assert rules(ws) == []
        assert '"reindexed":true' in ws.journal()["tables"].iloc[-1]
        assert list(ws.read("components", bbox=box).index) == list(before.index)
    raw(file, *without_triggers("components_point"), "DROP TABLE rtree_components_point_geom")
    with Workspace.open(file) as ws:
        with ws.transaction("import") as tx:
            tx.mint("component:32010201001", 600)
            tx.insert("components", makers.components(600, first=21))
        assert rules(ws) == []


def test_a_damaged_file(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    shutil.copy(file, broken)
    raw(broken, "DELETE FROM rtree_components_point_geom_rowid WHERE rowid < 5")
    assert "file.integrity" in [r for r, _ in said(broken)]


def test_a_file_that_lost_its_last_bytes(file: Path) -> None:
    """SQLite reads zeros there, and where nothing lay in them it finds nothing wrong."""
    raw(file, "CREATE TABLE empty (a)")
    with file.open("r+b") as held:
        held.truncate(file.stat().st_size - 100)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert "file.integrity" in [r for r, _ in said(file)]
