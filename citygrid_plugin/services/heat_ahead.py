"""The forecast of a grid, when one was made and kept: what, how sure, and how good such forecasts were."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.trend_plot import Ahead
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.services.card import Line, Section
from citygrid_plugin.services.periods import Span, spans

if TYPE_CHECKING:
    import pandas as pd

    from citygrid_core.workspace import Workspace

_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class Forecast:
    """One forecast of one grid, and that of its class: rows of the store."""

    grid: Any
    made: Any

    @property
    def days(self) -> Span:
        """The days that are forecast."""
        first = str(self.grid.day)[:10]
        last = dt.date.fromisoformat(first) + dt.timedelta(_DAYS[str(self.grid.horizon)] - 1)
        return Span("own", first, last.isoformat())

    def ahead(self, step: str) -> Ahead | None:
        """Return what a plot of times of this length shows; None when lengths differ."""
        if str(self.grid.horizon) != step:
            return None
        g = self.grid
        return Ahead(self.days.first[5:], float(g.expected), float(g.low), float(g.high))

    def line(self) -> Line:
        """Return it in words; the model and its backtest stand behind."""
        g, made, days = self.grid, self.made, self.days
        horizon = shown(CHOICES["forecast_horizon"][str(g.horizon)])
        value = tr(
            f"{g.expected:.1f} expected ({g.low} to {g.high}), usual {g.usual:.1f}; "
            f"a case with {g.chance:.0%}; rank {g.place}",
            f"预计 {g.expected:.1f} 件（{g.low}–{g.high}），常年 {g.usual:.1f} 件；"
            f"发生概率 {g.chance:.0%}；第 {g.place} 位",
        )
        details = [days.name]
        if made is not None:
            model = shown(CHOICES["forecast_model"][str(made.model)])
            why = made.why_zh if language() == "zh" else made.why_en
            details.append(
                tr(f"Model: {model}. {why or ''}", f"模型：{model}。{why or ''}").strip()
            )
            details.append(_scored(made))
        return Line(horizon, value, tuple(d for d in details if d))


def _scored(made: Any) -> str:
    """Return how good earlier forecasts of this kind were."""
    hit, covered = made.hit_rate_5, made.coverage
    if hit is None or hit != hit:
        return tr("Not scored: too few cases.", "案件过少，未能回测。")
    said = tr(
        f"Backtest of {made.forecasts} forecasts: the best 5 % of the area held {hit:.0%} of the "
        "cases",
        f"回测 {made.forecasts} 次：面积前 5% 的网格命中 {hit:.0%} 的案件",
    )
    if covered is not None and covered == covered:
        said += tr(
            f"; the {made.level:.0%} intervals held {covered:.0%}.",
            f"；{made.level:.0%} 区间覆盖率 {covered:.0%}。",
        )
    return said


def forecasts_of(workspace: Workspace, code: str, class_code: str = "") -> list[Forecast]:
    """Return the latest kept forecast of a grid for each horizon.

    Parameters
    ----------
    class_code : str
        The class asked; where it has no forecast of its own, that of all cases is returned.
    """
    expected = workspace.read("heat_expected", where={"grid_code": code})
    if expected.empty:
        return []
    of_class = expected["class_code"].fillna("")
    mine = expected[of_class == class_code]
    if mine.empty:
        mine = expected[of_class == ""]
    made = workspace.read("heat_forecasts")
    made = made.assign(class_code=made["class_code"].fillna(""))
    found = []
    for horizon in _DAYS:
        rows = mine[mine["horizon"] == horizon].sort_values("day")
        if rows.empty:
            continue
        row = next(rows.iloc[[-1]].fillna({"class_code": ""}).itertuples())
        found.append(Forecast(row, _made(made, row)))
    return found


def _made(made: pd.DataFrame, row: Any) -> Any:
    same = made[
        (made["day"].astype(str) == str(row.day))
        & (made["horizon"] == row.horizon)
        & (made["class_code"] == row.class_code)
    ]
    return next(same.itertuples(), None)


def section_of(forecasts: list[Forecast]) -> Section:
    """Return the section of a card."""
    return Section(tr("Forecast", "预测"), tuple(one.line() for one in forecasts))


def next_of(forecasts: list[Forecast], step: str, last: str) -> Ahead | None:
    """Return what follows the last time of a plot, if that is what was forecast."""
    following = spans(step, last, last)[0].last
    after = (dt.date.fromisoformat(following) + dt.timedelta(1)).isoformat()
    for one in forecasts:
        if one.days.first == after:
            ahead = one.ahead(step)
            if ahead is not None:
                return ahead
    return None
