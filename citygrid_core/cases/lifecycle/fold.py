"""The state of cases is the fold of their logs: all cases at once, one step of each at a time.

The one place that knows what a step does. A single case, a case that is asked which
steps are legal, and ten million log rows go through the same few lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core import isotime
from citygrid_core.cases.clock import LimitTable, WorkCalendar, due, used
from citygrid_core.cases.lifecycle.profile import GUARDS, HOLDS, STAGES, Profile

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: Why a row of a log can't be, in the order in which it is looked for.
RULES = (
    "", "step.unknown", "log.before", "step.time", "step.stage", "step.hold", "step.needs",
    *(f"step.{guard}" for guard in GUARDS),
)  # fmt: skip
COUNTS = ("dispatch", "return", "rework", "delay", "suspend", "defer", "supervise", "appeal")
_NAT = np.datetime64("NaT", "s")
_SOURCE = "source"
#: What the passing of a hold's planned end changes of a case.
_LAPSING = ("lapsed", "since", "suspended_s", "held_s", "due", "stopped")


@dataclass(frozen=True)
class Timer:
    """What deadlines are counted with."""

    calendar: WorkCalendar
    limits: LimitTable


@dataclass(frozen=True)
class Folded:
    """States, and rows of the log that can't be.

    Attributes
    ----------
    states : DataFrame
        One row for each case, by number in the order of first appearance: stage, hold,
        department_code (whose turn it is), last_at, begun_at and dispatched_at (the first and the
        last dispatch), due_at, held_since (since when no clock runs), hold_until (the planned end
        of the hold; all datetime64[s]), lapsed (whether that end has passed and nobody ended the
        hold: the clock runs again), held_s (seconds on hold since the first dispatch, day and
        night, of holds that ended or lapsed), suspended_s (seconds suspended in all, likewise),
        limit_s and working of the handling limit, stopped_s (seconds past the deadline that a hold
        took, in which no clock ran), handle_due and handle_used_s (deadline and seconds used of the
        last handling, on the clock of the limit), steps (rows of the log), and how often each of
        `COUNTS` was done.
    wrong : DataFrame
        Rows of the log that are not legal: number, seq, step, rule (of `RULES`).
    stages : DataFrame
        For each row of the log, by its index: the stage before it and after it, and rule, ""
        where it is legal.
    legal : Series
        For each row that was asked for and is not legal, by its index: the names of the steps
        that were, in the order of the profile.
    """

    states: pd.DataFrame
    wrong: pd.DataFrame
    stages: pd.DataFrame
    legal: pd.Series


def fold(
    log: pd.DataFrame,
    cases: pd.DataFrame,
    profile: Profile,
    timer: Timer | None = None,
    at: str | np.datetime64 | None = None,
) -> Folded:
    """Derive the states of cases from their log.

    A hold binds until its planned end. Past it the clock runs again and every step is legal
    again, the next of which ends the hold; until then the case still shows it (`lapsed`).

    Parameters
    ----------
    log : DataFrame
        number, seq, step, at, and if there are any department_code, until, reason,
        document, before, after, post. Any order. Rows with the post ``source`` were told
        by another system, which may leave out steps: their `after` is believed. asked (bool):
        rows that are not in the log but wanted; what is not legal of them is left out.
    cases : DataFrame
        Indexed by number: source, and what limits ask for (object_kind, class_code,
        condition, area_class).
    profile : Profile
    timer : Timer, optional
        Without it nothing is ever due.
    at : moment, optional
        When it is asked: holds planned to end until then have lapsed. Default: the last row
        of each case.

    Returns
    -------
    Folded
        Wrong rows of the log are followed all the same, so that a log edited by hand still shows
        where its case stands.
    """
    rows = in_order(log)
    state = _State(rows, cases, profile, timer)
    for these in state.ranks():
        state.take(these)
    if at is not None:
        every = np.arange(len(state.numbers))
        state.lapse(every, np.full(len(every), np.datetime64(at, "s")))
    return state.folded(rows)


class _State:
    """Columns of all cases, and the log as codes."""

    def __init__(
        self, rows: pd.DataFrame, cases: pd.DataFrame, profile: Profile, timer: Timer | None
    ) -> None:
        self.profile, self.timer = profile, timer
        self.names = list(profile.steps)
        steps = list(profile.steps.values())
        stage_at = {s: i for i, s in enumerate(STAGES)}
        self.allowed = np.array(
            [[s in step.sources for s in STAGES] + [step.first] for step in steps], dtype=bool
        )
        self.to = np.array([stage_at.get(step.to, -1) for step in steps])
        self.hold_to = np.array([-1 if s.hold is None else HOLDS.index(s.hold) for s in steps])
        self.held = np.array([s.held for s in steps])
        self.anyhow = np.array([s.anyhow for s in steps])
        self.clock = np.array([s.clock for s in steps], dtype=object)
        self.steps = steps

        self.case, numbers = pd.factorize(rows["number"].to_numpy(dtype=object))
        self.numbers = numbers
        known = pd.Index(self.names)
        self.step = known.get_indexer(pd.Index(_texts(rows, "step")))
        self.at = _moments(rows, "at")
        self.until = _moments(rows, "until")
        self.told = _texts(rows, "post") == _SOURCE
        department = _texts(rows, "department_code")
        self.department, self.departments = pd.factorize(department)
        self.blank = department == ""
        self.before = _stages(rows, "before", stage_at)
        self.after = _stages(rows, "after", stage_at)
        self.lacks = self._lacking(rows)
        self.asked = np.zeros(len(rows), dtype=bool)
        if "asked" in rows:
            self.asked = (rows["asked"] == True).to_numpy()  # noqa: E712 - a log has none
        self.open: dict[int, Bools] = {}  # for each row that is refused the steps that were legal
        self.rule = np.zeros(len(rows), dtype=np.int64)
        self.was = np.zeros(len(rows), dtype=np.int64)
        self.became = np.zeros(len(rows), dtype=np.int64)

        n = len(numbers)
        self.stage = np.full(n, len(STAGES), dtype=np.int64)  # the last one: not begun
        self.hold = np.zeros(n, dtype=np.int64)
        self.holder = np.full(n, -1, dtype=np.int64)
        self.counts = {name: np.zeros(n, dtype=np.int64) for name in COUNTS}
        self.last = np.full(n, _NAT)
        self.begun, self.dispatched = np.full(n, _NAT), np.full(n, _NAT)
        self.held_s = np.zeros(n, dtype=np.int64)
        self.due = np.full(n, _NAT)
        self.since = np.full(n, _NAT)
        self.planned = np.full(n, _NAT)  # end of the hold
        self.lapsed = np.zeros(n, dtype=bool)
        self.suspended_s = np.zeros(n, dtype=np.int64)
        self.ever_held = bool((self.hold_to[self.step] > 0).any())
        self.handle_due = np.full(n, _NAT)
        self.handle_used = np.zeros(n, dtype=np.int64)
        own = cases.reindex(numbers)
        at_once = own["source"].isin(profile.register_at_once) if "source" in own else True
        self.at_once = np.broadcast_to(np.asarray(at_once, dtype=bool), n)
        self.limit, self.working = np.zeros(n, np.int64), np.zeros(n, bool)
        if timer is not None:
            self.limit, self.working = timer.limits.seconds_of(own)
        self.granted = np.zeros(n, dtype=np.int64)  # the limit with its delays
        self.stopped = np.zeros(n, dtype=np.int64)

    def _lacking(self, rows: pd.DataFrame) -> Bools:
        """Whether a row leaves out what its step needs to be said."""
        out = np.zeros(len(rows), dtype=bool)
        said = {
            "reason": _texts(rows, "reason") != "", "document": _texts(rows, "document") != "",
            "department": ~self.blank, "until": ~np.isnat(self.until),
        }  # fmt: skip
        for need, there in said.items():
            needing = np.array([need in s.needs for s in self.steps])
            out |= (self.step >= 0) & needing[self.step] & ~there
        return out

    def ranks(self) -> list[Ints]:
        """Return the rows that are first in their case, those that are second, and so on."""
        if not len(self.case):
            return []
        start = np.r_[0, np.flatnonzero(np.diff(self.case)) + 1]
        rank = np.arange(len(self.case)) - np.repeat(start, np.diff(np.r_[start, len(self.case)]))
        order = np.argsort(rank, kind="stable")
        return np.split(order, np.cumsum(np.bincount(rank))[:-1])

    def take(self, r: Ints) -> None:
        """Let one row of each of some cases take effect."""
        c, s, at, asked = self.case[r], self.step[r], self.at[r], self.asked[r]
        stood = {name: getattr(self, name)[c] for name in _LAPSING} if asked.any() else {}
        self.lapse(c, at)
        said = self.until[r], self.told[r], self.lacks[r], self.before[r]
        self.rule[r] = self._rules(c, s, at, *said)
        self.was[r] = self.became[r] = self.stage[c]
        refused = asked & (self.rule[r] > 0)
        if refused.any():
            self.open |= zip(r[refused].tolist(), self._open(c[refused], at[refused]), strict=True)
            for name, values in stood.items():
                getattr(self, name)[c[refused]] = values[refused]
            r, c, s, at = (a[~refused] for a in (r, c, s, at))
        known = s >= 0
        to = np.where(known, self.to[s], -1)
        follow = (self.told[r] | (self.rule[r] > 0)) & (self.after[r] >= 0)
        to = np.where(follow, self.after[r], to)
        self._handled(c, s, at)
        self._clock(c, s, at, self.until[r], known)
        self.stage[c] = np.where(to >= 0, to, self.stage[c])
        self.became[r] = self.stage[c]
        named = known & ~self.blank[r] & (self.clock[s] != "stop")
        self.holder[c[named]] = self.department[r][named]
        self.last[c] = np.fmax(self.last[c], at)
        for name, count in self.counts.items():
            if name in self.names:
                np.add.at(count, c[s == self.names.index(name)], 1)

    def _open(self, c: Ints, at: Any) -> Bools:
        """Return which steps are legal now, were all said that they need: cases by steps."""
        no, none = np.zeros(len(c), dtype=bool), np.full(len(c), -1)
        rules = []
        for i, step in enumerate(self.steps):
            until = np.fmax(at, self.due[c]) if step.clock == "until" else at
            until = until + np.timedelta64(1, "s")
            rules.append(self._rules(c, np.full(len(c), i), at, until, no, no, none))
        legal: Bools = np.array(rules).T == 0
        return legal

    def _rules(
        self, c: Ints, s: Ints, at: Any, until: Any, told: Bools, lacks: Bools, before: Ints
    ) -> Ints:
        """Return why each step is not legal, as a place in `RULES`; 0 where it is."""
        stage, hold = self.stage[c], self.hold[c]
        out = np.zeros(len(c), dtype=np.int64)

        def mark(rule: str, wrong: Bools) -> None:
            out[wrong & (out == 0)] = RULES.index(rule)

        mark("step.unknown", s < 0)
        mark("log.before", (before >= 0) & (before != stage))
        mark("step.time", ~np.isnat(self.last[c]) & ~(at >= self.last[c]))
        mark("step.stage", ~told & ~self.allowed[s, stage])
        bound = np.where(self.held[s], hold == 0, (hold > 0) & ~self.lapsed[c])
        mark("step.hold", ~told & ~self.anyhow[s] & bound)
        mark("step.needs", ~told & lacks)
        guards = {
            "verified_if_public": (stage == STAGES.index("verified")) | self.at_once[c],
            "delays_left": self.counts["delay"][c] < self.profile.max_delays,
            "before_due": np.isnat(self.due[c]) | (at <= self.due[c]),
            "until_later": ~(until <= np.fmax(at, self.due[c])),
            "until_ahead": ~(until <= at),
            "suspension_short": ~(
                until - at > np.timedelta64(self.profile.max_suspension_days, "D")
            ),
            "suspension_left": ~(
                (until - at) + self.suspended_s[c]
                > np.timedelta64(self.profile.max_suspension_total_days, "D")
            ),
            "appeals_left": self.counts["appeal"][c] < self.profile.max_appeals,
        }
        for guard, holds in guards.items():
            guarded = np.array([guard in step.guards for step in self.steps])
            mark(f"step.{guard}", ~told & guarded[s] & ~holds)
        return out

    def _clock(self, c: Ints, s: Ints, at: Any, until: Any, known: Bools) -> None:
        """Start, stop and shift the limit of handling."""
        what = np.where(known, self.clock[s], "")
        starts = what == "start"
        if self.profile.rework_limit == "again":
            starts |= what == "again"
        self.dispatched[c[starts]] = at[starts]
        self.begun[c[starts]] = np.fmin(self.begun[c[starts]], at[starts])
        self.granted[c[starts]] = self.limit[c[starts]]
        self.stopped[c[starts]] = 0
        self.due[c[starts]] = _NAT  # what a delay had set ends with the handling it was for
        begin = starts & (self.limit[c] > 0)
        if begin.any() and self.timer is not None:
            k = c[begin]
            self.due[k] = due(self.timer.calendar, at[begin], self.limit[k], self.working[k])
        self.due[c[what == "stop"]] = _NAT
        self.holder[c[what == "stop"]] = -1  # nobody's turn until it is dispatched again
        moved = (what == "until") & ~np.isnat(until)
        self._prolong(c[moved], until[moved])

        if self.ever_held:
            self._hold(c, at, until, np.where(known, self.hold_to[s], -1), known & ~self.anyhow[s])

    def _hold(self, c: Ints, at: Any, until: Any, hold_to: Ints, moves: Bools) -> None:
        """Begin and end holds; whatever is done to a case past the planned end of one ends it."""
        hold_to = np.where(self.lapsed[c] & moves & (hold_to < 0), 0, hold_to)
        bound = (self.hold[c] > 0) & ~self.lapsed[c]
        end = (hold_to == 0) & bound
        self._go_on(c[end], at[end])
        put = (hold_to > 0) & ~bound
        self.since[c[put]], self.planned[c[put]] = at[put], _NAT
        self.lapsed[c[(hold_to >= 0)]] = False
        self.planned[c[hold_to == 0]] = _NAT
        self.hold[c] = np.where(hold_to >= 0, hold_to, self.hold[c])
        # who holds a case again tells a new end; a suspension without one lasts as long as one may
        told = (hold_to > 0) & ~np.isnat(until)
        self.planned[c[told]] = until[told]
        endless = put & np.isnat(until) & (hold_to == HOLDS.index("suspended"))
        most = np.timedelta64(self.profile.max_suspension_days, "D")
        self.planned[c[endless]] = at[endless] + most

    def lapse(self, c: Ints, at: Any) -> None:
        """Let the clocks of cases run again whose holds were planned to end by some moments."""
        if not self.ever_held:
            return
        over = (self.hold[c] > 0) & ~self.lapsed[c] & (self.planned[c] <= at)
        if over.any():
            k = c[over]
            self._go_on(k, np.fmax(self.planned[k], self.since[k]))
            self.lapsed[k] = True

    def _go_on(self, c: Ints, at: Any) -> None:
        """Let clocks run again that a hold had stopped."""
        self._shift(c, at)
        took = (at - self.since[c]).astype(np.int64)
        self.suspended_s[c] += np.where(self.hold[c] == HOLDS.index("suspended"), took, 0)
        sent = ~np.isnat(self.begun[c])
        k = c[sent]
        since = np.fmax(self.since[k], self.begun[k])
        self.held_s[k] += (at[sent] - since).astype(np.int64)
        self.since[c] = _NAT

    def _prolong(self, c: Ints, until: Any) -> None:
        """Set a new deadline; the limit grows by what is between the old one and it.

        A case without a limit gets one: from its dispatch until then.
        """
        if self.timer is not None:
            fresh = np.isnat(self.due[c]) & (until > self.dispatched[c])
            k = c[fresh]
            self.granted[k] = used(
                self.timer.calendar, self.dispatched[k], until[fresh], self.working[k]
            )
            held = ~np.isnat(self.due[c])  # sources also tell of deadlines that came nearer
            k = c[held]
            more = used(self.timer.calendar, self.due[k], until[held], self.working[k])
            self.granted[k] = np.maximum(self.granted[k] + more, 0)
        self.due[c] = until

    def _handled(self, c: Ints, s: Ints, at: Any) -> None:
        """Keep the deadline that a handling met or missed, and the time that it used."""
        if "handle" not in self.names:
            return
        now = s == self.names.index("handle")
        c, at = c[now], at[now]
        self.handle_due[c] = self.due[c]
        if self.timer is None or not len(c):
            return
        running = ~np.isnat(self.due[c])
        c, at = c[running], at[running]
        # what was left, taken from the whole: holds do not count
        left = used(self.timer.calendar, at, self.due[c], self.working[c])
        self.handle_used[c] = self.granted[c] - left - self.stopped[c]

    def _shift(self, c: Ints, at: Any) -> None:
        """Give back what was left of the limit when the case was put on hold."""
        if self.timer is None:
            return
        running = ~np.isnat(self.due[c])
        c, at = c[running], at[running]
        calendar, working = self.timer.calendar, self.working[c]
        left = used(calendar, self.since[c], self.due[c], working)
        late = self.due[c] < self.since[c]  # a hold does not make it less late
        moved = due(calendar, at, np.maximum(left, 0), working)
        held = used(calendar, self.since[c], at, working)
        self.stopped[c[late]] += held[late]
        self.due[c] = np.where(late, self.due[c], moved)

    def folded(self, rows: pd.DataFrame) -> Folded:
        """Return the columns as frames."""
        stages = np.array([*STAGES, ""], dtype=object)
        holders = np.append(np.asarray(self.departments, dtype=object), "")
        states: pd.DataFrame = pd.DataFrame(
            {
                "stage": stages[self.stage],
                "hold": np.array(HOLDS, dtype=object)[self.hold],
                "department_code": holders[self.holder],
                "last_at": self.last,
                "begun_at": self.begun,
                "dispatched_at": self.dispatched,
                "due_at": self.due,
                "held_since": self.since,
                "hold_until": self.planned,
                "lapsed": self.lapsed,
                "held_s": self.held_s,
                "suspended_s": self.suspended_s,
                "handle_due": self.handle_due,
                "handle_used_s": self.handle_used,
                "limit_s": np.where(self.granted > 0, self.granted, self.limit),
                "working": self.working,
                "stopped_s": self.stopped,
                "steps": np.bincount(self.case, minlength=len(self.numbers)),
                **self.counts,
            },
            index=pd.Index(self.numbers, name="number", dtype=object),
        )
        rules = np.array(RULES, dtype=object)[self.rule]
        bad = self.rule > 0
        wrong: pd.DataFrame = rows.loc[bad, ["number", "seq", "step"]].reset_index(drop=True)
        wrong["rule"] = rules[bad]
        told: pd.DataFrame = pd.DataFrame(
            {"before": stages[self.was], "after": stages[self.became], "rule": rules},
            index=rows.index,
        )
        legal: pd.Series = pd.Series(
            [tuple(np.array(self.names, dtype=object)[row]) for row in self.open.values()],
            index=rows.index[list(self.open)], dtype=object,
        )  # fmt: skip
        return Folded(states, wrong, told, legal)


def _texts(rows: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    if name not in rows:
        return np.full(len(rows), "", dtype=object)
    out = np.array(rows[name], dtype=object)
    out[pd.isna(out)] = ""
    return out


def _moments(rows: pd.DataFrame, name: str) -> Any:
    if name not in rows:
        return np.full(len(rows), _NAT)
    return moments(rows[name])


def in_order(log: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a log by number and seq; the log itself where they are so already."""
    number, seq = log["number"].to_numpy(dtype=object), log["seq"].to_numpy()
    same = number[1:] == number[:-1]
    if bool((np.where(same, seq[1:] >= seq[:-1], number[1:] > number[:-1])).all()):
        return log
    codes, _ = pd.factorize(number, sort=True)
    ordered: pd.DataFrame = log.iloc[np.lexsort((seq, codes))]
    return ordered


def moments(column: pd.Series) -> Any:
    """Return ISO texts or times as datetime64[s]; each distinct text is read once."""
    if column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[s]")
    codes, distinct = pd.factorize(column.to_numpy(dtype=object))
    texts = list(map(str, distinct))
    read, _ = isotime.read(texts)
    other = np.flatnonzero(np.isnat(read))  # a time without seconds, a day without a time
    if len(other):
        said = pd.Series([texts[at] for at in other], dtype=object)
        read[other] = pd.to_datetime(said, format="ISO8601").to_numpy().astype("datetime64[s]")
    return np.append(read, _NAT)[codes]


def _stages(rows: pd.DataFrame, name: str, places: dict[str, int]) -> Ints:
    codes, distinct = pd.factorize(_texts(rows, name))
    known = np.array([places.get(str(s), -1) for s in distinct], dtype=np.int64)
    return known[codes] if len(known) else np.full(len(rows), -1, dtype=np.int64)
