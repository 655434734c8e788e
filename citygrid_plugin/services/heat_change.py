"""Two periods of the same question: how all cases changed, and which grids surely rose or fell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from citygrid_plugin.i18n import tr
from citygrid_plugin.services.heat_city import Answer, HeatCity


@dataclass(frozen=True)
class Change:
    """What changed.

    Attributes
    ----------
    frame : DataFrame
        By grid code: now, then, ratio of daily rates, low and high of its 95 % interval.
    total : tuple of float
        The same ratio and interval of all cases.
    """

    now: Answer
    then: Answer
    frame: pd.DataFrame
    total: tuple[float, float, float]

    def rises(self, most: int) -> list[tuple[str, ...]]:
        """Return the grids that surely rose, those first whose rise is surely largest."""
        risen = self.frame[self.frame["low"] > 1].sort_values("low", ascending=False)
        return [
            (str(code), f"{row['now']:,.0f}", f"{row['then']:,.0f}", f"× {row['ratio']:.1f}",
             f"{row['low']:.1f} – {row['high']:.1f}" if row["high"] < 1e6 else f"≥ {row['low']:.1f}")
            for code, row in risen.head(most).iterrows()
        ]  # fmt: skip

    def said(self) -> str:
        """Return it in words."""
        ratio, low, high = self.total
        up, down = int((self.frame["low"] > 1).sum()), int((self.frame["high"] < 1).sum())
        a, b = self.now.question.span.name, self.then.question.span.name
        n, m = self.now.tally.total, self.then.tally.total
        times = (
            tr(
                f"per day × {ratio:.2f} ({low:.2f} to {high:.2f})",
                f"日均为 {ratio:.2f} 倍（{low:.2f}–{high:.2f}）",
            )
            if m
            else tr("no ratio without a case then", "对比期无案件，无法计算倍数")
        )
        return tr(
            f"<b>{n:,}</b> cases in {a} against <b>{m:,}</b> in {b}: {times}. {up} grids rose and "
            f"{down} fell, each by its own 95 % interval (of unchanged grids about one in twenty "
            "seems to). Both maps have the same classes.",
            f"{a} 案件 <b>{n:,}</b> 件，{b} <b>{m:,}</b> 件：{times}。上升网格 {up} 个、下降网格 "
            f"{down} 个（各按其 95% 区间判断，未变化的网格约二十分之一也会如此）。两图分级相同。",
        )


def change_of(city: HeatCity, now: Answer, then: Answer) -> Change:
    """Compare two answers to the same question."""
    from citygrid_core.heat import compare

    days = now.question.span.days / then.question.span.days
    found = compare(now.tally.cases, then.tally.cases, days)
    frame = pd.DataFrame(found.to_numpy(), index=city.codes, columns=["ratio", "low", "high"])
    frame.insert(0, "then", then.tally.cases)
    frame.insert(0, "now", now.tally.cases)
    total = compare([now.tally.total], [then.tally.total], days).to_numpy()[0]
    return Change(now, then, frame, (float(total[0]), float(total[1]), float(total[2])))
