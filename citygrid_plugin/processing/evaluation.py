"""Evaluation as algorithms: a period in areas, the cases behind a number, the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import QgsWkbTypes

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import language
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.given import Given
from citygrid_plugin.processing.layered import AskAlgorithm, Columns
from citygrid_plugin.processing.options import Option, choices_of, table

if TYPE_CHECKING:
    import geopandas as gpd

_PERIOD = Option(
    "PERIOD", Text("Period (2026-10, 2026-W41, 2026-Q4 …)", "统计期（2026-10、2026-W41、2026-Q4……）"),
    optional=False,
)  # fmt: skip
_LEVEL = Option(
    "LEVEL", Text("Areas", "区域级别"), "choice", default=1, optional=False,
    choices={
        **choices_of(CHOICES["area_level"], "county", "street", "community"),
        "grid": Text("unit grid", "单元网格"),
    },
)  # fmt: skip
_POST = Option(
    "POST", Text("Post", "岗位"), "choice", default=0, optional=False, advanced=True,
    choices={
        "collector": Text("collector", "监督员"), "operator": Text("operator", "受理员"),
        "shift_leader": Text("shift leader", "值班长"), "dispatcher": Text("dispatcher", "派遣员"),
    },
)  # fmt: skip
_BY = Option(
    "BY", Text("What is compared", "评价对象"), "choice", default=0, optional=False, choices={
        "area": Text("area", "区域"), "department": Text("department", "部门"),
        "post": Text("post", "岗位"), "class": Text("class", "类别"),
        "source": Text("source", "问题来源"),
    },
)  # fmt: skip
_SCHEME = Option("SCHEME", Text("Scheme (cjt292, jinhua …)", "评价方案（cjt292、jinhua……）"))


class EvaluateAreas(AskAlgorithm):
    """An indicator of areas, as polygons."""

    key = "evaluateareas"
    title = Text("Indicators of areas", "区域评价指标")
    group_key = "cases"
    output = Text("Indicators", "评价指标")
    kind = QgsWkbTypes.Type.MultiPolygon
    columns: ClassVar[Columns] = {
        "code": str, "name": str, "value": float, "numerator": float, "denominator": float,
        "low": float, "high": float, "rank": float, "best_rank": float, "worst_rank": float,
        "adjusted": float, "adjusted_low": float, "adjusted_high": float, "score": float, "grade": str,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {"TOTAL": Text("Value of the whole city", "全市指标值")}
    help = Text(
        "One indicator of a period by county, street, community or unit grid: value, what it is "
        "made of, the 95 % interval of rates, the place and the places between which it may really be, "
        "the rate for the mix of classes, and score and grade by a scheme. No base is empty, not 0.",
        "一个统计期内按区县、街道、社区或单元网格的一项指标：指标值、分子分母、比率的 95% 区间、名次及可能名次、"
        "类别构成校正后的比率，以及评价方案的得分与等级；无基数为空，不为 0。",
    )
    options = (
        _PERIOD,
        _LEVEL,
        Option("INDICATOR",
               Text("Indicator (dispose_on_time_rate …)", "指标代码（dispose_on_time_rate……）"),
               default="dispose_on_time_rate", optional=False),
        _SCHEME,
    )  # fmt: skip

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Evaluate."""
        from citygrid_core.evaluation import TOTAL, at, indicators
        from citygrid_core.evaluation.ranking import rank
        from citygrid_core.operations.evaluation.evaluate import evaluate_city
        from citygrid_core.operations.evaluation.report import name_of

        asked = self.asked(given)
        code, level = asked["indicator"], asked["level"]
        with given.workspace() as workspace:
            done = evaluate_city(
                workspace, asked["period"], level=level, indicators=[code], adjusted=code,
                scheme=asked.get("scheme"),
            )  # fmt: skip
            shapes = (
                workspace.read("grids", columns=["code"]) if level == "grid"
                else workspace.read("areas", where={"level": level}, columns=["code"])
            )  # fmt: skip
        given.warn(done.warnings)
        table = done.table
        for name in ("value", "numerator", "denominator", "low", "high"):
            column = getattr(table, name)[code]
            shapes[name] = column.reindex(shapes["code"]).to_numpy()
        places = rank(table, code, indicators()[code].better or 1)
        parts = [places[["rank", "best_rank", "worst_rank"]]]
        if done.mix is not None:
            mix = done.mix[["value", "low", "high"]]
            parts.append(mix.set_axis(["adjusted", "adjusted_low", "adjusted_high"], axis=1))
        if done.score is not None:
            parts.append(done.score[["score", "grade"]])
        for name in set(self.columns) - set(shapes):
            shapes[name] = None
        for part in parts:
            for name in part:
                shapes[name] = part[name].reindex(shapes["code"]).to_numpy()
        shapes["name"] = [name_of(done, c, language()) for c in shapes["code"]]
        return shapes, {"TOTAL": at(table.value, TOTAL, code)}


class CasesBehind(CommandAlgorithm):
    """The cases that a number counts."""

    key = "casesbehind"
    title = Text("Cases behind an indicator", "指标所计案件")
    group_key = "cases"
    command = ("evaluate",)
    dry_run = False
    help = Text(
        "Lists the cases that an indicator of a period counts, of one group or of all: numerator and "
        "denominator of each add up to the number, and whose deadline it was is said.",
        "列出一个统计期内某项指标所计的案件（一个评价对象或全部）：各件分子、分母之和即该指标；并注明时限出自本市时限还是来源系统。",
    )
    options = (
        _PERIOD,
        Option("INDICATOR", Text("Indicator (dispose_on_time_rate …)", "指标代码（dispose_on_time_rate……）"),
               "text", "--cases", default="dispose_on_time_rate", optional=False),
        _BY,
        _LEVEL,
        _POST,
        Option("GROUP", Text("Code of one group, all when open", "评价对象代码，默认全部")),
        table(Text("Cases", "案件表"), optional=False),
    )  # fmt: skip


class EvaluationReport(CommandAlgorithm):
    """The report of a period."""

    key = "evaluationreport"
    title = Text("Report of an evaluation", "综合评价报告")
    group_key = "cases"
    command = ("evaluate",)
    dry_run = False
    help = Text(
        "Evaluates a period and writes the report: HTML and PDF with charts and map, XLSX with live "
        "formulas, CSV. The same state gives the same bytes.",
        "评价一个统计期并输出报告：HTML、PDF（含图表与地图）、XLSX（公式可重算）、CSV；同一状态输出字节一致。",
    )
    options = (
        _PERIOD,
        _BY,
        _LEVEL,
        _POST,
        _SCHEME,
        Option("ADJUSTED", Text("Rate adjusted for the mix of classes", "按类别构成校正的比率指标"),
               default="dispose_on_time_rate", advanced=True),
        Option("OUTPUT", Text("Report", "评价报告"), "output", "-o", optional=False,
               files="HTML (*.html);;PDF (*.pdf);;XLSX (*.xlsx);;CSV (*.csv)", then=("--overwrite",)),
    )  # fmt: skip


#: In the order of the work.
EVALUATION = (EvaluateAreas, CasesBehind, EvaluationReport)
