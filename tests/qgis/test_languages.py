"""A Chinese user sees Chinese, everybody else English: read off the living widgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QComboBox, QMenu, QTreeWidget, QWidget

from citygrid_core.cases.lifecycle.profile import NEEDS
from citygrid_plugin.gui.dialogs.findings_dialog import FindingsDialog
from citygrid_plugin.gui.dialogs.requirements_dialog import RequirementsDialog
from citygrid_plugin.gui.dialogs.step_dialog import StepDialog
from citygrid_plugin.gui.docks.case_dock import CaseDock
from citygrid_plugin.gui.docks.evaluation_dock import EvaluationDock
from citygrid_plugin.gui.docks.heat_card_page import HeatCardPage
from citygrid_plugin.gui.docks.heat_compare_page import HeatComparePage
from citygrid_plugin.gui.docks.heat_dock import HeatDock
from citygrid_plugin.gui.docks.heat_page import HeatPage
from citygrid_plugin.gui.docks.heat_print_page import HeatPrintPage
from citygrid_plugin.gui.docks.main_dock import MainDock
from citygrid_plugin.i18n import language, set_language, tr
from citygrid_plugin.layers.base import MapSource
from citygrid_plugin.layers.project import LAYER_GROUPS
from citygrid_plugin.plugin import icon
from citygrid_plugin.processing.menu import jobs_menu
from citygrid_plugin.processing.provider import CitygridProvider
from citygrid_plugin.requirements import Requirement
from citygrid_plugin.services.pictures import HEAT, MAP
from citygrid_plugin.services.session import Summary

CJK = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
#: Names and abbreviations that Chinese users write in Latin letters too.
NAMES = {
    "citygrid", "GeoPackage", "Shapefile", "GeoJSON", "CSV", "TSV", "XLSX", "TOML", "FILE", "LAYER",
    "EPSG", "QGIS", "Python", "wgs", "cgcs", "gcj", "bd", "gpkg", "csv", "tsv", "txt", "xlsx", "xls",
    "shp", "geojson", "json", "toml", "POI", "gbt", "cjt", "city", "duty", "outcome", "shapely", "GEOS",
    "EXIF", "pack", "PDF", "GPX", "QField", "YYYY", "MM", "DD",
    "yyyy", "dd", "PNG", "FDR", "Gi", "Getis", "Ord", "Moran", "Benjamini", "Hochberg", "GeoTIFF", "grid", "code",
    "residents", "collector", "at",
}  # fmt: skip
NAMES |= {
    "HTML", "jpg", "jinhua", "original", "dispose", "on", "time", "rate", "HH", "Q4",
    "PAI", "PEI",  # scores of forecasts
}  # fmt: skip


@pytest.fixture(params=["en", "zh"])
def lang(request: pytest.FixtureRequest, qgis_app: QgsApplication) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language(None)


def foreign(text: str, lang: str) -> list[str]:
    """Words of `text` that don't belong to the language."""
    if lang == "en":
        return CJK.findall(text)
    return [word for word in WORD.findall(re.sub(r"<[^>]*>", " ", text)) if word not in NAMES]


def texts(widget: QWidget) -> Iterator[str]:
    """Everything that a widget and its children show."""
    for part in [widget, *widget.findChildren(QWidget)]:
        for name in ("text", "title", "toolTip", "statusTip", "windowTitle", "placeholderText"):
            getter = getattr(part, name, None)
            value = getter() if callable(getter) else None
            if isinstance(value, str):
                yield value
        if isinstance(part, QComboBox):
            yield from (part.itemText(i) for i in range(part.count()))
        if isinstance(part, QTreeWidget):
            head = part.headerItem()
            yield from (head.text(i) for i in range(head.columnCount()))
            rows = (part.topLevelItem(i) for i in range(part.topLevelItemCount()))
            yield from (row.text(i) for row in rows for i in range(part.columnCount()))
        if isinstance(part, QMenu):
            yield from (action.text() for action in part.actions())


def check(found: Iterator[str], lang: str) -> None:
    seen = list(found)
    assert any(seen), "nothing was shown at all"
    assert not {t: foreign(t, lang) for t in seen if foreign(t, lang)}


def test_the_panel(lang: str) -> None:
    dock = MainDock(icon)
    check(texts(dock), lang)
    counts = dict.fromkeys(("areas", "grids", "components", "cases"), 1)
    path, crs = Path("city.gpkg"), "EPSG:4548"
    dock.show_summary(
        Summary(path, tr("Town", "示例市"), "gbt47678-2026", tr("Edition", "标准"), crs, counts)
    )
    check(texts(dock), lang)


def test_the_pages_of_heat(lang: str) -> None:
    own = ("Select All", "Deselect All")  # QGIS's own, which it translates itself
    for page in (HeatPage, HeatCardPage, HeatComparePage, HeatPrintPage, HeatDock):
        check((t for t in texts(page()) if t not in own), lang)


def test_the_rooms_of_cases_and_evaluation(lang: str) -> None:
    case_dock, evaluation_dock = CaseDock(icon, lambda major: QIcon()), EvaluationDock(icon)
    case_dock.intake.show_privacy("mask")
    case_dock.intake.set_photos([Path("1.jpg")])
    found = [*texts(case_dock), *texts(evaluation_dock)]
    # dates, and keys of the keyboard, are the same everywhere
    check((t for t in found if t not in ("F8", "F9")), lang)
    check(texts(StepDialog("", NEEDS, {}, "", "2026-01-01T00:00:00")), lang)


def test_the_dialogs(lang: str) -> None:
    check(texts(RequirementsDialog([Requirement("shapely", "2.0")], "/x")), lang)
    check(texts(FindingsDialog(tr("Title", "标题"), tr("Head", "头"), [])), lang)


def test_the_menu_of_jobs(lang: str) -> None:
    parent = QWidget()
    menu = jobs_menu(parent, icon, lambda: None, lambda: None)
    check(texts(menu), lang)


def test_every_algorithm(lang: str) -> None:
    provider = CitygridProvider()
    provider.refreshAlgorithms()

    def shown() -> Iterator[str]:
        yield provider.name()
        for one in provider.algorithms():
            yield from (one.displayName(), one.group(), one.shortHelpString())
            for parameter in one.parameterDefinitions():
                yield parameter.description()
                yield from getattr(parameter, "options", list)()
            yield from (output.description() for output in one.outputDefinitions())

    check(shown(), lang)


def test_groups_and_pictures(lang: str) -> None:
    titles: list[Any] = [group.title for group in LAYER_GROUPS] + [MAP.title, HEAT.title]
    check((t.text(lang) for t in titles), lang)


def test_names_of_the_layers_without_a_workspace(lang: str, tmp_path: Path) -> None:
    """Names are set before the file is looked at, so no workspace is needed to read them."""
    source = MapSource(tmp_path / "none.gpkg", tr("Town", "示例市"))
    names = [layer.name() for group in LAYER_GROUPS for layer in group.layers(source)]
    check(iter(names), lang)


@pytest.mark.parametrize(
    ("locale", "expected"), [("zh-Hans", "zh"), ("zh_CN", "zh"), ("en_US", "en"), ("de", "en")]
)
def test_the_language_is_that_of_qgis(
    monkeypatch: pytest.MonkeyPatch, qgis_app: QgsApplication, locale: str, expected: str
) -> None:
    class Speaking:
        @staticmethod
        def locale() -> str:
            return locale

    monkeypatch.setattr(QgsApplication, "instance", lambda: Speaking())
    set_language(None)
    assert language() == expected
    set_language(None)
