"""Streets, blocks and areas: a clean coverage that follows the roads."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from citygrid_core.sample.scales import WIDTHS
from citygrid_core.standards import AreaCode

from .conftest import City


@pytest.mark.parametrize("level", ["county", "street", "community"])
def test_each_level_is_a_valid_coverage_without_gaps(city: City, level: str) -> None:
    shapes = city.level(level).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert shapely.get_num_geometries(whole) == 1
    assert len(shapely.get_parts(whole)[0].interiors) == 0
    assert shapely.area(shapes).sum() == pytest.approx(2.06e6, rel=1e-3)


@pytest.mark.parametrize(("child", "parent"), [("community", "street"), ("street", "county")])
def test_children_make_up_their_parent_vertex_for_vertex(
    city: City, child: str, parent: str
) -> None:
    children = city.level(child)
    for row in city.level(parent).itertuples():
        mine = children[children["parent_code"] == row.code]
        union = shapely.union_all(mine.geometry.to_numpy())
        assert union.symmetric_difference(row.geometry).area == 0
        held = {tuple(p) for p in shapely.get_coordinates(mine.geometry.to_numpy())}
        assert {tuple(p) for p in shapely.get_coordinates(row.geometry)} <= held


def test_each_area_is_one_piece_and_its_code_says_its_parent(city: City) -> None:
    assert (shapely.get_num_geometries(city.areas.geometry.to_numpy()) == 1).all()
    assert city.areas["code"].is_unique
    for row in city.areas.itertuples():
        assert str(AreaCode.parse(row.code)) == row.code
        assert row.parent_code == {12: row.code[:9], 9: row.code[:6], 6: ""}[len(row.code)]


def test_as_many_areas_as_promised(city: City) -> None:
    assert len(city.level("county")) == 2
    assert 3 <= len(city.level("street")) <= 4
    assert 12 <= len(city.level("community")) <= 16
    counties = city.level("county").geometry.area
    assert counties.max() / counties.sum() > 0.7


def test_the_codes_are_free_in_the_national_list(city: City) -> None:
    used = {f"3601{n:02d}" for n in (1, 2, 3, 4, 5, 11, 12, 13, 21, 22, 23, 24)}
    assert not used & set(city.level("county")["code"])


def test_blocks_are_what_grids_can_be_drawn_from(city: City) -> None:
    blocks = city.layer("truth/blocks.gpkg", "blocks")
    shapes = blocks.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    land = shapely.area(shapes[(blocks["use"] != "water").to_numpy()]) / 1e4
    assert np.mean((land > 0.5) & (land < 6)) > 0.97
    assert 1.0 < np.median(land) < 2.2


def test_streets_have_a_hierarchy_and_are_no_squares(city: City) -> None:
    roads = city.layer("base.gpkg", "roads")
    assert set(roads["road_class"]) == set(WIDTHS)
    assert (roads["width_m"] == roads["road_class"].map(WIDTHS)).all()
    xy = np.concatenate([np.diff(np.asarray(g.coords), axis=0) for g in roads.geometry])
    heading = np.degrees(np.arctan2(xy[:, 1], xy[:, 0])) % 90
    share, _ = np.histogram(heading, bins=9, range=(0, 90))
    assert share.max() / share.sum() < 0.35


def test_some_lanes_end_in_a_block_and_most_streets_in_t_junctions(city: City) -> None:
    roads = city.layer("base.gpkg", "roads")
    nodes = shapely.get_coordinates(shapely.boundary(roads.geometry.to_numpy()))
    lines = shapely.union_all(roads.geometry.to_numpy())
    outline = shapely.union_all(city.level("county").geometry.to_numpy()).exterior
    alone = 0
    for point in shapely.points(np.unique(nodes, axis=0)):
        arms = shapely.intersection(lines, point.buffer(0.5))
        if shapely.length(arms) < 0.6 and outline.distance(point) > 2:
            alone += 1
    assert alone >= 5


def test_some_arterials_have_two_carriageways(city: City) -> None:
    roads = city.layer("base.gpkg", "roads")
    arterial = roads[(roads["road_class"] == "arterial") & ~roads["name"].str.startswith("外环")]
    twins = arterial[arterial.duplicated("name", keep=False)]
    assert len(twins) >= 2
    a, b = twins.geometry.iloc[0], twins.geometry.iloc[1]
    assert {a.coords[0], a.coords[-1]} == {b.coords[0], b.coords[-1]}
    assert 15 < a.interpolate(0.5, normalized=True).distance(b) < 20


def test_road_names_are_chinese_and_long_roads_have_directions(city: City) -> None:
    names = city.layer("gazetteer.gpkg", "streets")["name"]
    assert names.is_unique
    assert names.str.endswith(("路", "街", "大道", "巷", "里")).all()
    assert names.str.contains("[一二三四五六七八九十]巷$").sum() > 10
    assert names.str.contains("[东西南北中](?:大道|路)$").sum() >= 4


def test_roads_cross_the_river_on_bridges(city: City) -> None:
    water = shapely.union_all(city.layer("base.gpkg", "water").geometry.to_numpy())
    roads = city.layer("base.gpkg", "roads")
    over = roads[shapely.length(shapely.intersection(roads.geometry.to_numpy(), water)) > 20]
    assert len(over) >= 3
    decks = city.layer("components.gpkg", "polygon")
    decks = decks[decks["class_code"] == "02009"]
    assert len(decks) >= 3
    assert shapely.intersects(decks.geometry.to_numpy(), water).all()


def test_no_building_crosses_a_road_a_community_or_another_building(city: City) -> None:
    houses = city.layer("base.gpkg", "buildings").geometry.to_numpy()
    assert len(houses) > 700
    roads = city.layer("base.gpkg", "roads")
    streets = shapely.buffer(roads.geometry.to_numpy(), roads["width_m"].to_numpy() / 2)
    streets = streets[~((roads["road_class"] == "arterial") & roads.duplicated("name", keep=False))]
    for others in (streets, shapely.boundary(city.level("community").geometry.to_numpy())):
        assert len(shapely.STRtree(others).query(houses, predicate="intersects")[0]) == 0
    a, b = shapely.STRtree(houses).query(houses, predicate="intersects")
    assert (a == b).all()


def test_buildings_of_an_estate_stand_in_its_wall(city: City) -> None:
    houses = city.layer("base.gpkg", "buildings")
    compounds = city.layer("base.gpkg", "compounds").set_index("name").geometry
    mine = houses[houses["number"] != ""]
    assert mine["number"].str.fullmatch(r"\d+栋").all()
    assert not mine.duplicated(["compound", "number"]).any()
    inside = shapely.covers(compounds[mine["compound"]].to_numpy(), mine.geometry.to_numpy())
    assert inside.all()
