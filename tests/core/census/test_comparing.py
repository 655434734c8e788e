"""Two censuses without keys: planted truth, and the best matching there is."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.census.comparing import assign, assignment, compare_censuses
from citygrid_core.errors import MissingCrs, UsageError
from tests.examples import examples

CRS = "EPSG:4547"
ALONE = 0.5


def census(xy: list[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    frame = {"class_code": "01037", **columns}
    points = [shapely.Point(500_000 + x, 3_380_000 + y) for x, y in xy]
    return gpd.GeoDataFrame(
        pd.DataFrame(frame, index=range(len(xy))).astype(object), geometry=points, crs=CRS
    )


def test_new_gone_moved_changed_and_unchanged() -> None:
    old = census([(0, 0), (20, 0), (40, 0), (60, 0)], state=["intact"] * 4)
    new = census(
        [(0.1, 0), (22, 0), (40, 0.2), (90, 0)], state=["intact", "intact", "lost", "intact"]
    )
    found = compare_censuses(old, new)
    assert found["outcome"].tolist() == ["unchanged", "moved", "changed", "gone", "new"]
    assert found["fields"].tolist() == ["", "", "state", "", ""]
    assert found.loc[1, "distance_m"] == pytest.approx(2.0)
    assert found.loc[3, ["old", "new"]].tolist() == [3, None]
    assert found.loc[4, ["old", "new"]].tolist() == [None, 3]


def test_a_row_of_lamps_that_all_moved_is_matched_as_a_row_not_greedily() -> None:
    # Each new lamp stands nearest to the wrong old one; only the whole row fits.
    old = census([(0, 0), (3, 0), (6, 0)])
    new = census([(-1.6, 0), (1.6, 0), (4.6, 0)])
    found = compare_censuses(old, new)
    assert found[["old", "new"]].to_numpy().tolist() == [[0, 0], [1, 1], [2, 2]]


def test_another_class_is_a_change_only_where_nothing_fits_better() -> None:
    old = census([(0, 0), (1, 0)], class_code=["01001", "01003"])
    new = census([(0.4, 0), (0.6, 0)], class_code=["01003", "01001"])
    found = compare_censuses(old, new)
    assert found["outcome"].tolist() == ["moved", "moved"]
    assert found["new"].tolist() == [1, 0]
    only = compare_censuses(old.iloc[:1], new.iloc[:1])
    assert only["outcome"].tolist() == ["changed"]
    assert only["fields"].tolist() == ["class_code"]


def test_what_one_census_does_not_say_is_no_change() -> None:
    old = census([(0, 0)], owning_code=["A"])
    assert compare_censuses(old, census([(0, 0)]))["outcome"].tolist() == ["unchanged"]
    silent = census([(0, 0)], owning_code=[None])
    assert compare_censuses(old, silent)["outcome"].tolist() == ["unchanged"]


def test_points_and_polygons_are_never_one() -> None:
    old = census([(0, 0)])
    new = old.set_geometry(old.buffer(1))
    assert compare_censuses(old, new)["outcome"].tolist() == ["gone", "new"]


def test_wrong_frames_are_refused() -> None:
    good = census([(0, 0)])
    with pytest.raises(MissingCrs):
        compare_censuses(good.set_crs(None, allow_override=True), good)
    with pytest.raises(UsageError, match="one projected CRS"):
        compare_censuses(good, good.to_crs(4490))


def test_planted_changes_of_a_city_are_found() -> None:
    rng = np.random.default_rng(5)
    n = 5_000
    grid = np.array(list(itertools.product(range(100), range(50))), dtype=float) * 12
    xy = grid + rng.uniform(-3, 3, (n, 2))
    classes = rng.choice(["01001", "01037", "04002"], n)
    old = census([tuple(p) for p in xy], class_code=classes, state=["intact"] * n)
    truth = rng.choice(["unchanged", "moved", "changed", "gone"], n, p=[0.8, 0.08, 0.07, 0.05])
    shift = rng.normal(0, 0.08, (n, 2))
    angle = rng.uniform(0, 2 * np.pi, n)
    far = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(1.0, 2.5, n)[:, None]
    now = xy + np.where((truth == "moved")[:, None], far, shift)
    stays = truth != "gone"
    extra = rng.uniform(1_400, 1_600, (300, 2))
    new = census(
        [tuple(p) for p in np.vstack([now[stays], extra])],
        class_code=np.concatenate([classes[stays], np.full(300, "01001")]),
        state=np.concatenate([np.where(truth[stays] == "changed", "damaged", "intact"), np.full(300, "intact")]),
    )  # fmt: skip
    found = compare_censuses(old, new)
    by_old = found[found["old"].notna()].set_index("old")["outcome"].reindex(range(n))
    assert (by_old.to_numpy() == truth).mean() > 0.995
    right = dict(zip(np.flatnonzero(stays).tolist(), range(int(stays.sum())), strict=True))
    matched = found[found["old"].notna() & found["new"].notna()]
    assert (
        np.mean([right.get(a) == b for a, b in zip(matched["old"], matched["new"], strict=True)])
        > 0.999
    )
    assert (found["outcome"] == "new").sum() >= 300
    assert len(found) == n + 300 + int((found["outcome"] == "new").sum()) - 300


def best(left: list[int], right: list[int], cost: list[float]) -> float:
    """Return the least total gain by trying every matching."""
    least = 0.0
    pairs = list(zip(left, right, cost, strict=True))
    for size in range(1, len(pairs) + 1):
        for some in itertools.combinations(pairs, size):
            if len({p[0] for p in some}) == size == len({p[1] for p in some}):
                least = min(least, sum(p[2] - 2 * ALONE for p in some))
    return least


graphs = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 150)),
    max_size=9,
    unique_by=lambda t: t[:2],
)


@settings(deadline=None, derandomize=True, max_examples=examples(150))
@given(graphs, st.booleans())
def test_the_matching_is_the_best_of_all(edges: list[tuple[int, int, int]], sparse: bool) -> None:
    left, right = (np.array([e[k] for e in edges], dtype=np.int64) for k in (0, 1))
    cost = np.array([e[2] / 100 for e in edges])
    dense = assignment._DENSE
    assignment._DENSE = 0 if sparse else dense
    try:
        taken = assign(left, right, cost, ALONE)
    finally:
        assignment._DENSE = dense
    assert len(set(left[taken])) == taken.sum() == len(set(right[taken]))
    gain = float((cost[taken] - 2 * ALONE).sum())
    assert gain == pytest.approx(best(left.tolist(), right.tolist(), cost.tolist()))
