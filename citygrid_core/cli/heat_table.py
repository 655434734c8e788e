"""`citygrid heat table`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import (
    base_options,
    grid_options,
    period_option,
    selection_options,
)
from citygrid_core.cli.language import t


@click.command(help=t("Cases and rates of each grid.", "各网格案件数与比率。"))
@workspace_argument
@selection_options
@grid_options
@base_options
@period_option
@answer_options
@guarded
def table(workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any) -> None:
    """Cases and rates of each grid."""
    from citygrid_core.operations.heat.tables import heat_table
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_table(ws, **asked)
    shown = [
        "rank",
        "grid_code",
        "cases",
        "per_hectare",
        "per_hectare_smoothed",
        "weak_share",
        "ratio_before",
        "low_before",
        "high_before",
    ]
    hand_out(report, rows, output, overwrite, json_, shown)
