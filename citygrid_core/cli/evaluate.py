"""`citygrid evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    progress_bar,
    table,
    workspace_argument,
)
from citygrid_core.cli.language import current, t

if TYPE_CHECKING:
    from citygrid_core.operations.evaluation.evaluate import Evaluation

_SHOWN = (
    "reported", "registered", "closed", "close_rate", "dispose_on_time_rate", "rework_rate",
)  # fmt: skip


@click.command(
    help=t(
        "Evaluate a period: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, or FROM..TO.",
        "综合评价：统计期如 2026-10-05、2026-W41、2026-10、2026-Q4、2026 或 起..止。",
    )
)
@workspace_argument
@click.option("--period", required=True, help=t("the period", "统计期"))
@click.option(
    "--by",
    type=click.Choice(["area", "department", "post", "class", "source"]),
    default="area",
    show_default=True,
    help=t("what is evaluated", "评价对象"),
)
@click.option(
    "--level",
    type=click.Choice(["county", "street", "community", "grid"]),
    default="street",
    show_default=True,
    help=t("level of areas", "区域级别"),
)
@click.option(
    "--post",
    type=click.Choice(["collector", "operator", "shift_leader", "dispatcher"]),
    default="collector",
    show_default=True,
    help=t("which post, with --by post", "岗位（配合 --by post）"),
)
@click.option(
    "--adjusted",
    default="dispose_on_time_rate",
    show_default=True,
    metavar="INDICATOR",
    help=t("rate that is adjusted for the mix of classes", "按类别构成校正的比率指标"),
)
@click.option("--scheme", help=t("cjt292, jinhua, jinniu, nanchang, or your own", "评价方案"))
@output_option(
    t("report: .html, .pdf, .xlsx or .csv", "报告文件：.html、.pdf、.xlsx 或 .csv"), file=True
)
@click.option(
    "--cases",
    "behind",
    metavar="INDICATOR",
    help=t("list the cases that this indicator counts", "列出该指标所计的案件"),
)
@click.option("--group", default="*", metavar="CODE", help=t("of this group only", "仅此评价对象"))
@overwrite_option
@output_options
@guarded
def evaluate(
    workspace: str,
    period: str,
    by: str,
    level: str,
    post: str,
    adjusted: str,
    scheme: str | None,
    output: Path | None,
    behind: str | None,
    group: str,
    overwrite: bool,
    json_: bool,
) -> None:
    """Evaluate."""
    if behind is not None:
        _cases(workspace, period, behind, group, by, level, post, output, overwrite, json_)
    from citygrid_core.operations.evaluation.evaluate import evaluate_city
    from citygrid_core.operations.evaluation.report import write_report
    from citygrid_core.workspace import Workspace

    lang = current()
    with Workspace.open(workspace) as ws:
        done = evaluate_city(
            ws, period, by=by, level=level, post=post, scheme=scheme, adjusted=adjusted,
            progress=progress_bar(json_),
        )  # fmt: skip
        if output is not None:
            write_report(ws, done, output, lang=lang, overwrite=overwrite)
    if json_:
        emit_json(
            {
                "period": done.period.text, "first": str(done.period.first),
                "last": str(done.period.last), "by": by, "level": level, "cases": done.cases,
                "adjusted": adjusted,
                "head": done.head, "warnings": [w.text(lang) for w in done.warnings],
                "output": str(output) if output else None,
                "groups": [_group(done, g) for g in done.table.value.index],
            }
        )  # fmt: skip
        return
    table(*_table(done, adjusted), title=f"{done.city} {done.period.text}")
    for warning in done.warnings:
        click.echo(f"  ! {warning.text(lang)}")
    if output is not None:
        click.echo(t(f"written: {output}", f"已写出：{output}"))


def _group(done: Evaluation, group: str) -> dict[str, Any]:
    """Return what is known of one group, as plain data."""
    from citygrid_core.operations.evaluation.report import name_of

    of, mix, score = done.table, done.mix, done.score
    return {
        "group": group,
        "name": name_of(done, group, current()),
        "score": None if score is None else _known(score.at[group, "score"]),
        "grade": None if score is None else str(score.at[group, "grade"]),
        "indicators": {
            code: {
                "numerator": _known(of.numerator.at[group, code]),
                "denominator": _known(of.denominator.at[group, code]),
                "value": _known(of.value.at[group, code]),
            }
            for code in of.value.columns
        },
        "adjusted": None
        if mix is None or group not in mix.index
        else {c: _known(mix.at[group, c]) for c in mix.columns},
    }


def _table(done: Evaluation, adjusted: str) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the table that people read."""
    from citygrid_core.evaluation import indicators
    from citygrid_core.evaluation.reports import number
    from citygrid_core.operations.evaluation.report import adjusted as adjusted_of
    from citygrid_core.operations.evaluation.report import name_of

    lang, known, values = current(), indicators(), done.table.value
    head = [t("group", "对象"), *(known[c].name.text(lang) for c in _SHOWN)]
    if done.mix is not None:
        rate = known[adjusted].name.text(lang)
        head.append(t(f"{rate}, for its mix", f"校正后{rate}"))
    if done.score is not None:
        head += [t("score", "得分"), t("grade", "等级")]
    body = []
    for g in values.index:
        cells = [name_of(done, g, lang)]
        cells += [number(_float(values.at[g, c]), known[c], lang) for c in _SHOWN]
        if done.mix is not None:
            cells.append(adjusted_of(done, g))
        if done.score is not None:
            cells += [f"{_float(done.score.at[g, 'score']):.1f}", str(done.score.at[g, "grade"])]
        body.append(cells)
    return head, body


def _cases(
    workspace: str,
    period: str,
    indicator: str,
    group: str,
    by: str,
    level: str,
    post: str,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> NoReturn:
    """List the cases behind a number, and leave."""
    from citygrid_core.operations.evaluation.cases import cases_behind
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        found = cases_behind(
            ws, period, indicator, group=group, by=by, level=level, post=post,
            progress=progress_bar(json_),
        )  # fmt: skip
    report = Report("evaluate", read=len(found), unchanged=len(found))
    sums = found[["numerator", "denominator"]].sum().round(6)
    report.details = {"indicator": indicator, "group": group, **sums.to_dict()}
    shown = ["number", "stage", "class_code", "grid_code", "department_code", "reported_at",
             "closed_at", "numerator", "denominator"]  # fmt: skip
    hand_out(report, found, output, overwrite, json_, shown)
    raise AssertionError  # hand_out leaves


def _float(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def _known(value: object) -> float | None:
    number = _float(value)
    return None if number != number else number
