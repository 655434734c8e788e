"""Planted defects are all found, and none is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from citygrid_core.errors import MissingCrs
from citygrid_core.grids import RULES, CrsMismatch, as_frame, check, number
from tests.core.grids.town import X0, Y0, frame, squares

Plant = Callable[["Draft", int, np.random.Generator], set[str]]


def put(grids: gpd.GeoDataFrame, at: int, shape: shapely.Geometry) -> None:
    grids.loc[grids.index[at], "geometry"] = shape


@dataclass
class Draft:
    """A city as lists, so that planting ten thousand defects takes seconds."""

    shapes: list[shapely.Geometry]
    codes: list[str]
    communities: list[str]
    houses: list[shapely.Geometry] = field(default_factory=list)
    lamps: list[tuple[shapely.Geometry, str]] = field(default_factory=list)

    def put(self, at: int, shape: shapely.Geometry) -> None:
        self.shapes[at] = shape


def overlap(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    a, b, c, d = city.shapes[at].bounds
    much = 10 ** rng.uniform(-2, 1)  # one centimetre to ten metres
    city.put(at, Polygon([(a, b), (c + much, b), (c + much, d), (a, d)]))
    return {"grid.overlap"}


def gap(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    a, b, c, d = city.shapes[at].bounds
    much = 10 ** rng.uniform(-2, 1)
    city.put(at, Polygon([(a, b), (c, b), (c - much, (b + d) / 2), (c, d), (a, d)]))
    return {"grid.gap"}


def hole(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    shape = city.shapes[at]
    city.put(at, shape.difference(shape.centroid.buffer(10 ** rng.uniform(-1, 1))))
    return {"grid.gap"}


def missing_vertex(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    a, b, c, d = city.shapes[at].bounds
    city.put(at, Polygon([(a, b), (c, b), (c, rng.uniform(b + 1, d - 1)), (c, d), (a, d)]))
    return {"grid.edge"}


def multipart(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    a, b, c, d = city.shapes[at].bounds
    x = rng.uniform(a + 20, c - 20)
    city.put(at, shapely.MultiPolygon([box(a, b, x, d), box(x + 1, b, c, d)]))
    return {"grid.multipart", "grid.gap"}


def bow_tie(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    a, b, c, d = city.shapes[at].bounds
    city.put(at, Polygon([(a, b), (c, d), (c, b), (a, d)]))
    return {"grid.ring", "grid.gap"}


def nothing(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    city.put(at, Polygon())
    return {"grid.geometry", "grid.gap"}


def wrong_community(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    city.communities[at] = "999999999999"
    return {"grid.community", "code.community"}


def short_code(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    city.codes[at] = city.codes[at][: int(rng.integers(13, 15))]
    return {"code.form"}


def letter(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    city.codes[at] = city.codes[at][:14] + "x"
    return {"code.form"}


def duplicate(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    city.codes[at] = city.codes[at + 1]
    return {"code.duplicate"}


def swapped(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    one, other = city.codes[at], city.codes[at + 1]
    city.codes[at], city.codes[at + 1] = other, one
    return {"code.order"}


def split_unrecorded(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    # nine tenths to the right-hand neighbour: both seams hold, one area is too small
    a, b, c, d = city.shapes[at].bounds
    e = city.shapes[at + 1].bounds[2]
    x = a + rng.uniform(6, 40)
    city.put(at, box(a, b, x, d))
    city.put(at + 1, Polygon([(x, b), (c, b), (e, b), (e, d), (c, d), (x, d)]))
    return {"grid.area", "grid.edge"}


def sliver(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    # all but a strip to the right-hand neighbour
    a, b, c, d = city.shapes[at].bounds
    e = city.shapes[at + 1].bounds[2]
    x = a + rng.uniform(0.5, 4)
    city.put(at, box(a, b, x, d))
    city.put(at + 1, Polygon([(x, b), (c, b), (e, b), (e, d), (c, d), (x, d)]))
    return {"grid.sliver", "grid.edge"}


def house(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    # over the border to the next cell
    _, b, c, d = city.shapes[at].bounds
    wide, y = 10 ** rng.uniform(-0.5, 1), rng.uniform(b + 20, d - 40)
    city.houses.append(box(c - wide, y, c + wide, y + 20))
    return {"building.cut"}


def lamp(city: Draft, at: int, rng: np.random.Generator) -> set[str]:
    shape = city.shapes[at]
    city.lamps.append((shape.centroid, city.codes[at + 1]))
    return {"component.grid"}


PLANTS: list[Plant] = [
    overlap, gap, hole, missing_vertex, multipart, bow_tie, nothing, wrong_community,
    short_code, letter, duplicate, swapped, split_unrecorded, sliver, house, lamp,
]  # fmt: skip


def planted(
    blocks: int, seed: int
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Draft, list[set[str]]]:
    """One defect in the middle row of each community of a `blocks` × `blocks` city."""
    grids, areas = squares(5 * blocks, 5 * blocks)
    city = Draft(list(grids.geometry), list(grids["code"]), list(grids["community_code"]))
    rng = np.random.default_rng(seed)
    expected = []
    for community in range(blocks * blocks):
        plant = PLANTS[community % len(PLANTS)]
        # the second cell of the third row: neighbours all around, in its community
        expected.append(plant(city, community * 25 + 11, rng))
    grids = grids.assign(code=city.codes, community_code=city.communities)
    grids = grids.set_geometry(gpd.GeoSeries(city.shapes, index=grids.index, crs=grids.crs))
    return grids, areas, city, expected


def turned(data: gpd.GeoDataFrame, degrees: float) -> gpd.GeoDataFrame:
    """Turn a layer about the corner of the city, on the precision grid: no axis is straight."""
    shapes = shapely.transform(
        shapely.affinity.rotate(
            shapely.geometrycollections(data.geometry.to_numpy()), degrees, origin=(X0, Y0)
        ),
        lambda c: np.round(c, 3),
    )
    return data.set_geometry(gpd.GeoSeries(list(shapes.geoms), index=data.index, crs=data.crs))


def judge(blocks: int, seed: int, degrees: float = 0.0) -> None:
    grids, areas, city, expected = planted(blocks, seed)
    houses = gpd.GeoDataFrame(geometry=city.houses, crs=grids.crs)
    spots, named = zip(*city.lamps, strict=True)
    lamps = gpd.GeoDataFrame(
        {"code": [f"L{i}" for i in range(len(spots))], "grid_code": named},
        geometry=list(spots),
        crs=grids.crs,
    )
    if degrees:
        grids, areas, houses, lamps = (turned(f, degrees) for f in (grids, areas, houses, lamps))
    found = as_frame(
        check(grids, areas, buildings=houses, components=lamps, row_tolerance_m=70), areas.crs
    )
    if degrees:
        found = found[found["rule"] != "code.order"]  # turned, the order is another one
    place = gpd.sjoin(found, areas[["code", "geometry"]], predicate="within")
    ruled = place.groupby("code")["rule"].agg(set).to_dict()
    for community, want in zip(areas["code"], expected, strict=True):
        rules = ruled.get(community, set())
        want = want - {"code.order"} if degrees else want
        assert want <= rules, (community, want, rules)
        # nothing else is invented; an edge may be named where ground is wrong too
        assert rules <= want | {"grid.edge"}, (community, want, rules)
    assert len(place) == len(found)


def test_a_sound_division_has_no_findings() -> None:
    grids, areas = squares(10, 10)
    assert check(grids, areas) == []


def test_all_planted_defects_are_found_and_none_invented() -> None:
    judge(blocks=8, seed=1)


def test_all_are_found_where_no_axis_is_straight() -> None:
    judge(blocks=8, seed=3, degrees=17.3)


@pytest.mark.long
@pytest.mark.parametrize("degrees", [0.0, 17.3])
def test_ten_thousand_planted_defects(degrees: float) -> None:
    judge(blocks=100, seed=2, degrees=degrees)


def test_a_finding_says_what_where_and_how_much() -> None:
    grids, areas = squares(5, 5)
    put(grids, 12, grids.geometry.iloc[12].buffer(2, join_style="mitre"))
    first = next(f for f in check(grids, areas) if f.rule == "grid.overlap")
    assert "420102001001013" in first.codes
    assert first.severity == "error"
    assert first.measure == pytest.approx(2 * 100 + 0, abs=10)
    assert "overlap" in first.text.en
    assert "重叠" in first.text.zh
    assert first.problem().rule == "grid.overlap"


def test_a_recorded_reason_excuses_an_area() -> None:
    grids, areas = squares(5, 5)
    pair = grids.iloc[:25].copy()
    merged = shapely.union_all(pair.geometry.values[:3])
    rest = pair.iloc[2:].copy()
    rest.loc[rest.index[0], "geometry"] = merged
    rest["code"] = number(rest)
    assert [f.rule for f in check(rest, areas)] == ["grid.area"]
    rest.loc[rest.index[0], "reason"] = "compound"
    assert check(rest, areas) == []


def test_a_cut_building_is_found() -> None:
    grids, areas = squares(5, 5)
    house = frame([box(90, -60, 110, -40), box(10, -60, 30, -40), box(100, -90, 110, -80)])
    found = check(grids, areas, buildings=house)
    assert [(f.rule, f.codes) for f in found] == [
        ("building.cut", ("420102001001001", "420102001001002"))
    ]
    assert found[0].measure == pytest.approx(200, rel=0.02)


def test_findings_come_as_a_layer() -> None:
    grids, areas = squares(5, 5)
    layer = as_frame(check(grids.iloc[1:], areas), areas.crs)
    assert layer["rule"].tolist() == ["grid.gap"]
    assert set(layer["rule"]) <= set(RULES)
    assert layer.geometry.iloc[0].within(box(X0, Y0 - 100, X0 + 100, Y0))


def test_what_is_needed_is_said() -> None:
    grids, areas = squares(5, 5)
    with pytest.raises(MissingCrs):
        check(grids.set_crs(None, allow_override=True), areas)
    with pytest.raises(CrsMismatch):
        check(grids.to_crs(4548), areas)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("ex12_ogc.geojson", {"grid.ring", "grid.multipart"}),
        ("ex15_ogc.json", {"grid.ring"}),
        ("ex20_ogc_line.json", {"grid.geometry"}),
        ("ex11_ogc.geojson", {"grid.multipart"}),
        ("ex16_ogc.json", set()),
    ],
)
def test_torture_shapes_are_judged_right(real_data: Path, name: str, rules: set[str]) -> None:
    file = real_data / "topology_torture" / "mapshaper_clean" / name
    shapes = gpd.read_file(file).set_crs(3857, allow_override=True)
    shapes["geometry"] = shapely.transform(shapes.geometry.values, lambda c: c * 1000)
    hull = shapely.box(0, 0, 10_000, 6_000)
    areas = gpd.GeoDataFrame({"code": ["420102001001"]}, geometry=[hull], crs=3857)
    found = check(shapes.assign(community_code="420102001001", reason="test"), areas)
    assert {f.rule for f in found} == rules | {"grid.gap"}


@pytest.mark.parametrize("name", ["ex5_three_precincts", "ex23_three_ca_precincts"])
def test_gaps_and_overlaps_of_real_precincts_are_found(real_data: Path, name: str) -> None:
    file = real_data / "topology_torture" / "mapshaper_clean" / f"{name}.json"
    shapes = gpd.read_file(file).to_crs(26911)
    # projecting may cross narrow rings: that is another rule's business
    shapes["geometry"] = shapes.make_valid()
    shapes = shapes.explode(ignore_index=True)
    ground = shapely.union_all(shapes.geometry.values)
    city = shapely.multipolygons([Polygon(p.exterior) for p in shapely.get_parts(ground)])
    areas = gpd.GeoDataFrame({"code": ["420102001001"]}, geometry=[city], crs=shapes.crs)
    found = check(shapes.assign(community_code="420102001001", reason="test"), areas)
    # an oracle of its own: plain areas
    twice = shapes.area.sum() - ground.area
    none = city.area - ground.area
    over = sum(f.measure for f in found if f.rule == "grid.overlap")
    gaps = sum(f.measure for f in found if f.rule == "grid.gap")
    assert over == pytest.approx(twice, rel=0.01, abs=0.5)
    assert gaps == pytest.approx(none, rel=0.01, abs=0.5)
    assert over + gaps > 0
