"""A workspace as a project: groups, layers, what they show, saved and opened again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsPointXY, QgsProject, QgsVectorLayer

from citygrid_core.workspace import Workspace
from citygrid_plugin.i18n import set_language
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.layers.basemap import BaseMap
from citygrid_plugin.layers.cases import CaseLayers
from citygrid_plugin.layers.components import ComponentLayers
from citygrid_plugin.layers.heat import HeatLayers
from citygrid_plugin.layers.project import (
    LAYER_GROUPS,
    build_project,
    find_group,
    find_layer,
    is_shown,
    show_group,
)
from citygrid_plugin.services.lookup import Answers
from citygrid_plugin.services.session import Session, read_source


@pytest.fixture
def project(qgis_app: QgsApplication, own_city: Path) -> Iterator[QgsProject]:
    made = QgsProject()
    summary, source = read_source(own_city)
    build_project(made, source, summary.crs)
    yield made
    made.clear()


def rows(layer: QgsVectorLayer) -> int:
    return sum(1 for _ in layer.getFeatures())


def test_every_layer_is_there_in_its_group(project: QgsProject, own_city: Path) -> None:
    assert [layer.name() for layer in project.mapLayers().values() if not layer.isValid()] == []
    roles = {layer.customProperty(ROLE) for layer in project.mapLayers().values()}
    assert roles == {
        "areas_county", "areas_street", "areas_community", "grids", "grid_groups", "cases",
        "components_point", "components_line", "components_polygon", "duty_rules_line",
        "duty_rules_polygon", "duty_rules", "departments", "case_log", "heat_map",
        "places_point", "places_line", "places_polygon",
    }  # fmt: skip
    assert len(project.layerTreeRoot().findGroups()) == len(LAYER_GROUPS)
    assert project.crs().authid() == "EPSG:4547"


def test_layers_show_what_is_valid_now(project: QgsProject, own_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        now = {name: ws.count(name) for name in ("grids", "departments", "cases")}
        ever = ws.count("departments", at="all")
        levels = ws.read("areas", geometry=False)["level"].value_counts().to_dict()
    assert ever > now["departments"], "no ended row to leave out: the test shows nothing"
    for name, count in now.items():
        assert rows(find_layer(project, name)) == count
    for level, count in levels.items():
        assert rows(find_layer(project, f"areas_{level}")) == count


def test_every_class_of_symbols_has_features(project: QgsProject) -> None:
    """No component falls through the major classes of the edition."""
    for table in ("components_point", "components_line", "components_polygon"):
        layer = find_layer(project, table)
        majors = {f["class_code"][:2] for f in layer.getFeatures()}
        offered = {c.value() for c in layer.renderer().categories()}
        assert majors <= offered
        symbols = {c.symbol().color().name() for c in layer.renderer().categories() if c.value()}
        assert len(symbols) == len(offered - {""})


def test_heat_is_the_stores_own_rate(project: QgsProject, own_city: Path) -> None:
    layer = find_layer(project, "heat_map")
    shown = {f["code"]: (f["cases"], f["per_hectare"]) for f in layer.getFeatures()}
    database = sqlite3.connect(own_city)
    counted = dict(
        database.execute("select grid_code, sum(cases) from heat_counts group by grid_code")
    )
    areas = dict(database.execute("select code, area_m2 from grids where valid_to is null"))
    database.close()
    for code, (cases, rate) in shown.items():
        assert cases == counted.get(code, 0)
        assert rate == pytest.approx(cases / (areas[code] / 10_000))
    top = layer.renderer().ranges()[-1].upperValue()
    assert top >= max(rate for _, rate in shown.values())
    assert all("ha" in r.label() for r in layer.renderer().ranges())


def test_grids_without_a_case_are_not_drawn(project: QgsProject, own_city: Path) -> None:
    layer = find_layer(project, "heat_map")
    assert layer.renderer().classAttribute() == 'nullif("per_hectare", 0)'
    assert layer.renderer().ranges()[0].lowerValue() == 0


def test_groups_are_switched_with_everything_in_them(project: QgsProject) -> None:
    assert not is_shown(project, HeatLayers)
    show_group(project, HeatLayers, True)
    assert is_shown(project, HeatLayers)
    node = find_group(project, HeatLayers)
    assert all(child.isVisible() for child in node.findLayers())
    show_group(project, HeatLayers, False)
    assert not is_shown(project, HeatLayers)
    assert is_shown(project, ComponentLayers)
    assert not is_shown(project, CaseLayers)


def test_a_saved_project_moves_with_its_workspace(
    project: QgsProject, own_city: Path, tmp_path: Path
) -> None:
    assert project.write(str(own_city.with_name("city.qgz")))
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("city.gpkg", "city.qgz"):
        shutil.copy(own_city.with_name(name), moved / name)
    own_city.unlink()
    again = QgsProject()
    session = Session(again)
    assert again.read(str(moved / "city.qgz"))
    assert [one.name() for one in again.mapLayers().values() if not one.isValid()] == []
    assert session.path == moved / "city.gpkg"
    assert rows(find_layer(again, "grids")) > 0
    session.close()
    again.clear()


def test_the_session_sees_what_another_process_wrote(own_city: Path, qgis_app: object) -> None:
    project = QgsProject()
    session = Session(project)
    session.open(own_city)
    heard = []
    session.changed.connect(lambda: heard.append(session.summary.counts["departments"]))
    layer = find_layer(project, "departments")
    before = rows(layer)
    with Workspace.open(own_city) as ws, ws.transaction("test") as tx:
        fids = ws.read("departments", geometry=False).index[:1].to_numpy()
        tx.end("departments", fids, "2026-01-01")
    session.refresh()
    assert heard == [before - 1]
    assert rows(layer) == before - 1
    session.close()
    project.clear()
    assert session.path is None


def test_the_base_map_takes_what_the_file_has(small_city: Path, own_city: Path) -> None:
    _, source = read_source(own_city)
    made = BaseMap(small_city / "base.gpkg").layers(source)
    assert [layer.customProperty(ROLE) for layer in made] == [
        "base_barriers", "base_roads", "base_buildings", "base_parks", "base_compounds",
        "base_water",
    ]  # fmt: skip
    del made


class TestWhoAnswers:
    @pytest.fixture(autouse=True)
    def _english(self) -> Iterator[None]:
        set_language("en")
        yield
        set_language(None)

    def test_the_component_under_the_click(self, project: QgsProject, own_city: Path) -> None:
        with Workspace.open(own_city) as ws:
            components = ws.read("components")
            names = ws.read("departments", geometry=False).set_index("code")["name"]
        one = components[components["owning_code"].notna()].iloc[3]
        point = QgsPointXY(one.geometry.x + 0.3, one.geometry.y)
        answer = Answers(project).ask(own_city, point, radius=1.0)
        facts = answer.facts()
        assert facts["Code"] == one["code"]
        assert answer.grid_code == one["grid_code"]
        assert names[one["owning_code"]] in facts["owning"]
        reasons = {label: details for label, _, details in answer.lines()}
        assert "rule" in " ".join(reasons["owning"])
        assert facts["Community"].endswith(one["grid_code"][:12])

    def test_a_place_outside(self, project: QgsProject, own_city: Path) -> None:
        card = Answers(project).ask(own_city, QgsPointXY(0, 0), radius=1.0)
        facts = card.facts()
        assert card.outcome == "outside"
        assert facts["Unit grid"] == "outside the city"
        assert facts["County"] == "outside the city"

    def test_the_answer_follows_the_store(self, project: QgsProject, own_city: Path) -> None:
        """An index built once is not asked again after the grids changed."""
        answers = Answers(project)
        with Workspace.open(own_city) as ws:
            grid = ws.read("grids").iloc[0]
        inside = grid.geometry.representative_point()
        point = QgsPointXY(inside.x, inside.y)
        assert answers.ask(own_city, point).grid_code == grid["code"]
        with Workspace.open(own_city) as ws, ws.transaction("test") as tx:
            tx.end("grids", [int(grid.name)], "2026-01-01")
        facts = answers.ask(own_city, point).facts()
        assert facts["Unit grid"] == "no grid drawn here"
