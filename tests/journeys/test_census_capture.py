"""The component census in a real QGIS, by keys and mouse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit


def facts_of(city: Path) -> dict[str, Any]:
    """An empty spot inside a grid, a border between two grids, an owner that no rule names."""
    with Workspace.open(city) as ws:
        grids, components = ws.read("grids"), ws.read("components")
        departments = ws.read("departments", geometry=False)
        areas = ws.read("areas", geometry=False)
    points = shapely.point_on_surface(components.geometry.to_numpy())
    rng = np.random.default_rng(7)
    best = (0.0, 0.0, 0.0)
    tree = shapely.STRtree(points)
    for cell in grids.geometry:
        x0, y0, x1, y1 = cell.bounds
        for x, y in rng.uniform((x0, y0), (x1, y1), (12, 2)):
            spot = shapely.Point(x, y)
            if cell.contains(spot):
                near = tree.nearest(spot)
                room = min(cell.exterior.distance(spot), points[near].distance(spot), 24.0)
                best = max(best, (room, float(round(x, 2)), float(round(y, 2))))
    _, x, y = best
    home = grids[grids.contains(shapely.Point(x, y))].iloc[0]
    edge = None
    for _, other in grids.iterrows():
        shared = home.geometry.intersection(other.geometry)
        if other["code"] != home["code"] and shared.length > 20:
            lines = shapely.get_parts(shapely.line_merge(shared))
            line = max(lines, key=lambda one: one.length)
            edge = line.interpolate(0.5, normalized=True)
            break
    assert edge is not None
    used = set(components["owning_code"].dropna())
    free = departments[~departments["code"].isin(used)].iloc[0]
    others = areas[(areas["level"] == "community") & (areas["code"] != home["community_code"])]
    return {
        "x": x, "y": y, "border_x": edge.x, "border_y": edge.y, "twin_dx": 0.35, "twin_dy": 0,
        "other_owner": free["name"], "other_owner_code": free["code"],
        "other_community": others["code"].iloc[0], "grid": home["code"],
    }  # fmt: skip


def disagree(city: Path, near: shapely.Point) -> tuple[str, shapely.Point]:
    """Leave a conflict of a pack: a team has a component 3 m from where the workspace has it."""
    with Workspace.open(city) as ws:
        held = ws.read("components", where={"class_code": "01037"})
        one = held.loc[[held.geometry.distance(near).idxmin()]].iloc[0]
        theirs = shapely.Point(one.geometry.x + 3, one.geometry.y)
        row = {
            "code": "C1", "pack_code": "P1", "component_code": one["code"], "kind": "geometry",
            "field": "geometry", "base": one.geometry.wkt, "mine": one.geometry.wkt,
            "theirs": theirs.wkt, "found_on": "2026-01-01", "state": "open",
        }  # fmt: skip
        with ws.transaction("test") as tx:
            tx.insert("pack_conflicts", pd.DataFrame([row], dtype=object))
    return str(one["code"]), theirs


def looked_at(folder: Path, gallery: Path, locale: str) -> None:
    for file in folder.glob("census_*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")


@pytest.mark.parametrize("locale", ["zh-Hans", pytest.param("en", marks=pytest.mark.long)])
def test_a_surveyors_hour(locale: str, own_city: Path, tmp_path: Path, gallery: Path) -> None:
    facts = facts_of(own_city)
    disputed, theirs = disagree(own_city, shapely.Point(facts["border_x"] + 30, facts["border_y"]))
    with Workspace.open(own_city) as ws:
        before = set(ws.read("components", geometry=False)["code"])
    went = visit(
        "census.py", tmp_path / "visit", locale=locale, workspace=own_city, part="all", **facts
    ).check()
    looked_at(went.folder, gallery, locale)
    said, zh = went.said, locale.startswith("zh")

    # Typing finds the class, also with one letter wrong.
    assert said["offered"][0] == "01003"
    # Twenty components of six classes; each repeated one took one key and one drawing.
    codes = said["codes"]
    assert len(codes) == len(set(codes)) == 20
    assert said["stored_by_one_key_and_one_drawing"] == [1] * 14
    with Workspace.open(own_city) as ws:
        assert ws.verify() == []
        now = ws.read("components").set_index("code")
        ever = ws.read("components", at="all").set_index("code")
        visits = ws.read("resurveys").set_index("component_code")["outcome"]
        findings = ws.read("findings").set_index("finding")
        photos = ws.read("attachments")
        lineage = ws.lineage()
    placed = ever.loc[codes]
    assert set(placed.geometry.geom_type) == {"Point", "MultiLineString", "MultiPolygon"}
    assert set(placed["class_code"]) == {"01003", "01037", "03005", "04002", "02017", "04013"}
    assert set(placed["grid_code"]) == {facts["grid"]}
    assert placed[["supervising_code", "surveyed_on", "accuracy_class"]].notna().all(axis=None)
    assert before < set(ever.index)

    # Every question was asked, and one key answered it.
    words = (
        ("判重", "误差", "责任规则", "普查范围")
        if zh
        else ("radius", "off by", "rules name", "survey area")
    )
    for kind, word in zip(("twin", "border", "owner", "outside"), words, strict=True):
        assert word in said["alerts"][kind], kind
    gone, kept = said["merged"]
    assert gone not in now.index
    assert kept in ever.index
    assert (gone, kept) in set(zip(lineage["parent"], lineage["child"], strict=True))
    assert said["after_merge"] == kept
    assert not said["banner_after"]
    assert said["border_code"] in now.index
    assert not said["kept"]
    assert said["owner_given"] == facts["other_owner_code"]
    assert said["owner_by_rule"] != facts["other_owner_code"]
    assert now.loc[said["owner_code"], "owning_code"] == said["owner_by_rule"]
    assert said["dropped"] not in now.index

    # One key takes back; the code is used up.
    assert said["undone"] not in now.index
    assert said["undone"] in ever.index
    assert said["again"] in now.index
    assert said["again"] != said["undone"]

    # A picture dropped on the dock went to the component placed last.
    assert photos["component_code"].tolist() == [said["photographed"]], said["photo_said"]
    assert (own_city.parent / photos["path"].iloc[0]).is_file()

    # The second look: every outcome by its key; what was taken back is open again.
    outcome = {"1": "confirmed", "2": "moved", "3": "gone", "4": "changed"}
    for code, key in said["visited"]:
        assert visits[code] == outcome[key]
        assert (code in now.index) == (key != "3")
    assert said["left"] == said["round"] - len(said["visited"])
    assert visits[said["back_to"][0]] == "withdrawn"
    assert said["back_to"][0] == said["back_to"][1]

    # Findings: one by one, one accepted with its reason.
    assert said["left_open"] == said["findings"] - 1
    accepted = findings.loc[said["accepted"]]
    assert (accepted["state"], accepted["reason"]) == ("accepted", "seen on the spot")

    # A conflict of a pack, seen on both sides, decided by one key.
    assert (said["conflicts"], said["conflicts_left"]) == (1, 0)
    assert now.loc[disputed].geometry.distance(theirs) < 0.001

    # The leader sees what was done today.
    assert sum(int(row[2]) for row in said["people"]) >= 20


def test_a_placed_component_survives_a_kill(own_city: Path, tmp_path: Path) -> None:
    went = visit(
        "census.py", tmp_path / "visit", workspace=own_city, part="kill", **facts_of(own_city)
    )
    assert went.exit_code != 0
    assert len(went.said["codes"]) == 5
    with Workspace.open(own_city) as ws:
        assert ws.verify() == []
        assert set(went.said["codes"]) <= set(ws.read("components", geometry=False)["code"])
