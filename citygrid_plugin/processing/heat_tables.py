"""Heat as tables: top lists, near repeats, when cases come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import QgsWkbTypes

from citygrid_core.errors import Text
from citygrid_plugin.i18n import language
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.heat import GRIDS, PERIOD, SEED, SELECTION, AskHeat
from citygrid_plugin.processing.layered import Columns
from citygrid_plugin.processing.options import Option

if TYPE_CHECKING:
    import pandas as pd

    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace


class _Tabled(AskHeat):
    """Asks one operation; its rows become a table without shapes."""

    kind = QgsWkbTypes.Type.NoGeometry

    def shaped(
        self, rows: pd.DataFrame, workspace: Workspace, at: str | None
    ) -> tuple[pd.DataFrame, Any]:
        """Return all rows, and no shapes."""
        return rows, [None] * len(rows)


class HeatTop(_Tabled):
    """`citygrid heat top` as a table."""

    key = "heattop"
    title = Text("Top lists and what rose", "案件排行与上升榜")
    output = Text("Top list", "排行榜")
    options = (
        *SELECTION,
        Option("BY", Text("What is listed", "排行对象"), "choice", default=0, optional=False,
               choices={"grid": Text("unit grid", "单元网格"),
                        "community": Text("community", "社区"),
                        "street": Text("street", "街道"), "county": Text("county", "区县"),
                        "class": Text("class", "类别"), "major": Text("major class", "大类"),
                        "source": Text("source", "问题来源"),
                        "department": Text("handling department", "处置部门")}),
        PERIOD,
        Option("RISERS", Text("What surely rose first (needs a period)", "按可信升幅排序（须给出统计期）"),
               "flag"),
        *GRIDS,
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "rank": int, "object_kind": str, "code": str, "name": str, "cases": int, "share": float,
        "weak_share": float, "cases_before": int, "ratio_before": float, "low_before": float,
        "high_before": float, "cases_year_before": int, "ratio_year_before": float,
        "low_year_before": float, "high_year_before": float,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {"CASES": Text("Cases", "案件数")}
    help = Text(
        "Cases by place, class, source or department, the most first; with a period also the "
        "period before and last year, with ratio and 95 % interval, and on demand what surely "
        "rose first. What is not known is a row of its own.",
        "按网格、区域、类别、来源或部门统计案件并由多到少排列；给出统计期时另列上期与上年同期及其倍数与 "
        "95% 区间，也可按可信升幅排序。不明者单列一行。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """List."""
        from citygrid_core.operations.heat.top import heat_top

        report, frame = heat_top(workspace, **asked, lang=language())
        return report, frame.rename(columns={str(report.details["by"]): "code"})


class HeatNearRepeat(_Tabled):
    """`citygrid heat near-repeat` as a table."""

    key = "heatnearrepeat"
    title = Text("Near repeats (Knox)", "近重复分析（诺克斯检验）")
    output = Text("Near repeats", "近重复")
    options = (
        *SELECTION,
        Option("METRES", Text("Upper limits of distances (m)", "距离分段上限（米）"),
               default="50,100,200,400", optional=False),
        Option("DAYS", Text("Upper limits of times (days)", "时间分段上限（天）"),
               default="1,3,7,14", optional=False),
        Option("PERMUTATIONS", Text("Number of permutations", "置换次数"), "whole", default=499,
               least=99, optional=False, advanced=True),
        SEED,
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "metres": float, "days": float, "pairs": int, "expected": float, "ratio": float,
        "p": float, "q": float,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {
        "CASES": Text("Cases", "案件数"),
        "SIGNIFICANT": Text(
            "Bands with more pairs than chance (q ≤ 5 %)", "显著的分段数（q ≤ 5%）"
        ),
    }
    help = Text(
        "Does one case bring another, near and soon? Pairs of cases by distance and time, against "
        "the same cases with their times dealt out anew (Knox). ratio: how many times as many "
        "pairs as chance gives; q: p after false discovery control over the table. Second reports "
        "of the same problem are left out.",
        "一案之后邻近处是否很快再发？按距离与时间分段统计案件对数，与时间随机重排的结果比较（诺克斯检验）。"
        "比值为偶然对数的倍数，q 为全表错误发现率校正后的 p；同一问题的重复上报不计。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Count pairs."""
        from citygrid_core.operations.heat.near_repeat import heat_near_repeat

        return heat_near_repeat(workspace, **asked)


class HeatProfile(_Tabled):
    """`citygrid heat profile` as a table."""

    key = "heatprofile"
    title = Text("When cases come", "案件时间规律")
    output = Text("Profile", "时间规律")
    options = (
        *SELECTION,
        Option("BY", Text("By", "统计方式"), "choice", default=0, optional=False,
               choices={"hour": Text("hour and weekday", "小时与星期"),
                        "month": Text("month", "月份"),
                        "holiday": Text("workday, weekend, holiday", "工作日、周末与节假日")}),
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "time": str, "weekday": int, "hour": int, "cases": int, "days": int, "per_day": float,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {"CASES": Text("Cases", "案件数")}
    help = Text(
        "Cases by hour and weekday, by month, or by kind of day (the official calendar), with the "
        "number of such days and cases per day.",
        "按小时与星期、月份或日期类型（依国务院节假日安排）统计案件，并给出相应天数与日均案件数。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Count."""
        from citygrid_core.operations.heat.tables import heat_profile

        report, frame = heat_profile(workspace, **asked)
        by = str(report.details["by"])
        return report, frame.assign(time=None if by == "hour" else frame[by].astype(str))


TABLES: tuple[type[CitygridAlgorithm], ...] = (HeatTop, HeatNearRepeat, HeatProfile)
