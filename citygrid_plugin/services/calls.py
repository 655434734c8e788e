"""Long reading in QGIS's task manager: a call on plain records, its result in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsTask

from citygrid_core.errors import Cancelled, CitygridError


class CallTask(QgsTask):
    """Runs a function in a thread of the pool; it may open a workspace of its own there.

    Parameters
    ----------
    work : callable
        Takes nothing, touches no object of Qt, returns the result.
    done : callable
        Called in the GUI thread with the result, or with the error of the core as it was
        raised; not called after `drop`.
    """

    def __init__(self, title: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work, self._done = work, done
        self._result: Any = None
        self._error: Exception | None = None

    def follow(self, step: str, done: int, total: int) -> None:
        """Tell how far the work is: the `progress` of operations, for work that takes one.

        Raises
        ------
        Cancelled
            Nobody wants the result any more.
        """
        if self.isCanceled():
            raise Cancelled
        self.setProgress(100 * done / total if total else 0)

    def run(self) -> bool:
        """Work; QGIS calls this in a thread."""
        try:
            self._result = self._work()
        except Exception as error:
            self._error = error
        return self._error is None

    def drop(self) -> None:
        """Let nobody hear of the result: the room was closed, or asked anew."""
        self._done = lambda result: None
        self.cancel()

    def finished(self, result: bool) -> None:
        """Hand the result over; QGIS calls this in the GUI thread."""
        if self._error is None:
            self._done(self._result)
        elif isinstance(self._error, CitygridError):
            self._done(self._error)
        else:
            raise self._error
