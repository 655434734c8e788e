"""Long work in QGIS's task manager."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.core import QgsTask

from citygrid_plugin.services.command import CommandResult, run_command


class CommandTask(QgsTask):
    """A `citygrid` command run in the background, with progress and cancel.

    Parameters
    ----------
    title : str
        Shown in QGIS's task manager.
    arguments : sequence of str
        The command, without ``--json``.
    done : callable
        Called in the GUI thread with the `CommandResult`, also after a failure or cancel.
    """

    def __init__(
        self, title: str, arguments: Sequence[str], done: Callable[[CommandResult], None]
    ) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._arguments = list(arguments)
        self._done = done
        self._result = CommandResult(4)

    def run(self) -> bool:
        """Run the child; QGIS calls this in a thread of the pool."""
        self._result = run_command(
            self._arguments, cancelled=self.isCanceled, progress=self._progress
        )
        return self._result.done

    def _progress(self, step: str, done: int, total: int) -> None:
        if total:
            self.setProgress(100.0 * done / total)

    def finished(self, result: bool) -> None:
        """Hand the result over; QGIS calls this in the GUI thread."""
        self._done(self._result)
