"""Columns of frames as plain text, whatever pandas made of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column, or an empty one when the frame has none of that name."""
    if name in frame:
        return frame[name]
    return pd.Series([""] * len(frame), index=frame.index, dtype=object)


def text(value: Any) -> str:
    """Return a value as text: nothing for None, NaN, NaT; whole numbers without a point."""
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if value != value.normalize() else value.date().isoformat()
    return str(value).strip()


def texts(series: pd.Series[Any]) -> list[str]:
    """Return a column as text."""
    return [text(v) for v in series]


class Coded(NamedTuple):
    """A column as numbers: the number of each row, and the text of each number."""

    which: NDArray[np.int64]
    names: list[str]


def coded(series: pd.Series[Any]) -> Coded:
    """Return a column as numbers and the text of each number; missing is "" like empty.

    A categorical column is not looked at row by row: only its categories are read.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        numbers, values = series.cat.codes.to_numpy(), series.cat.categories
    else:
        numbers, values = pd.factorize(series, use_na_sentinel=True)
    said = [*(text(v) for v in values), ""]  # -1 is the last one
    distinct: dict[str, int] = {}
    place = np.array([distinct.setdefault(s, len(distinct)) for s in said], dtype=np.int64)
    return Coded(place[numbers], list(distinct))
