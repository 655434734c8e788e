"""Indicators on a handful of cases worked by hand; scores, grades and the total."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from citygrid_core.evaluation import (
    COMPOSITES,
    TOTAL,
    BadScheme,
    Facts,
    Scheme,
    UnknownIndicator,
    UnknownScheme,
    divide,
    evaluate,
    heat_points,
    indicators,
    schemes,
    wilson,
)
from citygrid_core.evaluation.times import times
from citygrid_core.standards import indicators as indicator_table

START, END = np.datetime64("2025-07-01", "s"), np.datetime64("2025-08-01", "s")
STEPS = (
    "collect", "send_verify", "verify", "refute", "register", "dispatch", "return", "handle",
    "send_check", "check", "rework", "close", "void", "delay", "suspend", "defer", "supervise",
)  # fmt: skip


def case(
    stage: str, source: str = "collector", hold: str = "", **said: object
) -> dict[str, object]:
    """A timeline of July: moments as ``MM-DD``; a step that was done counts once."""
    out: dict[str, object] = {
        "stage": stage, "source": source, "hold": hold, "return": 0, "bodies": 1, "dispatch": 1,
        "handle_used_s": 0, "limit_s": 36_000, "urgent": False, "due_at": None, "handle_due": None,
    }  # fmt: skip
    for step in STEPS:
        at = said.pop(step, None)
        moment = np.datetime64(f"2025-{at}", "s") if at else np.datetime64("NaT", "s")
        out[f"{step}_at"] = out[f"{step}_last"] = moment
        out[f"{step}_n"] = int(START <= moment < END)
    for name, value in said.items():
        out[name] = (
            np.datetime64(f"2025-{value}", "s")
            if name.endswith("due") or name == "due_at"
            else value
        )
    return out


CASES = pd.DataFrame([
    # closed in time
    case("closed", collect="07-01", register="07-01", dispatch="07-01", handle="07-02",
         handle_due="07-03", check="07-03", close="07-03", handle_used_s=18_000),
    # closed, but handled late by half its limit; the public had to find it
    case("closed", "hotline", collect="07-02", send_verify="07-02", verify="07-02",
         register="07-02", dispatch="07-02", handle="07-06", handle_due="07-05", check="07-07",
         close="07-07", handle_used_s=54_000),
    # handled in time, the check failed once, not closed yet
    case("handled", collect="07-03", register="07-03", dispatch="07-03", rework="07-05",
         handle="07-06", handle_due="07-08", handle_used_s=9_000),
    # overdue at a department
    case("dispatched", collect="07-04", register="07-04", dispatch="07-04", due_at="07-10"),
    # deferred, past its deadline
    case("dispatched", hold="deferred", collect="07-05", register="07-05", dispatch="07-05",
         defer="07-06", due_at="07-09"),
    # suspended: no deadline runs
    case("dispatched", hold="suspended", collect="07-05", register="07-05", dispatch="07-05",
         suspend="07-06", due_at="07-09"),
    # not confirmed on site
    case("void", "web", collect="07-06", send_verify="07-06", refute="07-07", dispatch=None),
    # of June: handled and closed in July
    case("closed", collect="06-20", register="06-20", dispatch="06-20", handle="07-01",
         handle_due="06-30", check="07-02", close="07-02", handle_used_s=72_000),
]).assign(group=["a", "a", "a", "b", "b", "b", "", "b"])  # fmt: skip
FACTS = Facts(CASES, START, END)
#: Worked by hand from the eight cases: numerator and denominator.
BY_HAND = {
    "reported": (7, 1), "collector_reported": (5, 1), "collector_valid_reported": (5, 1),
    "public_reported": (2, 1), "public_verified": (1, 1), "verify_required": (2, 1),
    "verify_on_time": (2, 1), "accepted": (7, 1), "registered": (6, 1), "cancelled": (1, 1),
    "registered_accurate": (6, 1), "registered_on_time": (6, 1), "dispatch_required": (6, 1),
    "dispatched": (6, 1), "dispatched_on_time": (6, 1), "dispatched_accurate": (6, 1), "dispatched_wrong": (0, 1),
    "dispose_required": (6, 1), "disposed": (4, 1), "disposed_on_time": (2, 1),
    "disposed_late": (2, 1), "to_dispose": (3, 1), "overdue_to_dispose": (2, 1),
    "close_required": (6, 1), "closed": (3, 1), "closed_on_time": (1, 1), "closed_late": (2, 1),
    "to_close": (4, 1), "reworked": (1, 1), "rework_times": (1, 1), "returned": (0, 1),
    "delayed": (0, 1), "suspended": (2, 1), "deferred": (1, 1), "supervised": (0, 1),
    "second_dispatch": (0, 1), "media_exposed": (0, 1),
    "register_rate": (6, 7), "public_report_rate": (1, 6), "valid_report_rate": (5, 5),
    "verify_on_time_rate": (2, 2), "verify_send_on_time_rate": (2, 2),
    "accept_on_time_rate": (7, 7), "register_on_time_rate": (6, 6), "register_accuracy": (6, 6),
    "dispatch_on_time_rate": (6, 6), "dispatch_accuracy": (6, 6), "dispose_rate": (4, 6),
    "dispose_on_time_rate": (2, 6), "close_rate": (3, 6), "close_on_time_rate": (1, 6),
    "close_on_time_rate_excl_deferred": (1, 5), "close_rate_excl_deferred": (3, 5),
    "close_late_rate": (2, 6), "open_rate": (4, 7), "rework_rate": (1, 4),
    "rework_rate_chengdu": (1, 6), "overdue_rate": (2, 6), "delay_rate": (0, 6),
    "return_rate": (0, 6), "check_pass_rate": (3, 4), "finish_rate": (2, 6),
    "finish_on_time_rate": (1, 6), "rectify_rate": (2, 7),
    # 5 h of 10, 15 of 10, 2.5, 20 of 10: over by a half and by one
    "routine_points": (60, 6), "avg_dispose_time": (42.5, 4), "overrun_factor": (1.5, 2),
}  # fmt: skip
#: What these cases give no base for, or what this city does not keep.
NO_BASE = {
    "urgent_close_rate": (0, 0), "check_on_time_rate": (0, 0), "check_required": (0, 1),
    "check_on_time": (0, 1),
}  # fmt: skip
NOT_KEPT = {"missed", "miss_rate", "recurrent", "recurrence_rate", "hot_share", "limit_light",
            "patrol_coverage", "grid_case_density"}  # fmt: skip


@pytest.mark.parametrize("code", sorted({**BY_HAND, **NO_BASE}))
def test_an_indicator_is_what_a_person_counts(code: str) -> None:
    table = evaluate(FACTS, CASES["group"], [code])
    expected = {**BY_HAND, **NO_BASE}[code]
    found = (table.numerator.at[TOTAL, code], table.denominator.at[TOTAL, code])
    assert found == expected
    value = table.value.at[TOTAL, code]
    assert np.isnan(value) if expected[1] == 0 else value == expected[0] / expected[1]


def test_every_indicator_is_worked_by_hand_somewhere() -> None:
    special = {"check_send_on_time_rate", "missed_variant"}
    assert set(indicators()) == {*BY_HAND, *NO_BASE, *NOT_KEPT, *special}
    assert set(indicators()) <= set(indicator_table().index)
    both = evaluate(FACTS, None, sorted(special))
    # four were handled in July; nobody sent anyone to check: the check came by itself
    assert both.denominator.at[TOTAL, "check_send_on_time_rate"] == 4
    assert both.numerator.loc[TOTAL].tolist() == [0, 1]


def test_no_indicator_of_the_table_is_missing() -> None:
    """A ratio of counts, a part of a scheme, or the points of a map: all 96."""
    codes = [*indicators(), *COMPOSITES, "heat_point"]
    assert len(codes) == len(set(codes)) == len(indicator_table()) == 96
    assert set(codes) == set(indicator_table().index)


#: Worked by hand: values of the parts, and the points of the whole.
COMPOSED = {
    # 10 x 0.8 + 20 x 0.9 (one case in each grid) + 30 x 0.9 + 40 x 0.7
    "area_score": ({"public_report_rate": 0.2, "registered": 10, "close_rate": 0.9,
                    "close_on_time_rate": 0.7}, 81.0),
    "area_case_score_1": ({"registered": 30}, 20 * 0.75),  # three in each grid
    "area_case_score_2": ({"registered": 30}, 20 * 0.90),
    "dept_score": ({"dispose_required": 300, "close_rate": 1.0, "dispose_on_time_rate": 0.5,
                    "rework_rate": 0.1}, 6 + 30 + 15 + 27.0),
    "dept_case_score": ({"dispose_required": 50}, 10.0),
    "collector_score": ({"valid_report_rate": 0.5, "miss_rate": 0.25, "verify_on_time_rate": 1.0,
                         "check_on_time_rate": 0.0}, 20 + 15 + 20 + 0.0),
    "operator_score": ({"accepted": 400, "verify_send_on_time_rate": 1.0,
                        "check_send_on_time_rate": 0.5}, 15 + 40 + 17.5),
    "shift_leader_score": ({"register_on_time_rate": 0.8, "register_accuracy": 1.0,
                            "close_on_time_rate": 0.4}, 20 + 40 + 14.0),
    "dispatcher_score": ({"dispatched": 2_001, "dispatch_on_time_rate": 0.5,
                          "dispatch_accuracy": 0.25}, 20 + 20 + 10.0),
    "workload_score": ({"accepted": 1_200}, 25 * 0.75),
    "grade": ({"public_report_rate": 0.0, "registered": 0, "close_rate": 1.0,
               "close_on_time_rate": 0.5}, 80.0),
    "jinniu_score": ({"dispose_rate": 0.9, "dispose_on_time_rate": 0.8, "rework_rate_chengdu": 0.1,
                      "overdue_rate": 0.05, "delay_rate": 0.2}, 27 + 16 + 18 + 19 + 8.0),
    "jinhua_on_time_points": ({"close_on_time_rate_excl_deferred": 0.65}, 45.0),
    "jinhua_close_points": ({"close_rate_excl_deferred": 0.95}, 20.0),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(COMPOSITES))
def test_a_score_is_what_a_person_adds_up(code: str) -> None:
    values, points = COMPOSED[code]
    one = COMPOSITES[code]
    frame = pd.DataFrame(values, index=["a"], dtype=float)
    for other in {p.indicator for p in Scheme.load(one.scheme).scores[one.of]} - set(values):
        frame[other] = np.nan
    sizes = pd.DataFrame({"grids": [10]}, index=["a"])
    score = Scheme.load(one.scheme).score(one.of, frame, sizes)
    found = sum(score.at["a", p.indicator] for p in one.parts)
    assert found == pytest.approx(points)
    if not one.part:
        assert score.at["a", "score"] == pytest.approx(points)
        assert score.at["a", "grade"] == ("B" if points >= 75 else "C" if points >= 60 else "D")


def test_heat_points_are_places_rounded() -> None:
    found = heat_points(
        [114.301, 114.304, 114.31, np.nan, np.inf], [30.601, 30.599, 30.6, 30.6, np.inf]
    )
    assert found.values.tolist() == [[114.3, 30.6, 2], [114.31, 30.6, 1]]


def test_what_a_city_does_not_keep_is_unknown() -> None:
    table = evaluate(FACTS, None, sorted(NOT_KEPT))
    assert table.value.loc[TOTAL].isna().all()
    kept = Facts(CASES.assign(recurrent=[True, *[False] * 7]), START, END)
    assert evaluate(kept, None, ["recurrence_rate"]).value.at[TOTAL, "recurrence_rate"] == 1 / 6


def test_groups_add_up_to_the_total() -> None:
    table = evaluate(FACTS, CASES["group"].where(CASES["group"] != "", "none"))
    for frame in (
        table.numerator,
        table.denominator[[c for c in table.value if c.endswith("_rate")]],
    ):
        parts = frame.drop(index=TOTAL).sum(min_count=3)
        known = frame.loc[TOTAL].notna()
        assert np.allclose(parts[known], frame.loc[TOTAL][known])


def test_nanchangs_month() -> None:
    """July: 31,328 accepted, 26,619 rectified, published as 85 %."""
    sums = pd.DataFrame({"rectified": [26_619.0], "accepted": [31_328.0]}, index=[TOTAL])
    table = divide(sums, [indicators()["rectify_rate"]])
    assert round(table.value.at[TOTAL, "rectify_rate"] * 100) == 85
    low, high = table.low.at[TOTAL, "rectify_rate"], table.high.at[TOTAL, "rectify_rate"]
    assert 0.84 < low < 26_619 / 31_328 < high < 0.86
    score = Scheme.load("nanchang").score("area", table.value)
    assert (round(score.at[TOTAL, "score"], 1), score.at[TOTAL, "grade"]) == (85.0, "B")


def test_wilsons_interval_is_the_published_one() -> None:
    """Newcombe (1998), Stat. Med. 17: 857-872, table I, method 3."""
    low, high = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


def test_a_department_scored_by_hand() -> None:
    values = pd.DataFrame(
        {"dispose_required": [120.0, 20, 5], "close_rate": [0.9, 1.0, np.nan],
         "dispose_on_time_rate": [0.8, 1.0, np.nan], "rework_rate": [0.1, 0.0, np.nan]},
        index=["d1", "d2", "d3"],
    )  # fmt: skip
    score = Scheme.load("cjt292").score("department", values)
    # 101-200 cases: 75 of 100, a tenth of it; 30 x 0.9; 30 x 0.8; 30 x (1 - 0.1)
    assert score["score"].round(9).tolist() == [7.5 + 27 + 24 + 27, 100.0, 100.0]
    assert score["grade"].tolist() == ["B", "A", "A"]
    assert score["base"].tolist() == [100, 100, 10]  # the third rests on a tenth of the points


def test_area_points_fall_with_cases_for_each_grid() -> None:
    values = pd.DataFrame(
        {"public_report_rate": 0.0, "registered": [0.0, 20, 50, 90], "close_rate": 1.0,
         "close_on_time_rate": 1.0}, index=list("abcd"),
    )  # fmt: skip
    sizes = pd.DataFrame({"grids": 10}, index=list("abcd"))
    score = Scheme.load("cjt292").score("area", values, sizes)
    assert score["registered"].tolist() == [20.0, 18.0, 12.0, 0.0]


def test_jinhuas_points_fall_below_a_threshold() -> None:
    values = pd.DataFrame(
        {"close_on_time_rate_excl_deferred": [0.7, 0.6], "close_rate_excl_deferred": [0.95, 0.8]},
        index=["a", "b"],
    )
    score = Scheme.load("jinhua").score("department", values)
    assert score["close_on_time_rate_excl_deferred"].round(6).tolist() == [50, 40]
    assert score["close_rate_excl_deferred"].round(6).tolist() == [20, 10]


def test_a_city_has_a_scheme_of_its_own(tmp_path: Path) -> None:
    text = (
        Path(__file__).parents[3] / "citygrid_core/evaluation/schemes/nanchang.toml"
    ).read_text()
    (tmp_path / "ours.toml").write_text(text.replace("rectify_rate", "close_rate"))
    assert "ours" in schemes(tmp_path)
    assert Scheme.load("ours", tmp_path).scores["area"][0].indicator == "close_rate"
    (tmp_path / "bad.toml").write_text(text.replace("rectify_rate", "happiness"))
    with pytest.raises(BadScheme, match="happiness"):
        Scheme.load("bad", tmp_path)
    with pytest.raises(UnknownScheme, match="cjt292"):
        Scheme.load("theirs")
    with pytest.raises(BadScheme, match="not operator"):
        Scheme.load("nanchang").score("operator", pd.DataFrame())
    with pytest.raises(UnknownIndicator, match="happiness"):
        evaluate(FACTS, None, ["happiness"])


def test_how_long_it_took_worked_by_hand() -> None:
    """Four were handled in July: one day, four days, and one of them after a rework."""
    found = times(FACTS, CASES["group"])
    whole = found.loc[(TOTAL, "handle")]
    # 07-01 to 07-02, 07-02 to 07-06, 07-03 to 07-06, 06-20 to 07-01
    assert whole[["cases", "mean", "median", "longest"]].tolist() == [4, 114.0, 84.0, 264.0]
    assert whole["tail"] == 264 / 456
    assert found.loc[("b", "handle"), "cases"] == 1
    assert found.loc[("a", "total")].tolist()[:3] == [2, 84.0, 84.0]
    assert found.loc[(TOTAL, "total"), "cases"] == 3
    assert found.loc[(TOTAL, "close"), "mean"] == 0
    assert found["cases"].groupby("span").sum().loc["handle"] == 2 * 4
    nothing = times(Facts(CASES[:0], START, END))
    assert nothing.loc[(TOTAL, "total")].isna().sum() == 6
