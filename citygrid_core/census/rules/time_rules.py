"""Time: dates in their order."""

from __future__ import annotations

import datetime as dt

import numpy as np

from citygrid_core.census.rules.base import Bools, Rule, Verdict
from citygrid_core.census.rules.material import Material
from citygrid_core.errors import Text

_DATES = "fields CSRQ, BGRQ of GB/T 47678.5; ORDate, CHDate before (single-source)"


class SurveyedLater(Rule):
    """The survey lies in the future."""

    id, group, field = "T01", "time", "surveyed_on"
    title = Text("surveyed in the future", "普查日期在未来")
    source = _DATES

    def judge(self, m: Material) -> Verdict:
        """Compare with the day of the check."""
        day = m.values("surveyed_on")
        return m.verdict(day.given, day.test(lambda d: d[:10] > m.on), day)


class ChangedLater(Rule):
    """The change lies in the future."""

    id, group, field = "T02", "time", "changed_on"
    title = Text("changed in the future", "变更日期在未来")
    source = _DATES

    def judge(self, m: Material) -> Verdict:
        """Compare with the day of the check."""
        day = m.values("changed_on")
        return m.verdict(day.given, day.test(lambda d: d[:10] > m.on), day)


class ChangedBefore(Rule):
    """It changed before it was surveyed."""

    id, group, field = "T03", "time", "changed_on"
    title = Text("changed before it was first surveyed", "变更日期早于初始日期")
    source = _DATES

    def judge(self, m: Material) -> Verdict:
        """Compare the two dates."""
        first, then = m.values("surveyed_on"), m.values("changed_on")
        both = first.given & then.given
        return m.verdict(both, _earlier(m, "changed_on", "surveyed_on", both), then)


class SurveyedLongAgo(Rule):
    """The survey is older than the standards."""

    id, group, severity, field = "T04", "time", "warning", "surveyed_on"
    title = Text("surveyed before grid management began", "普查日期早于网格化管理开始年份")
    source = "Beijing Dongcheng began in 2004 (common knowledge)"
    tolerance, unit = 2004.0, "year"

    def judge(self, m: Material) -> Verdict:
        """Compare the year."""
        day, first = m.values("surveyed_on"), f"{int(m.limit(self)):04d}"
        return m.verdict(day.given, day.test(lambda d: d[:4] < first), day)


class Outdated(Rule):
    """Nobody looked at it for years."""

    id, group, severity, field = "T05", "time", "hint", "surveyed_on"
    title = Text("not looked at for years", "多年未更新")
    cure = Text("plan a re-survey", "请安排复查")
    source = "CJJ/T 106-2010: regular update (unconfirmed); five years"
    tolerance, unit = 1826.0, "days"

    def judge(self, m: Material) -> Verdict:
        """Count days from the last date known."""
        last = dt.date.fromisoformat(m.on) - dt.timedelta(days=m.limit(self))
        first, then = m.values("surveyed_on"), m.values("changed_on")
        old = first.test(lambda d: d[:10] < last.isoformat())
        newer = then.test(lambda d: d[:10] >= last.isoformat())
        return m.verdict(first.given, old & ~newer, first)


class EndsBeforeItBegins(Rule):
    """A version ends before it begins, or begins in the future."""

    id, group, field = "T06", "time", "valid_from"
    title = Text("validity is reversed or in the future", "有效期颠倒或在未来")
    source = "half-open dates (handbook)"

    def judge(self, m: Material) -> Verdict:
        """Compare the two dates of validity, and the begin with the day of the check."""
        begin, end = m.values("valid_from"), m.values("valid_to")
        both = begin.given & end.given
        bad = _earlier(m, "valid_to", "valid_from", both) | begin.test(lambda d: d[:10] > m.on)
        return m.verdict(begin.given, bad, begin)


def _earlier(m: Material, one: str, other: str, both: Bools) -> Bools:
    """Return rows whose `one` is before `other`; texts of dates compare as dates do."""
    a, b = m.values(one), m.values(other)
    days = sorted({d[:10] for d in (*a.distinct, *b.distinct)})
    rank = {d: i for i, d in enumerate(days)}
    x = np.array([*(rank[d[:10]] for d in a.distinct), 0], dtype=np.int64)[a.codes]
    y = np.array([*(rank[d[:10]] for d in b.distinct), 0], dtype=np.int64)[b.codes]
    return np.asarray(both & (x < y))
