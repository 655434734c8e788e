"""Write a sample city: county by county, so that memory does not grow with the city."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text, UsageError
from citygrid_core.report import Progress, no_progress
from citygrid_core.sample.addresses import write_addresses
from citygrid_core.sample.areas import Areas, draw_areas
from citygrid_core.sample.base import LAYERS, base_layers, river_layers
from citygrid_core.sample.buildings import put_up
from citygrid_core.sample.cases import Scene, report_cases
from citygrid_core.sample.components import Components, place_components
from citygrid_core.sample.departments import Departments, Register, streets_of
from citygrid_core.sample.duties import Answers, DutyWriter
from citygrid_core.sample.files import fixed_clock, toml_text, write_layer, write_rows
from citygrid_core.sample.intensity import LAND_WEIGHT, Intensity, Spot, spots_at
from citygrid_core.sample.land import Land, use_land
from citygrid_core.sample.layout import Layout, lay_out
from citygrid_core.sample.limits import calendar_rows, limit_rows
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.messy import Source, write_messy
from citygrid_core.sample.names import CITY, PROVINCE
from citygrid_core.sample.places import Places, name_places, street_layer, zone_shapes
from citygrid_core.sample.plan import Plan, make_plan
from citygrid_core.sample.scales import CRS, EDITION, FIRST_DAY, LAST_DAY, scale_of
from citygrid_core.sample.skeleton import CENTRE
from citygrid_core.standards import Edition, load_edition

#: Standard deviation (m) of the planted spots.
SPOT_SIGMA_M = 55.0


@dataclass
class _City:
    """What grows while the counties are written."""

    folder: Path
    plan: Plan
    edition: Edition
    register: Register
    writer: DutyWriter
    spots: list[Spot] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    first: Scene | None = None

    def layer(self, file: str, layer: str, frame: gpd.GeoDataFrame, kind: str) -> None:
        write_layer(self.folder / file, layer, frame, kind)
        self.count(layer, len(frame))

    def rows(self, file: str, frame: pd.DataFrame) -> None:
        write_rows(self.folder / file, frame)
        self.count(file, len(frame))

    def count(self, what: str, n: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + n


@dataclass(frozen=True)
class County:
    """Everything of one county that its files are written from."""

    layout: Layout
    areas: Areas
    land: Land
    buildings: gpd.GeoDataFrame
    places: Places
    components: Components


def generate(
    folder: Path | str,
    *,
    scale: str = "small",
    seed: int = 1,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Write a believable city whose truth is known, as files.

    The same scale and seed give the same bytes. Everything is in EPSG:4547, on a
    grid of 1 mm; `docs/sample-city.md` describes every file and column.

    Parameters
    ----------
    folder : Path
        A new or empty folder.
    scale : str
        ``small`` (2 km2), ``nanchang`` (150.6 km2) or ``mega`` (16,000 km2).

    Returns
    -------
    dict
        name, crs, scale, seed, and the number of features and rows by layer and file.

    Raises
    ------
    UsageError
        The scale is unknown, or the folder has something in it.
    """
    size, target = scale_of(scale), Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            Text(f"{target} is not empty; name a new folder", f"{target} 不是空文件夹，请另选")
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}.building-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        with fixed_clock():
            counts = _write(building, make_plan(size, seed), progress)
        if target.exists():
            target.rmdir()
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return {"name": CITY, "crs": CRS, "scale": scale, "seed": seed, "counts": counts}


def _write(folder: Path, plan: Plan, progress: Progress) -> dict[str, int]:
    register = Register(plan)
    lines = [
        edge
        for edge, road in zip(plan.edges, plan.edge_road, strict=True)
        if plan.roads[road].road_class == "expressway"
    ]
    expressway = shapely.line_merge(shapely.multilinestrings(lines))
    city = _City(
        folder, plan, load_edition(EDITION), register, DutyWriter(plan, register, expressway)
    )
    for layer, frame in river_layers(plan).items():
        city.layer("base.gpkg", layer, frame, LAYERS[layer])
    city.layer("gazetteer.gpkg", "streets", street_layer(plan.roads, "000"), "MultiLineString")
    mass = _mass(plan)
    for county in range(plan.scale.counties):
        progress(plan.county_names[county], county, plan.scale.counties + 1)
        _county(city, county, plan.scale.cases_per_day * mass[county] / mass.sum())
    progress("registers", plan.scale.counties, plan.scale.counties + 1)
    _registers(city)
    progress("done", plan.scale.counties + 1, plan.scale.counties + 1)
    return city.counts


def _mass(plan: Plan) -> Array:
    """Return how much happens in each county: land area, more in the centre."""
    faces = np.array(plan.faces, dtype=object)
    far = np.hypot(*(shapely.get_coordinates(shapely.centroid(faces)) - CENTRE).T)
    weight = shapely.area(faces) * (1.4 - 0.8 * np.clip(far / plan.scale.radius_m, 0, 1))
    weight[plan.water] = 0
    return np.bincount(plan.county, weights=weight, minlength=plan.scale.counties)


def build_county(
    plan: Plan, county: int, register: Register, writer: DutyWriter, edition: Edition
) -> County:
    """Build one county: founds its departments and writes its rules on the way."""
    layout = lay_out(plan, county)
    areas = draw_areas(plan, layout)
    land = use_land(plan, layout)
    buildings = put_up(land, plan.rng(5, county))
    places = name_places(plan, layout, areas, land, buildings)
    zones = zone_shapes(land)
    parks, estates = _managed(land, zones)
    streets = streets_of(areas.frame)
    register.found_county(county, streets, list(estates))
    writer.write_county(county, streets["code"].tolist(), parks, estates)
    answers = county_answers(plan, layout, writer)
    components = place_components(
        plan, layout, areas, land, answers, register.departments(), edition
    )
    return County(layout, areas, land, buildings, places, components)


def county_answers(plan: Plan, layout: Layout, writer: DutyWriter) -> Answers:
    """Return who answers in one county."""
    box = shapely.box(*shapely.total_bounds(layout.blocks)).buffer(200)
    return Answers(writer.duties(plan.county_codes[layout.county], box))


def _managed(
    land: Land, zones: Array
) -> tuple[dict[str, shapely.Geometry], dict[str, shapely.Geometry]]:
    """Choose parks with a manager, and large estates with a property company."""
    area = shapely.area(zones)
    largest = np.argsort(-area, kind="stable")
    parks = [i for i in largest if land.use[i] == "park"][:4]
    estates = [i for i in largest if land.use[i] == "estate"][:3]
    return {land.name[i]: zones[i] for i in parks}, {land.name[i]: zones[i] for i in estates}


def _county(city: _City, county: int, cases_per_day: float) -> None:
    plan = city.plan
    made = build_county(plan, county, city.register, city.writer, city.edition)
    city.layer("areas.gpkg", "areas", made.areas.frame, "MultiPolygon")
    for layer, frame in base_layers(plan, made.layout, made.land, made.buildings).items():
        city.layer("base.gpkg", layer, frame, LAYERS[layer])
    _write_places(city, made)
    _write_components(city, made)
    city.layer("truth/blocks.gpkg", "blocks", _blocks(made), "Polygon")
    spots = _spots(plan, made)
    city.spots += spots
    city.shares[plan.county_codes[county]] = round(cases_per_day / plan.scale.cases_per_day, 6)
    scene = Scene(
        plan, made.layout, made.areas, made.land, made.components.points, made.places.plates,
        county_answers(plan, made.layout, city.writer), city.edition,
    )  # fmt: skip
    if county == 0:
        city.first = scene
    cases = report_cases(scene, cases_per_day, spots)
    city.rows("cases.csv", cases.year)
    city.rows("cases_next.csv", cases.next_day)
    city.rows("truth/cases.csv", cases.truth)
    share = city.shares[plan.county_codes[county]]
    streets = pd.concat([street_layer(plan.roads, "000"), made.places.streets], ignore_index=True)
    near = shapely.box(*shapely.total_bounds(made.layout.blocks))
    streets = streets[shapely.intersects(streets.geometry.to_numpy(), near)]
    wanted = round(plan.scale.addresses * share)
    addresses = write_addresses(plan, made.layout, made.places, streets, wanted)
    city.rows("addresses.csv", addresses.frame)
    city.rows("truth/addresses.csv", addresses.truth)


def _write_places(city: _City, made: County) -> None:
    places = made.places
    keep = [
        "kind",
        "source_key",
        "name",
        "street_name",
        "number",
        "zone_name",
        "address",
        "geometry",
    ]
    city.layer("gazetteer.gpkg", "streets", places.streets, "MultiLineString")
    city.layer("gazetteer.gpkg", "plates", places.plates[keep], "Point")
    city.layer("gazetteer.gpkg", "pois", places.pois, "Point")
    city.layer("gazetteer.gpkg", "zones", places.zones, "MultiPolygon")


def _write_components(city: _City, made: County) -> None:
    city.rows("components.csv", made.components.points)
    city.layer("components.gpkg", "line", made.components.lines, "MultiLineString")
    city.layer("components.gpkg", "polygon", made.components.polygons, "MultiPolygon")
    city.rows("truth/components.csv", made.components.truth)


def _blocks(made: County) -> gpd.GeoDataFrame:
    """Return the blocks with the weight that cases fall on them with."""
    weight = np.array([LAND_WEIGHT[u] for u in made.land.use])
    return gpd.GeoDataFrame(
        {
            "community_code": made.areas.community,
            "use": made.land.use,
            "name": made.land.name,
            "case_weight": np.round(weight * shapely.area(made.layout.blocks) / 1e4, 4),
        },
        geometry=made.layout.blocks,
        crs=CRS,
    )


def _spots(plan: Plan, made: County) -> list[Spot]:
    """Plant four spots on busy streets, far from one another."""
    land = made.land
    busy = np.flatnonzero(np.isin(land.use, ("commerce", "market", "old")))
    if np.sum(land.use != "water") < 60 or len(busy) < 8:
        return []
    rng = plan.rng(13, made.layout.county)
    middle = made.layout.middle[busy]
    home = shapely.buffer(shapely.union_all(made.layout.blocks), -3 * SPOT_SIGMA_M)
    inner = shapely.contains_xy(home, middle)
    middle, busy = middle[inner], busy[inner]
    chosen = [int(rng.integers(len(middle)))]
    while len(chosen) < 4:
        gap = np.min([np.hypot(*(middle - middle[c]).T) for c in chosen], axis=0)
        chosen.append(int(np.argmax(gap)))
    county = plan.county_names[made.layout.county]
    places = [(f"{county}热点{i + 1}", *middle[c]) for i, c in enumerate(chosen)]
    return spots_at([(n, float(x), float(y)) for n, x, y in places], SPOT_SIGMA_M)


def _registers(city: _City) -> None:
    """Write what is of the whole city: departments, rules, the facts, the parameters."""
    plan, scale = city.plan, city.plan.scale
    departments: Departments = city.register.departments()
    city.rows("departments.csv", departments.frame)
    duties = city.writer.duties()
    city.rows("duties.csv", duties.rules)
    city.layer("duties.gpkg", "line", duties.line, "MultiLineString")
    city.layer("duties.gpkg", "polygon", duties.polygon, "MultiPolygon")
    city.rows("truth/duties.csv", duties.planted)
    city.rows("limits.csv", limit_rows())
    city.rows("calendar.csv", calendar_rows())
    facts = {
        "name": CITY, "province": PROVINCE, "scale": scale.name, "seed": plan.seed, "crs": CRS,
        "edition": EDITION, "from": FIRST_DAY, "to": LAST_DAY,
        "area_km2": round(plan.skeleton.outline.area / 1e6, 4),
        "counties": dict(zip(plan.county_codes, plan.county_names, strict=True)),
    }  # fmt: skip
    (city.folder / "city.toml").write_text(toml_text(facts), encoding="utf-8")
    truth = Intensity(scale.cases_per_day, city.spots).as_toml(scale)
    truth["county_shares"] = city.shares
    (city.folder / "truth" / "intensity.toml").write_text(toml_text(truth), encoding="utf-8")
    assert city.first is not None
    source = Source(city.first, departments, city.first.areas.frame)
    city.count("messy defects", write_messy(source, city.folder / "messy"))
