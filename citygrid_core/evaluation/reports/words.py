"""What a report says, in both languages, and how it writes numbers."""

from __future__ import annotations

import math

from citygrid_core.errors import Language, Text
from citygrid_core.evaluation.indicators import Indicator

WORDS: dict[str, Text] = {
    "title": Text("Evaluation", "综合评价报告"),
    "scores": Text("Scores", "得分排名"),
    "ranking": Text("Ranking", "排名"),
    "whiskers": Text(
        "The line is the 95 % interval (Wilson): where lines overlap, the order is not certain.",
        "横线为 95% 置信区间（Wilson）：区间重叠者名次先后并不确定。",
    ),
    "map": Text("Map", "评价地图"),
    "groups": Text("By group", "分项评价"),
    "indicators": Text("Indicators of the whole city", "全市指标"),
    "indicator": Text("indicator", "指标"),
    "value": Text("value", "数值"),
    "interval": Text("95 % interval", "95% 区间"),
    "numerator": Text("numerator", "分子"),
    "denominator": Text("denominator", "分母"),
    "formula": Text("formula", "公式"),
    "confidence": Text("source", "依据程度"),
    "basis": Text("Basis", "依据"),
    "score": Text("score", "得分"),
    "grade": Text("grade", "等级"),
    "rank": Text("rank", "名次"),
    "places": Text("possible places", "可能名次"),
    "total": Text("whole city", "全市"),
    "none": Text("no base", "无基数"),
    "legend": Text("score", "得分"),
    "before": Text("last period", "上期"),
    "year_before": Text("a year before", "去年同期"),
    "day": Text("Daily report", "日报"),
    "week": Text("Weekly report", "周报"),
    "month": Text("Monthly report", "月报"),
    "quarter": Text("Quarterly report", "季报"),
    "year": Text("Annual report", "年报"),
    "times": Text("How long it took (hours by the wall clock)", "各环节用时（自然小时）"),
    "stage": Text("stage", "环节"),
    "cases": Text("cases", "件数"),
    "median": Text("median", "中位数"),
    "p90": Text("9 of 10 within", "90% 不超过"),
    "p95": Text("95 % within", "95% 不超过"),
    "longest": Text("longest", "最长"),
    "tail": Text("share of the slowest 5 %", "最慢 5% 占总时长"),
    "adjusted": Text("{rate}, for its mix of classes", "校正后{rate}"),
    "mix_note": Text(
        "For its mix of classes: “{rate}” as it would be if a group had the city's mix of classes "
        "(indirect standardisation), with its 95 % interval.",
        "校正后{rate}：按全市案件类别构成作间接标准化，括号内为 95% 置信区间。",
    ),
    "not_kept": Text("not kept", "未统计"),
    "late": Text(
        "Overdue at the end of the period, the latest first", "期末超期未处置案件（由久到近）"
    ),
    "no_late": Text("No case was overdue.", "期末无超期未处置案件。"),
    "more": Text("and {n} more", "另有 {n} 件"),
    "number": Text("case", "案卷号"),
    "class": Text("class", "类别"),
    "community": Text("community", "社区"),
    "body": Text("department", "承办部门"),
    "due": Text("due", "截止时间"),
    "over": Text("hours over", "已超期（小时）"),
    "bounces_title": Text("Cases sent back", "回退分析"),
    "no_bounces": Text("No case was sent back.", "本期无回退案件。"),
    "bounces_said": Text(
        "{n} returns; {loops} went to a body that had returned the case before.",
        "共回退 {n} 次，其中 {loops} 次再派给曾回退该案的部门（循环派遣）。",
    ),
    "by_pair": Text("from → to", "回退部门 → 改派部门"),
    "by_class": Text("class", "类别"),
    "by_border": Text("stretch of border (unit grids)", "边界段（单元网格）"),
    "bounces": Text("returns", "回退次数"),
    "bounced_cases": Text("cases", "案件数"),
    "loops": Text("loops", "循环"),
    "median_h": Text("median hours", "中位小时"),
    "waits": Text("waits", "待改派"),
    "untold": Text("not told", "未载明"),
    "nowhere": Text("no place", "未定位"),
    "group": Text("group", "评价对象"),
    "low": Text("low (95 %)", "95% 下限"),
    "high": Text("high (95 %)", "95% 上限"),
    "sheet_mix": Text("mix of classes", "类别构成校正"),
    "sheet_times": Text("times", "用时"),
    "sheet_late": Text("overdue", "超期未处置"),
    "sheet_pair": Text("returns by departments", "回退-部门"),
    "sheet_class": Text("returns by class", "回退-类别"),
    "sheet_border": Text("returns by border", "回退-边界"),
}
CONFIDENCE: dict[str, Text] = {
    "sourced": Text("sourced", "有据"),
    "single-source": Text("single source", "单一来源"),
    "inferred": Text("inferred", "推定"),
    "unconfirmed": Text("unconfirmed", "待证"),
}


def number(value: float, indicator: Indicator, lang: Language) -> str:
    """Return a value as a person reads it, with its unit."""
    if math.isnan(value):
        return WORDS["none"].text(lang)
    if indicator.kind == "rate":
        return f"{100 * value:.1f} %"
    if indicator.kind == "mean":
        return f"{value:,.1f} {indicator.unit.text(lang)}"
    return f"{value:,.0f}"


def plain(value: float) -> str:
    """Return a number without more digits than it has."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
