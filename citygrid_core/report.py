"""What an operation says when it is done, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from citygrid_core.errors import Problem

#: ``progress(step, done, total)``; it raises `Cancelled` to stop the work.
Progress = Callable[[str, int, int], None]


def no_progress(step: str, done: int, total: int) -> None:
    """Ignore progress: the default."""


@dataclass(slots=True)
class Report:
    """The books of one operation.

    Attributes
    ----------
    operation : str
        Its name as on the command line, e.g. ``"census import"``.
    read, stored, unchanged, rejected : int
        Rows; ``read == stored + unchanged + rejected`` always holds.
    problems : list of Problem
        Every reason for a reject, and every finding.
    cautions : list of Problem
        What to bear in mind when reading the answer; nothing is wrong, the exit code stays 0.
    details : dict
        JSON-ready facts of this operation.
    """

    operation: str
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    cautions: list[Problem] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    dry_run: bool = False

    @property
    def balanced(self) -> bool:
        """Whether nothing was lost on the way."""
        return self.read == self.stored + self.unchanged + self.rejected

    @property
    def exit_code(self) -> int:
        """0 done, 1 done with findings or rejects (handed to the shell)."""
        return 1 if self.rejected or self.problems else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready plain data."""
        return {
            "operation": self.operation,
            "dry_run": self.dry_run,
            "read": self.read,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "problems": [_plain(p) for p in self.problems],
            **({"cautions": [_plain(p) for p in self.cautions]} if self.cautions else {}),
            **self.details,
        }


def _plain(p: Problem) -> dict[str, Any]:
    return {
        "rule": p.rule,
        "file": p.file,
        "row": p.row,
        "field": p.field,
        "en": p.text("en"),
        "zh": p.text("zh"),
    }
