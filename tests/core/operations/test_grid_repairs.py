"""Repairs by name: previewed, made as one edit, taken back to the very rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from citygrid_core.cli.app import build as build_cli
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import CASES, FIRST, LATER, MIDDLE, build
from tests.core.operations.test_grid_undo import lamps, layer


@pytest.fixture
def town(tmp_path: Path) -> Path:
    build(tmp_path / "town.gpkg")
    return tmp_path / "town.gpkg"


def grids(*arguments: object) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(build_cli(), ["grids", *map(str, arguments), "--json"])
    assert result.exit_code in (0, 1), result.output
    return result.exit_code, json.loads(result.stdout)


def damage(town: Path, family: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """What somebody did in QGIS, and then adopted."""
    with Workspace.open(town) as ws, ws.transaction("damage") as tx:
        tx.update(family, change(ws.read(family)))


def shifted(held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    bad = held[held["code"].isin([FIRST + "007", FIRST + "018"])].copy()
    bad["geometry"] = [shapely.affinity.translate(s, 0.8, 0.3) for s in bad.geometry]
    return bad[["geometry"]]


def sliver(held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Grid 013 takes nearly all of 014."""
    a, b, c, d = held.loc[held["code"] == MIDDLE].total_bounds
    pair = held[held["code"].isin([MIDDLE, FIRST + "014"])].sort_values("code").copy()
    below, above = FIRST + "019", FIRST + "009"
    more = held[held["code"].isin([below, above])].sort_values("code").copy()
    pair["geometry"] = [
        shapely.Polygon([(a, b), (c, b), (c + 97, b), (c + 97, d), (c, d), (a, d)]),
        shapely.box(c + 97, b, c + 100, d),
    ]
    more["geometry"] = [
        shapely.Polygon([(c, d), (c + 97, d), (c + 100, d), (c + 100, d + 100), (c, d + 100)]),
        shapely.Polygon([(c, b - 100), (c + 100, b - 100), (c + 100, b), (c + 97, b), (c, b)]),
    ]
    rows = gpd.GeoDataFrame(
        geometry=[*pair.geometry, *more.geometry],
        index=[*pair.index, *more.index],
        crs=held.crs,
    )
    rows.index.name = held.index.name
    return rows


def wrong_code(held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    bad = held[held["code"] == MIDDLE].copy()
    return bad.assign(code="420102001002077", community_code="420102001002")[
        ["code", "community_code"]
    ]


def stale(held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    some = held.iloc[:9].copy()
    return some.assign(grid_code=FIRST + "001")[["table_", "grid_code"]]


@pytest.mark.parametrize(
    ("name", "family", "change", "rules"),
    [
        ("largest", "grids", shifted, {"grid.overlap", "grid.gap"}),
        ("smallest", "grids", shifted, {"grid.overlap", "grid.gap"}),
        ("slivers", "grids", sliver, {"grid.sliver"}),
        ("codes", "grids", wrong_code, {"grid.community"}),
        ("components", "components", stale, {"component.grid"}),
    ],
)
def test_a_repair_is_previewed_made_and_undone(
    town: Path,
    name: str,
    family: str,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
    rules: set[str],
) -> None:
    damage(town, family, change)
    _, found = grids("check", town)
    assert rules <= set(found["findings"])
    first = found["rows"][0]
    assert {"id", "number", "severity", "x", "y", "codes", "rule"} <= set(first)
    with Workspace.open(town) as ws:
        head, before, stood, faults = ws.head, layer(ws), lamps(ws), ws.verify()
    _, told = grids("check", town, "--repair", name, "--at", LATER, "--dry-run")
    with Workspace.open(town) as ws:
        assert ws.head == head
    _, done = grids("check", town, "--repair", name, "--at", LATER, "--reason", "修复")
    assert rules <= set(done["mends"]) | {"grid.gap"}
    for fact in ("created", "retired", "changed", "components_moved"):
        assert told.get(fact) == done.get(fact)
    _, after = grids("check", town, "--at", LATER)
    assert rules.isdisjoint(after["findings"])
    assert after["legal_share"] == 1
    if name == "components":
        return  # no edit of grids
    grids("undo", town)
    with Workspace.open(town) as ws:
        assert layer(ws) == before
        if name in ("largest", "smallest"):
            assert lamps(ws) == stood
        assert ws.verify() == faults  # those of the damage itself
        assert len(ws.read("cases")) == CASES


def test_an_unknown_repair_is_a_wrong_call(town: Path) -> None:
    result = CliRunner().invoke(build_cli(), ["grids", "check", str(town), "--repair", "magic"])
    assert result.exit_code == 2
