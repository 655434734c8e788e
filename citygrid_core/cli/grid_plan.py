"""`citygrid grids edit`: several edits that were tried before, stored as one."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import (
    guarded,
    output_options,
    show,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t


@click.command(
    "edit",
    help=t(
        "Carry out PLAN (JSON, as the QGIS plugin writes it) in one transaction; "
        "--dry-run says what it would move.",
        "在一个事务中执行编辑方案 PLAN（JSON，由 QGIS 插件生成）；--dry-run 仅说明影响。",
    ),
)
@workspace_argument
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--target-area",
    type=click.FloatRange(500, 10_000_000),
    default=10_000,
    show_default=True,
    help=t("target area of a cell, m²", "目标面积（平方米）"),
)
@click.option(
    "--accept-cuts",
    is_flag=True,
    help=t("cut buildings as an exception; needs --reason", "作为例外允许切割建筑，须填 --reason"),
)
@click.option(
    "--at",
    metavar="DATE",
    help=t("valid from this day (default: today)", "起始日期（默认今天）"),
)
@click.option("--reason", default="", help=t("recorded with the change", "变更原因"))
@click.option("--document", default="", help=t("document number", "文号"))
@write_options
@output_options
@guarded
def edit(
    workspace: str,
    plan: Path,
    target_area: float,
    accept_cuts: bool,
    at: str | None,
    reason: str,
    document: str,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Carry out a plan."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grid_commit import Cause
    from citygrid_core.operations.grid_plan import Plan, run_plan
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = run_plan(
            ws,
            Plan.load(plan),
            Cause(today(at, ws.timezone), who, reason, document),
            policy=Policy(target_m2=target_area),
            accept_cuts=accept_cuts,
            dry_run=dry_run,
        )
    show(report, json_)
