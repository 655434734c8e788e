"""Long work in QGIS's task manager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from qgis.core import QgsTask

from citygrid_core.errors import Cancelled, CitygridError, Text
from citygrid_plugin.services.command import CommandResult, run_command

Made = TypeVar("Made")


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


class CallTask(QgsTask, Generic[Made]):
    """A computation in the background: on plain records, without a layer or a widget.

    Parameters
    ----------
    call : callable
        Takes the core's progress function, which raises `Cancelled` when the user cancels.
    done : callable
        Called in the GUI thread with what was made, or None, and what went wrong, or None.
    """

    def __init__(
        self,
        title: str,
        call: Callable[[Callable[[str, int, int], None]], Made],
        done: Callable[[Made | None, CitygridError | None], None],
    ) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._call, self._done = call, done
        self._made: Made | None = None
        self._error: CitygridError | None = None

    def run(self) -> bool:
        """Compute; QGIS calls this in a thread of the pool."""
        try:
            self._made = self._call(self._progress)
        except CitygridError as error:
            self._error = error
        except Exception as error:
            # A thread has nobody to catch it: the desk says it.
            self._error = CitygridError(Text(f"{type(error).__name__}: {error}",
                                             f"计算失败：{error}"))  # fmt: skip
        return self._error is None

    def _progress(self, step: str, done: int, total: int) -> None:
        if self.isCanceled():
            raise Cancelled
        if total:
            self.setProgress(100.0 * done / total)

    def finished(self, result: bool) -> None:
        """Hand the result over; QGIS calls this in the GUI thread."""
        self._done(self._made, self._error)
