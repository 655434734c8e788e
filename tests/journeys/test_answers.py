"""Journeys: who answers here. Pictures go to ``out/journeys`` for people to look at."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely

from citygrid_core.operations.city import City
from citygrid_core.operations.responsibility.audit import audit_duties
from citygrid_core.responsibility import near_point
from citygrid_core.workspace import Workspace
from tests.journeys.desk import Visit, visit

CLASS = "01004"


def show(went: Visit, gallery: Path, locale: str) -> None:
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")


def places(path: Path) -> dict[str, dict[str, Any]]:
    """One place for each kind of answer, found by the core itself."""
    with Workspace.open(path) as ws:
        city = City(ws)
        grid = city.grids.iloc[5]
        inside = grid.geometry.representative_point()
        found = {"one": {"x": inside.x, "y": inside.y, "class_code": CLASS}}
        _, audit = audit_duties(ws)
        for outcome in ("several", "none"):
            row = audit[audit["outcome"] == outcome].iloc[0]
            point = row.geometry.representative_point()
            found[outcome] = {
                "x": point.x, "y": point.y, "class_code": row["class_code"],
                "object_kind": row["object_kind"],
            }  # fmt: skip
        found["near"] = near(city)
    return found


def near(city: City) -> dict[str, Any]:
    """A place two metres from where another body answers."""
    for class_code in ("02001", "01001", "03001", CLASS):
        for shape in city.grids.geometry.to_numpy():
            ring = shapely.boundary(shape)
            for share in (0.1, 0.35, 0.6, 0.85):
                edge = shapely.line_interpolate_point(ring, share, normalized=True)
                spot = shapely.buffer(edge, 2.0).intersection(shape).representative_point()
                place = city.points([spot.x], [spot.y]).iloc[0]
                asked: dict[str, Any] = {"object_kind": "component", "class_code": class_code}
                said = city.duties.answer(
                    spot.x, spot.y, grid_code=place["grid_code"] or "", **asked
                )
                got = near_point(
                    city.duties, spot.x, spot.y, said, city.cells, accuracy=3.0, **asked
                )
                if got.flagged and said.outcome == "one":
                    return {"x": spot.x, "y": spot.y, "class_code": class_code}
    raise AssertionError("no border of the sample city divides two owners")


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_who_answers_here(locale: str, own_city: Path, tmp_path: Path, gallery: Path) -> None:
    zh = locale.startswith("zh")
    asked = places(own_city)
    asked["one"]["role"] = "养护" if zh else "maintaining"
    went = visit(
        "answers.py",
        tmp_path / "visit",
        locale=locale,
        workspace=own_city,
        places=json.dumps(asked),
        old_class=CLASS,
        old_day="2025-03-01",
    ).check()
    show(went, gallery, locale)
    said = went.said
    with Workspace.open(own_city) as ws:
        city = City(ws)
        grid = city.grids.iloc[5]["code"]
        names = city.departments.set_index("code")["name"]
        for name, place in asked.items():
            card = said["cards"][name]
            kind = "component"
            where = city.points([place["x"]], [place["y"]]).iloc[0]
            if place["class_code"] != card["class"]:
                raise AssertionError((name, place, card["class"]))
            truth = city.duties.answer(
                place["x"], place["y"], object_kind=kind, class_code=place["class_code"],
                grid_code=where["grid_code"],
            )  # fmt: skip
            if name in ("one", "near"):
                assert {r: tuple(c) for r, c in card["bodies"].items()} == truth.bodies
            for codes in card["bodies"].values():
                for code in codes:
                    assert names[code] in " ".join(card["facts"].values())

    # The cell under the mouse, the place under the click.
    assert grid in said["tip"]
    assert said["place_outcome"] == "place"
    assert grid in said["place"].values()
    # Each kind of answer says what it is, and only unclear ones can be co-ordinated.
    kinds = {name: card["outcome"] for name, card in said["cards"].items()}
    assert kinds == {"one": "one", "several": "several", "none": "none", "near": "one"}
    assert said["cards"]["near"]["near"]
    assert {n: c["dispute"] for n, c in said["cards"].items()} == {
        "one": False, "several": True, "none": True, "near": True,
    }  # fmt: skip
    assert ("精度" if zh else "accurate") in said["cards"]["near"]["headline"]
    # Pins.
    assert [text.split()[0] for text in said["pins"]] == ["1", "2", "3", "4"]
    assert (said["again"], said["left"]) == (CLASS, 3)
    assert grid in said["copied"]
    assert "ZR" in said["copied"]
    # Another day has another body, and says who that is today.
    assert said["at"] == "2025-03-01"
    assert said["tool_off"]
    assert set(said["milliseconds"]) == set(asked)
    print("a card takes (ms):", said["milliseconds"], "of the thread:", said["cpu_milliseconds"])


def test_an_unclear_answer_becomes_a_rule(own_city: Path, tmp_path: Path, gallery: Path) -> None:
    place = places(own_city)["several"]
    with Workspace.open(own_city) as ws:
        city = City(ws)
        where = city.points([place["x"]], [place["y"]]).iloc[0]
        said = city.duties.answer(
            place["x"], place["y"], object_kind=place["object_kind"],
            class_code=place["class_code"], grid_code=where["grid_code"],
        )  # fmt: skip
        role, bodies = next((r, b) for r, b in said.bodies.items() if len(b) > 1)
    went = visit(
        "disputes.py",
        tmp_path / "visit",
        workspace=own_city,
        place=json.dumps(place),
        reason="two bodies claim it",
        department=bodies[1],
    ).check()
    show(went, gallery, "zh-Hans")
    told = went.said
    assert told["before"] == "several"
    assert [len(told[s]) for s in ("proposed", "contested", "decided")] == [1, 1, 1]
    assert not told["may_confirm"]
    assert told["steps"] == 3
    # The store holds the decision as a rule; the card follows, and offers it as a precedent.
    with Workspace.open(own_city) as ws:
        dispute = ws.read("duty_disputes").iloc[0]
        assert (dispute["state"], dispute["department_code"]) == ("decided", bodies[1])
        assert dispute["role"] == role
        assert ws.verify() == []
    assert told["bodies"][role] == [bodies[1]]
    assert "先例" in told["sections"]


def test_a_rule_drawn_in_qgis_comes_into_the_journal(
    own_city: Path, tmp_path: Path, gallery: Path
) -> None:
    with Workspace.open(own_city) as ws:
        at = ws.read("grids").iloc[7].geometry.representative_point()
        body = ws.read("departments", geometry=False).iloc[-1]
    corners = [[at.x, at.y], [at.x + 40, at.y], [at.x + 40, at.y + 30], [at.x, at.y + 30]]
    went = visit(
        "adopt.py",
        tmp_path / "visit",
        workspace=own_city,
        corners=json.dumps(corners),
        department=body["code"],
        class_code=CLASS,
    ).check()
    show(went, gallery, "zh-Hans")
    said = went.said
    assert said["filled"]["place"] == "polygon"
    assert said["filled"]["completers"] > 0
    assert "请先保存编辑" in said["unsaved"][0]
    code = said["filled"]["code"]
    assert said["seen"] == {"rows": [["责任规则", "新增", code]], "faults": [], "may": True}
    # The journal has it, and the city is asked by it at once.
    with Workspace.open(own_city) as ws:
        assert ws.verify() == []
        city = City(ws)
        x, y = at.x + 20, at.y + 15
        place = city.points([x], [y]).iloc[0]
        answer = city.duties.answer(
            x, y, object_kind="component", class_code=CLASS, grid_code=place["grid_code"]
        )
    assert answer.bodies["handling"] == (body["code"],)
