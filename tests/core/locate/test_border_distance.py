"""How far from the border, and who is beyond it."""

from __future__ import annotations

import numpy as np
import shapely

from citygrid_core.locate import CellIndex
from tests.core.locate.cell_oracle import codes_for, hard_points, voronoi


def test_the_distance_to_the_border_and_the_cell_beyond_it() -> None:
    cells = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    index = CellIndex.build(cells, ["a", "b"])
    x, y = [9.0, 13.0, 1.0, 10.0, 25.0, 22.0, np.nan], [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0]

    border = index.border_distance(x, y, within=3)

    assert border.distance.tolist() == [1.0, 3.0, 1.0, 0.0, np.inf, 2.0, np.inf]
    # To the right, to the left, out of the city, on the edge, too far, into the city, nowhere.
    assert border.other.tolist() == [1, 0, -1, 1, -1, 1, -1]
    near = index.neighbours([9.0], [5.0], within=2)
    assert (near.point.tolist(), near.cell.tolist(), near.distance.tolist()) == (
        [0, 0],
        [0, 1],
        [0, 1],
    )


def test_a_lower_code_that_overlaps_is_entered() -> None:
    index = CellIndex.build([shapely.box(0, 0, 100, 100), shapely.box(40, 40, 60, 60)], ["b", "a"])
    border = index.border_distance([38.0, 45.0, 5.0], [50.0, 50.0, 50.0], within=20)
    assert border.distance.tolist() == [2.0, 5.0, 5.0]
    assert border.other.tolist() == [1, 0, -1]


def test_the_answer_does_not_change_nearer_and_does_change_there() -> None:
    cells = voronoi(60, 1)
    index = CellIndex.build(cells, codes_for(60, 2))
    x, y = hard_points(cells, 300, 3)
    x, y = x[np.isfinite(x) & np.isfinite(y)], y[np.isfinite(x) & np.isfinite(y)]
    own = index.locate(x, y)
    border = index.border_distance(x, y, within=40)
    assert 0.2 < np.isfinite(border.distance).mean() < 1
    # Nearer than the border, in any direction, the answer is the same.
    away = np.where(np.isfinite(border.distance), border.distance, 40) * 0.999
    inner = away > 1e-3
    for angle in np.linspace(0, 2 * np.pi, 73):
        found = index.locate(x + away * np.cos(angle), y + away * np.sin(angle))
        np.testing.assert_array_equal(found[inner], own[inner])
    # A micrometre past the nearest place of the border it is the one that was said.
    hit = np.flatnonzero(np.isfinite(border.distance) & inner)
    rings = shapely.boundary(cells)[np.where(own[hit] >= 0, own[hit], border.other[hit])]
    here = np.column_stack([x[hit], y[hit]])
    foot = shapely.get_coordinates(
        shapely.get_point(shapely.shortest_line(rings, shapely.points(here)), 0)
    )
    past = here + (foot - here) * (1 + 1e-6 / border.distance[hit])[:, None]
    # At a corner there may be two cells beyond.
    assert (index.locate(past[:, 0], past[:, 1]) == border.other[hit]).mean() > 0.99
