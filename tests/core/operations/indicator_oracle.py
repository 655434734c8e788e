"""Every indicator from the raw tables with pandas, by the text of the standards' table alone.

Shares nothing with the engine: no fold, no timeline, no calendar. The limit of handling is run
forwards, case by case; all else is grouped from the log.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import chinese_calendar
import geopandas as gpd
import numpy as np
import pandas as pd

Moment = dt.datetime
OFFICE = ((8, 12), (14, 18))
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "urgent_hour": 3600, "work_hour": 3600,
           "work_day": 8 * 3600}  # fmt: skip
PUBLIC = ["hotline", "web", "media"]
DONE = ["handled", "checking", "checked", "closed"]


class Clock:
    """Working time, day by day and period by period."""

    def __init__(self, own: dict[dt.date, bool]) -> None:
        self.own = own

    def open(self, a: Moment) -> Iterable[tuple[Moment, Moment]]:
        """Yield the working periods from the day of a moment on."""
        day = a.date()
        while True:
            if self.own.get(day, chinese_calendar.is_workday(day)):
                for begin, end in OFFICE:
                    yield (dt.datetime.combine(day, dt.time(begin)),
                           dt.datetime.combine(day, dt.time(end)))  # fmt: skip
            day += dt.timedelta(1)

    def span(self, a: Moment, b: Moment, working: bool) -> float:
        if not working:
            return (b - a).total_seconds()
        out = 0.0
        for begin, end in self.open(a):
            if begin >= b:
                return out
            out += max((min(end, b) - max(begin, a)).total_seconds(), 0)
        raise AssertionError

    def after(self, a: Moment, seconds: float, working: bool) -> Moment:
        if not working or seconds == 0:
            return a + dt.timedelta(seconds=seconds)
        for begin, end in self.open(a):
            there = max(begin, a)
            here = max((end - there).total_seconds(), 0)
            if here >= seconds:
                return there + dt.timedelta(seconds=seconds)
            seconds -= here
        raise AssertionError


@dataclass
class Handling:
    """The clock of one case, run forwards row by row."""

    limit: float
    working: bool
    clock: Clock
    due: Moment | None = None
    begun: Moment | None = None
    since: Moment | None = None  # the clock runs since then
    ran: float = 0.0
    granted: float = 0.0
    hold: str = ""
    stopped: bool = False
    until: Moment | None = None  # the planned end of the hold, while it lasts
    done_due: Moment | None = None
    done_used: float = 0.0

    def now(self, at: Moment) -> float:
        more = self.clock.span(self.since, at, self.working) if self.since else 0.0
        return self.ran + more

    @property
    def stands(self) -> str:
        """The hold that still stops the clock."""
        return self.hold if self.stopped else ""

    def wait(self, at: Moment) -> None:
        """Past the planned end of a hold the clock runs on."""
        if self.stopped and self.until is not None and self.until <= at:
            self.go_on(self.until)

    def go_on(self, at: Moment) -> None:
        self.stopped = False
        if self.due is not None:
            self.since = at
            if self.ran <= self.granted:
                self.due = self.clock.after(at, self.granted - self.ran, self.working)

    def take(self, step: str, at: Moment, until: Moment | None) -> None:
        self.wait(at)
        if not self.stopped and step not in ("supervise", "link"):
            self.hold = ""
        if step == "handle":
            self.done_due, self.done_used = self.due, self.now(at)
        elif step in ("dispatch", "rework"):
            self.begun, self.ran, self.granted, self.due, self.since = at, 0, self.limit, None, None
            if self.limit:
                self.since, self.due = at, self.clock.after(at, self.limit, self.working)
        elif step == "return":
            self.due = self.since = None
        elif step == "delay" and until is not None:
            if self.due is None:
                assert self.begun is not None
                self.since, self.granted = (
                    self.begun,
                    self.clock.span(self.begun, until, self.working),
                )
            else:
                self.granted += self.clock.span(self.due, until, self.working)
            self.due = until
        elif step in ("suspend", "defer"):
            self.ran, self.since = self.now(at), None
            self.hold = {"suspend": "suspended", "defer": "deferred"}[step]
            self.stopped, self.until = True, until
        elif step == "resume" and self.stopped:
            self.hold = ""
            self.go_on(at)


@dataclass
class Tables:
    """The raw tables of a workspace."""

    cases: gpd.GeoDataFrame
    log: pd.DataFrame
    limits: pd.DataFrame
    days: pd.DataFrame

    def limit(self, stage: str, code: str) -> tuple[float, str]:
        """Return the seconds and the unit of the row with the longest class that fits."""
        rows = self.limits[self.limits["stage"] == stage]
        fits = [
            (len(c or ""), float(v), str(u))
            for c, v, u in zip(rows["class_code"], rows["value"], rows["unit"], strict=True)
            if code.startswith(c or "")
        ]
        if not fits:
            return 0.0, ""
        _, value, unit = max(fits)
        return value * SECONDS[unit], unit

    def clock(self) -> Clock:
        return Clock(
            {dt.date.fromisoformat(str(d)[:10]): bool(w)
             for d, w in zip(self.days["day"], self.days["works"], strict=True)}
        )  # fmt: skip


def history(raw: Tables, end: pd.Timestamp) -> pd.DataFrame:
    """Return what the log tells of each case before a moment, one row each."""
    log = raw.log.assign(t=pd.to_datetime(raw.log["at"], format="ISO8601"))
    log = log[log["t"] < end].sort_values(["number", "seq"])
    cases = raw.cases.set_index("number")
    own = log.groupby("number")
    out = cases.loc[own.size().index, ["source", "object_kind", "class_code", "handling_code",
                                       "county_code", "street_code"]].copy()  # fmt: skip
    out["stage"] = own["after"].last()
    by_step = log.groupby(["number", "step"])
    for name, told in (("first", by_step["t"].first()), ("last", by_step["t"].last()),
                       ("times", by_step.size()), ("who", by_step["who"].first())):  # fmt: skip
        wide = told.unstack()
        out = out.join(wide.rename(columns=lambda step, name=name: f"{name} {step}"))
    sent = log[(log["step"] == "dispatch") & log["department_code"].notna()].groupby("number")
    out["bodies"] = sent["department_code"].nunique().reindex(out.index).fillna(0)
    out["body"] = sent["department_code"].last().reindex(out.index)
    clock = raw.clock()
    kinds = {code: raw.limit("handle", code) for code in out["class_code"].unique()}
    runs: dict[str, Handling] = {}
    until = pd.to_datetime(log["until"], format="ISO8601")
    for number, step, at, new in zip(
        log["number"], log["step"], [t.to_pydatetime() for t in log["t"]], until, strict=True
    ):
        if number not in runs:
            seconds, unit = kinds[cases.at[number, "class_code"]]
            runs[number] = Handling(seconds, unit.startswith("work"), clock)
        runs[number].take(step, at, None if pd.isna(new) else new.to_pydatetime())
    told = [runs[n] for n in out.index]
    stop = end.to_pydatetime()
    for one in told:
        one.wait(stop)
    out["hold"] = [h.stands for h in told]
    for name in ("due", "done_due"):
        out[name] = pd.to_datetime(pd.Series([getattr(h, name) for h in told], index=out.index))
    out["used"] = [h.done_used for h in told]
    out["granted"] = [h.granted for h in told]
    out["share"] = [
        h.now(stop) / h.granted
        if h.due is not None and s == "dispatched" and not h.stopped
        else np.nan
        for h, s in zip(told, out["stage"], strict=True)
    ]
    out["urgent"] = [kinds[c][1].startswith("urgent") for c in out["class_code"]]
    return out


def recurrent(raw: Tables, asked: pd.Index) -> pd.Series:
    """Compare each case with every other one: same class, 20 m, 15 days after its closing."""
    cases = raw.cases.set_index("number")
    kind = cases["object_kind"] + cases["class_code"]
    x, y = cases.geometry.x, cases.geometry.y
    ended = pd.to_datetime(cases["closed_at"], format="ISO8601")
    begun = pd.to_datetime(cases["reported_at"], format="ISO8601")
    out = {}
    for n in asked:
        since = begun[n] - ended
        like = (kind == kind[n]) & (np.hypot(x - x[n], y - y[n]) <= 20) & (kind.index != n)
        out[n] = (like & (since >= pd.Timedelta(0)) & (since <= pd.Timedelta(days=15))).any()
    return pd.Series(out, dtype=bool)


def counts(raw: Tables, first: str, last: str) -> pd.DataFrame:
    """Return the elementary counts of a period, one row for each case, by their codes."""
    start, end = pd.Timestamp(first), pd.Timestamp(last) + pd.Timedelta(days=1)
    h = history(raw, end)

    def at(name: str) -> pd.Series:
        return h.get(name, pd.Series(pd.NaT, index=h.index, dtype="datetime64[ns]"))

    def here(t: pd.Series) -> pd.Series:
        return (t >= start) & (t < end)

    def times(step: str) -> pd.Series:
        log = raw.log[raw.log["step"] == step]
        t = pd.to_datetime(log["at"], format="ISO8601")
        return log[here(t)].groupby("number").size().reindex(h.index, fill_value=0)

    def due(stage: str, begin: pd.Series) -> pd.Series:
        known = {c: raw.limit(stage, c)[0] for c in h["class_code"].unique()}
        return begin + pd.to_timedelta(h["class_code"].map(known), unit="s")

    collect, register = at("first collect"), at("first register")
    verify_sent, handled, sent = at("first send_verify"), at("last handle"), at("last send_check")
    answered = at("first verify").fillna(at("first refute"))
    accepted = pd.concat([verify_sent, register], axis=1).min(axis=1)
    checked = pd.concat([at("last check"), at("last rework")], axis=1).max(axis=1)
    dispatch = at("first dispatch")
    public, collector, void = (
        h["source"].isin(PUBLIC),
        h["source"] == "collector",
        h["stage"] == "void",
    )
    reported, registered = here(collect), here(register)
    disposed = here(handled) & h["stage"].isin(DONE)
    on_time = handled.notna() & ~(handled > h["done_due"])
    untold = handled.isna() & ~(at("first close") > h["due"])
    closed = here(at("first close"))
    overdue = (h["stage"] == "dispatched") & (h["hold"] != "suspended") & (h["due"] < end)
    must = disposed | overdue
    timed = disposed & h["done_due"].notna()
    kind = h["object_kind"] + " " + h["class_code"]
    ten = kind[registered].value_counts().rename_axis("kind").reset_index(name="n")
    ten = ten.sort_values(["n", "kind"], ascending=[False, True])["kind"].head(10)
    light = h["share"][(h["stage"] == "dispatched") & (h["hold"] == "")].reindex(h.index)
    again = recurrent(raw, h.index[registered]).reindex(h.index, fill_value=False)
    check_due = due("check", sent.where(~(handled > sent), handled))
    out = {
        "reported": reported, "collector_reported": reported & collector,
        "collector_valid_reported": reported & collector & register.notna() & ~void,
        "public_reported": reported & public, "public_verified": here(at("first verify")) & public,
        "missed_variant": registered & public & ~void,
        "verify_required": here(verify_sent),
        "verify_on_time": here(verify_sent) & (answered <= due("verify", verify_sent)),
        "check_required": here(sent),
        "check_on_time": here(sent) & (checked >= sent) & (checked <= check_due),
        "accepted": here(accepted),
        "accepted_on_time": here(accepted) & (accepted <= due("accept", collect)),
        "registered": registered,
        "cancelled": here(pd.concat([at("first void"), at("first refute")], axis=1).min(axis=1)),
        "registered_accurate": registered & ~void,
        "registered_on_time": registered & (
            register <= due("register", collect.where(at("first verify").isna(), at("first verify")))
        ),
        "dispatch_required": registered & ~void, "dispatched": here(dispatch),
        "dispatched_on_time": here(dispatch) & (dispatch <= due("dispatch", register)),
        "dispatched_accurate": here(dispatch) & at("times return").isna() & (h["bodies"] < 2),
        "dispatched_wrong": here(at("last dispatch")) & (h["bodies"] >= 2),
        "dispose_required": must, "disposed": disposed, "disposed_on_time": disposed & on_time,
        "disposed_late": disposed & (handled > h["done_due"]),
        "to_dispose": h["stage"] == "dispatched", "overdue_to_dispose": overdue,
        "close_required": must | closed, "closed": closed,
        "closed_on_time": closed & (on_time | untold), "closed_late": closed & ~(on_time | untold),
        "to_close": register.notna() & ~h["stage"].isin(["closed", "void"]),
        "urgent_closed": closed & h["urgent"], "urgent_must": (must | closed) & h["urgent"],
        "reworked": times("rework") > 0, "rework_times": times("rework"),
        "returned": times("return"), "received": times("dispatch"), "delayed": times("delay") > 0,
        "suspended": times("suspend") + times("defer") > 0, "deferred": times("defer") > 0,
        "deferred_due": overdue & (h["hold"] == "deferred"), "supervised": times("supervise") > 0,
        "recurrent": again, "second_dispatch": times("dispatch") > here(dispatch).astype(int),
        "media_exposed": reported & (h["source"] == "media"),
        "verify_to_send": reported & public,
        "verify_sent": reported & public & (verify_sent <= due("send_verify", collect)),
        "check_to_send": here(handled),
        "check_sent": here(handled) & (sent >= handled) & (sent <= due("send_check", handled)),
        "passed": times("check"), "hot": registered & kind.isin(ten),
        "finished": reported & (h["stage"] == "closed"), "not_refused": reported & ~void,
        "rectified": here(accepted) & h["stage"].isin(["checked", "closed"]),
        "hours": (h["used"] / 3600).where(timed, 0.0), "timed": timed,
        "overrun": (h["used"] / h["granted"] - 1).where(timed & ~on_time, 0.0),
        "late": timed & ~on_time, "red": light > 1, "lit": light.notna(),
    }  # fmt: skip
    body = h["body"]
    sent_out = at("times dispatch").notna() | h["stage"].isin(DONE)
    who = {"collector": "collect", "operator": "send_verify", "shift_leader": "register",
           "dispatcher": "dispatch"}  # fmt: skip
    groups = {
        "street": h["street_code"],
        "county": h["county_code"],
        "department": body.where(body.notna() | ~sent_out, h["handling_code"]),
        **{post: at(f"who {step}") for post, step in who.items()},
    }
    frame: pd.DataFrame = pd.DataFrame(out).astype(float)
    frame = frame.join(pd.DataFrame({f"by {k}": v for k, v in groups.items()}, index=h.index))
    frame.attrs["steps"] = steps_of_bodies(raw, start, end, groups["department"])
    return frame


#: Counts of steps, and counts of cases that a step was done to: each case once, at its last body.
TIMES = {"returned": ["return"], "received": ["dispatch"], "passed": ["check"],
         "rework_times": ["rework"]}  # fmt: skip
ONCE = {"reworked": ["rework"], "delayed": ["delay"], "suspended": ["suspend", "defer"],
        "deferred": ["defer"], "supervised": ["supervise"]}  # fmt: skip


def steps_of_bodies(
    raw: Tables, start: pd.Timestamp, end: pd.Timestamp, last: pd.Series
) -> dict[tuple[str, str], int]:
    """Count what was done while each body had the case: (body, count) to how many.

    What is done while nobody has it is the next body's, or the last one's if none came yet.
    """
    log = raw.log.assign(t=pd.to_datetime(raw.log["at"], format="ISO8601"))
    log = log[log["t"] < end].sort_values(["number", "seq"])
    out: dict[tuple[str, str], int] = {}

    def add(body: str | None, name: str) -> None:
        if body:
            out[body, name] = out.get((body, name), 0) + 1

    finals = {n: b for n, b in last.items() if isinstance(b, str)}
    for number, rows in log.groupby("number"):
        story = list(zip(rows["step"], rows["t"], rows["department_code"], strict=True))
        sent = [i for i, (step, _, _) in enumerate(story) if step == "dispatch"]
        done: list[tuple[str, pd.Timestamp, str | None]] = []
        for i, (step, at, _) in enumerate(story):
            body = finals.get(number)
            if len(sent) > 1:
                before = [k for k in sent if k <= i]
                given_back = before and any(s == "return" for s, _, _ in story[before[-1] : i])
                if not before or given_back:
                    before = [k for k in sent if k > i][:1] or before
                body = story[before[-1]][2]
            done.append((step, at, body))
        inside = [(step, body) for step, at, body in done if at >= start]
        for name, steps in TIMES.items():
            for step, body in inside:
                if step in steps:
                    add(body, name)
        for name, steps in ONCE.items():
            of = [body for step, body in inside if step in steps]
            if of:
                add(of[-1], name)
    return out


#: Counts that no indicator is named for, by their words in the formulas of the table.
WORDS = {
    "按期受理数": "accepted_on_time", "紧急问题结案数": "urgent_closed", "紧急问题应结案数": "urgent_must",
    "接收数": "received", "已办结": "finished", "上报总数 - 已驳回": "not_refused",
    "整改到位数": "rectified", "核查通过数": "passed", "通过+不通过": "passed + rework_times",
    "按时结案数": "closed_on_time", "- 缓办数": "- deferred_due",
}  # fmt: skip
#: Formulas that the table has in English words.
ENGLISH = {
    "verify_send_on_time_rate": "verify_sent / verify_to_send",
    "check_send_on_time_rate": "check_sent / check_to_send",
    "hot_share": "hot / registered", "finish_on_time_rate": "closed_on_time / close_required",
    "overrun_factor": "overrun / late", "avg_dispose_time": "hours / timed",
    "limit_light": "red / lit", "grid_case_density": "registered / hectares",
}  # fmt: skip
#: What no case tells: patrols, and what collectors did not see.
UNKNOWN = {"missed": "missed", "miss_rate": "missed / registered",
           "patrol_coverage": "patrolled / to_patrol"}  # fmt: skip


def formulas(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Read numerator and denominator of each indicator from the formulas of the table."""
    words = {**WORDS, **{str(name): str(code) for code, name in table["name"].items()}}
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    out = {}
    for code, formula in table["formula"].items():
        said = {**ENGLISH, **UNKNOWN}.get(str(code))
        if said is None:
            if " / " not in formula or not re.match(r"[\u4e00-\u9fff]", formula):
                continue
            said = pattern.sub(lambda m: words[m[0]], formula).split(" x 100")[0]
            said = re.sub(r"\s\((name|base).*", "", said)
        above, _, below = said.partition(" / ")
        if below.endswith(" x 60"):
            above, below = f"60 * {above}", below.removesuffix(" x 60")
        out[str(code)] = above, below
    return out


def ratios(sums: pd.DataFrame, table: pd.DataFrame) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Return numerator and denominator of each count, rate and mean, by group."""
    sums = sums.assign(**{c: np.nan for c in ("missed", "patrolled", "to_patrol", "hectares")
                          if c not in sums})  # fmt: skip
    told = formulas(table)
    one = pd.Series(1.0, index=sums.index)
    out = {str(c): (sums[str(c)], one) for c in table.index if c in sums and c not in told}
    for code, (above, below) in told.items():
        out[code] = (sums.eval(above), sums.eval(below) if below else one)
    return out


def summed(per_case: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add counts up by group, with a last row ``*`` of all cases."""
    own = per_case.drop(columns=[c for c in per_case if c.startswith("by ")])
    own.attrs = {}  # pandas copies them at every step
    group = pd.Series(per_case[f"by {by}"].to_numpy(dtype=object), index=own.index)
    out = own[group.notna() & (group != "")].groupby(group).sum()
    if by == "department":
        steps = per_case.attrs["steps"]
        out = out.reindex(sorted({*out.index, *(b for b, _ in steps)}), fill_value=0.0)
        for name in (*TIMES, *ONCE):
            out[name] = [float(steps.get((b, name), 0)) for b in out.index]
    out.loc["*"] = own.sum()
    return out


Points = Callable[[pd.DataFrame], pd.Series]


def stair(table: pd.DataFrame, code: str) -> Callable[[pd.Series], pd.Series]:
    """Read a stair of points: ``0:100; 1-2:90; >=9:0`` (a mean between two steps: the upper)."""
    steps = []
    for upper, points in re.findall(r"(?:\d+-)?([<>=]*\d+):(\d+)", table.at[code, "formula"]):
        end = np.inf if upper.startswith(">") else float(upper.lstrip("<="))
        steps.append((end, float(points)))
    steps.sort()

    def points_of(values: pd.Series) -> pd.Series:
        return values.map(lambda v: np.nan if np.isnan(v) else next(p for e, p in steps if v <= e))

    return points_of


def composites(table: pd.DataFrame) -> dict[str, tuple[str, str, list[tuple[float, Points]]]]:
    """Return each score: the scheme, what it scores, and its parts (weight, share of 1)."""

    def share(code: str) -> Points:
        return lambda v: v[code].clip(upper=1)

    def rest(code: str) -> Points:
        return lambda v: (1 - v[code]).clip(0, 1)

    def steps(row: str, code: str, per: str = "") -> Points:
        points = stair(table, row)
        return lambda v: points(v[code] / v[per] if per else v[code]) / 100

    def from_on(code: str, at: float, weight: float) -> Points:
        return lambda v: (1 - (at - v[code]).clip(lower=0) * 100 / weight).clip(lower=0)

    area = [(10, rest("public_report_rate")), (20, steps("area_case_score_1", "registered", "grids")),
            (30, share("close_rate")), (40, share("close_on_time_rate"))]  # fmt: skip
    return {
        "area_score": ("cjt292", "street", area), "grade": ("cjt292", "street", area),
        "area_case_score_1": ("cjt292", "street", area[1:2]),
        "area_case_score_2": ("cjt292-2", "street", [(20, steps("area_case_score_2", "registered", "grids"))]),
        "dept_score": ("cjt292", "department", [
            (10, steps("dept_case_score", "dispose_required")), (30, share("close_rate")),
            (30, share("dispose_on_time_rate")), (30, rest("rework_rate"))]),
        "dept_case_score": ("cjt292", "department", [(10, steps("dept_case_score", "dispose_required"))]),
        "collector_score": ("cjt292", "collector", [
            (40, share("valid_report_rate")), (20, rest("miss_rate")),
            (20, share("verify_on_time_rate")), (20, share("check_on_time_rate"))]),
        "operator_score": ("cjt292", "operator", [
            (25, steps("workload_score", "accepted")), (40, share("verify_send_on_time_rate")),
            (35, share("check_send_on_time_rate"))]),
        "shift_leader_score": ("cjt292", "shift_leader", [
            (25, share("register_on_time_rate")), (40, share("register_accuracy")),
            (35, share("close_on_time_rate"))]),
        "dispatcher_score": ("cjt292", "dispatcher", [
            (20, steps("workload_score", "dispatched")), (40, share("dispatch_on_time_rate")),
            (40, share("dispatch_accuracy"))]),
        "workload_score": ("cjt292", "operator", [(25, steps("workload_score", "accepted"))]),
        "jinniu_score": ("jinniu", "department", [
            (30, share("dispose_rate")), (20, share("dispose_on_time_rate")),
            (20, rest("rework_rate_chengdu")), (20, rest("overdue_rate")), (10, rest("delay_rate"))]),
        "jinhua_on_time_points": ("jinhua", "department", [
            (50, from_on("close_on_time_rate_excl_deferred", 0.7, 50))]),
        "jinhua_close_points": ("jinhua", "department", [
            (20, from_on("close_rate_excl_deferred", 0.9, 20))]),
    }  # fmt: skip
