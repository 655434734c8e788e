"""Drawing a division: on a copy for the preview, then, when it is accepted, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.grid_views import TRIAL, Cell, drop_view, show_cells, size_state
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.grid_trial import Trial, grids_of
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from pathlib import Path

    from citygrid_plugin.gui.docks.grid_draw_page import GridDrawPage
    from citygrid_plugin.services.session import Session

TITLE = Text("division, preview", "网格划分（预览）")


class GridDrawing(QObject):
    """Runs the drawing, shows it, and stores it when it is accepted.

    Signals
    -------
    said(str, bool)
        What happened, and whether it went well.
    """

    said = pyqtSignal(str, bool)

    def __init__(self, session: Session, page: GridDrawPage, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._page = session, page
        self._trial = Trial()
        self._task: CommandTask | None = None
        self._words: list[str] = []
        page.preview_wanted.connect(self.preview)
        page.cancel_wanted.connect(self._cancel)
        page.accept_wanted.connect(self.accept)
        page.discard_wanted.connect(self.discard)
        session.changed.connect(self.refresh)
        self.refresh()

    def close(self) -> None:
        """Stop what runs, forget the preview."""
        self._session.changed.disconnect(self.refresh)
        self._cancel()
        drop_view(QgsProject.instance(), TRIAL)
        self._trial.close()

    @property
    def busy(self) -> bool:
        """Whether a division is being drawn."""
        return self._task is not None

    def refresh(self) -> None:
        """Let the buttons say what can be done."""
        there = self._session.path is not None
        if there:
            self._page.guess(QgsProject.instance())
        self._page.preview.setEnabled(there and not self.busy)
        self._page.cancel.setEnabled(self.busy)
        for part in (self._page.accept, self._page.discard):
            part.setEnabled(there and not self.busy and bool(self._words))

    def preview(self) -> None:
        """Draw on a copy of the store."""
        try:
            words = self._page.policy_arguments()
            for name, combo in self._page.layers.items():
                if combo.currentLayer() is not None:
                    words += [f"--{name}", self._trial.source_of(combo.currentLayer())]
            copy = self._trial.copy(self._session.path)
        except CitygridError as error:
            self.said.emit(shown(error), False)
            return
        self._words = []
        title = tr("citygrid: drawing a preview", "citygrid：划分预览")
        command = ["grids", "draw", str(copy), *words, "--redraw"]
        self._page.state.setText(tr("Drawing…", "正在划分……"))
        self._run(title, command, lambda result: self._drawn(result, copy, words))

    def _drawn(self, result: CommandResult, copy: Path, words: list[str]) -> None:
        if not result.done:
            self._page.state.setText("✘ " + result.error())
            self.refresh()
            return
        from citygrid_core.grids import Policy

        page = self._page
        policy = Policy(
            page.target.value(), page.low.value(), page.high.value(),
            page.limit_low.value(), page.limit_high.value(),
        )  # fmt: skip
        grids = grids_of(copy)
        cells = [
            Cell(str(code)[-3:], size_state(shape.area, policy), shape.area, shape)
            for code, shape in zip(grids["code"], grids.geometry, strict=True)
        ]
        crs = QgsCoordinateReferenceSystem()
        crs.createFromUserInput(self._session.summary.crs)
        show_cells(QgsProject.instance(), TRIAL, TITLE, cells, crs)
        page.show_quality(result.report)
        page.state.setText(
            tr(
                f"Preview of {len(cells)} grids; nothing is stored yet.",
                f"预览：共 {len(cells)} 个网格，尚未入库。",
            )
        )
        self._words = words
        self.refresh()

    def accept(self) -> None:
        """Draw for good: the same input gives the same grids."""
        command = ["grids", "draw", str(self._session.path), *self._words]
        command += [*self._page.cause.arguments(), "--redraw"]
        self._words = []
        self._page.state.setText(tr("Storing…", "正在入库……"))
        self._run(tr("citygrid: storing grids", "citygrid：网格入库"), command, self._stored)

    def _stored(self, result: CommandResult) -> None:
        if not result.done:
            self._page.state.setText("✘ " + result.error())
            self.said.emit(result.error(), False)
            self.refresh()
            return
        drop_view(QgsProject.instance(), TRIAL)
        stored = result.report.get("stored", 0)
        text = tr(f"Stored: {stored} grids.", f"已入库：{stored} 个网格。")
        self._page.state.setText("✔ " + text)
        self._session.refresh()
        self.said.emit(text, True)
        self.refresh()

    def discard(self) -> None:
        """Forget the preview."""
        self._words = []
        drop_view(QgsProject.instance(), TRIAL)
        self._page.quality.clear()
        self._page.state.clear()
        self.refresh()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self, title: str, words: list[str], done: object) -> None:
        def finished(result: CommandResult) -> None:
            self._task = None
            self._page.progress.setValue(0)
            done(result)

        self._task = CommandTask(title, words, finished)
        self._task.progressChanged.connect(lambda part: self._page.progress.setValue(int(part)))
        QgsApplication.taskManager().addTask(self._task)
        self.refresh()
