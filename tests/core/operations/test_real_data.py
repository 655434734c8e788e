"""The main job on real cities: their streets, inventories and cases.

Nothing of these data is in the project; the tests skip where they are not.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from citygrid_core.grids import Policy, clean_areas
from citygrid_core.operations.areas import init
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.grids.drawn import check_grids, draw_grids
from citygrid_core.operations.heat.tables import heat_table, update_heat
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.store import verify
from citygrid_core.tables import Mapping
from citygrid_core.tables.mapping import built_in
from citygrid_core.workspace import Workspace

DAY = "2015-01-01"
COUNTY, STREET = "360199", "360199001"


def as_areas(shapes: gpd.GeoSeries, names: list[str]) -> gpd.GeoDataFrame:
    """Give neighbourhoods the codes of communities, with one street and county around them."""
    communities = gpd.GeoDataFrame(
        {"code": [f"{STREET}{n:03d}" for n in range(1, len(shapes) + 1)], "name": names},
        geometry=list(shapes),
        crs=shapes.crs,
    )
    clean = clean_areas(communities).frame
    around = shapely.union_all(clean.geometry.to_numpy())
    upper = gpd.GeoDataFrame(
        {"code": [COUNTY, STREET], "name": ["county", "street"]},
        geometry=[around, around],
        crs=shapes.crs,
    )
    return pd.concat([upper, clean[["code", "name", "geometry"]]], ignore_index=True)


@pytest.fixture(scope="module")
def cambridge(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole real city, its neighbourhoods repaired, divided along its real streets."""
    folder = tmp_path_factory.mktemp("cambridge")
    base = real_data / "cambridge_ma" / "cambridge_base.gpkg"
    hoods = gpd.read_file(base, layer="neighborhoods").to_crs(26986)
    as_areas(hoods.geometry, hoods["NAME"].tolist()).to_file(folder / "areas.gpkg")
    city = folder / "city.gpkg"
    init(city, folder / "areas.gpkg", name="Cambridge", on=DAY)
    with Workspace.open(city) as ws:
        draw_grids(ws, roads=Path(f"{base}:street_centerlines"), policy=Policy(), on=DAY)
    return city


def test_neighbourhoods_as_they_come_are_refused_with_reasons(
    real_data: Path, tmp_path: Path
) -> None:
    """They overlap, so they can't be communities until somebody repairs them."""
    base = real_data / "cambridge_ma" / "cambridge_base.gpkg"
    hoods = gpd.read_file(base, layer="neighborhoods").to_crs(26986)
    assert not shapely.coverage_is_valid(hoods.geometry.to_numpy())


def test_a_real_city_is_divided_legally(cambridge: Path) -> None:
    with Workspace.open(cambridge) as ws:
        report, _ = check_grids(ws)
        grids = ws.read("grids")
        areas = ws.read("areas")
    errors = [
        f for f in report.details["findings"] if f not in ("grid.area", "grid.sliver", "code.order")
    ]
    assert errors == [], report.details
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    city = areas.loc[areas["level"] == "county"].geometry.iloc[0]
    assert grids.geometry.area.sum() == pytest.approx(city.area, rel=1e-9)
    in_range = grids["area_m2"].between(5_000, 20_000)
    assert in_range.mean() >= 0.8


ASSETS = {
    "street_lights": ("01037", {"source_key": "PoleID", "note": "Owner"}),
    "hydrants": ("消防设施", {"source_key": "GlobalID"}),
    "litter_barrels": ("03005", {"source_key": "GlobalID"}),
    "traffic_signals": ("02014", {}),
    "park_benches": ("街头座椅", {}),
    "bus_shelters": ("02004", {"source_key": "GlobalID"}),
}


@pytest.mark.parametrize("layer", ASSETS)
def test_a_real_inventory_comes_in_whole(cambridge: Path, real_data: Path, layer: str) -> None:
    """Points, lines and polygons: every row is stored, or rejected with its reason; twice is once."""
    class_code, columns = ASSETS[layer]
    mapping = Mapping(columns=columns, constants={"class_code": class_code}, layer=layer)
    file = real_data / "cambridge_ma" / "cambridge_assets.gpkg"
    with Workspace.open(cambridge) as ws:
        options = SourceOptions(mapping=mapping)
        report = import_components(ws, file, source=layer, options=options, on=DAY)
        assert report.balanced
        assert report.stored > 0.9 * report.read
        assert {p.rule for p in report.problems} <= {"position.outside", "row.duplicate"}
        again = import_components(ws, file, source=layer, options=options, on="2016-01-01")
        assert (again.stored, again.rejected) == (0, report.rejected)


def test_the_real_city_is_sound(cambridge: Path) -> None:
    with Workspace.open(cambridge) as ws:
        assert [p.text() for p in verify(ws).problems] == []
        held = ws.read("components")
        grids = ws.read("grids").set_index("code")
    spot = held.geometry.representative_point()
    assert shapely.covers(grids.geometry[held["grid_code"]].to_numpy(), spot.to_numpy()).all()


def test_real_cases_heat_real_wards(real_data: Path, tmp_path: Path) -> None:
    """81,408 real cases: types without a counterpart and impossible times are rejected with
    reasons; the point that stands for "unknown" makes no hot spot."""
    folder = real_data / "boston311_2015"
    wards = gpd.read_file(folder / "Wards.geojson").to_crs(26986)
    areas = tmp_path / "areas.gpkg"
    as_areas(wards.geometry, [f"Ward {w}" for w in wards["WARD"]]).to_file(areas)
    city = tmp_path / "boston.gpkg"
    init(city, areas, name="Boston", on=DAY)
    cases = folder / "cases_2015_jan_aug.csv.gz"
    options = SourceOptions(mapping=built_in()["boston311"])
    raw = pd.read_csv(cases)
    with Workspace.open(city) as ws:
        draw_grids(ws, policy=Policy(target_m2=160_000), on=DAY)
        report = import_cases(ws, cases, source_system="boston311", options=options, on=DAY)
        assert report.balanced
        assert report.read == len(raw) == 81_408
        assert report.stored > 20_000
        update_heat(ws)
        _, table = heat_table(ws)
        held = ws.read("cases", geometry=False)
        assert table["cases"].sum() == len(held)
        assert [p.text() for p in verify(ws).problems] == []
    at_default = raw["Location"].isna().groupby([raw["LATITUDE"], raw["LONGITUDE"]]).sum().max()
    assert at_default > 8_000
    defaults = [p for p in report.problems if p.rule == "position.default"]
    assert len(defaults) >= 1
    assert (held["location_method"] == "none").sum() > 0
    hottest = table[table["status"] == "valid"].iloc[0]
    assert hottest["cases"] < 0.05 * len(held)


def test_a_real_street_network_of_ten_kilometres(real_data: Path, tmp_path: Path) -> None:
    """Central Wuhan: dual carriageways, slip roads, big blocks; a window of it as one community."""
    streets = gpd.read_file(real_data / "wuhan_osm" / "wuhan_core.gpkg", layer="streets")
    x0, y0, x1, y1 = streets.total_bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    window = shapely.box(x - 1000, y - 1000, x + 1000, y + 1000)
    areas = tmp_path / "areas.gpkg"
    as_areas(gpd.GeoSeries([window], crs=streets.crs), ["江汉"]).to_file(areas)
    city = tmp_path / "wuhan.gpkg"
    init(city, areas, name="武汉", on=DAY)
    roads = real_data / "wuhan_osm" / "wuhan_core.gpkg"
    with Workspace.open(city) as ws:
        report = draw_grids(ws, roads=Path(f"{roads}:streets"), on=DAY)
        checked, _ = check_grids(ws)
    assert report.details["in_soft_range"] >= 0.8
    assert checked.details["legal_share"] == 1.0
