"""Completeness: what must be there, is it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import NO_DATA, Checked, Ints, Rule, Verdict, fixed
from citygrid_core.census.rules.material import Material, values_of
from citygrid_core.errors import Text

_MANDATORY = "mandatory field of the edition (2026: GB/T 47678.5, M, single-source)"
_OPTIONAL = "optional field of the edition (2026: GB/T 47678.5, O, single-source)"


class _Filled(Rule):
    """A field is empty."""

    group = "completeness"
    source = _MANDATORY

    def judge(self, m: Material) -> Verdict:
        """Empty or not."""
        return m.verdict(np.ones(len(m), bool), ~m.values(self.field).given)


class NoSupervisor(_Filled):
    """The supervising department is missing."""

    id, field = "K01", "supervising_code"
    title = Text("no supervising department", "缺主管部门")
    cure = Text("complete the duty rules", "请补全责任规则")


class NoState(_Filled):
    """The state is missing."""

    id, field = "K02", "state"
    title = Text("no state", "缺部件状态")


class NoSurveyDate(_Filled):
    """The date of the survey is missing."""

    id, field = "K03", "surveyed_on"
    title = Text("no date of the first survey", "缺初始日期")


class NoGrid(_Filled):
    """The grid is missing."""

    id, field = "K04", "grid_code"
    title = Text("no unit grid", "缺所在单元网格")
    cure = Text("the fix takes the grid that covers it", "可自动定位")

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the grid that covers the component."""
        here = at[m.located.given[at]]
        return fixed(here, grid_code=m.located.text()[here]) if len(here) else None


class NoName(_Filled):
    """The name is missing."""

    id, field = "K05", "name"
    title = Text("no name", "缺部件名称")
    cure = Text("the fix takes the name of the class", "可自动取类别名称")

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Take the name of the class."""
        names = m.by_class("name")
        known = at[[names[i] is not None for i in at]]
        return fixed(known, name=names[known]) if len(known) else None


class NoClass(_Filled):
    """The class is missing."""

    id, field = "K06", "class_code"
    title = Text("no class", "缺部件类别")


class NoOwner(_Filled):
    """The owner is missing."""

    id, field, severity = "K07", "owning_code", "hint"
    title = Text("no owner", "缺权属单位")
    source = _OPTIONAL


class NoMaintainer(_Filled):
    """The maintaining body is missing."""

    id, field, severity = "K08", "maintaining_code", "hint"
    title = Text("no maintaining body", "缺养护单位")
    source = _OPTIONAL


class NoDataSource(_Filled):
    """The data source is missing."""

    id, field, severity = "K09", "data_source", "hint"
    title = Text("no data source", "缺数据来源")
    source = _OPTIONAL


class NoAccuracy(_Filled):
    """The accuracy class is missing."""

    id, field, severity = "K10", "accuracy_class", "hint"
    title = Text("no accuracy class", "缺精度等级")
    source = "accuracy classes A 0.5 m, B 1 m, C 10 m (single-source)"


class ChangeWithoutDate(Rule):
    """The state is not intact, and nobody says since when."""

    id, group, severity, field = "K11", "completeness", "hint", "changed_on"
    title = Text("not intact, without a date of change", "状态异常但缺变更日期")
    source = "conditional field BGRQ (GB/T 47678.5, C, single-source)"

    def judge(self, m: Material) -> Verdict:
        """Look at lost, abandoned and removed ones: a damaged one may be new to the survey."""
        state = m.values("state")
        wrong = state.test(lambda s: s in ("lost", "abandoned", "removed"))
        return m.verdict(wrong, ~m.values("changed_on").given, state)


class EmptyGrid(Rule):
    """Nothing was surveyed in a unit grid, though all around it was."""

    id, group, severity, field, whole = "K12", "completeness", "hint", "code", True
    family: Checked = "grids"  # type: ignore[misc]
    title = Text("a unit grid without any component", "单元网格内无部件")
    cure = Text("nothing there, or not walked yet", "确无部件，或尚未普查")
    source = "completeness of a census (common practice)"

    def judge(self, m: Material) -> Verdict:
        """Judge the valid grids of communities in which something was surveyed."""
        if m.grids is None or m.cells is None or not len(m.cells):
            return NO_DATA
        codes = m.grids["code"].to_numpy(dtype=object)
        have = set(m.values("grid_code").distinct) | m.located.used
        walked = {g[:12] for g in have}
        end = m.grids["valid_to"] if "valid_to" in m.grids else pd.Series(None, m.grids.index)
        valid = end.isna().to_numpy() & np.array([c[:12] in walked for c in codes], dtype=bool)
        at = np.flatnonzero(valid & np.array([c not in have for c in codes], dtype=bool))
        return Verdict(int(valid.sum()), at, np.full(len(at), "", dtype=object))


class MissingClass(Rule):
    """A grid without what nearly every grid has."""

    id, group, severity, field, whole = "K13", "completeness", "hint", "code", True
    family: Checked = "grids"  # type: ignore[misc]
    title = Text("a common class is missing in the unit grid", "单元网格缺少普遍存在的类别")
    source = "completeness of a census (common practice)"
    tolerance, unit = 0.98, "share of grids that have the class"

    def judge(self, m: Material) -> Verdict:
        """Judge grids with ten components or more."""
        if m.grids is None or not len(m.grids):
            return NO_DATA
        grid, class_ = m.values("grid_code"), m.values("class_code")
        both = grid.given & class_.given
        table = np.zeros((len(grid.distinct), len(class_.distinct)), dtype=bool)
        table[grid.codes[both], class_.codes[both]] = True
        many = np.bincount(grid.codes[both], minlength=len(grid.distinct)) >= 10
        if many.sum() < 20:
            return NO_DATA
        common = np.flatnonzero(table[many].mean(axis=0) >= m.limit(self))
        position = {c: i for i, c in enumerate(m.grids["code"])}
        lacking = [
            (position[g], [class_.distinct[k] for k in common if not table[i, k]])
            for i, g in enumerate(grid.distinct)
            if many[i] and g in position and not table[i, common].all()
        ]
        at = np.array([p for p, _ in lacking], dtype=np.int64)
        found = np.empty(len(lacking), dtype=object)
        found[:] = ["、".join(f"{c} {_name(m, c)}" for c in missing) for _, missing in lacking]
        return Verdict(int(many.sum()) if len(common) else 0, at, found)


class NoMaintainerHere(Rule):
    """A class has its maintaining body recorded in most places, but not here."""

    id, group, severity, field = "K14", "completeness", "hint", "maintaining_code"
    title = Text(
        "no maintaining body, though others of its class have one", "同类部件已填养护单位，此处缺"
    )
    source = _OPTIONAL
    tolerance, unit = 0.9, "share of the class that has one"

    def judge(self, m: Material) -> Verdict:
        """Judge classes where more than the given share has one."""
        body, class_ = m.values("maintaining_code"), values_of(m.values("class_code").text())
        if not body.given.any():
            return NO_DATA
        n = len(class_.distinct)
        total = np.bincount(class_.codes[class_.given], minlength=n)
        have = np.bincount(class_.codes[class_.given & body.given], minlength=n)
        usual = np.append(have / np.maximum(total, 1) >= m.limit(self), False)
        return m.verdict(usual[class_.codes], ~body.given)


def _name(m: Material, code: str) -> str:
    info = m.edition.catalogues["component"].classes.get(code)
    return info.name if info else ""
