"""Every indicator is listed with its formula, and the formula is the one that is computed."""

from __future__ import annotations

import json
import re

import pytest

from citygrid_core.errors import UsageError
from citygrid_core.evaluation import COMPOSITES, UnknownScheme, indicators
from citygrid_core.evaluation.catalogue import KINDS, catalogue, entry
from citygrid_core.evaluation.formulas import count_name
from citygrid_core.standards import indicators as indicator_table
from tests.core.cli.test_cli import citygrid

EVERY = catalogue()


def test_all_of_the_table_are_there_in_both_languages() -> None:
    assert [e.code for e in EVERY] == list(indicator_table().index)
    assert len(EVERY) == 96
    for e in EVERY:
        for said in (e.name, e.formula):
            assert said.en, e.code
            assert said.zh, e.code
            assert not re.search("[\u4e00-\u9fff]", said.en), e.code
        assert (e.version, e.kind in KINDS, e.source != "") != ("", True, True), e.code
    assert {e.kind for e in EVERY} == set(KINDS)


def test_the_formula_is_read_back_as_what_is_computed() -> None:
    """In both languages: names of counts and signs, taken apart again, are the counts and factors."""
    ratios = [e for e in EVERY if e.kind in ("rate", "mean")]
    assert len(ratios) == sum(bool(i.denominator) for i in indicators().values())
    for e in ratios:
        one = indicators()[e.code]
        for lang in ("en", "zh"):
            names = {count_name(c, lang): c for c in one.counts}
            assert len(names) == len(set(one.counts)), e.code
            above, below = e.formula.text(lang).rsplit(" / ", 1)
            for text, part, factors in (
                (above, e.numerator, one.numerator), (below, e.denominator, one.denominator),
            ):  # fmt: skip
                text = text.removeprefix("(").removesuffix(")") if len(factors) > 1 else text
                assert text == part.text(lang)
                found = {}
                for term in re.split(r" (?=[+−] )", text):
                    sign, name = (term[0], term[2:]) if term[:2] in ("+ ", "− ") else ("+", term)
                    name, _, times = name.partition(" × ")
                    found[names[name]] = float(times or 1) * (-1 if sign == "−" else 1)
                assert found == dict(factors), e.code
    assert entry("close_rate_excl_deferred").formula.zh == "结案数 / (应结案数 − 到期缓办数)"


def test_a_score_says_its_parts() -> None:
    for code, of in COMPOSITES.items():
        said = entry(code).formula.zh
        if code != "grade":
            for part in of.parts:
                assert indicators()[part.indicator].name.zh in said
                assert f"{part.weight:g}" in said
    assert entry("grade").formula.zh.startswith("A ≥ 90 (优); B ≥ 75 (良)")


def test_a_scheme_has_what_it_scores() -> None:
    found = {e.code: [(u.of, u.weight) for u in e.uses] for e in catalogue(scheme="jinniu")}
    assert ("area", 30.0) in found["dispose_rate"]
    assert sum(w for uses in found.values() for of, w in uses if of == "area") == 100
    assert "register_rate" not in found
    assert [e.code for e in catalogue(kind="places")] == ["heat_point"]
    for wrong in ({"scheme": "nowhere"}, {"kind": "joke"}):
        with pytest.raises((UnknownScheme, UsageError)):
            catalogue(**wrong)


def test_the_command() -> None:
    rows = json.loads(citygrid("indicators", "list", "--kind", "rate", "--json").stdout)["rows"]
    assert len(rows) == sum(i.kind == "rate" for i in indicators().values())
    one = next(r for r in rows if r["code"] == "close_rate_excl_deferred")
    assert one["counts"]["denominator"] == {"close_required": 1.0, "deferred_due": -1.0}
    assert (one["name_zh"], one["confidence"]) == ("结案率(缓办口径)", "single-source")
    assert one["told"] == "结案数 / (应结案数 - 缓办数) x 100%"
    listed = citygrid("--lang", "zh", "indicators", "list", "--scheme", "jinhua").stdout
    assert "部门: 50" in listed
    said = citygrid("--lang", "zh", "indicators", "explain", "dept_score").stdout
    assert "[≤ 50: 100" in said
    assert citygrid("indicators", "explain", "nothing").returncode == 2
