"""What rules leave out for speed never changes a verdict: against the slow way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from citygrid_core.census.rules.material import values_of
from citygrid_core.census.rules.position_rules import _about, _alone
from citygrid_core.standards.batch import digit_matrix


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("reach", [0.5, 10.0, 55.0])
def test_no_point_within_reach_of_a_line_is_left_out(seed: int, reach: float) -> None:
    rng = np.random.default_rng(seed)
    lines = shapely.linestrings(rng.uniform(0, 1500, (6, 4, 2)))
    xy = rng.uniform(-200, 1700, (4_000, 2))
    near = shapely.distance(shapely.points(xy)[:, None], lines[None, :]).min(axis=1) <= reach
    kept = _about(xy, lines, reach)
    assert not (near & ~kept).any()
    assert (~kept).any()


@pytest.mark.parametrize("limit", [3.0, 40.0, 300.0])
def test_who_is_not_alone_has_somebody_within_the_limit(limit: float) -> None:
    xy = np.random.default_rng(7).uniform(-900, 900, (700, 2))
    xy[10] = xy[11]
    metres = cKDTree(xy).query(xy, k=2)[0][:, 1]
    alone = _alone(xy, limit / 1.5)
    assert (metres[~alone] <= limit).all()
    assert alone[metres > limit].all()


@pytest.mark.parametrize("odd", [None, "3601310100100000x", "36013１01001000001", "3601", "", 5])
def test_digits_are_the_same_at_once_and_one_by_one(odd: object) -> None:
    codes = np.array(["36013101001000001", "36013101001999999", "3601310100100000x"], dtype=object)
    plain = digit_matrix(codes, 17)
    mixed = np.append(codes, np.array([odd, ""], dtype=object))  # lengths differ: the slow way
    for quick, slow in zip(plain, digit_matrix(mixed, 17), strict=True):
        assert quick.tolist() == slow[:3].tolist()
    assert not digit_matrix(mixed, 17)[2][3:].any() or odd == "3601"


def test_empty_texts_and_missing_values_are_nothing() -> None:
    values = values_of(["a", "", None, "a", 3])
    assert values.given.tolist() == [True, False, False, True, True]
    assert values.text().tolist() == ["a", "", "", "a", "3"]
