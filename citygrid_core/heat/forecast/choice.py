"""Which model is used: by earlier forecasts only, and none that a simple one did better than."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from citygrid_core.errors import Text
from citygrid_core.heat.forecast.compare import MARGIN
from citygrid_core.heat.forecast.models import SIMPLE
from citygrid_core.heat.forecast.scores import Scores
from citygrid_core.vocabulary import MODELS

#: Fewer scored forecasts or cases than these tell nothing about models.
FEWEST_FORECASTS, FEWEST_CASES = 4, 30
#: What is used unless another has shown more.
USUAL = "blend"
#: Another takes over that was better by more than `MARGIN`, by so many standard errors
#: more: one-sided 95 %.
SURE = 1.645


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


def choose(scores: Mapping[str, Scores], *, overlap: float = 1.0) -> Choice:
    """Choose by the mean PEI* at 1, 3 and 5 % of the area over earlier forecasts.

    The average of models is used, unless another model (then the one with the greatest
    lead) was better by more than 1 % and by more than chance makes of forecasts that are
    worth the same: with fewer cases a lead says less. Changing over at any lead loses more
    than it gains.

    Parameters
    ----------
    scores : mapping
        Model to its scores over the same earlier forecasts.
    overlap : float
        How many forecasts cover a day: they tell that much less.
    """
    some = scores[USUAL]
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
    leads = {name: _lead(s, some, overlap) for name, s in scores.items() if name != USUAL}
    best = max(leads, key=lambda n: leads[n])
    model = best if leads[best] > 0 else USUAL
    if model in SIMPLE:
        gain = mark[model] / mark[USUAL] - 1 if mark[USUAL] > 0 else 1.0
        return Choice(
            model, simple, True,
            Text(
                f"falls back: PEI* {gain:.1%} above the average of models in {number} earlier "
                "forecasts, beyond chance",
                f"退回简单方法：此前 {number} 次预测中 PEI* 比模型平均高 {gain:.1%}，超出偶然",
            ),
        )  # fmt: skip
    gain = mark[model] / mark[simple] - 1 if mark[simple] > 0 else 1.0
    chance = gain < -MARGIN  # the simple one had a lead, but no sure one
    return Choice(
        model, simple, False,
        Text(
            f"PEI* {gain:+.1%} to {MODELS[simple].en}, the best simple one, "
            f"in {number} earlier forecasts" + (": within chance" if chance else ""),
            f"此前 {number} 次预测中 PEI* 较最优简单方法“{MODELS[simple].zh}”{gain:+.1%}"
            + ("，属偶然范围" if chance else ""),
        ),
    )  # fmt: skip


def _lead(model: Scores, usual: Scores, overlap: float) -> float:
    """Return by how much a model's PEI* is above the usual one's beyond margin and chance; else 0."""
    most = usual.most.sum(axis=0)
    most = np.where(most > 0, most, 1)
    each = ((model.captured - (1 + MARGIN) * usual.captured) / most).mean(axis=1)
    error = np.sqrt(len(each) * overlap) * each.std(ddof=1)
    return max(0.0, float(each.sum())) if each.sum() > SURE * error else 0.0
