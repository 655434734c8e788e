"""The books of one reading: what is wrong in which row, and what was mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text

#: Repairs of one kind in one field that are listed one by one; the rest are counted.
LISTED = 1000

NOTHING = Text("nothing", "空值")
#: Nothing to say.
SILENT = Text("", "")


def shown(value: object) -> Text:
    """Return a value as a message quotes it: short, in quotes, or "nothing"."""
    said = "" if value is None else str(value)
    if not said:
        return NOTHING
    said = said if len(said) <= 60 else said[:57] + "..."
    return Text(repr(said), f"“{said}”")


class Notes:
    """Problems and repairs of rows, by their position in the chunk at hand.

    Parameters
    ----------
    file : str
        Name of the file, for the messages.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: NDArray[np.int64] = np.empty(0, np.int64)
        self.problems: dict[int, list[Problem]] = {}
        #: Whether a field's long codes were found to be rounded by Excel.
        self.rounded: dict[str, bool] = {}
        self._repairs: list[Problem] = []
        self._counts: dict[tuple[str, str], int] = {}
        self._why: dict[tuple[str, str], Text] = {}

    def begin(self, rows: NDArray[np.int64]) -> None:
        """Start a chunk whose rows have these user-visible numbers."""
        self.rows = rows
        self.problems = {}

    def reject(
        self,
        at: int,
        rule: str,
        field: str,
        found: Text,
        expected: Text,
        cure: Text = SILENT,
    ) -> None:
        """Set the row at position `at` of the chunk aside for one reason."""
        row = int(self.rows[at])
        problem = Problem(rule, found, expected, cure, self.file, row, field)
        self.problems.setdefault(int(at), []).append(problem)

    def repair(
        self,
        at: Sequence[int] | NDArray[Any],
        rule: str,
        field: str,
        before: Sequence[object] | NDArray[Any],
        after: Sequence[object] | NDArray[Any],
        why: Text,
    ) -> None:
        """Record that values were mended; `before` and `after` align with `at`."""
        key = (field, rule)
        known = self._counts.get(key, 0)
        self._counts[key] = known + len(at)
        self._why[key] = why
        for k in range(min(len(at), max(0, LISTED - known))):
            new = shown(after[k])
            self._repairs.append(
                Problem(
                    rule,
                    shown(before[k]),
                    Text(f"{new.en} ({why.en})", f"{new.zh}（{why.zh}）"),
                    Text("was repaired", "已自动修正"),
                    self.file,
                    int(self.rows[at[k]]),
                    field,
                )
            )

    def take_repairs(self) -> list[Problem]:
        """Return the repairs so far, with one line for those beyond `LISTED`, and begin anew."""
        repairs = self._repairs
        for (field, rule), count in self._counts.items():
            if count > LISTED:
                more = count - LISTED
                why = self._why[field, rule]
                repairs.append(
                    Problem(
                        rule,
                        Text(f"{more} more values", f"另有{more}个数值"),
                        why,
                        Text("were repaired", "已自动修正"),
                        self.file,
                        None,
                        field,
                    )
                )
        self._repairs, self._counts, self._why = [], {}, {}
        return repairs
