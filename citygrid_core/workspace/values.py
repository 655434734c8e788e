"""Frames become values as they are stored, and everything wrong with them is said at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core import isotime
from citygrid_core.errors import Problem, Text
from citygrid_core.workspace.errors import BadDay
from citygrid_core.workspace.schema import CHOICES, Column

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00(\.0*)?)?")
_EXPECTED: dict[str, Text] = {
    "text": Text("text without control character NUL", "文本（不含空字符）"),
    "integer": Text("a whole number", "整数"),
    "real": Text("a finite number", "有限数值"),
    "boolean": Text("true or false", "真或假"),
    "date": Text("a date YYYY-MM-DD", "日期 YYYY-MM-DD"),
    "datetime": Text("a time YYYY-MM-DDTHH:MM:SS", "时间 YYYY-MM-DDTHH:MM:SS"),
}
_BAD = object()


@dataclass
class Rows:
    """Rows on their way into the store.

    Attributes
    ----------
    size : int
    columns : dict
        Column name to its values, aligned; python str, int, float, None.
    geometry : array of shapely geometries or None
    labels : list of int or None
        Row numbers that the user knows, for messages.
    problems : list of Problem
    """

    size: int
    columns: dict[str, list[Any]]
    geometry: npt.NDArray[np.object_] | None
    labels: Sequence[int | None]
    problems: list[Problem] = field(default_factory=list)

    def add(
        self, rule: str, at: int, name: str, found: object, expected: Text, cure: Text | None = None
    ) -> None:
        """Note one problem of the row at a position."""
        self.problems.append(
            problem(rule, found, expected, row=self.labels[at], field=name, cure=cure)
        )


def problem(
    rule: str,
    found: object,
    expected: Text,
    *,
    row: int | None = None,
    field: str = "",
    cure: Text | None = None,
) -> Problem:
    """Return a problem whose `found` is a value: quoted, cut when long."""
    if found is None or found == "":
        shown = Text("nothing", "空值")
    else:
        said = str(found)
        said = said if len(said) <= 60 else said[:57] + "..."
        shown = Text(repr(said), f"“{said}”")
    return Problem(rule, shown, expected, cure or Text("", ""), row=row, field=field)


def repeated(table: str, said: str) -> Problem:
    """Return the problem of rows that have one identity, as the database said it."""
    return problem(
        "row.duplicate", said, Text("an identity used once", "不重复的标识"), field=table
    )


def labels_of(frame: pd.DataFrame) -> list[int | None]:
    """Return the row numbers that the user sees: ``source_row``, else position from 1."""
    if "source_row" in frame.columns:
        own = frame["source_row"]
        if isinstance(own.dtype, np.dtype) and own.dtype.kind in "iu":
            numbers: list[int | None] = own.tolist()
            return numbers
        return [None if pd.isna(v) else int(v) for v in own]
    return list(range(1, len(frame) + 1))


def take(rows: Rows, column: Column, series: pd.Series[Any], zone: str) -> None:
    """Put one column of a frame into `rows` as stored values, noting what is wrong."""
    values, bad = _convert(column, series, zone)
    for at in bad:
        rows.add("value.type", at, column.name, series.iloc[at], _EXPECTED[column.type])
    if column.choices:
        _check_choices(rows, column, values)
    rows.columns[column.name] = values


def check_required(rows: Rows, columns: Sequence[Column]) -> None:
    """Note every empty cell of a required column."""
    wrong = {(p.field, p.row) for p in rows.problems}
    for column in columns:
        if not column.required:
            continue
        values = rows.columns[column.name]
        if None not in values and "" not in values:
            continue
        for at, value in enumerate(values):
            if (value is None or value == "") and (column.name, rows.labels[at]) not in wrong:
                rows.add(
                    "value.required", at, column.name, None,
                    Text(f"a value ({column.label.en})", f"必填（{column.label.zh}）"),
                )  # fmt: skip


def check_history(rows: Rows) -> None:
    """Note every row that ends before it begins."""
    begin, end = rows.columns.get("valid_from"), rows.columns.get("valid_to")
    if begin is None or end is None:
        return
    for at, (a, b) in enumerate(zip(begin, end, strict=True)):
        if a is not None and b is not None and b < a:
            rows.add(
                "history.backwards", at, "valid_to", b,
                Text(f"{a} (valid_from) or later", f"不早于起始日期 {a}"),
            )  # fmt: skip


def iso_day(value: object) -> str:
    """Return a day as ISO text.

    Raises
    ------
    BadDay
        It is none.
    """
    day = _day(value)
    if not isinstance(day, str):
        raise BadDay(value)
    return day


def _check_choices(rows: Rows, column: Column, values: list[Any]) -> None:
    known = CHOICES[column.choices]
    unknown = set(values) - known.keys() - {None}
    if not unknown:
        return
    expected = Text(
        "one of " + ", ".join(known),
        "其中之一：" + "、".join(f"{k}（{v.zh}）" for k, v in known.items()),
    )
    for at, value in enumerate(values):
        if value in unknown:
            rows.add("value.choice", at, column.name, value, expected)


def _convert(column: Column, series: pd.Series[Any], zone: str) -> tuple[list[Any], list[int]]:
    """Return stored values, and the positions of those that can't be."""
    kind = column.type
    if kind == "datetime":
        return _clocked(series, zone)
    if kind == "date":
        return _moments(series, _day)
    if kind in ("integer", "real", "boolean"):
        return _numbers(series, kind)
    values = series.tolist()
    kinds = set(map(type, values))
    if not kinds <= {str, type(None)}:
        cells = series.to_numpy(dtype=object, copy=True)
        cells[pd.isna(cells)] = None
        values = cells.tolist()
        kinds = set(map(type, values))
    if column.choices and "" in values:
        values = [None if v == "" else v for v in values]
        kinds.add(type(None))
    if kinds <= {str, type(None)}:
        texts = [v for v in values if v is not None] if type(None) in kinds else values
        if "\x00" not in "".join(texts):
            return values, []
    bad = [i for i, v in enumerate(values) if v is not None and not _is_text(v)]
    return [str(v) if v is not None and _is_text(v) else None for v in values], bad


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\x00" not in value


def _numbers(series: pd.Series[Any], kind: str) -> tuple[list[Any], list[int]]:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu" and kind == "integer":
        return series.to_numpy(dtype=np.int64).tolist(), []
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf" and kind == "real":
        reals = series.to_numpy(dtype=np.float64)
        if np.isfinite(reals).all():
            return reals.tolist(), []
    convert = {"integer": _whole, "real": _real, "boolean": _truth}[kind]
    values = [None if v is None or v is pd.NA or v == "" or v != v else convert(v) for v in series]
    bad = [i for i, v in enumerate(values) if v is _BAD]
    return [None if v is _BAD else v for v in values], bad


def _whole(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return _BAD
    if isinstance(value, (int, np.integer)):
        return int(value) if -(2**63) <= value < 2**63 else _BAD
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    return _BAD


def _real(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        return _BAD
    return float(value) if np.isfinite(value) else _BAD


def _truth(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, int) and value in (0, 1)):
        return int(value)
    return _BAD


def _moments(series: pd.Series[Any], convert: Callable[[Any], Any]) -> tuple[list[Any], list[int]]:
    codes, distinct = pd.factorize(series.astype(object))
    known = [convert(v) for v in distinct]
    table = np.empty(len(known) + 1, dtype=object)
    table[:-1] = known  # the last, code -1, stays None
    values = table[codes]
    bad = np.flatnonzero([v is _BAD for v in values]).tolist() if _BAD in known else []
    values[bad] = None
    return values.tolist(), bad


def _clocked(series: pd.Series[Any], zone: str) -> tuple[list[Any], list[int]]:
    """Return times as they are stored: those of our own form at once, the others one by one."""
    cells = series.tolist()
    kinds = set(map(type, cells))
    texts = cells
    if kinds != {str}:
        if kinds - {str, type(None)}:
            filled = series.to_numpy(dtype=object, copy=True)
            filled[pd.isna(filled)] = None
            cells = filled.tolist()
            kinds = set(map(type, cells))
        texts = [t for t in cells if t is not None]
    if kinds <= {str, type(None)}:
        _, strict = isotime.read(texts)
        if strict.all():
            if texts is cells:
                return [t + ".000" for t in texts], []
            return [t and t + ".000" for t in cells], []
    return _moments(series, _clock(zone))


def _day(value: Any) -> Any:
    if isinstance(value, str):
        if value == "":
            return None
        midnight = _MIDNIGHT.fullmatch(value)
        text = midnight.group(1) if midnight else value
        if _DATE.fullmatch(text):
            try:
                dt.date.fromisoformat(text)
            except ValueError:
                return _BAD
            return text
        return _BAD
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value).to_pydatetime()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else _BAD
    return value.isoformat() if isinstance(value, dt.date) else _BAD


def _clock(zone: str) -> Callable[[Any], Any]:
    """Return what turns a time into the wall clock of a zone; a time without zone is one.

    It is stored with milliseconds and without zone: the form in which GDAL itself writes
    and reads such a time without a warning.
    """

    def clock(value: Any) -> Any:
        if isinstance(value, str):
            if value == "":
                return None
            try:
                moment = dt.datetime.fromisoformat(_readable(value))
            except ValueError:
                return _BAD
            if _PLAIN.fullmatch(value):
                return value + ".000"
            value = moment
        if isinstance(value, np.datetime64):
            value = pd.Timestamp(value)
        if isinstance(value, pd.Timestamp):
            value = value.to_pydatetime(warn=False)
        if not isinstance(value, dt.datetime):
            return value.isoformat() + "T00:00:00" if isinstance(value, dt.date) else _BAD
        if value.tzinfo is not None:
            value = value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        whole = value.replace(microsecond=0).isoformat()
        milli, micro = divmod(value.microsecond, 1000)
        return f"{whole}.{milli:03d}" + (f"{micro:03d}".rstrip("0") if micro else "")

    return clock


def _readable(text: str) -> str:
    """Return a time as the oldest Python that we support reads it: 6 digits, no ``Z``."""
    if not _TIME.match(text):
        return text
    head, zone = (text[:-1], "+00:00") if text.endswith("Z") else (text, "")
    if "." in head:
        whole, _, rest = head.partition(".")
        digits = re.match(r"\d*", rest)
        fraction = digits.group() if digits else ""
        head = f"{whole}.{fraction[:6]:0<6}{rest[len(fraction) :]}"
    return head + zone
