"""A bank between a street and the river goes, piece by piece, to the blocks behind it."""

from __future__ import annotations

import shapely

from citygrid_core.grids import check, draw, number
from tests.core.grids.town import frame


def test_each_block_gets_the_bank_before_it() -> None:
    area = frame([shapely.box(0, 0, 300, 200)], code=["420102001001"])
    river = frame([shapely.box(-10, -10, 310, 60)], kind=["water"])
    # the embankment, 14 m from the water; three blocks of 100 x 126 m behind it
    lines = [shapely.LineString([(-5, 74), (305, 74)])]
    lines += [shapely.LineString([(x, 74), (x, 205)]) for x in (100, 200)]
    roads = frame(lines, road_class=["branch"] * 3)
    grids = draw(area, roads, barriers=river).grids
    grids["code"] = number(grids)
    assert [f for f in check(grids, area) if f.severity == "error"] == []
    x0, y0 = area.total_bounds[:2]
    at = dict(zip(grids["code"], grids.geometry, strict=True))
    # the river is one cell, and each block reaches down to the shore before it, not further
    assert len(at) == 4
    for left in (0, 100, 200):
        bank = shapely.box(x0 + left + 1, y0 + 61, x0 + left + 99, y0 + 73)
        block = shapely.Point(x0 + left + 50, y0 + 150)
        (own,) = [code for code, shape in at.items() if shape.contains(block)]
        assert at[own].buffer(0.01).contains(bank)
        assert at[own].bounds[2] - at[own].bounds[0] < 101
