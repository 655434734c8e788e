"""Older workspaces are brought forward step by step; newer ones are refused."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from citygrid_core.workspace import Workspace, migrations, opening
from citygrid_core.workspace.errors import NeedsMigration, UnknownVersion
from citygrid_core.workspace.migrations import MIGRATIONS, Migration
from citygrid_core.workspace.schema import SCHEMA_VERSION

from .makers import raw, rules


def add_document(connection: sa.Connection, *_: object) -> set[str]:
    connection.exec_driver_sql("ALTER TABLE grids ADD COLUMN document TEXT")
    return {"grids"}


def name_the_city(connection: sa.Connection, *_: object) -> set[str]:
    connection.exec_driver_sql("UPDATE grids SET document = '城管〔2025〕1号' WHERE fid = 1")
    return {"grids"}


#: As if two versions before today's had to be known.
STEPS = (
    Migration(SCHEMA_VERSION - 1, add_document),
    Migration(SCHEMA_VERSION, name_the_city),
)
OLD = SCHEMA_VERSION - 2


@pytest.fixture
def old(town: Workspace, tmp_path: Path) -> Path:
    """An artificial older workspace: grids had no column `document` yet."""
    town.close()
    path = tmp_path / "old.gpkg"
    shutil.copy(town.path, path)
    raw(
        path, "ALTER TABLE grids DROP COLUMN document",
        f"UPDATE cg_meta SET value = '{OLD}' WHERE key = 'schema_version'",
    )  # fmt: skip
    return path


def use(steps: tuple[Migration, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    real = migrations.migrate

    def migrate(connection: sa.Connection, store: object, found: int, at: str) -> None:
        real(connection, store, found, at, migrations=steps)  # type: ignore[arg-type]

    monkeypatch.setattr(opening.migrations, "migrate", migrate)


def test_every_version_has_its_step() -> None:
    assert [m.version for m in MIGRATIONS] == list(range(2, SCHEMA_VERSION + 1))


@pytest.mark.slow
def test_an_older_one_is_brought_forward(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(STEPS, monkeypatch)
    with Workspace.open(old) as ws:
        assert ws.get_meta("schema_version") == str(SCHEMA_VERSION)
        assert ws.read("grids")["document"].tolist() == ["城管〔2025〕1号", *[None] * 4]
        last = ws.journal().iloc[-1]
        assert (last["operation"], last["parameters"]) == (
            "migrate",
            f'{{"from":{OLD},"to":{SCHEMA_VERSION}}}',
        )
        assert rules(ws) == []
    with Workspace.open(old) as ws:
        assert ws.journal()["operation"].tolist().count("migrate") == 1


def test_a_step_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> set[str]:
        raise RuntimeError("no")

    before = old.read_bytes()
    use((STEPS[0], Migration(SCHEMA_VERSION, fail)), monkeypatch)
    with pytest.raises(RuntimeError):
        Workspace.open(old)
    assert old.read_bytes()[100:] == before[100:]  # the header counts the change to WAL


def test_reading_an_older_one_says_what_is_missing(old: Path) -> None:
    with pytest.raises(NeedsMigration, match=f"{OLD} and must be brought to {SCHEMA_VERSION}"):
        Workspace.open(old, read_only=True)


def test_a_newer_one_is_refused(town: Workspace) -> None:
    town.close()
    raw(town.path, "UPDATE cg_meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(UnknownVersion) as caught:
        Workspace.open(town.path)
    assert "99" in caught.value.text("en")
    assert "请升级 citygrid" in caught.value.text("zh")


def test_a_file_of_the_first_version_gets_what_it_lacks(town: Workspace, tmp_path: Path) -> None:
    """Columns, tables, their R-trees and labels are added; what is stored stays."""
    before = town.read("grids"), town.read("components")
    town.close()
    path = tmp_path / "first.gpkg"
    shutil.copy(town.path, path)
    raw(
        path, "ALTER TABLE grids DROP COLUMN document",
        "DROP TABLE rtree_components_line_geom", "DROP TABLE components_line",
        "DELETE FROM gpkg_contents WHERE table_name = 'components_line'",
        "DELETE FROM gpkg_geometry_columns WHERE table_name = 'components_line'",
        "DELETE FROM cg_tables WHERE name = 'components_line'",
        "DROP TABLE heat_counts", "DROP INDEX index_cases_closed_at",
        "CREATE TABLE heat_counts (fid INTEGER PRIMARY KEY, grid_code TEXT, cases INTEGER)",
        "DELETE FROM gpkg_data_columns WHERE column_name = 'document'",
        "UPDATE cg_meta SET value = '1' WHERE key = 'schema_version'",
    )  # fmt: skip
    with Workspace.open(path) as ws:
        assert ws.get_meta("schema_version") == str(SCHEMA_VERSION)
        assert ws.read("grids").drop(columns="document").equals(before[0].drop(columns="document"))
        assert ws.read("components").equals(before[1])
        assert rules(ws) == []
    assert declared(path) == declared(town.path)


def declared(path: Path) -> list[tuple[object, ...]]:
    """What the file says of itself: tables with their columns, layers, indexes, labels."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return sorted(
            row
            for query in (
                "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c "
                "WHERE m.type IN ('table', 'view')",
                "SELECT name, type, '' FROM sqlite_master WHERE type IN ('trigger', 'index')",
                "SELECT table_name, data_type, identifier FROM gpkg_contents",
                "SELECT table_name, geometry_type_name, srs_id || '' FROM gpkg_geometry_columns",
                "SELECT table_name, column_name, title FROM gpkg_data_columns",
            )
            for row in db.execute(query)
        )
