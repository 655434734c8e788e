"""The pages of the dock of grids: both languages, the copy for previews, days and relatives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from qgis.core import QgsApplication, QgsVectorLayer
from qgis.PyQt.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTreeWidget,
    QUndoStack,
    QWidget,
)

from citygrid_plugin.gui.docks.grid_draw_page import GridDrawPage
from citygrid_plugin.gui.docks.grid_edit_page import GridEditPage
from citygrid_plugin.gui.docks.grid_findings_page import GridFindingsPage
from citygrid_plugin.gui.docks.grid_time_page import GridTimePage
from citygrid_plugin.gui.grid_room import TOOLS
from citygrid_plugin.i18n import set_language
from citygrid_plugin.services.grid_trial import Trial, differences, grids_of
from tests.core.operations.gridtown import build
from tests.qgis.test_languages import check, texts


@pytest.fixture(params=["en", "zh"])
def lang(request: pytest.FixtureRequest, qgis_app: QgsApplication) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language(None)


@pytest.mark.parametrize("page", [GridEditPage, GridDrawPage, GridFindingsPage, GridTimePage])
def test_every_page_speaks_one_language(page: type[QWidget], lang: str) -> None:
    made = page(QUndoStack()) if page is GridEditPage else page()
    # keys and formats are the same in both
    said = (t for t in texts(made) if "Ctrl" not in t and "yyyy" not in t)
    check(said, lang)


def test_every_control_can_be_found_by_its_name(lang: str) -> None:
    kinds = (QPushButton, QCheckBox, QDoubleSpinBox, QSpinBox, QDateEdit, QComboBox, QSlider,
             QTreeWidget)  # fmt: skip
    for page in (GridEditPage(QUndoStack()), GridDrawPage(), GridFindingsPage(), GridTimePage()):
        found = [one for kind in kinds for one in page.findChildren(kind)]
        # the line inside a spin box belongs to it
        found += [
            one for one in page.findChildren(QLineEdit)
            if not isinstance(one.parent(), (QAbstractSpinBox, QComboBox))
        ]  # fmt: skip
        names = [one.objectName() for one in found]
        assert len(found) > 3
        assert all(names), [type(o).__name__ for o in found if not o.objectName()]


def test_every_tool_has_words_in_both_languages_and_a_key_of_its_own() -> None:
    keys = [key for _, key, _, _ in TOOLS]
    assert len(set(keys)) == len(keys)
    assert all(t.en and t.zh and h.en and h.zh for _, _, t, h in TOOLS)


def test_a_copy_has_what_the_log_still_holds(tmp_path: Path) -> None:
    build(tmp_path / "town.gpkg")
    trial = Trial()
    copy = trial.copy(tmp_path / "town.gpkg")
    before, after = grids_of(tmp_path / "town.gpkg"), grids_of(copy)
    assert len(differences(before, after)) == 0
    moved = after.copy()
    moved.loc[moved.index[0], "geometry"] = shapely.box(0, 0, 1, 1)
    fresh = gpd.GeoDataFrame(
        {"code": ["new"]}, geometry=[shapely.box(2, 2, 3, 3)], crs=after.crs, index=[999]
    )
    other = differences(before, pd.concat([moved, fresh]))
    assert dict(zip(other["code"], other["state"], strict=True)) == {
        moved["code"].iloc[0]: "changed",
        "new": "created",
    }
    trial.close()
    assert not copy.exists()


def test_a_layer_that_is_no_file_is_written_out(qgis_app: QgsApplication) -> None:
    layer = QgsVectorLayer("LineString?crs=EPSG:4547", "drawn", "memory")
    trial = Trial()
    assert Path(trial.source_of(layer)).is_file()
    trial.close()


def test_limits_follow_the_target(qgis_app: QgsApplication) -> None:
    page = GridDrawPage()
    page.target.setValue(20_000)
    assert page.policy_arguments() == [
        "--target-area", "20000.0", "--soft-range", "10000.0", "40000.0",
        "--limits", "2000.0", "100000.0",
    ]  # fmt: skip


def test_walking_through_findings_comes_round(qgis_app: QgsApplication) -> None:
    page = GridFindingsPage()
    rows = [
        {"id": f"G05-{i}", "number": "G05", "severity": "error", "text": "gap", "text_zh": "缝隙"}
        for i in range(3)
    ]
    page.show_findings(rows)
    seen: list[str] = []
    page.chosen.connect(lambda row: seen.append(row["id"]))
    for _ in range(4):
        page.step(1)
    page.step(-1)
    assert seen == ["G05-0", "G05-1", "G05-2", "G05-0", "G05-2"]


def test_the_slider_has_a_place_for_each_day_and_one_for_now(qgis_app: QgsApplication) -> None:
    page = GridTimePage()
    page.set_days(["2025-01-01", "2025-06-01"])
    asked: list[str] = []
    page.day_wanted.connect(asked.append)
    for place in (1, 0, 2):
        page.slider.setValue(place)
    assert asked == ["2025-06-01", "2025-01-01", ""]
