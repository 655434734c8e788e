"""What a check finds: the rule, how bad, which cells, where, how much, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import geopandas as gpd

from citygrid_core.errors import Problem, Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, its number in lists, how bad a breach is, and what it says."""

    id: str
    number: str
    severity: Severity
    says: Text


#: Every rule that `check` knows, in the order of its findings.
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("grid.geometry", "G01", "error", Text("no polygon", "没有面几何")),
        Rule("grid.ring", "G02", "error", Text("invalid ring", "环无效")),
        Rule("grid.multipart", "G03", "error", Text("more than one part", "多部件")),
        Rule("grid.overlap", "G04", "error", Text("overlap", "重叠")),
        Rule("grid.gap", "G05", "error", Text("gap", "缝隙")),
        Rule(
            "grid.edge",
            "G06",
            "error",
            Text("edge not shared vertex for vertex", "共用边顶点不一致"),
        ),
        Rule("grid.outside", "G07", "error", Text("outside its community", "超出所属社区")),
        Rule("grid.community", "G08", "error", Text("wrong community", "所属社区不符")),
        Rule("code.form", "C01", "error", Text("malformed code", "编码格式错误")),
        Rule("code.community", "C02", "error", Text("code of another community", "编码与社区不符")),
        Rule("code.duplicate", "C03", "error", Text("duplicate code", "编码重复")),
        Rule("code.order", "C04", "warning", Text("sequence out of order", "顺序码次序不符")),
        Rule("grid.sliver", "G09", "warning", Text("sliver", "狭长碎片")),
        Rule("grid.area", "G10", "warning", Text("area outside the policy", "面积超出策略范围")),
        Rule("building.cut", "B01", "error", Text("border cuts a building", "网格边界切割建筑")),
        Rule("component.outside", "P01", "error", Text("outside every grid", "不在任何单元网格内")),
        Rule(
            "component.grid",
            "P02",
            "error",
            Text("in another grid than it says", "所属单元网格不符"),
        ),
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

    @property
    def id(self) -> str:
        """The rule's number and a digest of cells and place: the same in every run."""
        at = "" if self.place is None else f"{self.place.x:.3f} {self.place.y:.3f}"
        facts = f"{self.rule}|{','.join(self.codes)}|{at}"
        return f"{RULES[self.rule].number}-{blake2b(facts.encode(), digest_size=4).hexdigest()}"

    def problem(self) -> Problem:
        """Return the finding as a problem for a report."""
        at = "" if self.place is None else f" ({self.place.x:.2f}, {self.place.y:.2f})"
        said = Text(f"{self.text.en}{at}", f"{self.text.zh}{at}")
        never = RULES[self.rule].says
        return Problem(self.rule, said, Text(f"no {never.en}", f"无“{never.zh}”"))


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
    """Return findings as a point layer.

    ``id``, ``rule``, ``number`` (of the rule), ``severity``, ``codes``, ``measure``,
    ``text``, ``text_zh``, ``x``, ``y`` (the place, for tables).
    """
    rows = list(findings)
    return gpd.GeoDataFrame(
        {
            "id": [f.id for f in rows],
            "rule": [f.rule for f in rows],
            "number": [RULES[f.rule].number for f in rows],
            "severity": [f.severity for f in rows],
            "codes": [",".join(f.codes) for f in rows],
            "measure": [f.measure for f in rows],
            "text": [f.text.en for f in rows],
            "text_zh": [f.text.zh for f in rows],
            "x": [round(f.place.x, 3) for f in rows],
            "y": [round(f.place.y, 3) for f in rows],
        },
        geometry=[f.place for f in rows],
        crs=crs,
    )
