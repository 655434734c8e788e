"""`generate`: the same bytes each time, all or nothing, what the repository holds."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import Cancelled, UsageError
from citygrid_core.sample import SCALES, generate
from citygrid_core.sample.areas import draw_areas
from citygrid_core.sample.land import use_land
from citygrid_core.sample.layout import lay_out
from citygrid_core.sample.plan import make_plan

from .conftest import City

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_the_same_scale_and_seed_give_the_same_bytes(city: City, tmp_path: Path) -> None:
    generate(tmp_path / "again", scale="small", seed=1)
    assert files(tmp_path / "again") == files(city.folder)
    differ = [
        f
        for f in files(city.folder)
        if (tmp_path / "again" / f).read_bytes() != (city.folder / f).read_bytes()
    ]
    assert differ == []


@pytest.mark.parametrize("seed", [2, 4, 6, 8])
def test_another_seed_is_another_city_as_sound(city: City, seed: int) -> None:
    plan = make_plan(SCALES["small"], seed)
    layouts = [lay_out(plan, c) for c in range(2)]
    blocks = np.concatenate([m.blocks for m in layouts])
    assert shapely.coverage_is_valid(blocks)
    land_m2 = shapely.area(blocks[~np.concatenate([m.water for m in layouts])])
    assert land_m2.min() > 1500
    assert land_m2.max() < 120_000
    areas = [draw_areas(plan, m) for m in layouts]
    names = {n for a in areas for n in a.frame["name"]}
    assert len(names - set(city.areas["name"])) > 10
    for level in ("street", "community"):
        shapes = [a.frame[a.frame["level"] == level].geometry.to_numpy() for a in areas]
        assert shapely.coverage_is_valid(np.concatenate(shapes))
    land = [use_land(plan, m) for m in layouts]
    assert {"estate", "park", "school", "commerce"} <= {u for one in land for u in one.use}


def test_the_committed_city_is_what_the_generator_makes(city: City, small_city: Path) -> None:
    """Text to the byte; layers row by row (a library may lay its pages out differently)."""
    assert files(small_city) == files(city.folder)
    for file in files(city.folder):
        here, there = city.folder / file, small_city / file
        if here.suffix in (".csv", ".toml", ".tsv", ".geojson"):
            assert here.read_bytes() == there.read_bytes(), file
        elif here.suffix == ".gpkg":
            layers = gpd.list_layers(here)["name"]
            assert list(layers) == list(gpd.list_layers(there)["name"])
            for layer in layers:
                a, b = gpd.read_file(here, layer=layer), gpd.read_file(there, layer=layer)
                assert shapely.equals_exact(a.geometry, b.geometry, 1e-6).all(), (file, layer)
                pd.testing.assert_frame_equal(
                    pd.DataFrame(a.drop(columns="geometry")),
                    pd.DataFrame(b.drop(columns="geometry")),
                )


def test_the_committed_city_is_small(small_city: Path) -> None:
    assert sum(p.stat().st_size for p in small_city.rglob("*") if p.is_file()) < 10e6


def test_city_toml_says_what_it_is(city: City) -> None:
    facts = tomllib.loads((city.folder / "city.toml").read_text("utf-8"))
    assert facts["crs"] == "EPSG:4547"
    assert facts["edition"] == "gbt47678-2026"
    assert (facts["from"], facts["to"]) == ("2025-01-01", "2026-01-01")
    assert set(facts["counties"]) == set(city.level("county")["code"])
    assert facts["area_km2"] == pytest.approx(SCALES["small"].area_km2, abs=0.01)


def test_coordinates_are_plausible_and_on_the_millimetre(city: City) -> None:
    for file in ("areas", "base", "gazetteer", "components", "duties"):
        for layer in gpd.list_layers(city.folder / f"{file}.gpkg")["name"]:
            frame = city.layer(f"{file}.gpkg", layer)
            assert frame.crs == "EPSG:4547"
            xy = shapely.get_coordinates(frame.geometry)
            assert xy[:, 0].min() > 519_000
            assert xy[:, 0].max() < 524_000
            assert xy[:, 1].min() > 3_384_000
            assert xy[:, 1].max() < 3_389_000
            if layer not in ("water", "streets"):
                assert np.abs(xy * 1000 - np.round(xy * 1000)).max() < 1e-3, (file, layer)


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="small, nanchang, mega"):
        generate(tmp_path / "x", scale="huge")
    assert not (tmp_path / "x").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        generate(tmp_path)
    assert files(tmp_path) == ["note.txt"]


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(tmp_path / "city", progress=stop)
    assert list(tmp_path.iterdir()) == []
