"""`citygrid grids` in the shell: JSON, dry runs, exit codes, both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build as build_cli
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import CASES, FIRST, LATER, MIDDLE, build, line

LINE = line((190, -222.2), (310, -277.7)).wkt


@pytest.fixture
def town(tmp_path: Path) -> str:
    build(tmp_path / "town.gpkg")
    return str(tmp_path / "town.gpkg")


def grids(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(build_cli(), ["grids", *arguments, "--json"])
    assert result.exit_code in (0, 1, 3), result.output
    return result.exit_code, json.loads(result.stdout)


def head(town: str) -> str:
    with Workspace.open(town) as ws:
        return ws.head


def test_impact_then_split_then_lineage(town: str) -> None:
    before = head(town)
    code, told = grids("impact", town, "split", MIDDLE, "--line", LINE, "--at", LATER)
    assert code == 1  # a duty rule names the grid
    assert told["dry_run"]
    assert head(town) == before
    _, dry = grids("split", town, MIDDLE, "--line", LINE, "--at", LATER, "--dry-run")
    assert head(town) == before
    code, done = grids(
        "split", town, MIDDLE, "--line", LINE, "--at", LATER, "--reason", "新路", "--who", "王工"
    )
    assert done["created"] == told["created"] == dry["created"]
    assert done["duty_rules"] == ["R1"]
    _, kin = grids("lineage", town, MIDDLE)
    assert kin["heirs"] == sorted(done["created"])
    code, merged = grids("merge", town, *done["created"], "--at", LATER)
    assert code == 0
    assert list(merged["created"]) == [FIRST + "028"]


def test_a_refusal_exits_3_and_says_where_in_both_languages(town: str) -> None:
    before = head(town)
    code, said = grids("split", town, MIDDLE, "--line", "LINESTRING (0 0, 1 1)")
    assert code == 3
    assert "(5302" in said["error"]["en"]
    assert "没有分割" in said["error"]["zh"]
    assert head(town) == before


def test_lines_from_a_file_in_another_crs(town: str, tmp_path: Path) -> None:
    road = gpd.GeoDataFrame(geometry=[line((195, -250), (305, -250))], crs="EPSG:4547")
    road.to_crs(4490).to_file(tmp_path / "road.geojson", driver="GeoJSON")
    _, said = grids("split", town, MIDDLE, "--lines", str(tmp_path / "road.geojson"), "--at", LATER)
    assert list(said["created"].values()) == pytest.approx([5000, 5000], abs=1)


def test_the_grids_of_a_day_go_to_a_file(town: str, tmp_path: Path) -> None:
    grids("divide", town, MIDDLE, "4", "--at", LATER)
    for day, count in (("2025-05-31", 50), (LATER, 53)):
        out = tmp_path / f"{day}.gpkg"
        grids("show", town, "--at", day, "-o", str(out))
        assert len(gpd.read_file(out)) == count


def test_the_other_commands_answer(town: str) -> None:
    code, said = grids("recount", town)
    assert (code, said["cases"]) == (0, CASES)
    code, said = grids("number", town)
    assert (code, said["out_of_order"]) == (0, 0)
    code, said = grids("group", town, "--kind", "management", "--target", "40000", "--at", LATER)
    assert (code, said["read"]) == (0, 50)
    assert max(row["grids"] for row in said["rows"]) <= 5
    code, said = grids("check", town, "--repair", "largest", "--at", LATER, "--dry-run")
    assert (code, said["stored"]) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        ["split", MIDDLE],
        ["split", MIDDLE, "--line", "POINT (1 1)"],
        ["split", MIDDLE, "--line", "nonsense"],
        ["merge", MIDDLE],
        ["divide", MIDDLE, "1"],
    ],
)
def test_a_wrong_call_exits_2(town: str, wrong: list[str]) -> None:
    before = head(town)
    result = CliRunner().invoke(build_cli(), ["grids", wrong[0], town, *wrong[1:]])
    assert result.exit_code == 2, result.output
    assert head(town) == before
