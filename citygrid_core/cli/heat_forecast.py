"""`citygrid heat forecast`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, progress_bar, table, workspace_argument, write_options
from citygrid_core.cli.heat_options import date_option, horizon_options
from citygrid_core.cli.language import current, t


@click.command(
    help=t(
        "Forecast each grid's next day, week or month; kept, and scored later.",
        "预测各网格下一天、一周或一月的案件，结果入库并于事后评分。",
    )
)
@workspace_argument
@date_option
@horizon_options
@click.option(
    "--again", is_flag=True, help=t("make a kept forecast anew", "已有预测也重新生成并替换")
)
@write_options
@answer_options
@guarded
def forecast(
    workspace: str, on: str, horizon: str, class_code: str | None, again: bool, dry_run: bool,
    who: str, output: Path | None, overwrite: bool, json_: bool,
) -> None:  # fmt: skip
    """Forecast."""
    from citygrid_core.operations.heat.forecast import heat_forecast
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_forecast(
            ws, on=on, horizon=horizon, class_code=class_code, again=again, who=who,
            dry_run=dry_run, progress=progress_bar(json_),
        )  # fmt: skip
    if not json_:
        _show(report.details.pop("forecasts"))
    shown = ["class_code", "grid_code", "place", "expected", "low", "high", "chance", "usual"]
    hand_out(report, rows, output, overwrite, json_, shown)


def _show(forecasts: list[dict[str, Any]]) -> None:
    """Print each class with its model and what the backtest says of it."""
    head = [
        t("class", "类别"), t("cases", "件数"), t("model", "模型"), "PEI* 1/3/5 %", "PAI 5 %",
        t("hits 5 %", "命中率 5 %"), t("coverage", "区间覆盖率"), t("why", "理由"),
    ]  # fmt: skip
    body = []
    for f in forecasts:
        pei = " / ".join(_known(f[f"pei_{s}"], "{:.2f}") for s in (1, 3, 5))
        body.append(
            [
                f["class_code"] or t("all", "全部"), f["expected"], f["model"], pei,
                _known(f["pai_5"], "{:.1f}"), _known(f["hit_rate_5"], "{:.0%}"),
                _known(f["coverage"], "{:.0%}"), f[f"why_{current()}"],
            ]
        )  # fmt: skip
    table(head, body)


def _known(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
