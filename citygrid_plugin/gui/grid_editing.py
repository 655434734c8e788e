"""Between the map tools and the grids under edit: which step the user means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.gui.components.grid_marks import GridMarks
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.grid_views import PENDING, Cell, drop_view, hide_grids, show_cells
from citygrid_plugin.services.grid_preview import Preview, preview, refusal
from citygrid_plugin.services.grid_surroundings import Snapping, border_at, road_at

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas

    from citygrid_core.operations.grids.plan import Step
    from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
    from citygrid_plugin.services.grid_desk import GridDesk

PENDING_TITLE = Text("grids, edits pending", "单元网格（待提交）")


class GridEditing(QObject):
    """Makes steps of what is drawn, previews them, and makes them.

    Signals
    -------
    refused(str)
        Why a step that the user ended was not made.
    made(str)
        What was made.
    """

    refused = pyqtSignal(str)
    made = pyqtSignal(str)

    def __init__(
        self, canvas: QgsMapCanvas, desk: GridDesk, page: GridEditPage, marks: GridMarks
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._desk, self._page, self._marks = canvas, desk, page, marks
        self._picked: list[str] = []
        self._held: tuple[float, float] | None = None
        self._grabbed: tuple[str, str, Any] | None = None
        self._hovered: tuple[Any, ...] = ()
        self._snapping = Snapping()
        desk.changed.connect(self._snapping.forget)
        desk.changed.connect(self._show_pending)

    # --- the tools' places ---------------------------------------------------------------

    def snapper(self, point: QgsPointXY, reach: float) -> tuple[QgsPointXY, str]:
        """Draw a point of the map to the grids as they are now."""
        if not self._desk.loaded:
            return point, ""
        there = self._in(point)
        metres = there.distance(self._in(QgsPointXY(point.x() + reach, point.y())))
        x, y, to = self._snapping.snap(self._desk.coverage, there.x(), there.y(), metres)
        return (self._out(x, y), to) if to else (point, "")

    def _to(self) -> QgsCoordinateTransform:
        here = self._canvas.mapSettings().destinationCrs()
        return QgsCoordinateTransform(here, self._marks.crs, QgsProject.instance())

    def _in(self, point: QgsPointXY) -> QgsPointXY:
        return self._to().transform(point)

    def _out(self, x: float, y: float) -> QgsPointXY:
        back = Qgis.TransformDirection.Reverse
        return self._to().transform(QgsPointXY(x, y), back)

    def _xy(self, points: list[QgsPointXY]) -> list[tuple[float, float]]:
        there = (self._in(p) for p in points)
        return [(p.x(), p.y()) for p in there]

    def _reach(self) -> float:
        here = self._canvas.center()
        beside = QgsPointXY(here.x() + 10 * self._canvas.mapUnitsPerPixel(), here.y())
        return float(self._in(here).distance(self._in(beside)))

    # --- lines and polygons ----------------------------------------------------------------

    def drawn(self, kind: str, points: list[QgsPointXY]) -> None:
        """Preview what is being drawn."""
        step = self._step(kind, self._xy(points))
        if step is not None:
            self._preview(step)

    def finished(self, kind: str, points: list[QgsPointXY]) -> None:
        """Make what was drawn."""
        step = self._step(kind, self._xy(points))
        if step is None:
            self._refuse(
                tr(
                    "Nothing to do there: see the help in the status bar.",
                    "此处无可执行的编辑，请看状态栏提示。",
                )
            )
            return
        self._make(step)

    def _step(self, kind: str, xy: list[tuple[float, float]]) -> Step | None:
        """Return the step that points mean; None while it is not clear yet."""
        import shapely

        from citygrid_core.operations.grids.plan import Step

        if kind == "add":
            if len(xy) < 3:
                return None
            shape = shapely.Polygon(xy)
            spot = shapely.make_valid(shape).representative_point()
            community = self._desk.community_at(spot.x, spot.y)
            return Step("add", (community,), shape.wkt) if community else None
        if kind == "borderline":
            first, second, border = border_at(self._desk.coverage, *xy[0], self._reach())
            self._marks.show("line", [border])
            if not first or len(xy) < 3:
                return None
            return Step("move", (first, second), shapely.LineString(xy[1:]).wkt)
        if len(xy) < 2:
            return None
        line = shapely.LineString(xy)
        if kind == "split":
            return Step("split", (), line.wkt)
        # The grid that the line begins in; on a border, the one that it leads into.
        x, y, to = self._snapping.snap(self._desk.coverage, *xy[0], 0.01)
        if to:
            x, y = (xy[0][0] + xy[1][0]) / 2, (xy[0][1] + xy[1][1]) / 2
        code = self._desk.code_at(x, y)
        return Step("reshape", (code,), line.wkt) if code else None

    # --- pointing -------------------------------------------------------------------------

    def hovered(self, kind: str, point: QgsPointXY, shift: bool) -> None:
        """Preview what a click would do."""
        x, y = self._xy([point])[0]
        if kind == "road":
            line, name = self._road(x, y, shift)
            key: tuple[Any, ...] = (kind, None if line is None else line.wkt)
        else:
            line, name = None, ""
            key = (kind, self._desk.code_at(x, y), self._page.parts.value(), *self._picked)
        if key == self._hovered:
            return
        self._hovered = key
        if kind == "road":
            self._marks.show("line", [line])
            if line is None:
                self._show(Preview())
            else:
                self._preview(self._along(line), name)
        elif kind == "divide" and key[1]:
            self._preview(self._dividing(str(key[1])))
        elif kind == "merge" and key[1]:
            self._preview_merge([*self._picked, str(key[1])])

    def picked(self, kind: str, point: QgsPointXY, shift: bool) -> None:
        """Do what was clicked, or add it to the choice."""
        x, y = self._xy([point])[0]
        if kind == "road":
            line, _ = self._road(x, y, shift)
            if line is None:
                self._refuse(
                    tr(
                        "No road is here; show a layer of lines.",
                        "此处没有道路；请先显示道路线图层。",
                    )
                )
            else:
                self._make(self._along(line))
            return
        code = self._desk.code_at(x, y)
        if not code:
            self._refuse(tr("No grid is here.", "此处没有单元网格。"))
        elif kind == "divide":
            self._make(self._dividing(code))
        elif code in self._picked:
            self._picked.remove(code)
            self._preview_merge(self._picked)
        else:
            self._picked.append(code)
            self._preview_merge(self._picked)

    def merge_finished(self) -> None:
        """Merge what was chosen."""
        from citygrid_core.operations.grids.plan import Step

        if len(self._picked) < 2:
            self._refuse(tr("Click two or more grids first.", "请先点选两个以上单元网格。"))
            return
        self._make(Step("merge", tuple(self._picked)))

    def _preview_merge(self, codes: list[str]) -> None:
        from citygrid_core.operations.grids.plan import Step

        codes = list(dict.fromkeys(codes))
        window = self._desk.coverage.window(*codes) if codes else None
        chosen = [] if window is None else window.geometry[window["code"].isin(self._picked)]
        self._marks.show("chosen", chosen)
        if len(codes) >= 2:
            self._preview(Step("merge", tuple(codes)))
        else:
            self._show(Preview())

    def _road(self, x: float, y: float, whole: bool) -> tuple[Any, str]:
        crs = self._marks.crs
        return road_at(QgsProject.instance(), crs, QgsPointXY(x, y), self._reach(), whole=whole)

    def _along(self, line: Any) -> Step:
        from citygrid_core.operations.grids.plan import Step

        return Step("split", (), line.wkt)

    def _dividing(self, code: str) -> Step:
        from citygrid_core.operations.grids.plan import Step

        return Step("divide", (code,), n=self._page.parts.value())

    # --- dragging ---------------------------------------------------------------------------

    def grabbed(self, point: QgsPointXY) -> None:
        """Take hold of a vertex or of a place on a border."""
        x, y = self._xy([point])[0]
        x, y, to = self._snapping.snap(self._desk.coverage, x, y, self._reach())
        self._held = (x, y) if to else None
        self._grabbed = None
        if to == "edge":
            self._grabbed = border_at(self._desk.coverage, x, y, self._reach())
        elif not to:
            self._show(Preview(refused=tr("Press on a border.", "请按住网格边界。")))

    def dragged(self, point: QgsPointXY) -> None:
        """Preview the border there."""
        step = self._dragging(point)
        if step is not None:
            self._preview(step)

    def dropped(self, point: QgsPointXY) -> None:
        """Move the border there."""
        step = self._dragging(point)
        if step is not None:
            self._make(step)
        self._held = None

    def _dragging(self, point: QgsPointXY) -> Step | None:
        import shapely

        from citygrid_core.operations.grids.plan import Step

        if self._held is None:
            return None
        to = self._xy([point])[0]
        if self._grabbed is None:
            return Step("vertex", (), shapely.LineString([self._held, to]).wkt)
        first, second, border = self._grabbed
        if not first:
            return None
        spot = shapely.Point(self._held)
        along = shapely.line_locate_point(border, spot)
        ends = shapely.get_coordinates(border)
        far = [shapely.line_locate_point(border, shapely.Point(p)) for p in ends]
        at = next((i for i, f in enumerate(far) if f > along), len(ends) - 1)
        course = [*map(tuple, ends[:at]), to, *map(tuple, ends[at:])]
        return Step("move", (first, second), shapely.LineString(course).wkt)

    # --- showing and making -----------------------------------------------------------------

    def cancelled(self) -> None:
        """Forget what was begun."""
        self._picked, self._held, self._grabbed, self._hovered = [], None, None, ()
        self._marks.clear()
        self._page.live.clear()

    def _preview(self, step: Step, name: str = "") -> None:
        try:
            found = preview(self._desk, step)
        except CitygridError as error:
            found = refusal(error)
        self._show(found)
        if name:
            self._page.live.head.setText(f"{name}  {self._page.live.head.text()}")

    def _show(self, found: Preview) -> None:
        self._page.live.show_preview(found)
        self._marks.show("legal", [p.shape for p in found.pieces if p.legal])
        self._marks.show("refused", [p.shape for p in found.pieces if not p.legal])
        self._marks.show_place(found.place)

    def _make(self, step: Step) -> None:
        try:
            edit = self._desk.do(step, accept_cuts=self._page.accept_cuts.isChecked())
        except CitygridError as error:
            found = refusal(error)
            self._show(found)
            self._refuse(found.refused)
            return
        self.cancelled()
        found = self._desk.findings(edit)
        if found:
            said = "\n".join("• " + shown(f.text) for f in found[:5])
            more = tr(f"\n… {len(found) - 5} more", f"\n……另有 {len(found) - 5} 项")
            self._page.checked.setText(said + (more if len(found) > 5 else ""))
        else:
            self._page.checked.setText(tr("✔ Checked: no findings.", "✔ 已检查：无问题。"))
        self.made.emit(self._desk.stack.undoText())

    def _refuse(self, text: str) -> None:
        self.refused.emit(text)

    def _show_pending(self) -> None:
        """Let the map show the grids as they will be."""
        project, net = QgsProject.instance(), self._desk.net()
        if net is None:
            drop_view(project, PENDING)
            hide_grids(project, ())
            self._page.checked.setText("")
            return
        new = tr("new", "新")
        cells = [Cell(new, "created", shape.area, shape) for shape in net.created.geometry]
        cells += [
            Cell(str(code)[-3:], "changed" if moved >= 1 else "same", shape.area, shape)
            for code, moved, shape in zip(
                net.changed["code"], net.changed["moved_m2"], net.changed.geometry, strict=True
            )
            if moved >= 1
        ]
        show_cells(project, PENDING, PENDING_TITLE, cells, self._marks.crs)
        moved = net.changed.loc[net.changed["moved_m2"] >= 1, "code"]
        hide_grids(project, [*map(str, net.retired["code"]), *map(str, moved)])
