"""The surface of a city as files: what stands in them, and the same twice."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.heat.surface import heat_surface, outline_of
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Whole = tuple[Path, dict[str, Report]]


@pytest.fixture(scope="module")
def ws(whole: Whole) -> Workspace:
    return Workspace.open(whole[0])


def test_the_file_says_unit_radius_and_selection_and_lies_where_the_cases_do(
    ws: Workspace, tmp_path: Path
) -> None:
    rasterio = pytest.importorskip("rasterio")
    out, lines = tmp_path / "heat.tif", tmp_path / "lines.gpkg"
    asked = {"class_code": "06", "from_day": "2025-03-01", "to_day": "2025-05-31", "cell_m": 20.0}
    report, surface = heat_surface(ws, out, contours=lines, **asked)
    cases = ws.read("cases")
    day = cases["reported_at"].str[:10]
    mine = cases[(cases["stage"] != "void") & cases["class_code"].str.startswith("06")
                 & day.between("2025-03-01", "2025-05-31")]  # fmt: skip
    assert report.read == len(mine)
    placed = mine[mine.geometry.notna() & ~mine.geometry.is_empty]
    assert report.details["without_position"] == len(mine) - len(placed)
    inside = placed.geometry.intersects(outline_of(ws)).sum()
    assert (report.details["cases"], surface.cases) == (inside, inside)
    with rasterio.open(out) as made:
        assert made.crs.to_epsg() == 4547
        assert made.units == ("cases per hectare",)
        tags = made.tags()
        assert {k: tags[k] for k in ("radius_m", "kernel", "class_code", "from_day", "cases")} == {
            "radius_m": "300", "kernel": "quartic", "class_code": "06", "from_day": "2025-03-01",
            "cases": str(inside),
        }  # fmt: skip
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        values = made.read(1, masked=True)
        peak = np.unravel_index(values.argmax(), values.shape)
        x, y = made.xy(*peak)
    assert values.max() == pytest.approx(report.details["maximum"], rel=1e-5)
    np.testing.assert_array_equal(values.mask, np.isnan(surface.values))
    far = np.hypot(placed.geometry.x - x, placed.geometry.y - y)
    mean = len(placed) / surface.frame.cell_m**2 / (~values.mask).sum()
    assert (far < 300).sum() > mean * np.pi * 300**2
    held = gpd.read_file(lines)
    assert held.crs.to_epsg() == 4547
    assert held["level"].tolist() == report.details["levels"]

    again = tmp_path / "again.tif"
    heat_surface(ws, again, **asked)
    assert again.read_bytes() == out.read_bytes()


def test_a_weight_by_probability_counts_less_than_the_cases(ws: Workspace) -> None:
    plain = heat_surface(ws, cell_m=50)[1]
    weighed = heat_surface(ws, cell_m=50, weight="probability")[1]
    assert weighed.cases == plain.cases
    assert 0 < weighed.weight < plain.weight == plain.cases
    with pytest.raises(UsageError, match="no weight"):
        heat_surface(ws, weight="size")


def test_the_command_writes_a_surface_and_bands(whole: Whole, tmp_path: Path) -> None:
    out, bands = tmp_path / "heat.tif", tmp_path / "bands.geojson"
    arguments = ["heat", "surface", str(whole[0]), "--cell", "50", "--kernel", "gaussian", "--edge",
                 "conserve", "-o", str(out), "--contours", str(bands), "--bands", "--plain-tiff"]  # fmt: skip
    answer = CliRunner().invoke(build(), [*arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["unit"] == "cases per hectare"
    assert out.stat().st_size > 0
    held = gpd.read_file(bands)
    assert (held["low"] < held["high"]).all()
    refused = CliRunner().invoke(build(), arguments)
    assert (refused.exit_code, "exist" in refused.output or "存在" in refused.output) == (2, True)
    asked = ["heat", "surface", str(whole[0]), "-o", str(tmp_path / "heat.png"), "--cell", "50"]
    assert CliRunner().invoke(build(), asked).exit_code == 2
