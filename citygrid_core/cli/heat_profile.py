"""`citygrid heat profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import selection_options
from citygrid_core.cli.language import t


@click.command(help=t("When cases come.", "案件的时间规律。"))
@workspace_argument
@selection_options
@click.option(
    "--by",
    type=click.Choice(["hour", "month", "holiday"]),
    default="hour",
    show_default=True,
    help=t("hour × weekday, month, kind of day", "小时×星期、月份、工作日与节假日"),
)
@answer_options
@guarded
def profile(
    workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any
) -> None:
    """When cases come."""
    from citygrid_core.operations.heat.tables import heat_profile
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_profile(ws, **asked)
    shown = [
        *(["weekday"] if asked["by"] == "hour" else []),
        asked["by"],
        "cases",
        "days",
        "per_day",
    ]
    hand_out(report, rows, output, overwrite, json_, shown)
