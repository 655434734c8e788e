"""Columns of frames as plain text, whatever pandas made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


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


def coded(series: pd.Series[Any]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    """Return a column as numbers and the text of each number; missing is "" like empty."""
    numbers, values = pd.factorize(series, use_na_sentinel=True)
    said = [text(v) for v in values]
    if len(numbers) and numbers.min() < 0:
        said.append("")  # -1 is the last one
    distinct: dict[str, int] = {}
    place = np.array([distinct.setdefault(s, len(distinct)) for s in said], dtype=np.int64)
    return place[numbers.astype(np.int64)], list(distinct)
