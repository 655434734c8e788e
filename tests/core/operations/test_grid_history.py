"""Grids of any day: lineage, numbers, groups, and cases counted on the cells of a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from citygrid_core.errors import UsageError
from citygrid_core.operations.grids.edits import Cause, merge_grids, move_grid_border, split_grids
from citygrid_core.operations.grids.groups import group_grids
from citygrid_core.operations.grids.history import (
    lineage_of,
    number_grids,
    recount_cases,
    show_grids,
)
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import CASES, DAY, FIRST, LAST, LATER, MIDDLE, build, line


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as held:
        yield held


@pytest.fixture
def edited(ws: Workspace) -> Workspace:
    """013 split into 026 and 027 in June; 027 and 014 merged into 028 in September."""
    split_grids(ws, [MIDDLE], line((250, -190), (250, -310)), Cause(LATER, reason="新路"))
    grids = ws.read("grids").set_index("code")
    east = max((FIRST + "026", FIRST + "027"), key=lambda c: grids.geometry[c].centroid.x)
    merge_grids(ws, [east, FIRST + "014"], Cause(LAST, document="7号"))
    return ws


def test_lineage_goes_both_ways(edited: Workspace) -> None:
    report, rows = lineage_of(edited, FIRST + "028")
    assert set(rows.loc[rows["relation"] == "ancestor", "code"]) >= {MIDDLE, FIRST + "014"}
    report, rows = lineage_of(edited, MIDDLE)
    below = rows[rows["relation"] == "descendant"].set_index("code")
    assert set(below.index) == {FIRST + "026", FIRST + "027", FIRST + "028"}
    assert below.loc[FIRST + "028", ["operation", "on", "document"]].tolist() == [
        "merge", LAST, "7号"]  # fmt: skip
    assert FIRST + "028" in report.details["heirs"]
    assert report.details["periods"] == [[DAY, LATER]]
    report, rows = lineage_of(edited, MIDDLE, at="2025-07-01")
    assert set(report.details["heirs"]) == {FIRST + "026", FIRST + "027"}
    with pytest.raises(UsageError, match="never was"):
        lineage_of(edited, FIRST + "999")


def test_the_grids_of_any_day(edited: Workspace) -> None:
    for day, count in ((DAY, 50), (LATER, 51), (LAST, 50), (None, 50)):
        report, grids = show_grids(edited, at=day)
        assert len(grids) == count
        assert report.details["area_m2"] == pytest.approx(500_000)
    assert MIDDLE in set(show_grids(edited, at=DAY)[1]["code"])


def test_cases_are_conserved_on_the_cells_of_any_day(edited: Workspace) -> None:
    stored = edited.read("cases", geometry=False)["grid_code"].tolist()
    for day in (DAY, LATER, LAST, None):
        report, counts = recount_cases(edited, at=day)
        assert counts["cases"].sum() == CASES
        assert report.details["cases"] == report.details["cases_on_grids_of_their_day"]
        valid = set(edited.read("grids", at=day)["code"])
        assert set(counts["grid_code"]) <= valid
    # by the points themselves, not by area: counted with shapely alone
    grids = edited.read("grids").set_index("code")
    points = edited.read("cases").geometry
    _, counts = recount_cases(edited)
    mine = counts.groupby("grid_code")["cases"].sum()
    for code in (FIRST + "028", FIRST + "001"):
        assert mine.get(code, 0) == points.within(grids.geometry[code]).sum()
    assert edited.read("cases", geometry=False)["grid_code"].tolist() == stored


def test_cases_without_a_place_are_counted_too(ws: Workspace) -> None:
    with ws.transaction("lost") as tx:
        some = ws.read("cases").iloc[:9]
        tx.update("cases", some.assign(grid_code=None).set_geometry([None] * 9, crs=ws.crs))
    report, counts = recount_cases(ws)
    assert counts["cases"].sum() == CASES
    assert report.details["without_grid"] == 9


def test_numbers_are_told_and_renewed(ws: Workspace) -> None:
    report, rows = number_grids(ws, Cause(LATER))
    assert rows["out_of_order"].tolist() == [0, 0]
    assert rows["free"].tolist() == [974, 974]
    split_grids(ws, [FIRST + "001"], line((-10, -50), (110, -50)), Cause(LATER))
    report, rows = number_grids(ws, Cause(LATER))
    assert report.details["out_of_order"] == 1
    head = ws.head
    number_grids(ws, Cause(LAST), renumber=True, dry_run=True)
    assert ws.head == head
    before = ws.read("grids").set_index("code")
    report, rows = number_grids(ws, Cause(LAST), renumber=True)
    assert rows["out_of_order"].tolist() == [0, 0]
    assert len(report.details["created"]) == len(report.details["retired"]) == 26
    after = ws.read("grids").set_index("code")
    mine = after.index.str.startswith(FIRST)
    assert set(after.index[mine]).isdisjoint(before.index)
    links = ws.lineage()
    renewed = links[links["operation"] == "renumber"]
    for old, new in zip(renewed["parent"], renewed["child"], strict=True):
        assert before.geometry[old].equals_exact(after.geometry[new], 0)
    lamps = ws.read("components")
    assert set(lamps["grid_code"]) <= set(after.index)
    # once more: nothing is out of order, nothing is done
    head = ws.head
    number_grids(ws, Cause(LAST), renumber=True)
    assert ws.head == head
    assert ws.verify() == []


@pytest.mark.parametrize("by", ["area", "components", "cases"])
def test_groups_are_stored_and_balanced(ws: Workspace, by: str) -> None:
    target = {"area": 100_000, "components": 40, "cases": 80}[by]
    report, _ = group_grids(ws, "responsibility", Cause(DAY), target=target, by=by)  # type: ignore[arg-type]
    held = ws.read("grid_groups")
    assert len(held) == report.details["groups"] == 5
    assert held["code"].is_unique
    assert held["code"].str.len().unique().tolist() == [12]
    assert sorted(",".join(held["grid_codes"]).split(",")) == sorted(ws.read("grids")["code"])
    assert (held.geometry.count_geometries() == 1).all()
    assert report.details["load_highest"] < 1.7 * target
    with pytest.raises(UsageError, match="already"):
        group_grids(ws, "responsibility", Cause(LATER), target=target)
    codes = set(held["code"])
    group_grids(ws, "responsibility", Cause(LATER), target=target, redraw=True)
    assert codes.isdisjoint(ws.read("grid_groups")["code"])
    assert set(ws.read("grid_groups", at=DAY)["code"]) == codes
    assert ws.verify() == []


def test_a_moved_border_shows_on_its_day_only(ws: Workspace) -> None:
    pair = (FIRST + "001", FIRST + "002")
    move_grid_border(ws, pair, line((80, 10), (80, -110)), Cause(LATER))
    areas = [
        show_grids(ws, at=day)[1].set_index("code").area[pair[0]]
        for day in (DAY, "2025-05-31", LATER)
    ]
    assert np.allclose(areas, [10_000, 10_000, 8_000])
