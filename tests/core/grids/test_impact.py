"""What an edit would move is known before it is made."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.grids import impact, measure, merge, split, summary
from citygrid_core.grids.quality import border_f1
from tests.core.grids.town import X0, Y0, frame, squares


@pytest.fixture
def city() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return squares(5, 10)


def test_components_and_cases_that_move_are_named(
    city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = city
    rng = np.random.default_rng(1)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(
            rng.uniform(X0, X0 + 1000, 400), rng.uniform(Y0 - 500, Y0, 400)
        ),
        crs=grids.crs,
    )
    points["grid_code"] = gpd.sjoin(points, grids[["code", "geometry"]])["code"]
    line = shapely.LineString([(X0 + 240, Y0 - 100), (X0 + 260, Y0 - 400)])
    edit = split(grids, "420102001001013", line).numbered({"420102001001": 25})
    found = impact(edit, components=points, cases=points.iloc[:50])
    # an oracle of its own: join again after the edit
    after = gpd.sjoin(points, edit.apply(grids)[["code", "geometry"]])["code"]
    moved = points.index[points["grid_code"] != after.reindex(points.index)]
    assert sorted(found.components.index) == sorted(moved)
    assert (found.components["after"] == after.loc[found.components.index]).all()
    assert set(found.cases.index) == set(moved) & set(range(50))
    assert found.retired == ["420102001001013"]
    assert found.changed == []


def test_rules_and_groups_that_name_a_retired_grid(
    city: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = city
    gone = ["420102001001001", "420102001001002"]
    edit = merge(grids, gone).numbered({"420102001001": 25})
    rules = pd.DataFrame(
        {"place": ["grid", "area", "grid"], "place_code": [gone[0], gone[0][:12], "x"]},
        index=[10, 11, 12],
    )
    groups = pd.DataFrame({"code": ["A", "B"], "grid_codes": [",".join(gone), "420102001001003"]})
    found = impact(edit, rules=rules, groups=groups)
    assert found.rules.index.tolist() == [10]
    assert found.groups.to_dict("records") == [
        {"code": "A", "loses": ",".join(gone), "gains": "420102001001026"}
    ]
    assert len(found.components) == 0


def test_a_square_has_known_measures() -> None:
    grids, areas = squares(5, 5)
    cells = measure(grids)
    assert cells["polsby_popper"].tolist() == pytest.approx([np.pi / 4] * 25)
    assert cells["reock"].tolist() == pytest.approx([2 / np.pi] * 25)
    street = frame([shapely.LineString([(0, -100), (500, -100)])])
    on = measure(grids, lines=street)["on_lines"]
    assert on.iloc[:10].tolist() == pytest.approx([0.26] * 10, abs=0.02)
    assert on.iloc[10:].max() < 0.02
    whole = summary(grids, areas, lines=street, buildings=frame([shapely.box(90, -20, 110, -10)]))
    assert whole["legal"] == 1.0
    assert whole["in_soft_range"] == 1.0
    assert whole["buildings_cut"] == 1
    assert border_f1(grids, grids)["f1"] == pytest.approx(1)
    far = grids.assign(geometry=grids.translate(50, 50))
    assert border_f1(grids, far)["f1"] < 0.3
