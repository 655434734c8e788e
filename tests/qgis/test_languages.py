"""A Chinese user sees Chinese, everybody else English: read off the living widgets."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QComboBox, QMenu, QTreeWidget, QWidget

from citygrid_core.cases.lifecycle.profile import NEEDS
from citygrid_core.census.choose import ClassChooser
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.operations.evaluation.report import html
from citygrid_core.operations.heat.brief import heat_brief
from citygrid_core.operations.heat.brief_page import html as brief_page
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace
from citygrid_plugin.gui.components.class_box import ClassBox
from citygrid_plugin.gui.components.class_search import ClassSearch
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
from citygrid_plugin.layers.project import LAYER_GROUPS, build_project
from citygrid_plugin.plugin import icon
from citygrid_plugin.processing.menu import jobs_menu
from citygrid_plugin.processing.provider import CitygridProvider
from citygrid_plugin.requirements import Requirement
from citygrid_plugin.services.heat_city import read_city
from citygrid_plugin.services.lookup import Answers
from citygrid_plugin.services.pictures import HEAT, MAP
from citygrid_plugin.services.session import Session, Summary, read_source

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
    "SOS",  # a class of the standard
    "Wilson", "Chainey", "Hunt", "CJ", "GB",  # people and standards
}  # fmt: skip


MATCH = Qt.MatchFlag.MatchContains


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


# --- with a city: what is left in Chinese for an English user are names that people gave ---------


def given_names(path: Path) -> list[str]:
    """What the city's own registers call things, the longest first: no language's business."""
    asked = (
        ("departments", "name"), ("departments", "short_name"), ("duty_rules", "document"),
        ("duty_rules_polygon", "document"), ("duty_rules_line", "document"), ("places_point", "name"),
        ("duty_rules", "clause"), ("duty_rules_polygon", "clause"), ("duty_rules_line", "clause"),
    )  # fmt: skip
    with Workspace.open(path) as ws:
        named = {ws.name} | {str(n) for n in ws.read("areas", at="all", geometry=False)["name"]}
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        for table, column in asked:
            rows = store.execute(
                f"select distinct {column} from {table} where {column} is not null"
            )
            named |= {str(n) for (n,) in rows}
    return sorted(named - {""}, key=len, reverse=True)


def without(text: str, named: list[str]) -> str:
    """A text without the names that people gave, codes of rules and hashes."""
    for name in named:
        text = text.replace(name, "")
    return re.sub(r"\b(?:[A-Z]{2}\d+|[0-9A-Z]{18}|[0-9a-f]{64})\b", "", text)


def legend_and_lists(layer: QgsVectorLayer) -> Iterator[str]:
    """Names, labels of symbols, titles and offered values of a layer."""
    yield layer.name()
    if layer.renderer() is not None:
        yield from (item.label() for item in layer.renderer().legendSymbolItems())
    for i, field in enumerate(layer.fields()):
        yield layer.attributeAlias(i) or field.name()
        offered = layer.editorWidgetSetup(i).config().get("map")
        if isinstance(offered, list):
            yield from (str(said) for one in offered for said in one)


def test_legends_and_value_lists_of_a_city(lang: str, whole_city: Path) -> None:
    _, source = read_source(whole_city)
    layers = [layer for group in LAYER_GROUPS for layer in group.layers(source)]
    named = given_names(whole_city)
    # keys of QGIS's own, and columns that only scripts read
    seen = [without(text, named) for layer in layers for text in legend_and_lists(layer)]
    assert any(("Street light" if lang == "en" else "路灯") in text for text in seen)
    check((t for t in seen if lang == "en" or CJK.search(t)), lang)


def test_a_component_is_labelled_by_its_class_as_people_read_it(
    lang: str, whole_city: Path
) -> None:
    _, source = read_source(whole_city)
    layers = [one for group in LAYER_GROUPS for one in group.layers(source)]
    (points,) = (one for one in layers if one.name() in ("components (points)", "部件（点）"))
    (rule,) = points.labeling().rootRule().children()
    expression = QgsExpression(rule.settings().fieldName)
    for name, en in (("路灯", "Street light"), ("三号灯", "三号灯")):
        feature = QgsFeature(points.fields())
        feature["name"] = name
        context = QgsExpressionContext()
        context.setFeature(feature)
        assert expression.evaluate(context) == (en if lang == "en" else name)


def test_classes_are_searched_and_offered_as_people_read_them(lang: str, whole_city: Path) -> None:
    session = Session(QgsProject.instance())
    session.open(whole_city)
    try:
        box = ClassBox()
        box.set_classes(*session.classes())
        assert box.findText("Street light" if lang == "en" else "路灯", MATCH) > 0
        chooser = ClassChooser(load_edition(), events=True)
        page = ClassSearch(lambda major: QIcon())
        page.set_search(lambda typed: chooser.search(typed, lang=language()))
        found = []
        for typed in ("street light", "路灯", "ludeng", "01037"):
            page.line.clear()
            page.line.textEdited.emit(typed)
            assert "01037" in page.codes()
            found += [page.list.item(i).text() for i in range(page.list.count())]
        check(iter([*texts(box), *texts(page), *found]), lang)
    finally:
        session.close()
        QgsProject.instance().clear()


def test_the_card_of_a_place_and_the_classes_of_heat(lang: str, whole_city: Path) -> None:
    with Workspace.open(whole_city) as ws:
        one = ws.read("components").iloc[0]
    named, middle = given_names(whole_city), one.geometry.representative_point()
    project = QgsProject()
    summary, source = read_source(whole_city)
    build_project(project, source, summary.crs)
    asked = ("component", str(one["class_code"]))
    card = Answers(project).ask(whole_city, QgsPointXY(middle.x, middle.y), asked=asked)
    name = load_edition(summary.edition).class_label(*asked).text("en" if lang == "en" else "zh")
    assert name in card.title
    assert not foreign(without(card.as_text(), named), lang)
    page, city = HeatPage(), read_city(whole_city, lambda *_: None)
    page.offer(city.shown_classes(), {}, {})
    check((page.classes.itemText(i) for i in range(page.classes.count())), lang)
    project.clear()


def test_reports_of_a_city(lang: str, whole_city: Path) -> None:
    named = given_names(whole_city)
    with Workspace.open(whole_city) as ws:
        for by in ("class", "source", "department"):
            done = evaluate_city(
                ws, "2025-11", by=by, scheme="cjt292" if by == "department" else None
            )
            said = html(ws, done, "en" if lang == "en" else "zh")
            check(iter(visible(without(said, named))), lang)
        brief = heat_brief(ws, on="2025-11-30", dry_run=True)
        said = brief_page(ws, brief, "en" if lang == "en" else "zh")
        check(iter(visible(without(said, named))), lang)


def visible(page: str) -> list[str]:
    """The words of a page, without styles and drawings' attributes."""
    plain = re.sub(r"<(style|script).*?</\1>", " ", page, flags=re.DOTALL)
    return [t.strip() for t in re.split(r"<[^>]*>", plain) if t.strip()]
