"""Two at once, killed at any moment, on a network drive, or without permission to write."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.errors import (
    NetworkDrive,
    ReadOnly,
    UnfinishedLog,
    WorkspaceLocked,
)
from citygrid_core.workspace.geopackage import drive

from . import makers
from .makers import COMMUNITY

WRITER = """
import sys, pandas as pd
from citygrid_core.workspace import Workspace
path, name, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True); sys.stdin.readline()
with Workspace.open(path) as ws:
    for i in range(n):
        with ws.transaction(name) as tx:
            number = tx.mint("department", 1).start
            tx.insert("departments", pd.DataFrame(
                {"code": [f"D{number}"], "name": [name], "valid_from": ["2025-01-01"]}))
"""


def test_two_processes_write_at_once(town: Workspace) -> None:
    town.close()
    n = 40
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(town.path), name, str(n)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    for w in writers:
        assert w.stdout is not None
        assert w.stdout.readline() == "ready\n"
    for w in writers:
        w.communicate("\n", timeout=120)
    assert [w.returncode for w in writers] == [0, 0]
    with Workspace.open(town.path) as ws:
        stored = ws.read("departments")
        assert sorted(stored["code"]) == sorted(f"D{i}" for i in range(1, 2 * n + 1))
        assert stored["name"].value_counts().to_dict() == {"a": n, "b": n}
        assert ws.verify() == []


def test_a_second_writer_waits_then_says_who_is_in_the_way(town: Workspace) -> None:
    with Workspace.open(town.path, timeout=0.3) as other, town.transaction("long") as tx:
        tx.insert("grids", makers.grids(1, first=6))
        assert other.count("grids") == 5  # readers see the state before, and don't wait
        begun = time.monotonic()
        with pytest.raises(WorkspaceLocked) as caught, other.transaction("second"):
            pass
        assert 0.25 < time.monotonic() - begun < 10
        assert str(town.path) in caught.value.text("en")
        assert str(town.path) in caught.value.text("zh")
        assert "正被其他程序写入" in caught.value.text("zh")
    with Workspace.open(town.path, timeout=0.3) as other, other.transaction("later") as tx:
        tx.insert("grids", makers.grids(1, first=7))
    assert town.count("grids") == 7


def test_a_reader_keeps_its_day_while_another_writes(town: Workspace) -> None:
    with Workspace.open(town.path) as other:
        with other._reading() as connection:
            first = connection.exec_driver_sql("SELECT count(*) FROM grids").scalar()
            makers.store(town, grids=makers.grids(2, first=6))
            assert connection.exec_driver_sql("SELECT count(*) FROM grids").scalar() == first
        assert other.count("grids") == 7


def test_every_connection_uses_wal(town: Workspace) -> None:
    def mode() -> str:
        connection = sqlite3.connect(town.path)
        said = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
        return str(said)

    assert mode() == "wal"
    town.close()
    connection = sqlite3.connect(town.path)
    connection.execute("PRAGMA journal_mode = DELETE")  # as QGIS leaves it
    connection.close()
    with Workspace.open(town.path):
        assert mode() == "wal"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_in_the_middle_of_a_transaction(town: Workspace, tmp_path: Path) -> None:
    """Real processes, killed with SIGKILL while they write: all or nothing, each time."""
    town.close()
    frame = makers.components(1500, first=100, grid_code=f"{COMMUNITY}002")
    dice = random.Random(1)

    def write(path: Path) -> int:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with Workspace.open(path) as ws, ws.transaction("import") as tx:
                    tx.mint("component:32010201001", 1500, floor=99)
                    tx.insert("components", frame)
                status = 0
            finally:
                os._exit(status)
        return child

    path = tmp_path / "killed.gpkg"
    shutil.copy(town.path, path)
    begun = time.perf_counter()
    _, status = os.waitpid(write(path), 0)
    whole = time.perf_counter() - begun
    assert os.waitstatus_to_exitcode(status) == 0
    outcomes = set()
    for _ in range(12):
        for file in tmp_path.glob("killed.gpkg*"):
            file.unlink()
        shutil.copy(town.path, path)
        child = write(path)
        time.sleep(dice.uniform(0.2, 1.0) * whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with Workspace.open(path) as ws:
            rows = ws.count("components")
            outcomes.add(rows)
            assert ws.verify() == []
            if rows == 20:
                with ws.transaction("again") as tx:
                    assert tx.mint("component:32010201001", 1).start == 21
    assert outcomes <= {20, 1520}
    assert 20 in outcomes


MOUNTS = """22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/city\\040data rw,relatime shared:5 - cifs //server/share rw,vers=3.0
31 30 8:2 / /mnt/city\\040data/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /net rw - nfs4 server:/net rw
33 22 0:42 / /home/me/remote rw - fuse.sshfs me@server:/ rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/city.gpkg", None),
        ("/mnt/city data/city.gpkg", "cifs"),
        ("/mnt/city data/local/city.gpkg", None),
        ("/network/city.gpkg", None),
        ("/net/a/city.gpkg", "nfs4"),
        ("/home/me/remote/city.gpkg", "fuse.sshfs"),
    ],
)
def test_which_drives_are_shared(path: str, kind: str | None) -> None:
    assert drive.network_kind(Path(path), MOUNTS) == kind


def test_a_network_drive_is_read_but_not_written(
    town: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town.path
    town.close()
    mounts = path.parent / "mountinfo"
    folder = str(path.parent.resolve()).replace(" ", "\\040")
    mounts.write_text(f"1 0 0:1 / {folder} rw - nfs server:/x rw\n")
    monkeypatch.setattr(drive, "MOUNTS", mounts)
    with Workspace.open(path) as ws:
        assert ws.count("grids") == 5
        with pytest.raises(NetworkDrive) as caught, ws.transaction("x"):
            pass
    assert "write-ahead log" in caught.value.text("en")
    assert "网络驱动器（nfs）" in caught.value.text("zh")
    with pytest.raises(NetworkDrive):
        makers.make(path.parent / "new.gpkg")
    assert not (path.parent / "new.gpkg").exists()
    monkeypatch.setenv("CITYGRID_ALLOW_NETWORK", "1")
    with Workspace.open(path) as ws:
        makers.store(ws, departments=makers.departments())
        assert not Path(f"{path}-wal").exists()
        assert ws.verify() == []


def test_opened_for_reading(town: Workspace) -> None:
    with Workspace.open(town.path, read_only=True) as ws:
        assert ws.read_only
        assert ws.count("grids") == 5
        assert ws.verify() == []
        with pytest.raises(ReadOnly), ws.transaction("x"):
            pass


@pytest.mark.skipif(not hasattr(os, "fork") or os.getuid() != 0, reason="needs another user")
def test_a_file_that_may_not_be_written(town: Workspace) -> None:
    """As another user: no permission, no way to make a log beside the file."""
    town.close()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "city.gpkg"
        shutil.copy(town.path, path)
        path.chmod(0o444)
        folder.chmod(0o555)

        def as_nobody(expected: str) -> None:
            child = os.fork()
            if child == 0:
                os.setgid(65534)
                os.setuid(65534)
                said = "?"
                try:
                    with Workspace.open(path) as ws:
                        said = f"{ws.read_only} {ws.count('grids')} {len(ws.verify())}"
                except UnfinishedLog:
                    said = "unfinished"
                finally:
                    os._exit(0 if said == expected else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        as_nobody("True 5 0")
        folder.chmod(0o755)
        path.chmod(0o644)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("PRAGMA wal_autocheckpoint = 0")
        holder.execute("UPDATE cg_meta SET value = 'x' WHERE key = 'name'")
        shutil.copy(f"{path}-wal", folder / "kept")
        holder.close()
        shutil.copy(folder / "kept", f"{path}-wal")
        folder.chmod(0o555)
        as_nobody("unfinished")
        folder.chmod(0o755)
