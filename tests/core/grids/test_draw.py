"""A division follows the lines, cuts no building, leaves no seam."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from benchmarks.division.cities import wuhan
from citygrid_core.errors import MissingCrs, UnusableInput
from citygrid_core.grids import (
    CrsMismatch,
    NotProjected,
    Policy,
    check,
    clean_areas,
    draw,
    measure,
    number,
)
from tests.core.grids.town import COMMUNITIES, X0, Y0, Town, frame, shuffled, town


@pytest.fixture(scope="module")
def place() -> Town:
    return town()


@pytest.fixture(scope="module")
def drawn(place: Town) -> gpd.GeoDataFrame:
    return draw(
        place.areas,
        place.roads,
        barriers=place.barriers,
        buildings=place.buildings,
        compounds=place.compounds,
    ).grids


def cell_at(grids: gpd.GeoDataFrame, x: float, y: float) -> shapely.Polygon:
    hit = grids[grids.intersects(shapely.Point(X0 + x, Y0 + y))]
    assert len(hit) == 1
    return hit.geometry.iloc[0]


def test_the_cells_are_the_communities_without_gap_or_overlap(
    place: Town, drawn: gpd.GeoDataFrame
) -> None:
    assert shapely.coverage_is_valid(drawn.geometry.values)
    for code, area in zip(place.areas["code"], place.areas.geometry, strict=True):
        mine = drawn[drawn["community_code"] == code]
        assert shapely.union_all(mine.geometry.values).equals(area)


def test_coordinates_are_on_the_declared_grid(drawn: gpd.GeoDataFrame) -> None:
    steps = shapely.get_coordinates(drawn.geometry.values) / 0.001
    assert np.abs(steps - np.rint(steps)).max() < 1e-3


def test_areas_are_in_the_soft_range_and_exceptions_have_a_reason(
    drawn: gpd.GeoDataFrame,
) -> None:
    area = drawn["area_m2"].to_numpy()
    inside = Policy().in_range(area)
    assert inside.mean() >= 0.8
    assert (drawn.loc[~inside, "reason"] != "").all()
    assert (drawn.loc[inside, "reason"] == "").all()


def test_streets_are_borders(place: Town, drawn: gpd.GeoDataFrame) -> None:
    lines = shapely.union_all(drawn.boundary.values)
    street = shapely.LineString([(X0 + 300, Y0 + 5), (X0 + 300, Y0 + 310)])
    assert shapely.length(shapely.intersection(lines, street)) == pytest.approx(305, abs=0.1)


def test_the_strip_between_two_carriageways_is_no_cell(drawn: gpd.GeoDataFrame) -> None:
    # the community border runs between them: both sides grow up to it
    assert cell_at(drawn, 70, 325).area > 5_000
    assert cell_at(drawn, 70, 335).area > 5_000


def test_no_building_is_cut(place: Town, drawn: gpd.GeoDataFrame) -> None:
    core = place.buildings.buffer(-0.05)
    tree = shapely.STRtree(drawn.geometry.values)
    whole = np.unique(tree.query(core.values, predicate="within")[0])
    assert len(whole) == len(core)


def test_a_compound_is_one_cell_although_a_lane_runs_into_it(
    place: Town, drawn: gpd.GeoDataFrame
) -> None:
    for wall in place.compounds.geometry:
        inside = wall.buffer(-2)
        cells = drawn[drawn.intersects(inside)]
        assert len(cells) == 1
    assert cell_at(drawn, 500, 100).area > 20_000
    big = drawn[drawn.contains(shapely.Point(X0 + 500, Y0 + 100))]
    assert big["reason"].tolist() == ["compound"]


def test_a_lane_that_ends_is_led_on_as_a_border(drawn: gpd.GeoDataFrame) -> None:
    lines = shapely.union_all(drawn.boundary.values)
    lane = shapely.LineString([(X0 + 750, Y0 + 310), (X0 + 750, Y0 + 210)])
    on = shapely.length(shapely.intersection(lines, lane.buffer(0.01)))
    assert on == pytest.approx(100, abs=1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_input_makes_no_difference(
    place: Town, drawn: gpd.GeoDataFrame, seed: int
) -> None:
    again = draw(
        shuffled(place.areas, seed),
        shuffled(place.roads, seed),
        barriers=place.barriers,
        buildings=shuffled(place.buildings, seed),
        compounds=shuffled(place.compounds, seed),
    ).grids
    assert again["community_code"].tolist() == drawn["community_code"].tolist()
    assert (shapely.to_wkb(again.geometry.values) == shapely.to_wkb(drawn.geometry.values)).all()
    assert number(again).tolist() == number(drawn).tolist()


def test_two_processes_draw_the_same(place: Town, drawn: gpd.GeoDataFrame) -> None:
    again = draw(
        place.areas,
        place.roads,
        barriers=place.barriers,
        buildings=place.buildings,
        compounds=place.compounds,
        workers=2,
    ).grids
    assert (shapely.to_wkb(again.geometry.values) == shapely.to_wkb(drawn.geometry.values)).all()


@pytest.mark.parametrize("roads", [None, "empty"])
def test_without_streets_blocks_are_divided_by_shape(place: Town, roads: str | None) -> None:
    none = None if roads is None else place.roads.iloc[:0]
    grids = draw(place.areas, none).grids
    assert shapely.coverage_is_valid(grids.geometry.values)
    assert Policy().in_range(grids["area_m2"].to_numpy()).all()
    assert grids["area_m2"].median() == pytest.approx(10_000, rel=0.2)


def test_the_target_is_a_policy(place: Town) -> None:
    few = draw(place.areas, place.roads, policy=Policy(target_m2=40_000)).grids
    many = draw(place.areas, place.roads, policy=Policy(target_m2=5_000)).grids
    assert few["area_m2"].median() == pytest.approx(40_000, rel=0.5)
    assert many["area_m2"].median() == pytest.approx(5_000, rel=0.5)


def test_a_building_on_the_border_of_communities_is_listed() -> None:
    place = town()
    house = frame([shapely.box(445, 100, 460, 110)], kind=["住宅"])
    drawing = draw(place.areas, place.roads, buildings=house)
    assert drawing.conflicts["rule"].tolist() == ["building.cut"]
    assert "community" in drawing.conflicts["reason"].iloc[0]
    found = check(drawing.grids, place.areas, buildings=house)
    assert [f.rule for f in found] == ["building.cut"]
    assert found[0].severity == "warning"


class TestRefusals:
    def test_no_crs(self, place: Town) -> None:
        with pytest.raises(MissingCrs):
            draw(place.areas.set_crs(None, allow_override=True), place.roads)

    def test_degrees(self, place: Town) -> None:
        with pytest.raises(NotProjected, match="areas is in degrees") as refused:
            draw(place.areas.to_crs(4326), place.roads)
        assert refused.value.text("zh").startswith("行政区域采用经纬度")

    def test_two_systems(self, place: Town) -> None:
        with pytest.raises(CrsMismatch):
            draw(place.areas, place.roads.to_crs(4548))

    def test_communities_that_overlap_are_named_with_the_place(self, place: Town) -> None:
        bad = place.areas.copy()
        bad.loc[0, "geometry"] = bad.geometry.iloc[0].buffer(3, join_style="mitre")
        with pytest.raises(UnusableInput) as refusal:
            draw(bad, place.roads)
        said = [p.text("zh") for p in refusal.value.problems]
        assert any(COMMUNITIES[0] in s and COMMUNITIES[1] in s and "重叠" in s for s in said)

    def test_a_bow_tie(self, place: Town) -> None:
        bad = place.areas.copy()
        bad.loc[0, "geometry"] = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
        with pytest.raises(UnusableInput, match="Self-intersection"):
            draw(bad, place.roads)


def test_cambridge_is_legal(real_data: Path) -> None:
    file = real_data / "cambridge_ma" / "cambridge_base.gpkg"
    raw = pyogrio.read_dataframe(file, layer="neighborhoods").to_crs(26986)
    raw["code"] = [f"2501700010{int(n):02d}" for n in raw["N_HOOD"]]
    areas = clean_areas(raw).frame
    roads = pyogrio.read_dataframe(file, layer="street_centerlines").to_crs(26986)
    grids = draw(areas, roads).grids
    grids["code"] = number(grids)
    assert len(grids) > 1_000
    assert check(grids, areas) == []
    assert Policy().in_range(grids["area_m2"].to_numpy()).mean() >= 0.95
    shape = 4 * np.pi * grids.area / grids.length**2
    assert np.percentile(shape, 5) > 0.4


def legal_along_real_streets(data: Path, side_m: float, workers: int = 1) -> None:
    """Streets of central Wuhan: dual carriageways, junctions, huge blocks."""
    city = wuhan(data, side_m=side_m)
    grids = draw(city.areas, city.roads, workers=workers).grids
    grids["code"] = number(grids)
    found = check(grids, city.areas)
    assert [f.text.en for f in found if f.severity == "error"] == []
    # by an independent check: GEOS's own, and plain areas
    assert shapely.coverage_is_valid(grids.geometry.values)
    assert grids.area.sum() == pytest.approx(city.areas.area.sum(), rel=1e-9)
    homes = city.areas.set_index("code").geometry[grids["community_code"]]
    # a vertex may be rounded to the millimetre grid more than once
    core = shapely.buffer(grids.geometry.values, -0.003, join_style="mitre")
    assert shapely.covers(homes.to_numpy(), core).all()
    assert grids["code"].is_unique
    assert grids["code"].str.fullmatch(r"[0-9]{15}").all()
    assert Policy().in_range(grids["area_m2"].to_numpy()).mean() >= 0.9
    along = measure(grids, lines=city.lines)
    share = (along["on_lines"] * along["perimeter_m"]).sum() / along["perimeter_m"].sum()
    assert share > 0.3  # many blocks are far larger than a grid, and most strips are absorbed


def test_a_window_of_wuhan_is_legal(real_data: Path) -> None:
    legal_along_real_streets(real_data, 2_000)


@pytest.mark.long
def test_central_wuhan_is_legal(real_data: Path) -> None:
    legal_along_real_streets(real_data, 0, workers=2)
