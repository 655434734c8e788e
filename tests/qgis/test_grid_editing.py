"""The tools for unit grids on a canvas, by mouse and keys; a town of squares of 100 m."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest

from citygrid_plugin.gui.components.grid_marks import GridMarks
from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
from citygrid_plugin.gui.grid_editing import GridEditing
from citygrid_plugin.gui.tools.grid_drag_tool import GridDragTool
from citygrid_plugin.gui.tools.grid_line_tool import GridLineTool
from citygrid_plugin.gui.tools.grid_pick_tool import GridPickTool
from citygrid_plugin.i18n import set_language
from citygrid_plugin.services.grid_desk import GridDesk
from tests.core.grids.town import X0, Y0
from tests.core.operations.gridtown import FIRST, MIDDLE, build

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
EAST = FIRST + "014"


class Bench:
    """A canvas, the desk, and hands."""

    def __init__(self, path: Path) -> None:
        self.canvas = QgsMapCanvas()
        self.canvas.resize(800, 800)
        self.crs = QgsCoordinateReferenceSystem("EPSG:4547")
        self.canvas.setDestinationCrs(self.crs)
        self.desk = GridDesk()
        self.desk.load(path)
        self.crs = QgsCoordinateReferenceSystem(self.desk.coverage.crs.to_wkt())
        self.canvas.setDestinationCrs(self.crs)
        self.canvas.setExtent(QgsRectangle(X0, Y0 - 500, X0 + 500, Y0))
        self.canvas.show()
        self.marks = GridMarks(self.canvas)
        self.marks.crs = self.crs
        self.page = GridEditPage(self.desk.stack)
        self.editing = GridEditing(self.canvas, self.desk, self.page, self.marks)
        self.refusals: list[str] = []
        self.editing.refused.connect(self.refusals.append)

    def take(self, name: str) -> Any:
        canvas, snapper = self.canvas, self.editing.snapper
        tool: Any
        if name in ("road", "merge", "divide"):
            tool = GridPickTool(canvas, name, snapper)
            tool.hovered.connect(partial(self.editing.hovered, name))
            tool.picked.connect(partial(self.editing.picked, name))
            tool.finished.connect(self.editing.merge_finished)
        elif name == "border":
            tool = GridDragTool(canvas, name, snapper)
            tool.grabbed.connect(self.editing.grabbed)
            tool.dragged.connect(self.editing.dragged)
            tool.dropped.connect(self.editing.dropped)
        else:
            tool = GridLineTool(canvas, name, snapper, polygon=name == "add")
            tool.drawn.connect(partial(self.editing.drawn, name))
            tool.finished.connect(partial(self.editing.finished, name))
        tool.cancelled.connect(self.editing.cancelled)
        tool.undo_wanted.connect(self.desk.stack.undo)
        tool.redo_wanted.connect(self.desk.stack.redo)
        self.canvas.setMapTool(tool)
        self.tool = tool
        return tool

    def at(self, x: float, y: float) -> QPoint:
        found = self.canvas.getCoordinateTransform().transform(QgsPointXY(X0 + x, Y0 + y))
        return QPoint(round(found.x()), round(found.y()))

    def go(self, x: float, y: float, held: Any = Qt.MouseButton.NoButton) -> None:
        """Move the mouse: an event of our own, because a screenless pointer has no moves."""
        place = QPointF(self.at(x, y))
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(QEvent.Type.MouseMove, place, none, held, NONE)
        QgsApplication.sendEvent(self.canvas.viewport(), event)

    def click(self, x: float, y: float, button: Any = LEFT, keys: Any = NONE) -> None:
        self.go(x, y)
        QTest.mouseClick(self.canvas.viewport(), button, keys, self.at(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.go(*start)
        QTest.mousePress(self.canvas.viewport(), LEFT, NONE, self.at(*start))
        self.go(*end, LEFT)
        QTest.mouseRelease(self.canvas.viewport(), LEFT, NONE, self.at(*end))

    def key(self, key: Any, modifiers: Any = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def shape(self, code: str) -> Any:
        grids = self.desk.coverage.frame().set_index("code")
        return grids.geometry.loc[code]

    def sound(self) -> None:
        assert shapely.coverage_is_valid(self.desk.coverage.frame().geometry.to_numpy())


@pytest.fixture
def bench(qgis_app: Any, tmp_path: Path) -> Iterator[Bench]:
    set_language("en")
    build(tmp_path / "town.gpkg")
    made = Bench(tmp_path / "town.gpkg")
    yield made
    made.marks.close()
    made.desk.close()
    made.canvas.unsetMapTool(made.canvas.mapTool())
    QgsProject.instance().clear()
    set_language(None)


def test_a_line_splits_what_it_crosses(bench: Bench) -> None:
    """Snapped to the borders at both ends; the panel follows the mouse."""
    bench.take("split")
    bench.click(200, -250)
    assert bench.page.live.texts() == []
    bench.go(260, -250)
    assert "no grid yet" in bench.page.live.head.text()
    bench.go(300, -250)
    rows = bench.page.live.texts()
    assert [row[0] for row in rows] == ["…013", "…013"]
    assert [row[1] for row in rows] == ["5,000", "5,000"]
    assert {row[3] for row in rows} == {"legal"}
    bench.click(300, -250)
    bench.click(300, -250, RIGHT)
    assert bench.desk.stack.undoText() == "Split: 1 → 2"
    assert MIDDLE not in bench.desk.coverage
    assert bench.page.checked.text().startswith("✔")
    bench.sound()


def test_backspace_and_escape(bench: Bench) -> None:
    bench.take("split")
    bench.click(200, -250)
    bench.click(250, -260)
    bench.click(300, -240)
    bench.key(Qt.Key.Key_Backspace)
    bench.key(Qt.Key.Key_Backspace)
    bench.click(300, -250)
    bench.key(Qt.Key.Key_Escape)
    bench.key(Qt.Key.Key_Return)
    assert bench.desk.stack.count() == 0
    assert bench.page.live.texts() == []
    assert len(bench.desk.coverage) == 50


def test_undo_and_redo_by_keys(bench: Bench) -> None:
    before = bench.desk.coverage.frame()
    bench.take("divide")
    bench.page.parts.setValue(4)
    bench.click(250, -250)
    assert len(bench.desk.coverage) == 53
    after = bench.desk.coverage.frame()
    bench.key(Qt.Key.Key_Z, CTRL)
    assert bench.desk.coverage.frame().geom_equals_exact(before, 0).all()
    bench.key(Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert list(bench.desk.coverage.frame()["code"]) == list(after["code"])


def test_merge_by_clicks(bench: Bench) -> None:
    bench.take("merge")
    bench.click(250, -250)
    bench.click(350, -250)
    assert bench.page.live.texts()[0][1] == "20,000"
    bench.key(Qt.Key.Key_Return)
    assert {MIDDLE, EAST}.isdisjoint(bench.desk.coverage.frame()["code"])
    assert bench.desk.stack.undoText() == "Merge: 2 → 1"
    bench.sound()


def test_a_merge_across_communities_is_refused_with_the_place(bench: Bench) -> None:
    bench.canvas.setExtent(QgsRectangle(X0 + 250, Y0 - 500, X0 + 750, Y0))
    bench.take("merge")
    bench.click(450, -250)
    bench.go(550, -250)
    assert "different communities" in bench.page.live.head.text()
    bench.click(550, -250)
    bench.click(550, -250, RIGHT)
    assert bench.refusals
    assert "different communities" in bench.refusals[0]
    assert bench.desk.stack.count() == 0


def test_a_vertex_is_dragged_and_all_neighbours_follow(bench: Bench) -> None:
    bench.take("border")
    bench.drag((200, -200), (230, -215))
    assert bench.desk.stack.undoText() == "Move vertex: 4 grids"
    assert bench.shape(MIDDLE).area < 10_000
    bench.sound()


def test_a_place_of_a_border_is_dragged(bench: Bench) -> None:
    """Between two vertices: the border gets a new one there, and bends."""
    bench.take("border")
    bench.drag((300, -250), (330, -250))
    assert bench.desk.stack.undoText() == "Move border: 2 grids"
    assert bench.shape(MIDDLE).area == pytest.approx(11_500, abs=120)
    bench.sound()


def test_a_border_is_redrawn(bench: Bench) -> None:
    """First which one, then its new course from outline to outline."""
    bench.take("borderline")
    bench.click(300, -250)
    bench.click(330, -200)
    bench.click(320, -300)
    bench.key(Qt.Key.Key_Return)
    assert bench.desk.stack.undoText() == "Move border: 2 grids"
    assert bench.shape(MIDDLE).area == pytest.approx(12_500, abs=120)
    bench.sound()


def test_a_grid_is_reshaped(bench: Bench) -> None:
    bench.take("reshape")
    bench.click(290, -230)
    bench.click(330, -230)
    bench.click(330, -270)
    bench.click(290, -270)
    bench.click(290, -270, RIGHT)
    assert bench.desk.stack.undoText() == "Reshape: 2 grids"
    assert bench.shape(MIDDLE).area == pytest.approx(11_200, abs=150)
    bench.sound()


def test_a_building_is_not_cut_unless_it_is_accepted(bench: Bench) -> None:
    house = shapely.box(X0 + 240, Y0 - 260, X0 + 260, Y0 - 240)
    houses = gpd.GeoDataFrame(geometry=[house], crs=bench.desk.coverage.crs)
    bench.desk.buildings = lambda box: houses
    bench.take("split")
    for accepted in (False, True):
        bench.page.accept_cuts.setChecked(accepted)
        bench.click(200, -250)
        bench.go(300, -250)
        assert bench.page.live.texts()[0][3] == "the line cuts a building"
        bench.click(300, -250)
        bench.key(Qt.Key.Key_Return)
        assert bench.desk.stack.count() == int(accepted)
    assert "cut" in bench.refusals[0]


def test_too_small_a_piece_leaves_the_grid_whole(bench: Bench) -> None:
    bench.take("split")
    bench.click(200, -292)
    bench.go(300, -292)
    assert {row[3] for row in bench.page.live.texts()} == {
        "stays whole: a piece would be too small"
    }
    bench.click(300, -292)
    bench.key(Qt.Key.Key_Return)
    assert "divides no grid" in bench.refusals[0]


def test_one_click_along_a_road(bench: Bench) -> None:
    """A road of any visible layer of lines; Shift takes all segments of its name."""
    project = QgsProject.instance()
    project.setCrs(bench.crs)
    roads = QgsVectorLayer("LineString?field=name:string", "new roads", "memory")
    roads.setCrs(bench.crs)
    features = []
    for x0, x1 in ((100, 200), (200, 500)):
        feature = QgsFeature(roads.fields())
        feature.setAttributes(["New Road"])
        ends = (QgsPointXY(X0 + x0, Y0 - 250), QgsPointXY(X0 + x1, Y0 - 250))
        feature.setGeometry(QgsGeometry.fromPolylineXY(list(ends)))
        features.append(feature)
    roads.dataProvider().addFeatures(features)
    project.addMapLayer(roads)
    bench.take("road")
    bench.go(150, -250)
    assert len(bench.page.live.texts()) == 2
    assert bench.page.live.head.text().startswith("New Road")
    bench.click(150, -250, LEFT, Qt.KeyboardModifier.ShiftModifier)
    assert bench.desk.stack.undoText() == "Split: 4 → 8"
    bench.sound()


def test_what_is_pending_is_shown_and_gone_again(bench: Bench) -> None:
    from citygrid_plugin.layers.grid_views import PENDING
    from citygrid_plugin.layers.project import find_layer

    bench.take("divide")
    bench.click(250, -250)
    layer = find_layer(QgsProject.instance(), PENDING)
    assert sorted(f["state"] for f in layer.getFeatures()) == ["created", "created"]
    bench.desk.stack.undo()
    assert find_layer(QgsProject.instance(), PENDING) is None


def test_a_plan_of_several_steps_is_stored_as_it_was_shown(bench: Bench) -> None:
    from citygrid_core.operations.grids.commit import Cause
    from citygrid_core.operations.grids.plan import run_plan
    from citygrid_core.workspace import Workspace

    bench.take("split")
    bench.click(200, -250)
    bench.click(300, -250)
    bench.key(Qt.Key.Key_Return)
    bench.take("merge")
    bench.click(250, -280)
    bench.click(350, -250)
    bench.key(Qt.Key.Key_Return)
    bench.take("border")
    bench.drag((100, -100), (110, -110))
    assert bench.desk.stack.count() == 3
    shown = bench.desk.coverage.frame()
    with Workspace.open(bench.desk.path) as ws:
        run_plan(ws, bench.desk.plan(), Cause("2025-06-01", reason="test"))
        stored = ws.read("grids")
        assert ws.verify() == []
    assert set(shapely.to_wkb(shapely.normalize(stored.geometry.to_numpy()))) == set(
        shapely.to_wkb(shapely.normalize(shown.geometry.to_numpy()))
    )
