"""`citygrid heat hotspots`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import (
    base_options,
    false_share_option,
    grid_options,
    selection_options,
)
from citygrid_core.cli.language import t


@click.command(help=t("Grids that are hot beyond chance.", "显著的热点与冷点网格。"))
@workspace_argument
@selection_options
@grid_options
@base_options
@click.option(
    "--rate", default="per_hectare", show_default=True, help=t("what is judged", "分析指标")
)
@click.option(
    "--inference",
    type=click.Choice(["analytic", "permutation"]),
    default="analytic",
    show_default=True,
    help=t("how p values are found", "显著性推断方式"),
)
@click.option(
    "--permutations",
    type=click.IntRange(99),
    default=999,
    show_default=True,
    help=t("number of permutations", "置换次数"),
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help=t("of the permutations", "随机种子")
)
@false_share_option
@answer_options
@guarded
def hotspots(
    workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any
) -> None:
    """Grids that are hot beyond chance."""
    from citygrid_core.operations.heat.tables import heat_hotspots
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_hotspots(ws, **asked)
    shown = ["grid_code", "cases", asked["rate"], "z", "q", "spot", "cluster", "weak_share"]
    hand_out(report, rows, output, overwrite, json_, shown)
