"""Answers of many points: judged once for each kind of question, taken by each point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.responsibility.answers import Answer
from citygrid_core.responsibility.asked import Asked
from citygrid_core.responsibility.departments import Body, DepartmentHistory
from citygrid_core.responsibility.strength import ROLES, Order

Ints = NDArray[np.int64]
#: Outcomes by number, the number of the arrays.
OUTCOMES = np.array(["none", "one", "several"], dtype=object)


class Resolved:
    """What a book answered to points.

    Parameters
    ----------
    asked : Asked
    answers : list of Answer
        One for each question.
    """

    def __init__(
        self, asked: Asked, answers: list[Answer], departments: DepartmentHistory, order: Order
    ) -> None:
        self.asked, self._answers = asked, answers
        self._departments, self._order = departments, order

    def codes(
        self, role: int, say: Callable[[str], str | None] = lambda code: code
    ) -> NDArray[np.object_]:
        """Return for each point the body of a role, or what is said of it; None unless one."""
        table = [None if a.codes[role] is None else say(str(a.codes[role])) for a in self._answers]
        found = taken(objects(table), self.asked.group)
        by_record = self._by_record(role)
        if by_record is not None:
            at, which, bodies = by_record
            said = [say(b.code) if b.alive else None for b in bodies]
            found[at] = objects(said)[which]
        return found

    def outcome(self, role: int) -> NDArray[np.int8]:
        """Return for each point 0 none, 1 one, 2 several bodies of a role."""
        table = np.array([a.outcomes[role] for a in self._answers], dtype=np.int8)
        found = table[self.asked.group]
        by_record = self._by_record(role)
        if by_record is not None:
            at, which, bodies = by_record
            found[at] = np.array([int(b.alive) for b in bodies], dtype=np.int8)[which]
        return found

    def candidates(self, role: int) -> NDArray[np.object_]:
        """Return for each point the bodies of a role joined by ``#``, None unless several."""
        return taken(objects([a.candidates[role] for a in self._answers]), self.asked.group)

    def said(self, role: int, say: dict[str, int]) -> Ints:
        """Return for each point a number of its answer: a body, several, or nobody.

        Parameters
        ----------
        say : dict
            Text of an answer to its number; new ones are added.
        """
        texts = [a.candidates[role] or a.codes[role] or "" for a in self._answers]
        table = np.array([say.setdefault(t, len(say)) for t in texts], dtype=np.int64)
        found = table[self.asked.group]
        by_record = self._by_record(role)
        if by_record is not None:
            at, which, bodies = by_record
            named = [b.code if b.alive else "" for b in bodies]
            codes = np.array([say.setdefault(t, len(say)) for t in named], dtype=np.int64)
            found[at] = codes[which]
        return found

    @cached_property
    def reasons(self) -> NDArray[np.object_]:
        """The strongest rules of each point."""
        return taken(objects([a.reasons for a in self._answers]), self.asked.group)

    @cached_property
    def overall(self) -> NDArray[np.int8]:
        """Over all roles: 2 when any has several bodies, else 0 when one that is needed has none."""
        if any(self._by_record(role) is not None for role in range(len(ROLES))):
            return self._overall_by_point()
        needed = [self._order.expected.get(q.object_kind, ROLES) for q in self.asked.questions]
        table = [
            2
            if 2 in a.outcomes
            else int(all(a.outcomes[i] for i, role in enumerate(ROLES) if role in n))
            for a, n in zip(self._answers, needed, strict=True)
        ]
        found: NDArray[np.int8] = np.array(table, dtype=np.int8)[self.asked.group]
        return found

    def _overall_by_point(self) -> NDArray[np.int8]:
        group = self.asked.group
        overall = np.ones(len(group), dtype=np.int8)
        outcome = [self.outcome(role) for role in range(len(ROLES))]
        for role, mine in zip(ROLES, outcome, strict=True):
            needed = np.array(
                [
                    role in self._order.expected.get(q.object_kind, ROLES)
                    for q in self.asked.questions
                ],
                dtype=bool,
            )
            overall[(mine == 0) & needed[group]] = 0
        for mine in outcome:
            overall[mine == 2] = 2
        return overall

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """Return the answers as `DutyBook.resolve` does."""
        out: dict[str, Any] = {f"{r}_code": self.codes(i) for i, r in enumerate(ROLES)}
        for i, role in enumerate(ROLES):
            out[f"{role}_outcome"] = OUTCOMES[self.outcome(i)]
            out[f"{role}_candidates"] = self.candidates(i)
        out["duty_outcome"] = OUTCOMES[self.overall]
        out["reasons"] = self.reasons
        return framed(out, index)

    def _by_record(self, role: int) -> tuple[Ints, Ints, list[Body]] | None:
        """Return the points whose record is the strongest, and the bodies as of each day."""
        if role not in self._recorded:
            self._recorded[role] = self._find_recorded(role)
        return self._recorded[role]

    @cached_property
    def _recorded(self) -> dict[int, tuple[Ints, Ints, list[Body]] | None]:
        return {}

    def _find_recorded(self, role: int) -> tuple[Ints, Ints, list[Body]] | None:
        asked = self.asked
        recorded = asked.recorded.get(ROLES[role])
        if recorded is None:
            return None
        wins = np.array([a.by_record[role] for a in self._answers], dtype=bool)[asked.group]
        at = np.flatnonzero(wins)
        if not len(at):
            return None
        pair = recorded.which[at] * len(asked.questions) + asked.day[asked.group[at]]
        distinct, which = np.unique(pair, return_inverse=True)
        bodies = []
        for p in distinct.tolist():
            name, example = recorded.names[p // len(asked.questions)], p % len(asked.questions)
            bodies.append(self._departments.on(name, asked.questions[example].moment.day))
        return at, which.reshape(-1), bodies


def objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """Return values as an array of objects, sequences as they are."""
    out = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        out[i] = value
    return out


def taken(table: NDArray[np.object_], at: Ints) -> NDArray[np.object_]:
    """Return ``table[at]``, without looking for places that are not there."""
    if not len(at):
        return table[at]
    found: NDArray[np.object_] = table.take(at, mode="clip")
    return found


def framed(columns: dict[str, Any], index: pd.Index) -> pd.DataFrame:
    """Return columns as a frame without copying them.

    Texts stay objects: newer pandas would make texts of them, and NaN of None.
    """
    series = {k: pd.Series(v, index=index, dtype=v.dtype, copy=False) for k, v in columns.items()}
    made: pd.DataFrame = pd.DataFrame(series, index=index, copy=False)
    return made
