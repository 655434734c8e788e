"""`citygrid heat top`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import grid_options, period_option, selection_options
from citygrid_core.cli.language import current, t

_LISTS = ["grid", "community", "street", "county", "class", "major", "source", "department"]


@click.command(help=t("Top lists: where, what, from whom; and what rose.", "排行榜与上升榜。"))
@workspace_argument
@selection_options
@grid_options
@click.option(
    "--by", type=click.Choice(_LISTS), default="grid", show_default=True,
    help=t("what is listed", "排行对象"),
)  # fmt: skip
@period_option
@click.option("--risers", is_flag=True, help=t("what surely rose first", "按可信升幅排序"))
@answer_options
@guarded
def top(workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any) -> None:
    """Top lists."""
    from citygrid_core.operations.heat.top import heat_top
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_top(ws, **asked, lang=current())
    shown = ["rank", asked["by"], "name", "cases", "share", "cases_before", "ratio_before",
             "low_before", "high_before", "ratio_year_before"]  # fmt: skip
    hand_out(report, rows, output, overwrite, json_, shown)
