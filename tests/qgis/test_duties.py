"""Duties and addresses as Processing algorithms: the core's answers, on native layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

from citygrid_core.operations.geocode.gazetteer import gazetteer
from citygrid_core.operations.lookup import lookup
from citygrid_core.operations.responsibility.audit import audit_duties
from citygrid_core.workspace import Workspace
from tests.qgis.test_workspace_algorithms import Feedback

Run = Callable[..., dict[str, Any]]


def layer(kind: str, fields: dict[str, str], *rows: tuple[str, list[Any]]) -> QgsVectorLayer:
    """A memory layer: WKT and attributes of each feature."""
    given = "&".join(f"field={name}:{kind_}" for name, kind_ in fields.items())
    made = QgsVectorLayer(f"{kind}?crs=EPSG:4547&{given}", "given", "memory")
    features = []
    for wkt, values in rows:
        feature = QgsFeature(made.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(values)
        features.append(feature)
    made.dataProvider().addFeatures(features)
    return made


@pytest.fixture
def points(own_city: Path) -> QgsVectorLayer:
    """Fifty surveyed components as a plain layer of points."""
    with Workspace.open(own_city) as ws:
        held = ws.read("components")
    held = held[held.geometry.geom_type == "Point"].iloc[::97][:50]
    rows = [(one.geometry.wkt, [one.class_code]) for one in held.itertuples()]
    return layer("Point", {"class": "string"}, *rows)


def test_near_a_border_each_point_tells_the_other_answer(
    run: Run, own_city: Path, points: QgsVectorLayer
) -> None:
    result = run(
        "resolveduties", POINTS=points, WORKSPACE=str(own_city), CLASS_FIELD="class", ACCURACY=6.0
    )
    found = list(result["OUTPUT"].getFeatures())
    with Workspace.open(own_city) as ws:
        held = ws.read("components")
        held = held[held.geometry.geom_type == "Point"].iloc[::97][:50]
        expected = lookup(ws, held[["class_code", "geometry"]], accuracy=6.0)
    assert [bool(f["near_border"]) for f in found] == expected["near_border"].tolist()
    assert result["NEAR_BORDER"] == int(expected["near_border"].sum()) > 0
    for one, probability in zip(found, expected["other_probability"], strict=True):
        assert one["other_probability"] == pytest.approx(probability)
    assert result["SEVERAL"] == int((expected["duty_outcome"] == "several").sum())


def test_the_audit_is_a_layer_of_areas(run: Run, own_city: Path) -> None:
    result = run("auditduties", WORKSPACE=str(own_city))
    with Workspace.open(own_city) as ws:
        report, expected = audit_duties(ws)
    found = list(result["OUTPUT"].getFeatures())
    assert len(found) == len(expected) > 0
    assert (result["BLANKS"], result["OVERLAPS"]) == (
        report.details["none"], report.details["several"],
    )  # fmt: skip
    for one, row in zip(found, expected.itertuples(), strict=True):
        assert (one["class_code"], one["role"], one["cases"]) == (
            row.class_code,
            row.role,
            row.cases,
        )
        assert one.geometry().area() == pytest.approx(row.geometry.area)


def test_what_a_rule_drawn_in_qgis_would_change(run: Run, own_city: Path) -> None:
    """A polygon of a layer that was never saved; the store keeps its bytes."""
    with Workspace.open(own_city) as ws:
        grid, head = ws.read("grids").iloc[7], ws.head
        body = ws.read("departments", geometry=False)["code"].iloc[-1]
        cases = ws.read("cases")
    fields = {
        "code": "string", "place": "string", "class_code": "string", "role": "string",
        "department_code": "string", "document": "string",
    }  # fmt: skip
    rule = ["T1", "polygon", None, "handling", body, "test 1"]
    rules = layer("Polygon", fields, (grid.geometry.wkt, rule))
    result = run("whatifduties", RULES=rules, WORKSPACE=str(own_city), AT="2026-06-01")
    found = list(result["OUTPUT"].getFeatures())
    assert {f["after_code"] for f in found} == {body}
    assert {f["role"] for f in found} == {"handling"}
    assert {f["grid_code"] for f in found} == {grid["code"]}
    assert result["CASES"] == len({f["code"] for f in found if f["object"] == "case"})
    inside = cases[cases.geometry.notna() & (cases["grid_code"] == grid["code"])]
    assert 0 < result["CASES"] <= len(inside)
    with Workspace.open(own_city) as ws:
        assert ws.head == head


def test_a_rule_of_an_unknown_department_is_said(run: Run, own_city: Path) -> None:
    fields = {"code": "string", "place": "string", "role": "string", "department_code": "string"}
    wkt = "Polygon ((521000 3386000, 521100 3386000, 521100 3386100, 521000 3386000))"
    rules = layer("Polygon", fields, (wkt, ["T1", "polygon", "handling", "nobody knows"]))
    feedback = Feedback()
    result = run("whatifduties", feedback, RULES=rules, WORKSPACE=str(own_city), AT="2026-06-01")
    assert (result["CASES"], result["COMPONENTS"]) == (0, 0)
    assert any("nobody knows" in line for line in feedback.said)


def test_points_in_an_operators_words(run: Run, own_city: Path, points: QgsVectorLayer) -> None:
    result = run("reversegeocode", POINTS=points, WORKSPACE=str(own_city))
    found = list(result["OUTPUT"].getFeatures())
    with Workspace.open(own_city) as ws:
        matcher = gazetteer(ws)
    shapes = [f.geometry().asPoint() for f in found]
    expected = matcher.reverse([p.x() for p in shapes], [p.y() for p in shapes])
    assert [f["place_code"] or "" for f in found] == expected["code"].tolist()
    assert sum(bool(f["description"]) for f in found) == len(found) - result["UNKNOWN"] > 40


def test_an_address_with_a_class_names_the_body(run: Run, own_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        plate = ws.read("places", where={"kind": "plate"}).iloc[0]
    table = QgsVectorLayer("None?field=address:string", "table", "memory")
    feature = QgsFeature(table.fields())
    feature.setAttributes([plate["name"]])
    table.dataProvider().addFeatures([feature])
    result = run("geocodetable", TABLE=table, WORKSPACE=str(own_city), CLASS="01004")
    one = next(result["OUTPUT"].getFeatures())
    assert (result["ACCEPTED"], one["place_code"]) == (1, plate["code"])
    assert one["handling_name"]
    assert one["duty_outcome"] in ("one", "several", "none")
