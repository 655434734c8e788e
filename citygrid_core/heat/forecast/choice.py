"""Which model is used: by earlier forecasts only, and none that a simple one did better than."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from citygrid_core.errors import Text
from citygrid_core.heat.forecast.models import MODELS, SIMPLE
from citygrid_core.heat.forecast.scores import Scores

#: Fewer scored forecasts or cases than these tell nothing about models.
FEWEST_FORECASTS, FEWEST_CASES = 4, 30
#: What is used unless another has shown more.
USUAL = "blend"
#: Another learned model must be better by this share: smaller differences are mostly chance.
GAIN = 0.05
#: A simple one that was better by more than this share takes over.
WORSE = 0.01


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
        Whether the simple baseline is used, since it did better.
    why : Text
    """

    model: str
    simple: str
    fell_back: bool
    why: Text


def choose(scores: Mapping[str, Scores]) -> Choice:
    """Choose by the mean PEI* at 1, 3 and 5 % of the area over earlier forecasts.

    The average of models is used; another learned one when it was better by 5 %; the best
    simple baseline whenever that was better by more than 1 %.

    Parameters
    ----------
    scores : mapping
        Model to its scores over the same earlier forecasts.
    """
    some = next(iter(scores.values()))
    number, cases = len(some.cases), float(some.cases.sum())
    mark = {name: float(np.nan_to_num(s.efficiency, nan=0.0)) for name, s in scores.items()}
    simple = max(SIMPLE, key=lambda n: mark[n])
    if number < FEWEST_FORECASTS or cases < FEWEST_CASES:
        return Choice(
            USUAL, simple, False,
            Text(
                f"too little to choose by ({number} forecasts, {cases:.0f} cases)",
                f"可供选择的依据不足（{number} 次预测、{cases:.0f} 件）",
            ),
        )  # fmt: skip
    best = USUAL
    for name in mark:
        better = mark[name] > max(mark[best], (1 + GAIN) * mark[USUAL])
        if name not in SIMPLE and better:
            best = name
    if mark[simple] > (1 + WORSE) * mark[best]:
        gain = mark[simple] / mark[best] - 1 if mark[best] > 0 else 1.0
        return Choice(
            simple, simple, True,
            Text(
                f"falls back: PEI* {gain:.1%} above the best model in {number} earlier forecasts",
                f"退回简单方法：此前 {number} 次预测中 PEI* 比最优模型高 {gain:.1%}",
            ),
        )  # fmt: skip
    gain = mark[best] / mark[simple] - 1 if mark[simple] > 0 else 1.0
    return Choice(
        best, simple, False,
        Text(
            f"PEI* {gain:+.1%} to {MODELS[simple].en}, the best simple one, "
            f"in {number} earlier forecasts",
            f"此前 {number} 次预测中 PEI* 较最优简单方法“{MODELS[simple].zh}”{gain:+.1%}",
        ),
    )  # fmt: skip
