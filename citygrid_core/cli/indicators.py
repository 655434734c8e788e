"""`citygrid indicators list|explain`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.door import emit_json, guarded, output_options, table
from citygrid_core.cli.language import current, t


@click.group(
    help=t("What is evaluated: indicators and their formulas.", "评价指标：名称、公式与依据。")
)
def indicators() -> None:
    """Indicators."""


@indicators.command(
    "list", help=t("List the indicators with their formulas.", "列出评价指标及其公式。")
)
@click.option(
    "--scheme", default="", help=t("only what this scheme scores", "仅列该评价方案计分的指标")
)
@click.option(
    "--kind",
    default="",
    type=click.Choice(["", "count", "rate", "mean", "score", "places"]),
    metavar="count|rate|mean|score|places",
    help=t("only these", "仅列此类"),
)
@output_options
@guarded
def list_(scheme: str, kind: str, json_: bool) -> None:
    """List indicators."""
    from citygrid_core.evaluation.catalogue import KINDS, catalogue

    found = catalogue(scheme=scheme, kind=kind, folder=_folder())
    if json_:
        emit_json({"rows": [_plain(e) for e in found]})
        return
    lang = current()
    head = [t("code", "代码"), t("name", "名称"), t("kind", "类型"), t("formula", "公式"),
            t("version", "版本"), t("source", "依据程度")]  # fmt: skip
    if scheme:
        head.append(t("points", "分值"))
    table(
        head,
        [
            [e.code, e.name.text(lang), KINDS[e.kind].text(lang), e.formula.text(lang), e.version,
             _confidence(e), *([_points(e)] if scheme else [])]
            for e in found
        ],
    )  # fmt: skip


@indicators.command(
    help=t("Say how an indicator is computed, and on whose word.", "说明指标 CODE 的算法与依据。")
)
@click.argument("code")
@output_options
@guarded
def explain(code: str, json_: bool) -> None:
    """Explain an indicator."""
    from citygrid_core.evaluation.catalogue import KINDS, entry

    one, lang = entry(code, _folder()), current()
    if json_:
        emit_json(_plain(one))
        return
    better = {1: t("more", "越高越好"), -1: t("less", "越低越好"), 0: ""}[one.better]
    rows = [
        (t("code", "代码"), one.code), (t("name", "名称"), f"{one.name.zh}  {one.name.en}"),
        (t("kind", "类型"), KINDS[one.kind].text(lang)), (t("unit", "单位"), one.unit.text(lang)),
        (t("formula", "公式"), one.formula.text(lang)),
        (t("numerator", "分子"), one.numerator.text(lang)),
        (t("denominator", "分母"), one.denominator.text(lang)),
        (t("better", "优劣"), better), (t("version", "版本"), one.version),
        (t("in the table", "指标表原文"), one.told), (t("source", "来源"), one.source),
        (t("confidence", "依据程度"), _confidence(one)), (t("scored by", "计分方案"), _points(one)),
    ]  # fmt: skip
    table([t("indicator", "指标"), ""], [[k, v] for k, v in rows if v])


def _folder() -> Path | None:
    own = os.environ.get("CITYGRID_SCHEMES")
    return Path(own) if own else None


def _confidence(one: Any) -> str:
    from citygrid_core.evaluation.reports import CONFIDENCE

    said: str = CONFIDENCE[one.confidence].text(current())
    return said


def _points(one: Any) -> str:
    from citygrid_core.evaluation import OBJECTS

    return "; ".join(
        f"{u.scheme} · {OBJECTS[u.of].text(current())}: {u.weight:g}" for u in one.uses
    )


def _plain(one: Any) -> dict[str, Any]:
    """Return an entry as JSON has it: both languages beside each other."""
    said = asdict(one)
    for name in ("name", "formula", "unit", "numerator", "denominator"):
        text = said.pop(name)
        said |= {f"{name}_en": text.en, f"{name}_zh": text.zh}
    return said
