"""Indicators: each a name, a version, a numerator, a denominator, a source, a confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from citygrid_core.errors import Text
from citygrid_core.standards import indicators as indicator_table

Kind = Literal["count", "rate", "mean"]
Post = Literal["", "collector", "operator", "shift_leader", "dispatcher"]


@dataclass(frozen=True)
class Indicator:
    """One indicator as code.

    Attributes
    ----------
    code, name : str, Text
        As in the table of indicators.
    means : Text
        What a count counts; empty for rates and means, whose counts say it.
    kind : str
        ``count`` has no denominator; ``rate`` is a share of 1; ``mean`` has a unit.
    numerator, denominator : mapping of str to float
        Counts of `facts.COUNTS` and their factors.
    post : str
        Whose work it measures, when grouped by posts.
    better : int
        1 when more is better, -1 when less is, 0 when neither.
    version : str
        Which reading of the formula this is.
    """

    code: str
    name: Text
    kind: Kind
    numerator: Mapping[str, float]
    denominator: Mapping[str, float] = field(default_factory=dict)
    unit: Text = Text("", "")
    post: Post = ""
    better: int = 0
    version: str = "1"
    means: Text = Text("", "")
    source: str = ""
    confidence: str = ""

    @property
    def counts(self) -> list[str]:
        """Elementary counts that it needs."""
        return [*self.numerator, *self.denominator]


_N = {
    "reported": "reported", "collector_reported": "reported by collectors",
    "collector_valid_reported": "valid reports of collectors",
    "public_reported": "reported by the public", "public_verified": "public reports confirmed",
    "missed": "missed by collectors", "missed_variant": "missed, variant",
    "verify_required": "verifications asked", "verify_on_time": "verified on time",
    "check_required": "checks asked", "check_on_time": "checked on time", "accepted": "accepted",
    "registered": "registered", "cancelled": "void", "registered_accurate": "rightly registered",
    "registered_on_time": "registered on time", "dispatch_required": "to dispatch",
    "dispatched": "dispatched", "dispatched_on_time": "dispatched on time",
    "dispatched_accurate": "dispatched right the first time",
    "dispatched_wrong": "dispatched to two bodies or more", "dispose_required": "due for handling",
    "disposed": "handled", "disposed_on_time": "handled on time", "disposed_late": "handled late",
    "to_dispose": "with a department", "overdue_to_dispose": "overdue at a department",
    "close_required": "due for closing", "closed": "closed", "closed_on_time": "closed, on time",
    "closed_late": "closed, late", "to_close": "not closed", "reworked": "reworked",
    "rework_times": "failed checks", "returned": "returned", "delayed": "delayed",
    "suspended": "suspended", "deferred": "deferred", "supervised": "supervised",
    "recurrent": "recurrent", "second_dispatch": "dispatched a second time",
    "media_exposed": "exposed by media",
}  # fmt: skip
_POSTS: dict[str, Post] = {
    "collector_reported": "collector", "collector_valid_reported": "collector",
    "missed": "collector", "verify_required": "collector", "verify_on_time": "collector",
    "check_required": "collector", "check_on_time": "collector", "accepted": "operator",
    "registered": "shift_leader", "registered_accurate": "shift_leader",
    "registered_on_time": "shift_leader", "closed": "shift_leader",
    "closed_on_time": "shift_leader", "dispatch_required": "dispatcher",
    "dispatched": "dispatcher", "dispatched_on_time": "dispatcher",
    "dispatched_accurate": "dispatcher",
}  # fmt: skip
_BETTER = {
    **dict.fromkeys(
        ("missed", "missed_variant", "cancelled", "dispatched_wrong", "disposed_late",
         "overdue_to_dispose", "closed_late", "reworked", "rework_times", "returned", "recurrent",
         "media_exposed"), -1),
}  # fmt: skip
#: Rates: name, numerator / denominator, whose work, better.
_R: dict[str, tuple[str, str, Post, int]] = {
    "register_rate": ("registration rate", "registered / reported", "", 0),
    "public_report_rate": ("share found by the public", "public_verified / registered", "", -1),
    "valid_report_rate": ("valid reports of collectors", "collector_valid_reported / collector_reported", "collector", 1),
    "miss_rate": ("missed by collectors", "missed / registered", "collector", -1),
    "verify_on_time_rate": ("verified on time", "verify_on_time / verify_required", "collector", 1),
    "check_on_time_rate": ("checked on time", "check_on_time / check_required", "collector", 1),
    "verify_send_on_time_rate": ("sent to verify on time", "verify_sent_on_time / verify_to_send", "operator", 1),
    "check_send_on_time_rate": ("sent to check on time", "check_sent_on_time / check_to_send", "operator", 1),
    "accept_on_time_rate": ("accepted on time", "accepted_on_time / accepted", "operator", 1),
    "register_on_time_rate": ("registered on time", "registered_on_time / registered", "shift_leader", 1),
    "register_accuracy": ("rightly registered", "registered_accurate / registered", "shift_leader", 1),
    "dispatch_on_time_rate": ("dispatched on time", "dispatched_on_time / dispatch_required", "dispatcher", 1),
    "dispatch_accuracy": ("dispatched right the first time", "dispatched_accurate / dispatched", "dispatcher", 1),
    "dispose_rate": ("handling rate", "disposed / dispose_required", "", 1),
    "dispose_on_time_rate": ("handled on time", "disposed_on_time / dispose_required", "", 1),
    "close_rate": ("closing rate", "closed / close_required", "", 1),
    "close_on_time_rate": ("closed on time", "closed_on_time / close_required", "shift_leader", 1),
    "close_on_time_rate_excl_deferred": (
        "closed on time, deferred left out", "closed_on_time / close_required - deferred_due", "", 1,
    ),
    "close_rate_excl_deferred": ("closing rate, deferred left out", "closed / close_required - deferred_due", "", 1),
    "urgent_close_rate": ("closing rate of urgent cases", "urgent_closed / urgent_close_required", "", 1),
    "close_late_rate": ("closed late", "closed_late / close_required", "", -1),
    "open_rate": ("not closed", "to_close / reported", "", -1),
    "rework_rate": ("rework rate", "reworked / disposed", "", -1),
    "rework_rate_chengdu": ("rework rate (Jinniu)", "reworked / close_required", "", -1),
    "overdue_rate": ("overdue at a department", "overdue_to_dispose / dispose_required", "", -1),
    "delay_rate": ("delayed", "delayed / dispose_required", "", -1),
    "return_rate": ("returned", "returned / received", "", -1),
    "check_pass_rate": ("checks passed", "check_passed / check_passed + check_failed", "", 1),
    "recurrence_rate": ("recurrence rate", "recurrent / registered", "", -1),
    "hot_share": ("share of frequent classes", "hot / registered", "", 0),
    "finish_rate": ("finished", "finished / not_refused", "", 1),
    "finish_on_time_rate": ("finished on time", "closed_on_time / close_required", "", 1),
    "rectify_rate": ("rectified", "rectified / accepted", "", 1),
}  # fmt: skip
_HOURS = Text("h", "小时")


@lru_cache(maxsize=1)
def indicators() -> Mapping[str, Indicator]:
    """Return all indicators that are counts, rates or means, by code.

    Scores and grades are made of them by schemes.
    """
    table = indicator_table()
    out: dict[str, Indicator] = {}

    def add(
        code: str, en: str, kind: Kind, numerator: dict[str, float],
        denominator: dict[str, float], post: Post = "", better: int = 0,
        unit: Text = Text("", ""), version: str = "1",
    ) -> None:  # fmt: skip
        row = table.loc[code]
        out[code] = Indicator(
            code, Text(en, str(row["name"])), kind, numerator, denominator, unit, post, better,
            version, Text(str(row["means_en"]), str(row["means_zh"])), str(row["source"]), str(row["confidence"]),
        )  # fmt: skip

    for code, en in _N.items():
        add(code, en, "count", {code: 1}, {}, _POSTS.get(code, ""), _BETTER.get(code, 0))
    for code, (en, ratio, post, better) in _R.items():
        above, below = map(_factors, ratio.split("/"))
        add(code, en, "rate", above, below, post, better, Text("%", "%"))
    add("avg_dispose_time", "mean handling time", "mean", {"dispose_hours": 1},
        {"disposed_timed": 1}, better=-1, unit=_HOURS)  # fmt: skip
    add("overrun_factor", "mean overrun of late cases", "mean", {"overrun": 1},
        {"late_timed": 1}, better=-1, unit=Text("×", "倍"))  # fmt: skip
    add("routine_points", "points for routine cases", "mean", {"closed_on_time": 60},
        {"close_required": 1}, better=1, unit=Text("points", "分"))  # fmt: skip
    add("grid_case_density", "cases per hectare", "mean", {"registered": 1}, {"hectares": 1},
        unit=Text("per ha", "件/公顷"))  # fmt: skip
    add("patrol_coverage", "grids patrolled", "rate", {"patrolled": 1}, {"to_patrol": 1},
        "collector", 1, Text("%", "%"))  # fmt: skip
    add("limit_light", "open cases on red", "rate", {"light_red": 1},
        {"light_green": 1, "light_yellow": 1, "light_red": 1}, better=-1, unit=Text("%", "%"),
        version="red share")  # fmt: skip
    return out


def _factors(expression: str) -> dict[str, float]:
    """Read ``a + b - c`` as counts with their factors."""
    terms = re.findall(r"([+-]?)\s*(\w+)", expression)
    return {name: -1.0 if sign == "-" else 1.0 for sign, name in terms}
