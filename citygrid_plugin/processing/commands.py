"""Algorithms that run a `citygrid` command on a workspace in a child process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
)

from citygrid_core.errors import Text
from citygrid_core.words import step_of
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.given import workspace_parameter
from citygrid_plugin.processing.options import Option
from citygrid_plugin.services.command import run_command

#: How many findings the log of an algorithm shows; the rejects file has all.
SHOWN = 50


class CommandAlgorithm(CitygridAlgorithm):
    """Builds the arguments of a command, runs it, and reports its books."""

    #: Words of the command, e.g. ``("census", "import")``.
    command: tuple[str, ...]
    group_key = "workspace"
    #: Whether the command takes ``--dry-run``.
    dry_run = True
    #: What the command is asked for, after the workspace.
    options: ClassVar[Sequence[Option]] = ()
    #: Words of the command that are always the same.
    always: ClassVar[Sequence[str]] = ()

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the workspace, the command's own parameters and the books."""
        self.addParameter(workspace_parameter())
        self.declare()
        if self.dry_run:
            self.addParameter(
                QgsProcessingParameterBoolean(
                    "DRY_RUN", tr("Dry run: store nothing", "试运行，不入库"), False
                )
            )
        for name, title in _BOOKS.items():
            self.addOutput(QgsProcessingOutputNumber(name.upper(), shown(title)))

    def declare(self) -> None:
        """Add the options."""
        for option in self.options:
            self.addParameter(option.parameter())

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Sequence[str]:
        """Return the command's own arguments, after the workspace."""
        given = [o.words(self, parameters, context) for o in self.options]
        return [*(w for words in given for w in words), *self.always]

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run the child; its rejects and findings stand in the log."""
        words = [*self.command, self.parameterAsFile(parameters, "WORKSPACE", context)]
        words += self.arguments(parameters, context)
        if self.dry_run and self.parameterAsBool(parameters, "DRY_RUN", context):
            words.append("--dry-run")

        def progress(step: str, done: int, total: int) -> None:
            feedback.setProgressText(step_of(step, language()))
            if total:
                feedback.setProgress(100.0 * done / total)

        result = run_command(words, cancelled=feedback.isCanceled, progress=progress)
        if not result.done:
            raise QgsProcessingException(result.error())
        feedback.pushInfo(result.summary())
        problems = result.problems()
        for problem in problems[:SHOWN]:
            feedback.pushWarning(problem)
        if len(problems) > SHOWN:
            more = len(problems) - SHOWN
            feedback.pushWarning(tr(f"… and {more} more", f"……另有 {more} 条"))
        rejects = result.report.get("rejects_file")
        if rejects:
            feedback.pushInfo(tr(f"Rejected rows: {rejects}", f"退回的记录：{rejects}"))
        books = {name.upper(): _number(name, result.report, problems) for name in _BOOKS}
        files = {o.name: o.written(self, parameters, context) for o in self.options if o.writes}
        return books | {name: file for name, file in files.items() if file}


_BOOKS = {
    "read": Text("Rows read", "读入"),
    "stored": Text("Rows stored", "入库"),
    "unchanged": Text("Rows unchanged", "未变"),
    "rejected": Text("Rows rejected", "退回"),
    "findings": Text("Findings", "问题数"),
}


def _number(name: str, report: dict[str, Any], problems: Sequence[str]) -> int:
    return len(problems) if name == "findings" else int(report.get(name, 0))
