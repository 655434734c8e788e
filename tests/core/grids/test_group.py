"""Groups are whole grids, in one piece, within their place, of about equal load."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.grids import group
from tests.core.grids.town import shuffled, squares


@pytest.fixture(scope="module")
def grids() -> gpd.GeoDataFrame:
    return squares(15, 20)[0]


def members(groups: gpd.GeoDataFrame) -> list[list[str]]:
    return [codes.split(",") for codes in groups["grid_codes"]]


def test_every_grid_is_in_one_group_and_every_group_in_one_piece(grids: gpd.GeoDataFrame) -> None:
    groups = group(grids, "responsibility", target=200_000)
    everyone = [code for codes in members(groups) for code in codes]
    assert sorted(everyone) == sorted(grids["code"])
    assert set(groups.geom_type) == {"Polygon"}
    assert groups["area_m2"].sum() == pytest.approx(grids.area.sum())


def test_the_load_is_balanced(grids: gpd.GeoDataFrame) -> None:
    groups = group(grids, "responsibility", target=200_000)
    assert len(groups) == 15
    assert groups["load"].between(150_000, 250_000).all()


def test_any_load_can_be_balanced(grids: gpd.GeoDataFrame) -> None:
    rng = np.random.default_rng(3)
    cases = pd.Series(rng.poisson(np.linspace(1, 40, len(grids))), index=grids.index)
    groups = group(grids, "responsibility", target=300, load=cases)
    assert groups["load"].sum() == cases.sum()
    assert groups["load"].std() / groups["load"].mean() < 0.25
    assert set(groups.geom_type) == {"Polygon"}


def test_management_grids_have_at_most_five_unit_grids_of_one_community(
    grids: gpd.GeoDataFrame,
) -> None:
    groups = group(grids, "management", target=40_000)
    assert groups["grids"].max() <= 5
    for codes in members(groups):
        assert len({code[:12] for code in codes}) == 1
    assert set(groups["place_code"]) == set(grids["community_code"])


def test_a_place_in_two_pieces_has_groups_in_each(grids: gpd.GeoDataFrame) -> None:
    left = grids[grids.centroid.x < grids.total_bounds[0] + 400]
    right = grids[grids.centroid.x > grids.total_bounds[0] + 1200]
    apart = pd.concat([left, right])
    groups = group(apart, "responsibility", target=10_000_000)
    assert len(groups) == 2
    assert set(groups.geom_type) == {"Polygon"}


def test_the_order_of_the_input_makes_no_difference(grids: gpd.GeoDataFrame) -> None:
    one = group(grids, "evaluation", target=120_000)
    other = group(shuffled(grids, 5), "evaluation", target=120_000)
    assert one["grid_codes"].tolist() == other["grid_codes"].tolist()
    assert (shapely.to_wkb(one.geometry.values) == shapely.to_wkb(other.geometry.values)).all()


def test_an_unknown_place_is_refused(grids: gpd.GeoDataFrame) -> None:
    with pytest.raises(UsageError, match="community, street or county"):
        group(grids, "responsibility", target=1, within="planet")
