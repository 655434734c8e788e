"""`citygrid grids` in the shell: JSON, dry runs, exit codes, both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
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


def test_impact_names_all_that_moves(town: str) -> None:
    """Codes, components, open cases, duty rules and groups: each by its name."""
    grids("group", town, "--kind", "responsibility", "--target", "100000", "--at", "2025-01-01")
    with Workspace.open(town) as ws:
        (name,) = ws.read("grid_groups").query("grid_codes.str.contains(@MIDDLE)")["code"]
        with ws.transaction("a rule for a group") as tx:
            rule = ws.read("duty_rules", where={"code": "R1"}, geometry=False)
            more = rule.drop(columns="table_").assign(
                code="R2", place="grid_group", place_code=name
            )
            tx.insert("duty_rules", more.reset_index(drop=True))
        inside = ws.read("components", where={"grid_code": MIDDLE})["code"]
        open_ = ws.read("cases", where={"grid_code": MIDDLE, "stage": "registered"})["number"]
    _, told = grids("impact", town, "split", MIDDLE, "--line", LINE, "--at", LATER)
    assert told["retired"] == [MIDDLE]
    assert sorted(told["created"]) == [FIRST + "026", FIRST + "027"]
    assert sorted(told["components"]) == sorted(inside)
    assert sorted(told["open_cases"]) == sorted(open_)
    assert told["duty_rules_why"] == {"R1": "retired", "R2": "group"}
    assert told["grid_groups"] == [name]
    # a border that moves concerns the rules and groups of both grids, none retires
    _, told = grids(
        "impact", town, "move", MIDDLE, FIRST + "014", "--at", LATER,
        "--line", line((280, -190), (280, -310)).wkt,
    )  # fmt: skip
    assert told["retired"] == []
    assert told["changed"] == [MIDDLE, FIRST + "014"]
    assert told["duty_rules_why"]["R1"] == "moved"


def test_a_series_on_the_grids_of_a_day_keeps_its_totals(town: str) -> None:
    """Counts before and after a split and a merge are equal, whole and by month."""
    _, before = grids("recount", town, "--period", "month")
    monthly = sums(before)
    _, done = grids("split", town, MIDDLE, "--line", LINE, "--at", LATER)
    _, parts = grids("recount", town, "--period", "month")
    assert sums(parts) == monthly
    was = sum(r["cases"] for r in before["rows"] if r["grid_code"] == MIDDLE)
    now = sum(r["cases"] for r in parts["rows"] if r["grid_code"] in done["created"])
    assert now == was > 0
    for code in done["created"]:  # by the cases' own points: not in proportion to area
        with Workspace.open(town) as ws:
            shape = ws.read("grids", where={"code": code}).geometry.iloc[0]
            own = int(ws.read("cases").within(shape).sum())
        assert sum(r["cases"] for r in parts["rows"] if r["grid_code"] == code) == own
    _, merged = grids("merge", town, *sorted(done["created"]), "--at", LATER)
    _, whole = grids("recount", town, "--period", "month")
    assert sums(whole) == monthly
    (new,) = merged["created"]
    assert sum(r["cases"] for r in whole["rows"] if r["grid_code"] == new) == was
    _, then = grids("recount", town, "--at", "2025-05-31", "--period", "month")
    assert then["rows"] == before["rows"]


def sums(told: dict[str, Any]) -> dict[str, int]:
    out: dict[str, int] = {}
    for row in told["rows"]:
        out[row["period"]] = out.get(row["period"], 0) + row["cases"]
    assert sum(out.values()) == CASES
    return out


def test_groups_by_street_length(town: str, tmp_path: Path) -> None:
    streets = [line((0, -y), (600, -y)) for y in range(50, 500, 100)]
    frame = gpd.GeoDataFrame(geometry=streets, crs="EPSG:4547")
    frame.to_file(tmp_path / "roads.gpkg")
    call = ("group", town, "--target", "1000", "--by", "streets", "--at", LATER)
    code, said = grids(*call, "--roads", str(tmp_path / "roads.gpkg"))
    assert (code, said["balanced_by"]) == (0, "streets")
    assert sum(row["load"] for row in said["rows"]) == pytest.approx(3000, abs=10)
    assert said["load_highest"] < 1500
    result = CliRunner().invoke(build_cli(), ["grids", *call, "--redraw"])
    assert result.exit_code == 2
    assert "--roads" in result.output


def test_quality_of_the_whole_and_of_each_grid(town: str, tmp_path: Path) -> None:
    street = gpd.GeoDataFrame(geometry=[line((0, -100), (1000, -100))], crs="EPSG:4547")
    street.to_file(tmp_path / "roads.gpkg")
    out = tmp_path / "cells.gpkg"
    code, said = grids("quality", town, "--roads", str(tmp_path / "roads.gpkg"), "-o", str(out))
    assert (code, said["legal"], said["in_soft_range"], said["grids"]) == (0, 1.0, 1.0, 50)
    cells = gpd.read_file(out).set_index("code")
    assert cells["polsby_popper"].tolist() == pytest.approx([3.14159 / 4] * 50, abs=1e-4)
    assert cells.loc[FIRST + "001", "on_lines"] == pytest.approx(0.26, abs=0.02)
    assert cells.loc[MIDDLE, "on_lines"] == 0


def test_a_building_that_no_border_can_spare_is_listed(tmp_path: Path) -> None:
    build(tmp_path / "bare.gpkg", grids=False)
    x, y = line((500, -250), (501, -250)).coords[0]  # on the border of the communities
    house = gpd.GeoDataFrame(geometry=[shapely.box(x - 9, y - 5, x + 9, y + 5)], crs="EPSG:4547")
    house.to_file(tmp_path / "houses.gpkg")
    code, said = grids(
        "draw", str(tmp_path / "bare.gpkg"), "--buildings", str(tmp_path / "houses.gpkg")
    )
    assert (code, said["conflicts"]) == (1, 1)
    (listed,) = said["problems"]
    assert listed["rule"] == "building.cut"
    assert f"({x:.0f}"[:5] in json.dumps(listed)


def test_the_policy_is_said_with_the_command(town: str) -> None:
    code, said = grids("check", town, "--no-components")
    assert (code, said["findings"]) == (0, {})
    call = ("check", town, "--no-components", "--soft-range", "11000", "30000")
    code, said = grids(*call, "--target-area", "20000")
    assert said["findings"] == {"grid.area": 50}
    cut = line((190, -290), (310, -290)).wkt  # a piece of 1,000 m²
    code, said = grids("split", town, MIDDLE, "--line", cut, "--limits", "1500", "90000")
    assert code == 3
    assert "below 1500" in said["error"]["en"]
    result = CliRunner().invoke(build_cli(), ["grids", *call])  # a range without the target
    assert result.exit_code == 2


def test_an_edit_is_undone(town: str) -> None:
    _, before = grids("show", town)
    grids("split", town, MIDDLE, "--line", LINE, "--at", LATER)
    code, said = grids("undo", town)
    assert said["undone"] == "split"
    assert grids("show", town)[1]["rows"] == before["rows"]
    result = CliRunner().invoke(build_cli(), ["grids", "undo", town, "--lang", "zh"])
    assert result.exit_code == 2
    assert code == 0


def test_a_cut_building_is_refused_with_its_place(town: str, tmp_path: Path) -> None:
    x, y = line((250, -250), (251, -250)).coords[0]
    house = gpd.GeoDataFrame(geometry=[shapely.box(x - 9, y - 9, x + 9, y + 9)], crs="EPSG:4547")
    house.to_file(tmp_path / "houses.gpkg")
    before = head(town)
    call = ("split", town, MIDDLE, "--line", LINE, "--at", LATER)
    houses = ("--buildings", str(tmp_path / "houses.gpkg"))
    code, said = grids(*call, *houses)
    assert code == 3
    assert "cut 1 building" in said["error"]["en"]
    assert "切割1栋建筑" in said["error"]["zh"]
    assert f"({x:.0f}"[:5] in said["error"]["en"]
    assert head(town) == before
    code, said = grids(*call, *houses, "--accept-cuts", "--reason", "拆迁")
    assert code == 1
    assert any(p["rule"] == "building.cut" for p in said["problems"])


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
