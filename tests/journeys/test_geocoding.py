"""Journeys: from an address to a grid and an owner. Pictures go to ``out/journeys``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.addresses import as_text, geocode
from citygrid_core.operations.geocode.gazetteer import gazetteer
from citygrid_core.operations.geocode.review import review_rows
from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit
from tests.journeys.test_answers import show


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_from_an_address_to_a_grid(
    locale: str, own_city: Path, small_city: Path, tmp_path: Path, gallery: Path
) -> None:
    typed = pd.read_csv(small_city / "addresses.csv", dtype=str)["address"]
    with Workspace.open(own_city) as ws:
        answers = gazetteer(ws).geocode(typed)
        city = City(ws)
        _ = city.places  # read while the store is open
        number = (answers["outcome"] == "ambiguous") & (answers["candidates"].str.len() > 1)
        asked = {
            "accepted": typed[
                (answers["outcome"] == "accepted") & (answers["level"] == "plate")
            ].iloc[0],
            "ambiguous": typed[number].iloc[0],
            "rejected": "北京市海淀区中关村大街1号",
        }
        truth = {name: answers[typed == a].iloc[0] for name, a in list(asked.items())[:2]}
    went = visit(
        "geocode.py",
        tmp_path / "visit",
        locale=locale,
        workspace=own_city,
        addresses=json.dumps(asked),
        class_code="01004",
    ).check()
    show(went, gallery, locale)
    said = went.said
    told = said["told"]
    assert {name: t["outcome"] for name, t in told.items()} == {n: n for n in asked}
    for name, row in truth.items():
        places = told[name]["places"]
        assert [p[0] for p in places] == [c["code"] for c in row["candidates"]]
        assert told[name]["pins"] == len(places)
        # The pieces are the typed text, nothing lost and nothing added.
        assert "".join(s[0] for s in told[name]["spans"]) == asked[name]
        x, y = places[0][2:4]
        grid = city.locate([x], [y])["grid_code"].iloc[0]
        assert grid in told[name]["card"].values()
    assert told["rejected"]["places"] == []
    assert told["rejected"]["card"] == {}
    # The second candidate: its own grid, and the departments there.
    second = told["ambiguous"]["places"][1]
    assert said["place"] == second[0]
    grid = city.locate([second[2]], [second[3]])["grid_code"].iloc[0]
    assert grid in said["second"].values()
    assert ("养护" if locale.startswith("zh") else "maintaining") in said["second"]
    # The search box offers it and the dock shows what was taken.
    assert said["picked"] == asked["accepted"]
    assert any(told["accepted"]["places"][0][1] in row for row in said["search"])
    print("an address takes (ms):", said["milliseconds"])


def test_unresolved_addresses_are_decided_beside_the_map(
    own_city: Path, small_city: Path, tmp_path: Path, gallery: Path
) -> None:
    typed = pd.read_csv(small_city / "addresses.csv", dtype=str)
    with Workspace.open(own_city) as ws:
        answers = geocode(ws, typed["address"])
        doubtful = answers[answers["outcome"] == "ambiguous"].index[:1]
        lost = answers[answers["outcome"] == "rejected"].index[:2]
        good = typed["address"][(answers["level"] == "plate") & (answers["outcome"] == "accepted")]
        rows = doubtful.append(lost)
        whole = pd.concat([typed.loc[rows], as_text(answers.loc[rows])], axis=1)
        review = tmp_path / "review.csv"
        review_rows(whole).to_csv(review, index=False, encoding="utf-8-sig")
        put = ws.read("grids").iloc[7].geometry.representative_point()
    decided = tmp_path / "decided.csv"
    went = visit(
        "review.py",
        tmp_path / "visit",
        workspace=own_city,
        review=review,
        output=decided,
        wrong="樱花谷大道65号",
        corrected=good.iloc[0],
        put=json.dumps([put.x, put.y]),
    ).check()
    show(went, gallery, "zh-Hans")
    said = went.said
    assert (said["first"], said["second"], said["still"], said["third"]) == (0, 1, 1, 2)
    assert said["alias"]
    # The pin was dragged 20 m east and 10 m north, to a pixel.
    x, y = map(float, said["put"])
    assert abs(x - put.x - 20.0) < 1.5
    assert abs(y - put.y - 10.0) < 1.5
    assert not said["cleared"]
    with decided.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [r["decided_by"] for r in found] == ["candidate", "corrected", "point"]
    assert {r["outcome"] for r in found} == {"accepted"}
    with Workspace.open(own_city) as ws:
        place = City(ws).locate([float(found[2]["x"])], [float(found[2]["y"])])
        assert found[2]["grid_code"] == place["grid_code"].iloc[0]
        assert ws.verify() == []
