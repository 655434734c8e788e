"""How long a case may take: the table of limits, and the row that holds for a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.clock.units import UNITS, duration
from citygrid_core.errors import Problem, Text, UnusableInput

#: What a limit is for: one stage of a case, or all of it.
LIMITED = ("verify", "register", "dispatch", "handle", "check", "close", "total")
COLUMNS = ("stage", "object_kind", "class_code", "condition", "area_class", "value", "unit")
_KEYS = ("object_kind", "class_code", "condition", "area_class")


@dataclass(frozen=True)
class LimitTable:
    """Limits by (stage, kind, class, condition, area class).

    An empty cell of the table holds for everything. Of the rows that fit a case the
    one with the longest class prefix holds; then one that names the condition, then
    the area class, then the kind; of equals the shortest limit. A row with a condition
    holds only for cases that state it.

    Attributes
    ----------
    rows : DataFrame
        Columns `COLUMNS`; index: the number of the row, which answers name.
    """

    rows: pd.DataFrame

    @classmethod
    def of(cls, table: pd.DataFrame) -> LimitTable:
        """Check a table and take it.

        Parameters
        ----------
        table : DataFrame
            Some of `COLUMNS`; value and unit are needed, stage is ``handle`` where missing.

        Raises
        ------
        UnusableInput
            All rows that are wrong: unknown stage or unit, a value that is not positive.
        """
        rows = table.reindex(columns=list(COLUMNS)).copy()
        for name in COLUMNS:
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

    def find(self, cases: pd.DataFrame, stage: str = "handle") -> pd.DataFrame:
        """Return the limit of each case for a stage.

        Parameters
        ----------
        cases : DataFrame
            Some of object_kind, class_code, condition, area_class; missing is "".
        stage : str
            One of `LIMITED`.

        Returns
        -------
        DataFrame
            value (float, NaN where no row holds), unit (str), seconds (int64, 0 where
            none), working (bool), row (label in `rows`, or None); index of the input.
        """
        asked = pd.DataFrame(index=cases.index)
        for name in _KEYS:
            held = cases[name] if name in cases else pd.Series("", index=cases.index, dtype=object)
            asked[name] = held.astype(object).where(held.notna(), "").astype(str)
        groups = asked.groupby(list(_KEYS), sort=False).ngroup().to_numpy()
        first = np.unique(groups, return_index=True)[1]
        chosen: list[Any] = [self._hold(asked.iloc[i], stage) for i in first]
        where = np.array([-1 if c is None else c for c in chosen], dtype=np.int64)[groups]
        out: pd.DataFrame = pd.DataFrame(index=cases.index)
        found = where >= 0
        held_rows = self.rows.iloc[np.maximum(where, 0)] if len(self.rows) else None
        out["value"], out["unit"] = np.nan, ""
        out["seconds"], out["working"] = np.int64(0), False
        out["row"] = pd.Series(None, index=out.index, dtype=object)
        if held_rows is None or not found.any():
            return out
        seconds, working = duration(held_rows["value"], held_rows["unit"])
        out["value"] = np.where(found, held_rows["value"].to_numpy(), np.nan)
        out["unit"] = np.where(found, held_rows["unit"].to_numpy(dtype=object), "")
        out["seconds"], out["working"] = np.where(found, seconds, 0), found & working
        labels = held_rows.index.to_numpy(dtype=object)
        labels[~found] = None
        out["row"] = pd.Series(labels, index=out.index, dtype=object)
        return out

    def _hold(self, case: pd.Series, stage: str) -> int | None:
        rows = self.rows
        fits = np.array(rows["stage"] == stage)
        for name in ("object_kind", "condition", "area_class"):
            fits &= rows[name].isin(["", case[name]]).to_numpy()
        code = str(case["class_code"])
        prefix = rows["class_code"].map(code.startswith).to_numpy(dtype=bool)
        at = np.flatnonzero(fits & prefix)
        if not len(at):
            return None
        these = rows.iloc[at]
        seconds, _ = duration(these["value"], these["unit"])
        order = np.lexsort(
            (
                seconds, (these["object_kind"] == "").to_numpy(),
                (these["area_class"] == "").to_numpy(), (these["condition"] == "").to_numpy(),
                -these["class_code"].str.len().to_numpy(),
            )
        )  # fmt: skip
        return int(at[order[0]])


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
    if not row["value"] > 0:
        out.append(problem("value", Text("a number above 0", "大于 0 的数")))
    return out
