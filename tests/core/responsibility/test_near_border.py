"""A position has an error: which answers may be wrong, and how probably?"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtri

from citygrid_core.locate import CellIndex
from citygrid_core.responsibility import DutyBook, near_border
from tests.core.responsibility.test_duty_book import CRS, DEPARTMENTS, rules

LEFT, RIGHT = "320705001001001", "320705002001001"
CELLS = CellIndex.build([shapely.box(0, 0, 200, 200), shapely.box(200, 0, 400, 200)], [LEFT, RIGHT])
BOOK = DutyBook(
    rules(
        {"place": "area", "place_code": "320705001", "department_code": "W", "role": "handling"},
        {"place": "area", "place_code": "320705002", "department_code": "R", "role": "handling"},
        {
            "place": "line",
            "geometry": shapely.LineString([(0, 100), (400, 100)]),
            "width_m": 10.0,
            "department_code": "E",
            "role": "handling",
        },
        {
            "place": "polygon",
            "geometry": shapely.Point(80, 40).buffer(25),
            "department_code": "P",
            "role": "handling",
        },
    ),
    DEPARTMENTS,
)


def asked(x: Any, y: Any) -> gpd.GeoDataFrame:
    code = np.append(CELLS.codes, "")[CELLS.locate(x, y)]
    return gpd.GeoDataFrame(
        {
            "object_kind": ["component"] * len(code),
            "class_code": ["01001"] * len(code),
            "grid_code": code,
            "community_code": [c[:12] for c in code],
        },
        geometry=shapely.points(x, y),
        crs=CRS,
    )


def near(x: Any, y: Any, accuracy: Any, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    points = asked(x, y)
    answers = BOOK.resolve(points, at="2026-10-01")
    return answers, near_border(BOOK, points, CELLS, accuracy=accuracy, at="2026-10-01", **options)


def test_1_8_metres_from_another_owners_border_with_an_error_of_3_metres() -> None:
    answers, got = near([198.2, 150.0], [150.0, 150.0], 3.0)

    first = got.iloc[0]
    assert answers["handling_code"].tolist() == ["W", "W"]
    assert bool(first["near_border"])
    assert first["border_m"] == pytest.approx(1.8)
    assert first["handling_other"] == "R"
    assert first["other_grid_code"] == RIGHT
    assert first["other_probability"] == pytest.approx(0.2743, abs=1e-4)  # Phi(-0.6)
    assert not got.iloc[1]["near_border"]
    assert got.iloc[1]["handling_other"] is None
    assert np.isnan(got.iloc[1]["border_m"])


def test_lines_polygons_the_end_of_the_city_and_exact_positions() -> None:
    x, y = (
        np.array([50.0, 50.0, 80.0, 1.0, 50.0, 199.0, 200.0]),
        np.array([112.0, 108.0, 63.0, 150.0, 112.0, 100.0, 150.0]),
    )
    _, got = near(x, y, np.array([3.0, 3.0, 3.0, 3.0, 0.0, 3.0, 3.0]))
    assert got["handling_other"].tolist() == ["E", "W", "W", "", None, None, "R"]
    assert got["border_m"].iloc[:4].tolist() == pytest.approx([2, 2, 2, 1], abs=0.05)
    # On the expressway the cells' border changes nothing.
    assert got["near_border"].tolist() == [True, True, True, True, False, False, True]
    assert got["other_probability"].iloc[6] == pytest.approx(0.5, abs=1e-3)


def test_no_border_matters_where_the_record_names_the_body() -> None:
    points = asked([199.0], [150.0])
    points["handling_code"] = ["S"]  # the record names it: no border matters
    got = near_border(BOOK, points, CELLS, accuracy=3.0, at="2026-10-01")
    assert not got["near_border"].any()


def test_unflagged_answers_are_right_and_few_are_flagged() -> None:
    """Simulated errors of 3 m: against an oracle that integrates over all positions."""
    rng = np.random.default_rng(3)
    n, sigma = 20_000, 3.0
    true = rng.uniform((5, 5), (395, 195), (n, 2))
    seen = true + rng.normal(0, sigma, (n, 2))
    truth = BOOK.resolve(asked(*true.T.copy()), at="2026-10-01")["handling_code"]
    answers, got = near(*seen.T.copy(), sigma)
    right = (answers["handling_code"] == truth).to_numpy()
    flagged = got["near_border"].to_numpy()
    assert right.mean() < 0.98
    assert right[~flagged].mean() >= 0.999

    # The oracle asks at 20 x 20 equally probable positions around each point.
    quantiles = ndtri((np.arange(20) + 0.5) / 20) * sigma
    dx, dy = (v.ravel() for v in np.meshgrid(quantiles, quantiles))
    part = np.arange(0, n, 10)
    around = (seen[part][:, None, :] + np.column_stack([dx, dy])[None]).reshape(-1, 2)
    there = BOOK.resolve(asked(*around.T.copy()), at="2026-10-01")["handling_code"]
    mine = answers["handling_code"].to_numpy()[part]
    other = (there.to_numpy().reshape(len(part), -1) != mine[:, None]).mean(axis=1)
    oracle = other > 0.02
    assert flagged[part].sum() <= 1.1 * oracle.sum()
    assert np.abs(got["other_probability"].to_numpy()[part] - other).mean() < 0.01
