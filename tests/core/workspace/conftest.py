"""Workspaces of a few rows: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from citygrid_core.workspace import Workspace

from . import makers


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> makers.Made:
    """Areas and nothing else."""
    made = makers.Made(tmp_path_factory.mktemp("founded") / "city.gpkg")
    with makers.make(made.path, now=made.clock) as workspace:
        makers.store(workspace, areas=makers.areas())
    return made


@pytest.fixture(scope="session")
def settled(founded: makers.Made, tmp_path_factory: pytest.TempPathFactory) -> makers.Made:
    """With five grids and twenty components, soundly stored."""
    made = founded.copied(tmp_path_factory.mktemp("settled") / "city.gpkg")
    with made.open() as workspace:
        components = makers.components(20, grid_code=f"{makers.COMMUNITY}001")
        makers.store(workspace, grids=makers.grids(5), components=components)
        with workspace.transaction("codes") as tx:
            tx.mint(f"grid:{makers.COMMUNITY}", 5)
            tx.mint("component:32010201001", 20)
        assert workspace.verify() == []
    return made


@pytest.fixture
def ws(founded: makers.Made, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with areas and nothing else, and a fixed clock."""
    with founded.copied(tmp_path / "city.gpkg").open() as workspace:
        yield workspace


@pytest.fixture
def town(settled: makers.Made, tmp_path: Path) -> Iterator[Workspace]:
    """With five grids and twenty components, soundly stored."""
    with settled.copied(tmp_path / "city.gpkg").open() as workspace:
        yield workspace
