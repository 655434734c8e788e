"""`citygrid heat near-repeat`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.heat_options import selection_options
from citygrid_core.cli.language import t


@click.command(help=t("Pairs of cases near and soon (Knox).", "近重复：一案之后邻近再发（Knox）。"))
@workspace_argument
@selection_options
@click.option(
    "--metres", default="50,100,200,400", show_default=True,
    help=t("upper limits of the distances", "距离分段上限（米）"),
)  # fmt: skip
@click.option(
    "--days", default="1,3,7,14", show_default=True,
    help=t("upper limits of the times", "时间分段上限（天）"),
)  # fmt: skip
@click.option(
    "--permutations", type=click.IntRange(99), default=499, show_default=True,
    help=t("number of permutations", "置换次数"),
)  # fmt: skip
@click.option(
    "--seed", type=int, default=0, show_default=True, help=t("of the permutations", "随机种子")
)
@answer_options
@guarded
def near_repeat(
    workspace: str, output: Path | None, overwrite: bool, json_: bool, **asked: Any
) -> None:
    """Pairs of cases near and soon."""
    from citygrid_core.operations.heat.near_repeat import heat_near_repeat
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_near_repeat(ws, **asked)
    shown = ["metres", "days", "pairs", "expected", "ratio", "p", "q"]
    hand_out(report, rows, output, overwrite, json_, shown)
