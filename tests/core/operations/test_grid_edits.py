"""An edit in the store: geometry, codes, history, lineage and components in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.grids import GridEditRefused, check
from citygrid_core.operations.grids.edits import (
    Cause,
    add_grid,
    divide_grid,
    merge_grids,
    move_grid_border,
    reshape_grid,
    split_grids,
)
from citygrid_core.operations.grids.groups import group_grids
from citygrid_core.workspace import Workspace
from tests.core.operations.gridtown import (
    CASES,
    DAY,
    FIRST,
    LAMPS,
    LAST,
    LATER,
    MIDDLE,
    build,
    line,
)

ACROSS = line((190, -222.2), (310, -277.7))
CAUSE = Cause(LATER, "王工", "道路新建", "城管〔2025〕6号")


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as held:
        yield held


def sound(ws: Workspace, at: str | None = None) -> gpd.GeoDataFrame:
    """The division is legal, and each lamp stands in the grid that it names."""
    grids = ws.read("grids", at=at)
    areas = ws.read("areas", where={"level": "community"})
    errors = [f for f in check(grids, areas) if f.severity == "error"]
    assert errors == []
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    lamps = ws.read("components", at=at)
    assert len(lamps) == LAMPS
    shapes = grids.set_index("code").geometry
    own = shapes.loc[lamps["grid_code"]].to_numpy()
    assert (shapely.distance(own, lamps.geometry.to_numpy()) < 0.002).all()
    assert ws.verify() == []
    return grids


def test_a_split_is_one_step_with_its_history(ws: Workspace) -> None:
    steps = len(ws.journal())
    report = split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    assert len(ws.journal()) == steps + 1
    assert report.balanced
    assert list(report.details["created"]) == [FIRST + "026", FIRST + "027"]
    assert report.details["retired"] == [MIDDLE]
    assert sum(report.details["created"].values()) == pytest.approx(10_000, abs=0.1)
    # the rule that names the retired grid is told, not changed
    assert report.details["duty_rules"] == ["R1"]
    assert [p.rule for p in report.problems] == ["rule.retired_grid"]
    grids = sound(ws)
    new = grids[grids["code"] == FIRST + "026"].iloc[0]
    assert (new["valid_from"], new["reason"], new["document"]) == (
        LATER, "道路新建", "城管〔2025〕6号")  # fmt: skip
    links = ws.lineage()
    assert links["parent"].tolist() == [MIDDLE] * 2
    assert set(links["document"]) == {"城管〔2025〕6号"}


def test_the_day_before_stands_as_it_was(ws: Workspace) -> None:
    before = ws.read("grids", at=DAY).sort_values("code")
    split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    then = ws.read("grids", at="2025-05-31").sort_values("code")
    assert shapely.to_wkb(then.geometry.to_numpy()).tolist() == (
        shapely.to_wkb(before.geometry.to_numpy()).tolist()
    )
    sound(ws, at="2025-05-31")
    sound(ws, at=LATER)


def test_components_follow_and_cases_keep_the_grid_of_their_day(ws: Workspace) -> None:
    cases = ws.read("cases", geometry=False).set_index("number")["grid_code"]
    lamps = ws.read("components")
    inside = lamps[lamps["grid_code"] == MIDDLE]
    assert len(inside)
    report = split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    assert report.details["components_moved"] == len(inside)
    now = ws.read("components").set_index("code").loc[inside["code"], "grid_code"]
    assert set(now) <= {FIRST + "026", FIRST + "027"}
    past = ws.read("components", at=DAY).set_index("code").loc[inside["code"], "grid_code"]
    assert set(past) == {MIDDLE}
    after = ws.read("cases", geometry=False).set_index("number")["grid_code"]
    assert after.equals(cases)
    open_ = ws.read("cases", where={"grid_code": MIDDLE, "stage": "registered"})
    assert sorted(report.details["open_cases"]) == sorted(open_["number"])


def test_a_dry_run_tells_the_same_and_changes_nothing(ws: Workspace) -> None:
    head = ws.head
    told = split_grids(ws, [MIDDLE], ACROSS, CAUSE, dry_run=True)
    assert ws.head == head
    assert told.dry_run
    done = split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    assert told.details == done.details


def test_no_code_comes_twice(ws: Workspace) -> None:
    """Split and merged again and again: every code is new, also on one day."""
    ever = set(ws.read("grids", at="all")["code"])
    at = MIDDLE
    for round_ in range(3):
        new = list(split_grids(ws, [at], ACROSS, CAUSE).details["created"])
        (one,) = merge_grids(ws, new, Cause(LATER if round_ < 2 else LAST)).details["created"]
        assert ever.isdisjoint({*new, one})
        ever |= {*new, one}
        at = one
    grids = sound(ws)
    assert len(grids) == 50
    assert at == FIRST + "034"
    # an aborted edit takes no number, and the next one goes on
    split_grids(ws, [at], ACROSS, Cause(LAST), dry_run=True)
    assert FIRST + "035" in split_grids(ws, [at], ACROSS, Cause(LAST)).details["created"]


def test_a_code_known_only_to_the_history_is_not_minted(ws: Workspace) -> None:
    with ws.transaction("a higher code, ended") as tx:
        past = ws.read("grids", where={"code": MIDDLE}).assign(
            code=FIRST + "077", valid_from="2020-01-01", valid_to="2021-01-01"
        )
        tx.insert("grids", past.reset_index(drop=True))
    report = split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    assert list(report.details["created"]) == [FIRST + "078", FIRST + "079"]


def test_a_road_splits_all_that_it_divides(ws: Workspace) -> None:
    road = line((-10, -150), (1010, -150))
    report = split_grids(ws, [], road, CAUSE)
    assert len(report.details["retired"]) == 10
    assert len(report.details["created"]) == 20
    sound(ws)


def test_divide_move_and_reshape(ws: Workspace) -> None:
    report = divide_grid(ws, MIDDLE, 3, CAUSE)
    assert [round(a) for a in report.details["created"].values()] == [3333, 3333, 3333]
    # below the soft range, but with a reason recorded
    assert [p.rule for p in report.problems] == ["rule.retired_grid"]
    moved = move_grid_border(
        ws, (FIRST + "001", FIRST + "002"), line((80, 10), (85, -50), (80, -110)), CAUSE
    )
    assert moved.details["changed"] == [FIRST + "001", FIRST + "002"]
    assert moved.details["created"] == {}
    shaped = reshape_grid(ws, FIRST + "004", line((390, -20), (430, -40), (390, -60)), CAUSE)
    assert FIRST + "004" in shaped.details["changed"]
    grids = sound(ws)
    assert grids.area.sum() == pytest.approx(500_000)
    area = grids.set_index("code")["area_m2"]
    assert area[FIRST + "001"] == pytest.approx(8_291.7, abs=1)
    # the day before, the border stands where it stood
    sound(ws, at=DAY)


def test_groups_follow_their_grids(ws: Workspace) -> None:
    group_grids(ws, "management", Cause(DAY), target=40_000)
    before = ws.read("grid_groups")
    (name,) = before.loc[before["grid_codes"].str.contains(MIDDLE), "code"]
    report = split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    assert report.details["grid_groups"] == [name]
    held = ws.read("grid_groups").set_index("code")
    members = held.loc[name, "grid_codes"].split(",")
    assert {FIRST + "026", FIRST + "027"} <= set(members)
    assert MIDDLE not in members
    assert held.loc[name, "valid_from"] == LATER
    now = ",".join(held["grid_codes"]).split(",")
    assert sorted(now) == sorted(ws.read("grids")["code"])
    assert held.area.sum() == pytest.approx(500_000)
    assert (ws.read("grid_groups", at=DAY)["valid_from"] == DAY).all()
    assert ws.verify() == []


def test_a_merge_over_two_groups_is_told(ws: Workspace) -> None:
    group_grids(ws, "management", Cause(DAY), target=10_000, most=1)
    report = merge_grids(ws, [FIRST + "001", FIRST + "002"], CAUSE)
    assert "group.merged" in {p.rule for p in report.problems}
    now = ",".join(ws.read("grid_groups")["grid_codes"]).split(",")
    assert sorted(now) == sorted(ws.read("grids")["code"])


def test_a_new_grid_is_drawn_where_there_is_none(ws: Workspace) -> None:
    with ws.transaction("a hole") as tx:
        hole = ws.read("grids", where={"code": MIDDLE})
        lamps = ws.read("components", where={"grid_code": MIDDLE})
        tx.end("grids", hole, DAY)
        tx.update("components", lamps.assign(grid_code=None))
    report = add_grid(ws, FIRST, hole.geometry.iloc[0].buffer(50), CAUSE)
    assert list(report.details["created"]) == [FIRST + "026"]
    assert report.details["components_moved"] == len(lamps)
    sound(ws)


class TestRefused:
    """The place is named and the store is as it was."""

    @pytest.fixture(autouse=True)
    def unchanged(self, ws: Workspace) -> Iterator[None]:
        head = ws.head
        yield
        assert ws.head == head

    def test_a_line_that_misses(self, ws: Workspace) -> None:
        with pytest.raises(GridEditRefused, match=r"does not divide .*\(530250") as refusal:
            split_grids(ws, [MIDDLE], line((500, 0), (600, 0)), CAUSE)
        assert refusal.value.place is not None
        assert refusal.value.exit_code == 3

    def test_a_retired_grid_and_an_unknown_one(self, ws: Workspace) -> None:
        with pytest.raises(GridEditRefused, match="there is no grid 7"):
            divide_grid(ws, "7", 2, CAUSE)

    def test_two_communities(self, ws: Workspace) -> None:
        with pytest.raises(GridEditRefused, match="different communities"):
            merge_grids(ws, [FIRST + "005", "420102001002001"], CAUSE)

    def test_a_date_before_the_grid(self, ws: Workspace) -> None:
        with pytest.raises(UsageError, match="valid from 2025-01-01 only"):
            split_grids(ws, [MIDDLE], ACROSS, Cause("2024-12-31"))


def test_a_retired_grid_names_where_to_look(ws: Workspace) -> None:
    split_grids(ws, [MIDDLE], ACROSS, CAUSE)
    with pytest.raises(GridEditRefused, match="retired on 2025-06-01"):
        divide_grid(ws, MIDDLE, 2, CAUSE)
    assert len(ws.read("cases")) == CASES
