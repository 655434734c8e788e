"""Near vertices of neighbours become one; nothing that was meant is lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.grids import Strategies, check, number, repair
from citygrid_core.grids.snap import snap_together
from tests.core.grids.town import X0, Y0, squares
from tests.examples import examples


def jittered(amount: float, seed: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A surveyor's hand: every vertex of every grid clicked anew, up to `amount` off."""
    grids, areas = squares(5, 5)
    rng = np.random.default_rng(seed)
    shapes = []
    for shape in grids.geometry:
        corners = shapely.get_coordinates(shape)[:-1] + rng.uniform(-amount, amount, (4, 2))
        shapes.append(shapely.Polygon(corners))
    return grids.set_geometry(gpd.GeoSeries(shapes, crs=grids.crs)), areas


def test_clicks_that_missed_by_a_hand_become_the_very_squares() -> None:
    drawn, areas = jittered(0.2, seed=4)
    before, _ = squares(5, 5)
    strict = repair(drawn, areas, strategies=Strategies(part="absorb")).frame
    snapped = repair(drawn, areas, strategies=Strategies(part="absorb", snap_m=0.6))
    assert len(snapped.frame) == len(strict) == 25
    assert {"vertex"} <= set(snapped.repairs["defect"])
    # without snapping the borders keep steps and needles where hands missed
    bends = shapely.get_num_coordinates(snapped.frame.geometry.to_numpy()).sum()
    assert bends < 0.6 * shapely.get_num_coordinates(strict.geometry.to_numpy()).sum()
    grids = snapped.frame.assign(code=number(snapped.frame))
    assert [f for f in check(grids, areas) if f.severity == "error"] == []
    # each is a square but for the hand
    far = shapely.hausdorff_distance(
        snapped.frame.sort_values("code").geometry.to_numpy(),
        before.sort_values("code").geometry.to_numpy(),
    )
    assert far.max() < 0.6


def test_an_edge_takes_up_the_vertex_that_it_passes() -> None:
    left = shapely.box(X0, Y0, X0 + 50, Y0 + 100)
    right = shapely.Polygon(
        [(X0 + 50.3, Y0), (X0 + 90, Y0), (X0 + 90, Y0 + 100), (X0 + 50.2, Y0 + 100),
         (X0 + 50.3, Y0 + 40)]
    )  # fmt: skip
    both, changed = snap_together(np.array([left, right], dtype=object), 0.5, 0.001)
    assert changed.any()
    assert shapely.coverage_is_valid(both)
    assert shapely.intersection(both[0], both[1]).length > 99


def test_what_is_meant_stays() -> None:
    # two bends of one grid 0.3 m apart, and a lane 2 m wide between grids
    a = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10.3, 10), (10.3, 20), (0, 20)])
    b = shapely.box(12.3, 0, 20, 20)
    both, changed = snap_together(np.array([a, b], dtype=object), 0.5, 0.001)
    assert not changed.any()
    assert shapely.equals(both[0], a)


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 0.25))
def test_a_snapped_division_is_legal_whatever_the_hand(seed: int, amount: float) -> None:
    drawn, areas = jittered(amount, seed)
    done = repair(drawn, areas, strategies=Strategies(part="absorb", snap_m=0.6)).frame
    assert shapely.coverage_is_valid(done.geometry.to_numpy())
    assert abs(done.area.sum() - areas.area.sum()) < 1e-3
    # no shape moved further than the tolerance
    assert shapely.is_valid(done.geometry.to_numpy()).all()
