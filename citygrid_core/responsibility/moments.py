"""When: one moment for all points, or one for each."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core import isotime
from citygrid_core.errors import Text, UsageError
from citygrid_core.responsibility.conditions import Moment
from citygrid_core.responsibility.frames import text

Ints = NDArray[np.int64]
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?")


def moment(at: Any) -> Moment:
    """Read an ISO date or datetime; None, NaN and "" are now, without an end.

    Raises
    ------
    UsageError
        It is none.
    """
    said = text(at)
    if not said:
        return Moment(None)
    found = _MOMENT.fullmatch(said)
    try:
        if found is None:
            raise ValueError(said)
        dt.date.fromisoformat(found[1])
    except ValueError:
        raise UsageError(
            Text(
                f"{said!r} is no date: 2026-10-01 or 2026-10-01T08:30",
                f"“{said}”不是日期：应如 2026-10-01 或 2026-10-01T08:30",
            )
        ) from None
    minute = int(found[2]) * 60 + int(found[3]) if found[2] else None
    return Moment(found[1], minute)


def moments(at: Any, number: int, *, minutes: bool = True) -> tuple[Ints, list[Moment]]:
    """Return for each point the number of its moment, and the distinct moments.

    Parameters
    ----------
    at : None, str, date, or a Series or array of them
        One for all points, or one for each.
    minutes : bool
        Whether the time of day matters; else moments of one day may be one.
    """
    if isinstance(at, (pd.Series, np.ndarray, list, tuple, pd.Index)):
        given = pd.Series(at).reset_index(drop=True)
        if len(given) != number:
            raise UsageError(
                Text(
                    f"{len(given)} dates for {number} points",
                    f"{number} 个点却给出 {len(given)} 个日期",
                )
            )
        if (fast := _plain(given, minutes)) is not None:
            return fast
        which, values = pd.factorize(given, use_na_sentinel=True)
        said = [*(moment(v) for v in values), Moment(None)]
        return np.where(which < 0, len(said) - 1, which).astype(np.int64), said
    return np.zeros(number, dtype=np.int64), [moment(at)]


def _plain(given: pd.Series[Any], minutes: bool) -> tuple[Ints, list[Moment]] | None:
    """Read a column of full ISO texts at once; None when it holds anything else."""
    texts = given.tolist()
    if not texts or set(map(type, texts)) != {str}:
        return None
    read, _ = isotime.read(texts)
    if np.isnat(read).any():
        return None
    which, distinct = pd.factorize(read.astype("datetime64[m]" if minutes else "datetime64[D]"))
    whole = np.asarray(distinct, dtype="datetime64[m]")
    days = whole.astype("datetime64[D]")
    of_day = (whole - days).astype(np.int64).tolist() if minutes else [None] * len(whole)
    said = [Moment(d, m) for d, m in zip(np.datetime_as_string(days).tolist(), of_day, strict=True)]
    return which.astype(np.int64), said
