"""`citygrid grids edit`: several edits that were tried before, stored as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.door import (
    guarded,
    output_options,
    show,
    workspace_argument,
)
from citygrid_core.cli.grid_options import area_option, cause_of, edit_options
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
@area_option
@click.option(
    "--accept-cuts",
    is_flag=True,
    help=t("cut buildings as an exception; needs --reason", "作为例外允许切割建筑，须填 --reason"),
)
@edit_options
@output_options
@guarded
def edit(
    workspace: str,
    plan: Path,
    target_area: float,
    accept_cuts: bool,
    dry_run: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Carry out a plan."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grids.plan import Plan, run_plan
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = run_plan(
            ws,
            Plan.load(plan),
            cause_of(said, ws.timezone),
            policy=Policy(target_m2=target_area),
            accept_cuts=accept_cuts,
            dry_run=dry_run,
        )
    show(report, json_)
