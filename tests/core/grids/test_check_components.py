"""Everything surveyed is in a grid, and in the one that it says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from citygrid_core.grids import RULES, as_frame, check
from tests.core.grids.town import frame, squares


def test_components_outside_and_in_the_wrong_grid_are_named() -> None:
    grids, areas = squares(5, 5)
    first, second = grids["code"].iloc[0], grids["code"].iloc[1]
    lamps = frame(
        [
            shapely.Point(50, -50),
            shapely.Point(-3, -50),  # three metres beside the city
            shapely.Point(150, -50),  # in the second grid, says the first
            shapely.Point(100, -50),  # on the border: either may be named
            shapely.Point(0, -50),  # on the rim
            shapely.LineString([(120, -20), (180, -20)]),
        ],
        code=["L1", "L2", "L3", "L4", "L5", "L6"],
        grid_code=[first, first, first, second, first, second],
    )
    found = check(grids, areas, components=lamps)
    assert [(f.rule, f.codes) for f in found] == [
        ("component.outside", ("L2",)),
        ("component.grid", (str(second), "L3")),
    ]
    assert found[0].measure == pytest.approx(3)
    assert found[0].place.distance(lamps.geometry.iloc[1]) < 0.01
    assert RULES["component.outside"].number == "P01"
    assert "不在任何单元网格内" in found[0].text.zh


def test_a_component_in_a_gap_is_found_with_the_gap() -> None:
    grids, areas = squares(5, 5)
    inside = frame([shapely.Point(250, -250)], code=["L1"])
    rules = [f.rule for f in check(grids.drop(index=grids.index[12]), areas, components=inside)]
    assert rules == ["grid.gap", "component.outside"]
    assert check(grids, areas, components=inside) == []


def test_every_finding_has_an_id_a_number_a_severity_and_a_place() -> None:
    grids, areas = squares(5, 10)
    broken = grids.drop(index=grids.index[[3, 30]]).copy()
    broken.loc[broken.index[0], "code"] = "x"
    once, again = (as_frame(check(broken, areas), areas.crs) for _ in range(2))
    assert once["id"].is_unique
    assert once["id"].tolist() == again["id"].tolist()
    assert (once["id"].str[:3] == once["number"]).all()
    assert set(once["severity"]) <= {"error", "warning"}
    assert np.allclose(once[["x", "y"]], shapely.get_coordinates(once.geometry), atol=1e-3)
    # a repaired place has no finding; the others keep their ids
    less = as_frame(check(grids.drop(index=grids.index[3]), areas), areas.crs)
    assert set(less["id"]) < set(once["id"])
    numbers = [rule.number for rule in RULES.values()]
    assert len(set(numbers)) == len(numbers)


def test_all_that_a_division_can_suffer_from_has_a_rule() -> None:
    for rule in (
        "grid.gap", "grid.overlap", "grid.edge", "grid.sliver", "grid.multipart", "grid.ring",
        "grid.community", "code.form", "code.duplicate", "code.order", "grid.area",
        "building.cut", "component.outside",
    ):  # fmt: skip
        assert RULES[rule].says.en
        assert RULES[rule].says.zh
