"""How indicators are computed, in the words that people use."""

from __future__ import annotations

from collections.abc import Mapping

from citygrid_core.errors import Language, Text
from citygrid_core.evaluation.indicators import Indicator, indicators

#: Counts that are no indicators themselves.
_OTHERS = {
    "verify_to_send": Text("verifications to send", "应派核实数"),
    "verify_sent_on_time": Text("verifications sent on time", "按时派核实数"),
    "check_to_send": Text("checks to send", "应派核查数"),
    "check_sent_on_time": Text("checks sent on time", "按时派核查数"),
    "accepted_on_time": Text("accepted on time", "按时受理数"),
    "urgent_closed": Text("urgent cases closed", "紧急问题结案数"),
    "urgent_close_required": Text("urgent cases due for closing", "紧急问题应结案数"),
    "received": Text("received", "接收数"),
    "check_passed": Text("checks passed", "核查通过数"),
    "check_failed": Text("checks failed", "核查不通过数"),
    "hot": Text("cases of frequent classes", "高发类别案件数"),
    "finished": Text("finished", "已办结数"),
    "not_refused": Text("reported and not refused", "未驳回数"),
    "rectified": Text("rectified", "整改到位数"),
    "deferred_due": Text("deferred cases that fell due", "到期缓办数"),
    "dispose_hours": Text("hours of handling", "处置用时之和"),
    "disposed_timed": Text("handled cases with a limit", "有时限的处置数"),
    "overrun": Text("sum of overruns", "超时倍数之和"),
    "late_timed": Text("late cases with a limit", "有时限的超期处置数"),
    "light_green": Text("cases on green", "绿灯数"),
    "light_yellow": Text("cases on yellow", "黄灯数"),
    "light_red": Text("cases on red", "红灯数"),
    "hectares": Text("grid area (ha)", "网格面积（公顷）"),
    "patrolled": Text("grids patrolled", "已巡查网格数"),
    "to_patrol": Text("grids to patrol", "应巡查网格数"),
}


def formula(indicator: Indicator, lang: Language) -> str:
    """Return how an indicator is computed, in words: what is counted, or the counts of a ratio."""
    if indicator.kind == "count":
        return indicator.means.text(lang)
    below = combined(indicator.denominator, lang)
    return f"{combined(indicator.numerator, lang)} / " + (
        f"({below})" if len(indicator.denominator) > 1 else below
    )


def combined(factors: Mapping[str, float], lang: Language) -> str:
    """Return counts with their factors in words: ``due for closing − deferred and due``."""
    out = ""
    for name, factor in factors.items():
        sign = " − " if factor < 0 else " + " if out else ""
        times = "" if abs(factor) == 1 else f" × {abs(factor):g}"
        out += sign + count_name(name, lang) + times
    return out


def count_name(code: str, lang: Language) -> str:
    """Return what people call an elementary count."""
    known = indicators()
    said = known[code].name if code in known else _OTHERS[code]
    return said.text(lang)
