"""Forecasts of heat: made and kept, backtested, and the morning's page."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.options import WHO, Option, table

_DAY = Option("DATE", Text("Day (YYYY-MM-DD)", "日期（YYYY-MM-DD）"), optional=False)
_HORIZON = Option(
    "HORIZON", Text("How far", "预测时长"), "choice", default=0, optional=False,
    choices={"day": Text("a day", "一天"), "week": Text("a week", "一周"),
             "month": Text("30 days", "30 天")},
)  # fmt: skip
_CLASS = Option("CLASS", Text("Class or prefix", "类别代码或前缀"))


class HeatForecast(CommandAlgorithm):
    """`citygrid heat forecast`."""

    key = "heatforecast"
    title = Text("Forecast of cases per grid", "网格案件预测")
    command = ("heat", "forecast")
    group_key = "heat"
    help = Text(
        "Cases that each grid is expected to have from a day on, with intervals and the model's "
        "backtest (PAI, PEI*, hit rate, coverage) beside simple baselines. Only days before are "
        "looked at. The forecast is kept in the workspace and scored later.",
        "预测各网格自某日起的案件数，附区间及与简单方法对比的回测（PAI、PEI*、命中率、覆盖率）；只使用该日"
        "之前的数据。预测结果入库，事后评分。",
    )
    options = (
        _DAY, _HORIZON, _CLASS,
        Option("AGAIN", Text("Make a kept forecast anew", "已有预测也重新生成"), "flag", advanced=True),
        WHO,
        table(Text("Table", "表格")),
    )  # fmt: skip


class HeatBacktest(CommandAlgorithm):
    """`citygrid heat backtest`."""

    key = "heatbacktest"
    title = Text("Backtest of forecasts", "案件预测回测")
    command = ("heat", "backtest")
    group_key = "heat"
    dry_run = False
    help = Text(
        "Forecasts of past days, each made from the days before it only, scored by class and "
        "month beside persistence, means and kernel density.",
        "按当时已知数据重做以往预测，按类别与月份评分，并与沿用上期、均值、核密度对比。",
    )
    options = (
        Option("FROM", Text("First day (YYYY-MM-DD)", "起始日（YYYY-MM-DD）"), optional=False),
        Option("TO", Text("Last day (YYYY-MM-DD)", "截止日（YYYY-MM-DD）"), optional=False),
        _HORIZON, _CLASS,
        table(Text("Table", "表格")),
    )  # fmt: skip


class HeatBrief(CommandAlgorithm):
    """`citygrid heat brief`."""

    key = "heatbrief"
    title = Text("Heat brief of a day", "每日热力简报")
    command = ("heat", "brief")
    group_key = "heat"
    help = Text(
        "One page for the morning: ten grids to watch with when, what, why, how sure and who "
        "answers; unusual rises; yesterday's forecast scored. HTML or PDF.",
        "每日一页：十个重点网格（时段、类别、依据、把握、责任单位）、异常上升、昨日预测评分；HTML 或 PDF。",
    )
    options = (
        _DAY, WHO,
        Option("OUTPUT", Text("Page", "页面"), "output", "-o", optional=False,
               files="HTML (*.html);;PDF (*.pdf)", then=("--overwrite",)),
    )  # fmt: skip


FORECASTS: tuple[type[CitygridAlgorithm], ...] = (HeatForecast, HeatBacktest, HeatBrief)
