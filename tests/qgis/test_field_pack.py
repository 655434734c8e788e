"""The project of a field pack, opened in real QGIS: layers, forms, constraints, codes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsFieldConstraints,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from citygrid_core.operations.census.packs.returned import return_pack
from citygrid_core.workspace import Workspace
from citygrid_plugin.i18n import set_language
from tests.core.operations import fieldtown as town

COMPONENTS = ("components_point", "components_line", "components_polygon")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("field")
    town.build(folder / "city.gpkg")
    with Workspace.open(folder / "city.gpkg") as ws:
        packs = town.send(ws, folder / "out")[1]
    return folder / "city.gpkg", packs[0]


@pytest.fixture
def project(qgis_app: QgsApplication, made: tuple[Path, Path]) -> QgsProject:
    opened = QgsProject.instance()  # expressions look for layers there
    assert opened.read(str(made[1] / "pack.qgs"))
    yield opened
    opened.clear()


def layer_of(project: QgsProject, name: str) -> QgsVectorLayer:
    found = project.mapLayer(f"citygrid_{name}")
    assert isinstance(found, QgsVectorLayer)
    assert found.isValid(), name
    return found


def broken(layer: QgsVectorLayer, feature: QgsFeature, strength: int) -> set[str]:
    """Fields whose constraints of a strength a feature breaks."""
    return {
        field.name()
        for index, field in enumerate(layer.fields())
        if not QgsVectorLayerUtils.validateAttribute(layer, feature, index, strength)[0]
    }


def problems(layer: QgsVectorLayer, feature: QgsFeature) -> set[str]:
    """Fields for which the form refuses to save."""
    return broken(layer, feature, QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard)


def warned(layer: QgsVectorLayer, feature: QgsFeature) -> set[str]:
    """Fields of which the form warns, and saves."""
    return broken(layer, feature, QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft)


def drawn(layer: QgsVectorLayer, x: float, y: float, **values: object) -> QgsFeature:
    """A new feature with the form's defaults, as the capture tools make it."""
    place = QgsGeometry.fromPointXY(QgsPointXY(x, y))
    given = {layer.fields().indexOf(n): v for n, v in values.items()}
    context = layer.createExpressionContext()
    return QgsVectorLayerUtils.createFeature(layer, place, given, context)


def test_every_layer_opens_from_where_the_folder_is(
    project: QgsProject, made: tuple[Path, Path]
) -> None:
    names = {layer.name() for layer in project.mapLayers().values()}
    assert {
        "部件（点）",
        "部件（线）",
        "部件（面）",
        "单元网格",
        "社区",
        "号段余量",
        "部件类别",
        "部门",
    } <= names
    assert all(layer.isValid() for layer in project.mapLayers().values())
    assert all(str(made[1]) in layer.source() for layer in project.mapLayers().values())
    assert project.crs().authid() == f"EPSG:{town.SRS}"
    with town.opened(made[1]) as c:
        taken = len(town.codes_of(c))
    assert layer_of(project, "components_point").featureCount() == taken > 0


def test_symbols_value_lists_and_snapping(project: QgsProject) -> None:
    points = layer_of(project, "components_point")
    assert points.renderer().type() == "categorizedSymbol"
    assert len(points.renderer().categories()) >= 5
    state = points.editorWidgetSetup(points.fields().indexOf("state"))
    assert state.type() == "ValueMap"
    assert {k: v for one in state.config()["map"] for k, v in one.items()}["破损"] == "damaged"
    kind = points.editorWidgetSetup(points.fields().indexOf("class_code"))
    assert (kind.type(), kind.config()["Layer"]) == ("ValueRelation", "citygrid_classes")
    assert points.attributeAlias(points.fields().indexOf("owning_code")) == "权属单位代码"
    snapping = project.snappingConfig()
    assert snapping.enabled()
    assert {layer.id() for layer in snapping.individualLayerSettings()} >= {
        f"citygrid_{n}" for n in COMPONENTS
    }
    assert not layer_of(project, "grids").isEditable()
    assert layer_of(project, "grids").readOnly()


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_expression_parses(project: QgsProject, name: str) -> None:
    layer = layer_of(project, name)
    for field in layer.fields():
        for text in (
            field.constraints().constraintExpression(),
            field.defaultValueDefinition().expression(),
        ):
            assert not text or not QgsExpression(text).hasParserError(), (field.name(), text)


def test_the_form_fills_in_and_refuses(project: QgsProject) -> None:
    points = layer_of(project, "components_point")
    good = drawn(points, town.X0 + 150, town.Y0 + 50, class_code=town.LAMP)
    assert good["grid_code"] == town.COMMUNITY + "002"
    assert (good["state"], good["data_source"], good["name"]) == ("intact", "surveyed", "路灯")
    assert len(good["uid"]) == 32 or len(good["uid"]) == 36
    assert problems(points, good) == set()
    # a class that is a line's, no class, a place outside, a body nobody knows
    wrong = drawn(points, town.X0 - 500, town.Y0, class_code="00000", owning_code="某公司")
    assert {"class_code", "grid_code", "owning_code"} <= problems(points, wrong)


def test_a_twin_and_an_ended_lease_are_warned_of(
    project: QgsProject, made: tuple[Path, Path]
) -> None:
    points = layer_of(project, "components_point")
    lamp = next(f for f in points.getFeatures() if f["class_code"] == town.LAMP)
    x, y = lamp.geometry().asPoint().x(), lamp.geometry().asPoint().y()
    near = drawn(points, x + 0.2, y, class_code=town.LAMP)
    assert "name" in warned(points, near)
    assert "name" not in warned(points, drawn(points, x + 0.2, y, class_code="01001"))
    assert "name" not in warned(points, lamp)  # not its own twin
    assert problems(points, near) == set()
    # the town's lease ended in April 2026
    assert "surveyed_on" in warned(points, near)
    with town.opened(made[1]) as c:
        c.execute("UPDATE leases SET until = '2999-12-31'")
    layer_of(project, "leases").reload()
    assert "surveyed_on" not in warned(points, near)


@pytest.mark.parametrize(
    ("class_", "accuracy", "good"),
    [
        ("A", 0.4, True),
        ("A", 0.6, False),
        ("B", 0.6, True),
        ("B", 1.2, False),
        ("C", 9.0, True),
        ("C", 11.0, False),
        ("A", None, True),
    ],
)
def test_the_receiver_must_be_as_good_as_the_class(
    project: QgsProject, class_: str, accuracy: float | None, good: bool
) -> None:
    points = layer_of(project, "components_point")
    feature = drawn(points, town.X0 + 50, town.Y0 + 50, class_code=town.LAMP, accuracy_class=class_)
    feature["gnss_accuracy_m"] = accuracy
    assert ("accuracy_class" not in problems(points, feature)) is good


def test_photos_of_a_component_and_more_of_them(
    project: QgsProject, made: tuple[Path, Path]
) -> None:
    """The form has a picture of its own and a list of further ones; QField names the files."""
    relations = project.relationManager()
    photos = layer_of(project, "photos")
    for name in COMPONENTS:
        layer = layer_of(project, name)
        widget = layer.editorWidgetSetup(layer.fields().indexOf("photo"))
        assert (widget.type(), widget.config()["DocumentViewer"]) == ("ExternalResource", 1)
        naming = json.loads(layer.customProperty("QFieldSync/attachment_naming"))["photo"]
        assert layer.customProperty("QFieldSync/photo_naming") == json.dumps({"photo": naming})
        assert not QgsExpression(naming).hasParserError()
        relation = relations.relation(f"citygrid_photos_{name}")
        assert relation.isValid(), relation.validationError()
        assert relation.resolveReferencedField("component_uid") == "uid"
        shown = [e.name() for e in layer.editFormConfig().tabs()[0].children()]
        assert {"photo", "manhole_number", relation.id()} <= set(shown)
    # a photo that the list of the first component gets belongs to it
    points = layer_of(project, "components_point")
    first = next(points.getFeatures())
    relation = relations.relation("citygrid_photos_components_point")
    feature = QgsVectorLayerUtils.createFeature(
        photos, QgsGeometry(), {photos.fields().indexOf("component_uid"): first["uid"]}
    )
    feature["photo"] = "DCIM/a.jpg"
    assert photos.startEditing()
    assert photos.addFeature(feature)
    assert photos.commitChanges(), photos.commitErrors()
    assert [f["photo"] for f in relation.getRelatedFeatures(first)] == ["DCIM/a.jpg"]
    (made[1] / "DCIM").mkdir()
    Image.new("RGB", (8, 8)).save(made[1] / "DCIM" / "a.jpg")
    with Workspace.open(made[0]) as ws:
        receipt = return_pack(ws, made[1], on=town.BACK).details["receipt"]
        assert (receipt["photos"], receipt["photos_kept"]) == (1, 1)
        assert ws.read("attachments")["component_code"].tolist() == [first["code"]]


@pytest.mark.parametrize(
    ("number", "good"),
    [("4201020010000000001", True), ("42010200", False), (None, True), ("", True)],
)
def test_a_manhole_number_has_19_digits(
    project: QgsProject, number: str | None, good: bool
) -> None:
    points = layer_of(project, "components_point")
    feature = drawn(points, town.X0 + 50, town.Y0 + 50, class_code=town.LAMP)
    feature["manhole_number"] = number
    assert ("manhole_number" not in problems(points, feature)) is good


def test_the_gate_takes_what_qfield_says(project: QgsProject) -> None:
    """QField gives the receiver's accuracy as a variable of the position scope."""
    points = layer_of(project, "components_point")
    text = points.defaultValueDefinition(points.fields().indexOf("gnss_accuracy_m")).expression()
    context = QgsExpressionContext()
    scope = QgsExpressionContextUtils.globalScope()
    scope.setVariable("position_horizontal_accuracy", 0.25)
    context.appendScope(scope)
    assert QgsExpression(text).evaluate(context) == 0.25


def test_saved_in_qgis_coded_by_the_lease_and_returned(
    project: QgsProject, made: tuple[Path, Path]
) -> None:
    city, pack = made
    points = layer_of(project, "components_point")
    with closing(sqlite3.connect(pack / "pack.gpkg")) as c:
        first = c.execute(
            'SELECT "next" FROM leases WHERE class_code = ?', (town.LAMP,)
        ).fetchone()[0]
    before = points.featureCount()
    assert points.startEditing()
    for i in range(3):
        assert points.addFeature(
            drawn(points, town.X0 + 110 + i, town.Y0 + 50, class_code=town.LAMP)
        )
    assert points.commitChanges(), points.commitErrors()
    old = next(points.getFeatures())
    assert points.startEditing()
    points.changeAttributeValue(old.id(), points.fields().indexOf("state"), "damaged")
    assert points.commitChanges(), points.commitErrors()
    points.reload()
    assert points.featureCount() == before + 3
    codes = sorted(f["code"] for f in points.getFeatures())
    want = [f"{town.COUNTY}{town.LAMP}{first + i:06d}" for i in range(3)]
    assert set(want) <= set(codes)
    with Workspace.open(city) as ws:
        receipt = return_pack(ws, pack, on=town.BACK).details["receipt"]
        assert (receipt["merged"], receipt["added_merged"]) == (1, 3)
        assert set(want) <= set(ws.read("components")["code"])
        assert ws.verify() == []


def test_the_map_can_be_looked_at(project: QgsProject, tmp_path: Path) -> None:
    from qgis.core import QgsMapRendererParallelJob, QgsMapSettings
    from qgis.PyQt.QtCore import QSize

    settings = QgsMapSettings()
    settings.setLayers([layer_of(project, n) for n in (*COMPONENTS, "grids", "communities")])
    settings.setDestinationCrs(project.crs())
    settings.setExtent(layer_of(project, "grids").extent().buffered(20))
    settings.setOutputSize(QSize(900, 600))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    assert image.save(str(tmp_path / "pack.png"))
    colours = {image.pixel(x, y) for x in range(0, 900, 3) for y in range(0, 600, 3)}
    assert len(colours) > 10
    assert Qgis.QGIS_VERSION_INT >= 32200


def test_the_whole_way_by_processing(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """Packs out, one back, progress, a sample and its report: as a leader clicks it."""
    import pandas as pd

    city = tmp_path / "city.gpkg"
    town.build(city)
    out = tmp_path / "out"
    made = run("makepacks", WORKSPACE=str(city), FOLDER=str(out), TEAMS=2, UNTIL="2099-12-31")
    assert made["STORED"] == 80
    pack = min(out.iterdir()) / "pack.gpkg"
    back = run("returnpack", WORKSPACE=str(city), PACK=str(pack))
    assert back["READ"] == back["UNCHANGED"] > 0
    grids = tmp_path / "grids.geojson"
    assert (
        run("censusprogress", WORKSPACE=str(city), SINCE=town.DAY, OUTPUT=str(grids))["READ"] == 16
    )
    assert grids.is_file()
    todo = tmp_path / "list.csv"
    drawn = run("sampleplan", WORKSPACE=str(city), DESIGN=0, BY=0, SEED=3, OUTPUT=str(todo))
    assert drawn["STORED"] > 60
    rows = pd.read_csv(todo, dtype=str).assign(outcome="合格")
    rows.to_csv(todo, index=False)
    report = tmp_path / "report.html"
    run("acceptcensus", WORKSPACE=str(city), PLAN="S0001", RESULTS=str(todo), OUTPUT=str(report))
    assert "验收报告" in report.read_text("utf-8") or "Acceptance" in report.read_text("utf-8")


def test_an_expired_lease_is_refused_and_loses_nothing(
    run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """The log names the cure, in the user's language; after it the pack comes back."""
    city = tmp_path / "city.gpkg"
    town.build(city)
    with Workspace.open(city) as ws:
        packs = town.send(ws, tmp_path / "out")[1]
    with town.opened(packs[0]) as c:
        town.capture(c, town.X0 + 10, town.Y0 + 10)
    given = {"WORKSPACE": str(city), "PACK": str(packs[0] / "pack.gpkg")}
    for lang, words in (("zh", "请先延期"), ("en", "extend it")):
        set_language(lang)  # type: ignore[arg-type]
        try:
            with pytest.raises(QgsProcessingException, match=words):
                run("returnpack", **given)
        finally:
            set_language(None)
    with Workspace.open(city) as ws:
        assert ws.count("components") == 80
    listed = tmp_path / "packs.csv"
    run("fieldpacks", WORKSPACE=str(city), EXTEND="P00001", UNTIL="2099-12-31")
    run("fieldpacks", WORKSPACE=str(city), OUTPUT=str(listed))
    assert "2099-12-31" in listed.read_text("utf-8-sig")
    assert run("returnpack", **given)["STORED"] == 1


def test_checked_compared_and_delivered_by_processing(
    run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """The rule book, twins, a fix, a comparison of two days, the delivery with its map book."""
    city = tmp_path / "city.gpkg"
    town.build(city)
    base = {"WORKSPACE": str(city)}
    found, pairs = tmp_path / "findings.csv", tmp_path / "pairs.csv"
    checked = run("checkcomponents", **base, OUTPUT=str(found))
    assert checked["FINDINGS"] > 0
    assert found.stat().st_size > 100
    run("findtwins", **base, OUTPUT=str(pairs))
    with Workspace.open(city) as ws:
        assert ws.count("findings") > 0
        head = ws.head
    run("fixcomponents", **base, RULE="S07", DRY_RUN=True)
    out = tmp_path / "compared.csv"
    compared = run("comparecensus", **base, AT=town.DAY, OTHER_AT=town.OUT, OUTPUT=str(out))
    assert compared["UNCHANGED"] == 80
    folder = tmp_path / "delivery"
    delivered = run("delivercensus", **base, FOLDER=str(folder), MAP_BOOK=True, DPI=50, LEVEL=2)
    assert delivered["STORED"] == 80
    sums = (folder / "SHA256SUMS").read_text("utf-8")
    assert "map_book.pdf" in sums
    assert (folder / "map_book.pdf").read_bytes()[:5] == b"%PDF-"
    with Workspace.open(city) as ws:
        assert ws.head == head
