"""Case numbers by a city's own pattern."""

from __future__ import annotations

import string
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Problem, Text, UnusableInput, UsageError

#: Day, county and a five-digit sequence. No national standard fixes the number of a case.
DEFAULT_PATTERN = "{day:%Y%m%d}{county}{sequence:05d}"
_FIELDS = ("day", "county", "sequence")


def number(
    days: Any, counties: Any, sequences: Any, *, pattern: str = DEFAULT_PATTERN
) -> pd.Series:
    """Compose case numbers.

    Sequences are minted by the workspace, per day and county; this only writes
    them down.

    Parameters
    ----------
    days : Series or array
        Days of the reports, ISO text (a time after the date is ignored) or datetime64.
    counties : Series or array of str
        County codes, six digits.
    sequences : Series or array of int
        From 1.
    pattern : str
        A format string with ``{day:...}`` (strftime), ``{county}`` and
        ``{sequence:0Nd}``; text around them stays as it is.

    Returns
    -------
    Series of str
        Aligned to the index of `days`, or numbered from 0.

    Raises
    ------
    UsageError
        The pattern has other fields, or lacks the sequence.
    UnusableInput
        A day can't be read, or a sequence needs more digits than the pattern has.
    """
    pieces = _pieces(pattern)
    index = days.index if isinstance(days, pd.Series) else pd.RangeIndex(len(days))
    values = {
        "day": _days(days),
        "county": pd.Series(counties, dtype=object).to_numpy(dtype=object),
        "sequence": np.asarray(sequences).astype(np.int64),
    }
    joined: npt.NDArray[np.object_] = np.full(len(index), "", dtype=object)
    for before, name, spec in pieces:
        if before:
            joined = joined + before
        if name == "sequence":
            joined = joined + _sequence(values[name], spec)
        elif name:
            joined = joined + _distinct(values[name], name, spec)
    out: pd.Series = pd.Series(joined, index=index, name="number", dtype=object)
    return out


def _days(days: Any) -> npt.NDArray[np.object_]:
    cells = np.asarray(days, dtype=object).tolist()
    if set(map(type, cells)) != {str}:
        cells = pd.Series(days).astype(str).tolist()
    return np.array([text[:10] for text in cells], dtype=object)


def _pieces(pattern: str) -> list[tuple[str, str, str]]:
    try:
        pieces = [
            (before, name or "", spec or "")
            for before, name, spec, _ in string.Formatter().parse(pattern)
        ]
    except ValueError as error:
        raise UsageError(
            Text(f"case number pattern {pattern!r}: {error}", f"案卷号格式“{pattern}”有误")
        ) from error
    names = [name for _, name, _ in pieces if name]
    strange = sorted(set(names) - set(_FIELDS))
    if strange or "sequence" not in names:
        fields = ", ".join("{" + f + "}" for f in _FIELDS)
        raise UsageError(
            Text(
                f"case number pattern {pattern!r}: fields are {fields}, the sequence is needed",
                f"案卷号格式“{pattern}”：可用 {fields}，其中 sequence 必需",
            )
        )
    return pieces


def _sequence(numbers: npt.NDArray[np.int64], spec: str) -> npt.NDArray[np.object_]:
    width = int(spec.removesuffix("d").lstrip("0") or 0) if spec.startswith("0") else 0
    wrong = numbers < 1
    if width:
        wrong |= numbers >= 10**width
    if wrong.any():
        most = "9" * width
        span = Text(f"1 to {most}", f"1 至 {most}") if width else Text("1 or more", "不小于 1")
        raise UnusableInput(
            Problem(
                "case.sequence",
                Text(str(int(numbers[wrong][0])), str(int(numbers[wrong][0]))),
                span,
                Text("give the pattern more digits", "请在格式中增加位数"),
                field="sequence",
            )
        )
    return np.array([f"{n:0{width}d}" for n in numbers.tolist()], dtype=object)


def _distinct(values: npt.NDArray[np.object_], name: str, spec: str) -> npt.NDArray[np.object_]:
    """Format each distinct day or county once."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    if name == "county":
        texts = [format(str(v), spec) for v in distinct]
    else:
        stamps = pd.to_datetime(pd.Series(distinct), format="%Y-%m-%d", errors="coerce")
        unread = stamps.isna().to_numpy()
        if unread.any():
            shown = str(distinct[int(np.flatnonzero(unread)[0])])
            raise UnusableInput(
                Problem(
                    "case.day",
                    Text(repr(shown), f"“{shown}”"),
                    Text("an ISO date", "ISO 日期"),
                    field="day",
                )
            )
        texts = [format(s, spec or "%Y-%m-%d") for s in stamps]
    formatted: npt.NDArray[np.object_] = np.array(texts, dtype=object)[codes]
    return formatted
