"""Indicators of groups: numerators and denominators are added up, then divided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.evaluation.facts import COUNTS, Facts, Floats, count
from citygrid_core.evaluation.indicators import Indicator, indicators
from citygrid_core.evaluation.intervals import wilson

TOTAL = "*"


@dataclass(frozen=True)
class Table:
    """Indicators by group.

    Attributes
    ----------
    numerator, denominator, value : DataFrame
        Groups by indicators, and a last row `TOTAL` over all cases. The value is NaN
        where there is no base (0/0) or a city does not keep what is asked; a rate is a
        share of 1. Counts have a denominator of 1.
    low, high : DataFrame
        95 % interval of rates (Wilson); NaN for others.
    """

    numerator: pd.DataFrame
    denominator: pd.DataFrame
    value: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


class UnknownIndicator(UsageError):
    """No indicator has that code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            Text(
                f"no indicator {code!r}; there are {', '.join(indicators())}",
                f"没有指标“{code}”；可用：{'、'.join(indicators())}",
            )
        )


def evaluate(facts: Facts, groups: pd.Series | None, wanted: Iterable[str] | None = None) -> Table:
    """Compute indicators of groups of cases.

    Parameters
    ----------
    facts : Facts
    groups : Series
        The group of each case (area, department, class, source...), in the order of the
        facts; empty cases count in the total only. None: only the total.
    wanted : iterable of str, optional
        Codes of `indicators`; default all.

    Returns
    -------
    Table

    Raises
    ------
    UnknownIndicator
    """
    known = indicators()
    codes = list(wanted) if wanted is not None else list(known)
    for code in codes:
        if code not in known:
            raise UnknownIndicator(code)
    chosen = [known[c] for c in codes]
    names = sorted({n for i in chosen for n in i.counts})
    sums = add_up(facts, groups, names)
    return divide(sums, chosen)


def add_up(facts: Facts, groups: pd.Series | None, names: list[str] | None = None) -> pd.DataFrame:
    """Return elementary counts added up by group.

    Parameters
    ----------
    names : list of str, optional
        Keys of `facts.COUNTS`; default all.

    Returns
    -------
    DataFrame
        Groups in order of their names, then `TOTAL`; a column for each count.
    """
    per_case = count(facts, names or list(COUNTS))
    if groups is None:
        codes, labels = np.full(len(facts.table), -1), np.array([], dtype=object)
    else:
        said = np.array(groups, dtype=object)
        said[pd.isna(said) | (said == "")] = None
        codes, labels = pd.factorize(said, sort=True)
    known = codes >= 0
    out = {}
    for name, values in per_case.items():
        sums = np.bincount(codes[known], weights=values[known], minlength=len(labels))
        out[name] = np.append(sums, values.sum())
    index = pd.Index([*map(str, labels), TOTAL], name="group", dtype=object)
    table: pd.DataFrame = pd.DataFrame(out, index=index)
    return table


def divide(sums: pd.DataFrame, chosen: Iterable[Indicator]) -> Table:
    """Return indicators from elementary counts by group."""
    above, below, value, low, high = {}, {}, {}, {}, {}
    for i in chosen:
        top = _combined(sums, i.numerator)
        bottom = _combined(sums, i.denominator) if i.denominator else np.ones(len(sums))
        above[i.code], below[i.code] = top, bottom
        with np.errstate(invalid="ignore", divide="ignore"):
            value[i.code] = np.where(bottom > 0, top / bottom, np.nan)
        ends = (np.full(len(sums), np.nan),) * 2
        low[i.code], high[i.code] = wilson(top, bottom) if i.kind == "rate" else ends
    frames = [pd.DataFrame(f, index=sums.index) for f in (above, below, value, low, high)]
    return Table(*frames)


def at(frame: pd.DataFrame, group: str, column: str) -> float:
    """Return one number of a table."""
    value: Any = frame.at[group, column]
    return float(value)


def _combined(sums: pd.DataFrame, factors: object) -> Floats:
    total = np.zeros(len(sums))
    for name, factor in dict(factors).items():  # type: ignore[call-overload]
        total = total + factor * sums[name].to_numpy(dtype=float)
    return total
