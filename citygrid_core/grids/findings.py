"""What a check finds: the rule, how bad, which cells, where, how much, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd

from citygrid_core.errors import Problem, Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, how bad a breach is, and what it says."""

    id: str
    severity: Severity
    says: Text


#: Every rule that `check` knows, in the order of its findings.
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("grid.geometry", "error", Text("no polygon", "没有面几何")),
        Rule("grid.ring", "error", Text("invalid ring", "环无效")),
        Rule("grid.multipart", "error", Text("more than one part", "多部件")),
        Rule("grid.overlap", "error", Text("overlap", "重叠")),
        Rule("grid.gap", "error", Text("gap", "缝隙")),
        Rule("grid.edge", "error", Text("edge not shared vertex for vertex", "共用边顶点不一致")),
        Rule("grid.outside", "error", Text("outside its community", "超出所属社区")),
        Rule("grid.community", "error", Text("wrong community", "所属社区不符")),
        Rule("code.form", "error", Text("malformed code", "编码格式错误")),
        Rule("code.community", "error", Text("code of another community", "编码与社区不符")),
        Rule("code.duplicate", "error", Text("duplicate code", "编码重复")),
        Rule("code.order", "warning", Text("sequence out of order", "顺序码次序不符")),
        Rule("grid.sliver", "warning", Text("sliver", "狭长碎片")),
        Rule("grid.area", "warning", Text("area outside the policy", "面积超出策略范围")),
        Rule("building.cut", "error", Text("border cuts a building", "网格边界切割建筑")),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule.

    Attributes
    ----------
    rule : str
        Key of `RULES`.
    severity : str
        ``error`` or ``warning``.
    codes : tuple of str
        The cells concerned (their code, else ``#`` and the row's label).
    place : Point
        Where to look.
    measure : float
        How much; the unit is in the text.
    text : Text
    """

    rule: str
    severity: Severity
    codes: tuple[str, ...]
    place: Any
    measure: float
    text: Text

    def problem(self) -> Problem:
        """Return the finding as a problem for a report."""
        return Problem(self.rule, self.text, RULES[self.rule].says)


def finding(rule: str, codes: Iterable[str], place: Any, measure: float, unit: str = "") -> Finding:
    """Return a finding of `rule`, its words made of the facts."""
    who = tuple(sorted(codes))
    said = RULES[rule].says
    much = f" {measure:.4g} {unit}" if unit else ""
    name = ", ".join(who)
    return Finding(
        rule,
        RULES[rule].severity,
        who,
        place,
        float(measure),
        Text(f"{name}: {said.en}{much}", f"{name}：{said.zh}{much}"),
    )


def as_frame(findings: Iterable[Finding], crs: Any) -> gpd.GeoDataFrame:
    """Return findings as a point layer: rule, severity, codes, measure, text, text_zh."""
    rows = list(findings)
    return gpd.GeoDataFrame(
        {
            "rule": [f.rule for f in rows],
            "severity": [f.severity for f in rows],
            "codes": [",".join(f.codes) for f in rows],
            "measure": [f.measure for f in rows],
            "text": [f.text.en for f in rows],
            "text_zh": [f.text.zh for f in rows],
        },
        geometry=[f.place for f in rows],
        crs=crs,
    )
