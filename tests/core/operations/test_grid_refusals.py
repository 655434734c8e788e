"""Input that can't be used: a clear message in both languages, and nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from citygrid_core.cli.app import build as build_cli
from citygrid_core.workspace import Workspace
from tests.core.grids.town import X0, Y0, squares
from tests.core.operations.gridtown import build

GRIDS, AREAS = squares(5, 10)


def call(*arguments: object) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(build_cli(), [*map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    build(tmp_path / "town.gpkg", grids=False)
    return tmp_path / "town.gpkg"


def streets(*lines: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["路"] * len(lines)}, geometry=list(lines), crs=GRIDS.crs)


STREET = shapely.LineString([(X0, Y0 - 100), (X0 + 1000, Y0 - 100)])


def without_crs(frame: gpd.GeoDataFrame, path: Path) -> Path:
    frame.set_crs(None, allow_override=True).to_file(path)
    return path


def refused(town: Path, *arguments: object, en: str, zh: str) -> None:
    with Workspace.open(town) as ws:
        head = ws.head
    before = sorted(town.parent.iterdir())
    code, said = call(*arguments)
    assert code == 3, said
    assert en in said["error"]["en"]
    assert zh in said["error"]["zh"]
    with Workspace.open(town) as ws:
        assert ws.head == head
        assert len(ws.read("grids")) == 0
    assert sorted(town.parent.iterdir()) == before


@pytest.mark.filterwarnings("ignore:.*crs.*was not provided")
class TestDraw:
    def test_an_empty_road_file(self, town: Path, tmp_path: Path) -> None:
        streets().to_file(tmp_path / "empty.gpkg")
        refused(
            town, "grids", "draw", town, "--roads", tmp_path / "empty.gpkg",
            en="empty.gpkg, field 'geometry': found no feature, expected lines",
            zh="没有要素",
        )  # fmt: skip
        (tmp_path / "zero.geojson").write_text("")
        refused(
            town, "grids", "draw", town, "--roads", tmp_path / "zero.geojson",
            en="an empty file", zh="zero.geojson",
        )  # fmt: skip

    def test_points_for_streets_and_streets_elsewhere(self, town: Path, tmp_path: Path) -> None:
        streets(shapely.Point(X0, Y0)).to_file(tmp_path / "points.gpkg")
        refused(
            town, "grids", "draw", town, "--roads", tmp_path / "points.gpkg",
            en="points only", zh="仅有点",
        )  # fmt: skip
        far = shapely.affinity.translate(STREET, 60_000, 0)
        streets(far).to_file(tmp_path / "far.gpkg")
        refused(
            town, "grids", "draw", town, "--roads", tmp_path / "far.gpkg",
            en="outside the city", zh="城市范围之外",
        )  # fmt: skip

    def test_streets_without_a_crs_in_metres_and_in_degrees(
        self, town: Path, tmp_path: Path
    ) -> None:
        metres = without_crs(streets(STREET), tmp_path / "metres.shp")
        refused(
            town, "grids", "draw", town, "--roads", metres,
            en="no CRS; columns look like metres", zh="metres.shp",
        )  # fmt: skip
        degrees = without_crs(streets(STREET).to_crs(4490), tmp_path / "degrees.shp")
        refused(
            town, "grids", "draw", town, "--roads", degrees,
            en="no CRS; columns look like degrees", zh="degrees.shp",
        )  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*crs.*was not provided")
class TestImport:
    def test_open_rings_are_named_row_by_row(self, town: Path, tmp_path: Path) -> None:
        rings = [shapely.LineString(s.exterior.coords[:-1]) for s in GRIDS.geometry[:3]]
        streets(*rings).to_file(tmp_path / "open.gpkg")
        refused(
            town, "grids", "import", town, tmp_path / "open.gpkg",
            en="open line, 100.00 m apart", zh="请闭合边界",
        )  # fmt: skip
        _, said = call("grids", "import", town, tmp_path / "open.gpkg")
        assert said["error"]["en"].count("close the ring") == 3

    def test_drawn_without_a_crs_in_metres_and_in_degrees(self, town: Path, tmp_path: Path) -> None:
        frame = GRIDS[["geometry"]]
        refused(
            town, "grids", "import", town, without_crs(frame, tmp_path / "m.shp"),
            en="no CRS; columns look like metres", zh="m.shp",
        )  # fmt: skip
        refused(
            town, "grids", "import", town, without_crs(frame.to_crs(4490), tmp_path / "d.shp"),
            en="no CRS; columns look like degrees", zh="d.shp",
        )  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*crs.*was not provided")
@pytest.mark.parametrize(
    ("case", "en", "zh"),
    [
        ("overlap", "expected no area shared with 420102001001", "修正边界"),
        ("degrees", "expected a projected CRS in metres; give --crs", "投影坐标系"),
        ("no crs", "no CRS; columns look like metres", "坐标"),
    ],
)
def test_communities_that_cannot_be_a_city(tmp_path: Path, case: str, en: str, zh: str) -> None:
    areas = AREAS.assign(name=AREAS["code"], level="community")
    whole = gpd.GeoDataFrame(
        {"code": ["420102", "420102001"], "name": ["区", "街道"], "level": ["county", "street"]},
        geometry=[areas.union_all()] * 2,
        crs=areas.crs,
    )
    frame = pd.concat([whole, areas], ignore_index=True)
    if case == "overlap":
        frame.loc[2, "geometry"] = frame.geometry[2].buffer(40, join_style="mitre")
    frame = frame.to_crs(4490) if case == "degrees" else frame
    frame = frame.set_crs(None, allow_override=True) if case == "no crs" else frame
    frame.to_file(tmp_path / "areas.gpkg")
    code, said = call("init", tmp_path / "new.gpkg", "--areas", tmp_path / "areas.gpkg")
    assert code == 3
    assert en in said["error"]["en"]
    assert zh in said["error"]["zh"]
    assert not (tmp_path / "new.gpkg").exists()


def test_communities_that_overlap_in_the_store_are_not_drawn_over(town: Path) -> None:
    """Somebody edited the areas in QGIS: the drawing is refused with the place."""
    with Workspace.open(town) as ws, ws.transaction("edited") as tx:
        rows = ws.read("areas", where={"code": "420102001001"})
        wider = rows.geometry.buffer(30, join_style="mitre")
        tx.update("areas", rows[["geometry"]].set_geometry(wider))
    refused(town, "grids", "draw", town, en="overlap by", zh="重叠")


def test_closed_lines_of_a_cad_program_are_polygons(town: Path, tmp_path: Path) -> None:
    rings = [shapely.LineString(s.exterior.coords) for s in GRIDS.geometry]
    nearly = shapely.get_coordinates(rings[7]).copy()
    nearly[-1] += 0.2  # the last click missed the first by 28 cm
    rings[7] = shapely.LineString(nearly)
    streets(*rings).to_file(tmp_path / "cad.gpkg")
    code, said = call("grids", "import", town, tmp_path / "cad.gpkg", "--at", "2025-01-01")
    assert (code, said["grids"], said["rejected"]) == (0, 50, 0)


@pytest.mark.parametrize(
    "name", ["hand.shp", "hand.fgb", "hand.gml", "hand.kml", "hand.dxf", "hand.geojson"]
)
@pytest.mark.filterwarnings("ignore")
def test_any_vector_file_is_read(town: Path, tmp_path: Path, name: str) -> None:
    frame = GRIDS[["geometry"]]
    if name == "hand.kml":
        frame = frame.to_crs(4326)
    if name == "hand.dxf":  # outlines, and no CRS: what a CAD program writes
        frame = gpd.GeoDataFrame(geometry=frame.boundary, crs=frame.crs)
    driver = {"hand.dxf": "DXF", "hand.kml": "KML", "hand.gml": "GML"}.get(name)
    frame.to_file(tmp_path / name, driver=driver)
    call_ = ["grids", "import", town, tmp_path / name, "--at", "2025-01-01"]
    if name == "hand.dxf":
        code, said = call(*call_)
        assert code == 3
        assert "no CRS" in said["error"]["en"]
        call_ += ["--crs", "EPSG:4547"]
    code, said = call(*call_)
    assert (code, said["grids"], said["rejected"]) == (0, 50, 0), said
