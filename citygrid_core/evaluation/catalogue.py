"""All indicators of the table, each with its formula, its source and the schemes that score it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from citygrid_core.errors import Text, UsageError
from citygrid_core.evaluation.composites import COMPOSITES
from citygrid_core.evaluation.formulas import combined, formula
from citygrid_core.evaluation.indicators import indicators
from citygrid_core.evaluation.scheme import Scheme, schemes
from citygrid_core.standards import indicators as indicator_table

#: What an indicator is: a count of cases, a share, a mean with a unit, points of a scheme, places.
KINDS: Mapping[str, Text] = {
    "count": Text("count", "计数"), "rate": Text("rate", "比率"), "mean": Text("mean", "均值"),
    "score": Text("score", "得分"), "places": Text("places", "点位"),
}  # fmt: skip
_THRESHOLD = Text(
    "{weight:g} where {name} ≥ {at:.0%}, {loss:g} less for each % below it",
    "{name} ≥ {at:.0%} 得 {weight:g} 分，每低 1% 减 {loss:g} 分",
)
_PER: Mapping[str, Text] = {"grids": Text(" for each unit grid", "（每单元网格）")}
_NAMES: Mapping[str, str] = {
    "area_score": "score of an area", "area_case_score_1": "points for cases, areas of class 1",
    "area_case_score_2": "points for cases, areas of class 2",
    "dept_score": "score of a department", "dept_case_score": "points for cases, departments",
    "collector_score": "score of a collector", "operator_score": "score of an operator",
    "shift_leader_score": "score of a shift leader", "dispatcher_score": "score of a dispatcher",
    "workload_score": "points for the work done", "grade": "grade",
    "jinniu_score": "score of Jinniu", "jinhua_on_time_points": "points of Jinhua, closed on time",
    "jinhua_close_points": "points of Jinhua, closed", "heat_point": "heat points",
}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """A part of a scheme: of whose score, how many points, and how (`Part.kind`)."""

    scheme: str
    of: str
    weight: float
    kind: str


@dataclass(frozen=True)
class Entry:
    """One indicator as it is listed.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    formula : Text
        How it is computed here; of a count, what it counts.
    told : str
        The formula as the table of the standards has it.
    numerator, denominator : Text
        Of ratios: the counts, with their factors; empty for others.
    counts : dict
        The same for programs: numerator and denominator, each count with its factor.
    uses : tuple of Use
        Where schemes score it.
    """

    code: str
    name: Text
    kind: str
    version: str
    formula: Text
    told: str
    source: str
    confidence: str
    unit: Text = Text("", "")
    post: str = ""
    better: int = 0
    numerator: Text = Text("", "")
    denominator: Text = Text("", "")
    counts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()


def catalogue(*, scheme: str = "", kind: str = "", folder: Path | None = None) -> tuple[Entry, ...]:
    """Return the indicators there are, in the order of the table.

    Parameters
    ----------
    scheme : str, optional
        Only those that this scheme scores.
    kind : str, optional
        One of `KINDS`.
    folder : Path, optional
        Where a city's own schemes are.

    Raises
    ------
    UnknownScheme
    UsageError
        There is no such kind.
    """
    if kind and kind not in KINDS:
        words = ", ".join(KINDS)
        raise UsageError(Text(f"kind {kind!r} is not one of {words}", f"“{kind}”不在 {words} 之中"))
    used = _uses([scheme] if scheme else schemes(folder), folder)
    entries = [_entry(str(code), used.get(str(code), ())) for code in indicator_table().index]
    return tuple(e for e in entries if (not kind or e.kind == kind) and (not scheme or e.uses))


def entry(code: str, folder: Path | None = None) -> Entry:
    """Return one indicator of the `catalogue`.

    Raises
    ------
    UsageError
        There is none of that code.
    """
    table = indicator_table()
    if code not in table.index:
        words = ", ".join(map(str, table.index))
        raise UsageError(
            Text(f"no indicator {code!r}; there are {words}", f"没有指标“{code}”；可用：{words}")
        )
    return _entry(code, _uses(schemes(folder), folder).get(code, ()))


def _uses(names: list[str], folder: Path | None) -> dict[str, tuple[Use, ...]]:
    found: dict[str, tuple[Use, ...]] = {}
    for name in names:
        for of, parts in Scheme.load(name, folder).scores.items():
            for p in parts:
                use = Use(name, of, p.weight, p.kind)
                found[p.indicator] = (*found.get(p.indicator, ()), use)
    return found


def _entry(code: str, uses: tuple[Use, ...]) -> Entry:
    row = indicator_table().loc[code]
    told, source, confidence = (str(row[n]) for n in ("formula", "source", "confidence"))
    known = indicators().get(code)
    if known is not None:
        parts = {"numerator": known.numerator, "denominator": known.denominator}
        above, below = (
            Text(combined(p, "en"), combined(p, "zh")) if known.denominator else Text("", "")
            for p in parts.values()
        )
        return Entry(
            code, known.name, known.kind, known.version,
            Text(formula(known, "en"), formula(known, "zh")), told, source, confidence,
            known.unit, known.post, known.better, above, below, parts, uses,
        )  # fmt: skip
    name = Text(_NAMES[code], str(row["name"]))
    if code == "heat_point":
        said = Text(
            "cases at each longitude and latitude, rounded to 2 decimals",
            "经纬度保留两位小数后各点的案件数",
        )
        return Entry(code, name, "places", "1", said, told, source, confidence, uses=uses)
    return Entry(code, name, "score", "1", _score(code), told, source, confidence,
                 Text("points", "分"), better=1, uses=uses)  # fmt: skip


def _score(code: str) -> Text:
    """Return how the parts of a scheme make a score, or its points the letters of grades."""
    of = COMPOSITES[code]
    scheme = Scheme.load(of.scheme)
    if code == "grade":
        return Text(*(
            "; ".join(f"{g.name} ≥ {g.at:g} ({g.label.text(lang)})" for g in scheme.grades)
            for lang in ("en", "zh")
        ))  # fmt: skip
    said = []
    for lang in ("en", "zh"):
        parts = []
        for p in of.parts:
            name = indicators()[p.indicator].name.text(lang)
            name += _PER[p.per].text(lang) if p.per else ""
            if p.kind == "rest":
                name = f"(1 − {name})"
            elif p.kind == "steps":
                ends = ", ".join(
                    f"≤ {end:g}: {points:g}" if end < 1e300 else f"…: {points:g}"
                    for end, points in p.steps
                )
                name = f"{name} [{ends}] / 100"
            elif p.kind == "threshold":
                parts.append(_THRESHOLD.text(lang).format(
                    weight=p.weight, name=name, at=p.at, loss=p.loss))  # fmt: skip
                continue
            parts.append(f"{p.weight:g} × {name}")
        said.append(" + ".join(parts))
    return Text(*said)
