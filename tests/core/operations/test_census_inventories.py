"""Real asset inventories: imported with a mapping, checked, compared and delivered.

Nothing of these data is in the project; the tests skip where they are not.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.grids import Policy
from citygrid_core.operations.areas import init
from citygrid_core.operations.census.compare import compare
from citygrid_core.operations.census.deliver import deliver
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.census.rules.check import check_components
from citygrid_core.operations.grids.drawn import draw_grids
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables import Mapping
from citygrid_core.workspace import Workspace
from tests.core.operations.test_real_data import as_areas

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DAY, NEXT = "2015-01-01", "2015-06-01"
LAYERS = tomllib.loads(
    (Path(__file__).parent / "mappings" / "cambridge.toml").read_text(encoding="utf-8")
)


def mapping(layer: str) -> SourceOptions:
    columns = dict(LAYERS[layer])
    constant = {"class_code": columns.pop("class_code")}
    return SourceOptions(mapping=Mapping(columns=columns, constants=constant, layer=layer))


@pytest.fixture(scope="module")
def cambridge(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All twelve inventories of a city, imported; every row stored or rejected with a reason."""
    folder = tmp_path_factory.mktemp("inventories")
    base = real_data / "cambridge_ma" / "cambridge_base.gpkg"
    hoods = gpd.read_file(base, layer="neighborhoods").to_crs(26986)
    as_areas(hoods.geometry, hoods["NAME"].tolist()).to_file(folder / "areas.gpkg")
    city = folder / "city.gpkg"
    init(city, folder / "areas.gpkg", name="Cambridge", on=DAY)
    assets = real_data / "cambridge_ma" / "cambridge_assets.gpkg"
    with Workspace.open(city) as ws:
        draw_grids(ws, roads=Path(f"{base}:street_centerlines"), policy=Policy(), on=DAY)
        for layer in LAYERS:
            report = import_components(ws, assets, source=layer, options=mapping(layer), on=DAY)
            assert report.balanced
            assert report.stored > 0.85 * report.read, (layer, report.problems[:2])
            allowed = {"position.outside", "row.duplicate", "position.missing", "geometry.invalid"}
            assert {p.rule for p in report.problems} <= allowed
    return city


def test_what_is_wrong_in_the_inventories_is_said(cambridge: Path) -> None:
    with Workspace.open(cambridge) as ws:
        report, found = check_components(ws, on=NEXT)
        assert ws.verify() == []
    by_rule = report.details["by_rule"]
    print(report.read, by_rule)
    assert report.read > 20_000
    # Nobody there has departments, states or dates of our kind: said for each, in full.
    for rule in ("K01", "K02", "K03"):
        assert by_rule[rule] == report.read
    assert by_rule["P01"] > 0
    assert "F02" not in by_rule
    assert "C04" not in by_rule
    assert set(found["severity"]) == {"error", "warning", "hint"}


def test_a_second_survey_of_the_city_is_told_apart(cambridge: Path, tmp_path: Path) -> None:
    """Lamps surveyed again with 15 cm of noise: some gone, some new, some moved."""
    with Workspace.open(cambridge) as ws:
        lamps = ws.read("components", where={"source": "street_lights"})
        rng = np.random.default_rng(3)
        xy = shapely.get_coordinates(lamps.geometry.to_numpy())
        fate = rng.choice(["same", "moved", "gone"], len(xy), p=[0.9, 0.05, 0.05])
        turn = rng.uniform(0, 2 * np.pi, len(xy))
        step = np.where(fate == "moved", 1.5, 0.15)[:, None]
        now = (xy + step * np.column_stack([np.cos(turn), np.sin(turn)]))[fate != "gone"]
        table = pd.DataFrame(
            {"编号": range(len(now)), "类别代码": "01037", "x": now[:, 0], "y": now[:, 1]}
        )
        table.to_csv(tmp_path / "again.csv", index=False)
        everything = ws.read("components")
        with ws.transaction("test") as tx:
            tx.end("components", everything[everything["source"] != "street_lights"], NEXT)
            report, _ = compare(
                ws, tmp_path / "again.csv", options=SourceOptions(crs="EPSG:26986"), on=NEXT
            )
            tx.rollback()
    said = report.details
    assert said["gone"] - said["new"] == (fate == "gone").sum()
    assert abs(said["moved"] - (fate == "moved").sum()) <= 0.02 * len(xy)
    assert said["unchanged"] >= 0.97 * (fate == "same").sum()


def test_the_inventories_are_delivered(cambridge: Path, tmp_path: Path) -> None:
    with Workspace.open(cambridge) as ws:
        report = deliver(ws, tmp_path / "out")
        count = ws.count("components")
    assert report.stored == count == sum(report.details["layers"].values())
    assert min(report.details["layers"].values()) > 0 or report.details["layers"]["GLBJ_X"] >= 0
    assert {p.rule for p in report.problems} >= {"field.empty"}
    layers = [gpd.read_file(tmp_path / "out" / f"{n}.gpkg") for n in report.details["layers"]]
    assert sum(map(len, layers)) == count
    assert all(not len(f) or f.crs.to_epsg() == 26986 for f in layers)


def test_bins_of_taipei_with_traditional_names(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "taipei"
    villages = gpd.read_file(folder / "taipei_admin.gpkg", layer="villages_li_456").to_crs(3826)
    district = villages[villages["TNAME"] == "大安區"]
    as_areas(district.geometry, district["VNAME"].tolist()).to_file(tmp_path / "areas.gpkg")
    init(tmp_path / "city.gpkg", tmp_path / "areas.gpkg", name="大安區", on=DAY)
    with Workspace.open(tmp_path / "city.gpkg") as ws:
        for file in ("pedestrian_bins.csv", "dog_waste_boxes.csv"):
            options = SourceOptions(
                mapping=Mapping(
                    columns={"source_key": "id", "note": "address"},
                    constants={"class_code": "03005"},
                ),
                crs="EPSG:4326",
            )
            report = import_components(ws, folder / file, options=options, on=DAY)
            assert report.balanced
            own = pd.read_csv(folder / file)["district"].eq("大安區").sum()
            assert abs(report.stored - own) <= 0.05 * own + 5
            again = import_components(ws, folder / file, options=options, on=NEXT)
            assert (again.stored, again.unchanged) == (0, report.stored)
        checked, _ = check_components(ws, on=NEXT)
        assert checked.details["by_rule"]["K04"] == checked.read  # no grids are drawn there
        assert "F01" in checked.details["no_data"]
        assert deliver(ws, tmp_path / "out").stored == ws.count("components")
