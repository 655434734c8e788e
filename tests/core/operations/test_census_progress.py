"""The leader's board on a workspace."""

from __future__ import annotations

import json
import random
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.census.packs.returned import return_pack
from citygrid_core.operations.census.progress import census_progress
from citygrid_core.workspace import Workspace

from . import fieldtown as town


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Two teams; the first has been back once."""
    path = tmp_path / "city.gpkg"
    town.build(path)
    with Workspace.open(path) as ws:
        streets = gpd.GeoDataFrame(
            {
                "code": ["L1", "L2"],
                "kind": "street",
                "name": ["一路", "二路"],
                "valid_from": town.DAY,
            },
            geometry=[
                shapely.LineString([(town.X0 + 10, town.Y0 + 50), (town.X0 + 390, town.Y0 + 50)]),
                shapely.LineString([(town.X0 + 10, town.Y0 + 350), (town.X0 + 390, town.Y0 + 350)]),
            ],
            crs=ws.crs,
        )
        with ws.transaction("streets") as tx:
            tx.insert("places", streets)
        packs = town.send(ws, tmp_path / "out")[1]
        with town.opened(packs[0]) as c:
            c.execute("UPDATE components_point SET changed_on = ?", (town.BACK,))
        town.scribble(packs[0], random.Random(1), edits=0, deletes=0, new=6)
        return_pack(ws, packs[0], on=town.BACK)
    return path


def test_board(city: Path, tmp_path: Path) -> None:
    track = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(town.X0, town.Y0 + 52), (town.X0 + 400, town.Y0 + 52)])],
        crs="EPSG:4547",
    ).to_crs(4326)
    gpx = tmp_path / "day.gpx"
    points = "".join(f'<trkpt lat="{y:.8f}" lon="{x:.8f}"/>' for x, y in track.geometry[0].coords)
    gpx.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>d</name><trkseg>{points}</trkseg></trk></gpx>",
        "utf-8",
    )
    with Workspace.open(city) as ws:
        taken = int(ws.read("packs").set_index("code").at["P00001", "taken"])
        report, grids, pieces = census_progress(ws, since=town.OUT, on=town.BACK, tracks=[str(gpx)])
    said = report.details
    assert said["components"] == {
        "expected": pytest.approx(86, abs=1),
        "visited": taken,
        "held": 86,
    }
    assert said["grids"]["all"] == 16
    assert said["grids"]["done"] + said["grids"]["begun"] + said["grids"]["open"] == 16
    assert said["grids"]["begun"] + said["grids"]["done"] >= 7
    assert said["packs"] == {"out": 2, "overdue": 0, "conflicts_open": 0}
    assert said["streets"]["metres"] == 760
    assert said["streets"]["walked_m"] == pytest.approx(380, abs=2)
    assert pieces is not None
    assert sorted(pieces["walked"]) == [False, True]
    assert said["forecast"]["day"] > town.BACK
    assert said["codes"][0]["left"] > 0
    assert grids["state"].isin(["done", "begun", "open"]).all()


def test_a_team_s_hours_come_from_its_pack(city: Path) -> None:
    with Workspace.open(city) as ws:
        receipt = json.loads(ws.read("pack_states", where={"seq": 1})["receipt"].iloc[0])
        day = receipt["pace"][0][0]
        people = census_progress(ws, since="2020-01-01", on=day)[0].details["people"]
        taken = int(ws.read("packs").set_index("code").at["P00001", "taken"])
    assert [(p["who"], p["components"]) for p in people] == [("组1", taken + 6)]
    # all of it was written within a second
    assert people[0]["per_hour"] is None


def test_from_the_shell(city: Path, tmp_path: Path) -> None:
    run = CliRunner()
    out = tmp_path / "grids.geojson"
    words = ["census", "progress", str(city), "--since", town.OUT, "--at", town.BACK]
    said = run.invoke(build(), [*words, "-o", str(out), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output)["grids"]["all"] == len(gpd.read_file(out)) == 16
    shown = run.invoke(build(), words)
    assert shown.exit_code == 0, shown.output


def test_packs_from_the_shell(city: Path, tmp_path: Path) -> None:
    run = CliRunner()

    def call(*words: str) -> dict:  # type: ignore[type-arg]
        said = run.invoke(build(), ["census", *words, "--json"])
        assert said.exit_code in (0, 1), said.output
        return json.loads(said.output)  # type: ignore[no-any-return]

    assert call("packs", str(city), "--at", town.BACK)["out"] == 2
    assert call("packs", str(city), "--extend", "P00002", "--until", "2026-06-30")["stored"] == 1
    assert Path(
        call("packs", str(city), "--again", "P00002", "-o", str(tmp_path / "p2"))["folder"]
    ).is_dir()
    back = call("return", str(city), str(tmp_path / "p2"), "--at", town.BACK)
    assert back["packs"][0]["receipt"]["unchanged"] == back["packs"][0]["receipt"]["taken"]
    assert call("conflicts", str(city))["rows"] == []
    assert call("packs", str(city), "--void", "P00002", "--reason", "丢失")["stored"] == 1
    refused = run.invoke(
        build(), ["census", "return", str(city), str(tmp_path / "p2"), "--at", town.BACK, "--json"]
    )
    assert (refused.exit_code, json.loads(refused.output)["refused"][0]["rule"]) == (3, "pack.void")
    more = ["pack", str(city), str(tmp_path / "more"), "--teams", "2", "--until", "2026-09-30"]
    assert len(call(*more, "--at", "2026-05-01", "--overlap")["packs"]) == 2


def test_backwards(city: Path) -> None:
    with Workspace.open(city) as ws, pytest.raises(UsageError, match="after"):
        census_progress(ws, since="2026-05-01", on="2026-04-01")
