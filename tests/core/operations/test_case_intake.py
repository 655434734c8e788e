"""A report taken in: what is told of it at once, what is stored, what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.intake import IntakeDesk, Reported
from citygrid_core.operations.cases.photos import attach_case_photos, photos_of_case
from citygrid_core.operations.cases.steps import advance_cases, legal_steps
from citygrid_core.operations.cases.twins import near_one
from citygrid_core.operations.census.photo_files import folder_of
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid

LIMITS = "环节,对象,类别代码,时限,单位\nhandle,部件,,2,work_day\nhandle,事件,,10,urgent_hour\n"
AT, CALLED = "2026-03-02T09:30:00", "2026-03-02T09:20:00"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, whole: tuple[Path, dict[str, Report]]) -> Path:
    folder = tmp_path_factory.mktemp("intake")
    shutil.copy(whole[0], folder / "city.gpkg")
    (folder / "limits.csv").write_text(LIMITS, "utf-8")
    with Workspace.open(folder / "city.gpkg") as ws:
        import_limits(ws, folder / "limits.csv", on="2025-01-01")
    return folder / "city.gpkg"


@pytest.fixture
def desk(town: Path, tmp_path: Path) -> Iterator[IntakeDesk]:
    path = tmp_path / "city.gpkg"
    shutil.copy(town, path)
    with Workspace.open(path) as ws:
        yield IntakeDesk(ws, who="受理员")


def manhole(desk: IntakeDesk) -> tuple[str, str, float, float]:
    """Code, class, and place of a component that lies far from its grid's border."""
    held = desk.workspace.read("components")
    held = held[held.geometry.geom_type == "Point"]
    for one in held.itertuples():
        border = desk.city.cells.border_distance([one.geometry.x], [one.geometry.y], within=50.0)
        if border.other[0] < 0 or border.distance[0] > 25:
            return one.code, one.class_code, one.geometry.x, one.geometry.y
    raise AssertionError("no component in the middle of a grid")


def test_everything_is_told_at_once_and_then_stored(desk: IntakeDesk, tmp_path: Path) -> None:
    code, kind, x, y = manhole(desk)
    said = Reported(
        kind, CALLED, "component", x=x + 2, y=y, component_code=code,
        description="井盖破损，请联系13812345678", reporter="王先生", phone="13987654321",
    )  # fmt: skip
    look = desk.look(said, AT)
    assert look.places["grid"][0][:12] == look.places["community"][0]
    assert look.places["street"][1]
    assert look.duty["handling_code"]
    assert "处置" in look.duty["reasons"]
    assert (look.limit["value"], look.limit["unit"]) == (2, "work_day")
    assert look.limit["due_at"] == "2026-03-04T09:30:00"  # Monday, and two working days on
    assert look.components.iloc[0].tolist() == [code, look.components.iloc[0]["name"], 2.0]
    assert not look.register  # the public's reports are verified first
    assert look.problems == []
    assert (look.case["x"], look.case["y"]) == pytest.approx((x + 2, y), abs=1e-3)
    alone = desk.look(Reported(kind, CALLED, "component", component_code=code), AT)
    assert (alone.case["x"], alone.case["location_method"]) == (
        pytest.approx(x, abs=1e-3),
        "component",
    )
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    ws = desk.workspace
    before = ws.count("cases"), ws.count("case_log")
    assert desk.store(said, AT, dry_run=True).number
    assert (ws.count("cases"), ws.count("case_log")) == before
    taken = desk.store(said, AT, photos=[tmp_path / "a.jpg", tmp_path / "b.jpg"])
    row = ws.read("cases", where={"number": taken.number}).iloc[0]
    assert taken.stage == row["stage"] == "collected"
    assert row["description"] == "井盖破损，请联系138******78"
    assert row["note"] == "反映人 王** 139******21"
    assert row["handling_code"] == look.duty["handling_code"]
    assert (row["grid_code"], row["component_code"]) == (look.places["grid"][0], code)
    log = ws.read("case_log", where={"number": taken.number})
    assert log[["step", "at", "who", "after"]].values.tolist() == [
        ["collect", CALLED, "受理员", "collected"]
    ]
    assert [p.rule for p in taken.problems] == ["photo.unreadable"]
    (photo,) = photos_of_case(ws, taken.number)
    assert photo.read_bytes() == (tmp_path / "a.jpg").read_bytes()
    Image.new("RGB", (8, 8), "green").save(tmp_path / "c.jpg")
    kept = sorted(folder_of(ws).rglob("*"))
    tried = attach_case_photos(ws, taken.number, [tmp_path / "c.jpg"], dry_run=True)
    assert (tried.dry_run, tried.stored) == (True, 1)
    assert desk.store(said, AT, photos=[tmp_path / "c.jpg"], dry_run=True).problems == []
    assert photos_of_case(ws, taken.number) == [photo]
    assert sorted(folder_of(ws).rglob("*")) == kept
    again = attach_case_photos(ws, taken.number, [tmp_path / "a.jpg"])
    assert (again.read, again.unchanged, again.stored) == (1, 1, 0)
    assert "send_verify" in [s.name for s in legal_steps(ws, taken.number, AT)]
    assert ws.verify() == []


def test_a_collectors_report_is_registered_and_linked(desk: IntakeDesk) -> None:
    _, kind, x, y = manhole(desk)
    said = Reported(kind, CALLED, "component", source="collector", x=x, y=y)
    first = desk.store(said, AT, register=True)
    assert first.stage == "registered"
    later = Reported(kind, "2026-03-02T10:00:00", "component", source="collector", x=x + 5, y=y)
    look = desk.look(later, "2026-03-02T10:05:00")
    twin = look.twins.iloc[0]
    assert (twin["number"], twin["metres"], twin["hours"]) == (first.number, 5.0, -0.67)
    second = desk.store(later, "2026-03-02T10:05:00", register=True, twin_of=first.number)
    ws = desk.workspace
    assert near_one(ws, second.number)["number"].tolist() == [first.number]
    row = ws.read("cases", where={"number": second.number}).iloc[0]
    assert row["duplicate_of"] == first.number
    log = ws.read("case_log", where={"number": second.number}).sort_values("seq")
    assert log["step"].tolist() == ["collect", "link", "register"]
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1
    void = {"number": second.number, "step": "void", "at": "2026-03-02T10:06:00", "reason": "误录"}
    assert advance_cases(ws, pd.DataFrame([void])).stored == 1
    assert ws.read("cases", where={"number": second.number})["stage"].iloc[0] == "void"
    third = desk.look(later, "2026-03-02T10:07:00").twins["number"].tolist()
    assert third == [first.number]  # nobody repeats what is void
    with pytest.raises(UsageError):
        desk.store(said, AT, twin_of="nobody")


def test_an_address_that_nobody_knows_is_no_position(desk: IntakeDesk) -> None:
    said = Reported("暴露垃圾", CALLED, address="天堂路9999号")
    look = desk.look(said, AT)
    assert "x" not in look.case
    assert (look.places, look.duty["waits"], len(look.twins)) == ({}, "place", 0)
    taken = desk.store(said, AT)
    row = desk.workspace.read("cases", where={"number": taken.number}).iloc[0]
    assert (row["location_method"], row["grid_code"]) == ("none", None)


def test_what_contradicts_itself_is_told(desk: IntakeDesk) -> None:
    code, kind, x, y = manhole(desk)
    own = desk.look(Reported(kind, CALLED, "component", x=x, y=y), AT).places["grid"][0]
    others = desk.city.grids["code"]
    other = str(others[others != own].iloc[0])
    wrong = next(c for c in desk.edition.component_classes.index if c != kind)
    look = desk.look(
        Reported(wrong, CALLED, "component", x=x, y=y, component_code=code, given_grid_code=other),
        AT,
    )
    assert sorted(p.rule for p in look.problems) == ["case.component", "case.grid"]
    assert look.places["grid"][0] == own  # the position is believed
    for said, rule in (
        (Reported(kind, "2026-03-02T09:31:00", "component", x=x, y=y), "case.future"),
        (Reported("没有的类别", CALLED, x=x, y=y), "case.class"),
        (Reported(kind, CALLED, "component", x=x + 1e6, y=y), "position.outside"),
        (Reported(kind, CALLED, "component"), "position.missing"),
    ):
        with pytest.raises(UnusableInput) as refused:
            desk.look(said, AT)
        assert rule in [p.rule for p in refused.value.problems]
    count = desk.workspace.count("cases")
    public = Reported(kind, CALLED, "component", x=x, y=y)
    with pytest.raises(UnusableInput, match="verified on site first"):
        desk.store(public, AT, register=True)
    assert desk.workspace.count("cases") == count


def test_the_command_takes_a_report_in(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    shutil.copy(town, path)
    with Workspace.open(path) as ws:
        spot = ws.read("grids").geometry.iloc[0].representative_point()
    words = ["cases", "intake", path, "--class", "暴露垃圾", "--point", f"{spot.x},{spot.y}",
             "--source", "collector", "--reported", CALLED, "--at", AT, "--register",
             "--description", "一堆垃圾", "--who", "甲"]  # fmt: skip
    Image.new("RGB", (8, 8), "blue").save(tmp_path / "a.png")
    done = citygrid(*words, "--photo", tmp_path / "a.png", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert (said["read"], said["stored"], said["stage"]) == (1, 1, "registered")
    assert said["limit"]["unit"] == "urgent_hour"
    shown = citygrid("cases", "show", path, said["number"], "--json")
    assert json.loads(shown.stdout)["photos"]
    again = citygrid(*words, "--dry-run", lang="zh")
    assert said["number"] in again.stdout  # its twin
    assert "一堆垃圾" not in again.stderr
    refused = citygrid(*words[:4], "没有", *words[5:])
    assert refused.returncode == 3
