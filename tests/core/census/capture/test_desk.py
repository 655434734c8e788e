"""Placing components one by one: what is filled in, asked, taken back."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.census.alerts import Alert
from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.operations.census.capture.captured import (
    Attributes,
    Capture,
    OutsideCity,
    SurveyArea,
)
from citygrid_core.operations.census.capture.desk import CaptureDesk
from citygrid_core.operations.census.capture.steps import ChangedSince
from citygrid_core.operations.census.resurvey import Resurvey, not_visited
from citygrid_core.workspace import Workspace
from tests.core.workspace import makers

DAY, NEXT = "2025-03-01", "2025-03-02"
MANHOLE, RAIL, GREEN = "01003", "02017", "04013"
OWNER, ROADS = "11320102MB00000018", "91320102MB00000026"
BODIES = pd.DataFrame(
    {"code": [OWNER, ROADS], "name": ["城管局", "路桥公司"], "valid_from": makers.DAY}
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> makers.Made:
    """Five grids of 100 m in a row; the first department owns all, by a rule."""
    rules = pd.DataFrame(
        {
            "code": ["R1"],
            "place": ["everywhere"],
            "object_kind": ["component"],
            "class_code": ["01"],
            "role": ["owning"],
            "department_code": [OWNER],
            "valid_from": [makers.DAY],
        }
    )
    made = makers.Made(tmp_path_factory.mktemp("desk") / "town.gpkg")
    with makers.make(made.path, now=made.clock) as ws:
        makers.store(
            ws, areas=makers.areas(), grids=makers.grids(5), departments=BODIES,
            duty_rules=rules,
        )  # fmt: skip
    return made


@pytest.fixture
def town(made: makers.Made, tmp_path: Path) -> Workspace:
    return made.copied(tmp_path / "town.gpkg").open()


@pytest.fixture
def desk(town: Workspace) -> CaptureDesk:
    return CaptureDesk(town, who="li", radii={"01": 2.0})


def at(x: float, y: float = 50.0) -> shapely.Point:
    return shapely.Point(500_000 + x, 3_300_000 + y)


def manhole(x: float, y: float = 50.0, **attributes: object) -> Capture:
    return Capture(MANHOLE, at(x, y), Attributes(**attributes))  # type: ignore[arg-type]


def kinds(alerts: tuple[Alert, ...]) -> list[str]:
    return [a.kind for a in alerts]


def test_one_click_fills_everything_in(desk: CaptureDesk) -> None:
    placed = desk.place(manhole(50), on=DAY)
    row = desk.read(placed.code).iloc[0]
    said = row.drop(["geometry", "table_"]).dropna().to_dict()
    assert said == {
        "code": "32010201003000001",
        "class_code": MANHOLE,
        "name": "雨水井盖",
        "owning_code": OWNER,
        "grid_code": f"{makers.COMMUNITY}001",
        "state": "intact",
        "surveyed_on": DAY,
        "data_source": "surveyed",
        "accuracy_class": "A",
        "source": "census capture",
        "valid_from": DAY,
    }
    assert placed.alerts == ()
    assert row.geometry == at(50)
    assert placed.departments == {"owning": OWNER}
    assert desk.workspace.verify() == []


def test_points_lines_and_polygons_as_the_class_says(desk: CaptureDesk) -> None:
    rail = Capture(RAIL, shapely.LineString([(500_010, 3_300_010), (500_090, 3_300_020)]))
    green = Capture(GREEN, shapely.box(500_120, 3_300_020, 500_150, 3_300_060))
    placed = desk.place_all([manhole(5), rail, green], on=DAY)
    stored = desk.workspace.read("components").set_index("code")
    assert [stored.loc[p.code, "table_"] for p in placed] == [
        "components_point", "components_line", "components_polygon",
    ]  # fmt: skip
    assert [p.places["grid_code"][-3:] for p in placed] == ["001", "001", "002"]
    for wrong in (Capture(MANHOLE, rail.geometry), Capture(RAIL, at(5)), Capture(GREEN, at(5))):
        with pytest.raises(UnusableInput) as caught:
            desk.place(wrong, on=DAY)
        assert caught.value.problems[0].rule == "geometry.kind"
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(UnusableInput):
        desk.place(
            Capture(GREEN, shapely.transform(bow, lambda c: c + np.array([500_000, 3_300_000]))),
            on=DAY,
        )
    with pytest.raises(UsageError):
        desk.place(Capture("77777", at(5)), on=DAY)
    assert desk.workspace.count("components") == 3


def test_several_are_stored_together_or_not_at_all(desk: CaptureDesk) -> None:
    with pytest.raises(OutsideCity):
        desk.place_all([manhole(10), manhole(-90_000)], on=DAY)
    assert desk.workspace.count("components", at="all") == 0
    assert desk.workspace.counters("component:") == {}
    placed = desk.place_all([manhole(10 * i, 20) for i in range(1, 5)], on=DAY)
    assert len({p.code for p in placed}) == 4
    assert desk.steps.undo() is not None
    assert desk.workspace.count("components") == 0


def test_each_alert_and_its_one_key(desk: CaptureDesk) -> None:
    first = desk.place(manhole(50), on=DAY)
    twin = desk.place(manhole(51.5), on=DAY)
    assert kinds(twin.alerts) == ["twin"]
    assert twin.alerts[0].other == first.code
    assert [twin.alerts[0].action(k) for k in "KmXdq"] == ["keep", "merge", "drop", None, None]
    # Just out of the radius, another class, another radius: no question.
    assert desk.place(manhole(50, 52.01), on=DAY).alerts == ()
    assert desk.place(Capture("03005", at(50.5)), on=DAY).alerts == ()

    border = desk.place(manhole(199.7, 20), on=DAY)
    assert kinds(border.alerts) == ["border"]
    assert border.alerts[0].other.endswith("003")
    assert border.places["grid_code"].endswith("002")
    assert kinds(desk.place(manhole(200, 80), on=DAY).alerts) == ["border"]

    owner = desk.place(manhole(350, departments={"owning": ROADS}), on=DAY)
    assert kinds(owner.alerts) == ["owner"]
    assert owner.alerts[0].roles == {"owning": OWNER}
    desk.keep_rule(owner.code, owner.alerts[0], on=DAY)
    assert desk.read(owner.code)["owning_code"].iloc[0] == OWNER

    desk.area = SurveyArea("first grid", frozenset({f"{makers.COMMUNITY}001"}))
    assert kinds(desk.place(manhole(450), on=DAY).alerts) == ["outside"]
    assert desk.place(manhole(20, 20), on=DAY).alerts == ()
    assert all(a.text.en and a.text.zh for p in (twin, border, owner) for a in p.alerts)
    assert desk.workspace.verify() == []


def test_a_twin_is_merged_into_the_old_one(desk: CaptureDesk) -> None:
    old = desk.place(manhole(50), on=DAY)
    new = desk.place(manhole(50.5, note="cover broken"), on=NEXT)
    desk.merge(new.code, old.code, on=NEXT)
    stored = desk.workspace.read("components").set_index("code")
    assert list(stored.index) == [old.code]
    assert stored.loc[old.code, "note"] == "cover broken"
    assert stored.loc[old.code, "geometry"] == at(50)
    link = desk.workspace.lineage().iloc[-1]
    assert (link["parent"], link["child"], link["operation"]) == (new.code, old.code, "merge")
    step = desk.steps.undo()
    assert step is not None
    assert "merge" in step.name.en
    stored = desk.workspace.read("components").set_index("code")
    assert set(stored.index) == {old.code, new.code}
    assert pd.isna(stored.loc[old.code, "note"])
    assert desk.workspace.verify() == []


def test_a_code_is_never_given_again(desk: CaptureDesk) -> None:
    first = desk.place(manhole(50), on=DAY)
    assert desk.steps.undo() is not None
    assert desk.workspace.count("components") == 0
    assert desk.workspace.count("components", at=DAY) == 0
    again = desk.place(manhole(50), on=DAY)
    assert again.code != first.code
    assert again.alerts == ()
    desk.drop(again.code, on=DAY)
    assert desk.workspace.count("components") == 0
    desk.steps.undo()
    assert desk.workspace.read("components")["code"].tolist() == [again.code]
    desk.steps.undo()
    assert desk.steps.undo() is None
    assert desk.workspace.verify() == []


def test_a_change_keeps_the_past_and_can_be_taken_back_and_made_again(desk: CaptureDesk) -> None:
    code = desk.place(manhole(50), on=DAY).code
    for _ in range(2):
        desk.amend(code, {"state": "damaged", "geometry": at(250)}, on=NEXT)
        now, then = desk.read(code).iloc[0], desk.workspace.read("components", at=DAY).iloc[0]
        assert (now["state"], now["grid_code"][-3:], now["changed_on"]) == ("damaged", "003", NEXT)
        assert (then["state"], then["grid_code"][-3:], then["valid_to"]) == ("intact", "001", NEXT)
        assert desk.steps.undo() is not None
        back = desk.read(code).iloc[0]
        assert (back["state"], back["geometry"], back["valid_to"]) == ("intact", at(50), None)
        assert desk.workspace.verify() == []


def test_what_others_changed_since_is_not_taken_back(desk: CaptureDesk) -> None:
    code = desk.place(manhole(50), on=DAY).code
    with Workspace.open(desk.workspace.path) as other:
        CaptureDesk(other, who="wang").amend(code, {"note": "mine"}, on=DAY)
    with pytest.raises(ChangedSince):
        desk.steps.undo()
    assert desk.read(code)["note"].iloc[0] == "mine"
    assert len(desk.steps.done) == 1


def test_numbers_of_others_are_checked_and_used_once(desk: CaptureDesk) -> None:
    number = "3201020030000000001"
    placed = desk.place(
        manhole(50, manhole_number=f" {number[:4]} {number[4:]}", asset_number="A-7"), on=DAY
    )
    row = desk.read(placed.code).iloc[0]
    assert (row["manhole_number"], row["asset_number"]) == (number, "A-7")
    for wrong in ("123", number + "0", "x" * 19):
        with pytest.raises(UnusableInput) as caught:
            desk.place(manhole(90, manhole_number=wrong), on=DAY)
        assert caught.value.problems[0].rule == "number.manhole"
    with pytest.raises(UnusableInput) as caught:
        desk.place(manhole(90, manhole_number=number), on=DAY)
    assert caught.value.problems[0].rule == "number.used"
    assert placed.code in caught.value.problems[0].text("zh")
    # An asset number is its owner's own: once for each owner.
    for owner, asset, good in (("X", "A-7", True), ("X", "A-7", False), ("X", "A-8", True)):
        said = manhole(90 + len(asset), asset_number=asset, departments={"owning": owner})
        if good:
            desk.place(said, on=DAY)
            continue
        with pytest.raises(UnusableInput) as caught:
            desk.place(said, on=DAY)
        assert caught.value.problems[0].field == "asset_number"
    # Its own number is no other's; what is repeated leaves the numbers behind.
    desk.amend(placed.code, {"manhole_number": number, "note": "x"}, on=DAY)
    assert placed.attributes.repeated() == Attributes(accuracy_class="A")


def test_capacity_is_said_before_it_runs_out(desk: CaptureDesk) -> None:
    with desk.workspace.transaction("test") as tx:
        tx.mint(f"component:320102{MANHOLE}", 799_998)
    assert desk.place(manhole(50), on=DAY).alerts == ()
    alerts = desk.place(manhole(90), on=DAY).alerts
    assert kinds(alerts) == ["capacity"]
    assert "199,999" in alerts[0].text.en
    with desk.workspace.transaction("test") as tx:
        tx.mint(f"component:320102{MANHOLE}", 199_999)
    before = desk.workspace.count("components", at="all")
    with pytest.raises(UnusableInput):
        desk.place(manhole(20, 20), on=DAY)
    assert desk.workspace.count("components", at="all") == before


def test_the_city_is_read_anew_when_its_grids_or_rules_change(desk: CaptureDesk) -> None:
    desk.place(manhole(50), on=DAY)
    city = desk.city
    desk.place(manhole(20, 20), on=DAY)
    assert desk.city is city
    with Workspace.open(desk.workspace.path) as other, other.transaction("test") as tx:
        rules = other.read("duty_rules")
        tx.update("duty_rules", rules.assign(department_code=ROADS))
    assert desk.place(manhole(80, 80), on=DAY).departments["owning"] == ROADS


@pytest.mark.slow
def test_a_round_is_walked_from_neighbour_to_neighbour(desk: CaptureDesk) -> None:
    xs = [10, 400, 30, 60, 100]
    codes = [desk.place(manhole(x), on=DAY).code for x in xs]
    round_ = Resurvey(desk, "2026")
    assert len(round_.round) == 5
    here = round_.round.next(500_000, 3_300_050)
    assert here == codes[0]
    here = round_.confirm(here, on=NEXT)
    assert here == codes[2]
    here = round_.move(here, at(320), on=NEXT)
    assert here == codes[3]
    here = round_.gone(here, on=NEXT)
    assert here == codes[4]
    assert not_visited(desk.workspace, "2026")["code"].tolist() == [codes[4], codes[1]]
    here = round_.change(here, {"state": "damaged"}, on=NEXT)
    assert here == codes[1]
    assert round_.round.left == 1

    now = desk.workspace.read("components").set_index("code")
    assert codes[3] not in now.index
    assert now.loc[codes[2], "grid_code"].endswith("004")
    assert now.loc[codes[4], "state"] == "damaged"
    visits = desk.workspace.read("resurveys").set_index("component_code")
    assert visits["outcome"].to_dict() == {
        codes[0]: "confirmed", codes[2]: "moved", codes[3]: "gone", codes[4]: "changed",
    }  # fmt: skip
    assert set(visits["visited_by"]) == {"li"}

    # One key takes an outcome back, one gives another; a second round begins anew.
    for _ in range(2):
        step = desk.steps.undo()
        assert step is not None
        round_.undone(step)
    assert {codes[3], codes[4]} <= set(not_visited(desk.workspace, "2026")["code"])
    assert desk.read(codes[3])["valid_to"].iloc[0] is None
    round_.confirm(codes[3], on=NEXT)
    visits = desk.workspace.read("resurveys").set_index("component_code")
    assert visits.loc[codes[3], "outcome"] == "confirmed"
    assert len(not_visited(desk.workspace, "2027")) == 5
    assert desk.workspace.verify() == []


def test_the_next_is_the_nearest_open_one() -> None:
    """Against the plain rule, on points strewn at random."""
    from citygrid_core.census.resurvey import Round

    rng = np.random.default_rng(3)
    xy = rng.integers(0, 40, (60, 2)).astype(float)
    codes = [f"{i:03d}" for i in rng.permutation(60)]
    frame = gpd.GeoDataFrame({"code": codes}, geometry=shapely.points(xy), crs=makers.CRS)
    round_ = Round(frame, visited=codes[:5])
    left = dict(zip(codes[5:], xy[5:], strict=True))
    x, y = 20.0, 20.0
    while left:
        expected = min(left, key=lambda c: (np.hypot(*(left[c] - (x, y))), c))
        assert round_.next(x, y) == expected
        x, y = left.pop(expected)
        round_.mark(expected)
    assert round_.next(x, y) is None
    assert round_.left == 0
    assert len(round_.not_visited()) == 0
