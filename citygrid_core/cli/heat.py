"""`citygrid heat ...`: one module for each command, imported when it is called."""

from __future__ import annotations

import click

from citygrid_core.cli.language import t
from citygrid_core.cli.lazy import LazyGroup
from citygrid_core.errors import Text

#: command -> (module of this package, one line of help)
COMMANDS: dict[str, tuple[str, Text]] = {
    "update": (
        "heat_update",
        Text("Bring the counts in step with the cases.", "按案件更新热力计数。"),
    ),
    "table": ("heat_table", Text("Cases and rates of each grid.", "各网格案件数与比率。")),
    "top": ("heat_top", Text("Top lists and what rose.", "排行榜与上升榜。")),
    "hotspots": (
        "heat_hotspots",
        Text("Grids that are hot beyond chance.", "显著的热点与冷点网格。"),
    ),
    "patterns": ("heat_patterns", Text("How grids became hot.", "热点演变：新增、加剧、消退等。")),
    "near-repeat": (
        "heat_near_repeat",
        Text("Does one case bring another, near and soon?", "近重复：一案之后邻近是否再发。"),
    ),
    "surface": (
        "heat_surface",
        Text("Density of cases as a raster, with contours.", "案件密度面与等值线。"),
    ),
    "profile": ("heat_profile", Text("When cases come.", "案件的时间规律。")),
    "forecast": (
        "heat_forecast",
        Text("Forecast each grid's next day, week or month.", "预测各网格的下一天、一周或一月。"),
    ),
    "backtest": (
        "heat_backtest",
        Text("Score past forecasts beside the baselines.", "回测：预测与基准方法评分对比。"),
    ),
    "brief": (
        "heat_brief",
        Text("One page for the morning, HTML or PDF.", "每日热力简报（HTML 或 PDF）。"),
    ),
}


@click.group(
    cls=LazyGroup, commands=COMMANDS, help=t("Heat: counts, rates, patterns.", "案件热力。")
)
def heat() -> None:
    """Heat."""
