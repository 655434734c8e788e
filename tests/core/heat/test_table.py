"""The heat table: units, ranks, and nothing lost."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from citygrid_core import heat
from citygrid_core.errors import MissingCrs

GRIDS = gpd.GeoDataFrame(
    {"code": ["g3", "g1", "g2"], "area_m2": [10_000.0, 20_000.0, None]},
    geometry=[box(0, 0, 100, 100), box(100, 0, 300, 100), box(300, 0, 350, 100)],
    crs="EPSG:4547",
)
COUNTS = pd.DataFrame(
    [
        ["g1", "event", "06001", "hotline", "2026-10-01", 9, 4, 1],
        ["g1", "component", "01001", "hotline", "2026-10-02", 9, 2, 0],
        ["g2", "event", "06002", "collector", "2026-10-02", 9, 3, 3],
        ["", "event", "06001", "hotline", "2026-10-01", 9, 2, 2],
        ["g9", "event", "10001", "hotline", "2026-10-03", 9, 1, 0],
    ],
    columns=[*heat.HEAT_KEYS, "cases", "weak"],
)


def test_each_grid_appears_with_its_unit_and_rank_and_no_case_is_dropped() -> None:
    shown = heat.table(COUNTS, GRIDS)
    assert shown["grid_code"].tolist() == ["g2", "g1", "g3", "g9", ""]
    assert shown["status"].tolist() == ["valid", "valid", "valid", "other", "unplaced"]
    assert shown["cases"].tolist() == [3, 6, 0, 1, 2]
    assert shown["per_hectare"].tolist()[:3] == [6.0, 3.0, 0.0]
    assert shown["rank"].tolist()[:3] == [1, 2, 3]
    assert shown["weak_share"].iloc[0] == 1.0
    assert pd.isna(shown["weak_share"].iloc[2])
    assert shown["cases"].sum() == COUNTS["cases"].sum()


@pytest.mark.parametrize(
    ("selection", "cases"),
    [
        ({"object_kind": "event"}, 10),
        ({"class_code": "06"}, 9),
        ({"class_code": "06002"}, 3),
        ({"source": "collector"}, 3),
        ({"from_day": "2026-10-02"}, 6),
        ({"from_day": "2026-10-02", "to_day": "2026-10-02"}, 5),
        ({"to_day": "2025-01-01"}, 0),
    ],
)
def test_selections_conserve_what_they_select(selection: dict[str, str], cases: int) -> None:
    shown = heat.table(COUNTS, GRIDS, **selection)  # type: ignore[arg-type]
    assert shown["cases"].sum() == cases
    assert set(shown["grid_code"]) >= {"g1", "g2", "g3"}


def test_equal_rates_share_a_rank() -> None:
    shown = heat.table(COUNTS.iloc[:0], GRIDS)
    assert shown["rank"].tolist() == [1, 1, 1]


def test_an_area_is_measured_only_where_there_is_a_crs() -> None:
    with pytest.raises(MissingCrs):
        heat.table(COUNTS, GRIDS.set_crs(None, allow_override=True))
    plain = pd.DataFrame(GRIDS.drop(columns="geometry")).assign(area_m2=10_000.0)
    assert heat.table(COUNTS, plain)["per_hectare"].iloc[0] == 6.0


def test_twin_grids_are_refused() -> None:
    with pytest.raises(heat.HeatInputError, match="g1"):
        heat.table(COUNTS, pd.concat([GRIDS, GRIDS.iloc[[1]]]))
