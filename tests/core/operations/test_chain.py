"""The main job end to end: every row is accounted for, and twice changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.geocode.gazetteer import geocode_file
from citygrid_core.operations.heat.tables import heat_table, update_heat
from citygrid_core.operations.lookup import lookup
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY, METRES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Whole = tuple[Path, dict[str, Report]]


def test_every_row_is_accounted_for(whole: Whole) -> None:
    _, said = whole
    for name, report in said.items():
        assert report.balanced, name
        assert report.stored > 0, name
        assert report.rejected == 0, (name, [p.text() for p in report.problems[:3]])


def test_the_store_is_sound_after_the_chain(whole: Whole) -> None:
    with Workspace.open(whole[0]) as ws:
        assert [p.text() for p in verify(ws).problems] == []


@pytest.mark.parametrize(
    ("file", "run"),
    [("components.csv", import_components), ("cases.csv", import_cases)],
)
def test_the_same_file_again_changes_nothing(whole: Whole, small_city: Path, file, run) -> None:
    with Workspace.open(whole[0]) as ws:
        head = ws.head
        again = run(ws, small_city / file, options=METRES, on="2025-06-01")
        assert (again.stored, again.rejected) == (0, 0)
        assert again.unchanged == again.read > 0
        assert ws.head == head


def test_grids_are_a_seamless_coverage_of_the_communities(whole: Whole) -> None:
    with Workspace.open(whole[0]) as ws:
        grids, areas = ws.read("grids"), ws.read("areas")
    communities = areas[areas["level"] == "community"].set_index("code")
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert grids["code"].is_unique
    assert (grids["code"].str[:12] == grids["community_code"]).all()
    for code, cells in grids.groupby("community_code"):
        whole_area = communities.geometry[code]
        gap = shapely.symmetric_difference(shapely.union_all(cells.geometry), whole_area)
        # A vertex on a long straight border moves it by less than the millimetre grid.
        assert gap.area < 1e-3 * whole_area.length, code


def test_a_component_is_coded_located_and_owned_as_the_truth_says(
    whole: Whole, small_city: Path
) -> None:
    with Workspace.open(whole[0]) as ws:
        held = ws.read("components").set_index("source_key")
        grids = ws.read("grids").set_index("code")
    assert held["code"].is_unique
    assert (held["code"].str.len() == 17).all()
    assert (held["code"].str[:6] == held["grid_code"].str[:6]).all()
    inside = shapely.covers(grids.geometry[held["grid_code"]].to_numpy(), held.geometry.to_numpy())
    assert inside.all()


def test_the_heat_of_all_grids_is_all_cases(whole: Whole) -> None:
    with Workspace.open(whole[0]) as ws:
        _, table = heat_table(ws)
        cases = ws.read("cases", geometry=False)
        assert table["cases"].sum() == (cases["stage"] != "void").sum()
        again = update_heat(ws)
    assert again.stored == 0


def test_the_planted_hot_spots_are_hot(whole: Whole, small_city: Path) -> None:
    """The hottest grid within a spot is far hotter than the city."""
    truth = tomllib.loads((small_city / "truth" / "intensity.toml").read_text("utf-8"))
    with Workspace.open(whole[0]) as ws:
        _, table = heat_table(ws)
        grids = ws.read("grids").set_index("code")
    valid = table[table["status"] == "valid"].set_index("grid_code")
    middle = valid["per_hectare"].median()
    for spot in truth["spots"]:
        away = grids.geometry.distance(shapely.Point(spot["x"], spot["y"]))
        near = grids.index[away < spot["sigma_m"]]
        assert valid.loc[near, "per_hectare"].max() > 2.5 * middle, spot["name"]


def test_owners_are_those_of_the_truth(whole: Whole, small_city: Path) -> None:
    truth = pd.read_csv(small_city / "truth" / "components.csv", dtype=str)
    truth = truth.set_index("source_key")
    with Workspace.open(whole[0]) as ws:
        held = ws.read("components", geometry=False).set_index("source_key")
    both = held.join(truth.add_suffix("_true"), how="inner").dropna(subset=["owning_code_true"])
    assert len(both) > 1000
    named = both.dropna(subset=["owning_code"])
    assert len(named) > 0.999 * len(both)
    assert (named["owning_code"].to_numpy() == named["owning_code_true"].to_numpy()).all()
    assert (both["grid_code"].str[:12].to_numpy() == both["community_code_true"].to_numpy()).all()


def test_cases_get_the_body_that_handles_them(whole: Whole, small_city: Path) -> None:
    """Where exactly one body answers, it is the right one."""
    truth = pd.read_csv(small_city / "truth" / "cases.csv", dtype=str).set_index("source_number")
    with Workspace.open(whole[0]) as ws:
        held = ws.read("cases", geometry=False).set_index("source_number")
    both = held.join(truth.add_suffix("_true"), how="inner")
    given = both[(both["location_method"] == "given") & (both["duty_outcome"] == "one")]
    assert len(given) > 0.6 * len(both)
    right = given["handling_code"] == given["handling_code_true"]
    assert right.mean() > 0.99


def test_addresses_are_found_where_they_are(whole: Whole, small_city: Path) -> None:
    with Workspace.open(whole[0]) as ws:
        _, answers = geocode_file(ws, small_city / "addresses.csv")
    truth = pd.read_csv(small_city / "truth" / "addresses.csv", dtype={"id": str})
    both = answers.astype({"id": str}).merge(truth, on="id", suffixes=("", "_true"))
    accepted = both[both["outcome"] == "accepted"]
    real = accepted["exists"].astype(bool)
    away = np.hypot(accepted["x"] - accepted["x_true"], accepted["y"] - accepted["y_true"])
    assert real.mean() > 0.98
    assert (away[real] <= 60).mean() > 0.9
    assert len(accepted) > 0.5 * truth["exists"].sum()


def test_lookup_equals_brute_force(whole: Whole) -> None:
    """100,000 random points, and points on vertices and edges, against GEOS on every cell."""
    rng = np.random.default_rng(7)
    with Workspace.open(whole[0]) as ws:
        grids = ws.read("grids").sort_values("code", ignore_index=True)
        x0, y0, x1, y1 = grids.total_bounds
        corners = shapely.get_coordinates(grids.geometry.to_numpy())
        pick = rng.integers(0, len(corners) - 1, 10_000)
        xy = np.vstack(
            [
                rng.uniform((x0 - 50, y0 - 50), (x1 + 50, y1 + 50), (100_000, 2)),
                corners,
                (corners[pick] + corners[pick + 1]) / 2,
            ]
        )
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=ws.crs)
        answer = lookup(ws, points)
    expected = np.full(len(xy), len(grids))
    at, cell = shapely.STRtree(grids.geometry.to_numpy()).query(
        points.geometry.to_numpy(), predicate="covered_by"
    )
    np.minimum.at(expected, at, cell)  # sorted by code: the lowest position is the lowest code
    codes = np.append(grids["code"].to_numpy(dtype=object), None)
    assert (answer["grid_code"].to_numpy(dtype=object) == codes[expected]).all()
    assert np.bincount(np.bincount(at, minlength=len(xy)))[2:].sum() > 1000  # shared by several
    named = answer.dropna(subset=["grid_code"])
    assert (named["county_code"] == named["grid_code"].str[:6]).all()


def test_layers_of_the_sample_are_what_the_chain_reads(small_city: Path) -> None:
    layers = {name for name, _ in pyogrio.list_layers(small_city / "base.gpkg")}
    assert {"roads", "barriers", "buildings", "compounds"} <= layers
    assert DAY
