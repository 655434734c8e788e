"""Counts of cases, and the forecasts that were made of them."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import Family, column

HEAT_COUNTS = Family(
    "heat_counts",
    Text("heat counts", "热力计数"),
    {"NONE": "heat_counts"},
    "grid_code",
    (
        column(
            "grid_code", "text", "单元网格标识码（未定位为空）", "grid code (empty: not located)"
        ),
        column("object_kind", "text", "对象", "object kind", "object_kind", required=True),
        column("class_code", "text", "类别代码", "class code", required=True),
        column("source", "text", "问题来源", "source", "case_source", required=True),
        column("day", "date", "日期", "day", required=True),
        column("hour", "integer", "小时（-1：仅有日期）", "hour (-1: only a date is known)"),
        column("cases", "integer", "案件数", "cases", required=True),
        column("weak", "integer", "弱定位案件数", "weakly located cases"),
    ),
    history=False,
    unique=("grid_code", "object_kind", "class_code", "source", "day", "hour"),
    derived=True,
)

_FORECAST = (
    column("day", "date", "预测首日", "first day", required=True),
    column("horizon", "text", "预测时长", "horizon", "forecast_horizon", required=True),
    column("object_kind", "text", "对象（全部为空）", "object kind (empty: all)", "object_kind"),
    column(
        "class_code", "text", "类别代码（全部为空，other 为其余）",
        "class code (empty: all; other: the rest)",
    ),
)  # fmt: skip
_SCORED = tuple(
    column(f"{name}_{share}", "real", f"{zh}（面积 {share}%）", f"{en}, {share} % of the area")
    for name, zh, en in (
        ("hit_rate", "命中率", "hit rate"), ("pai", "预测准确指数 PAI", "PAI"),
        ("pei", "预测效率指数 PEI*", "PEI*"),
    )
    for share in (1, 3, 5)
)  # fmt: skip
#: One forecast of one class: which model, why, and what its backtest says.
HEAT_FORECASTS = Family(
    "heat_forecasts",
    Text("forecasts", "热力预测"),
    {"NONE": "heat_forecasts"},
    "day",
    (
        *_FORECAST,
        column("model", "text", "模型", "model", "forecast_model", required=True),
        column("simple", "text", "最优简单方法", "best simple baseline", "forecast_model"),
        column("fell_back", "boolean", "退回简单方法", "fell back to a simple one", required=True),
        column("why_zh", "text", "理由", "why (Chinese)"),
        column("why_en", "text", "理由（英文）", "why"),
        column("expected", "real", "预测案件数", "cases expected", required=True),
        column("level", "real", "区间水平", "level of the intervals", required=True),
        column("known_from", "date", "所用数据起始日", "first day of the data", required=True),
        column("known_to", "date", "所用数据截止日", "last day of the data", required=True),
        column("known_cases", "integer", "所用案件数", "cases known then", required=True),
        column("forecasts", "integer", "回测次数", "earlier forecasts scored", required=True),
        column("scored_cases", "integer", "回测案件数", "cases in them", required=True),
        *_SCORED,
        column("log_score", "real", "对数评分", "log score"),
        column("coverage", "real", "区间覆盖率", "coverage of the intervals"),
        column(
            "busy_coverage", "real", "繁忙网格区间覆盖率", "coverage where 1 or more are expected"
        ),
        column("backtest", "text", "各模型回测（JSON）", "backtest of all models (JSON)"),
    ),
    history=False,
    unique=("day", "horizon", "object_kind", "class_code"),
    derived=True,
)
#: What is expected in each grid.
HEAT_EXPECTED = Family(
    "heat_expected",
    Text("forecast of each grid", "网格热力预测"),
    {"NONE": "heat_expected"},
    "grid_code",
    (
        *_FORECAST,
        column("grid_code", "text", "单元网格标识码", "grid code", required=True),
        column("place", "integer", "名次", "rank by cases expected", required=True),
        column("expected", "real", "预测案件数", "cases expected", required=True),
        column("low", "integer", "区间下限", "interval from", required=True),
        column("high", "integer", "区间上限", "interval to", required=True),
        column("chance", "real", "发生概率", "probability of a case", required=True),
        column("usual", "real", "常年同长时段均值", "usual in as many days", required=True),
    ),
    history=False,
    unique=("day", "horizon", "object_kind", "class_code", "grid_code"),
    derived=True,
)
