"""The command line on a city with duties: who answers, what is unclear, what would change."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

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
