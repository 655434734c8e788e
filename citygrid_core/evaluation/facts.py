"""What is counted: one column for each elementary count of evaluation, one row for each case.

Input is a table of timelines, as it was known at the end of a period: what a case has
done is compared with the period, what it is, is its state at the end. Every count is a
number for each case, so tables add up in every direction, whatever they are grouped by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
#: Sources of the public (standards: no national table; hotline, web and media in practice).
PUBLIC = ("hotline", "web", "media")
#: Stages of a case whose handling stands; a rework takes it back, wherever it goes then.
HANDLED = ("handled", "checking", "checked", "closed")
_NAT = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class Facts:
    """Timelines of cases, a period, and shorthands to ask them.

    Attributes
    ----------
    table : DataFrame
        One row for each case. Columns of a timeline (stage, hold, ``<step>_at``,
        ``<step>_last``, ``<step>_n``, ``<stage>_due``, lapsed, handle_due, handle_used_s, limit_s,
        dispatch, bodies, urgent), and source; where known, recurrent, missed and hot (bool).
    start, end : datetime64[s]
        The period, half-open; the table is as known at its end.
    moves : DataFrame, optional
        Who had the cases that went from body to body at each step; see `evaluation.moves`.
    """

    table: pd.DataFrame
    start: np.datetime64
    end: np.datetime64
    moves: pd.DataFrame | None = None

    def at(self, column: str) -> Any:
        """Return a column of moments; NaT where there is none."""
        if column not in self.table:
            return np.full(len(self.table), _NAT)
        return self.table[column].to_numpy().astype("datetime64[s]")

    def within(self, moments: Any) -> Bools:
        """Whether each moment lies in the period."""
        out: Bools = (moments >= self.start) & (moments < self.end)
        return out

    def times(self, step: str) -> Floats:
        """Return how often a step was done in the period."""
        name = f"{step}_n"
        if name not in self.table:
            return np.zeros(len(self.table))
        return self.table[name].to_numpy(dtype=float)

    def is_(self, column: str, *values: str) -> Bools:
        """Whether a column has one of some values."""
        out: Bools = np.isin(self.table[column].to_numpy(dtype=object).astype(str), values)
        return out

    def on_hold(self, *kinds: str) -> Bools:
        """Whether a case is on one of some holds that is not past its planned end."""
        out: Bools = self.is_("hold", *kinds)
        if "lapsed" in self.table:
            out &= ~self.table["lapsed"].to_numpy(dtype=bool)
        return out

    def told(self, column: str) -> Floats:
        """Return a flag that not every city keeps: NaN where it is not known."""
        if column not in self.table:
            return np.full(len(self.table), np.nan)
        return self.table[column].to_numpy(dtype=float)

    # --- what most counts are made of ---------------------------------------------

    @property
    def reported(self) -> Bools:
        """Reported in the period."""
        return self.within(self.at("collect_at"))

    @property
    def registered(self) -> Bools:
        """Registered in the period."""
        return self.within(self.at("register_at"))

    @property
    def disposed(self) -> Bools:
        """Reported as handled, the last time, in the period, and not sent back since."""
        return self.within(self.at("handle_last")) & self.is_("stage", *HANDLED)

    @property
    def on_time(self) -> Bools:
        """Handled no later than the deadline; without a limit nothing is late.

        A case that was closed and of which nobody told when it was handled was so by then.
        """
        told = ~np.isnat(self.at("handle_last"))
        closed, due = self.at("close_at"), self.at("due_at")
        untold: Bools = ~told & ~np.isnat(closed) & (np.isnat(due) | (closed <= due))
        return self.by_then("handle_last", "handle_due") | untold

    @property
    def open_at_body(self) -> Bools:
        """With a department at the end of the period, and not on hold."""
        return self.is_("stage", "dispatched") & ~self.on_hold("suspended", "deferred")

    @property
    def overdue(self) -> Bools:
        """With a department and past its deadline at the end of the period.

        A suspended case has none that runs; a deferred one counts, and the indicators
        that leave deferred cases out take it from their base.
        """
        due: Bools = self.at("due_at") < self.end
        return self.is_("stage", "dispatched") & ~self.on_hold("suspended") & due

    @property
    def closed(self) -> Bools:
        """Closed in the period."""
        return self.within(self.at("close_at"))

    @property
    def to_dispose(self) -> Bools:
        """What a department had to have handled: handled, or overdue."""
        return self.disposed | self.overdue

    @property
    def to_close(self) -> Bools:
        """What had to be closed: handled, overdue, or closed in the period."""
        return self.to_dispose | self.closed

    @property
    def accepted_at(self) -> Any:
        """When the operator took it: sent to verify, or registered, the first of both."""
        return np.fmin(self.at("send_verify_at"), self.at("register_at"))

    @property
    def checked_at(self) -> Any:
        """When the check that was asked for last ended, passed or not; NaT while it is open."""
        ended = np.fmax(self.at("check_last"), self.at("rework_last"))
        return np.where(ended >= self.at("send_check_last"), ended, _NAT)

    @property
    def check_sent(self) -> Bools:
        """Whether the last handling was sent to be checked, and in time."""
        sent: Bools = self.at("send_check_last") >= self.at("handle_last")
        return sent & self.by_then("send_check_last", "send_check_due")

    def by_then(self, done: str, due: str) -> Bools:
        """Whether something was done no later than its deadline, where it has one."""
        at, limit = self.at(done), self.at(due)
        out: Bools = ~np.isnat(at) & (np.isnat(limit) | (at <= limit))
        return out


Count = Callable[[Facts], Any]


def _used_hours(f: Facts) -> Any:
    return np.where(f.disposed, f.table["handle_used_s"].to_numpy(dtype=float) / 3600, 0.0)


def _timed(f: Facts) -> Bools:
    """Handled, and under a limit: others have no time on its clock."""
    out: Bools = f.disposed & ~np.isnat(f.at("handle_due"))
    return out


def _overrun(f: Facts) -> Any:
    limit = f.table["limit_s"].to_numpy(dtype=float)
    used = f.table["handle_used_s"].to_numpy(dtype=float)
    late = _timed(f) & ~f.on_time & (limit > 0)
    return np.where(late, (used - limit) / np.where(limit > 0, limit, 1), 0.0)


def _verified_at(f: Facts) -> Any:
    return np.fmax(f.at("verify_at"), f.at("refute_at"))


def _in_time(moment: Any, f: Facts, due: str) -> Any:
    limit = f.at(due)
    return ~np.isnat(moment) & (np.isnat(limit) | (moment <= limit))


#: Elementary counts by the codes of the indicators, and a few that only ratios need.
COUNTS: dict[str, Count] = {
    "reported": lambda f: f.reported,
    "collector_reported": lambda f: f.reported & f.is_("source", "collector"),
    "collector_valid_reported": lambda f: (
        f.reported & f.is_("source", "collector") & ~np.isnat(f.at("register_at"))
        & ~f.is_("stage", "void")
    ),
    "public_reported": lambda f: f.reported & f.is_("source", *PUBLIC),
    "public_verified": lambda f: f.within(f.at("verify_at")) & f.is_("source", *PUBLIC),
    "missed": lambda f: f.registered * f.told("missed"),
    "missed_variant": lambda f: f.registered & f.is_("source", *PUBLIC) & ~f.is_("stage", "void"),
    "verify_required": lambda f: f.within(f.at("send_verify_at")),
    "verify_on_time": lambda f: (
        f.within(f.at("send_verify_at")) & _in_time(_verified_at(f), f, "verify_due")
    ),
    "verify_to_send": lambda f: f.reported & f.is_("source", *PUBLIC),
    "verify_sent_on_time": lambda f: (
        f.reported & f.is_("source", *PUBLIC) & f.by_then("send_verify_at", "send_verify_due")
    ),
    "check_required": lambda f: f.within(f.at("send_check_last")),
    "check_on_time": lambda f: (
        f.within(f.at("send_check_last")) & _in_time(f.checked_at, f, "check_due")
    ),
    "check_to_send": lambda f: f.within(f.at("handle_last")),
    "check_sent_on_time": lambda f: (
        f.within(f.at("handle_last")) & f.check_sent
    ),
    "accepted": lambda f: f.within(f.accepted_at),
    "accepted_on_time": lambda f: (
        f.within(f.accepted_at) & _in_time(f.accepted_at, f, "accept_due")
    ),
    "registered": lambda f: f.registered,
    "cancelled": lambda f: f.within(np.fmin(f.at("void_at"), f.at("refute_at"))),
    "registered_accurate": lambda f: f.registered & ~f.is_("stage", "void"),
    "registered_on_time": lambda f: f.registered & f.by_then("register_at", "register_due"),
    "dispatch_required": lambda f: f.registered & ~f.is_("stage", "void"),
    "dispatched": lambda f: f.within(f.at("dispatch_at")),
    "dispatched_on_time": lambda f: (
        f.within(f.at("dispatch_at")) & f.by_then("dispatch_at", "dispatch_due")
    ),
    "dispatched_accurate": lambda f: (
        f.within(f.at("dispatch_at")) & (f.table["return"].to_numpy() == 0)
        & (f.table["bodies"].to_numpy() < 2)
    ),
    "dispatched_wrong": lambda f: (
        f.within(f.at("dispatch_last")) & (f.table["bodies"].to_numpy() >= 2)
    ),
    "dispose_required": lambda f: f.to_dispose,
    "disposed": lambda f: f.disposed,
    "disposed_on_time": lambda f: f.disposed & f.on_time,
    "disposed_late": lambda f: f.disposed & ~f.on_time,
    "to_dispose": lambda f: f.is_("stage", "dispatched"),
    "overdue_to_dispose": lambda f: f.overdue,
    "close_required": lambda f: f.to_close,
    "closed": lambda f: f.closed,
    "closed_on_time": lambda f: f.closed & f.on_time,
    "closed_late": lambda f: f.closed & ~f.on_time,
    "to_close": lambda f: ~np.isnat(f.at("register_at")) & ~f.is_("stage", "closed", "void"),
    "urgent_close_required": lambda f: f.to_close & f.table["urgent"].to_numpy(dtype=bool),
    "urgent_closed": lambda f: f.closed & f.table["urgent"].to_numpy(dtype=bool),
    "reworked": lambda f: f.times("rework") > 0,
    "rework_times": lambda f: f.times("rework"),
    "returned": lambda f: f.times("return"),
    "received": lambda f: f.times("dispatch"),
    "delayed": lambda f: f.times("delay") > 0,
    "suspended": lambda f: f.times("suspend") + f.times("defer") > 0,
    "deferred": lambda f: f.times("defer") > 0,
    "deferred_due": lambda f: f.on_hold("deferred") & f.overdue,
    "supervised": lambda f: f.times("supervise") > 0,
    "recurrent": lambda f: f.registered * f.told("recurrent"),
    "second_dispatch": lambda f: (
        f.times("dispatch") - f.within(f.at("dispatch_at")) > 0
    ),
    "media_exposed": lambda f: f.reported & f.is_("source", "media"),
    "check_passed": lambda f: f.times("check"),
    "check_failed": lambda f: f.times("rework"),
    "hot": lambda f: f.registered * f.told("hot"),
    "finished": lambda f: f.reported & f.is_("stage", "closed"),
    "not_refused": lambda f: f.reported & ~f.is_("stage", "void"),
    "rectified": lambda f: f.within(f.accepted_at) & f.is_("stage", "checked", "closed"),
    # No count of cases: areas give their hectares, patrols are kept by no case.
    "hectares": lambda f: np.full(len(f.table), np.nan),
    "patrolled": lambda f: f.told("patrolled"),
    "to_patrol": lambda f: f.told("to_patrol"),
    "disposed_timed": _timed,
    "dispose_hours": lambda f: np.where(_timed(f), _used_hours(f), 0.0),
    "late_timed": lambda f: _timed(f) & ~f.on_time,
    "overrun": _overrun,
    "light_green": lambda f: _lights(f, 0.0, 0.8),
    "light_yellow": lambda f: _lights(f, 0.8, 1.0),
    "light_red": lambda f: _lights(f, 1.0, np.inf),
}  # fmt: skip


def _lights(f: Facts, above: float, to: float) -> Any:
    """Open cases whose share of the limit lies in (above, to]; at the end of the period."""
    share = f.table["share_used"].to_numpy(dtype=float) if "share_used" in f.table else None
    if share is None:
        return np.full(len(f.table), np.nan)
    lower = share >= 0 if above == 0 else share > above
    return f.open_at_body & lower & (share <= to)


def count(facts: Facts, names: list[str]) -> dict[str, Floats]:
    """Return elementary counts, one number for each case.

    Parameters
    ----------
    facts : Facts
    names : list of str
        Keys of `COUNTS`.

    Returns
    -------
    dict of float arrays, shape (cases,)
        NaN where a city does not keep what is asked.
    """
    return {name: np.asarray(COUNTS[name](facts), dtype=float) for name in names}
