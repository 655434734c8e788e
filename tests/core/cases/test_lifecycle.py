"""The way of a case: paths by hand, refusals, and random walks against a second machine."""

from __future__ import annotations

import datetime as dt
import random
import sys
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from citygrid_core import cases as cases_room
from citygrid_core.cases.clock import LimitTable, WorkCalendar, due, used
from citygrid_core.cases.lifecycle import (
    COUNTS,
    STAGES,
    BadProfile,
    Entry,
    Folded,
    Profile,
    StepRefused,
    Timer,
    UnknownProfile,
    advance,
    advance_all,
    fold,
    legal,
    profiles,
)

CALENDAR = WorkCalendar.china(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
LIMITS = LimitTable.of(
    pd.DataFrame(
        [("component", "01", 1, "work_day"), ("event", "", 2, "urgent_hour")],
        columns=["object_kind", "class_code", "value", "unit"],
    )
)
TIMER = Timer(CALENDAR, LIMITS)
DEFAULT = Profile.load("default")


def case(source: str = "collector", kind: str = "component", number: str = "A1") -> pd.Series:
    return pd.Series({"source": source, "object_kind": kind, "class_code": "01003"}, name=number)


def walk(
    one: pd.Series,
    *steps: tuple[str, str] | tuple[str, str, dict[str, str]],
    profile: Profile = DEFAULT,
) -> pd.DataFrame:
    log = pd.DataFrame()
    for step, at, *more in steps:
        said: dict[str, str] = more[0] if more else {}  # type: ignore[assignment]
        row = advance(log, one, profile, Entry(step, at, **said), TIMER)
        log = pd.concat([log, row], ignore_index=True) if len(log) else row
    return log


def state(log: pd.DataFrame, one: pd.Series, profile: Profile = DEFAULT) -> pd.Series:
    folded = fold(log, one.to_frame().T, profile, TIMER)
    assert folded.wrong.empty
    return folded.states.loc[str(one.name)]


TO_DISPATCH: tuple[Any, ...] = (
    ("collect", "2025-03-03T08:30"), ("register", "2025-03-03T08:40"),
    ("dispatch", "2025-03-03T09:00", {"department_code": "D1"}),
)  # fmt: skip


def test_a_collectors_report_is_registered_at_once() -> None:
    log = walk(
        case(), *TO_DISPATCH, ("handle", "2025-03-03T15:00"), ("check", "2025-03-03T16:00"),
        ("close", "2025-03-03T16:10"),
    )  # fmt: skip
    assert log["after"].tolist() == [
        "collected", "registered", "dispatched", "handled", "checked", "closed",
    ]  # fmt: skip
    assert log["before"].tolist()[1:] == log["after"].tolist()[:-1]
    end = state(log, case())
    assert (end["stage"], end["department_code"], end["steps"]) == ("closed", "D1", 6)
    assert str(end["due_at"]) == "2025-03-04 09:00:00"


def test_a_public_report_is_verified_first() -> None:
    public = case("hotline")
    log = walk(public, ("collect", "2025-03-03T08:30"))
    with pytest.raises(StepRefused) as refused:
        advance(log, public, DEFAULT, Entry("register", "2025-03-03T08:40"))
    assert refused.value.legal == ("send_verify", "void", "link")
    assert "verified on site first" in refused.value.text("en")
    assert "公众举报须先核实" in refused.value.text("zh")
    log = walk(
        public, ("collect", "2025-03-03T08:30"), ("send_verify", "2025-03-03T08:35"),
        ("verify", "2025-03-03T09:00"), ("register", "2025-03-03T09:05"),
    )  # fmt: skip
    assert state(log, public)["stage"] == "registered"


def test_a_return_takes_the_case_from_the_body_and_a_second_dispatch_gives_it_to_another() -> None:
    log = walk(
        case(), *TO_DISPATCH, ("return", "2025-03-03T10:00", {"reason": "不属本单位"}),
    )  # fmt: skip
    back = state(log, case())
    assert (back["stage"], back["department_code"], back["return"]) == ("registered", "", 1)
    assert pd.isna(back["due_at"])
    again = pd.concat([
        log,
        advance(log, case(), DEFAULT,
                Entry("dispatch", "2025-03-03T11:00", department_code="D2"), TIMER),
    ])  # fmt: skip
    now = state(again, case())
    assert (now["department_code"], now["dispatch"]) == ("D2", 2)
    assert str(now["due_at"]) == "2025-03-04 11:00:00"


def test_the_clock_stops_while_a_case_is_suspended() -> None:
    log = walk(
        case(), *TO_DISPATCH,
        ("suspend", "2025-03-03T10:00", {"reason": "待材料", "until": "2025-03-20"}),
        ("resume", "2025-03-10T14:00"),
    )  # fmt: skip
    # one hour of eight was used: seven are left, from Monday 14:00
    assert str(state(log, case())["due_at"]) == "2025-03-11 11:00:00"
    held = state(log.iloc[:-1], case())
    assert (held["hold"], str(held["held_since"])) == ("suspended", "2025-03-03 10:00:00")
    assert [s.name for s in legal(log.iloc[:-1], case(), DEFAULT, "2025-03-04T10:00")] == [
        "resume", "supervise", "link",
    ]  # fmt: skip


def test_a_hold_after_the_deadline_neither_helps_nor_harms() -> None:
    """Late by an hour when the hold begins, handled an hour after it ends: two hours late."""
    steps: tuple[Any, ...] = (
        *TO_DISPATCH, ("suspend", "2025-03-04T10:00", {"reason": "待批", "until": "2025-03-21"}),
        ("resume", "2025-03-20T09:00"), ("handle", "2025-03-20T10:00"),
    )  # fmt: skip
    after = state(walk(case(), *steps), case())
    assert after["handle_used_s"] - after["limit_s"] == 2 * 3600
    assert str(after["handle_due"]) == "2025-03-04 09:00:00"


def test_a_delay_of_a_case_without_a_limit_is_its_limit() -> None:
    one = case(kind="unlimited")
    delay = ("delay", "2025-03-03T10:00", {"reason": "雨", "until": "2025-03-05T09:00"})
    steps: tuple[Any, ...] = (*TO_DISPATCH, delay, ("handle", "2025-03-04T09:00"))
    after = state(walk(one, *steps), one)
    assert (after["limit_s"], after["handle_used_s"]) == (48 * 3600, 24 * 3600)
    again = state(walk(one, *steps, ("rework", "2025-03-04T10:00", {"reason": "未修复"})), one)
    assert pd.isna(again["due_at"])
    assert again["limit_s"] == 0


def test_a_failed_check_goes_back_to_the_same_body_with_a_new_limit() -> None:
    steps: tuple[Any, ...] = (
        *TO_DISPATCH, ("handle", "2025-03-03T15:00"),
        ("rework", "2025-03-03T16:00", {"reason": "未修复"}),
    )  # fmt: skip
    after = state(walk(case(), *steps), case())
    assert (after["stage"], after["department_code"], after["rework"]) == ("dispatched", "D1", 1)
    assert str(after["due_at"]) == "2025-03-04 16:00:00"


@pytest.mark.parametrize(
    ("steps", "refused", "why"),
    [
        ((), ("dispatch", "2025-03-03T09:00", {"department_code": "D1"}), "not from this stage"),
        (TO_DISPATCH, ("return", "2025-03-03T10:00"), "must be said with it: reason"),
        (TO_DISPATCH, ("handle", "2025-03-03T08:59"), "before the last step"),
        (TO_DISPATCH, ("resume", "2025-03-03T10:00"), "because of its hold"),
        (TO_DISPATCH, ("fly", "2025-03-03T10:00"), "no such step"),
        (
            TO_DISPATCH,
            ("delay", "2025-03-05T09:00", {"reason": "雨", "until": "2025-03-07T09:00"}),
            "limit has passed",
        ),
        (
            TO_DISPATCH,
            ("suspend", "2025-03-03T10:00", {"reason": "待批", "until": "2026-03-05"}),
            "hold that long",
        ),
        (
            TO_DISPATCH,
            ("delay", "2025-03-03T10:00", {"reason": "雨", "until": "2025-03-04T09:00"}),
            "not later than the one that runs",
        ),
        (
            TO_DISPATCH,
            ("suspend", "2025-03-03T10:00", {"reason": "待批", "until": "2025-03-03T10:00"}),
            "its end is not ahead",
        ),
        (
            (*TO_DISPATCH, *[("delay", "2025-03-03T10:00", {"reason": "雨", "until": u})
                             for u in ("2025-03-06T09:00", "2025-03-07T09:00")]),
            ("delay", "2025-03-03T11:00", {"reason": "雨", "until": "2025-03-08T09:00"}),
            "no delay is left",
        ),
        (
            (*TO_DISPATCH, ("handle", "2025-03-03T10:00"), ("check", "2025-03-03T11:00"),
             ("close", "2025-03-03T12:00"), ("appeal", "2025-03-04T12:00", {"reason": "属实"})),
            ("appeal", "2025-03-05T12:00", {"reason": "属实"}),
            "appealed already",
        ),
    ],
)  # fmt: skip
def test_an_illegal_step_is_refused_with_the_legal_ones(
    steps: tuple[Any, ...], refused: Any, why: str
) -> None:
    log = walk(case(), *steps)
    step, at, *more = refused
    with pytest.raises(StepRefused, match=why) as caught:
        advance(log, case(), DEFAULT, Entry(step, at, **(more[0] if more else {})), TIMER)
    expected = [s.name for s in legal(log, case(), DEFAULT, at, TIMER)]
    assert list(caught.value.legal) == expected
    said = ("must be said", "hold that long", "not later", "not ahead")
    assert (step in expected) == any(word in why for word in said)


def test_the_last_moment_still_counts() -> None:
    """A delay in the very moment of the deadline, a hold for the whole year that is allowed."""
    walk(
        case(), *TO_DISPATCH, ("delay", "2025-03-04T09:00", {"reason": "雨", "until": "2025-03-05"})
    )
    walk(case(), *TO_DISPATCH,
         ("suspend", "2025-03-04T09:00", {"reason": "待批", "until": "2026-03-04T09:00"}))  # fmt: skip


def test_two_levels_send_a_case_to_the_county_first() -> None:
    two = Profile.load("two-level")
    log = walk(
        case(), ("collect", "2025-03-03T08:30"), ("register", "2025-03-03T08:40"),
        ("delegate", "2025-03-03T08:50", {"department_code": "QX"}),
        ("dispatch", "2025-03-03T09:00", {"department_code": "D1"}), profile=two,
    )  # fmt: skip
    assert state(log, case(), two)["stage"] == "dispatched"
    at_county = {s.name for s in legal(log.iloc[:-1], case(), two, "2025-03-03T09:00")}
    assert at_county >= {"dispatch", "send_back", "suspend", "defer", "void", "supervise"}
    assert two.max_delays == DEFAULT.max_delays


def test_a_city_writes_a_profile_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        'id = "ours"\nextends = "default"\nmax_delays = 0\n'
        'register_at_once = ["hotline"]\n[step.suspend]\nremoved = true\n', "utf-8"
    )  # fmt: skip
    ours = Profile.load("ours", tmp_path)
    assert "suspend" not in ours.steps
    log = walk(case("hotline"), ("collect", "2025-03-03T08:30"), profile=ours)
    assert "register" in [s.name for s in legal(log, case("hotline"), ours, "2025-03-03T09:00")]
    assert set(profiles(tmp_path)) == {"default", "two-level", "ours"}
    with pytest.raises(UnknownProfile, match="two-level"):
        Profile.load("theirs", tmp_path)
    (tmp_path / "bad.toml").write_text(
        'id = "bad"\nextends = "default"\n[step.close]\nfrom = ["asleep"]\n', "utf-8"
    )
    with pytest.raises(BadProfile, match=r"step\.close: asleep"):
        Profile.load("bad", tmp_path)


def test_a_log_edited_by_hand_is_found() -> None:
    log = walk(case(), *TO_DISPATCH, ("handle", "2025-03-03T15:00"))
    gone = fold(log.drop(index=1), case().to_frame().T, DEFAULT, TIMER)
    assert gone.wrong["rule"].tolist() == ["log.before"]
    moved = log.assign(at=log["at"].where(log["seq"] != 2, "2025-03-09T00:00"))
    wrong = fold(moved, case().to_frame().T, DEFAULT, TIMER).wrong
    assert wrong["rule"].tolist() == ["step.time", "step.time"]


def test_another_system_may_leave_out_steps() -> None:
    log = pd.DataFrame(
        {
            "number": "A1", "seq": [1, 2], "step": ["collect", "close"], "post": "source",
            "at": ["2025-03-03T08:30", "2025-03-04T08:30"],
            "before": [None, "collected"], "after": ["collected", "closed"],
        }
    )  # fmt: skip
    assert state(log, case())["stage"] == "closed"


def test_many_steps_of_many_cases_at_once() -> None:
    """A refused step is set aside; the others of its case are tried without it."""
    cases = pd.DataFrame([case("collector", number="A"), case("hotline", number="B")])
    entries = pd.DataFrame(
        [
            ("A", "collect", "2025-03-03T08:30", ""), ("B", "collect", "2025-03-03T08:30", ""),
            ("B", "register", "2025-03-03T08:40", ""), ("A", "register", "2025-03-03T08:40", ""),
            ("B", "send_verify", "2025-03-03T08:50", ""), ("A", "dispatch", "2025-03-03T09:00", ""),
            ("A", "dispatch", "2025-03-03T09:05", "D1"),
        ],
        columns=["number", "step", "at", "department_code"], index=[2, 3, 4, 5, 6, 7, 8],
    )  # fmt: skip
    rows, refused = advance_all(pd.DataFrame(), cases, DEFAULT, entries, TIMER)
    assert refused["rule"].to_dict() == {4: "step.verified_if_public", 7: "step.needs"}
    assert set(rows.index) == {2, 3, 5, 6, 8}
    assert rows.loc[[2, 5, 8], "after"].tolist() == ["collected", "registered", "dispatched"]
    assert rows.loc[6, ["seq", "before", "after"]].tolist() == [2, "collected", "verifying"]
    states = fold(rows, cases, DEFAULT, TIMER)
    assert states.wrong.empty
    assert states.states["stage"].to_dict() == {"A": "dispatched", "B": "verifying"}


if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

RAW = tomllib.loads(
    (Path(cases_room.__file__).parent / "profiles" / "default.toml").read_text("utf-8")
)


@dataclass
class Simple:
    """A machine for one case, written from the profile's text with ifs: the oracle."""

    source: str
    kind: str
    stage: str = ""
    hold: str = ""
    dept: str = ""
    due: np.datetime64 | None = None
    since: np.datetime64 | None = None
    until: np.datetime64 | None = None
    lapsed: bool = False
    suspended: int = 0
    last: np.datetime64 | None = None

    def __post_init__(self) -> None:
        self.done = dict.fromkeys(RAW["step"], 0)

    def go_on(self, at: np.datetime64) -> None:
        """The hold ends, or its planned end passes: what was left is left."""
        working = self.kind == "component"
        if self.due is not None and self.due >= self.since:
            left = used(CALENDAR, [self.since], [self.due], [working])
            self.due = due(CALENDAR, [at], left, [working])[0]
        if self.hold == "suspended":
            self.suspended += int((at - self.since).astype(int))
        self.since = None

    def wait(self, at: np.datetime64) -> None:
        if self.hold and not self.lapsed and self.until is not None and self.until <= at:
            self.go_on(self.until)
            self.lapsed = True

    def may(self, name: str, at: np.datetime64, said: dict[str, str]) -> bool:
        then = copy(self)
        then.wait(at)
        return then._may(name, at, said)

    def _may(self, name: str, at: np.datetime64, said: dict[str, str]) -> bool:
        step = RAW["step"][name]
        if self.last is not None and at < self.last:
            return False
        if step.get("first", False) != (self.stage == ""):
            return False
        if self.stage and self.stage not in step["from"]:
            return False
        if step.get("held") and not self.hold:
            return False
        if not step.get("held") and not step.get("anyhow") and self.hold and not self.lapsed:
            return False
        if any(
            not said.get({"department": "department_code"}.get(n, n)) for n in step.get("needs", ())
        ):
            return False
        if name == "register" and self.stage == "collected":
            return self.source in RAW["register_at_once"]
        if name == "delay":
            until = np.datetime64(said["until"], "s")
            free = self.due is None or at <= self.due < until
            return self.done["delay"] < 2 and free and at < until
        if name == "suspend":
            until, year = np.datetime64(said["until"], "s"), np.timedelta64(365, "D")
            return at < until <= at + year and until - at + self.suspended <= year
        return not (name == "appeal" and self.done["appeal"] >= 1)

    def do(self, name: str, at: np.datetime64, said: dict[str, str]) -> None:
        step = RAW["step"][name]
        working = self.kind == "component"
        limit = 8 * 3600 if working else 7200
        self.wait(at)
        if self.lapsed and not step.get("anyhow"):
            self.hold, self.lapsed, self.until = "", False, None
        if name in ("dispatch", "rework"):
            self.due = due(CALENDAR, [at], [limit], [working])[0]
        if name == "return":
            self.due, self.dept = None, ""
        if name == "delay":
            self.due = np.datetime64(said["until"], "s")
        if name in ("suspend", "defer"):
            self.hold, self.since = ("suspended" if name == "suspend" else "deferred"), at
            self.until = np.datetime64(said["until"], "s") if said["until"] else None
        if name == "resume" and self.hold:
            self.go_on(at)
            self.hold, self.until = "", None
        if said.get("department_code") and name != "return":
            self.dept = said["department_code"]
        self.stage = step.get("to") or self.stage
        self.last = at
        self.done[name] += 1


def random_log(rng: random.Random, number: str) -> tuple[list[dict[str, Any]], Simple, int]:
    """Try steps at random; the oracle says which are taken."""
    me = Simple(rng.choice(["collector", "hotline", "web"]), rng.choice(["component", "event"]))
    rows: list[dict[str, Any]] = []
    at, refused = np.datetime64("2025-01-06T08:00", "s"), 0
    for _ in range(rng.randint(1, 40)):
        at = at + np.timedelta64(rng.choice([0, 600, 3600, 20_000, 90_000, -50]), "s")
        said = {
            "reason": rng.choice(["", "r", "r"]),
            "department_code": rng.choice(["", "D1", "D2"]),
            "until": rng.choice(
                ["", str(at + np.timedelta64(rng.choice([8, 24, 720, 9600]), "h"))]
            ),
        }
        names = list(RAW["step"])
        open_ = [name for name in names if me.may(name, at, said)]
        name = rng.choice(open_ if open_ and rng.random() < 0.8 else names)
        if name in open_:
            before = me.stage
            me.do(name, at, said)
            rows.append({"number": number, "seq": len(rows) + 1, "step": name, "at": str(at),
                         "before": before or None, "after": me.stage, **said})  # fmt: skip
        else:
            refused += 1
    return rows, me, refused


def fold_many(seed: int, n: int) -> tuple[Folded, list[Simple], pd.DataFrame, pd.DataFrame]:
    rng = random.Random(seed)
    rows, oracles = [], []
    for k in range(n):
        mine, me, _ = random_log(rng, f"C{k:05d}")
        rows += mine
        if mine:
            oracles.append(me)
    log = pd.DataFrame(rows)
    cases = pd.DataFrame(
        [{"source": m.source, "object_kind": m.kind, "class_code": "01003"} for m in oracles],
        index=pd.Index(log["number"].unique(), dtype=object),
    )
    log["until"] = log["until"].where(log["until"] != "", None)
    shuffled = log.sample(frac=1, random_state=seed)
    return fold(shuffled, cases, DEFAULT, TIMER), oracles, log, cases


@pytest.mark.parametrize(
    "n",
    [60, pytest.param(600, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.long)],
)
def test_the_state_is_the_fold_of_the_log(n: int) -> None:
    folded, oracles, log, _ = fold_many(7, n)
    states = folded.states.loc[log["number"].unique()]
    assert folded.wrong.empty
    assert set(states["stage"]) <= set(STAGES)
    assert len(set(states["stage"])) >= 8, "the walks reach too little"
    for (_, row), me in zip(states.iterrows(), oracles, strict=True):
        assert row["stage"] == me.stage
        assert (row["hold"], row["department_code"]) == (me.hold, me.dept)
        assert (row["lapsed"], row["suspended_s"]) == (me.lapsed, me.suspended)
        assert (None if pd.isna(row["due_at"]) else np.datetime64(row["due_at"], "s")) == me.due
        assert [row[name] for name in COUNTS] == [me.done[name] for name in COUNTS]
    # totals add up in every direction
    by_stage = states.groupby(["stage", "hold"])[list(COUNTS)].sum()
    assert (
        by_stage.sum().to_dict()
        == log["step"].value_counts().reindex(COUNTS, fill_value=0).to_dict()
    )


@pytest.mark.slow
def test_wanted_steps_are_judged_together_as_one_by_one() -> None:
    """Of each that is refused the steps are told that were legal; it leaves no trace."""
    rng, names, second = random.Random(7), list(RAW["step"]), np.timedelta64(1, "s")
    wanted: list[dict[str, str]] = []
    taken: list[bool] = []
    legal: list[tuple[str, ...]] = []
    oracles: dict[str, Simple] = {}
    for k in range(60):
        at = np.datetime64("2025-04-07T08:00", "s")
        me = oracles[f"W{k}"] = Simple(
            rng.choice(["collector", "hotline"]), rng.choice(["component", "event"])
        )
        for _ in range(25):
            at = at + np.timedelta64(rng.choice([0, 600, 3600, 90_000, 900_000, -700_000]), "s")
            later = str(at + np.timedelta64(rng.choice([8, 24, 240]), "h"))
            said = {"reason": rng.choice(["", "r"]), "department_code": "D1", "until": later}
            now = copy(me)
            now.wait(at)
            ends = dict.fromkeys(names, at + second)
            ends["delay"] = max(at, now.due or at) + second
            could = [
                n
                for n in names
                if copy(me).may(n, at, {**said, "reason": "r", "until": str(ends[n])})
            ]
            going = [n for n in could if n not in ("void", "refute", "link")] or names
            name = rng.choice(going if rng.random() < 0.7 else names)
            wanted.append({"number": f"W{k}", "step": name, "at": str(at), **said})
            taken.append(copy(me).may(name, at, said))
            if taken[-1]:
                me.do(name, at, said)
            else:
                legal.append(tuple(could))
    entries = pd.DataFrame(wanted)
    cases = pd.DataFrame(
        [
            {"source": m.source, "object_kind": m.kind, "class_code": "01003"}
            for m in oracles.values()
        ],
        index=pd.Index(list(oracles), dtype=object),
    )
    rows, refused = advance_all(pd.DataFrame(), cases, DEFAULT, entries, TIMER)
    assert rows.index.tolist() == np.flatnonzero(taken).tolist()
    assert min(len(rows), len(refused)) > 300
    assert refused["legal"].tolist() == legal
    for _, own in rows.groupby("number"):
        assert own["seq"].tolist() == list(range(1, len(own) + 1))
    assert fold(rows, cases, DEFAULT, TIMER).wrong.empty


def test_no_walk_takes_a_step_that_the_machine_refuses_and_the_other_way_round() -> None:
    rng = random.Random(3)
    for k in range(15):
        rows, me, _ = random_log(rng, f"C{k}")
        log = pd.DataFrame(rows)
        one = case(me.source, me.kind, f"C{k}")
        now = (me.last or np.datetime64("2025-01-06T08:00", "s")) + np.timedelta64(60, "s")
        said = {"reason": "?", "department_code": "?", "document": "?"}
        ends = {"delay": now if me.due is None else max(now, me.due), "suspend": now}
        wanted = [
            name for name in RAW["step"]
            if me.may(name, now, {**said, "until": str(ends.get(name, now) + 1)})
        ]  # fmt: skip
        assert [s.name for s in legal(log, one, DEFAULT, str(now), TIMER)] == wanted


@pytest.mark.slow
def test_no_deadline_runs_while_a_case_is_held() -> None:
    """What is left of the limit when a hold begins is left when it ends."""
    _, _, log, cases = fold_many(11, 1_300)
    parts, of = [], {}
    for row in log[log["step"] == "resume"].itertuples():
        rows = log[log["number"] == row.number]
        for name, last in (("before", row.seq - 1), ("after", row.seq)):
            key = f"{row.number} {row.seq} {name}"
            parts.append(rows[rows["seq"] <= last].assign(number=key))
            of[key] = row.number
    copies = cases.loc[list(of.values())].set_axis(pd.Index(list(of), dtype=object))
    states = fold(pd.concat(parts), copies, DEFAULT, TIMER).states.loc[list(of)]
    before, after = states.iloc[0::2], states.iloc[1::2].set_axis(states.index[0::2])
    late = before["lapsed"].to_numpy() | (before["hold_until"] <= after["last_at"]).to_numpy()
    assert late.sum() > 5, "some are ended after their planned end"
    before, after = before[~late], after[~late]
    asked = before["due_at"].notna() & (before["due_at"] >= before["held_since"])
    before, after = before[asked], after[asked]
    assert len(before) > 20
    left = used(CALENDAR, before["held_since"], before["due_at"], before["working"])
    now = used(CALENDAR, after["last_at"], after["due_at"], after["working"])
    assert left.tolist() == now.tolist()


def test_a_new_limit_forgets_the_holds_of_the_one_before() -> None:
    """Late, then held for a day: the check that fails starts anew, and an hour is an hour."""
    log = walk(
        case(), *TO_DISPATCH, ("suspend", "2025-03-05T09:00", {"reason": "r", "until": "2025-03-20"}),
        ("resume", "2025-03-06T09:00"), ("handle", "2025-03-06T10:00"),
        ("rework", "2025-03-06T11:00", {"reason": "r"}), ("handle", "2025-03-06T15:00"),
    )  # fmt: skip
    assert state(log, case())["handle_used_s"] == 2 * 3600  # 11-12 and 14-15


def test_a_source_that_tells_a_hold_twice_does_not_shorten_it() -> None:
    rows = [
        ("suspend", "2025-03-03T10:00"),
        ("suspend", "2025-03-03T11:00"),
        ("resume", "2025-03-03T15:00"),
    ]
    told = pd.DataFrame(
        [{"number": "A1", "seq": 4 + i, "step": s, "at": at, "post": "source", "after": "dispatched"}
         for i, (s, at) in enumerate(rows)]
    )  # fmt: skip
    log = pd.concat([walk(case(), *TO_DISPATCH), told], ignore_index=True)
    # seven hours were left at ten: from 15:00 on three today, four tomorrow
    assert str(state(log, case())["due_at"]) == "2025-03-04 12:00:00"
