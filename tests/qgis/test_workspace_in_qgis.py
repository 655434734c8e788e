"""QGIS and OGR on a workspace: every layer as declared; edits are named, then adopted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from osgeo import gdal, ogr
from qgis.core import QgsFeature, QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsVectorLayer

from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import FAMILIES
from citygrid_core.workspace.tables import STORED

from ..core.workspace import makers

OGR_TYPES = {
    "POINT": ogr.wkbPoint,
    "MULTILINESTRING": ogr.wkbMultiLineString,
    "POLYGON": ogr.wkbPolygon,
    "MULTIPOLYGON": ogr.wkbMultiPolygon,
    "NONE": ogr.wkbNone,
}
OGR_FIELDS = {
    "text": "String", "boolean": "Integer", "integer": "Integer64", "real": "Real", "date": "Date", "datetime": "DateTime",
}  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "城市 city.gpkg"
    with makers.make(path) as ws:
        counts = makers.heat({f"{makers.COMMUNITY}001": 3, f"{makers.COMMUNITY}002": 4, "": 2})
        makers.store(
            ws, areas=makers.areas(), grids=makers.grids(5), components=makers.components(700),
            cases=makers.cases(30), departments=makers.departments(), heat_counts=counts,
        )  # fmt: skip
        assert ws.verify() == []
    return path


def open_layer(path: Path, table: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr")
    assert layer.isValid()
    return layer


def test_ogr_opens_every_layer_as_declared(town: Path) -> None:
    warnings: list[str] = []
    gdal.PushErrorHandler(lambda kind, number, text: warnings.append(text))
    source = ogr.Open(str(town))
    names = {source.GetLayer(i).GetName() for i in range(source.GetLayerCount())}
    tables = {name: f for f in FAMILIES.values() for name in f.tables.values()}
    assert names == {*tables, "heat_map", "layer_styles"}
    rows = {
        "areas": 3,
        "grids": 5,
        "components_point": 700,
        "cases": 30,
        "departments": 1,
        "heat_counts": 3,
    }
    for name in tables:
        layer, stored = source.GetLayer(name), STORED[name]
        assert layer.GetGeomType() == OGR_TYPES[stored.geometry], name
        assert layer.GetFeatureCount() == rows.get(name, 0), name
        assert layer.GetFIDColumn() == "fid"
        if stored.spatial:
            assert layer.GetSpatialRef().GetAuthorityCode(None) == "4547"
            assert layer.TestCapability(ogr.OLCFastSpatialFilter)
        definition = layer.GetLayerDefn()
        fields = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
        assert [f.GetName() for f in fields] == list(stored.names)
        assert [f.GetTypeName() for f in fields] == [OGR_FIELDS[c.type] for c in stored.columns]
        for _ in layer:
            pass
    heat = source.GetLayer("heat_map")
    assert heat.GetGeomType() == ogr.wkbPolygon
    definition = heat.GetLayerDefn()
    kinds = [definition.GetFieldDefn(i).GetTypeName() for i in range(definition.GetFieldCount())]
    assert kinds == ["String", "String", "Real", "Integer64", "Real"]
    assert heat.GetFIDColumn() == "fid"
    assert [f.GetField("cases") for f in heat] == [3, 4, 0, 0, 0]
    heat.SetSpatialFilterRect(500_110, 3_300_010, 500_120, 3_300_020)
    assert [f.GetField("per_hectare") for f in heat] == [4.0]
    source = None
    gdal.PopErrorHandler()
    assert warnings == []


def test_times_read_as_the_wall_clock(town: Path) -> None:
    source = ogr.Open(str(town))
    first = source.GetLayer("cases").GetNextFeature()
    assert first.GetField("reported_at") == "2025/01/01 08:00:00"
    first = source = None


def test_qgis_edits_are_named_and_adopted(town: Path, qgis_app: object) -> None:
    layer = open_layer(town, "components_point")
    assert layer.crs().authid() == "EPSG:4547"
    assert layer.featureCount() == 700
    assert layer.startEditing()
    fields = layer.fields()
    assert layer.changeAttributeValue(7, fields.indexOf("note"), "井盖缺失")
    assert layer.changeGeometry(9, QgsGeometry.fromPointXY(QgsPointXY(500_333, 3_300_033)))
    assert layer.deleteFeature(11)
    new = QgsFeature(fields)
    new["code"], new["class_code"], new["valid_from"] = "32010201001000701", "01001", "2025-01-02"
    new.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(500_001, 3_300_001)))
    assert layer.addFeature(new)
    assert layer.commitChanges(), layer.commitErrors()
    with Workspace.open(town) as ws:
        found = [(p.rule, p.found.en) for p in ws.verify()]
        assert sorted(r for r, _ in found) == [
            "seal.added", "seal.altered", "seal.altered", "seal.removed",
        ]  # fmt: skip
        said = " ".join(text for _, text in found)
        for named in (
            "fid 7 (32010201001000007)",
            "fid 9 (",
            "fid 11 ",
            "fid 701 (32010201001000701)",
        ):
            assert f"components_point {named}" in said
        head = ws.head
        ws.adopt("王工")
        assert ws.verify() == []
        assert ws.head != head
        assert ws.journal().iloc[-1]["operation"] == "adopt"
        assert ws.read("components", where={"note": "井盖缺失"})["code"].tolist() == [
            "32010201001000007"
        ]
        box = (500_332.0, 3_300_032.0, 500_334.0, 3_300_034.0)
        assert 9 in ws.read("components", bbox=box).index
    del layer


def test_a_rewrite_of_the_same_values_is_no_alteration(town: Path) -> None:
    """GDAL writes every field and the geometry anew: other bytes, same row."""
    for name in ("grids", "components_point", "cases", "areas", "departments", "heat_counts"):
        source = ogr.Open(str(town), update=1)
        layer = source.GetLayer(name)
        for feature in list(layer):
            geometry = feature.GetGeometryRef()
            if geometry is not None:
                feature.SetGeometry(geometry.Clone())
            assert layer.SetFeature(feature) == ogr.OGRERR_NONE
        feature = geometry = layer = source = None
    with Workspace.open(town) as ws:
        assert ws.verify() == []
        assert ws.read("cases")["reported_at"].iloc[0] == "2025-01-01T08:00:00"


def test_qgis_stays_open_while_others_write(town: Path, qgis_app: object) -> None:
    layer = open_layer(town, "grids")
    cursor = layer.getFeatures(QgsFeatureRequest())
    assert next(cursor)["code"].endswith("001")  # reading, half way through
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from citygrid_core.workspace import Workspace\n"
        "from tests.core.workspace import makers\n"
        "with Workspace.open(sys.argv[1]) as ws:\n"
        "    makers.store(ws, grids=makers.grids(600, first=6))\n"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code, str(town), str(root)], check=True)
    # and this process itself, beside the layer
    with Workspace.open(town) as ws, ws.transaction("note") as tx:
        held = ws.read("grids", where={"fid": [2]})
        held["note"] = "同一进程"
        tx.update("grids", held)
    del cursor
    layer.dataProvider().reloadData()
    assert layer.featureCount() == 605
    assert layer.startEditing()
    assert layer.changeAttributeValue(3, layer.fields().indexOf("note"), "QGIS")
    assert layer.commitChanges(), layer.commitErrors()
    del layer
    with Workspace.open(town) as ws:
        read = ws.read("grids")
        assert read.loc[[2, 3], "note"].tolist() == ["同一进程", "QGIS"]
        assert [
            (p.rule, "fid 3 " in p.found.en) for p in ws.verify() if p.rule.startswith("seal")
        ] == [("seal.altered", True)]


def test_value_lists_without_style_or_plugin(town: Path, qgis_app: object) -> None:
    layer = open_layer(town, "components_point")
    setup = layer.editorWidgetSetup(layer.fields().indexOf("state"))
    assert setup.type() == "ValueMap"
    assert {"完好": "intact"} in setup.config()["map"]
    del layer
    source = gdal.OpenEx(str(town))  # must outlive its domains
    listed = source.GetFieldDomain("accuracy_class").GetEnumeration()
    assert listed == {"A": "A类 ±0.5米", "B": "B类 ±1.0米", "C": "C类 ±10.0米"}
    source = None


def test_styles_in_the_file_are_qgis_defaults(town: Path, tmp_path: Path, qgis_app: object) -> None:
    layer = open_layer(town, "grids")
    layer.setFieldAlias(layer.fields().indexOf("code"), "单元网格标识码")
    qml = tmp_path / "grids.qml"
    layer.saveNamedStyle(str(qml))
    del layer
    with Workspace.open(town) as ws:
        ws.store_styles({"grids": qml.read_text(encoding="utf-8")})
    again = open_layer(town, "grids")
    assert again.attributeDisplayName(again.fields().indexOf("code")) == "单元网格标识码"
    del again


def test_copied_by_ogr_nothing_is_lost(town: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    shutil.copy(town, copy)
    result = gdal.VectorTranslate(
        str(tmp_path / "out.gpkg"), str(copy), layers=["components_point"]
    )
    assert result.GetLayer(0).GetFeatureCount() == 700
    result = None


def test_a_layer_with_a_filter_counts_what_it_shows(town: Path) -> None:
    """Also after QGIS has written, which must not leave a number behind that grows stale."""
    with Workspace.open(town) as ws, ws.transaction("end") as tx:
        tx.end("grids", ws.read("grids").index[:2], "2030-01-01")
    layer = open_layer(town, "grids")
    layer.setSubsetString('"valid_to" IS NULL')
    assert layer.featureCount() == 3 == sum(1 for _ in layer.getFeatures())
    assert layer.startEditing()
    first = next(layer.getFeatures())
    layer.changeAttributeValue(first.id(), layer.fields().indexOf("note"), "QGIS")
    assert layer.commitChanges()
    del first, layer
    with Workspace.open(town) as ws:
        ws.adopt("QGIS")
        with ws.transaction("end") as tx:
            tx.end("grids", ws.read("grids").index[:1], "2030-01-01")
    again = open_layer(town, "grids")
    again.setSubsetString('"valid_to" IS NULL')
    assert again.featureCount() == 2
    assert open_layer(town, "grids").featureCount() == 5
