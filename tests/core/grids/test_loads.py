"""Metres of street as a load, and groups balanced by it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from citygrid_core.grids import group, street_length
from tests.core.grids.town import frame, squares


def test_a_street_counts_where_it_is_and_half_along_a_border() -> None:
    grids, _ = squares(5, 5)
    roads = frame(
        [
            shapely.LineString([(0, -50), (500, -50)]),  # through the first row
            shapely.LineString([(100, -200), (100, -300)]),  # along a border
            shapely.LineString([(700, 0), (700, -500)]),  # outside
        ]
    )
    metres = street_length(grids, roads).set_axis(grids["code"])
    # sums are those of the streets in the city
    assert metres.sum() == pytest.approx(600)
    assert metres.iloc[:5].tolist() == pytest.approx([100] * 5, abs=6)
    assert metres["420102001001011"] == pytest.approx(50)
    assert metres["420102001001012"] == pytest.approx(50)


def test_groups_are_balanced_by_street_length() -> None:
    grids, _ = squares(5, 10)
    # a dense quarter in the west: streets every 25 m, none in the east but one
    lines = [shapely.LineString([(0, -y), (400, -y)]) for y in range(5, 500, 25)]
    lines.append(shapely.LineString([(400, -250), (1000, -250)]))
    roads = frame(lines)
    load = street_length(grids, roads)
    target = load.sum() / 5
    by_street = group(grids, "responsibility", target=target, load=load)
    by_area = group(grids, "responsibility", target=grids.area.sum() / len(by_street))
    members = load.set_axis(grids["code"])

    def uneven(groups: gpd.GeoDataFrame) -> float:
        sums = [members[c.split(",")].sum() for c in groups["grid_codes"]]
        return max(sums) / (sum(sums) / len(sums))

    assert uneven(by_street) < 1.6 < uneven(by_area)
    assert (by_street.geometry.geom_type == "Polygon").all()  # contiguous
    assert by_street["load"].sum() == pytest.approx(load.sum())
    assert (by_street["place_code"].str.len() == 9).all()  # inside one street
