"""Algorithms that work with a workspace: answers on layers, jobs in a child process."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

from citygrid_core.operations.lookup import lookup
from citygrid_core.workspace import Workspace

Run = Callable[..., dict[str, Any]]


class Feedback(QgsProcessingFeedback):
    """Keeps what was said; cancels when told to."""

    def __init__(self) -> None:
        super().__init__(False)
        self.said: list[str] = []

    def pushInfo(self, info: str) -> None:
        self.said.append(info)

    def pushWarning(self, warning: str) -> None:
        self.said.append(warning)


def test_duties_of_points_are_those_of_the_core(run: Run, own_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        components = ws.read("components")
        components = components[components.geometry.geom_type == "Point"].iloc[::97]
        expected = lookup(ws, components[["class_code", "geometry"]])
    point_layer = QgsVectorLayer("Point?crs=EPSG:4547&field=class:string", "points", "memory")
    features = []
    for one in components.itertuples():
        feature = QgsFeature(point_layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(one.geometry.wkt))
        feature.setAttributes([one.class_code])
        features.append(feature)
    point_layer.dataProvider().addFeatures(features)
    made = run("resolveduties", POINTS=point_layer, WORKSPACE=str(own_city), CLASS_FIELD="class")[
        "OUTPUT"
    ]
    found = sorted(made.getFeatures(), key=lambda f: f.id())
    assert len(found) == len(expected) > 50
    for name in ("grid_code", "owning_code", "supervising_code", "duty_outcome"):
        wanted = [v if isinstance(v, str) else None for v in expected[name]]
        assert [f[name] or None for f in found] == wanted


def test_addresses_of_a_table_find_their_place(run: Run, own_city: Path, small_city: Path) -> None:
    with (small_city / "addresses.csv").open(encoding="utf-8-sig") as file:
        addresses = list(csv.DictReader(file))[:60]
    plain_layer = QgsVectorLayer("None?field=address:string", "table", "memory")
    for row in addresses:
        feature = QgsFeature(plain_layer.fields())
        feature.setAttributes([row["address"]])
        plain_layer.dataProvider().addFeatures([feature])
    made = run("geocodetable", TABLE=plain_layer, WORKSPACE=str(own_city))
    found = list(made["OUTPUT"].getFeatures())
    assert len(found) == 60
    assert made["OUTPUT"].crs().authid() == "EPSG:4547"
    accepted = [f for f in found if f["outcome"] == "accepted"]
    assert len(accepted) == made["ACCEPTED"] > 20
    # Never a default point: whoever is not accepted has none.
    assert all(f.hasGeometry() == (f["outcome"] == "accepted") for f in found)
    assert all(len(f["grid_code"]) == 15 for f in accepted)
    assert all(f["place_name"] for f in accepted)
    assert all(f["reasons"] for f in found if f["outcome"] == "rejected")


def test_an_import_keeps_its_books(run: Run, own_city: Path, small_city: Path) -> None:
    file = str(small_city / "departments.csv")
    with Workspace.open(own_city) as ws:
        head, count = ws.head, ws.count("departments")
    again = run("importdepartments", WORKSPACE=str(own_city), FILE=file, AT="2025-01-01")
    assert again["STORED"] == 0
    assert again["READ"] == again["UNCHANGED"] + again["REJECTED"] > 0
    with Workspace.open(own_city) as ws:
        assert (ws.head, ws.count("departments")) == (head, count)


def test_rejects_are_said_and_written(run: Run, own_city: Path, tmp_path: Path) -> None:
    bad, rejects = tmp_path / "bad.csv", tmp_path / "rejects.csv"
    bad.write_text("code,name\n12345,某单位\n", encoding="utf-8")
    feedback = Feedback()
    result = run(
        "importdepartments", feedback, WORKSPACE=str(own_city), FILE=str(bad), REJECTS=str(rejects)
    )
    assert (result["READ"], result["REJECTED"], result["STORED"]) == (1, 1, 0)
    assert any("12345" in line for line in feedback.said)
    assert "某单位" in rejects.read_text(encoding="utf-8-sig")


def test_a_dry_run_stores_nothing(run: Run, own_city: Path, small_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        head = ws.head
    result = run(
        "importcases",
        WORKSPACE=str(own_city),
        FILE=str(small_city / "cases_next.csv"),
        CRS="EPSG:4547",
        DRY_RUN=True,
    )
    assert result["STORED"] > 0
    with Workspace.open(own_city) as ws:
        assert ws.head == head


def test_a_cancelled_import_stores_nothing(run: Run, own_city: Path, small_city: Path) -> None:
    class Impatient(Feedback):
        def setProgressText(self, text: str) -> None:
            self.cancel()

    with Workspace.open(own_city) as ws:
        head = ws.head
    with pytest.raises(QgsProcessingException, match=r"[Cc]ancel|取消"):
        run(
            "importcases",
            Impatient(),
            WORKSPACE=str(own_city),
            FILE=str(small_city / "cases_next.csv"),
            CRS="EPSG:4547",
        )
    with Workspace.open(own_city) as ws:
        assert ws.head == head
        assert ws.verify() == []


def test_heat_follows_new_cases(run: Run, own_city: Path, small_city: Path) -> None:
    new = run(
        "importcases",
        WORKSPACE=str(own_city),
        FILE=str(small_city / "cases_next.csv"),
        CRS="EPSG:4547",
    )
    assert new["READ"] == new["STORED"] + new["UNCHANGED"] + new["REJECTED"]
    assert new["STORED"] > 0
    assert run("updateheat", WORKSPACE=str(own_city))["STORED"] > 0
    assert run("updateheat", WORKSPACE=str(own_city))["STORED"] == 0
    assert run("verifyworkspace", WORKSPACE=str(own_city))["FINDINGS"] == 0


def test_verify_names_a_row_altered_behind_the_books(run: Run, own_city: Path) -> None:
    import sqlite3

    database = sqlite3.connect(own_city)
    database.execute("update departments set name = '某局' where fid = 1")
    database.commit()
    database.close()
    feedback = Feedback()
    result = run("verifyworkspace", feedback, WORKSPACE=str(own_city))
    assert result["FINDINGS"] == 1
    assert any("departments" in line for line in feedback.said)


def test_a_new_workspace_and_its_grids(run: Run, small_city: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.gpkg"
    run(
        "makeworkspace",
        WORKSPACE=str(path),
        AREAS=str(small_city / "areas.gpkg"),
        NAME="云汀市",
    )
    base = small_city / "base.gpkg"
    made = run(
        "drawworkspacegrids",
        WORKSPACE=str(path),
        ROADS=f"{base}:roads",
        TARGET_AREA=40_000,
    )
    with Workspace.open(path) as ws:
        assert ws.name == "云汀市"
        assert ws.count("grids") == made["STORED"] > 20


def test_a_file_that_is_no_workspace_is_refused(run: Run, small_city: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"areas\.gpkg"):
        run("updateheat", WORKSPACE=str(small_city / "areas.gpkg"))
