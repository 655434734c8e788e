"""The grids of any day on the map, and the relatives of a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject

from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.grid_views import show_day
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd
    from qgis.gui import QgsMapCanvas

    from citygrid_plugin.gui.components.grid_marks import GridMarks
    from citygrid_plugin.gui.docks.grid_time_page import GridTimePage
    from citygrid_plugin.services.grid_desk import GridDesk
    from citygrid_plugin.services.session import Session

#: The end of what has none.
_NEVER = "9999-12-31"


class GridTiming(QObject):
    """Reads the history when it is first asked for; the store is closed again at once."""

    def __init__(
        self,
        canvas: QgsMapCanvas,
        session: Session,
        desk: GridDesk,
        page: GridTimePage,
        marks: GridMarks,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._session, self._desk = canvas, session, desk
        self._page, self._marks = page, marks
        self._day = ""
        self._ever: gpd.GeoDataFrame | None = None
        page.day_wanted.connect(self.show)
        page.code_wanted.connect(self.show_grid)
        page.lineage_wanted.connect(self.tell)
        session.changed.connect(self.refresh)
        self.refresh()

    def close(self) -> None:
        """Let the layers show what is valid now."""
        self._session.changed.disconnect(self.refresh)
        if self._day:
            show_day(QgsProject.instance(), None)

    @property
    def day(self) -> str:
        """The day that is shown; nothing for now."""
        return self._day

    def refresh(self) -> None:
        """Take the days of the store that is open."""
        self._ever = None
        if self._day:
            self._day = ""
            show_day(QgsProject.instance(), None)
        there = self._session.path is not None
        self._page.setEnabled(there)
        self._page.state.clear()
        self._page.tree.clear()
        self._page.who.clear()
        if not there:
            self._page.set_days([])
            return
        from citygrid_core.operations.grids.history import days_of_grids

        with open_workspace(self._session.path) as workspace:
            self._page.set_days(days_of_grids(workspace))

    def show(self, day: str) -> None:
        """Show the grids of a day; nothing: those of now."""
        if self._session.path is None:
            return
        if day and self._desk.loaded and self._desk.stack.index():
            self._page.state.setText(
                tr("First commit or discard what is pending.", "请先提交或放弃待提交的编辑。")
            )
            return
        self._day = day
        show_day(QgsProject.instance(), day or None)
        self._marks.clear()
        count = len(self._valid())
        if day:
            self._page.state.setText(
                tr(f"{count} grids were valid on {day}.", f"{day} 有效网格 {count} 个。")
            )
        else:
            self._page.state.setText(tr(f"{count} grids are valid now.", f"现行网格 {count} 个。"))

    def picked(self, point: QgsPointXY, _shift: bool) -> None:
        """Tell the relatives of the grid that was clicked, as of the day that is shown."""
        import shapely

        self._know_crs()
        here = self._canvas.mapSettings().destinationCrs()
        there = QgsCoordinateTransform(here, self._marks.crs, QgsProject.instance()).transform(
            point
        )
        ever = self._valid()
        spot = shapely.Point(there.x(), there.y())
        hit = ever[shapely.intersects(ever.geometry.to_numpy(), spot)]
        if len(hit):
            self.tell(min(hit["code"]))

    def tell(self, code: str) -> None:
        """Show ancestors and descendants of a grid."""
        from citygrid_core.operations.grids.history import lineage_of

        try:
            with open_workspace(self._session.path) as workspace:
                report, rows = lineage_of(workspace, code, at=self._day or None)
        except CitygridError as error:
            self._page.who.setText(shown(error))
            return
        periods = [
            tr(f"{a} to {b}", f"{a} 至 {b}") if b else tr(f"since {a}", f"{a} 起")
            for a, b in report.details["periods"]
            if a != b
        ]
        said = f"<b>{code}</b> · {tr('; ', '；').join(periods)}"
        self._page.show_relatives(code, rows.to_dict("records"), said)
        self._mark(code, zoom=False)

    def show_grid(self, code: str) -> None:
        """Show a grid that is or was."""
        self._mark(code, zoom=True)

    def _mark(self, code: str, *, zoom: bool) -> None:
        self._know_crs()
        rows = self._history()
        rows = rows[rows["code"] == code]
        if not len(rows):
            return
        shape = rows.sort_values("valid_from").geometry.iloc[-1]
        self._marks.show("chosen", [shape])
        if zoom:
            here = self._canvas.mapSettings().destinationCrs()
            to = QgsCoordinateTransform(self._marks.crs, here, QgsProject.instance())
            box = to.transformBoundingBox(QgsRectangle(*shape.bounds))
            box.scale(2.2)
            self._canvas.setExtent(box)
            self._canvas.refresh()

    def _valid(self) -> gpd.GeoDataFrame:
        """Return the grids of the day that is shown."""
        ever, day = self._history(), self._day
        if not day:
            return ever[ever["valid_to"] == _NEVER]
        return ever[(ever["valid_from"] <= day) & (ever["valid_to"] > day)]

    def _history(self) -> gpd.GeoDataFrame:
        if self._ever is None:
            with open_workspace(self._session.path) as workspace:
                ever = workspace.read("grids", at="all", columns=["code", "valid_from", "valid_to"])
            since, until = (ever[name].astype(object) for name in ("valid_from", "valid_to"))
            ever["valid_from"] = since.astype(str).str[:10]
            ever["valid_to"] = until.where(until.notna(), _NEVER).astype(str).str[:10]
            self._ever = ever
        return self._ever

    def _know_crs(self) -> None:
        crs = QgsCoordinateReferenceSystem()
        if crs.createFromUserInput(self._session.summary.crs):
            self._marks.crs = crs
