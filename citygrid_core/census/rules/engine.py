"""The engine: any part of the book over one material, findings and outcomes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import Objects, Rule, Verdict
from citygrid_core.census.rules.material import Material
from citygrid_core.census.rules.registry import rule_book
from citygrid_core.report import Progress, no_progress

_COLUMNS = ("rule", "family", "position", "object_code", "other_code", "found")


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    findings : DataFrame
        rule, family, position (in the frame of the family), object_code, other_code,
        found; ordered by rule and position.
    outcomes : DataFrame
        Indexed by rule: outcome (``clean``, ``findings``, ``no_data``, ``not_run``),
        judged, found.
    """

    findings: pd.DataFrame
    outcomes: pd.DataFrame

    @property
    def clean(self) -> bool:
        """Whether every rule had something to judge and found nothing."""
        return bool((self.outcomes["outcome"] == "clean").all())


def check(
    material: Material, rules: Sequence[Rule] | None = None, *, progress: Progress = no_progress
) -> Checked:
    """Judge a material by rules.

    Parameters
    ----------
    material : Material
    rules : sequence of Rule, optional
        Part of the book; default: all of it. Rules that need the whole city are
        ``not_run`` when only some components are judged.

    Returns
    -------
    Checked
    """
    rules = list(rule_book().values()) if rules is None else rules
    parts: list[pd.DataFrame] = []
    outcomes: dict[str, tuple[str, int, int]] = {}
    for number, rule in enumerate(rules):
        progress(f"{rule.id}", number, len(rules))
        if rule.whole and material.judged is not None:
            outcomes[rule.id] = ("not_run", 0, 0)
            continue
        verdict = rule.judge(material)
        outcomes[rule.id] = (_outcome(verdict), verdict.judged, len(verdict.at))
        if len(verdict.at):
            parts.append(_findings(material, rule, verdict))
    empty: pd.DataFrame = pd.DataFrame({c: [] for c in _COLUMNS}, dtype=object)
    table: pd.DataFrame = pd.DataFrame.from_dict(
        outcomes, orient="index", columns=["outcome", "judged", "found"]
    )
    return Checked(pd.concat(parts, ignore_index=True) if parts else empty, table)


def _outcome(verdict: Verdict) -> str:
    if len(verdict.at):
        return "findings"
    return "clean" if verdict.judged else "no_data"


def _findings(material: Material, rule: Rule, verdict: Verdict) -> pd.DataFrame:
    n = len(verdict.at)
    codes = _codes(material, rule)[verdict.at]
    other = np.full(n, None, dtype=object) if verdict.other is None else verdict.other
    frame: pd.DataFrame = pd.DataFrame(
        {
            "rule": np.full(n, rule.id, dtype=object),
            "family": np.full(n, rule.family, dtype=object),
            "position": verdict.at,
            "object_code": codes,
            "other_code": other,
            "found": verdict.found,
        }
    )
    texts: pd.DataFrame = frame.astype({c: object for c in _COLUMNS if c != "position"})
    return texts


def _codes(material: Material, rule: Rule) -> Objects:
    if rule.family == "components":
        return material.codes
    frame = material.grids if rule.family == "grids" else material.attachments
    assert frame is not None
    codes: Objects = frame["code" if rule.family == "grids" else "attachment"].to_numpy(
        dtype=object
    )
    return codes
