"""Edits tried in memory and stored as one: the net change, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.grids import Coverage, GridEditRefused
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.grids.plan import Plan, Step, net_edit, replay, run_plan, state_of
from citygrid_core.operations.grids.undo import undo_grids
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import FIRST, LAMPS, LATER, MIDDLE, build, line

CAUSE = Cause(LATER, "王工", "道路新建", "城管〔2025〕6号")
ACROSS = line((190, -250), (310, -250))
EAST = FIRST + "014"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as held:
        yield held


def planned(ws: Workspace, steps: Sequence[Step]) -> Plan:
    """Try the steps in memory, as a map window does."""
    held = ws.read("grids")
    coverage = Coverage(held)
    edits, named = replay(coverage, steps)
    net = net_edit(held, coverage, edits)
    ground = sorted({*net.retired["code"], *net.changed["code"]})
    state = state_of(held[held["code"].isin(ground)])
    return Plan(tuple(named), tuple(ground), state)


def test_split_then_merge_leaves_no_trace_of_what_was_made_on_the_way(ws: Workspace) -> None:
    split = Step("split", (MIDDLE,), ACROSS.wkt)
    south = FIRST + "027"  # the lower piece, numbered after the upper one
    plan = planned(ws, [split, Step("merge", (south, EAST))])
    assert plan.steps[0].created == (FIRST + "026", south)
    report = run_plan(ws, plan, CAUSE)
    # Two new grids stand, and two codes were minted: none for the piece on the way.
    assert list(report.details["created"]) == [FIRST + "026", FIRST + "027"]
    assert report.details["retired"] == [MIDDLE, EAST]
    ever = ws.read("grids", at="all")
    assert set(ever["code"]) - set(ws.read("grids")["code"]) == {MIDDLE, EAST}
    links = ws.lineage()
    pairs = set(zip(links["parent"], links["child"], strict=True))
    larger = max(report.details["created"], key=report.details["created"].__getitem__)
    smaller = min(report.details["created"], key=report.details["created"].__getitem__)
    assert pairs == {(MIDDLE, smaller), (MIDDLE, larger), (EAST, larger)}
    assert set(links["operation"]) == {"split+merge"}
    now = ws.read("grids")
    assert shapely.coverage_is_valid(now.geometry.to_numpy())
    lamps = ws.read("components")
    assert len(lamps) == LAMPS
    assert set(lamps["grid_code"]) <= set(now["code"])
    assert ws.verify() == []


def test_a_dry_run_says_the_same_and_stores_nothing(ws: Workspace) -> None:
    plan = planned(ws, [Step("split", (MIDDLE,), ACROSS.wkt)])
    head = ws.head
    tried = run_plan(ws, plan, CAUSE, dry_run=True)
    assert ws.head == head
    done = run_plan(ws, plan, CAUSE)
    assert tried.details == done.details
    assert done.details["duty_rules"] == ["R1"]


def test_an_undo_brings_every_row_back(ws: Workspace) -> None:
    before = ws.read("grids")
    run_plan(ws, planned(ws, [
        Step("divide", (MIDDLE,), n=3),
        Step("vertex", (), line((100, -100), (110, -105)).wkt),
    ]), CAUSE)  # fmt: skip
    assert len(ws.read("grids")) == len(before) + 2
    undo_grids(ws)
    after = ws.read("grids")
    assert (shapely.to_wkb(after.geometry) == shapely.to_wkb(before.geometry)).all()
    assert ws.verify() == []


def test_a_plan_for_other_grids_is_refused(ws: Workspace) -> None:
    plan = planned(ws, [Step("split", (MIDDLE,), ACROSS.wkt)])
    moved = Step("move", (MIDDLE, EAST), line((280, -200), (280, -300)).wkt)
    run_plan(ws, planned(ws, [moved]), CAUSE)
    head = ws.head
    with pytest.raises(GridEditRefused, match="meanwhile"):
        run_plan(ws, plan, CAUSE)
    assert ws.head == head


def test_a_building_is_cut_with_a_reason_only(ws: Workspace) -> None:
    plan = planned(ws, [Step("split", (MIDDLE,), ACROSS.wkt)])
    house = line((230, -260), (260, -240)).envelope.wkt
    plan = Plan(plan.steps, plan.ground, plan.state, (house,))
    with pytest.raises(GridEditRefused, match="cut"):
        run_plan(ws, plan, CAUSE)
    report = run_plan(ws, plan, CAUSE, accept_cuts=True)
    assert "building.cut" in {p.rule for p in report.problems}


def test_a_plan_is_a_file(ws: Workspace, tmp_path: Path) -> None:
    plan = planned(ws, [Step("split", (MIDDLE,), ACROSS.wkt)])
    plan.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json") == plan
    (tmp_path / "other.json").write_text('{"steps": [{"operation": "melt"}]}')
    with pytest.raises(UsageError, match="no plan"):
        Plan.load(tmp_path / "other.json")


def test_by_hand_without_saying_the_ground(ws: Workspace) -> None:
    """Only operation and what it is about: as a scripter writes it."""
    report = run_plan(ws, Plan((Step("merge", (MIDDLE, EAST)),)), CAUSE)
    assert report.details["retired"] == [MIDDLE, EAST]
