"""Findings of the check: list, zoom, fix with a preview, accept with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from qgis.core import QgsApplication, QgsGeometry, QgsPointXY, QgsProject, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QMessageBox

from citygrid_core.errors import CitygridError
from citygrid_plugin.gui.components.findings_page import MOST_LISTED, Shown
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.command import CommandResult
from citygrid_plugin.services.jobs import CommandTask
from citygrid_plugin.services.map_view import centre_on
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.census_desk import CensusDesk
    from citygrid_plugin.gui.docks.census_dock import CensusDock
    from citygrid_plugin.services.session import Session

_TAB = 2
_SCALE = 500.0
_ORDER = {"error": 0, "warning": 1, "hint": 2}
_PREVIEWED = 12


class FindingsDesk(QObject):
    """Runs the check in a child process; settles findings one by one."""

    def __init__(
        self, iface: QgisInterface, session: Session, dock: CensusDock, capture: CensusDesk
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session, self._dock = iface, session, dock
        self._page, self._capture = dock.findings, capture
        self._task: CommandTask | None = None
        self._mark = QgsRubberBand(iface.mapCanvas(), QgsWkbTypes.GeometryType.PointGeometry)
        self._mark.setIcon(QgsRubberBand.IconType.ICON_BOX)
        self._mark.setIconSize(18)
        self._mark.setColor(QColor(palette.VERMILION))
        self._mark.setWidth(2)
        page = self._page
        page.check_wanted.connect(self.check)
        page.severity_changed.connect(lambda _: self.refresh())
        page.chosen.connect(self._zoom)
        page.fix_wanted.connect(self._fix)
        page.accept_wanted.connect(self._accept)
        capture.letter_n.connect(page.step)
        dock.tabs.currentChanged.connect(self._turned)
        session.changed.connect(self._session_changed)

    def close(self) -> None:
        """Let go: the mirror of the constructor."""
        self._session.changed.disconnect(self._session_changed)
        self._iface.mapCanvas().scene().removeItem(self._mark)
        if self._task is not None:
            self._task.cancel()
        self.deleteLater()

    def check(self) -> None:
        """Run the rule book over the workspace."""
        path = self._session.path
        if path is None or self._task is not None:
            return
        self._page.check.setEnabled(False)
        self._page.headline.setText(tr("Checking…", "正在检查……"))
        words = ["census", "check", str(path), "--who", self._who()]
        self._task = CommandTask(
            tr("citygrid: checking components", "citygrid：检查部件"), words, self._checked
        )
        QgsApplication.taskManager().addTask(self._task)

    def refresh(self) -> None:
        """List the open findings, errors first."""
        path = self._session.path
        if path is None:
            self._page.show_findings([], 0, "")
            return
        with open_workspace(path) as workspace:
            found = workspace.read("findings", where={"state": "open"})
            ran = workspace.count("checks")
        counts = found["severity"].value_counts().to_dict()
        wanted = str(self._page.severity.currentData() or "")
        if wanted:
            found = found[found["severity"] == wanted]
        order = found["severity"].map(_ORDER)
        found = found.assign(order_=order).sort_values(["order_", "rule", "finding"])
        rows = [_shown(row) for _, row in found.head(MOST_LISTED).iterrows()]
        self._page.show_findings(rows, len(found), _headline(counts, ran))

    def _zoom(self, finding: str) -> None:
        one = self._page.find(finding)
        layer = find_layer(QgsProject.instance(), "components_point")
        self._mark.reset(QgsWkbTypes.GeometryType.PointGeometry)
        if one is not None and one.x is not None and one.y is not None and layer is not None:
            centre_on(self._iface.mapCanvas(), one.x, one.y, _SCALE)
            self._mark.addGeometry(QgsGeometry.fromPointXY(QgsPointXY(one.x, one.y)), layer)

    def _fix(self, finding: str) -> None:
        """Preview the safe fix of a finding's rule for its component; then apply it."""
        from citygrid_core.operations.census.rules.fix import fix_components

        one, path = self._page.find(finding), self._session.path
        if one is None or path is None or not self._capture.switch(True):
            return
        on = self._capture.service.today()
        try:
            with open_workspace(path) as workspace:
                _, cells = fix_components(
                    workspace, one.rule, codes=[one.object_code], on=on, dry_run=True
                )
                if not len(cells) or not self._agreed(one, cells):
                    if not len(cells):
                        self._page.headline.setText(
                            tr("No safe fix: settle it by hand.", "没有安全修正，请手工处理。")
                        )
                    return
                fix_components(workspace, one.rule, codes=[one.object_code], on=on, who=self._who())
        except CitygridError as error:
            self._page.headline.setText(shown(error))
            return
        self._capture.service.show()
        self.refresh()

    def _agreed(self, one: Shown, cells: pd.DataFrame) -> bool:
        lines = [
            f"{row.object_code}  {row.field}: {row.before} → {row.after}"
            for row in cells.head(_PREVIEWED).itertuples()
        ]
        answer = QMessageBox.question(
            self._iface.mainWindow(),
            tr(f"Fix {one.rule}", f"修正 {one.rule}"),
            "\n".join([one.message, "", *lines]),
        )
        return bool(answer == QMessageBox.StandardButton.Yes)

    def _accept(self, finding: str, reason: str) -> None:
        from citygrid_core.operations.census.rules.findings import accept_finding

        path = self._session.path
        if path is None or not self._capture.switch(True):
            return
        on = self._capture.service.today()
        try:
            with open_workspace(path) as workspace:
                accept_finding(workspace, [finding], reason=reason, on=on, who=self._who())
        except CitygridError as error:
            self._page.headline.setText(shown(error))
            return
        self.refresh()

    def _checked(self, result: CommandResult) -> None:
        self._task = None
        self._page.check.setEnabled(True)
        if result.done:
            self.refresh()
        else:
            self._page.headline.setText(result.error())

    def _turned(self, at: int) -> None:
        self._mark.reset(QgsWkbTypes.GeometryType.PointGeometry)
        if at == _TAB:
            self.refresh()

    def _session_changed(self) -> None:
        if self._dock.tabs.currentIndex() == _TAB:
            self.refresh()

    def _who(self) -> str:
        return str(self._dock.surveyor.text().strip())


def _shown(row: pd.Series) -> Shown:
    point = row["geometry"]
    there = point is not None and not point.is_empty
    return Shown(
        str(row["finding"]),
        str(row["rule"]),
        str(row["severity"]),
        str(row[f"message_{language()}"] or ""),
        str(row["object_code"]),
        float(point.x) if there else None,
        float(point.y) if there else None,
    )


def _headline(counts: dict[str, int], ran: int) -> str:
    if not ran:
        return tr("Not checked yet.", "尚未检查。")
    if not counts:
        return tr("✔ No open findings.", "✔ 没有待处理的发现。")
    errors, warnings, hints = (counts.get(s, 0) for s in _ORDER)
    return tr(
        f"Open: errors {errors:,}, warnings {warnings:,}, hints {hints:,}.",
        f"待处理：错误 {errors:,}，警告 {warnings:,}，提示 {hints:,}。",
    )
