"""The Processing algorithms on layers: records out, one call of the core, features back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from qgis.core import (
    NULL,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime

from citygrid_plugin.processing.provider import ALGORITHMS, CitygridProvider

CRS = "EPSG:4548"
COMMUNITY = "320705001001"

Run = Callable[..., dict[str, Any]]


def layer_of(kind: str, rows: list[tuple[str, dict[str, str]]], crs: str = CRS) -> QgsVectorLayer:
    """A memory layer of WKT and attributes, all text."""
    names = list(rows[0][1]) if rows else []
    fields = "".join(f"&field={n}:string" for n in names)
    layer = QgsVectorLayer(f"{kind}?crs={crs}{fields}", "layer", "memory")
    features = []
    for wkt, values in rows:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes([values[n] for n in names])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def square(x: float, y: float, side: float) -> str:
    return f"POLYGON(({x} {y},{x + side} {y},{x + side} {y + side},{x} {y + side},{x} {y}))"


@pytest.fixture
def community_layer() -> QgsVectorLayer:
    return layer_of("Polygon", [(square(500_000, 3_800_000, 400), {"code": COMMUNITY})])


@pytest.fixture
def grid_layer() -> QgsVectorLayer:
    """Two by two squares of one hectare; their codes rise from south-west."""
    return layer_of(
        "Polygon",
        [
            (
                square(500_000 + 100 * i, 3_800_000 + 100 * j, 100),
                {"code": f"{COMMUNITY}{1 + i + 2 * j:03d}", "community_code": COMMUNITY},
            )
            for j in range(2)
            for i in range(2)
        ],
    )


def test_drawn_grids_cover_the_community(run: Run, community_layer: QgsVectorLayer) -> None:
    road_layer = layer_of(
        "LineString", [("LINESTRING(500200 3800000,500200 3800400)", {"road_class": "支路"})]
    )
    made = run("drawgrids", AREAS=community_layer, ROADS=road_layer, TARGET_AREA=20_000)
    shapes = [f.geometry() for f in made["OUTPUT"].getFeatures()]
    assert len(shapes) == made["COUNT"] >= 4
    assert sum(s.area() for s in shapes) == pytest.approx(160_000)
    assert QgsGeometry.unaryUnion(shapes).area() == pytest.approx(160_000)
    assert made["OUTPUT"].crs().authid() == CRS
    numbered = run("numbergrids", GRIDS=made["OUTPUT"])["OUTPUT"]
    codes = [f["code"] for f in numbered.getFeatures()]
    assert sorted(codes) == [f"{COMMUNITY}{n:03d}" for n in range(1, len(codes) + 1)]


def test_a_planted_gap_is_found_where_it_is(run: Run, grid_layer: QgsVectorLayer) -> None:
    area_layer = layer_of("Polygon", [(square(500_000, 3_800_000, 200), {"code": COMMUNITY})])
    # Codes rise from north to south: the order is checked too.
    whole = run("numbergrids", GRIDS=grid_layer)["OUTPUT"]
    clean = run("checkgrids", GRIDS=whole, GRID_CODE="code_2", AREAS=area_layer)
    assert clean["COUNT"] == 0
    grid_layer = run("numbergrids", GRIDS=grid_layer)["OUTPUT"]
    grid_layer.dataProvider().deleteFeatures([next(grid_layer.getFeatures()).id()])
    found = run("checkgrids", GRIDS=grid_layer, GRID_CODE="code_2", AREAS=area_layer)["OUTPUT"]
    (gap,) = [f for f in found.getFeatures() if f["rule"] == "grid.gap"]
    assert square_contains(500_000, 3_800_000, 100, gap)
    assert gap["measure"] == pytest.approx(10_000)


def square_contains(x: float, y: float, side: float, feature: QgsFeature) -> bool:
    return QgsGeometry.fromWkt(square(x, y, side)).contains(feature.geometry())


def test_a_point_on_a_border_belongs_to_the_lowest_code(
    run: Run, grid_layer: QgsVectorLayer
) -> None:
    point_layer = layer_of(
        "Point",
        [
            ("POINT(500050 3800050)", {"id": "inside"}),
            ("POINT(500100 3800050)", {"id": "edge"}),
            ("POINT(500100 3800100)", {"id": "vertex"}),
            ("POINT(500150 3800150)", {"id": "other"}),
            ("POINT(500250 3800050)", {"id": "outside"}),
        ],
    )
    made = run("locatepoints", POINTS=point_layer, GRIDS=grid_layer)
    codes = {f["id"]: f["grid_code"] or None for f in made["OUTPUT"].getFeatures()}
    first = f"{COMMUNITY}001"
    assert codes == {
        "inside": first, "edge": first, "vertex": first,
        "other": f"{COMMUNITY}004", "outside": None,
    }  # fmt: skip
    assert made["OUTSIDE"] == 1
    row = next(f for f in made["OUTPUT"].getFeatures() if f["id"] == "edge")
    assert [row[n] for n in ("community_code", "street_code", "county_code")] == [
        COMMUNITY, COMMUNITY[:9], COMMUNITY[:6],
    ]  # fmt: skip


def test_points_in_degrees_are_located_too(run: Run, grid_layer: QgsVectorLayer) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject

    shape = QgsGeometry.fromWkt("POINT(500150 3800050)")
    to_degrees = QgsCoordinateTransform(
        grid_layer.crs(), QgsCoordinateReferenceSystem("EPSG:4490"), QgsProject.instance()
    )
    shape.transform(to_degrees)
    point_layer = layer_of("Point", [(shape.asWkt(12), {"id": "x"})], "EPSG:4490")
    made = run("locatepoints", POINTS=point_layer, GRIDS=grid_layer)["OUTPUT"]
    assert [f["grid_code"] for f in made.getFeatures()] == [f"{COMMUNITY}002"]


def test_every_kind_of_value_comes_through(run: Run, grid_layer: QgsVectorLayer) -> None:
    fields = "&field=day:date&field=at:datetime&field=n:integer&field=r:double&field=t:string"
    point_layer = QgsVectorLayer(f"Point?crs={CRS}{fields}", "layer", "memory")
    values = [QDate(2025, 1, 31), QDateTime(2025, 1, 31, 8, 30, 0), 7, 2.5, "雨水井盖"]
    for row in (values, [None] * 5):
        feature = QgsFeature(point_layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt("POINT(500050 3800050)"))
        feature.setAttributes(row)
        point_layer.dataProvider().addFeatures([feature])
    made = run("locatepoints", POINTS=point_layer, GRIDS=grid_layer)["OUTPUT"]
    first, second = sorted(made.getFeatures(), key=lambda f: f.id())
    assert first.attributes()[:5] == values
    assert all(value == NULL for value in second.attributes()[:5])
    assert {first["grid_code"], second["grid_code"]} == {f"{COMMUNITY}001"}


def test_cases_are_counted_once_and_rated_by_hectare(run: Run, grid_layer: QgsVectorLayer) -> None:
    case_layer = layer_of(
        "Point",
        [
            (f"POINT({x} {y})", {"id": str(x)})
            for x, y in [(500_010, 3_800_010), (500_100, 3_800_050), (500_180, 3_800_180), (0, 0)]
        ],
    )
    made = run("heatpergrid", CASES=case_layer, GRIDS=grid_layer)
    rates = {f["code"][-3:]: (f["cases"], f["cases_per_ha"]) for f in made["OUTPUT"].getFeatures()}
    assert rates == {"001": (2, 2.0), "002": (0, 0.0), "003": (0, 0.0), "004": (1, 1.0)}
    assert made["OUTSIDE"] == 1


def test_grids_in_degrees_are_refused_with_the_cure(run: Run) -> None:
    grid_layer = layer_of("Polygon", [(square(119, 34, 0.1), {"code": "1"})], "EPSG:4490")
    case_layer = layer_of("Point", [("POINT(119.05 34.05)", {"id": "1"})], "EPSG:4490")
    with pytest.raises(QgsProcessingException, match="EPSG:4490"):
        run("heatpergrid", CASES=case_layer, GRIDS=grid_layer)


def test_a_layer_without_crs_is_refused(run: Run, grid_layer: QgsVectorLayer) -> None:
    point_layer = layer_of("Point", [("POINT(500050 3800050)", {"id": "1"})], "")
    with pytest.raises(QgsProcessingException, match="CRS"):
        run("locatepoints", POINTS=point_layer, GRIDS=grid_layer)


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.key)
def test_every_algorithm_explains_itself(provider: CitygridProvider, algorithm: Any) -> None:
    one = provider.algorithm(algorithm.key)
    assert one is not None
    assert one.shortHelpString()
    assert one.displayName()
    assert one.group()
    assert all(p.description() for p in one.parameterDefinitions())
