"""Logic: values that contradict one another, the register or the duty rules."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import NO_DATA, Ints, Rule, Verdict, fixed
from citygrid_core.census.rules.material import Material, values_of
from citygrid_core.errors import Text
from citygrid_core.standards import plain_name

_ROLE = {"supervising": "主管部门", "owning": "权属单位", "maintaining": "养护单位"}
_BODY = "department fields of the edition (2026: GB/T 47678.5, single-source)"


class _Registered(Rule):
    """A department is not in the register."""

    group = "logic"
    cure = Text("add it to the register, or an alias", "请补充部门名录或别名")
    source = _BODY

    def judge(self, m: Material) -> Verdict:
        """Look the code up."""
        if m.departments is None or not len(m.departments):
            return NO_DATA
        body, known = m.values(self.field), set(m.departments["code"])
        return m.verdict(body.given, ~body.test(known.__contains__), body)


class SupervisorUnknown(_Registered):
    """The supervising department is not in the register."""

    id, field = "L01", "supervising_code"
    title = Text("supervising department not in the register", "主管部门不在名录中")


class OwnerUnknown(_Registered):
    """The owner is not in the register."""

    id, field = "L02", "owning_code"
    title = Text("owner not in the register", "权属单位不在名录中")


class MaintainerUnknown(_Registered):
    """The maintaining body is not in the register."""

    id, field = "L03", "maintaining_code"
    title = Text("maintaining body not in the register", "养护单位不在名录中")


class BodyAbolished(Rule):
    """A department has ended."""

    id, group, severity = "L04", "logic", "warning"
    title = Text("a department that has ended", "部门已撤销")
    cure = Text("the fix takes its successor where one is registered", "可自动改为继任部门")
    source = _BODY + "; the register has dates and successors"
    _columns = tuple(f"{r}_code" for r in _ROLE)

    def judge(self, m: Material) -> Verdict:
        """Look at the dates of every version of the department."""
        ended = self._ended(m)
        if ended is None:
            return NO_DATA
        asked, bad = np.zeros(len(m), bool), np.zeros(len(m), bool)
        found = np.full(len(m), "", dtype=object)
        for name in self._columns:
            body = m.values(name)
            hit = body.test(ended.__contains__)
            found[hit] = body.text()[hit]
            asked |= body.given
            bad |= hit
        return m.verdict(asked, bad, found)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the successor, where there is one that is valid."""
        ended = self._ended(m)
        if not ended or not m.successors:
            return None
        new = {}
        heir = {e: m.successors[e] for e in ended if m.successors.get(e, e) not in ended}
        for name in self._columns:
            body = m.values(name)
            new[name] = body.mapped({v: heir.get(v, v) for v in body.distinct})[at]
        frame = fixed(at, **new)
        same = np.ones(len(at), dtype=bool)
        for name in self._columns:
            before = m.values(name).mapped({v: v for v in m.values(name).distinct})[at]
            same &= frame[name].to_numpy(dtype=object) == before
        return frame[~same] if (~same).any() else None

    @staticmethod
    def _ended(m: Material) -> set[str] | None:
        if m.departments is None or "valid_to" not in m.departments or not len(m.departments):
            return None
        end = m.departments["valid_to"].fillna("").astype(str)
        valid = set(m.departments.loc[(end == "") | (end > m.on), "code"])
        return set(m.departments["code"]) - valid


class _AsTheRulesSay(Rule):
    """A department contradicts the duty rules."""

    group, severity = "logic", "warning"
    cure = Text("`lookup --explain` names the rule", "可用 lookup --explain 查看规则")
    source = "duty rules of the city; only where exactly one body answers"

    @property
    @abstractmethod
    def role(self) -> str:
        """The role judged."""

    def judge(self, m: Material) -> Verdict:
        """Compare where the rules name exactly one body; successors count as the same."""
        body = m.values(f"{self.role}_code")
        at = np.flatnonzero(body.given & m.asked & m.placed)
        if m.duties is None or not len(at):
            return NO_DATA
        answer = m.duties(at)
        said = answer[f"{self.role}_code"].to_numpy(dtype=object)
        sure = (answer[f"{self.role}_outcome"] == "one").to_numpy(dtype=bool)
        mine = body.text()[at]
        heir = m.successors
        today = values_of(mine).mapped({v: heir.get(v, v) for v in values_of(mine).distinct})
        theirs = values_of(said)
        right = theirs.mapped({v: heir.get(v, v) for v in theirs.distinct})
        population, bad = np.zeros(len(m), bool), np.zeros(len(m), bool)
        found = np.full(len(m), "", dtype=object)
        population[at[sure]] = True
        wrong = sure & (today != right)
        bad[at[wrong]] = True
        found[at[wrong]] = [f"{a} ≠ {b}" for a, b in zip(mine[wrong], said[wrong], strict=True)]
        return m.verdict(population, bad, found)


class SupervisorContradicts(_AsTheRulesSay):
    """The supervising department contradicts the duty rules."""

    id, field, role = "L05", "supervising_code", "supervising"
    title = Text("supervising department contradicts the duty rules", "主管部门与责任规则不符")


class OwnerContradicts(_AsTheRulesSay):
    """The owner contradicts the duty rules."""

    id, field, role = "L06", "owning_code", "owning"
    title = Text("owner contradicts the duty rules", "权属单位与责任规则不符")


class MaintainerContradicts(_AsTheRulesSay):
    """The maintaining body contradicts the duty rules."""

    id, field, role = "L07", "maintaining_code", "maintaining"
    title = Text("maintaining body contradicts the duty rules", "养护单位与责任规则不符")


class NameNotOfClass(Rule):
    """The name is not that of the class."""

    id, group, severity, field = "L08", "logic", "hint", "name"
    title = Text("not the standard name of the class", "名称与类别标准名称不一致")
    cure = Text("the fix takes the name of the class", "可自动改为标准名称")
    source = "2026: GLBJMC is the standard class name (GB/T 47678.5, single-source)"

    def judge(self, m: Material) -> Verdict:
        """Compare without width and punctuation."""
        standard, name = values_of(m.by_class("name")), m.values("name")
        both = standard.given & name.given
        a = standard.mapped({v: plain_name(v) for v in standard.distinct}, "")
        b = name.mapped({v: plain_name(v) for v in name.distinct}, "")
        return m.verdict(both, a != b, name)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the name of the class."""
        return fixed(at, name=m.by_class("name")[at])


class NameOfOtherClass(Rule):
    """The name is that of another class."""

    id, group, field = "L09", "logic", "class_code"
    title = Text("the name is that of another class", "名称属于其他类别")
    cure = Text("one of the two is wrong: look at the photo", "类别与名称必有一误，请核对照片")
    source = "class table of the edition"

    def judge(self, m: Material) -> Verdict:
        """Find the name in the class table; a name that several classes share says nothing."""
        owners: dict[str, set[str]] = {}
        for code, info in m.edition.catalogues["component"].classes.items():
            owners.setdefault(plain_name(info.name), set()).add(code)
        name, class_ = m.values("name"), m.values("class_code")
        only = {
            v: next(iter(codes))
            for v in name.distinct
            if len(codes := owners.get(plain_name(v), set())) == 1
        }
        own = name.mapped(only)
        known = np.array([o is not None for o in own], dtype=bool)
        return m.verdict(known & class_.given, own != class_.text(), name)


class RemovedButValid(Rule):
    """It was removed long ago and still counts."""

    id, group, severity, field = "L10", "logic", "warning", "state"
    title = Text("removed long ago but still valid", "已移除多时仍为现行部件")
    cure = Text("end it", "请终止该部件")
    source = "states of GB/T 47678.5 (single-source); history ends with valid_to"
    tolerance, unit = 365.0, "days"

    def judge(self, m: Material) -> Verdict:
        """Count days from the change."""
        import datetime as dt

        last = (dt.date.fromisoformat(m.on) - dt.timedelta(days=m.limit(self))).isoformat()
        removed = m.values("state").test(lambda s: s == "removed")
        day = m.values("changed_on")
        return m.verdict(removed & day.given, day.test(lambda d: d[:10] < last), day)


class RemovedButChecked(Rule):
    """Two components at one place, one of them lost or removed, the other intact, same class."""

    id, group, severity, field = "L11", "logic", "hint", "state"
    title = Text("replaced at the same place: the old one can end", "原位已有新部件，旧部件可终止")
    source = "states of GB/T 47678.5 (single-source)"
    tolerance, unit = 1.0, "m"

    def judge(self, m: Material) -> Verdict:
        """Look for an intact one of the class beside each one that is gone."""
        from scipy.spatial import cKDTree

        gone = m.values("state").test(lambda s: s in ("lost", "removed")) & m.placed
        here = m.values("state").test(lambda s: s == "intact") & m.placed
        if not gone.any():
            return NO_DATA
        a, b = np.flatnonzero(gone), np.flatnonzero(here)
        if not len(b):
            return Verdict(int((gone & m.asked).sum()))
        distance, near = cKDTree(m.xy[b]).query(m.xy[a], distance_upper_bound=m.limit(self))
        hit = np.isfinite(distance)
        i, j = a[hit], b[near[hit]]
        class_ = m.values("class_code").codes
        same = class_[i] == class_[j]
        return m.pairs(gone, i[same], j[same])
