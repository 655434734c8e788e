"""The census in QGIS: its widgets, its tool, its algorithms; the whole in tests/journeys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from qgis.core import QgsApplication, QgsPointXY, QgsProcessingContext, QgsProcessingFeedback
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtTest import QSignalSpy, QTest
from qgis.PyQt.QtWidgets import QToolButton

from citygrid_core.census.alerts import ANSWERS, KEYS, LABELS, Alert, twin_alert
from citygrid_core.census.choose import ClassChooser
from citygrid_core.errors import Text
from citygrid_core.workspace import Workspace
from citygrid_plugin.gui.components.alert_banner import AlertBanner
from citygrid_plugin.gui.components.capture_form import ORDER, CaptureForm
from citygrid_plugin.gui.components.class_search import ClassSearch
from citygrid_plugin.gui.components.conflicts_page import Conflict
from citygrid_plugin.gui.components.findings_page import Shown
from citygrid_plugin.gui.docks.census_board import CensusBoard
from citygrid_plugin.gui.docks.census_dock import CensusDock
from citygrid_plugin.gui.tools.capture_tool import CaptureTool
from citygrid_plugin.i18n import set_language, tr
from citygrid_plugin.layers.components import major_icon
from citygrid_plugin.processing.census import AttachPhotos, MapBook
from citygrid_plugin.services.capture import one_sqlite

from .test_languages import check, texts


def icon(name: str) -> QIcon:
    return QIcon()


@pytest.fixture
def canvas(qgis_app: QgsApplication) -> Iterator[QgsMapCanvas]:
    made = QgsMapCanvas()
    made.resize(400, 300)
    made.show()
    yield made
    made.deleteLater()


@pytest.fixture
def tool(canvas: QgsMapCanvas) -> Iterator[CaptureTool]:
    made = CaptureTool(canvas)
    canvas.setMapTool(made)
    yield made
    canvas.unsetMapTool(made)
    made.remove()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_dock_speaks_one_language(lang: str, qgis_app: QgsApplication) -> None:
    set_language(lang)  # type: ignore[arg-type]
    try:
        dock = CensusDock(icon, major_icon)
        check(texts(dock), lang)
        dock.page.show_class("01003", tr("cover", "雨水井盖"), "line")
        dock.page.keys.show_keys({1: ("01003", tr("cover", "雨水井盖"))}, {1}, "01003")
        dock.page.form.show_values({"state": "damaged", "note": "1"})
        dock.resurvey.show_round(10, 3)
        dock.resurvey.show_left([("1", tr("cover", "井盖"), "2")], 1)
        dock.findings.show_findings(
            [Shown("f", "1", "error", tr("wrong", "错误"), "3", 0, 0)], 5, tr("Open", "待处理")
        )
        conflict = Conflict("c", "p", "1", "geometry", "", "", "x", "x")
        dock.conflicts.show_conflicts(
            [conflict._replace(kind="field", field="", mine="", theirs="")]
        )
        check(texts(dock), lang)
    finally:
        set_language(None)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_board_shows_the_figures(lang: str, qgis_app: QgsApplication) -> None:
    figures = {
        "forecast": {"left": 90.0, "per_day": 10.0, "day": "2026-12-01", "early": None, "late": None},
        "grids": {"all": 4, "done": 1, "begun": 1, "open": 2},
        "components": {"expected": 100, "visited": 10, "held": 10},
        "streets": {"metres": 1000, "walked_m": 250, "share": 0.25},
        "people": [
            {"who": "1", "days": 1, "components": 8, "hours": 2.0, "per_hour": 4.0},
            {"who": "2", "days": 1, "components": 2, "hours": 0.0, "per_hour": None},
        ],
        "findings_open": 3, "twins": 2, "codes": [],
        "packs": {"out": 1, "overdue": 0, "conflicts_open": 0},
    }  # fmt: skip
    set_language(lang)  # type: ignore[arg-type]
    try:
        board = CensusBoard(icon)
        check(texts(board), lang)
        board.show_figures(figures)
        check(texts(board), lang)
        assert (board.grids.value(), board.grids.maximum()) == (1, 4)
        assert "1,000" in board.streets.format()
        # Two clicks in no time are no pace.
        assert [board.people.topLevelItem(i).text(4) for i in range(2)] == ["4.0", "–"]
        assert "2026-12-01" in board.forecast.text()
    finally:
        set_language(None)


def test_every_answer_has_one_key_of_its_own() -> None:
    assert len(set(KEYS.values())) == len(KEYS)
    for answers in ANSWERS.values():
        assert answers[0] == "keep"
        assert all(LABELS[a].en and LABELS[a].zh for a in answers)


class TestTool:
    def test_a_click_is_a_point(self, tool: CaptureTool, canvas: QgsMapCanvas) -> None:
        drawn = QSignalSpy(tool.drawn)
        click(canvas, 50, 60)
        assert len(drawn) == 1
        assert len(drawn[0][0]) == 1

    def test_clicks_and_a_right_click_are_a_line(
        self, tool: CaptureTool, canvas: QgsMapCanvas
    ) -> None:
        drawn = QSignalSpy(tool.drawn)
        tool.set_shape("line")
        click(canvas, 50, 60)
        click(canvas, 50, 60, Qt.MouseButton.RightButton)
        assert len(drawn) == 0, "one corner is no line"
        click(canvas, 90, 60)
        click(canvas, 90, 60, Qt.MouseButton.RightButton)
        assert [len(d[0]) for d in drawn] == [2]

    def test_a_corner_can_be_taken_back(self, tool: CaptureTool, canvas: QgsMapCanvas) -> None:
        tool.set_shape("polygon")
        for x in (50, 60, 70):
            click(canvas, x, 10)
        QTest.keyClick(canvas, Qt.Key.Key_Backspace)
        assert len(tool.corners()) == 2
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert tool.corners() == []
        click(canvas, 50, 10)
        tool.set_shape("line")
        assert tool.corners() == [], "another class begins anew"

    def test_keys_are_said(self, tool: CaptureTool, canvas: QgsMapCanvas) -> None:
        pressed, fields, search = (
            QSignalSpy(tool.pressed), QSignalSpy(tool.fields_wanted), QSignalSpy(tool.search_wanted),
        )  # fmt: skip
        for key in ("1", "9", "R", "K", "M", "X", "D", "Z"):
            QTest.keyClick(canvas, getattr(Qt.Key, f"Key_{key}"))
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(canvas, Qt.Key.Key_0)
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        QTest.keyClick(canvas, Qt.Key.Key_Slash)
        assert [p[0] for p in pressed] == ["1", "9", "R", "K", "M", "X", "D", "Z", "Z"]
        assert (len(fields), len(search)) == (1, 1)


def click(canvas: QgsMapCanvas, x: int, y: int, button: Any = Qt.MouseButton.LeftButton) -> None:
    where = QPoint(x, y)
    QTest.mouseClick(canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, where)


def test_typing_offers_classes_and_enter_takes_the_first(qgis_app: QgsApplication) -> None:
    search = ClassSearch(major_icon)
    search.set_search(ClassChooser("gbt47678-2026").search)
    picked = QSignalSpy(search.picked)
    QTest.keyClicks(search.line, "yswg")
    assert search.codes()[0] == "01003"
    QTest.keyClick(search.line, Qt.Key.Key_Return)
    QTest.keyClicks(search.line, "ld")
    QTest.keyClick(search.line, Qt.Key.Key_Down)
    QTest.keyClick(search.line, Qt.Key.Key_Return)
    assert [p[0] for p in picked] == ["01003", "04013"]
    assert search.codes() == []


def test_only_what_was_changed_is_stored(qgis_app: QgsApplication) -> None:
    form = CaptureForm()
    form.set_departments({"A": "城管局", "B": "路灯所"})
    changed = QSignalSpy(form.changed)
    form.show_values({"state": "intact", "owning_code": "A", "accuracy_class": "A"})
    form.fields["note"].setText("x")
    form.fields["note"].editingFinished.emit()
    form.fields["note"].editingFinished.emit()
    box = form.fields["owning_code"]
    box.lineEdit().setText("no such body")
    box.lineEdit().editingFinished.emit()
    box.lineEdit().setText("路灯所")
    box.lineEdit().editingFinished.emit()
    assert [tuple(c) for c in changed] == [("note", "x"), ("owning_code", "B")]
    assert list(form.fields) == list(ORDER)
    form.show_values(None)
    assert not form.isEnabled()


def test_the_banner_asks_and_says_the_key(canvas: QgsMapCanvas) -> None:
    banner = AlertBanner(canvas)
    alert = twin_alert(Text("Stormwater manhole cover", "雨水井盖"), 1.0, [("1", 0.5), ("2", 3.0)])
    assert isinstance(alert, Alert)
    banner.show_alert(alert, more=1)
    answered = QSignalSpy(banner.answered)
    buttons = banner.findChildren(QToolButton)
    assert [b.text()[0] for b in buttons] == ["K", "M", "X"]
    assert banner.isVisible()
    assert "0.50" in banner.text.text()
    buttons[0].click()
    assert [a[0] for a in answered] == ["K"]
    banner.show_alert(None)
    assert not banner.isVisible()
    banner.remove()


def test_python_and_qgis_share_one_sqlite(own_city: Path) -> None:
    """Placing writes in QGIS's own process: allowed only because this holds."""
    assert one_sqlite(own_city)


def test_the_map_book_has_a_sheet_for_each_area(own_city: Path, tmp_path: Path) -> None:
    with Workspace.open(own_city) as ws:
        areas = ws.read("areas", geometry=False)
        head = ws.head
    counties = areas[areas["level"] == "county"]
    file = tmp_path / "book.pdf"
    found = run(MapBook(), WORKSPACE=str(own_city), LEVEL=2, DPI=60, OUTPUT=str(file))
    assert found["SHEETS"] == len(counties)
    said = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert f"Pages:           {len(counties)}" in said
    words = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    assert all(code in words.stdout for code in counties["code"])
    with Workspace.open(own_city) as ws:
        assert ws.head == head


def test_photos_by_the_algorithm(own_city: Path, tmp_path: Path) -> None:
    with Workspace.open(own_city) as ws:
        code = ws.read("components", geometry=False)["code"].iloc[0]
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(folder / "a.jpg")
    shutil.copy(folder / "a.jpg", folder / "b.jpg")
    found = run(AttachPhotos(), WORKSPACE=str(own_city), FOLDER=str(folder), COMPONENT=code)
    assert (found["READ"], found["STORED"], found["UNCHANGED"]) == (2, 1, 1)
    with Workspace.open(own_city) as ws:
        held = ws.read("attachments")
        assert held["component_code"].tolist() == [code]
        assert (own_city.parent / held["path"].iloc[0]).is_file()


def run(algorithm: Any, **parameters: Any) -> dict[str, Any]:
    made = algorithm.create()
    found, ok = made.run(parameters, QgsProcessingContext(), QgsProcessingFeedback(False))
    assert ok
    return dict(found)


def test_corners_are_map_points(tool: CaptureTool, canvas: QgsMapCanvas) -> None:
    tool.set_shape("line")
    click(canvas, 10, 10)
    assert isinstance(tool.corners()[0], QgsPointXY)
