"""Impact, commit, and taking a commit back: each a command in a child process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QMessageBox

from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas

    from citygrid_core.operations.grids.plan import Step
    from citygrid_plugin.gui.components.grid_marks import GridMarks
    from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
    from citygrid_plugin.services.grid_desk import GridDesk
    from citygrid_plugin.services.session import Session

#: How long (ms) after the last edit the impact is asked for.
_PAUSE = 400
_LAYERS = {"components": "components_", "open_cases": "cases", "duty_rules": "duty_rules",
           "grid_groups": "grid_groups"}  # fmt: skip


class GridCommitting(QObject):
    """Asks the store what pending edits move, and makes them.

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
        page: GridEditPage,
        marks: GridMarks,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._session, self._desk = canvas, session, desk
        self._page, self._marks = page, marks
        self._folder = tempfile.TemporaryDirectory(prefix="citygrid_")
        self._task: CommandTask | None = None
        self._working = False
        self._committed: list[Step] = []
        self._places: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self.ask_impact)
        desk.changed.connect(self._changed)
        page.commit_wanted.connect(self.commit)
        page.undo_commit_wanted.connect(self.undo_commit)
        page.impact.asked.connect(self.show_thing)
        self._changed()

    def close(self) -> None:
        """Stop what runs."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        self._folder.cleanup()

    @property
    def busy(self) -> bool:
        """Whether a commit or its undo is running."""
        return self._working

    def forget(self) -> None:
        """Another workspace: what was committed is not ours to take back by a click."""
        self._committed = []
        self._buttons()

    def _changed(self) -> None:
        self._page.impact.clear()
        pending = self._desk.stack.index() if self._desk.loaded else 0
        if pending:
            self._page.impact_state.setText(tr("Looking what moves…", "正在分析影响……"))
            self._timer.start()
        else:
            self._timer.stop()
            self._page.impact_state.setText(tr("Nothing is pending.", "没有待提交的编辑。"))
        self._buttons()

    def _buttons(self) -> None:
        stack, free = self._desk.stack, not self._working
        pending = self._desk.loaded and stack.index() > 0
        self._page.commit.setEnabled(free and pending)
        self._page.discard.setEnabled(free and pending)
        self._page.undo.setEnabled(free and stack.canUndo())
        self._page.redo.setEnabled(free and stack.canRedo())
        self._page.undo_commit.setEnabled(free and self._session.path is not None)

    def _arguments(self, name: str) -> list[str]:
        plan = Path(self._folder.name) / f"{name}.json"
        self._desk.plan().save(plan)
        words = ["grids", "edit", str(self._desk.path), str(plan)]
        words += [*self._page.cause.arguments(), "--target-area", str(self._page.target.value())]
        return words

    def ask_impact(self) -> None:
        """Ask what the pending edits would move: the commit, without storing."""
        if self._working or not self._desk.loaded or not self._desk.stack.index():
            return
        words = [*self._arguments("impact"), "--dry-run"]
        if self._page.accept_cuts.isChecked():
            words.append("--accept-cuts")
        net = self._desk.net()
        self._run(tr("citygrid: impact of edits", "citygrid：分析编辑影响"), words,
                  lambda result: self._impact_known(result, net))  # fmt: skip

    def _impact_known(self, result: CommandResult, net: Any) -> None:
        if result.cancelled or net is not self._desk.net():
            return
        if not result.done:
            self._page.impact_state.setText("✘ " + result.error())
            return
        self._places = _places(net, result.report)
        self._page.impact.show_details(result.report, result.problems())
        said = _counted(result.report)
        self._page.impact_state.setText(said)

    def commit(self) -> None:
        """Store the pending edits in one transaction."""
        if self._working or not self._desk.stack.index():
            return
        words = self._arguments("commit")
        if self._page.accept_cuts.isChecked():
            words.append("--accept-cuts")
        steps = self._desk.steps()
        self._begin()
        self._run(tr("citygrid: committing edits", "citygrid：提交编辑"), words,
                  lambda result: self._done(result, steps))  # fmt: skip

    def _done(self, result: CommandResult, steps: list[Step]) -> None:
        self._working = False
        if not result.done:
            self._buttons()
            self.said.emit(result.error(), False)
            return
        self._committed = steps
        self._read_anew()
        counted = _counted(result.report)
        self.said.emit(tr(f"Committed: {counted}", f"已提交：{counted}"), True)

    def undo_commit(self) -> None:
        """Take the last stored edit back; if it was ours, its steps are pending again."""
        if self._working or self._session.path is None:
            return
        if self._desk.loaded and self._desk.stack.index():
            self.said.emit(
                tr("First commit or discard what is pending.", "请先提交或放弃待提交的编辑。"),
                False,
            )
            return
        if not self._committed and not self._sure():
            return
        self._begin()
        self._run(
            tr("citygrid: undoing the last commit", "citygrid：撤销上次提交"),
            ["grids", "undo", str(self._session.path)],
            self._undone,
        )

    def _sure(self) -> bool:
        """Ask before an edit is taken back that was not committed here just now."""
        answer = QMessageBox.question(
            self._canvas,
            "citygrid",
            tr(
                "The last edit of the grids was not committed in this session. Take it back?",
                "最近一次网格编辑不是在本次会话中提交的，确定撤销吗？",
            ),
        )
        return bool(answer == QMessageBox.StandardButton.Yes)

    def _undone(self, result: CommandResult) -> None:
        self._working = False
        if not result.done:
            self._buttons()
            self.said.emit(result.error(), False)
            return
        steps, self._committed = self._committed, []
        self._read_anew()
        back = len(result.report.get("as_before", []))
        self.said.emit(
            tr(f"Undone: {back} grids are as they were.", f"已撤销：{back} 个网格恢复原状。"), True
        )
        if steps:
            try:
                self._desk.restore(steps)
            except CitygridError as error:
                self.said.emit(shown(error), False)

    def _begin(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._timer.stop()
        self._working = True
        self._buttons()

    def _read_anew(self) -> None:
        self._session.refresh()
        self._desk.load(self._session.path)

    def _run(self, title: str, words: list[str], done: Callable[[CommandResult], None]) -> None:
        def finished(result: CommandResult) -> None:
            if self._task is task:
                self._task = None
            done(result)

        if self._task is not None:
            self._task.cancel()
        task = self._task = CommandTask(title, words, finished)
        QgsApplication.taskManager().addTask(task)

    # --- showing what moves -----------------------------------------------------------------

    def show_thing(self, part: str, code: str) -> None:
        """Zoom to a thing of the impact and select it."""
        if part in ("created", "retired", "changed"):
            shape = self._places.get(code)
            if shape is not None:
                self._marks.show("chosen", [shape])
                self._zoom(QgsRectangle(*shape.bounds), self._marks.crs)
            return
        for layer in QgsProject.instance().mapLayers().values():
            role = str(layer.customProperty(ROLE) or "")
            if not role.startswith(_LAYERS[part]):
                continue
            field = "number" if part == "open_cases" else "code"
            quoted = code.replace("'", "''")
            layer.selectByExpression(f"\"{field}\" = '{quoted}'")
            if not layer.selectedFeatureCount():
                continue
            feature = next(layer.getSelectedFeatures())
            if feature.hasGeometry():
                self._zoom(feature.geometry().boundingBox(), layer.crs())
            elif part == "duty_rules":
                self._zoom_to_grid(str(feature["place_code"]))
            return

    def _zoom_to_grid(self, code: str) -> None:
        if self._desk.coverage is not None and code in self._desk.coverage:
            window = self._desk.coverage.window(code)
            shape = window.geometry[window["code"] == code].iloc[0]
        else:
            shape = self._places.get(code)
        if shape is not None:
            self._marks.show("chosen", [shape])
            self._zoom(QgsRectangle(*shape.bounds), self._marks.crs)

    def _zoom(self, box: QgsRectangle, crs: Any) -> None:
        here = self._canvas.mapSettings().destinationCrs()
        box = QgsCoordinateTransform(crs, here, QgsProject.instance()).transformBoundingBox(box)
        if box.width() < 100:
            box = QgsRectangle.fromCenterAndSize(box.center(), 160, 160)
        box.scale(1.6)
        self._canvas.setExtent(box)
        self._canvas.refresh()
        if not box.isEmpty():
            shape = QgsGeometry.fromRect(box)
            self._canvas.flashGeometries([shape.centroid()], here)


def _places(net: Any, report: dict[str, Any]) -> dict[str, Any]:
    """Return the shape of every grid of an impact by the code that it has or will have."""
    found = dict(zip(map(str, net.retired["code"]), net.retired.geometry, strict=True))
    found.update(zip(map(str, net.changed["code"]), net.changed.geometry, strict=True))
    # codes rise in reading order, in memory as in the store
    numbered = net.numbered(dict.fromkeys(net.created["community_code"], 0)).created
    order = sorted(range(len(numbered)), key=lambda i: str(numbered["code"].iloc[i]))
    shapes = [numbered.geometry.iloc[i] for i in order]
    found.update(zip(sorted(report.get("created", {})), shapes, strict=False))
    return found


def _counted(report: dict[str, Any]) -> str:
    new, gone = len(report.get("created", {})), len(report.get("retired", []))
    moved, cases = report.get("components_moved", 0), len(report.get("open_cases", []))
    rules, groups = len(report.get("duty_rules", [])), len(report.get("grid_groups", []))
    return tr(
        f"{new} codes created, {gone} retired; {moved} components move, {cases} open cases, "
        f"{rules} duty rules, {groups} responsibility grids affected.",
        f"新增编码 {new} 个，废止 {gone} 个；部件改属 {moved} 个，涉及未结案件 {cases} 件、"
        f"责任规则 {rules} 条、责任网格 {groups} 个。",
    )
