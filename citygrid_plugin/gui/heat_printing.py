"""Heat on paper: what the map shows, as a sheet that says unit, sureness, source and date."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsCoordinateTransform, QgsProject, QgsSettings
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.heat_sheet import Sheet, heat_layout, write_sheet

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from citygrid_plugin.gui.docks.heat_print_page import HeatPrintPage
    from citygrid_plugin.gui.heat_comparing import HeatComparing
    from citygrid_plugin.gui.heat_desk import HeatDesk
    from citygrid_plugin.services.session import Session

_LAST_FOLDER = "citygrid/last_sheet_folder"


class HeatPrinting(QObject):
    """Makes the sheet on demand."""

    def __init__(
        self,
        iface: QgisInterface,
        session: Session,
        desk: HeatDesk,
        comparing: HeatComparing,
        page: HeatPrintPage,
    ) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self._session = iface, session
        self._desk, self._comparing, self._page = desk, comparing, page
        self._offered = ""
        page.write_wanted.connect(self._choose)
        page.layout_wanted.connect(self._open)
        desk.redrawn.connect(self._offer)
        self._offer()

    def close(self) -> None:
        """Let go of everything outside the plugin: the mirror of the constructor."""
        self.deleteLater()

    def sheet(self) -> Sheet | None:
        """Return what would be printed; None when the map shows no heat."""
        desk, comparing = self._desk, self._comparing
        if desk.answer is None or desk.city is None or not desk.on:
            return None
        canvas, project = self._iface.mapCanvas(), QgsProject.instance()
        span = desk.answer.question.span
        change = comparing.change if comparing.comparing else None
        names = [span.name, *([change.then.question.span.name] if change else [])]
        days = tr(f"{span.first} to {span.last}", f"{span.first} 至 {span.last}")
        line = " · ".join([desk.asked_in_words(), tr(" against ", " 对比 ").join(names)])
        if span.step in ("week", "month", "quarter", "year"):
            line += f" ({days})" if not change else ""
        to_project = QgsCoordinateTransform(
            canvas.mapSettings().destinationCrs(), project.crs(), project
        )
        return Sheet(
            self._page.title.text() or self._offered,
            line,
            canvas.layers(),
            self._legend(),
            self._notes(),
            to_project.transformBoundingBox(comparing.extent()),
            tuple(comparing.layers()) if change else (),
            (names[0], names[1]) if change else ("", ""),
        )

    def write(self, file: Path, *, dpi: int = 200) -> None:
        """Write the sheet as PNG or PDF.

        Raises
        ------
        CitygridError
            There is nothing to print, or the file can't be written.
        """
        sheet = self.sheet()
        if sheet is not None:
            write_sheet(heat_layout(QgsProject.instance(), sheet), file, dpi)

    def _legend(self) -> dict[str, str]:
        desk, boxes = self._desk, self._desk.shown_roles()
        assert desk.answer is not None
        # beside another period the classes are those of both
        period = "" if self._comparing.comparing else desk.answer.question.span.name
        titles = {live.HEAT: words.unit_title(desk.unit(), period)}
        if live.SPOTS in boxes:
            titles[live.SPOTS] = tr("Significance (Gi*)", "显著性（Gi*）")
        if live.WEAK in boxes:
            titles[live.WEAK] = tr("Uncertain places", "位置存疑")
        layer = live.find_live(QgsProject.instance(), live.PATTERNS)
        if live.PATTERNS in boxes and layer is not None:
            titles[live.PATTERNS] = layer.name()
        return titles

    def _notes(self) -> list[str]:
        desk, session = self._desk, self._session
        assert desk.answer is not None
        assert desk.city is not None
        said = [_plain(words.said_of(desk.answer, desk.found, desk.grids_in_words()))]
        found = desk.found is not None and (desk.found["spot"] != "").any()
        if live.SPOTS in desk.shown_roles() and found:
            said.append(
                tr(
                    "q: of all grids marked at this q or below, at most this share is expected "
                    "to be chance (Gi* on grids that touch, Benjamini and Hochberg).",
                    "q：凡达到此 q 值的网格中，预计至多有此比例属偶然（相邻网格 Gi*，"
                    "Benjamini-Hochberg 校正）。",
                )
            )
        if self._comparing.comparing and self._comparing.change is not None:
            said.append(_plain(self._comparing.change.said()))
        said += [f"⚠ {text}" for text in words.warnings_of(desk.answer)]
        summary = session.summary
        first, last = desk.city.days
        source = summary.path.name if summary is not None else desk.city.path.name
        # Of the last entry the time alone: what was done then is no matter of the reader's.
        state = summary.last_entry.partition("  ")[0] if summary is not None else ""
        said.append(
            tr(
                f"Source: cases of {desk.city.name} ({source}), {first} to {last}. "
                f"Data as of {state}.",
                f"来源：{desk.city.name}案件（{source}），{first} 至 {last}。数据状态：{state}。",
            )
        )
        return said

    def _offer(self) -> None:
        """Offer a title; one that the user typed stays."""
        city = self._desk.city
        if city is None:
            return
        title = tr(f"{city.name}: heat of cases", f"{city.name}案件热力图")
        if self._page.title.text() in ("", self._offered):
            self._page.title.setText(title)
        self._offered = title

    def _choose(self, kind: str) -> None:
        if self.sheet() is None:
            self._say(tr("The map shows no heat yet.", "图上尚无热力。"), Qgis.MessageLevel.Info)
            return
        folder = QgsSettings().value(_LAST_FOLDER, str(Path.home()))
        pattern = {"png": "PNG (*.png)", "pdf": "PDF (*.pdf)"}[kind]
        chosen, _ = QFileDialog.getSaveFileName(
            self._iface.mainWindow(), tr("Write the sheet", "导出图幅"), folder, pattern
        )
        if not chosen:
            return
        file = Path(chosen).with_suffix(f".{kind}")
        QgsSettings().setValue(_LAST_FOLDER, str(file.parent))
        try:
            self.write(file)
        except CitygridError as error:
            self._say(shown(error), Qgis.MessageLevel.Warning)
            return
        self._say(tr(f"Written: {file}", f"已导出：{file}"), Qgis.MessageLevel.Success)

    def _open(self) -> None:
        sheet = self.sheet()
        if sheet is None:
            return
        project = QgsProject.instance()
        manager = project.layoutManager()
        held = manager.layoutByName(sheet.title)
        if held is not None:
            manager.removeLayout(held)
        layout = heat_layout(project, sheet)
        manager.addLayout(layout)
        self._iface.openLayoutDesigner(layout)

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage("citygrid", text, level, 8)


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)
