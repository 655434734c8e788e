"""Repair: a coverage comes out, each decision is listed, ground is conserved."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from citygrid_core.grids import Strategies, check, clean_areas, number, repair
from tests.core.grids.town import X0, Y0, frame, squares
from tests.examples import examples


def two(overlap: float) -> gpd.GeoDataFrame:
    return frame([box(0, 0, 100 + overlap, 100), box(100, 0, 250, 100)], code=["1", "2"])


@pytest.mark.parametrize(
    ("strategy", "areas"),
    [("largest", [10_000, 15_000]), ("smallest", [11_000, 14_000]), ("first", [11_000, 14_000])],
)
def test_an_overlap_goes_by_the_named_strategy(strategy: str, areas: list[float]) -> None:
    done = clean_areas(two(10), strategies=Strategies(overlap=strategy))  # type: ignore[arg-type]
    assert shapely.coverage_is_valid(done.frame.geometry.values)
    assert done.frame.area.tolist() == pytest.approx(areas)
    assert done.repairs[["defect", "strategy", "codes"]].values.tolist() == [
        ["overlap", strategy, "1,2"]
    ]
    assert done.repairs["area_m2"].tolist() == [1_000]


def test_a_narrow_gap_is_closed_and_a_wide_one_left() -> None:
    ring = [
        Polygon([(0, 0), (300, 0), (300, 100), (160, 100), (150, 97), (140, 100), (0, 100)]),
        Polygon([(0, 100), (300, 100), (300, 300), (0, 300)], [box(100, 150, 200, 250).exterior.coords]),
    ]  # fmt: skip
    done = clean_areas(frame(ring, code=["1", "2"]))
    assert done.repairs["defect"].tolist() == ["gap"]
    assert done.repairs["area_m2"].tolist() == pytest.approx([30])
    assert done.frame.area.sum() == pytest.approx(90_000 - 10_000)


def test_clean_areas_stay_as_they_are() -> None:
    _, areas = squares(10, 10)
    done = clean_areas(areas)
    assert len(done.repairs) == 0
    assert all(a.equals(b) for a, b in zip(done.frame.geometry, areas.geometry, strict=True))


def test_hand_drawn_grids_become_legal() -> None:
    _, areas = squares(5, 10)
    rng = np.random.default_rng(4)
    grids, _ = squares(5, 10)
    drawn = grids.assign(
        geometry=[
            Polygon([(x + rng.normal(0, 1.5), y + rng.normal(0, 1.5)) for x, y in g.exterior.coords[:-1]])
            for g in grids.geometry
        ]
    )  # fmt: skip
    done = repair(drawn, areas)
    mended = done.frame
    mended["code"] = number(mended)
    assert [f for f in check(mended, areas) if f.severity == "error"] == []
    assert len(mended) == 50
    assert {"overlap", "gap", "outside"} <= set(done.repairs["defect"])
    # nobody's ground moves by more than his wobbly border
    assert mended["area_m2"].between(8_500, 11_500).all()


def test_a_wide_gap_becomes_a_grid_with_a_reason() -> None:
    grids, areas = squares(5, 5)
    done = repair(grids[grids["code"].str[-3:] != "013"], areas)
    extra = done.frame[done.frame["reason"] == "gap"]
    assert extra["area_m2"].tolist() == [10_000]
    assert extra["code"].isna().all()
    assert check(done.frame.drop(columns="code"), areas) == []


def test_a_grid_in_two_parts_is_split_and_the_code_stays_with_the_larger() -> None:
    grids, areas = squares(5, 5)
    loose = grids.copy()
    far = box(X0 + 210, Y0 - 290, X0 + 290, Y0 - 210)
    loose.loc[0, "geometry"] = shapely.union_all([loose.geometry[0], far])
    loose.loc[12, "geometry"] = loose.geometry[12].difference(far)
    kept = repair(loose, areas, strategies=Strategies(part="split")).frame
    assert len(kept) == 26
    new = kept[kept["code"].isna()]
    assert new["area_m2"].tolist() == [6_400]
    first = kept[kept["code"] == "420102001001001"]
    assert first["area_m2"].tolist() == [10_000]
    # below the limit a loose part goes to the ground around it
    gone = repair(loose, areas, strategies=Strategies(part="split", part_m2=7_000)).frame
    assert gone["area_m2"].tolist() == [10_000] * 25


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.floats(-20, 420), st.floats(-420, 20), st.floats(5, 200), st.floats(5, 200)),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_is_drawn_the_result_fills_the_community(
    boxes: list[tuple[float, float, float, float]],
) -> None:
    _, areas = squares(5, 5)
    shapes = [box(x, y - h, x + w, y) for x, y, w, h in boxes]
    done = repair(frame(shapes, name=[str(i) for i in range(len(shapes))]), areas)
    assert shapely.coverage_is_valid(done.frame.geometry.values)
    assert done.frame.area.sum() == pytest.approx(areas.area.sum(), abs=1.0)


def test_real_villages_become_a_coverage(real_data: Path) -> None:
    file = real_data / "taipei" / "taipei_admin.gpkg"
    raw = pyogrio.read_dataframe(file, layer="villages_li_456").to_crs(3826)
    raw["code"] = [f"{i:012d}" for i in range(len(raw))]
    done = clean_areas(raw)
    assert shapely.coverage_is_valid(done.frame.geometry.values)
    assert len(done.frame) == len(raw)
    assert done.frame.area.sum() == pytest.approx(
        shapely.union_all(raw.geometry.make_valid()).area, rel=1e-3
    )
