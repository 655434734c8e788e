"""Work that only the GUI's thread may do, in slices: nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from qgis.PyQt.QtCore import QObject, QTimer

T = TypeVar("T")
#: So long the GUI's thread works before it looks at mouse and keys again (s).
_SLICE = 0.04
#: So many rows or features are made at a time.
MANY = 250


class Slices(QObject):
    """Runs one job at a time; a new one takes the place of one that is not done."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether a job is not done yet."""
        return self._job is not None

    def start(self, job: Iterator[None]) -> None:
        """Begin a job: it yields wherever it may be interrupted. What is short is done at once."""
        self._job = job
        self._go_on()

    def stop(self) -> None:
        """Leave the job as it is."""
        self._timer.stop()
        self._job = None

    def _go_on(self) -> None:
        job, until = self._job, time.perf_counter() + _SLICE
        if job is None:
            return
        for _ in job:
            if self._job is not job:  # it began another one
                return
            if time.perf_counter() > until:
                self._timer.start(0)
                return
        if self._job is job:
            self._job = None


def some(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the rows `MANY` at a time."""
    for begin in range(0, len(rows), MANY):
        yield rows[begin : begin + MANY]
