"""The generator's own small machines."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.sample import noise
from citygrid_core.sample.base import carriageways
from citygrid_core.sample.divide import Divider, Face
from citygrid_core.sample.files import toml_text
from citygrid_core.sample.grouping import Neighbours, group
from citygrid_core.sample.mesh import Mesh, ring_area, roundness, segment
from citygrid_core.sample.names import Names, chinese_number
from citygrid_core.sample.roads import make_road

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def square(mesh: Mesh, size: float, x: float = 0) -> list[int]:
    ring = [mesh.node(x, 0), mesh.node(x + size, 0), mesh.node(x + size, size), mesh.node(x, size)]
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        mesh.line.setdefault(segment(a, b), 0)
    return ring


def test_a_cut_shows_in_both_faces() -> None:
    mesh = Mesh()
    left, right = square(mesh, 100), square(mesh, 100, 100)
    mesh.cut(left[1], left[2], 100, 40)
    mesh.cut(mesh.node(100, 40), left[2], 100, 70)
    for ring in (left, right):
        points = {tuple(p) for p in mesh.points(mesh.expand(ring))}
        assert {(100.0, 40.0), (100.0, 70.0)} <= points
    assert mesh.line[segment(mesh.node(100, 40), mesh.node(100, 70))] == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(300, 900), lean=st.floats(-0.3, 0.3))
def test_dividing_keeps_a_coverage(seed: int, size: float, lean: float) -> None:
    mesh = Mesh()
    corners = [(0, 0), (size, lean * size), (size * 1.1, size), (lean * size, size)]
    ring = [mesh.node(x, y) for x, y in corners]
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        mesh.line[segment(a, b)] = 0
    area = abs(ring_area(mesh.points(ring)))
    divider = Divider(mesh, np.random.default_rng(seed), lambda x, y: 12_000.0, 1, frozenset())
    faces = divider.divide([Face(ring)])
    shapes = [shapely.Polygon(mesh.points(mesh.expand(f.ring))) for f in faces]
    assert all(s.is_valid for s in shapes)
    assert shapely.coverage_is_valid(shapes)
    assert sum(s.area for s in shapes) == pytest.approx(area, abs=0.5)
    assert len(faces) == len(divider.lines) + 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 9))
def test_regions_are_connected_and_cover_all(seed: int, k: int) -> None:
    n = 9
    at = np.array([(x, y) for x in range(n) for y in range(n)], dtype=float)
    pairs = [
        (i, j)
        for i in range(n * n)
        for j in range(i + 1, n * n)
        if np.abs(at[i] - at[j]).sum() == 1
    ]
    first, second = np.array(pairs).T
    near = Neighbours(first, second, ["lane"] * len(pairs))
    rng = np.random.default_rng(seed)
    region = group(np.arange(n * n), n * n, near, at, np.ones(n * n), np.ones(k), rng)
    assert set(region) <= set(range(k))
    for r in set(region.tolist()):
        cells = [shapely.box(x, y, x + 1, y + 1) for x, y in at[region == r]]
        assert shapely.get_num_geometries(shapely.union_all(cells)) == 1


def test_numbers_in_chinese() -> None:
    known = {7: "七", 10: "十", 12: "十二", 30: "三十", 105: "一百零五", 110: "一百一十", 128: "一百二十八",
             200: "二百", 1003: "一千零三", 1234: "一千二百三十四"}  # fmt: skip
    assert {n: chinese_number(n) for n in known} == known


def test_a_road_begins_in_the_east_or_in_the_south() -> None:
    west_east = shapely.LineString([(0, 0), (100, 5)])
    road = make_road(0, "甲路", "branch", [west_east, shapely.LineString([(100, 5), (200, 0)])])
    assert [p.coords[0] for p in road.parts] == [(200.0, 0.0)]
    assert road.distance(np.array([190.0]), np.array([3.0]))[0] < 15
    north_south = make_road(0, "乙路", "branch", [shapely.LineString([(0, 100), (5, 0)])])
    assert north_south.parts[0].coords[0] == (5.0, 0.0)


def test_carriageways_meet_at_their_ends() -> None:
    line = shapely.LineString([(0, 0), (150, 20), (400, 0)])
    left, right = carriageways(line)
    assert left.coords[0] == right.coords[0] == line.coords[0]
    assert left.coords[-1] == right.coords[-1] == line.coords[-1]
    assert left.interpolate(0.5, normalized=True).distance(right) == pytest.approx(18, abs=0.5)


def test_noise_by_sound_sounds_the_same() -> None:
    from pypinyin import lazy_pinyin

    rng = np.random.default_rng(1)
    for name in ("朝阳路", "兰福街", "滨江西路"):
        other = noise.by_sound(name, rng)
        assert other != name
        # Each character alone: 朝 in 朝阳 is read another way than by itself.
        assert [lazy_pinyin(c) for c in other] == [lazy_pinyin(c) for c in name]


@given(st.text("建设新华朝阳路街大道", min_size=2, max_size=8), st.integers(0, 999))
def test_a_typo_changes_one_character_at_most_two(name: str, seed: int) -> None:
    changed = noise.typo(name, np.random.default_rng(seed))
    assert abs(len(changed) - len(name)) <= 1
    if len(changed) == len(name):
        assert sorted(changed) == sorted(name)


def test_traditional_and_wide() -> None:
    assert noise.traditional("云汀市滨江东路12号") == "雲汀市濱江東路12號"
    assert noise.full_width("12号") == "１２号"
    assert noise.number_in_chinese("128号") == "一百二十八号"


def test_names_are_given_out_once() -> None:
    names = Names(np.random.default_rng(3), 2, 8)
    roots = [names.root() for _ in range(3000)]
    assert len(set(roots)) == 3000
    old = [names.old_name() for _ in range(3000)]
    assert len(set(old)) == 3000


def test_counties_take_their_names_from_different_parts() -> None:
    taken = [{Names(np.random.default_rng(0), i, 8).root() for _ in range(1)} for i in range(8)]
    assert len(set.union(*taken)) == 8


def test_toml_text_reads_back() -> None:
    values = {
        "名": '引"号', "n": 3, "x": np.float64(0.5), "on": True, "list": [1, 2], "t": {"06010": 0.1, "中": "文"},
        "spots": [{"name": "a", "x": 1.5}, {"name": "b", "x": 2.0}],
    }  # fmt: skip
    assert tomllib.loads(toml_text(values)) == values


def test_roundness() -> None:
    assert roundness(np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=float)) == pytest.approx(
        np.pi / 4
    )
