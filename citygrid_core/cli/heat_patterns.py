"""`citygrid heat patterns`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import false_share_option, grid_options, selection_options
from citygrid_core.cli.language import t


@click.command(help=t("How grids became hot.", "热点演变：新增、加剧、消退等。"))
@workspace_argument
@selection_options
@grid_options
@click.option(
    "--step",
    type=click.Choice(["day", "week", "month"]),
    default="month",
    show_default=True,
    help=t("length of one time", "时间步长"),
)
@false_share_option
@click.option(
    "--false-alarms",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help=t("probability of an alarm without a change", "无变化时误报的概率"),
)
@answer_options
@guarded
def patterns(
    workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any
) -> None:
    """How grids became hot."""
    from citygrid_core.operations.heat.patterns import heat_patterns
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_patterns(ws, **asked)
    shown = ["grid_code", "cases", "spot", "pattern", "z", "tau", "trend_q", "streak", "alarm"]
    hand_out(report, rows, output, overwrite, json_, shown)
