"""Edits with undo and redo: seamless at every step, and back to the very bytes."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pytest
import shapely

from citygrid_core.grids import (
    Coverage,
    Edit,
    GridEditRefused,
    Policy,
    divide,
    merge,
    move_border,
    preview_split,
    split,
    split_along,
)
from tests.core.grids.town import X0, Y0, squares


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points])


def bytes_of(coverage: Coverage) -> dict[str, bytes]:
    grids = coverage.frame()
    return dict(zip(grids["code"], shapely.to_wkb(grids.geometry.to_numpy()), strict=True))


def test_undo_brings_the_very_bytes_back_and_codes_stay_used() -> None:
    coverage = Coverage(squares(5, 5)[0])
    before = bytes_of(coverage)
    code = "420102001001013"
    first = coverage.do(split(coverage.window(code), code, line((190, -222), (310, -270))))
    assert sorted(first.created["code"]) == ["420102001001026", "420102001001027"]
    after = bytes_of(coverage)
    coverage.undo()
    assert bytes_of(coverage) == before
    coverage.redo()
    assert bytes_of(coverage) == after
    coverage.undo()
    again = coverage.do(divide(coverage.window(code), code, 2))
    assert sorted(again.created["code"]) == ["420102001001028", "420102001001029"]
    assert coverage.redo() is None


def test_one_line_splits_every_grid_that_it_divides() -> None:
    coverage = Coverage(squares(5, 10)[0])
    road = line((150, -150), (450, -155), (850, -145))
    edit = coverage.do(split_along(coverage.window(road), road))
    # it begins and ends inside a grid: those two are not divided
    assert len(edit.retired) == 6
    assert len(edit.created) == 12
    assert shapely.coverage_is_valid(coverage.frame().geometry.to_numpy())
    with pytest.raises(GridEditRefused, match="divides no grid"):
        split_along(coverage.window(road), line((10, -10), (20, -20)))


def test_a_preview_says_area_and_legality_and_makes_nothing() -> None:
    coverage = Coverage(squares(5, 5)[0])
    before = bytes_of(coverage)
    cut = line((200, -205), (300, -205))
    shown = preview_split(coverage.window(cut), cut)
    assert shown["area_m2"].tolist() == pytest.approx([500, 9500])
    assert shown["legal"].tolist() == [False, True]
    assert shown["remark"].tolist() == ["below the lower limit of the policy", ""]
    assert set(shown["code"]) == {"420102001001013"}
    house = gpd.GeoDataFrame(
        geometry=[shapely.box(X0 + 240, Y0 - 260, X0 + 260, Y0 - 240)], crs=coverage.crs
    )
    middle = line((195, -250), (305, -250))
    shown = preview_split(coverage.window(middle), middle, buildings=house)
    assert shown["legal"].tolist() == [False, False]
    assert shown["remark_zh"].tolist() == ["切割建筑物"] * 2
    assert len(preview_split(coverage.window(middle), line((210, -250), (250, -250)))) == 0
    assert bytes_of(coverage) == before


def digest(coverage: Coverage) -> str:
    held = bytes_of(coverage)
    return hashlib.sha256(b"".join(c.encode() + held[c] for c in sorted(held))).hexdigest()


def random_edit(coverage: Coverage, rng: np.random.Generator) -> Edit | None:
    codes = coverage.frame()["code"].to_numpy()
    code = str(codes[int(rng.integers(len(codes)))])
    near = coverage.window(code)
    own = near[near["code"] == code]
    low, high = own.total_bounds[:2], own.total_bounds[2:]
    a, b = rng.uniform(low, high, (2, 2))
    long = shapely.LineString([a + 20 * (a - b), b + 20 * (b - a)])
    kind = int(rng.integers(5))
    beside = near[
        (near["community_code"] == own["community_code"].iloc[0])
        & near.touches(own.geometry.iloc[0])
    ]
    try:
        # small limits, so that cells may grow and shrink without end
        policy = Policy(limit_low_m2=50.0)
        if kind == 0:
            return split(near, code, long, policy=policy)
        if kind == 1 and own.area.iloc[0] > 400:
            return divide(near, code, int(rng.integers(2, 4)), policy=policy)
        if not len(beside):
            return None
        other = str(beside["code"].iloc[int(rng.integers(len(beside)))])
        both = coverage.window(code, other)
        if kind == 2:
            return move_border(both, (code, other), long, policy=policy)
        return merge(both, [code, other], policy=policy)
    except GridEditRefused:
        return None


def many_edits(count: int, seed: int) -> None:
    grids, _ = squares(10, 10)
    coverage = Coverage(grids)
    before, ground = bytes_of(coverage), float(grids.area.sum())
    rng = np.random.default_rng(seed)
    # cases do not move, and each is in exactly one cell: totals are conserved
    cases = shapely.points(rng.uniform(grids.total_bounds[:2], grids.total_bounds[2:], (3000, 2)))
    ever = set(grids["code"])
    tried = done = undone = redone = 0
    states = [digest(coverage)]
    while done < count:
        tried += 1
        assert tried < 6 * count + 200, "edits are refused too often"
        if rng.random() < 0.1 and len(states) > 1:
            coverage.undo()
            assert digest(coverage) == states[-2]
            undone += 1
            if rng.random() < 0.6:
                coverage.redo()
                assert digest(coverage) == states[-1]
                redone += 1
            else:
                states.pop()
            continue
        edit = random_edit(coverage, rng)
        if edit is None:
            continue
        edit = coverage.do(edit)
        new = set(edit.created["code"])
        assert ever.isdisjoint(new), "a code was used before"
        ever |= new
        done += 1
        states.append(digest(coverage))
        around = coverage.window(*edit.changed["code"], *edit.created["code"])
        assert shapely.coverage_is_valid(around.geometry.to_numpy())
        if done % 50 == 0:
            frame = coverage.frame()
            shapes = frame.geometry.to_numpy()
            assert shapely.coverage_is_valid(shapes)
            assert frame["code"].is_unique
            assert frame.area.sum() == pytest.approx(ground, abs=1e-3 * done)
            # every case is in a cell; inside a cell it is in no other
            inside = shapely.STRtree(shapes).query(cases, predicate="within")[0]
            assert len(np.unique(inside)) == len(inside) > 0.99 * len(cases)
            covered = shapely.STRtree(shapes).query(cases, predicate="intersects")[0]
            assert len(np.unique(covered)) == len(cases)
    assert undone > count // 50
    assert redone > 0
    while coverage.undo() is not None:
        pass
    assert bytes_of(coverage) == before
    while coverage.redo() is not None:
        pass
    assert digest(coverage) == states[-1]


def test_two_hundred_random_edits_with_undo_and_redo() -> None:
    many_edits(200, seed=20260701)


@pytest.mark.long
def test_two_thousand_random_edits_with_undo_and_redo() -> None:
    many_edits(2_000, seed=20260702)
