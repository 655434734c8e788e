"""The command line on a city with duties: who answers, what is unclear, what would change."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.tables.datum import convert
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, drawn: Path) -> Path:
    path = tmp_path_factory.mktemp("doors") / "city.gpkg"
    shutil.copy(drawn, path)
    return path


def inside(city: Path) -> str:
    with Workspace.open(city) as ws:
        spot = ws.read("grids").geometry.iloc[0].representative_point()
    return f"{spot.x},{spot.y}"


def test_lookup_explains_who_answers_by_which_document(city: Path) -> None:
    point = inside(city)
    done = citygrid("lookup", city, "--point", point, "--class", "路灯", "--explain", lang="zh")
    assert done.returncode == 0, done.stderr
    assert "路灯管理所" in done.stdout
    assert "云城管〔" in done.stdout  # the document of the rule that won
    said = json.loads(
        citygrid("lookup", city, "--point", point, "--class", "01037", "--json").stdout
    )
    assert said["duty_outcome"] == "one"
    assert said["grid_code"][:12] == said["community_code"]


def test_lookup_says_how_near_the_border_is(city: Path) -> None:
    """A point a hair from an edge, with a phone's error of 3 m: the neighbour is named."""
    with Workspace.open(city) as ws:
        grids = ws.read("grids")
    inner = grids.geometry.iloc[0].buffer(-0.5).exterior.coords[0]
    point = f"{inner[0]},{inner[1]}"
    said = json.loads(citygrid("lookup", city, "--point", point, "--accuracy", 3, "--json").stdout)
    assert said["border_m"] < 3
    assert 0 < said["other_probability"] < 1


def test_the_reason_chain_tells_the_history_of_the_grid(city: Path, tmp_path: Path) -> None:
    copy = tmp_path / "city.gpkg"
    shutil.copy(city, copy)
    with Workspace.open(copy) as ws:
        grid = ws.read("grids").iloc[0]
    x0, y0, x1, y1 = grid.geometry.bounds
    line = f"LINESTRING ({x0 - 5} {(y0 + y1) / 2}, {x1 + 5} {(y0 + y1) / 2})"
    done = citygrid(
        "grids", "split", copy, grid["code"], "--line", line,
        "--at", "2026-06-01", "--reason", "道路改造", "--document", "云城管〔2026〕9号",
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    point = inside(copy)
    args = ("lookup", copy, "--point", point, "--class", "路灯", "--explain")
    assert "自 2026-06-01 起有效" not in citygrid(*args, "--at", "2026-05-01", lang="zh").stdout
    with Workspace.open(copy) as ws:
        child = ws.read("grids", where={"valid_from": "2026-06-01"}).iloc[0]
    spot = child.geometry.representative_point()
    args = ("lookup", copy, "--point", f"{spot.x},{spot.y}", "--class", "路灯", "--explain")
    said = citygrid(*args, lang="zh").stdout
    assert f"{child['code']} 由 {grid['code']} 于 2026-06-01 拆分而来" in said
    assert "云城管〔2026〕9号" in said


@pytest.mark.parametrize(
    ("wrong", "evidence"),
    [("swapped", "swapped axes"), ("degrees", "degrees"), ("gcj02", "GCJ-02"), ("away", "check")],
)
def test_one_point_in_wrong_coordinates_is_suspected(city: Path, wrong: str, evidence: str) -> None:
    with Workspace.open(city) as ws:
        areas = ws.read("areas")
        crs = ws.crs
    whole = areas[areas["level"] == "county"].union_all()
    # A corner of the city from which the shift of a datum leads out of it.
    x0, _, x1, y1 = whole.bounds
    spot = shapely.intersection(whole, shapely.box(x0, y1 - 60, x1, y1)).representative_point()
    lon, lat = gpd.GeoSeries([spot], crs=crs).to_crs(4490).iloc[0].coords[0]
    if wrong == "swapped":
        x, y = spot.y, spot.x
    elif wrong == "degrees":
        x, y = lon, lat
    elif wrong == "gcj02":
        away = convert(np.array([lon]), np.array([lat]), "cgcs2000", "gcj02")
        x, y = gpd.GeoSeries(gpd.points_from_xy(*away), crs=4490).to_crs(crs).iloc[0].coords[0]
        if shapely.intersects_xy(whole, x, y):
            pytest.skip("the shift leads into the city")
    else:
        x, y = spot.x + 1e5, spot.y
    done = citygrid("lookup", city, "--point", f"{x},{y}", "--class", "01001", "--explain")
    assert "outside the city" in done.stdout, done.stderr
    assert evidence in done.stdout


def test_bad_rules_are_set_aside_each_with_its_reason(city: Path, tmp_path: Path) -> None:
    copy = tmp_path / "city.gpkg"
    shutil.copy(city, copy)
    with Workspace.open(copy) as ws:
        body = ws.read("departments")["code"].iloc[0]
        held = len(ws.read("duty_rules", at="all"))
    rows = {
        "department_code": {"department_code": "没有的局"},
        "class_code": {"class_code": "77777"},
        "place_code": {"place": "area", "place_code": "999999"},
        "valid_to": {"valid_from": "2026-06-01", "valid_to": "2026-01-01"},
        "good": {},
    }
    good = {"place": "everywhere", "role": "handling", "department_code": body}
    file, rejects = tmp_path / "rules.csv", tmp_path / "rejects.csv"
    pd.DataFrame([{"code": f"B{i}", **good, **r} for i, r in enumerate(rows.values())]).to_csv(
        file, index=False
    )
    done = citygrid("duties", "import", copy, file, "--rejects", rejects, "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert (said["read"], said["stored"], said["rejected"]) == (5, 1, 4)
    assert [p["field"] for p in said["problems"]] == list(rows)[:4]
    assert all(p["row"] == i + 2 and p["zh"] for i, p in enumerate(said["problems"]))
    assert len(pd.read_csv(rejects)) == 4
    with Workspace.open(copy) as ws:
        assert len(ws.read("duty_rules", at="all")) == held + 1


def test_departments_that_succeed_one_another_in_a_circle_are_refused(
    city: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "city.gpkg"
    shutil.copy(city, copy)
    with Workspace.open(copy) as ws:
        two = ws.read("departments").iloc[:2]
    frame = pd.DataFrame(
        {
            "code": two["code"],
            "name": two["name"],
            "successor_code": two["code"].to_numpy()[::-1],
            "valid_to": ["2026-01-01"] * 2,
        }
    )
    file = tmp_path / "departments.csv"
    frame.to_csv(file, index=False)
    done = citygrid("departments", "import", copy, file, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["rejected"] == 2
    assert {p["rule"] for p in said["problems"]} == {"department.circle"}
    assert "成环" in done.stdout or "→" in done.stdout


def test_audit_lists_blanks_and_overlaps(city: Path, tmp_path: Path) -> None:
    layer = tmp_path / "audit.gpkg"
    done = citygrid("duties", "audit", city, "--at", "2025-06-01", "-o", layer, "--json")
    assert done.returncode == 1, done.stderr + done.stdout
    said = json.loads(done.stdout)
    assert said["none"] > 0
    assert said["several"] > 0
    assert layer.exists()


def test_what_if_stores_nothing(city: Path, small_city: Path) -> None:
    def digest() -> str:
        return hashlib.sha256(city.read_bytes()).hexdigest()

    before = digest()
    messy = small_city / "messy"
    done = citygrid(
        "duties", "what-if", city, messy / "duties.xlsx",
        "--mapping", messy / "duties.mapping.toml", "--json",
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["dry_run"] is True
    assert digest() == before
