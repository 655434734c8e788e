"""Counting: every case once, whatever the order in which it comes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core import heat
from tests.examples import examples

CASES = pd.DataFrame(
    {
        "number": ["1", "2", "3", "4", "5"],
        "grid_code": ["g1", "g1", None, "g2", "g1"],
        "object_kind": ["event"] * 5,
        "class_code": ["06001", "06001", "06001", "10001", "06001"],
        "source": ["hotline", "hotline", "collector", "hotline", "hotline"],
        "stage": ["closed", "registered", "registered", "closed", "void"],
        "reported_at": [
            "2026-10-01T08:15:00",
            "2026-10-01 23:59:59",
            "2026-10-02T00:00:00",
            "2026-10-02",
            "2026-10-01T08:15:00",
        ],
        "location_method": ["given", "geocoded", "none", "geocoded", "given"],
        "location_probability": [None, 0.5, None, 0.97, None],
    }
)


def test_a_case_is_weak_below_four_fifths() -> None:
    at = pd.DataFrame([CASES.iloc[1]] * 3).assign(location_probability=[0.79, 0.8, 0.81])
    assert heat.count(at)["weak"].sum() == 1


def test_a_count_has_the_columns_of_the_store_and_leaves_void_cases_out() -> None:
    counts = heat.count(CASES)
    assert list(counts.columns) == [*heat.HEAT_KEYS, "cases", "weak"]
    assert counts.to_numpy().tolist() == [
        ["", "event", "06001", "collector", "2026-10-02", 0, 1, 1],
        ["g1", "event", "06001", "hotline", "2026-10-01", 8, 1, 0],
        ["g1", "event", "06001", "hotline", "2026-10-01", 23, 1, 1],
        ["g2", "event", "10001", "hotline", "2026-10-02", -1, 1, 0],
    ]


def test_any_key_may_be_counted_by() -> None:
    by_week = heat.count(CASES, by=("week", "weekday", "hour"))
    assert by_week.to_numpy().tolist() == [
        ["2026-09-28", 4, 8, 1, 0],
        ["2026-09-28", 4, 23, 1, 1],
        ["2026-09-28", 5, -1, 1, 0],
        ["2026-09-28", 5, 0, 1, 1],
    ]
    assert heat.count(CASES, by=("month",))["cases"].tolist() == [4]


def test_a_missing_probability_of_a_geocoded_case_is_weak() -> None:
    cases = CASES.assign(location_probability=np.nan)
    assert heat.count(cases, by=("grid_code",))["weak"].tolist() == [1, 1, 1]


def test_a_case_without_a_usable_time_is_refused_with_the_number_of_such_cases() -> None:
    cases = CASES.assign(reported_at=["2026-10-01", "yesterday", None, "2026-13-01", "2026-10-01"])
    with pytest.raises(heat.HeatInputError, match="3 cases"):
        heat.count(cases)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(heat.HeatInputError, match="class_code"):
        heat.count(CASES.drop(columns="class_code"))


def test_no_cases_make_no_counts() -> None:
    counts = heat.count(CASES.iloc[:0])
    assert len(counts) == 0
    assert list(counts.columns) == [*heat.HEAT_KEYS, "cases", "weak"]


def test_categories_and_datetimes_count_as_texts_do() -> None:
    typed = CASES.assign(
        grid_code=CASES["grid_code"].astype("category"),
        class_code=CASES["class_code"].astype("category"),
        stage=CASES["stage"].astype("category"),
        reported_at=pd.to_datetime(CASES["reported_at"], format="mixed"),
    )
    # a datetime without a time of day is midnight: it can't say that only a date is known
    by = heat.HEAT_KEYS[:-1]
    pd.testing.assert_frame_equal(
        heat.count(typed, by=by), heat.count(CASES, by=by), check_dtype=False
    )


def test_compact_counts_say_the_same_in_categories() -> None:
    compact = heat.count(CASES, compact=True)
    assert all(isinstance(compact[k].dtype, pd.CategoricalDtype) for k in heat.HEAT_KEYS)
    assert compact.to_numpy().tolist() == heat.count(CASES).to_numpy().tolist()
    assert len(heat.count(CASES.iloc[:0], compact=True)) == 0


def test_many_combinations_are_counted_without_an_array_of_all_of_them() -> None:
    rng = np.random.default_rng(3)
    size = 20_000
    cases = pd.DataFrame({c: rng.integers(0, 500, size).astype(str) for c in "abcd"})
    counts = heat.count(cases, by=tuple("abcd"))
    expected = cases.groupby(list("abcd")).size()
    assert counts.set_index(list("abcd"))["cases"].to_dict() == expected.to_dict()


case = st.tuples(
    st.sampled_from(["g1", "g2", "g3", None]),
    st.sampled_from(["event", "component"]),
    st.sampled_from(["06001", "06002"]),
    st.sampled_from(["hotline", "web"]),
    st.sampled_from(["2026-10-01", "2026-10-02T10:00:00", "2026-10-03 11:00:00"]),
    st.sampled_from(["closed", "registered", "void"]),
    st.sampled_from([0.3, 0.9, None]),
)


def frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = [*heat.HEAT_KEYS[:4], "reported_at", "stage", "location_probability"]
    return pd.DataFrame(rows, columns=columns).astype({"location_probability": float})


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(case, max_size=30))
def test_counts_equal_a_loop_over_the_cases(rows: list[tuple[object, ...]]) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for grid, kind, class_code, source, at, stage, _ in rows:
        if stage != "void":
            hour = int(str(at)[11:13] or -1)
            expected[(grid or "", kind, class_code, source, str(at)[:10], hour)] += 1
    counts = heat.count(frame(rows))
    assert counts.set_index(list(heat.HEAT_KEYS))["cases"].to_dict() == dict(expected)


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(case, max_size=30),
    st.lists(case, max_size=10),
    st.dictionaries(st.integers(0, 29), case, max_size=8),
)
def test_new_changed_and_voided_cases_applied_as_differences_equal_a_recount(
    old: list[tuple[object, ...]],
    new: list[tuple[object, ...]],
    changes: dict[int, tuple[object, ...]],
) -> None:
    stored = heat.count(frame(old))
    changes = {i: c for i, c in changes.items() if i < len(old)}
    before = frame([old[i] for i in changes])
    after = frame([*changes.values(), *new])
    updated = heat.add(stored, heat.delta(heat.count(before), heat.count(after)))
    whole = frame([*(changes.get(i, c) for i, c in enumerate(old)), *new])
    recount = heat.count(whole)
    assert updated.to_numpy().tolist() == recount.to_numpy().tolist()


def test_taking_away_what_is_not_there_is_refused() -> None:
    counts = heat.count(CASES)
    with pytest.raises(heat.HeatInputError, match="negative"):
        heat.add(heat.delta(counts, counts), heat.delta(counts, counts.iloc[:0]))


def test_real_cases_count_as_pandas_counts_them(real_data: Path) -> None:
    raw = pd.read_csv(real_data / "boston311_2015" / "cases_2015_jan_aug.csv.gz", dtype=str)
    cases = pd.DataFrame(
        {
            "grid_code": raw["precinct"],
            "object_kind": "event",
            "class_code": raw["TYPE"],
            "source": raw["Source"],
            "reported_at": raw["OPEN_DT"],
        }
    )
    counts = heat.count(cases)
    assert counts["cases"].sum() == len(raw)
    expected = cases.assign(
        day=cases["reported_at"].str[:10], hour=cases["reported_at"].str[11:13].astype(int)
    ).fillna({"grid_code": ""})
    sizes = expected.fillna("").groupby(list(heat.HEAT_KEYS)).size()
    assert counts.set_index(list(heat.HEAT_KEYS))["cases"].to_dict() == sizes.to_dict()
