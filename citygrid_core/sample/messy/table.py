"""A table of clean rows into which defects are planted, each one noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Outcome = Literal["rejected", "repaired"]
Row = dict[str, Any]
#: How often each kind of defect is planted in a file.
TIMES = 3


@dataclass(frozen=True)
class Defect:
    """One planted defect: position of the row, our field, what, and what must come of it."""

    at: int
    field: str
    defect: str
    outcome: Outcome
    expected: str


@dataclass
class Messy:
    """Rows under our field names (texts as typed), and what was planted.

    Attributes
    ----------
    file : str
        Path of the file below ``messy/``.
    first_row : int
        Row number, as the user sees it, of the first row of data.
    """

    file: str
    family: str
    rows: list[Row]
    rng: np.random.Generator
    first_row: int = 2
    defects: list[Defect] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)

    def pick(
        self, times: int = TIMES, where: Callable[[Row], bool] | None = None, after: int = 0
    ) -> list[int]:
        """Return rows that have no defect yet, in order; they are taken with that."""
        free = [
            i
            for i, row in enumerate(self.rows)
            if i not in self._taken and i >= after and (where is None or where(row))
        ]
        chosen = sorted(int(i) for i in self.rng.choice(free, times, replace=False))
        self._taken.update(chosen)
        return chosen

    def plant(
        self,
        defect: str,
        field_: str,
        outcome: Outcome,
        change: Callable[[Row], str],
        times: int = TIMES,
        where: Callable[[Row], bool] | None = None,
    ) -> None:
        """Plant one kind of defect.

        Parameters
        ----------
        change : callable
            Changes the row; returns the value that a repair must give ("" for a reject).
        """
        for i in self.pick(times, where):
            expected = change(self.rows[i])
            self.note(i, field_, defect, outcome, expected)

    def note(self, at: int, field_: str, defect: str, outcome: Outcome, expected: str = "") -> None:
        """Write one planted defect down."""
        self._taken.add(at)
        self.defects.append(Defect(at, field_, defect, outcome, expected))

    def plant_duplicates(self, field_: str, defect: str, keys: tuple[str, ...]) -> None:
        """Let rows repeat the key of an earlier, good row; the later one must be rejected."""
        for i in self.pick(after=len(self.rows) // 2):
            first = self.pick(1, lambda row: True)[0]
            while first >= i:
                first = self.pick(1)[0]
            for key in keys:
                self.rows[i][key] = self.rows[first][key]
            self.note(i, field_, defect, "rejected")

    def truth(self) -> list[dict[str, str]]:
        """Return the planted defects as rows of the truth file, ordered by row."""
        return [
            {
                "file": self.file, "row": str(d.at + self.first_row), "field": d.field,
                "defect": d.defect, "outcome": d.outcome, "expected_value": d.expected,
            }
            for d in sorted(self.defects, key=lambda d: d.at)
        ]  # fmt: skip

    def books(self, mapping: str, layer: str = "") -> dict[str, str]:
        """Return the file's line in the list of messy files."""
        rejected = len({d.at for d in self.defects if d.outcome == "rejected"})
        repaired = len({d.at for d in self.defects if d.outcome == "repaired"})
        return {
            "file": self.file, "mapping": mapping, "family": self.family, "layer": layer,
            "rows": str(len(self.rows)), "rejected": str(rejected), "repaired": str(repaired),
        }  # fmt: skip
