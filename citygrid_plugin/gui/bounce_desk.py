"""What departments sent back in the period of an evaluation, down to the cases on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.evaluation import show_behind

if TYPE_CHECKING:
    from citygrid_plugin.gui.components.evaluation_pages import BouncesPage


class BounceDesk(QObject):
    """Fills the page of bounces.

    Parameters
    ----------
    run : callable
        Runs work in a task, and hands its result over: name, work, done.
    read, places : callable
        Return the tables of bounces of the period shown (None while there is none); where cases lie.
    frame : callable
        Brings a box of the store (west, south, east, north) onto the map.
    """

    def __init__(
        self,
        parent: QObject,
        page: BouncesPage,
        run: Callable[[str, Callable[[], Any], Callable[[Any], None]], None],
        read: Callable[[], Callable[[], Any] | None],
        places: Callable[[list[str]], Callable[[], Any] | None],
        frame: Callable[[tuple[float, float, float, float]], None],
        open_case: Callable[[str], None],
    ) -> None:
        super().__init__(parent)
        self._page, self._run, self._read = page, run, read
        self._places, self._frame = places, frame
        self._tables: dict[str, Any] | None = None
        page.counted_by.connect(lambda _: self._show())
        page.chosen.connect(self._mark)
        page.opened.connect(open_case)

    def forget(self) -> None:
        """Drop what was read: another period is asked."""
        self._tables = None
        self._page.show_bounces("", [])

    def ask(self) -> None:
        """Read the bounces of the period, unless they are there."""
        work = self._read()
        if self._tables is not None or work is None:
            return
        self._page.said.setText(tr("Reading…", "正在读取……"))
        self._run("bounces", work, self._done)

    def _done(self, result: Any) -> None:
        if isinstance(result, CitygridError):
            self._page.show_bounces(shown(result), [])
            return
        self._tables = result
        self._show()

    def _show(self) -> None:
        if self._tables is None:
            return
        table = self._tables[str(self._page.by.currentData())]
        rows = [
            (
                list(r.numbers),
                [r.who, f"{r.bounces:,}", f"{r.cases:,}", f"{r.loops:,}",
                 f"{r.median_h:.1f}" if r.median_h == r.median_h else "–"],
            )
            for r in table.itertuples(index=False)
        ]  # fmt: skip
        count, loops = int(table["bounces"].sum()), int(table["loops"].sum())
        said = tr("No case was sent back.", "本期无回退案件。") if not count else tr(
            f"{count:,} returns, {loops:,} of them loops", f"回退 {count:,} 次，其中循环派遣 {loops:,} 次"
        )  # fmt: skip
        self._page.show_bounces(said, rows)

    def _mark(self, numbers: list[str]) -> None:
        work = self._places(numbers)
        if work is None:
            return

        def drawn(points: Any) -> None:
            if isinstance(points, CitygridError):
                return
            there = [
                (p.x, p.y, n, True)
                for n, p in zip(numbers, points, strict=True)
                if p is not None and not p.is_empty
            ]
            title = tr("cases sent back", "回退案件")
            for _ in show_behind(QgsProject.instance(), points.crs, there, title):
                pass  # a few cases: no need of slices
            if there:
                xs, ys = [p[0] for p in there], [p[1] for p in there]
                self._frame((min(xs), min(ys), max(xs), max(ys)))

        self._run("bounced", work, drawn)
