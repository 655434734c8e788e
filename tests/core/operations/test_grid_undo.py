"""An edit in the store is taken back: every stored row valid today is as it was, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.grids import GridEditRefused, Policy, check
from citygrid_core.operations.grids.edits import (
    Cause,
    divide_grid,
    merge_grids,
    move_grid_border,
    split_grids,
)
from citygrid_core.operations.grids.groups import group_grids
from citygrid_core.operations.grids.history import number_grids
from citygrid_core.operations.grids.undo import undo_grids
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import DAY, FIRST, LAMPS, LAST, LATER, MIDDLE, build, line

ACROSS = line((190, -222.2), (310, -277.7))


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as held:
        group_grids(held, "management", Cause(DAY), target=40_000)
        yield held


def layer(ws: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the valid rows hold: fid, columns, the bytes of the geometry."""
    held = {}
    for family in ("grids", "grid_groups"):
        rows = ws.read(family).sort_index()
        wkb = shapely.to_wkb(rows.geometry.to_numpy())
        plain = rows.drop(columns="geometry").astype(object).where(rows.notna(), None)
        held[family] = [
            (fid, *row, shape)
            for fid, row, shape in zip(plain.index, plain.to_numpy().tolist(), wkb, strict=True)
        ]
    return held


def lamps(ws: Workspace) -> dict[str, str]:
    held = ws.read("components")
    return dict(zip(held["code"], held["grid_code"], strict=True))


def test_a_split_is_undone_to_the_very_rows_and_its_codes_stay_used(ws: Workspace) -> None:
    before, stood = layer(ws), lamps(ws)
    done = split_grids(ws, [MIDDLE], ACROSS, Cause(LATER))
    assert layer(ws) != before
    told = undo_grids(ws, dry_run=True)
    assert layer(ws) != before
    report = undo_grids(ws, who="王工")
    assert report.details == told.details
    assert report.details["gone"] == list(done.details["created"])
    assert MIDDLE in report.details["as_before"]
    assert layer(ws) == before
    assert lamps(ws) == stood
    assert ws.verify() == []
    # on no day was there such a grid; the lineage says what happened
    assert FIRST + "026" not in set(ws.read("grids", at=LATER)["code"])
    assert "undo split" in set(ws.lineage()["operation"])
    again = split_grids(ws, [MIDDLE], ACROSS, Cause(LATER))
    assert list(again.details["created"]) == [FIRST + "028", FIRST + "029"]


@pytest.mark.parametrize("on", [DAY, LATER])
def test_a_moved_border_is_undone_whether_written_in_place_or_not(ws: Workspace, on: str) -> None:
    before = layer(ws)
    pair = (FIRST + "001", FIRST + "002")
    for x in (80, 70, 60):
        move_grid_border(ws, pair, line((x, 10), (x, -110)), Cause(on))
    for _ in range(3):
        undo_grids(ws)
    assert layer(ws) == before
    # the day is free for another try
    move_grid_border(ws, pair, line((80, 10), (80, -110)), Cause(on))
    undo_grids(ws)
    assert layer(ws) == before
    assert ws.verify() == []


def test_a_renumbering_and_a_merge_over_groups_are_undone(ws: Workspace) -> None:
    before, stood = layer(ws), lamps(ws)
    merge_grids(ws, [FIRST + "001", FIRST + "002"], Cause(LATER))
    merged = layer(ws)
    report, _ = number_grids(ws, Cause(LAST), communities=(FIRST,), renumber=True)
    assert len(report.details["created"]) == 24
    undo_grids(ws)
    assert layer(ws) == merged
    undo_grids(ws)
    assert (layer(ws), lamps(ws)) == (before, stood)
    assert ws.verify() == []


def test_what_cannot_be_undone_is_refused_and_says_why(ws: Workspace) -> None:
    with pytest.raises(UsageError, match="grids group"):
        undo_grids(ws)
    report = split_grids(ws, [MIDDLE], ACROSS, Cause(LATER))
    with ws.transaction("a case in a new grid") as tx:
        one = ws.read("cases").iloc[:1].reset_index(drop=True)
        tx.insert(
            "cases", one.assign(number="NEW", grid_code=next(iter(report.details["created"])))
        )
    head = ws.head
    with pytest.raises(UsageError, match="first NEW"):
        undo_grids(ws)
    assert ws.head == head


def random_edits(ws: Workspace, count: int, seed: int) -> None:
    """Edits and undos at random; then everything is undone."""
    rng = np.random.default_rng(seed)
    first, stood, ever = layer(ws), lamps(ws), set(ws.read("grids")["code"])
    states, days = [first], [LATER, LATER, LAST]
    done = undone = tried = 0
    policy = Policy(limit_low_m2=50.0)
    while done < count:
        tried += 1
        assert tried < 8 * count + 50, "edits are refused too often"
        if len(states) > 1 and rng.random() < 0.15:
            undo_grids(ws)
            states.pop()
            assert layer(ws) == states[-1]
            undone += 1
            continue
        cause = Cause(days[min(2, 3 * done // count)])
        grids = ws.read("grids")
        own = grids.iloc[int(rng.integers(len(grids)))]
        a, b = rng.uniform(own.geometry.bounds[:2], own.geometry.bounds[2:], (2, 2))
        cut = shapely.LineString([a + 20 * (a - b), b + 20 * (b - a)])
        beside = grids[
            grids.touches(own.geometry) & (grids["community_code"] == own["community_code"])
        ]
        other = None if not len(beside) else beside["code"].iloc[int(rng.integers(len(beside)))]
        try:
            kind = int(rng.integers(4))
            if kind == 0:
                made = split_grids(ws, [own["code"]], cut, cause, policy=policy)
            elif kind == 1 and own["area_m2"] > 400:
                made = divide_grid(ws, own["code"], 2, cause, policy=policy)
            elif kind == 2 and other is not None:
                made = move_grid_border(ws, (own["code"], other), cut, cause, policy=policy)
            elif other is not None:
                made = merge_grids(ws, [own["code"], other], cause, policy=policy)
            else:
                continue
        except GridEditRefused:
            continue
        new = set(made.details["created"])
        assert ever.isdisjoint(new), "a code was used before"
        ever |= new
        done += 1
        states.append(layer(ws))
        grids = ws.read("grids")
        assert shapely.coverage_is_valid(grids.geometry.to_numpy())
        assert grids.area.sum() == pytest.approx(500_000, abs=1)
        assert len(lamps(ws)) == LAMPS
        assert set(lamps(ws).values()) <= set(grids["code"])
    assert undone
    while len(states) > 1:
        undo_grids(ws)
        states.pop()
        assert layer(ws) == states[-1]
    assert layer(ws) == first
    # a lamp on a border may have been named either way; it is where it stood
    assert lamps(ws) == stood
    found = check(ws.read("grids"), ws.read("areas", where={"level": "community"}))
    assert [f for f in found if f.severity == "error"] == []
    assert ws.verify() == []


def test_random_edits_and_undos_leave_no_trace_in_the_layer(ws: Workspace) -> None:
    random_edits(ws, 25, seed=5)


@pytest.mark.long
def test_five_hundred_random_edits_and_undos_in_the_store(ws: Workspace) -> None:
    random_edits(ws, 500, seed=6)


def test_a_cut_building_is_refused_with_its_place_or_recorded_as_an_exception(
    ws: Workspace,
) -> None:
    x, y = line((250, -250), (251, -250)).coords[0]
    houses = gpd.GeoDataFrame(geometry=[shapely.box(x - 8, y - 5, x + 8, y + 5)], crs=ws.crs)
    middle = line((250, -190), (250, -310))
    head = ws.head
    with pytest.raises(GridEditRefused, match="cut 1 building") as refused:
        split_grids(ws, [MIDDLE], middle, Cause(LATER), buildings=houses)
    assert refused.value.place is not None
    assert refused.value.place.distance(houses.geometry.iloc[0]) == 0
    with pytest.raises(UsageError, match="reason"):
        split_grids(ws, [MIDDLE], middle, Cause(LATER), buildings=houses, accept_cuts=True)
    assert ws.head == head
    # beside the house: fine
    split_grids(
        ws, [MIDDLE], line((270, -190), (270, -310)), Cause(LATER), buildings=houses, dry_run=True
    )
    report = split_grids(
        ws,
        [MIDDLE],
        middle,
        Cause(LATER, reason="街道中线穿过拆迁楼"),
        buildings=houses,
        accept_cuts=True,
    )
    assert "building.cut" in {p.rule for p in report.problems}
    new = ws.read("grids", where={"code": list(report.details["created"])})
    assert set(new["reason"]) == {"街道中线穿过拆迁楼"}
