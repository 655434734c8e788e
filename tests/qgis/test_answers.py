"""Cards, addresses and edits without a desktop: what the services say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsPointXY, QgsProject

from citygrid_core.operations.city import City
from citygrid_core.workspace import Workspace
from citygrid_plugin.i18n import set_language
from citygrid_plugin.layers.project import build_project, find_layer
from citygrid_plugin.services.adoption import pending
from citygrid_plugin.services.geocode import Gazetteers
from citygrid_plugin.services.lookup import Answers
from citygrid_plugin.services.review import NotAReview, Review
from citygrid_plugin.services.session import read_source


@pytest.fixture(autouse=True)
def _english(qgis_app: object) -> Iterator[None]:
    set_language("en")
    yield
    set_language(None)


@pytest.fixture
def project(own_city: Path) -> Iterator[QgsProject]:
    made = QgsProject()
    summary, source = read_source(own_city)
    build_project(made, source, summary.crs)
    yield made
    made.clear()


def middle(path: Path) -> tuple[QgsPointXY, str]:
    with Workspace.open(path) as ws:
        grid = ws.read("grids").iloc[5]
    point = grid.geometry.representative_point()
    return QgsPointXY(point.x, point.y), grid["code"]


def test_a_card_names_the_bodies_of_the_day_and_of_today(
    project: QgsProject, own_city: Path
) -> None:
    """A body that was merged meanwhile is named as it was, and who took over."""
    point, code = middle(own_city)
    asked = ("component", "01001")
    then = Answers(project).ask(own_city, point, asked=asked, at="2025-03-01")
    with Workspace.open(own_city) as ws:
        city = City(ws, "2025-03-01")
        truth = city.duties.answer(
            point.x(), point.y(), object_kind="component", class_code="01001", grid_code=code,
            at="2025-03-01",
        )  # fmt: skip
        names = city.departments.set_index("code")["name"]
    assert then.bodies == truth.bodies
    for role, codes in truth.bodies.items():
        assert all(names[c] in then.facts()[role] for c in codes)
    assert then.at == "2025-03-01"


def test_the_clipboard_gets_all_of_the_card(project: QgsProject, own_city: Path) -> None:
    point, code = middle(own_city)
    card = Answers(project).ask(own_city, point, asked=("component", "01004"), accuracy=3.0)
    text = card.as_text()
    assert code in text
    for line in card.lines():
        assert line.value in text
        assert all(detail in text for detail in line.details)


def test_the_pieces_of_an_address_are_the_address(own_city: Path) -> None:
    found = Gazetteers().find(own_city, "云汀市樱花谷大道65号旁")
    assert "".join(span.text for span in found.spans) == found.address
    assert found.outcome == "rejected"
    assert found.places == ()
    assert not any(span.used for span in found.spans)


def test_a_review_keeps_every_cell_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    place = (
        '[{""code"":""P1"",""name"":""甲路1号"",""level"":""plate"",""x"":1,""y"":2,'
        '""error_m"":6,""probability"":0.4}]'
    )
    head = "id,address,outcome,choice,corrected,set_x,set_y,alias,candidates,own"
    path.write_text(
        f'{head}\n7,甲路一号,ambiguous,,,,,,"{place}",kept\n8,乙路,rejected,,,,,,[],too\n',
        encoding="utf-8-sig",
    )
    review = Review(path)
    assert review.open_rows == [0, 1]
    review.decide(0, choice="1")
    review.set_alias(0, True)
    review.decide(1, set_x="3.5", set_y="4.5")
    again = Review(path)
    assert again.open_rows == []
    assert (again.rows[0].point(), again.rows[0].alias) == ((1.0, 2.0), True)
    assert again.rows[1].point() == (3.5, 4.5)
    assert [row.cells["own"] for row in again.rows] == ["kept", "too"]
    again.decide(0)
    assert Review(path).open_rows == [0]
    assert [p.name for p in tmp_path.iterdir()] == ["review.csv"]


def test_another_table_is_no_review(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,address\n1,甲路\n", encoding="utf-8")
    with pytest.raises(NotAReview, match="candidates"):
        Review(path)


def test_forms_of_rules_offer_departments_by_name(project: QgsProject) -> None:
    for table, place in (("duty_rules_polygon", "'polygon'"), ("duty_rules_line", "'line'")):
        layer = find_layer(project, table)
        assert layer is not None
        fields = layer.fields()
        setup = layer.editorWidgetSetup(fields.indexOf("department_code"))
        departments = find_layer(project, "departments")
        assert departments is not None
        assert setup.type() == "ValueRelation"
        assert setup.config()["Layer"] == departments.id()
        assert layer.defaultValueDefinition(fields.indexOf("place")).expression() == place


def test_an_edited_rule_is_listed_and_checked(project: QgsProject, own_city: Path) -> None:
    layer = find_layer(project, "duty_rules")
    assert layer is not None
    feature = next(layer.getFeatures())
    assert layer.startEditing()
    index = layer.fields().indexOf("department_code")
    layer.changeAttributeValue(feature.id(), index, "nobody knows")
    assert layer.commitChanges(), layer.commitErrors()
    with Workspace.open(own_city) as ws:
        problems = [
            {"rule": p.rule, "field": p.field, "en": p.text("en"), "zh": p.text("zh")}
            for p in ws.verify()
        ]
    found = pending(own_city, problems)
    assert [(e.table, e.kind, e.key) for e in found.edits] == [
        ("duty_rules", "altered", feature["code"])
    ]
    assert len(found.faults) == 1
    assert "nobody knows" in found.faults[0]
