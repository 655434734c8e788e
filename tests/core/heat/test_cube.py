"""The cube in memory answers what a loop over the cases answers, whatever is chosen."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from citygrid_core import heat
from citygrid_core.heat import Choice, Cube

GRIDS = ["g2", "g1", "g3"]
COLUMNS = ["grid_code", "object_kind", "class_code", "source", "handling_code", "reported_at",
           "stage", "location_probability"]  # fmt: skip
Row = tuple[object, ...]

rows_ = st.lists(
    st.tuples(
        st.sampled_from(["g1", "g2", "old", None]),
        st.sampled_from(["event", "component"]),
        st.sampled_from(["06001", "06002", "10001"]),
        st.sampled_from(["hotline", "web"]),
        st.sampled_from(["d1", "d2", None]),
        st.sampled_from(
            ["2025-12-29", "2026-01-01T08:00:00", "2026-01-04 23:59:59", "2026-02-28T08:30:00"]
        ),
        st.sampled_from(["closed", "void"]),
        st.sampled_from([0.3, 0.9, None]),
    ),
    max_size=25,
)
choices = st.builds(
    Choice,
    object_kind=st.sampled_from([None, "event"]),
    classes=st.sampled_from([None, (), ("06",), ("06001", "10")]),
    sources=st.sampled_from([None, ("web",)]),
    departments=st.sampled_from([None, ("d1", "")]),
    from_day=st.sampled_from([None, "2026-01-01"]),
    to_day=st.sampled_from([None, "2026-01-04"]),
    hours=st.sampled_from([None, (8,), (-1, 23)]),
    weekdays=st.sampled_from([None, (1, 7)]),
)


def frame(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"location_probability": float})


def chosen(rows: list[Row], c: Choice) -> list[Row]:
    """The plain reading of a choice."""

    def fits(row: Row) -> bool:
        _, kind, code, source, department, at, stage, _ = row
        day, hour = str(at)[:10], int(str(at)[11:13] or -1)
        tests: list[Callable[[], bool]] = [
            lambda: stage != "void",
            lambda: c.object_kind in (None, kind),
            lambda: c.classes is None or any(str(code).startswith(p) for p in c.classes),
            lambda: c.sources is None or source in c.sources,
            lambda: c.departments is None or (department or "") in c.departments,
            lambda: (c.from_day or "") <= day <= (c.to_day or "9"),
            lambda: c.hours is None or hour in c.hours,
            lambda: c.weekdays is None or dt.date.fromisoformat(day).isoweekday() in c.weekdays,
        ]
        return all(test() for test in tests)

    return [row for row in rows if fits(row)]


@given(rows_, choices)
def test_counts_equal_a_loop_over_the_cases(rows: list[Row], choice: Choice) -> None:
    cube, kept = Cube.build(frame(rows), GRIDS), chosen(rows, choice)
    tally = cube.counts(choice)
    by_grid = Counter(row[0] for row in kept)
    assert tally.cases.tolist() == [by_grid[g] for g in GRIDS]
    assert (tally.elsewhere, tally.unplaced) == (by_grid["old"], by_grid[None])
    weak = [row for row in kept if row[-1] == 0.3]
    assert tally.weak.tolist() == [sum(row[0] == g for row in weak) for g in GRIDS]
    assert (tally.total, tally.weak_total) == (len(kept), len(weak))
    assert tally.located_share == (1 - len(weak) / len(kept) if kept else 1)


@pytest.mark.slow
@given(rows_, choices, st.sampled_from(["g1", "g3", "nowhere", None]))
def test_what_a_grid_is_made_of(rows: list[Row], choice: Choice, grid: str | None) -> None:
    cube = Cube.build(frame(rows), GRIDS)
    mine = [row for row in chosen(rows, choice) if grid is None or row[0] == grid]
    for name, field in (("class_code", 2), ("source", 3), ("handling_code", 4)):
        expected = Counter(row[field] or "" for row in mine)
        assert cube.by(name, choice, grid=grid).to_dict() == dict(expected)
    hours = Counter(int(str(row[5])[11:13] or -1) for row in mine)
    assert cube.by("hour", choice, grid=grid).to_dict() == dict(hours)
    shown = cube.trend(grid, choice)
    assert shown["cases"].sum() == len(mine)
    days = Counter(str(row[5])[:10] for row in mine)
    assert {k: n for k, n in zip(shown["start"], shown["cases"], strict=True) if n} == dict(days)


@pytest.mark.slow
@given(rows_, choices, st.sampled_from(["day", "week", "month", "year"]))
def test_a_series_sums_to_the_counts_and_each_trend(
    rows: list[Row], choice: Choice, step: str
) -> None:
    cube = Cube.build(frame(rows), GRIDS)
    table, starts = cube.series(choice, step=step)
    assert table.sum(axis=1).tolist() == cube.counts(choice).cases.tolist()
    for i, grid in enumerate(GRIDS):
        shown = cube.trend(grid, choice, step=step)
        assert shown["cases"].tolist() == table[i].tolist()
        assert shown["start"].tolist() == starts.tolist()


def test_times_begin_where_the_calendar_says() -> None:
    rows = [("g1", "event", "06001", "web", None, d, "closed", None)
            for d in ("2025-12-31", "2026-01-05")]  # fmt: skip
    cube = Cube.build(frame(rows), GRIDS)
    starts = {step: cube.trend(step=step)["start"].tolist() for step in ("week", "month", "year")}
    assert starts == {
        "week": ["2025-12-29", "2026-01-05"],
        "month": ["2025-12-01", "2026-01-01"],
        "year": ["2025-01-01", "2026-01-01"],
    }
    assert (cube.first_day, cube.last_day, len(cube)) == ("2025-12-31", "2026-01-05", 2)
    # days that the choice names are there, also those without any case
    assert len(cube.trend(choice=Choice(from_day="2026-01-06", to_day="2026-01-31"))) == 26
    with pytest.raises(heat.HeatInputError, match="fortnight"):
        cube.trend(step="fortnight")


def test_lists_show_what_occurs() -> None:
    typed = frame([("g1", "event", "06002", "web", "d2", "2026-01-01", "closed", None),
                   ("g1", "event", "06001", "web", None, "2026-01-01", "void", None)])  # fmt: skip
    for cases in (typed, typed.astype({"class_code": "category", "source": "category"})):
        cube = Cube.build(cases, GRIDS)
        assert cube.classes.tolist() == ["06002"]
        assert cube.sources.tolist() == ["web"]
        assert cube.departments.tolist() == ["d2"]


def test_twin_grids_and_missing_columns_are_refused() -> None:
    with pytest.raises(heat.HeatInputError, match="g1"):
        Cube.build(frame([]), ["g1", "g1"])
    with pytest.raises(heat.HeatInputError, match="source"):
        Cube.build(frame([]).drop(columns="source"), GRIDS)


@pytest.mark.slow
def test_a_view_shows_the_rates_and_hot_spots_that_the_table_shows() -> None:
    cells = [
        box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100) for r in range(9) for c in range(9)
    ]
    codes = [f"g{i:02d}" for i in range(81)]
    grids = gpd.GeoDataFrame({"code": codes, "area_m2": 10_000.0}, geometry=cells, crs="EPSG:4547")
    rng = np.random.default_rng(4)
    wanted = rng.poisson(3, 81).reshape(9, 9)
    wanted[3:6, 3:6] += 15
    where = np.repeat(codes, wanted.ravel())
    rows: list[Row] = [
        (g, "event", "06001", "web", None, "2026-01-01", "closed", 0.5) for g in where
    ]
    view = heat.HeatView(Cube.build(frame(rows), codes), grids, heat.contiguity(grids),
                         {"residents": pd.Series(200.0, index=codes)})  # fmt: skip
    shown = view.table().set_index("grid_code")
    asked = heat.rates(heat.table(heat.count(frame(rows)), grids), dict(view.bases))
    asked = asked.set_index("grid_code").loc[codes]
    for column in ("cases", "weak_share", "per_hectare", "per_hectare_smoothed",
                   "per_1000_residents"):  # fmt: skip
        pd.testing.assert_series_equal(shown[column], asked[column], check_dtype=False)
    found = view.hotspots()
    values, skew = heat.judged(asked, "per_hectare")
    expected = heat.hotspots(values, view.near, skew=skew)
    pd.testing.assert_frame_equal(found, expected)
    spots = found["spot"].to_numpy().reshape(9, 9)
    assert (spots[4, 3:6] == "hot").all()
    assert (spots[3:6, 4] == "hot").all()
    assert view.units() == ["per_hectare", "per_1000_residents"]
    assert [p.rule for p in view.warnings()] == ["heat.located"]  # every case is weak
    assert view.hotspots(Choice(classes=["99"]))["spot"].eq("").all()


@given(rows_, choices, st.integers(1, 9))
def test_cases_that_come_in_parts_count_as_the_whole(rows: list[Row], c: Choice, size: int) -> None:
    whole = frame(rows)
    parts = [whole.iloc[at : at + size] for at in range(0, len(whole), size)]
    one, other = (Cube.build(f, GRIDS) for f in (whole, heat.gathered(parts, COLUMNS)))
    assert len(one) == len(other)
    for name in ("cases", "weak"):
        assert getattr(one.counts(c), name).tolist() == getattr(other.counts(c), name).tolist()
    for name in ("hour", "handling_code", "class_code"):
        assert one.by(name, c).to_dict() == other.by(name, c).to_dict()


def test_a_time_that_is_none_is_told_in_parts_too() -> None:
    row = ("g1", "event", "06001", "web", None, "2026-01-01T08:00:00", "closed", 0.9)
    wrong = frame([row, row]).assign(reported_at=["gestern", "2026-01-01T08:00:00"])
    with pytest.raises(heat.HeatInputError, match=r"1 cases have no usable reported_at.*gestern"):
        Cube.build(heat.gathered([wrong], COLUMNS), GRIDS)
