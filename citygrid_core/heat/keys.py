"""Columns of cases as small integers: what counting is fast on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.heat.errors import HeatInputError

#: Keys that are read off ``reported_at``, the wall clock of the city.
TIME_KEYS = ("day", "week", "month", "weekday", "hour")
_NO_HOUR = -1


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the cases: ``labels[codes]`` is the column.

    Attributes
    ----------
    codes : integer array, one for each case
    labels : array of the distinct values; text keys have "" for "not known"
    """

    codes: npt.NDArray[Any]
    labels: npt.NDArray[Any]

    def sorted(self) -> Key:
        """Return the same key with its labels in order."""
        if len(self.labels) < 2 or bool((self.labels[:-1] < self.labels[1:]).all()):
            return self
        order = np.argsort(self.labels, kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return Key(rank[self.codes], self.labels[order])

    def column(self, *, compact: bool) -> Any:
        """Return the column: its values, or (`compact`) categories of them."""
        if compact:
            return pd.Categorical.from_codes(
                self.codes.astype(np.int32), pd.Index(self.labels), validate=False
            )
        return self.labels[self.codes] if len(self.labels) else self.labels


def encode(cases: pd.DataFrame, name: str) -> Key:
    """Turn one key of `cases` into codes.

    Raises
    ------
    HeatInputError
        The column is missing, or a time can't be read.
    """
    column = "reported_at" if name in TIME_KEYS else name
    if column not in cases.columns:
        raise HeatInputError.missing(Text("the cases", "案件"), [column])
    if name in TIME_KEYS:
        return _timed(cases[column], name)
    return _texts(cases[column])


def _timed(times: pd.Series[Any], name: str) -> Key:
    if isinstance(times.dtype, pd.CategoricalDtype):
        codes = times.cat.codes.to_numpy()
        try:
            key = _timed(pd.Series(np.asarray(times.cat.categories, dtype=object)), name)
        except HeatInputError:
            key = None
        if key is not None and (not len(codes) or codes.min() >= 0):
            return Key(key.codes[codes], key.labels)
        times = times.astype(object)  # to say how many cases, and which
    if name == "hour":
        return _hours(times)
    return _regroup(_days(times), name)


def _texts(column: pd.Series[Any]) -> Key:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        labels = np.asarray(column.cat.categories, dtype=object)
    else:
        codes, uniques = pd.factorize(column)
        labels = np.asarray(uniques, dtype=object)
    if len(codes) and codes.min() < 0:
        empty = np.flatnonzero(labels == "")
        if not len(empty):
            labels = np.append(labels, "")
            empty = np.array([len(labels) - 1])
        codes = np.where(codes < 0, empty[0], codes.astype(np.int64))
    return Key(codes, labels)


def _days(times: pd.Series[Any]) -> Key:
    """Return the day of each time as codes into ``datetime64[D]`` labels."""
    if isinstance(times.dtype, np.dtype) and times.dtype.kind == "M":
        days = times.to_numpy().astype("datetime64[D]")
        number = days.view(np.int64)
        if len(number) == 0:
            return Key(number, np.array([], dtype="datetime64[D]"))
        first, last = int(number.min()), int(number.max())
        if first == np.iinfo(np.int64).min:
            raise HeatInputError.bad_time(int(np.isnat(days).sum()), "NaT")
        number -= first
        labels = (np.arange(last - first + 1) + first).astype("datetime64[D]")
        return Key(number, labels)
    texts = times.astype("string").str.slice(0, 10)
    codes, uniques = pd.factorize(texts)
    parsed = pd.to_datetime(pd.Series(uniques, dtype="object"), format="%Y-%m-%d", errors="coerce")
    good = parsed.notna().to_numpy()
    wrong = (codes < 0) | ~np.append(good, False)[codes]
    if wrong.any():
        raise HeatInputError.bad_time(int(wrong.sum()), str(times[wrong].iloc[0]))
    return Key(codes, parsed.to_numpy().astype("datetime64[D]"))


def _regroup(days: Key, name: str) -> Key:
    """Group days into weeks, months or weekdays: only the labels are looked at."""
    labels: npt.NDArray[Any]
    if name == "day":
        return Key(days.codes, np.datetime_as_string(days.labels).astype(object))
    if name == "month":
        labels = np.datetime_as_string(days.labels.astype("datetime64[M]")).astype(object)
    else:
        weekday = (days.labels.view(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        labels = weekday + 1
        if name == "week":
            labels = np.datetime_as_string(days.labels - weekday).astype(object)
    position, uniques = pd.factorize(labels)
    return Key(position[days.codes], np.asarray(uniques))


def _hours(times: pd.Series[Any]) -> Key:
    """Return the hour of each time; -1 where only a date is given."""
    labels = np.arange(_NO_HOUR, 24)
    if isinstance(times.dtype, np.dtype) and times.dtype.kind == "M":
        if times.isna().any():
            raise HeatInputError.bad_time(int(times.isna().sum()), "NaT")
        hours = times.to_numpy().astype("datetime64[h]").view(np.int64) % 24
        return Key(hours + 1, labels)
    texts = times.astype("string").str.slice(11, 13)
    codes, uniques = pd.factorize(texts)
    hour = pd.to_numeric(pd.Series(uniques, dtype="object"), errors="coerce")
    hour = hour.where(hour.between(0, 23), _NO_HOUR).astype(np.int64)
    return Key(np.append(hour.to_numpy(), _NO_HOUR)[codes] + 1, labels)


@dataclass(frozen=True, slots=True)
class Groups:
    """Cases by the combination of their keys, in the order of the keys.

    Attributes
    ----------
    codes : int64 array, the group of each case
    number : how many groups there are, empty ones too
    """

    codes: npt.NDArray[np.int64]
    number: int
    _steps: list[int | npt.NDArray[np.int64]]
    _keys: list[Key]

    def members(self, groups: npt.NDArray[np.int64]) -> list[Key]:
        """Return the keys of some groups."""
        found: list[Key] = []
        keys = list(self._keys)
        for step in reversed(self._steps):
            if isinstance(step, int):
                groups, member = np.divmod(groups, step)
                found.append(Key(member, keys.pop().labels))
            else:
                groups = step[groups]
        return found[::-1]


def group(keys: list[Key], size: int) -> Groups:
    """Combine keys (labels in order) into one group for each of `size` cases."""
    codes = np.zeros(size, dtype=np.int64)
    steps: list[int | npt.NDArray[np.int64]] = []
    number = 1
    for key in keys:
        width = max(len(key.labels), 1)
        if number * width > np.iinfo(np.int64).max // 2:
            codes, number = _dense(codes, steps)
        codes *= width
        codes += key.codes
        steps.append(width)
        number *= width
    if number > 4 * size + 1_000_000:
        # Too many combinations to keep an array of all: keep those that occur.
        codes, number = _dense(codes, steps)
    return Groups(codes, number, steps, keys)


def _dense(
    codes: npt.NDArray[np.int64], steps: list[int | npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.int64], int]:
    found, uniques = pd.factorize(codes)
    order = np.argsort(uniques)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    steps.append(np.asarray(uniques, dtype=np.int64)[order])
    return rank[found], len(order)
