"""How long a case may take: the table of limits, and the row that holds for a case."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core import isotime
from citygrid_core.cases.clock.units import FITTING, UNITS, duration, fits
from citygrid_core.cases.clock.workdays import Seconds
from citygrid_core.errors import Problem, Text, UnusableInput

#: What a limit is for: one stage of a case, or all of it.
LIMITED: dict[str, Text] = {
    "accept": Text("accept", "受理"),
    "send_verify": Text("send to verify", "派发核实"),
    "verify": Text("verify", "核实"),
    "register": Text("register", "立案"),
    "dispatch": Text("dispatch", "派遣"),
    "handle": Text("handle", "处置"),
    "send_check": Text("send to check", "派发核查"),
    "check": Text("check", "核查"),
    "close": Text("close", "结案"),
    "total": Text("total", "全程"),
}
COLUMNS = ("stage", "object_kind", "class_code", "condition", "area_class", "value", "unit")
_ALWAYS = np.datetime64("1900-01-01", "D")
_VALID = ("valid_from", "valid_to")
_KEYS = ("object_kind", "class_code", "condition", "area_class")


@dataclass(frozen=True)
class LimitTable:
    """Limits by (stage, kind, class, condition, area class).

    An empty cell of the table holds for everything. Of the rows that fit a case the
    one with the longest class prefix holds; then one that names the condition, then
    the area class, then the kind; of equals the shortest limit. A row with a condition
    holds only for cases that state it.

    A case keeps the limits of the day on which it was reported, whatever is decreed later.
    Cases that are older than all limits have the first ones.

    Attributes
    ----------
    rows : DataFrame
        Columns `COLUMNS`; index: the number of the row, which answers name.
    """

    rows: pd.DataFrame
    _days: npt.NDArray[np.datetime64] = field(init=False, repr=False, compare=False)
    _best: list[dict[tuple[str, ...], int]] = field(init=False, repr=False, compare=False)
    _seconds: Seconds = field(init=False, repr=False, compare=False)
    _working: npt.NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    @classmethod
    def of(cls, table: pd.DataFrame) -> LimitTable:
        """Check a table and take it.

        Parameters
        ----------
        table : DataFrame
            Some of `COLUMNS`; value and unit are needed, stage is ``handle`` where missing.
            valid_from, valid_to (ISO days, half-open) where limits changed; empty: always.

        Raises
        ------
        UnusableInput
            All rows that are wrong: unknown stage or unit, a value that is not positive.
        """
        rows = table.reindex(columns=[*COLUMNS, *_VALID]).copy()
        for name in rows:
            if name != "value":
                rows[name] = rows[name].astype(object).where(rows[name].notna(), "").astype(str)
        rows["stage"] = rows["stage"].replace("", "handle")
        rows["value"] = pd.to_numeric(rows["value"], errors="coerce")
        problems = []
        for at, (label, row) in enumerate(rows.iterrows()):
            problems += _wrong(at if not isinstance(label, int) else label, row)
        if problems:
            raise UnusableInput(*problems)
        return cls(rows)

    def __post_init__(self) -> None:
        rows = self.rows
        seconds, working = duration(rows["value"], rows["unit"])
        keys = list(zip(*(rows[n].tolist() for n in ("stage", *_KEYS)), strict=True))
        begin, end = (pd.to_datetime(rows[n]).to_numpy().astype("datetime64[D]") for n in _VALID)
        changes = np.concatenate([begin, end])
        days = np.unique(changes[~np.isnat(changes)])
        if np.isnat(begin).any() or not len(days):
            days = np.r_[_ALWAYS, days]
        best: list[dict[tuple[str, ...], int]] = []
        for day in days:
            holds = ~(begin > day) & ~(end <= day)
            of_day: dict[tuple[str, ...], int] = {}
            for at in np.flatnonzero(holds).tolist():
                key = keys[at]
                if key not in of_day or seconds[at] < seconds[of_day[key]]:
                    of_day[key] = at
            best.append(of_day)
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_best", best)
        # a row more at the end, for cases that no row holds for
        object.__setattr__(self, "_seconds", np.append(seconds, 0))
        object.__setattr__(self, "_working", np.append(working, False))

    def find(self, cases: pd.DataFrame, stage: str = "handle") -> pd.DataFrame:
        """Return the limit of each case for a stage.

        Parameters
        ----------
        cases : DataFrame
            Some of object_kind, class_code, condition, area_class; missing is "".
            reported_at (ISO or datetime64): the limits of that day; missing: the last ones.
        stage : str
            One of `LIMITED`.

        Returns
        -------
        DataFrame
            value (float, NaN where no row holds), unit (str), seconds (int64, 0 where
            none), working (bool), row (label in `rows`, or None); index of the input.
        """
        where = self.row_of(cases, stage)
        labels = np.array([*self.rows.index, None], dtype=object)
        units = np.append(self.rows["unit"].to_numpy(dtype=object), "")
        out: pd.DataFrame = pd.DataFrame(
            {
                "value": np.append(self.rows["value"].to_numpy(dtype=float), np.nan)[where],
                "unit": units[where],
                "seconds": self._seconds[where],
                "working": self._working[where],
                "row": pd.Series(labels[where], index=cases.index, dtype=object),
            },
            index=cases.index,
        )
        return out

    def seconds_of(
        self, cases: pd.DataFrame, stage: str = "handle"
    ) -> tuple[Seconds, npt.NDArray[np.bool_]]:
        """Return the seconds of each case's limit (0: none), and whether they are working ones."""
        where = self.row_of(cases, stage)
        return self._seconds[where], self._working[where]

    def row_of(self, cases: pd.DataFrame, stage: str = "handle") -> Seconds:
        """Return the place in `rows` that holds for each case; -1 where none does."""
        codes = np.zeros(len(cases), dtype=np.int64)
        distinct: list[list[str]] = []
        for name in _KEYS:
            held = cases[name].to_numpy(dtype=object) if name in cases else [""] * len(cases)
            code, words = pd.factorize(np.asarray(held, dtype=object))
            distinct.append(["", *map(str, words)])
            codes = codes * len(distinct[-1]) + code + 1
        codes = codes * len(self._days) + self._editions(cases)
        groups, spread = np.unique(codes, return_inverse=True)
        chosen = np.full(len(groups), -1, dtype=np.int64)
        for i, group in enumerate(groups.tolist()):
            group, edition = divmod(group, len(self._days))
            words_of = []
            for words_ in reversed(distinct):
                group, at = divmod(group, len(words_))
                words_of.append(words_[at])
            area, condition, code_, kind = words_of
            chosen[i] = self._hold(self._best[edition], stage, kind, code_, condition, area)
        return chosen[spread]

    def _editions(self, cases: pd.DataFrame) -> Seconds:
        """Return which of the days on which limits changed was the last before each report."""
        newest = len(self._days) - 1
        if not newest or "reported_at" not in cases:
            return np.full(len(cases), newest, dtype=np.int64)
        said = cases["reported_at"]
        if said.dtype.kind == "M":
            moments = said.to_numpy().astype("datetime64[s]")
        else:
            moments, _ = isotime.read([t if isinstance(t, str) else "" for t in said])
        at = np.searchsorted(self._days, moments.astype("datetime64[D]"), side="right") - 1
        return np.where(np.isnat(moments), newest, np.maximum(at, 0))

    @staticmethod
    def _hold(
        best: dict[tuple[str, ...], int],
        stage: str, kind: str, code: str, condition: str, area: str,
    ) -> int:  # fmt: skip
        for end in range(len(code), -1, -1):
            for c in dict.fromkeys((condition, "")):
                for a in dict.fromkeys((area, "")):
                    for k in dict.fromkeys((kind, "")):
                        at = best.get((stage, k, code[:end], c, a))
                        if at is not None:
                            return at
        return -1


def _wrong(label: int, row: pd.Series) -> list[Problem]:
    def problem(name: str, expected: Text) -> Problem:
        shown = str(row[name])
        return Problem("limit." + name, Text(shown, shown), expected, row=label, field=name)

    out = []
    if row["stage"] not in LIMITED:
        words = ", ".join(LIMITED)
        out.append(problem("stage", Text(f"one of {words}", f"{words} 之一")))
    if row["unit"] not in UNITS:
        words = ", ".join(UNITS)
        out.append(problem("unit", Text(f"one of {words}", f"{words} 之一")))
    elif not fits(pd.Series([row["value"]]), pd.Series([row["unit"]]))[0]:
        out.append(problem("value", FITTING))
    return out
