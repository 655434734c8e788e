"""Checking the stored grids, walking through the findings, and repairs by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.layers.grid_views import MENDED, Cell, drop_view, show_cells
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.grid_trial import Trial, differences, grids_of
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas

    from citygrid_plugin.gui.components.grid_marks import GridMarks
    from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
    from citygrid_plugin.gui.docks.grid_findings_page import GridFindingsPage
    from citygrid_plugin.services.grid_desk import GridDesk
    from citygrid_plugin.services.session import Session

TITLE = Text("grids, repair previewed", "单元网格（修复预览）")
#: Metres across of the view of a finding.
_VIEW = 200.0


class GridChecking(QObject):
    """Runs check, repair and undo; shows where findings are.

    Signals
    -------
    said(str, bool)
        What happened, and whether it went well.
    """

    said = pyqtSignal(str, bool)

    def __init__(
        self,
        canvas: QgsMapCanvas,
        session: Session,
        desk: GridDesk,
        page: GridFindingsPage,
        edits: GridEditPage,
        marks: GridMarks,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._session, self._desk = canvas, session, desk
        self._page, self._edits, self._marks = page, edits, marks
        self._trial = Trial()
        self._task: CommandTask | None = None
        # only a repair that was made here is taken back here: the last edit may be another's
        self._mended = False
        page.check_wanted.connect(self.check)
        page.chosen.connect(self.show_finding)
        page.preview_wanted.connect(self.preview)
        page.apply_wanted.connect(self.apply)
        page.undo_wanted.connect(self.undo)
        session.changed.connect(self.refresh)
        self.refresh()

    def close(self) -> None:
        """Stop what runs."""
        self._session.changed.disconnect(self.refresh)
        drop_view(QgsProject.instance(), MENDED)
        if self._task is not None:
            self._task.cancel()
        self._trial.close()

    @property
    def busy(self) -> bool:
        """Whether a command is running."""
        return self._task is not None

    def refresh(self) -> None:
        """Let the buttons say what can be done."""
        free = self._session.path is not None and not self.busy
        page = self._page
        for part in (page.check, page.preview, page.apply):
            part.setEnabled(free)
        page.undo.setEnabled(free and self._mended)
        if self._session.path is None:
            self._mended = False
            page.show_findings([])
            page.state.clear()
            page.repaired.clear()

    def check(self) -> None:
        """Check the grids as they are stored."""
        words = ["grids", "check", str(self._session.path), *self._policy()]
        layer = self._edits.buildings.currentLayer()
        if layer is not None:
            words += ["--buildings", self._trial.source_of(layer)]
        self._page.state.setText(tr("Checking…", "正在检查……"))
        self._run(tr("citygrid: checking grids", "citygrid：检查网格"), words, self._checked)

    def _checked(self, result: CommandResult) -> None:
        if not result.done:
            self._page.state.setText("✘ " + result.error())
            return
        rows = result.report.get("rows", [])
        self._page.show_findings(rows)
        errors = sum(row["severity"] == "error" for row in rows)
        read = result.report.get("read", 0)
        self._page.state.setText(
            tr(
                f"{read} grids: {errors} errors, {len(rows) - errors} warnings",
                f"{read} 个网格：错误 {errors} 项，警告 {len(rows) - errors} 项",
            )
        )

    def show_finding(self, row: dict[str, Any]) -> None:
        """Zoom to a finding and mark it and its grids."""
        self._know_crs()
        x, y = float(row["x"]), float(row["y"])
        here = self._canvas.mapSettings().destinationCrs()
        to = QgsCoordinateTransform(self._marks.crs, here, QgsProject.instance())
        box = QgsRectangle.fromCenterAndSize(QgsPointXY(x, y), _VIEW, _VIEW)
        self._canvas.setExtent(to.transformBoundingBox(box))
        self._canvas.refresh()
        self._marks.show_place((x, y))

    # --- repairs ---------------------------------------------------------------------------

    def _repair(self, path: object) -> list[str]:
        page = self._page
        return [
            "grids", "check", str(path), "--repair", str(page.strategy.currentData()),
            "--gap-m", str(page.gap.value()), *self._policy(), *page.cause.arguments(),
        ]  # fmt: skip

    def preview(self) -> None:
        """Repair a copy, and show the grids that would be other ones."""
        if self._pending():
            return
        copy = self._trial.copy(self._session.path)
        before = grids_of(self._session.path)

        def done(result: CommandResult) -> None:
            if not result.done:
                self._page.repaired.setText("✘ " + result.error())
                return
            self._know_crs()
            other = differences(before, grids_of(copy))
            cells = [
                Cell(str(code)[-3:], str(state), shape.area, shape)
                for code, state, shape in zip(
                    other["code"], other["state"], other.geometry, strict=True
                )
            ]
            show_cells(QgsProject.instance(), MENDED, TITLE, cells, self._marks.crs)
            self._page.repaired.setText(
                tr(f"Preview: {_counted(result)}; nothing is stored.",
                   f"预览：{_counted(result)}；尚未入库。")
            )  # fmt: skip

        self._run(tr("citygrid: trying a repair", "citygrid：试修复"), self._repair(copy), done)

    def apply(self) -> None:
        """Repair for good."""
        self._store(
            tr("citygrid: repairing grids", "citygrid：修复网格"),
            self._repair(self._session.path),
            lambda result: tr(f"Repaired: {_counted(result)}.", f"已修复：{_counted(result)}。"),
        )

    def undo(self) -> None:
        """Take the last edit back: a repair is one."""
        self._store(
            tr("citygrid: undoing the last edit", "citygrid：撤销最近的编辑"),
            ["grids", "undo", str(self._session.path)],
            lambda _: tr("Undone; the grids are as they were.", "已撤销，网格恢复原状。"),
        )

    def _store(self, title: str, words: list[str], says: Callable[[CommandResult], str]) -> None:
        if self._desk.loaded and self._desk.stack.index():
            self.said.emit(
                tr("First commit or discard what is pending.", "请先提交或放弃待提交的编辑。"),
                False,
            )
            return

        def done(result: CommandResult) -> None:
            text = says(result) if result.done else result.error()
            if result.done:
                report = result.report
                grids = "created" in report and (report["created"] or report["changed"])
                self._mended = bool(grids) and words[1] == "check"
            self._page.repaired.setText(("✔ " if result.done else "✘ ") + text)
            if result.done:
                drop_view(QgsProject.instance(), MENDED)
                self._session.refresh()
            self.said.emit(text, result.done)

        self._run(title, words, done)

    def _pending(self) -> bool:
        """Say so when there are edits that a repair would pass by."""
        if not (self._desk.loaded and self._desk.stack.index()):
            return False
        text = tr("First commit or discard what is pending.", "请先提交或放弃待提交的编辑。")
        self.said.emit(text, False)
        return True

    def _policy(self) -> list[str]:
        return ["--target-area", str(self._edits.target.value())]

    def _know_crs(self) -> None:
        crs = QgsCoordinateReferenceSystem()
        if crs.createFromUserInput(self._session.summary.crs):
            self._marks.crs = crs

    def _run(self, title: str, words: list[str], done: Callable[[CommandResult], None]) -> None:
        def finished(result: CommandResult) -> None:
            self._task = None
            self.refresh()
            done(result)

        self._task = CommandTask(title, words, finished)
        QgsApplication.taskManager().addTask(self._task)
        self.refresh()


def _counted(result: CommandResult) -> str:
    report = result.report
    new, gone = len(report.get("created", {})), len(report.get("retired", []))
    changed, moved = len(report.get("changed", [])), report.get("components_moved", 0)
    return tr(
        f"{new} new, {gone} retired, {changed} changed, {moved} components moved",
        f"新增 {new}、废止 {gone}、调整 {changed} 个网格，改属部件 {moved} 个",
    )
