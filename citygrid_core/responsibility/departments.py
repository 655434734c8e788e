"""Departments have a history: renamed, merged, handed over on a date."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from citygrid_core.errors import Problem, Text
from citygrid_core.responsibility.errors import DepartmentCircle, MissingColumns
from citygrid_core.responsibility.frames import column, texts


@dataclass(frozen=True, slots=True)
class Body:
    """A department as of a day.

    Attributes
    ----------
    code, name : str
        Of that day; the name is empty when the register does not know the code.
    known : bool
        Whether the register knows it.
    alive : bool
        False when it had ended by that day and nobody took over.
    today_code, today_name : str
        Who it is now, after all successions.
    """

    code: str
    name: str
    known: bool
    alive: bool
    today_code: str
    today_name: str


class DepartmentHistory:
    """Who a department was on a day, and who took over.

    Parameters
    ----------
    departments : DataFrame
        code, name, and optionally successor_code, valid_from, valid_to (half-open
        ISO dates). A code may stand in several rows: its names over time.

    Raises
    ------
    DepartmentCircle
        Following the successors of a department leads back to it.
    """

    def __init__(self, departments: pd.DataFrame) -> None:
        missing = [c for c in ("code", "name") if c not in departments and len(departments)]
        if missing:
            raise MissingColumns(Text("departments", "部门名录"), missing)
        names = ("code", "name", "successor_code", "valid_from", "valid_to")
        rows = sorted(
            zip(*(texts(column(departments, n)) for n in names), strict=True),
            key=lambda r: (r[0], r[3]),
        )
        self._rows: dict[str, list[tuple[str, str, str]]] = {}
        self._next: dict[str, str] = {}
        for code, name, successor, begin, end in rows:
            self._rows.setdefault(code, []).append((name, begin[:10], end[:10]))
            self._next[code] = successor
        circles = circles_of(self._next)
        if circles:
            raise DepartmentCircle(*circles)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    @property
    def days(self) -> list[str]:
        """Days on which something changes, ascending."""
        return sorted({d for rows in self._rows.values() for r in rows for d in r[1:] if d})

    def ended(self, code: str, day: str | None) -> bool:
        """Return whether a department had ended by a day (None: ever)."""
        rows = self._rows.get(code)
        if not rows:
            return False
        ends = [end for _, _, end in rows]
        return all(ends) and (day is None or max(ends) <= day)

    def chain(self, code: str) -> list[str]:
        """Return a department and all that took over after it, in order."""
        out = [code]
        while step := self._next.get(out[-1], ""):
            out.append(step)
        return out

    def name(self, code: str, day: str | None = None) -> str:
        """Return the name a code had on a day; its last name for None."""
        rows = self._rows.get(code, [])
        for name, begin, end in reversed(rows):
            if day is None or (begin <= day and (not end or day < end)):
                return name
        return rows[-1][0] if rows else ""

    def on(self, code: str, day: str | None) -> Body:
        """Return the body that stands for a department on a day.

        Parameters
        ----------
        day : str or None
            ISO date; None is now.
        """
        at = self._living(code, day)
        now = self._living(code, None)
        return Body(
            at,
            self.name(at, day),
            at in self,
            not self.ended(at, day),
            now,
            self.name(now),
        )

    def _living(self, code: str, day: str | None) -> str:
        while self.ended(code, day) and self._next.get(code):
            code = self._next[code]
        return code


def circles_of(successors: dict[str, str]) -> list[Problem]:
    """Return a problem for every circle of successions."""
    problems, seen = [], set[str]()
    for start in successors:
        path: list[str] = []
        code = start
        while code and code not in seen and code not in path:
            path.append(code)
            code = successors.get(code, "")
        if code in path:
            ring = " → ".join([*path[path.index(code) :], code])
            problems.append(
                Problem(
                    "department.circle",
                    Text(f"a circle of successors: {ring}", f"承接关系成环：{ring}"),
                    Text("a department without successor at the end", "以无承接部门者为终点"),
                    field="successor_code",
                )
            )
        seen.update(path)
    return problems
