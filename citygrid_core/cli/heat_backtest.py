"""`citygrid heat backtest`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, progress_bar, workspace_argument
from citygrid_core.cli.heat_options import horizon_options
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Score past forecasts, each made from the days before it only.",
        "回测：按当时已知数据重做预测并评分。",
    )
)
@workspace_argument
@click.option("--from", "from_day", metavar="DATE", required=True, help=t("first day", "起始日"))
@click.option("--to", "to_day", metavar="DATE", required=True, help=t("last day", "截止日"))
@horizon_options
@answer_options
@guarded
def backtest(
    workspace: str, from_day: str, to_day: str, horizon: str, class_code: str | None,
    output: Path | None, overwrite: bool, json_: bool,
) -> None:  # fmt: skip
    """Backtest."""
    from citygrid_core.operations.heat.backtest import heat_backtest
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_backtest(
            ws, from_day=from_day, to_day=to_day, horizon=horizon, class_code=class_code,
            progress=progress_bar(json_),
        )  # fmt: skip
    shown = ["class_code", "month", "model", "forecasts", "cases", "pei_1", "pei_3", "pei_5",
             "pai_5", "hit_rate_5", "log_score", "coverage", "gain", "low", "high"]  # fmt: skip
    hand_out(report, rows, output, overwrite, json_, shown, most=60)
