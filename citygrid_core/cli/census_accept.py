"""`citygrid census accept`: results in, figures and reports out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from citygrid_core.cli.answers import overwrite_option
from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    problems,
    table,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(help=t("Judge a census by its sample.", "录入检查结果，计算并输出验收报告。"))
@workspace_argument
@click.argument("plan")
@click.option("--results", type=_FILE, help=t("the list, filled in", "填好的检查表"))
@click.option("--check-points", type=_FILE, help=t("points measured again", "位置检测点"))
@click.option("--second-survey", type=_FILE, help=t("independent survey", "独立复查数据"))
@click.option("--as-precise", is_flag=True, help=t("checks are no more precise", "同精度检测"))
@click.option(
    "--radius", default=1.0, show_default=True, help=t("same thing within (m)", "同一部件距离")
)
@click.option("--crs", help=t("CRS of the files", "文件坐标系"))
@click.option("--confidence", default=0.95, show_default=True, help=t("of intervals", "置信度"))
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path),
    help=t("report: .html, .pdf, .xlsx", "报告：.html、.pdf、.xlsx"),
)
@click.option("--rejects", type=click.Path(path_type=Path), help=t("rejected rows", "退回行文件"))
@click.option("--at", metavar="DATE", help=t("inspected on, where empty", "检查日期（空缺时）"))
@overwrite_option
@write_options
@output_options
@guarded
def accept(
    workspace: str,
    plan: str,
    results: Path | None,
    check_points: Path | None,
    second_survey: Path | None,
    as_precise: bool,
    radius: float,
    crs: str | None,
    confidence: float,
    outputs: tuple[Path, ...],
    rejects: Path | None,
    at: str | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Judge a census."""
    from citygrid_core.operations.census.acceptance.accept import accept as judge
    from citygrid_core.operations.census.acceptance.report import VERDICTS, write_report
    from citygrid_core.operations.census.acceptance.sample import enter_results
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    found = []
    with Workspace.open(workspace) as ws:
        if results is not None:
            entered = enter_results(
                ws,
                plan,
                results,
                on=today(at, ws.timezone),
                rejects=rejects,
                who=who,
                dry_run=dry_run,
            )
            found = entered.problems
        report, done = judge(
            ws,
            plan,
            check_points=check_points,
            second_survey=second_survey,
            options=SourceOptions(crs=crs),
            as_precise=as_precise,
            radius=radius,
            confidence=confidence,
        )
    for output in outputs:
        write_report(done, output, lang=current(), overwrite=overwrite)
    code = 1 if found or done.verdict != "accepted" else 0
    if json_:
        emit_json(report.as_dict())
        sys.exit(code)
    rate = done.rate
    table(
        [t("plan", "方案"), t("inspected", "检查数"), t("defective", "不合格"), t("rate", "差错率"),
         t("interval", "区间"), t("limit", "限值"), t("verdict", "结论")],
        [[plan, rate.sampled, rate.defects, f"{rate.rate:.2%}", f"{rate.low:.2%} – {rate.high:.2%}",
          f"{done.limit:.2%}", VERDICTS[done.verdict].text(current())]],
    )  # fmt: skip
    problems(found)
    sys.exit(code)
