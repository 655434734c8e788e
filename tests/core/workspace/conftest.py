from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from citygrid_core.workspace import Workspace

from . import makers


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with areas and nothing else, and a fixed clock."""
    with makers.make(tmp_path / "city.gpkg") as workspace:
        makers.store(workspace, areas=makers.areas())
        yield workspace


@pytest.fixture
def town(ws: Workspace) -> Workspace:
    """With five grids and twenty components, soundly stored."""
    components = makers.components(20, grid_code=f"{makers.COMMUNITY}001")
    makers.store(ws, grids=makers.grids(5), components=components)
    with ws.transaction("codes") as tx:
        tx.mint(f"grid:{makers.COMMUNITY}", 5)
        tx.mint("component:32010201001", 20)
    assert ws.verify() == []
    return ws
