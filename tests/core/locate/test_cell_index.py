"""Which cell is a point in? Examples first, then everything hard against an oracle."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.locate import CellIndex, NoAccelerator, UnusableCells
from tests.core.locate.cell_oracle import codes_for, every, hard_points, lowest, voronoi

ENGINES = ["numpy"] + (["numba"] if importlib.util.find_spec("numba") else [])


def test_a_point_is_in_one_cell_and_on_an_edge_in_the_lowest_code() -> None:
    cells = [shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)]
    index = CellIndex.build(cells, ["320705001001002", "320705001001001"])

    found = index.locate([5, 15, 10, 20, 25], [5, 5, 5, 10, 5])

    assert found.tolist() == [1, 0, 1, 0, -1]
    assert found.dtype == np.int64
    assert index.codes[found[0]] == "320705001001001"
    assert index.locate_one(10.0, 10.0) == 1
    assert len(index) == 2


def test_all_that_cover_a_point_when_cells_overlap() -> None:
    cells = [shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15), shapely.box(-50, -50, 50, 50)]
    index = CellIndex.build(cells, ["b", "a", "c"])
    point, position = index.locate_all([7, 2, 5, 40, 99], [7, 2, 5, 40, 99])
    assert list(zip(point.tolist(), position.tolist(), strict=True)) == [
        (0, 1), (0, 0), (0, 2), (1, 0), (1, 2), (2, 1), (2, 0), (2, 2), (3, 2),
    ]  # fmt: skip
    assert index.locate([7, 40], [7, 40]).tolist() == [1, 2]


def test_holes_parts_none_and_empty() -> None:
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    parts = shapely.MultiPolygon([shapely.box(40, 0, 50, 10), shapely.box(12, 12, 14, 14)])
    index = CellIndex.build([None, ring, parts, shapely.Polygon()], [1, 2, 3, 4])
    x = np.array([5, 15, 10, 13, 45, 35])
    assert index.locate(x, np.array([5, 15, 15, 13, 5, 5])).tolist() == [1, -1, 1, 2, 2, -1]
    assert index.codes.tolist() == ["1", "2", "3", "4"]


def test_codes_are_compared_as_text_and_equal_codes_by_position() -> None:
    square = shapely.box(0, 0, 1, 1)
    assert CellIndex.build([square, square], [9, 10]).locate_one(0.5, 0.5) == 1
    assert CellIndex.build([square, square], ["x", "x"]).locate_one(0.5, 0.5) == 0


def test_shape_of_the_points_is_kept_and_nothing_is_nowhere() -> None:
    index = CellIndex.build([shapely.box(0, 0, 1, 1)], ["a"])
    assert index.locate(np.full((2, 3), 0.5), np.full((2, 3), 0.5)).tolist() == [[0] * 3] * 2
    assert index.locate([], []).shape == (0,)
    nowhere = [np.nan, np.inf, -np.inf, 0.5, 1e308]
    assert index.locate(nowhere, [0.5, 0.5, 0.5, np.nan, 0.5]).tolist() == [-1] * 5
    assert index.locate_one(float("nan"), 0.5) == -1
    for none in (CellIndex.build([], []), CellIndex.build([None], ["a"])):
        assert none.locate([0.0], [0.0]).tolist() == [-1]
        assert none.locate_one(0.0, 0.0) == -1
        assert none.locate_all([0.0], [0.0])[0].size == 0


def test_all_that_is_wrong_with_the_input_is_said_at_once() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(UnusableCells) as raised:
        CellIndex.build([bow_tie, shapely.Point(0, 0), shapely.box(0, 0, 1e200, 1)], "abc")
    rules = {p.rule for p in raised.value.problems}
    assert rules == {"locate.no_polygon", "locate.invalid_polygon", "locate.coordinates"}
    assert "Self-intersection" in str(raised.value)
    assert "图形无效" in raised.value.text("zh")
    with pytest.raises(UnusableCells, match="1 codes"):
        CellIndex.build([bow_tie, bow_tie], ["a"])
    with pytest.raises(UnusableCells, match="no code at position 1"):
        CellIndex.build([shapely.box(0, 0, 1, 1)] * 2, ["a", None])


def _slivers() -> Any:
    rng = np.random.default_rng(5)
    x = np.sort(np.concatenate([rng.uniform(0, 1000, 60), 500 + rng.uniform(0, 1e-7, 40)]))
    tilt = rng.normal(0, 1e-9, len(x)).cumsum()
    left, right = (x + tilt)[:-1], (x + tilt)[1:]
    return np.array(
        [
            shapely.Polygon([(a, 0), (b, 0), (d, 900), (c, 900)])
            for a, b, c, d in zip(x[:-1], x[1:], left, right, strict=True)
            if b > a and d > c
        ]
    )


def _overlapping() -> Any:
    rng = np.random.default_rng(6)
    centres = shapely.points(rng.uniform(0, 2000, (80, 2)))
    discs = shapely.buffer(centres, rng.uniform(5, 600, 80), quad_segs=5)
    holes = shapely.buffer(centres, rng.uniform(1, 4, 80))
    return shapely.difference(discs, holes)


def _scattered() -> Any:
    rng = np.random.default_rng(7)
    corners = rng.uniform(0, 1e6, (150, 2))
    spots = shapely.buffer(shapely.points(corners), rng.uniform(1, 40, 150), quad_segs=3)
    many = shapely.union_all(spots[:30])
    return np.array([*spots[30:], many, shapely.box(3e5, 3e5, 9e5, 9e5)])


KINDS = {
    "a city of irregular cells": lambda: voronoi(150, 1),
    "degrees": lambda: voronoi(60, 2, side=0.002, origin=(118.6, 34.6)),
    "slivers": _slivers,
    "overlapping discs with holes": _overlapping,
    "scattered spots and one large area": _scattered,
    "huge coordinates": lambda: voronoi(40, 3, side=3e9, origin=(-7e15, 4e14)),
    "beyond all precision": lambda: shapely.transform(
        voronoi(30, 4), lambda c: np.rint(c / 9) + 2**48
    ),
    "tiny": lambda: shapely.transform(voronoi(30, 8, origin=(0.0, 0.0)), lambda c: c * 1e-120),
    "vast": lambda: shapely.transform(voronoi(30, 9, origin=(0.0, 0.0)), lambda c: c * 1e130),
    "one cell": lambda: voronoi(1, 10),
}


@pytest.mark.parametrize("kind", KINDS)
def test_hard_points_have_the_answer_of_covers(kind: str) -> None:
    cells = KINDS[kind]()
    cells = cells[shapely.is_valid(cells) & ~shapely.is_empty(cells)]
    codes = codes_for(len(cells), 11)
    x, y = hard_points(cells, 1000, 12)
    want = lowest(cells, codes, x, y)
    assert len(np.unique(want)) > min(len(cells), 20) / 2
    for fineness in (16.0, 2.0):
        index = CellIndex.build(cells, codes, fineness=fineness)
        for engine in ENGINES:
            np.testing.assert_array_equal(index.locate(x, y, engine=engine), want)
    some = slice(None, None, 37)
    ones = [index.locate_one(*xy) for xy in zip(x[some], y[some], strict=True)]
    assert ones == want[some].tolist()


def test_every_hit_is_the_oracles() -> None:
    cells = _overlapping()
    codes = codes_for(len(cells), 1)
    x, y = hard_points(cells, 12, 2)
    fit = np.isfinite(x) & np.isfinite(y)
    point, position = CellIndex.build(cells, codes).locate_all(x[fit], y[fit])
    found = list(zip(point.tolist(), position.tolist(), strict=True))
    assert found == every(cells, codes, x[fit], y[fit])


lattice = st.integers(-6, 6)


@st.composite
def lattice_cells(draw: st.DrawFn) -> list[Any]:
    """Triangles, boxes, rings and pairs on a small lattice: everything touches everything."""
    cells = []
    for _ in range(draw(st.integers(1, 12))):
        three = [(draw(lattice), draw(lattice)) for _ in range(3)]
        x, y = draw(lattice), draw(lattice)
        w, h = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        box = shapely.box(x, y, x + w, y + h)
        kind = draw(st.sampled_from(["triangle", "box", "ring", "pair"]))
        if kind == "triangle":
            cell = shapely.Polygon(three)
        elif kind == "ring":
            cell = box.difference(shapely.box(x + 0.25, y + 0.25, x + w - 0.5, y + h - 0.5))
        elif kind == "pair":
            cell = shapely.MultiPolygon([box, shapely.box(x + w, y + h, x + w + 1, y + h + 2)])
        else:
            cell = box
        if cell.is_valid and cell.area > 0:
            cells.append(cell)
    return cells


@settings(max_examples=150, deadline=None)
@given(lattice_cells(), st.integers(0, 2**32 - 1), st.sampled_from([1.0, 1 / 3, 1e-5]))
def test_points_on_a_lattice_have_the_answer_of_covers(
    cells: list[Any], seed: int, scale: float
) -> None:
    cells = list(
        shapely.transform(np.array(cells, dtype=object), lambda c: c * scale + 1e6 * scale)
    )
    cells = [c for c in cells if c.is_valid]
    codes = codes_for(len(cells), seed)
    half = np.arange(-14, 24) / 2
    x, y = (v.ravel() * scale + 1e6 * scale for v in np.meshgrid(half, half))
    index = CellIndex.build(cells, codes)
    want = lowest(cells, codes, x, y)
    np.testing.assert_array_equal(index.locate(x, y), want)
    assert [index.locate_one(*xy) for xy in zip(x[::9], y[::9], strict=True)] == want[::9].tolist()


def test_a_hundred_thousand_points_of_a_city() -> None:
    cells = voronoi(1500, 21)
    codes = codes_for(len(cells), 22)
    rng = np.random.default_rng(23)
    low, *_, high = np.split(np.asarray(shapely.total_bounds(cells)), 2)
    x, y = rng.uniform(low - 50, high + 50, (100_000, 2)).T.copy()
    index = CellIndex.build(cells, codes)
    tree = shapely.STRtree(cells)
    point, cell = tree.query(shapely.points(x, y), predicate="covered_by")
    rank = np.argsort(np.argsort(codes))
    want = np.full(len(x), len(codes))
    np.minimum.at(want, point, rank[cell])
    want = np.append(np.argsort(codes), -1)[want]
    for engine in ENGINES:
        np.testing.assert_array_equal(index.locate(x, y, engine=engine), want)


@pytest.mark.long
def test_ten_million_random_points_and_a_hundred_thousand_hard_ones() -> None:
    cells = voronoi(3780, 31)
    codes = codes_for(len(cells), 32)
    index = CellIndex.build(cells, codes)
    rank = np.argsort(np.argsort(codes))
    by_rank = np.append(np.argsort(codes), -1)
    tree = shapely.STRtree(cells)
    low, *_, high = np.split(np.asarray(shapely.total_bounds(cells)), 2)
    rng = np.random.default_rng(33)

    def agree(x: np.ndarray, y: np.ndarray) -> None:
        point, cell = tree.query(shapely.points(x, y), predicate="covered_by")
        want = np.full(len(x), len(codes))
        np.minimum.at(want, point, rank[cell])
        for engine in ENGINES:
            np.testing.assert_array_equal(index.locate(x, y, engine=engine), by_rank[want])

    for _ in range(20):
        agree(*rng.uniform(low - 50, high + 50, (500_000, 2)).T.copy())
    x, y = hard_points(cells, 10_000, 34)
    fit = np.isfinite(x) & np.isfinite(y)
    agree(x[fit], y[fit])


@pytest.mark.skipif("numba" not in ENGINES, reason="numba is not installed")
def test_threads_and_engines_give_the_same_answers() -> None:
    cells = voronoi(60, 41)
    index = CellIndex.build(cells, codes_for(60, 42))
    x, y = hard_points(cells, 20_000, 44)
    want = index.locate(x, y, engine="numpy")
    for threads in (1, 2, 5):
        np.testing.assert_array_equal(index.locate(x, y, engine="numba", threads=threads), want)


PLAIN = """
import sys
import numpy as np, shapely
from citygrid_core.locate import CellIndex
index = CellIndex.build([shapely.box(0, 0, 1, 1)], ["a"])
assert index.locate(np.full(100_000, 0.5), np.full(100_000, 0.5)).sum() == 0
assert index.locate_one(0.5, 0.5) == 0
assert "numba" not in sys.modules
"""


def test_numba_is_imported_only_when_it_is_used() -> None:
    subprocess.run([sys.executable, "-c", PLAIN], check=True)


def test_without_numba_everything_works_but_the_engine_of_that_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from citygrid_core.locate import index as module
    from citygrid_core.locate import kernel

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(kernel, "_compiled", [])
    monkeypatch.setattr(module, "_WORTH_COMPILING", 1)
    cells = CellIndex.build([shapely.box(0, 0, 1, 1)], ["a"])
    assert cells.locate([0.5, 2], [0.5, 0.5]).tolist() == [0, -1]
    with pytest.raises(NoAccelerator, match="pip install numba"):
        cells.locate([0.5], [0.5], engine="numba")


def test_memory_is_stated_and_bounded() -> None:
    cells = voronoi(400, 51)
    codes = codes_for(len(cells), 52)
    full = CellIndex.build(cells, codes)
    least = sum(full._layout.arrays()[k].nbytes for k in ("coords", "blocks", "rings"))
    assert full.nbytes < 12_000 * len(cells)
    tight = CellIndex.build(cells, codes, max_bytes=least + 400e3)
    assert tight.nbytes < full.nbytes / 2
    x, y = hard_points(cells, 500, 53)
    np.testing.assert_array_equal(tight.locate(x, y), full.locate(x, y))
    quadruple = CellIndex.build(voronoi(1600, 54), codes_for(1600, 55))
    assert quadruple.nbytes < 4.6 * full.nbytes
