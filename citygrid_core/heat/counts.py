"""Counting cases, and keeping the counts right as cases come, change and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.keys import encode, group

#: The key of the store's ``heat_counts``.
HEAT_KEYS = ("grid_code", "object_kind", "class_code", "source", "day", "hour")
#: Below this probability of being in the right grid a case is weakly located.
WEAK_BELOW = 0.8


def count(
    cases: pd.DataFrame,
    *,
    by: Sequence[str] = HEAT_KEYS,
    weak_below: float = WEAK_BELOW,
    compact: bool = False,
) -> pd.DataFrame:
    """Count cases; void ones are left out, all others are in exactly one row.

    Parameters
    ----------
    cases : DataFrame
        Columns of the store's ``cases``; needed are those in `by` (``day``,
        ``week``, ``month``, ``weekday`` and ``hour`` are read off
        ``reported_at``, text or datetime, the wall clock of the city).
        ``stage``, ``location_probability`` and ``location_method`` are used
        when they are there.
    by : sequence of str
        The key of the counts.
    weak_below : float
        A case is weak when its ``location_probability`` is below this, when it
        was geocoded and no probability is known, or when it was not located.
    compact : bool
        Key columns as categories: for millions of rows, where writing out their
        texts takes longer than counting.

    Returns
    -------
    DataFrame
        The columns of `by`, ``cases`` and ``weak`` (number of weak cases),
        sorted by key. A case without a grid has grid_code "". Days are ISO
        text, weeks the ISO text of their Monday, weekdays 1 (Monday) to 7,
        hour -1 where only a date is known.

    Raises
    ------
    HeatInputError
        A column is missing, or a case has no usable time.
    """
    void = which_void(cases)
    weak = which_weak(cases, weak_below)
    groups = group([encode(cases, name).sorted() for name in by], len(cases))
    number = np.bincount(groups.codes, minlength=groups.number)
    if void is not None:
        number -= np.bincount(np.compress(void, groups.codes), minlength=groups.number)
        weak = None if weak is None else weak & ~void
    occurring = np.flatnonzero(number)
    columns: dict[str, Any] = {
        name: key.column(compact=compact)
        for name, key in zip(by, groups.members(occurring), strict=True)
    }
    columns["cases"] = number[occurring].astype(np.int64)
    if weak is None:
        columns["weak"] = np.zeros(len(occurring), dtype=np.int64)
    else:
        loose = np.bincount(np.compress(weak, groups.codes), minlength=groups.number)
        columns["weak"] = loose[occurring].astype(np.int64)
    frame: pd.DataFrame = pd.DataFrame(columns, copy=False)
    return frame


def delta(old_counts: pd.DataFrame, new_counts: pd.DataFrame) -> pd.DataFrame:
    """Return what must be added to `old_counts` to get `new_counts`.

    For an incremental update, count only the cases that changed, as they were
    and as they are: ``add(stored, delta(count(before), count(after)))`` equals
    a recount of all cases. New cases have no *before*, voided ones no *after*.

    Returns
    -------
    DataFrame
        The key columns and the signed ``cases`` and ``weak``; no zero rows.
    """
    gone = old_counts.assign(cases=-old_counts["cases"], weak=-old_counts["weak"])
    return _sum([new_counts, gone])


def add(counts: pd.DataFrame, *deltas: pd.DataFrame) -> pd.DataFrame:
    """Return `counts` with differences applied, sorted by key, without zero rows.

    Raises
    ------
    HeatInputError
        A count would become negative: `counts` does not hold what is taken away.
    """
    frame = _sum([counts, *deltas])
    bad = (frame["cases"] < 0) | (frame["weak"] < 0) | (frame["weak"] > frame["cases"])
    if bad.any():
        first = frame[bad].iloc[0]
        raise HeatInputError.negative(int(bad.sum()), " ".join(str(v) for v in first.tolist()))
    return frame


def _sum(parts: list[pd.DataFrame]) -> pd.DataFrame:
    keys = [c for c in parts[0].columns if c not in ("cases", "weak")]
    for part in parts:
        missing = [c for c in [*keys, "cases", "weak"] if c not in part.columns]
        if missing:
            raise HeatInputError.missing(Text("the counts", "计数"), missing)
    filled = [p[[*keys, "cases", "weak"]] for p in parts if len(p)]
    if not filled:
        none: pd.DataFrame = parts[0].iloc[:0].reset_index(drop=True)
        return none
    frame = pd.concat(filled, ignore_index=True)
    summed: pd.DataFrame = frame.groupby(keys, sort=True, dropna=False, observed=True)[
        ["cases", "weak"]
    ].sum()
    summed = summed[(summed["cases"] != 0) | (summed["weak"] != 0)].reset_index()
    return summed


def which_void(cases: pd.DataFrame) -> npt.NDArray[np.bool_] | None:
    """Return which cases don't count; None when all do."""
    if "stage" not in cases.columns:
        return None
    void = _is(cases["stage"], "void")
    return void if void.any() else None


def which_weak(cases: pd.DataFrame, weak_below: float) -> npt.NDArray[np.bool_] | None:
    """Return which cases are in no sure place; None when nothing tells."""
    weak: npt.NDArray[np.bool_] | None = None
    probability = None
    if "location_probability" in cases.columns:
        probability = pd.to_numeric(cases["location_probability"]).to_numpy(dtype=np.float64)
        weak = probability < weak_below
    if "location_method" in cases.columns:
        loose = _is(cases["location_method"], "geocoded")
        if probability is not None:
            loose &= np.isnan(probability)
        loose |= _is(cases["location_method"], "none")
        weak = loose if weak is None else weak | loose
    return weak


def _is(column: pd.Series[Any], value: str) -> npt.NDArray[np.bool_]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        code = np.flatnonzero(np.asarray(column.cat.categories, dtype=object) == value)
        if not len(code):
            return np.zeros(len(column), dtype=np.bool_)
        return np.asarray(column.cat.codes.to_numpy() == code[0])
    return np.array(column.eq(value).fillna(False), dtype=np.bool_)
