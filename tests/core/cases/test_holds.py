"""Holds: no clock runs until their planned end, past it the clock runs; how long they may last in all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.cases.lifecycle import (
    BadProfile,
    Entry,
    Profile,
    StepRefused,
    advance,
    fold,
    legal,
    timeline,
)
from citygrid_core.cases.standing import standing
from tests.core.cases.test_clock import FIRST, OPEN
from tests.core.cases.test_lifecycle import DEFAULT, TIMER, TO_DISPATCH, case, walk
from tests.examples import examples

UNTIL = "2025-03-10T14:00"
#: One of eight working hours was used when the hold began.
HOLD = ("suspend", "2025-03-03T10:00", {"reason": "待材料", "until": UNTIL})


def asked(log: pd.DataFrame, at: str) -> pd.Series:
    one: pd.Series = fold(log, case().to_frame().T, DEFAULT, TIMER, at).states.iloc[0]
    return one


def test_past_its_planned_end_the_clock_runs_again() -> None:
    log = walk(case(), *TO_DISPATCH, HOLD)
    before, after = asked(log, "2025-03-10T13:59:59"), asked(log, UNTIL)
    assert (before["lapsed"], str(before["held_since"])) == (False, "2025-03-03 10:00:00")
    assert (after["stage"], after["hold"], after["lapsed"]) == ("dispatched", "suspended", True)
    # seven hours are left, from Monday 14:00, as if it had been resumed then
    assert str(after["due_at"]) == "2025-03-11 11:00:00"
    assert str(after["hold_until"]) == "2025-03-10 14:00:00"
    told = pd.DataFrame({"due_at": [None]}, index=["A1"])
    for at, share, light in (
        ("2025-03-08T10:00", 1 / 8, "green"), ("2025-03-10T17:00", 4 / 8, "green"),
        ("2025-03-11T10:30", 7.5 / 8, "yellow"), ("2025-03-11T11:30", 8.5 / 8, "red"),
    ):  # fmt: skip
        states = fold(log, case().to_frame().T, DEFAULT, TIMER, at).states
        row = standing(states, told, DEFAULT, TIMER, at).iloc[0]
        assert (row["share"], row["light"]) == (share, light), at


def test_a_period_ends_as_it_was_then() -> None:
    log = walk(case(), *TO_DISPATCH, HOLD)
    cases = case().to_frame().T
    for end, lapsed, due in (("2025-03-10", False, "2025-03-04 09:00:00"),
                             ("2025-03-11", True, "2025-03-11 11:00:00")):  # fmt: skip
        row = timeline(log, cases, DEFAULT, TIMER, end=end).iloc[0]
        assert (row["lapsed"], str(row["due_at"])) == (lapsed, due)


def test_past_its_planned_end_every_step_is_legal_and_ends_it() -> None:
    log = walk(case(), *TO_DISPATCH, HOLD)
    held = [s.name for s in legal(log, case(), DEFAULT, "2025-03-10T13:59", TIMER)]
    free = [s.name for s in legal(log, case(), DEFAULT, UNTIL, TIMER)]
    assert held == ["resume", "supervise", "link"]
    unheld = [s.name for s in legal(log.iloc[:-1], case(), DEFAULT, "2025-03-03T10:00", TIMER)]
    assert set(free) == {*unheld, "resume"}
    for step, more in (("handle", {}), ("suspend", {"reason": "再挂", "until": "2025-03-21T08:00"}),
                       ("resume", {}), ("supervise", {"reason": "催办"})):  # fmt: skip
        row = advance(log, case(), DEFAULT, Entry(step, "2025-03-10T16:00", **more), TIMER)
        both = pd.concat([log, row], ignore_index=True)
        now = asked(both, "2025-03-10T16:00")
        expected = {"handle": "", "resume": ""}.get(step, "suspended")
        assert (now["hold"], now["lapsed"]) == (expected, step == "supervise")
        if step == "handle":  # one hour before the hold, two after it
            assert now["handle_used_s"] == 3 * 3600
        if step == "suspend":  # a second hold, of what was left then: five hours
            assert str(asked(both, "2025-03-21T08:00")["due_at"]) == "2025-03-21 15:00:00"
        if step == "resume":  # too late: the clock had been running for two hours
            assert str(now["due_at"]) == "2025-03-11 11:00:00"


def test_a_deferral_without_a_planned_end_lasts_until_it_is_ended() -> None:
    log = walk(case(), *TO_DISPATCH, ("defer", "2025-03-03T10:00", {"reason": "待规划"}))
    assert not asked(log, "2026-12-01")["lapsed"]
    ends = walk(case(), *TO_DISPATCH, ("defer", *HOLD[1:]))
    assert asked(ends, UNTIL)["lapsed"]
    assert asked(ends, UNTIL)["suspended_s"] == 0


def test_a_suspension_of_which_no_source_told_the_end_ends_when_it_must() -> None:
    told = {"number": "A1", "seq": 4, "step": "suspend", "at": "2025-03-03T10:00",
            "post": "source", "after": "dispatched"}  # fmt: skip
    log = pd.concat([walk(case(), *TO_DISPATCH), pd.DataFrame([told])], ignore_index=True)
    assert not asked(log, "2026-03-03T09:59")["lapsed"]
    assert asked(log, "2026-03-03T10:00")["lapsed"]


def suspended(*spans: tuple[str, str]) -> list[Any]:
    return [
        step for begin, end in spans
        for step in (("suspend", begin, {"reason": "r", "until": end}), ("resume", end))
    ]  # fmt: skip


def test_suspensions_are_added_up() -> None:
    """A year in all: what was really suspended counts, not what was planned."""
    first = suspended(("2025-03-04T00:00", "2025-09-20T00:00"))  # 200 days
    early = [("suspend", "2025-09-20T00:00", {"reason": "r", "until": "2026-02-01"}),
             ("resume", "2025-09-21T00:00")]  # fmt: skip
    log = walk(case(), *TO_DISPATCH, *first, *early)  # one day more
    assert asked(log, "2025-09-21")["suspended_s"] == 201 * 86_400
    for until, fits in (("2026-03-04T00:00", True), ("2026-03-04T00:01", False)):  # 164 days more
        entry = Entry("suspend", "2025-09-21T00:00", reason="r", until=until)
        if fits:
            advance(log, case(), DEFAULT, entry, TIMER)
            continue
        with pytest.raises(StepRefused, match="in all"):
            advance(log, case(), DEFAULT, entry, TIMER)
    full = walk(case(), *TO_DISPATCH, *suspended(("2025-03-04T00:00", "2026-03-04T00:00")))
    assert "suspend" not in [s.name for s in legal(full, case(), DEFAULT, "2026-04-01", TIMER)]


def test_a_city_says_how_long_in_all(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    text = 'id = "ours"\nextends = "default"\ntitle = { en = "o", zh = "本" }\n'
    own.write_text(text + "max_suspension_days = 10\nmax_suspension_total_days = 15\n", "utf-8")
    ours = Profile.load("ours", tmp_path)
    log = walk(case(), *TO_DISPATCH, *suspended(("2025-03-04T00:00", "2025-03-14T00:00")))
    refused = Entry("suspend", "2025-03-20T00:00", reason="r", until="2025-03-26T00:00")
    with pytest.raises(StepRefused, match="in all"):
        advance(log, case(), ours, refused, TIMER)
    (tmp_path / "less.toml").write_text(
        text.replace("ours", "less") + "max_suspension_total_days = 15\n", "utf-8"
    )
    with pytest.raises(BadProfile, match="max_suspension_total_days"):
        Profile.load("less", tmp_path)


@settings(max_examples=examples(80), deadline=None)
@given(
    begin=st.integers(0, 200 * 1440),
    holds=st.lists(
        st.tuples(
            st.integers(1, 4000),
            st.integers(1, 9000),
            st.one_of(st.none(), st.integers(1, 9000)),
            st.sampled_from(["suspend", "defer"]),
        ),
        max_size=4,
    ),
    wait=st.integers(0, 6000),
    kind=st.sampled_from(["component", "event"]),
)
def test_used_time_is_what_a_minute_by_minute_clock_shows(
    begin: int, holds: list[tuple[int, int, int | None, str]], wait: int, kind: str
) -> None:
    """Holds that were ended, that nobody ended and that others followed, over holidays and nights."""
    runs = np.ones(len(OPEN), dtype=bool) if kind == "event" else OPEN.copy()
    at, rows = (
        begin,
        [("collect", begin, None), ("register", begin, None), ("dispatch", begin, None)],
    )
    limit = 120 if kind == "event" else 480
    for gap, planned, ended, step in holds:
        at += gap
        rows.append((step, at, at + planned))
        stop = at + planned if ended is None else at + min(planned, ended)
        runs[at:stop] = False
        at += planned if ended is None else ended
        if ended is not None:  # before the planned end, or after it: then it no longer helps
            rows.append(("resume", at, None))
    at += wait
    if at >= len(OPEN):
        return
    log = pd.DataFrame(
        [{"number": "A1", "seq": i + 1, "step": step, "department_code": "D1", "reason": "r",
          "at": str(FIRST + np.timedelta64(m, "m")),
          "until": None if until is None else str(FIRST + np.timedelta64(until, "m"))}
         for i, (step, m, until) in enumerate(rows)]
    )  # fmt: skip
    now = str(FIRST + np.timedelta64(at, "m"))
    one = case(kind=kind).to_frame().T
    folded = fold(log, one, DEFAULT, TIMER, now)
    assert folded.wrong.empty
    stands = standing(
        folded.states, pd.DataFrame({"due_at": [None]}, index=["A1"]), DEFAULT, TIMER, now
    ).iloc[0]
    used = int(runs[begin:at].sum())
    assert stands["used_s"] == used * 60
    assert stands["light"] == ("green" if used <= 0.8 * limit else
                               "yellow" if used <= limit else "red")  # fmt: skip
    held = folded.states.iloc[0]
    if used < limit and pd.isna(
        held["held_since"]
    ):  # when the last minute of the limit will be over
        left = np.flatnonzero(runs[at:])[limit - used - 1]
        assert held["due_at"] == FIRST + np.timedelta64(at + int(left) + 1, "m")
