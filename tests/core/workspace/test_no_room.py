"""A disk that is full: one message, and the store as it was before."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import NoRoom
from citygrid_core.workspace import Workspace

resource = pytest.importorskip("resource", reason="limits of a process are Unix's")


def test_a_full_disk_changes_nothing(town: Workspace) -> None:
    """No file may grow beyond 300 kB for a while: rows of 10 MB don't fit."""
    head, path = town.head, Path(town.path)
    rows = pd.DataFrame({"key": [f"K{i:06d}" for i in range(20_000)], "value": "x" * 500})
    departments = pd.DataFrame(
        {"code": rows["key"], "name": rows["value"], "valid_from": "2025-01-01"}
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(path.stat().st_size, 300_000), hard))
    try:
        with (
            pytest.raises(NoRoom, match="nothing was changed") as caught,
            town.transaction("test") as tx,
        ):
            tx.insert("departments", departments)
        assert "磁盘已满" in caught.value.text("zh")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with Workspace.open(path) as again:
        assert (again.head, again.verify()) == (head, [])
    with town.transaction("test") as tx:
        tx.insert("departments", departments.head(10))
    assert town.count("departments") == 10
