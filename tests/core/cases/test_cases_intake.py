"""Cases on their way in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.cases import STAGES, TIMES, intake, number, stage
from citygrid_core.errors import UnusableInput, UsageError

steady = settings(deadline=None, derandomize=True)
GOOD = {
    "source_number": "A1",
    "source": "hotline",
    "object_kind": "event",
    "class_code": "06010",
    "reported_at": "2026-07-01T08:30:00",
}


def rows(*changes: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([{**GOOD, "source_number": f"A{i}", **c} for i, c in enumerate(changes, 1)])


def rules(problems: dict[object, list[object]]) -> dict[object, list[str]]:
    return {index: [p.rule for p in found] for index, found in problems.items()}  # type: ignore[attr-defined]


def test_a_good_row_stays_as_it_is() -> None:
    taken = intake(rows({}))
    assert taken.problems == {}
    assert taken.findings == {}
    assert taken.frame.loc[0, list(GOOD)].to_dict() == GOOD
    assert taken.frame.loc[0, "stage"] == "collected"


def test_the_input_is_left_alone() -> None:
    frame = rows({"class_code": "6010", "source": "热线"})
    before = frame.copy()
    intake(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("热线", "hotline"),
        ("12345", "hotline"),
        ("监督员上报", "collector"),
        ("ＡＰＰ", "web"),
        (None, "other"),
    ],
)
def test_sources_are_known_by_name_and_alias(said: str | None, code: str) -> None:
    assert intake(rows({"source": said})).frame["source"].tolist() == [code]


def test_an_unknown_source_is_a_problem_unless_it_is_mapped() -> None:
    frame = rows({"source": "飞鸽传书"})
    assert rules(intake(frame).problems) == {0: ["case.source"]}
    assert intake(frame, sources={"飞鸽传书": "other"}).problems == {}


@pytest.mark.parametrize(
    ("kind", "text", "found", "code"),
    [
        ("event", "6010", "event", "06010"),
        ("事项", "暴露垃圾", "event", "06010"),
        (None, "暴露垃圾", "event", "06010"),
        (None, "供水井盖", "component", "01001"),
        (None, "供水井盖异常", "event", "01001"),
        ("部件", "1001", "component", "01001"),
        ("event", "1001", "event", "01001"),
    ],
)
def test_the_class_and_its_kind(kind: str | None, text: str, found: str, code: str) -> None:
    taken = intake(rows({"object_kind": kind, "class_code": text}))
    assert taken.problems == {}
    assert taken.frame.loc[0, ["object_kind", "class_code"]].tolist() == [found, code]


def test_five_digits_that_name_two_things_need_a_kind() -> None:
    frame = rows({"object_kind": None, "class_code": "01001"})
    (problem,) = intake(frame).problems[0]
    assert problem.rule == "case.kind"
    assert "供水井盖 / 供水井盖异常" in problem.found.zh
    assert problem.found.en.endswith(
        "Water-supply manhole cover / Water-supply manhole cover problem"
    )
    assert intake(frame, default_kind="event").frame["object_kind"].tolist() == ["event"]


def test_an_unknown_class_has_proposals() -> None:
    (problem,) = intake(rows({"class_code": "暴露的垃圾", "object_kind": None})).problems[0]
    assert problem.rule == "case.class"
    assert "06010 暴露垃圾" in problem.cure.zh
    assert "06010 Exposed garbage" in problem.cure.en


def test_a_file_that_speaks_an_older_edition() -> None:
    frame = rows(
        {"class_code": "0102"},
        {"class_code": "道路积雪结冰"},
        {"class_code": "0509"},
        {"class_code": "0118", "object_kind": "component"},
    )
    taken = intake(frame, from_edition="cjt214-2007")
    assert taken.frame["class_code"].tolist() == ["06010", "10001", None, "01037"]
    assert rules(taken.problems) == {2: ["case.class"]}  # 黑车拉客 was dropped


def test_times_become_iso_text() -> None:
    taken = intake(
        rows(
            {"reported_at": "2026-07-01 08:30"},
            {"reported_at": "2026/07/01"},
            {"reported_at": pd.Timestamp("2026-07-01 08:30:15")},
        )
    )
    assert taken.frame["reported_at"].tolist() == [
        "2026-07-01T08:30:00", "2026-07-01T00:00:00", "2026-07-01T08:30:15",
    ]  # fmt: skip
    assert taken.problems == {}


def test_every_problem_of_a_row_is_given() -> None:
    frame = rows(
        {},
        {
            "source_number": " ",
            "source": "?",
            "object_kind": "thing",
            "reported_at": "yesterday",
            "stage": "somewhere",
        },
        {"reported_at": None},
    )
    found = rules(intake(frame).problems)
    assert found == {
        1: ["case.missing", "case.source", "case.kind", "case.time", "case.stage"],
        2: ["case.missing"],
    }
    assert intake(frame).good["source_number"].tolist() == ["A1"]
    for problem in intake(frame).problems[1]:
        assert problem.text("zh") != problem.text("en")


def test_a_broken_order_of_times_names_both() -> None:
    taken = intake(
        rows(
            {"registered_at": "2026-07-01T09:00:00", "closed_at": "2026-07-01T08:45:00"},
            {"registered_at": "2026-07-01T08:00:00"},
            {"registered_at": None, "closed_at": "2026-07-02T08:00:00"},
        )
    )
    assert rules(taken.problems) == {0: ["case.order"], 1: ["case.order"]}
    assert "registered_at 2026-07-01T09:00:00" in taken.problems[0][0].text()
    assert taken.good["stage"].tolist() == ["closed"]


def test_a_stage_that_is_behind_the_times_is_not_believed() -> None:
    """Closed is closed, whatever the stage says; void, later than all, stays."""
    done = {"registered_at": "2026-07-04 09:00", "closed_at": "2026-07-05 09:00"}
    stages = ("registered", "verified", "void", "closed", "")
    taken = intake(rows(*({**done, "stage": s} for s in stages)))
    assert taken.problems == {}
    assert taken.frame["stage"].tolist() == ["closed", "closed", "void", "closed", "closed"]
    assert rules(taken.findings) == {0: ["case.stage"], 1: ["case.stage"]}
    assert "believed" in taken.findings[0][0].cure.en


def test_a_stage_that_the_times_do_not_tell_is_a_finding() -> None:
    taken = intake(rows({"stage": "closed"}, {"stage": "void"}, {"stage": "collected"}))
    assert taken.problems == {}
    assert rules(taken.findings) == {0: ["case.stage"]}
    assert taken.frame["stage"].tolist() == ["closed", "void", "collected"]


def test_a_geometry_stays_a_geometry() -> None:
    frame = gpd.GeoDataFrame(rows({}, {}), geometry=gpd.points_from_xy([0, 1], [0, 1]), crs=4547)
    frame.index = pd.Index(["p", "q"])
    taken = intake(frame)
    assert isinstance(taken.frame, gpd.GeoDataFrame)
    assert taken.frame.crs == frame.crs
    assert taken.frame.index.tolist() == ["p", "q"]


def test_an_empty_file_is_no_problem() -> None:
    taken = intake(rows({}).iloc[:0])
    assert len(taken.frame) == 0
    assert taken.problems == {}


moments = st.one_of(
    st.none(),
    st.integers(0, 2000).map(
        lambda m: str(np.datetime64("2026-07-01T00:00:00") + np.timedelta64(m, "m"))
    ),
)


@steady
@given(st.lists(st.tuples(*[moments] * len(TIMES)), min_size=1, max_size=8))
def test_the_order_is_that_of_the_times_that_are_there(table: list[tuple[str | None, ...]]) -> None:
    """The oracle walks over each row by hand."""
    frame = pd.DataFrame(table, columns=list(TIMES), dtype=object)
    frame["source_number"] = [str(i) for i in range(len(frame))]
    frame["class_code"], frame["object_kind"] = "06010", "event"
    taken = intake(frame)
    for i, row in enumerate(table):
        there = [t for t in row if t is not None]
        broken = any(a > b for k, b in enumerate(there) for a in there[:k])
        assert ("case.order" in rules(taken.problems).get(i, [])) == broken
        last = [s for t, s in zip(row, TIMES.values(), strict=True) if t is not None]
        assert taken.frame["stage"][i] == (last[-1] if last else "collected")
    assert set(taken.frame["stage"]) <= set(STAGES)


def test_the_stage_follows_from_the_times() -> None:
    frame = pd.DataFrame({"reported_at": ["x", "x"], "handled_at": ["", "x"]}, index=[5, 6])
    assert stage(frame).to_dict() == {5: "collected", 6: "handled"}


# --- numbers --------------------------------------------------------------------------------


def test_a_number_is_day_county_and_five_digits() -> None:
    days = pd.Series(["2026-07-01T08:30:00", "2026-12-31"], index=["a", "b"])
    numbers = number(days, pd.Series(["320705", "320706"], index=["a", "b"]), [7, 99_999])
    assert numbers.to_dict() == {"a": "2026070132070500007", "b": "2026123132070699999"}


def test_a_city_may_have_its_own_pattern() -> None:
    pattern = "海[{day:%y%j}]-{sequence:04d}"
    assert number(["2026-02-01"], [""], [12], pattern=pattern).tolist() == ["海[26032]-0012"]


@pytest.mark.parametrize("pattern", ["{day:%Y}{county}", "{city}{sequence}", "{day"])
def test_a_pattern_without_a_sequence_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="pattern"):
        number(["2026-07-01"], ["320705"], [1], pattern=pattern)


def test_what_does_not_fit_a_number_is_refused() -> None:
    with pytest.raises(UnusableInput, match="expected 1 to 99999"):
        number(["2026-07-01"], ["320705"], [100_000])
    with pytest.raises(UnusableInput, match="expected 1 to 99999"):
        number(["2026-07-01"], ["320705"], [0])
    with pytest.raises(UnusableInput, match="ISO date"):
        number(["July"], ["320705"], [1])


def test_numbers_of_days_as_datetimes() -> None:
    days = pd.Series(pd.to_datetime(["2026-07-01 23:59:59"]))
    assert number(days, ["320705"], [1]).tolist() == ["2026070132070500001"]
    assert number(pd.Series([], dtype=object), [], []).empty
