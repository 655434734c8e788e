"""An edit keeps the coverage valid, or is refused with the place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygrid_core.grids import (
    Edit,
    GridEditRefused,
    add,
    check,
    divide,
    draw,
    merge,
    move_border,
    move_vertex,
    number,
    reshape,
    split,
)
from tests.core.grids.town import X0, Y0, squares, town
from tests.examples import examples


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points])


@pytest.fixture(scope="module")
def division() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return squares(5, 10)


def highest(grids: gpd.GeoDataFrame) -> dict[str, int]:
    sequence = grids["code"].str[12:].astype(int)
    return sequence.groupby(grids["community_code"]).max().to_dict()


def seamless(edit: Edit, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    after = edit.numbered(highest(grids)).apply(grids)
    assert shapely.coverage_is_valid(after.geometry.values)
    assert after["code"].is_unique
    for code, rows in after.groupby("community_code"):
        former = grids[grids["community_code"] == code]
        assert rows.area.sum() == pytest.approx(former.area.sum(), abs=0.5)
    return after


def test_a_split_retires_the_code_and_mends_the_neighbours_seam(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    # the cell in the corner of the first community, beside the second one
    edit = split(grids, "420102001001005", line((380, -33.3), (520, -51.7)))
    assert edit.retired["code"].tolist() == ["420102001001005"]
    assert len(edit.created) == 2
    # the vertices are put into the neighbours, one across the community's border
    assert set(edit.changed["code"]) == {"420102001001004", "420102001002001"}
    assert edit.changed["moved_m2"].max() < 0.1
    numbered = edit.numbered(highest(grids))
    assert sorted(numbered.created["code"]) == ["420102001001026", "420102001001027"]
    assert {parent for parent, _ in numbered.lineage_codes()} == {"420102001001005"}
    seamless(edit, grids)


def test_codes_go_on_after_the_highest_ever_used(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    edit = merge(grids, ["420102001001001", "420102001001002"])
    assert edit.numbered({"420102001001": 40}).created["code"].tolist() == ["420102001001041"]
    with pytest.raises(GridEditRefused, match="not known"):
        edit.numbered({})


def test_split_then_merge_gives_the_ground_back(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, areas = division
    after = seamless(split(grids, "420102001001013", line((200, -222), (300, -270))), grids)
    back = seamless(merge(after, ["420102001001026", "420102001001027"]), after)
    cell = back[back["code"] == "420102001001028"].geometry.iloc[0]
    was = grids[grids["code"] == "420102001001013"].geometry.iloc[0]
    assert cell.symmetric_difference(was).area < 0.1
    assert [f for f in check(back, areas) if f.severity == "error"] == []


@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_divide_makes_equal_parts(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], n: int
) -> None:
    grids, _ = division
    edit = divide(grids, "420102001001013", n)
    assert edit.created["area_m2"].tolist() == pytest.approx([10_000 / n] * n, rel=0.001)
    seamless(edit, grids)


def test_divide_passes_between_buildings(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    house = gpd.GeoDataFrame(
        geometry=[shapely.box(X0 + 245, Y0 - 280, X0 + 253, Y0 - 220),
                  shapely.box(X0 + 210, Y0 - 252, X0 + 240, Y0 - 246)], crs=grids.crs
    )  # fmt: skip
    edit = divide(grids, "420102001001013", 2, buildings=house)
    for building in house.buffer(-0.05):
        assert edit.created.contains(building).sum() == 1


def test_a_moved_border_keeps_both_codes(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    edit = move_border(
        grids, ("420102001001012", "420102001001013"), line((190, -150), (230, -250), (190, -350))
    )
    assert len(edit.created) == len(edit.retired) == 0
    after = seamless(edit, grids)
    assert set(after["code"]) == set(grids["code"])
    gained = edit.changed.set_index("code")["area_m2"]
    assert gained["420102001001012"] > 10_000 > gained["420102001001013"]


def test_all_neighbours_follow_a_moved_vertex(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    edit = move_vertex(grids, (X0 + 200, Y0 - 200), (X0 + 215.1234, Y0 - 190))
    assert len(edit.changed) == 4
    after = seamless(edit, grids)
    assert shapely.get_coordinates(after.geometry.values).round(3).tolist().count(
        [X0 + 215.123, Y0 - 190]
    ) >= 4  # fmt: skip


def test_reshape_takes_from_the_neighbour(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, _ = division
    edit = reshape(grids, "420102001001013", line((290, -220), (330, -240), (290, -260)))
    area = edit.changed.set_index("code")["area_m2"]
    assert area["420102001001013"] > 10_000 > area["420102001001014"]
    seamless(edit, grids)


def test_a_new_grid_is_drawn_where_there_is_none(
    division: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    grids, areas = division
    less = grids[grids["code"] != "420102001001001"]
    edit = add(less, areas, "420102001001", shapely.box(X0 - 50, Y0 - 150, X0 + 150, Y0 + 50))
    after = edit.numbered({"420102001001": 25}).apply(less)
    assert after["code"].iloc[-1] == "420102001001026"
    assert check(after.drop(columns="code"), areas) == []


class TestRefusals:
    def test_a_line_that_misses(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="does not divide") as refusal:
            split(division[0], "420102001001001", line((500, 0), (600, 0)))
        assert refusal.value.place is not None

    def test_a_crumb(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="below 1000"):
            split(division[0], "420102001001001", line((-5, -3), (105, -3)))

    def test_grids_apart(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="do not touch"):
            merge(division[0], ["420102001001001", "420102001001003"])

    def test_two_communities(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="different communities"):
            merge(division[0], ["420102001001005", "420102001002001"])
        with pytest.raises(GridEditRefused, match="between communities"):
            move_vertex(division[0], (X0 + 500, Y0 - 200), (X0 + 510, Y0 - 200))

    def test_a_vertex_moved_across_a_border(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused):
            move_vertex(division[0], (X0 + 200, Y0 - 200), (X0 + 320, Y0 - 250))

    def test_a_vertex_of_the_city(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="without a grid"):
            move_vertex(division[0], (X0, Y0 - 200), (X0 + 20, Y0 - 200))

    def test_an_unknown_code(self, division) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(GridEditRefused, match="no grid 9"):
            split(division[0], "9", line((0, 0), (1, 1)))


@pytest.fixture(scope="module")
def drawn() -> gpd.GeoDataFrame:
    place = town()
    grids = draw(place.areas, place.roads, barriers=place.barriers).grids
    return grids.assign(code=number(grids))


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_random_edits_keep_the_coverage_and_the_ground(drawn: gpd.GeoDataFrame, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grids, used, done = drawn, highest(drawn), 0
    ever: set[str] = set(drawn["code"])
    for _ in range(12):
        edit = random_edit(grids, rng)
        if edit is None:
            continue
        edit = edit.numbered(used)
        new = edit.created["code"].tolist()
        assert ever.isdisjoint(new)
        ever.update(new)
        for code in new:
            used[code[:12]] = max(used[code[:12]], int(code[12:]))
        grids = edit.apply(grids)
        done += 1
        assert shapely.coverage_is_valid(grids.geometry.values)
        assert set(grids["code"]) <= ever
    total = pd.Series(grids.area.values).groupby(grids["community_code"].values).sum()
    before = pd.Series(drawn.area.values).groupby(drawn["community_code"].values).sum()
    assert np.allclose(total.sort_index(), before.sort_index(), atol=1.0)
    assert done > 2


def random_edit(grids: gpd.GeoDataFrame, rng: np.random.Generator) -> Edit | None:
    row = grids.iloc[int(rng.integers(len(grids)))]
    box, code = row.geometry.bounds, row["code"]
    a, b = rng.uniform(box[:2], box[2:], (2, 2))
    long = shapely.LineString([a + 20 * (a - b), b + 20 * (b - a)])
    kind = rng.integers(4)
    try:
        if kind == 0:
            return split(grids, code, long)
        if kind == 1:
            return divide(grids, code, int(rng.integers(2, 5)))
        beside = grids[grids.touches(row.geometry)]
        beside = beside[beside["community_code"] == row["community_code"]]
        if not len(beside):
            return None
        other = beside["code"].iloc[int(rng.integers(len(beside)))]
        if kind == 2:
            return merge(grids, [code, other])
        return move_border(grids, (code, other), long)
    except GridEditRefused:
        return None
