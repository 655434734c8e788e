"""Which model is used: the one that did best before, and never one that a simple one beat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from citygrid_core.errors import Text
from citygrid_core.heat.forecast.models import MODELS, SIMPLE
from citygrid_core.heat.forecast.scores import Scores

#: Fewer scored forecasts or cases than these tell nothing about models.
FEWEST_FORECASTS, FEWEST_CASES = 4, 30
#: What is used as long as nothing can be told.
PLAIN = "mean"


@dataclass(frozen=True)
class Choice:
    """A model and why.

    Attributes
    ----------
    model : str
        A key of `MODELS`.
    simple : str
        The best simple baseline.
    fell_back : bool
        Whether a simple baseline is used, since no model beat it or nothing can be told.
    why : Text
    """

    model: str
    simple: str
    fell_back: bool
    why: Text


def choose(scores: Mapping[str, Scores]) -> Choice:
    """Choose by the mean PEI* of earlier forecasts; the best simple baseline, unless it is beaten.

    Parameters
    ----------
    scores : mapping
        Model to its scores over the same earlier forecasts.
    """
    any_ = next(iter(scores.values()))
    forecasts, cases = len(any_.cases), float(any_.cases.sum())
    if forecasts < FEWEST_FORECASTS or cases < FEWEST_CASES:
        return Choice(
            PLAIN, PLAIN, True,
            Text(
                f"too little to choose by ({forecasts} forecasts, {cases:.0f} cases): the mean",
                f"可供选择的依据不足（{forecasts} 次预测、{cases:.0f} 件），采用历史均值",
            ),
        )  # fmt: skip
    mark = {name: np.nan_to_num(s.efficiency, nan=0.0) for name, s in scores.items()}
    simple = max(SIMPLE, key=lambda n: mark[n])
    learned = [n for n in mark if n not in SIMPLE]
    best = max(learned, key=lambda n: mark[n]) if learned else simple
    if mark[best] > mark[simple]:
        gain = mark[best] / mark[simple] - 1 if mark[simple] > 0 else float("inf")
        said = f"{gain:.1%}" if np.isfinite(gain) else "–"
        return Choice(
            best, simple, False,
            Text(
                f"best of {forecasts} earlier forecasts: PEI* {said} above {MODELS[simple].en}",
                f"此前 {forecasts} 次预测中最优：PEI* 比“{MODELS[simple].zh}”高 {said}",
            ),
        )  # fmt: skip
    return Choice(
        simple, simple, True,
        Text(
            f"no model beat it in {forecasts} earlier forecasts: the simple one is used",
            f"此前 {forecasts} 次预测中没有模型优于它，退回简单方法",
        ),
    )  # fmt: skip
