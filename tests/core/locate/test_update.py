"""An index after an edit: array by array what a whole build over the same raster gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.locate import CellIndex, UnusableCells, build, update
from citygrid_core.locate.build import build_layout
from tests.core.locate.cell_oracle import codes_for, hard_points, lowest, voronoi
from tests.examples import examples


def split(cells: list[Any], codes: list[str], at: int) -> tuple[list[Any], list[str]]:
    """Cut one cell in two; both parts get new codes."""
    x0, y0, x1, y1 = cells[at].bounds
    west = shapely.intersection(cells[at], shapely.box(x0 - 1, y0 - 1, (x0 + x1) / 2, y1 + 1))
    east = shapely.difference(cells[at], west)
    new = [f"32070500{9_000_000 + len(cells)}", f"32070500{9_000_001 + len(cells)}"]
    return (
        [*cells[:at], *cells[at + 1 :], west, east],
        [*codes[:at], *codes[at + 1 :], *new],
    )


def assert_same(index: CellIndex, cells: list[Any], codes: list[str], old: CellIndex) -> None:
    whole = build_layout(cells, codes, fineness=0, max_bytes=0, like=old._layout)
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(index._layout.arrays()[name], array, err_msg=name)
    assert index._layout.numbers() == whole.numbers()


def test_a_split_makes_the_tiles_of_one_cell_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cells, codes = list(voronoi(400, 3)), codes_for(400, 4)
    index = CellIndex.build(cells, codes)
    now, named = split(cells, codes, 200)
    built = []
    monkeypatch.setattr(
        update,
        "build_part",
        lambda ground, where, fineness: (
            built.append(where) or build.build_part(ground, where, fineness)
        ),
    )
    edited = index.updated(now, named, tag="2")
    blocks = sum((w.right - w.left + 1) * (w.high - w.low + 1) for w in built)
    assert 0 < blocks < 0.05 * index._layout.rows * index._layout.columns
    assert edited.tag == "2"
    assert_same(edited, now, named, index)
    x, y = hard_points(np.array(now), 500, 5)
    np.testing.assert_array_equal(edited.locate(x, y), lowest(now, named, x, y))


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_any_edits_give_what_a_whole_build_gives(seed: int, edits: int) -> None:
    """Cells split, dropped, moved, given a hole or another code, again and again."""
    rng = np.random.default_rng(seed)
    cells, codes = list(voronoi(120, 6)), codes_for(120, 7)
    index = CellIndex.build(cells, codes)
    for _ in range(edits):
        at = int(rng.integers(1, len(cells) - 1))
        kind = rng.choice(["split", "drop", "hole", "code", "move", "part"])
        if kind == "split":
            cells, codes = split(cells, codes, at)
        elif kind == "drop":
            del cells[at], codes[at]
        elif kind == "code":
            codes[at] = f"1{codes[at]}"
        elif kind == "hole":
            spot = cells[at].representative_point().buffer(float(rng.uniform(1, 9)))
            cells[at] = shapely.difference(cells[at], spot)
        elif kind == "part":
            cells[at] = shapely.union(cells[at], cells[at].centroid.buffer(3.0))
        else:
            middle = shapely.get_coordinates(shapely.box(*shapely.total_bounds(cells)).centroid)
            step = 0.1 * (middle - shapely.get_coordinates(cells[at].centroid))
            cells[at] = shapely.transform(cells[at], step.__add__)
        old, index = index, index.updated(cells, codes)
        if index._layout.size == old._layout.size:
            assert_same(index, cells, codes, old)
    x, y = hard_points(np.array(cells), 60, seed % 1000)
    np.testing.assert_array_equal(index.locate(x, y), lowest(cells, codes, x, y))


def test_nothing_changed_everything_changed_and_wrong_ones() -> None:
    cells, codes = list(voronoi(60, 8)), codes_for(60, 9)
    index = CellIndex.build(cells, codes)
    assert_same(index.updated(cells, codes), cells, codes, index)
    away = [shapely.transform(c, lambda xy: xy + 1e5) for c in cells]
    moved = index.updated(away, codes)
    x, y = hard_points(np.array(away), 100, 10)
    np.testing.assert_array_equal(moved.locate(x, y), lowest(away, codes, x, y))
    far = index.updated([*cells, shapely.box(0, 0, 1, 1)], [*codes, "z"])
    assert far.locate_one(0.5, 0.5) == 60
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(UnusableCells, match="Self-intersection"):
        index.updated([*cells[1:], bow_tie], codes)
    with pytest.raises(UnusableCells, match="Point"):
        index.updated([*cells[1:], shapely.Point(0, 0)], codes)
    assert index.updated([], []).locate_one(0, 0) == -1
