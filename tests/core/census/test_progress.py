"""Pace, streets walked, and the finishing day."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.census.packs import (
    capacity,
    divide,
    expected_components,
    lease_sizes,
    street_lengths,
)
from citygrid_core.census.progress import forecast, pace, per_hour, walked
from citygrid_core.errors import MissingCrs, UsageError

CRS = "EPSG:4547"


def lines(*coords: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.LineString(c) for c in coords], crs=CRS)


class TestForecast:
    def days(self, values: list[float], last: str = "2026-03-31") -> dict[str, float]:
        end = dt.date.fromisoformat(last)
        return {(end - dt.timedelta(i)).isoformat(): v for i, v in enumerate(values[::-1])}

    def test_a_steady_pace(self) -> None:
        found = forecast(self.days([100] * 20), 3000, on="2026-03-31")
        assert (found.left, found.per_day) == (1000, 100)
        assert found.day == found.early == found.late == "2026-04-10"

    def test_sundays_are_in_it(self) -> None:
        found = forecast(self.days([100] * 6 + [0] + [100] * 6 + [0]), 1800, on="2026-03-31")
        assert found.per_day == 100
        # six hundred more take six days of work, and a Sunday on the way at most times
        assert "2026-04-06" <= str(found.day) <= "2026-04-08"

    def test_an_uneven_pace_has_a_wider_interval(self) -> None:
        rng = np.random.default_rng(1)
        even = forecast(self.days([100.0] * 28), 6000, on="2026-03-31")
        uneven = forecast(self.days(rng.uniform(0, 200, 28).tolist()), 6000, on="2026-03-31")
        assert even.early == even.late
        assert str(uneven.early) < str(uneven.day) < str(uneven.late)

    def test_done_nothing_done_and_far_away(self) -> None:
        assert forecast(self.days([10]), 5, on="2026-03-31").day == "2026-03-31"
        assert forecast({}, 5, on="2026-03-31").day is None
        assert forecast(self.days([1]), 1e6, on="2026-03-31").day is None
        with pytest.raises(UsageError):
            forecast({}, -1, on="2026-03-31")

    @pytest.mark.parametrize(("days", "known"), [(1, False), (2, False), (3, True)])
    def test_the_first_days_say_nothing_of_an_interval(self, days: int, known: bool) -> None:
        found = forecast(self.days([10] * days), 100, on="2026-03-31")
        assert found.day is not None
        assert (found.early is not None) == (found.late is not None) == known

    @pytest.mark.parametrize("seed", range(3))
    def test_the_interval_holds_the_day_about_as_often_as_it_says(self, seed: int) -> None:
        """Whole campaigns, forecast after three weeks: four of five days inside, and more at most."""
        rng, hits = np.random.default_rng(seed), 0
        for _ in range(60):
            work = rng.gamma(4, 25, 200) * (np.arange(200) % 7 != 6)
            total = work[:60].sum()
            need = int(np.argmax(work.cumsum() >= total)) + 1
            start = dt.date(2026, 3, 1)
            done = {(start + dt.timedelta(i)).isoformat(): float(work[i]) for i in range(28)}
            found = forecast(
                done, float(total), on=(start + dt.timedelta(27)).isoformat(), runs=400
            )
            finished = (start + dt.timedelta(need - 1)).isoformat()
            hits += str(found.early) <= finished <= str(found.late)
        assert hits / 60 >= 0.5


class TestPace:
    def test_pauses_are_no_work(self) -> None:
        at = [
            "2026-03-01T08:00:00",
            "2026-03-01T08:10:00",
            "2026-03-01T08:20:00",
            "2026-03-01T14:00:00",
            "2026-03-01T14:10:00",
        ]
        found = pace(pd.DataFrame({"who": "甲", "at": at}))
        row = found.iloc[0]
        assert (row["components"], row["hours"], row["per_hour"]) == (
            5,
            pytest.approx(0.5),
            pytest.approx(10),
        )

    def test_people_and_days_apart(self) -> None:
        edits = pd.DataFrame(
            {
                "who": ["a", "b", "a"],
                "at": ["2026-03-01T08:00:00", "2026-03-01T08:05:00", "2026-03-02T08:10:00"],
            }
        )
        found = pace(edits)
        assert found["components"].tolist() == [1, 1, 1]
        assert found["per_hour"].isna().all()
        assert pace(edits.iloc[:0]).empty

    def test_a_few_seconds_say_nothing_of_a_rate(self) -> None:
        seconds = pd.DataFrame(
            {"who": "甲", "at": [f"2026-03-01T08:00:{s:02d}" for s in range(0, 60, 5)]}
        )
        row = pace(seconds).iloc[0]
        assert (row["components"], np.isnan(row["per_hour"])) == (12, True)
        assert (per_hour(900, 0.2), per_hour(10, 0.25)) == (None, 40)


class TestWalked:
    def test_half_a_street(self) -> None:
        found = walked(lines([(0, 0), (100, 0)]), lines([(0, 5), (50, 5)]), reach=6, piece=10)
        assert (found.total_m, found.walked_m) == (100, pytest.approx(50, abs=10))
        assert found.pieces["walked"].tolist() == [True, False]
        assert found.share == pytest.approx(0.5, abs=0.1)

    def test_crossing_is_not_walking(self) -> None:
        found = walked(lines([(0, 0), (200, 0)]), lines([(100, -200), (100, 200)]))
        assert found.walked_m <= 2 * 15 + 10

    def test_points_are_joined_unless_the_receiver_was_off(self) -> None:
        points = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy([0, 40, 80, 300, 340], [0] * 5), crs=CRS
        ).assign(track="1")
        found = walked(lines([(0, 0), (340, 0)]), points)
        assert found.walked_m == pytest.approx(80 + 40 + 30, abs=15)

    def test_nothing(self) -> None:
        none = lines([(0, 0), (1, 1)]).iloc[:0]
        assert walked(lines([(0, 0), (100, 0)]), none).walked_m == 0
        assert np.isnan(walked(none, lines([(0, 0), (1, 1)])).share)
        with pytest.raises(MissingCrs):
            walked(none.set_crs(None, allow_override=True), none)

    @pytest.mark.slow
    @given(st.lists(st.tuples(st.integers(0, 200), st.integers(-40, 40)), min_size=2, max_size=6))
    def test_metres_are_conserved(self, track: list[tuple[int, int]]) -> None:
        street = lines([(0, 0), (120, 0), (120, 70)], [(10, 30), (90, 30)])
        found = walked(street, lines([(float(x), float(y)) for x, y in track]))
        assert found.total_m == pytest.approx(street.length.sum())
        assert found.pieces.length.sum() == pytest.approx(street.length.sum())
        assert 0 <= found.walked_m <= found.total_m


def cells(columns: int, rows: int) -> gpd.GeoDataFrame:
    boxes = [
        shapely.box(i * 100, j * 100, i * 100 + 100, j * 100 + 100)
        for j in range(rows)
        for i in range(columns)
    ]
    return gpd.GeoDataFrame({"code": [f"g{n}" for n in range(len(boxes))]}, geometry=boxes, crs=CRS)


class TestDividing:
    @given(st.integers(1, 8), st.lists(st.integers(1, 50), min_size=24, max_size=24))
    def test_every_area_once_every_team_some(self, teams: int, loads: list[int]) -> None:
        areas = cells(6, 4)
        load = pd.Series(loads, index=areas.index, dtype=float)
        shares = divide(areas, teams, streets_m=load, expected=load)
        given_ = sorted(i for s in shares for i in s.labels)  # type: ignore[type-var]
        assert given_ == list(areas.index)
        assert all(s.labels for s in shares)
        assert sum(s.load for s in shares) == pytest.approx(1)

    def test_balanced_and_in_one_piece(self) -> None:
        areas = cells(12, 10)
        rng = np.random.default_rng(1)
        streets = pd.Series(rng.uniform(50, 400, 120), index=areas.index)
        expected = pd.Series(rng.uniform(10, 90, 120), index=areas.index)
        shares = divide(areas, 7, streets_m=streets, expected=expected)
        loads = np.array([s.load for s in shares])
        assert loads.max() * 7 < 1.06
        assert loads.min() * 7 > 0.94
        whole = [shapely.union_all(areas.geometry.loc[list(s.labels)].to_numpy()) for s in shares]
        assert all(w.geom_type == "Polygon" for w in whole)

    def test_streets_on_a_border_are_counted_once(self) -> None:
        areas = cells(2, 1)
        found = street_lengths(areas, lines([(100, 0), (100, 100)], [(0, 50), (200, 50)]))
        assert found.tolist() == [150, 150]

    def test_expected_where_nothing_is_surveyed(self) -> None:
        areas = cells(2, 1)
        metres = pd.Series([200.0, 100.0])
        assert expected_components(areas, pd.Series({"g0": 40}), metres).tolist() == [40, 20]
        assert expected_components(areas, pd.Series(dtype=int), metres).tolist() == [60, 30]

    def test_leases(self) -> None:
        sizes = lease_sizes(["a", "b", "c"], {"a": 75, "b": 25}, 100, reserve=5)
        assert sizes.tolist() == [75 * 1.5 // 1 + 1 + 5, 38 + 5, 5]

    def test_capacity(self) -> None:
        found = capacity({"component:x": 800_000, "component:y": 3, "grid:1": 9})
        assert [(c.scope, c.low) for c in found] == [("component:x", True), ("component:y", False)]
        assert found[0].left == 199_999
