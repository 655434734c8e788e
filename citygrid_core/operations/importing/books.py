"""The books of an import: what each part of a delivery brought, added up in one place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from citygrid_core.errors import Problem
from citygrid_core.operations.importing.storing import Stored
from citygrid_core.report import Report
from citygrid_core.tables import Reject, write_rejects


class Part(Protocol):
    """Some rows of a delivery, as the books see them."""

    @property
    def read(self) -> int:
        """How many rows were read."""

    @property
    def repaired(self) -> int:
        """How many values were repaired on the way."""

    @property
    def rejects(self) -> list[Reject]:
        """Rows that can't be stored, with their reasons."""

    @property
    def findings(self) -> list[Problem]:
        """What a person should know of rows that are stored all the same."""


class Books:
    """Counts of one import that is read in parts: read = stored + unchanged + rejected."""

    def __init__(self, operation: str, *, dry_run: bool) -> None:
        self._report = Report(operation, dry_run=dry_run)
        self._counts = {"new": 0, "changed": 0, "repaired": 0}
        self._rejects: list[Reject] = []

    @property
    def read(self) -> int:
        """How many rows were read so far."""
        return self._report.read

    def enter(self, part: Part, stored: Stored, found: Sequence[Problem] = ()) -> None:
        """Add a part, what became of its rows, and what was found while they were stored."""
        self._report.read += part.read
        self._report.stored += stored.new + stored.changed
        self._report.unchanged += stored.unchanged
        self._report.rejected += len(part.rejects)
        self._report.problems += (*part.findings, *found)
        self._counts["new"] += stored.new
        self._counts["changed"] += stored.changed
        self._counts["repaired"] += part.repaired
        self._rejects += part.rejects

    def close(self, rejects: Path | None, **details: Any) -> Report:
        """Write the rejected rows, where a file is given, and return the report."""
        report = self._report
        report.problems = [p for r in self._rejects for p in r.problems] + report.problems
        report.details = {**self._counts, **details}
        if rejects is not None and self._rejects:
            write_rejects(rejects, self._rejects)
        return report
