"""Older workspaces are brought forward step by step; newer ones are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from citygrid_core.workspace import Workspace, migrations, opening
from citygrid_core.workspace.errors import NeedsMigration, UnknownVersion
from citygrid_core.workspace.migrations import MIGRATIONS, Migration
from citygrid_core.workspace.schema import SCHEMA_VERSION

from .makers import raw, rules


def add_document(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE grids ADD COLUMN document TEXT")


def name_the_city(connection: sa.Connection) -> None:
    connection.exec_driver_sql("UPDATE grids SET document = '城管〔2025〕1号' WHERE fid = 1")


#: As if today's version were 1 and two older ones, -1 and 0, had to be known.
STEPS = (Migration(0, add_document, ("grids",)), Migration(1, name_the_city, ("grids",)))


@pytest.fixture
def old(town: Workspace, tmp_path: Path) -> Path:
    """An artificial older workspace: grids had no column `document` yet."""
    town.close()
    path = tmp_path / "old.gpkg"
    shutil.copy(town.path, path)
    raw(
        path, "ALTER TABLE grids DROP COLUMN document",
        "UPDATE cg_meta SET value = '-1' WHERE key = 'schema_version'",
    )  # fmt: skip
    return path


def use(steps: tuple[Migration, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    real = migrations.migrate

    def migrate(connection: sa.Connection, store: object, found: int, at: str) -> None:
        real(connection, store, found, at, migrations=steps)  # type: ignore[arg-type]

    monkeypatch.setattr(opening.migrations, "migrate", migrate)


def test_every_version_has_its_step() -> None:
    assert [m.version for m in MIGRATIONS] == list(range(2, SCHEMA_VERSION + 1))


def test_an_older_one_is_brought_forward(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(STEPS, monkeypatch)
    with Workspace.open(old) as ws:
        assert ws.get_meta("schema_version") == str(SCHEMA_VERSION)
        assert ws.read("grids")["document"].tolist() == ["城管〔2025〕1号", *[None] * 4]
        last = ws.journal().iloc[-1]
        assert (last["operation"], last["parameters"]) == ("migrate", '{"from":-1,"to":1}')
        assert rules(ws) == []
    with Workspace.open(old) as ws:
        assert ws.journal()["operation"].tolist().count("migrate") == 1


def test_a_step_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: sa.Connection) -> None:
        raise RuntimeError("no")

    before = old.read_bytes()
    use((STEPS[0], Migration(1, fail)), monkeypatch)
    with pytest.raises(RuntimeError):
        Workspace.open(old)
    assert old.read_bytes()[100:] == before[100:]  # the header counts the change to WAL


def test_reading_an_older_one_says_what_is_missing(old: Path) -> None:
    with pytest.raises(NeedsMigration, match="-1 and must be brought to 1"):
        Workspace.open(old, read_only=True)


def test_a_newer_one_is_refused(town: Workspace) -> None:
    town.close()
    raw(town.path, "UPDATE cg_meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(UnknownVersion) as caught:
        Workspace.open(town.path)
    assert "99" in caught.value.text("en")
    assert "请升级 citygrid" in caught.value.text("zh")
