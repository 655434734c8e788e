"""Plates, POIs, components, addresses: beside their streets, dense enough, true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.standards import load_edition

from .conftest import City


@pytest.fixture(scope="module")
def streets(city: City) -> pd.DataFrame:
    return city.layer("gazetteer.gpkg", "streets").set_index("name")


@pytest.fixture(scope="module")
def doors(city: City) -> pd.DataFrame:
    plates = city.layer("gazetteer.gpkg", "plates")
    return plates[plates["street_name"] != ""].reset_index(drop=True)


def test_plates_stand_beside_their_street(streets: pd.DataFrame, doors: pd.DataFrame) -> None:
    line = streets.geometry[doors["street_name"]].to_numpy()
    half = streets["category"][doors["street_name"]].map(
        {"arterial": 18, "secondary": 12, "branch": 7, "lane": 3.5}
    )
    gap = shapely.distance(line, doors.geometry.to_numpy()) - half.to_numpy()
    assert np.nanmax(gap) < 3
    assert np.nanmin(gap) > -1  # on the inner side of a bend a little nearer


def test_a_number_stands_once_on_its_street(doors: pd.DataFrame) -> None:
    assert not doors.duplicated(["street_name", "number"]).any()


def test_odd_numbers_left_even_right_rising(streets: pd.DataFrame, doors: pd.DataFrame) -> None:
    checked = 0
    for name, mine in doors.groupby("street_name"):
        shape = streets.geometry[name]
        if len(mine) < 8 or shapely.get_num_geometries(shape) > 1:
            continue
        line = shapely.get_parts(shape)[0]
        along = shapely.line_locate_point(line, mine.geometry.to_numpy())
        number = mine["number"].str.removesuffix("号").astype(int).to_numpy()
        ahead = shapely.line_interpolate_point(line, np.clip(along + 1, None, line.length))
        behind = shapely.line_interpolate_point(line, np.clip(along - 1, 0, None))
        d = shapely.get_coordinates(ahead) - shapely.get_coordinates(behind)
        v = shapely.get_coordinates(mine.geometry.to_numpy()) - shapely.get_coordinates(behind)
        left = d[:, 0] * v[:, 1] - d[:, 1] * v[:, 0] > 0
        assert (left == (number % 2 == 1)).all(), name
        for side in (0, 1):
            one = number % 2 == side
            order = np.argsort(along[one])
            assert np.all(np.diff(number[one][order]) > 0), name
        checked += 1
    assert checked > 20


def test_places_have_chinese_names_and_some_old_ones(city: City, streets: pd.DataFrame) -> None:
    assert (streets["former_names"] != "").sum() >= 3
    assert (streets["aliases"] != "").sum() >= 2
    pois, zones = city.layer("gazetteer.gpkg", "pois"), city.layer("gazetteer.gpkg", "zones")
    assert pois["name"].is_unique
    assert pois["category"].nunique() >= 6
    assert zones["name"].is_unique
    assert zones["name"].str.contains("[一-龥]{3,}").all()


@pytest.fixture(scope="module")
def components(city: City) -> pd.DataFrame:
    frame = city.rows("components.csv")
    frame[["x", "y"]] = frame[["x", "y"]].astype(float)
    return frame


def test_components_are_of_the_edition_and_of_believable_number(
    city: City, components: pd.DataFrame
) -> None:
    classes = load_edition("gbt47678-2026").component_classes
    assert 4000 <= len(components) <= 7500
    assert set(components["class_code"]) <= set(classes.index)
    assert (components["name"] == components["class_code"].map(classes["name"])).all()
    assert components["source_key"].is_unique
    assert set(components["state"]) <= {"intact", "damaged", "lost", "abandoned", "removed"}
    for layer, geometry in (("line", "line"), ("polygon", "polygon")):
        drawn = city.layer("components.gpkg", layer)
        assert set(drawn["class_code"].map(classes["geometry"])) == {geometry}
        assert shapely.is_valid(drawn.geometry.to_numpy()).all()


def test_a_lamp_each_thirty_metres(city: City, components: pd.DataFrame) -> None:
    roads = city.layer("base.gpkg", "roads").drop_duplicates(["name", "road_class"])
    lamps = components[components["class_code"] == "01037"]
    sides = roads["road_class"].map({"expressway": 2, "arterial": 2, "secondary": 2}).fillna(1)
    outline = shapely.union_all(city.level("county").geometry.to_numpy()).exterior
    at_edge = roads.geometry.distance(outline) < 1
    metres = (roads.length * np.where(at_edge, 1, sides)).sum()
    assert 0.6 < len(lamps) * 30 / metres < 1.1


def test_manholes_are_in_the_roadway_and_lamps_are_not(
    city: City, components: pd.DataFrame
) -> None:
    roads = city.layer("base.gpkg", "roads")
    roads = roads[~roads.duplicated("name", keep=False) | (roads["road_class"] != "arterial")]
    half = roads["width_m"].to_numpy() / 2 - 0.3
    ways = shapely.buffer(roads.geometry.to_numpy(), half, cap_style="flat")
    tree = shapely.STRtree(ways)

    def inside(class_code: str) -> float:
        mine = components[components["class_code"] == class_code]
        hit = tree.query(shapely.points(mine[["x", "y"]].to_numpy()), predicate="intersects")[0]
        return len(np.unique(hit)) / len(mine)

    assert inside("01003") > 0.85  # the rest is in dual carriageways, left out above
    assert inside("01037") == 0


def test_truth_of_components(city: City, components: pd.DataFrame) -> None:
    truth = city.rows("truth/components.csv").set_index("source_key")
    register = city.rows("departments.csv").set_index("code")
    drawn = [pd.DataFrame(city.layer("components.gpkg", k)) for k in ("line", "polygon")]
    keys = pd.concat([components["source_key"], *(d["source_key"] for d in drawn)])
    assert set(truth.index) == set(keys)
    owner = truth.loc[components["source_key"], "owning_code"].to_numpy()
    for typed, code in zip(components["owning_name"], owner, strict=True):
        if typed:
            assert typed in {
                *register.loc[code, ["name", "short_name"]],
                *register.at[code, "aliases"].split("#"),
            }
    shapes = city.level("community").set_index("code").geometry
    home = shapes[truth.loc[components["source_key"], "community_code"]].to_numpy()
    assert shapely.covers(home, shapely.points(components[["x", "y"]].to_numpy())).all()
    twins = truth[truth["twin_of"] != ""]
    assert len(twins) >= 10
    at = components.set_index("source_key")[["x", "y"]]
    gap = np.hypot(*(at.loc[twins.index].to_numpy() - at.loc[twins["twin_of"]].to_numpy()).T)
    assert gap.max() < 0.4


def test_addresses_and_their_truth(city: City, doors: pd.DataFrame) -> None:
    addresses, truth = city.rows("addresses.csv"), city.rows("truth/addresses.csv")
    assert 590 <= len(addresses) <= 610
    assert list(addresses["id"]) == list(truth["id"])
    assert truth["noise"].nunique() >= 14
    at = {a: (p.x, p.y) for a, p in zip(doors["address"], doors.geometry, strict=True)}
    clean = truth["noise"] == "clean"
    for text, x, y in zip(
        addresses["address"][clean], truth["x"][clean], truth["y"][clean], strict=True
    ):
        assert at[text] == (float(x), float(y))
    nowhere = truth["exists"] == "false"
    assert 0.06 < nowhere.mean() < 0.2
    assert (truth.loc[nowhere, "x"] == "").all()
    assert (truth.loc[~nowhere, "x"] != "").all()
    names = tuple(doors["name"])
    for text, noise in zip(addresses["address"][nowhere], truth["noise"][nowhere], strict=True):
        if noise != "elsewhere":
            assert not text.endswith(names), text


def test_noise_changes_what_it_says(city: City) -> None:
    addresses = city.rows("addresses.csv").set_index("id")["address"]
    truth = city.rows("truth/addresses.csv").set_index("id")["noise"]
    assert addresses[truth == "full_width"].str.contains("[０-９]").all()
    assert addresses[truth == "chinese_number"].str.contains("[一二三四五六七八九十百]+号$").all()
    assert not addresses[truth == "clean"].str.contains("[０-９]").any()
    assert addresses[truth == "crossing"].str.contains("交叉口|路口|交汇处").all()
