"""The analyses of heat as algorithms: what comes out is what the core says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import NULL, QgsProcessingException, QgsProcessingFeedback, QgsRasterLayer

from citygrid_core.operations.heat.near_repeat import heat_near_repeat
from citygrid_core.operations.heat.patterns import heat_patterns
from citygrid_core.operations.heat.tables import heat_hotspots, heat_profile, heat_table
from citygrid_core.operations.heat.top import heat_top
from citygrid_core.workspace import Workspace

Run = Callable[..., dict[str, Any]]
AUTUMN = {"FROM": "2025-09-01", "TO": "2025-11-30"}
DAYS = {"from_day": "2025-09-01", "to_day": "2025-11-30"}


class Feedback(QgsProcessingFeedback):
    """Keeps the warnings."""

    def __init__(self) -> None:
        super().__init__(False)
        self.said: list[str] = []

    def pushWarning(self, warning: str) -> None:
        self.said.append(warning)


def held(made: dict[str, Any], *names: str) -> dict[str, tuple[Any, ...]]:
    return {f["grid_code"]: tuple(f[n] for n in names) for f in made["OUTPUT"].getFeatures()}


def test_the_table_is_the_cores(run: Run, whole_city: Path) -> None:
    feedback = Feedback()
    made = run("heattable", feedback, WORKSPACE=str(whole_city), KIND=0, CLASS="01", **AUTUMN)
    with Workspace.open(whole_city) as ws:
        report, table = heat_table(ws, object_kind="component", class_code="01", **DAYS)
    table = table[table["status"] == "valid"].set_index("grid_code")
    found = held(made, "cases", "per_hectare", "per_100_components")
    assert set(found) == set(table.index)
    for code, (cases, density, of_components) in found.items():
        row = table.loc[code]
        assert cases == row["cases"]
        assert density == pytest.approx(row["per_hectare"])
        wanted = row["per_100_components"]
        assert of_components == NULL if wanted != wanted else of_components == pytest.approx(wanted)
    assert made["CASES"] == report.details["cases"]
    assert made["OUTPUT"].crs().authid() == "EPSG:4547"
    assert all(f.hasGeometry() for f in made["OUTPUT"].getFeatures())
    assert len(feedback.said) == len(report.problems) + len(report.cautions) > 0


def test_a_period_brings_those_before_it(run: Run, whole_city: Path) -> None:
    made = run("heattable", WORKSPACE=str(whole_city), PERIOD="2025-11")
    with Workspace.open(whole_city) as ws:
        _, table = heat_table(ws, period="2025-11")
    before = table.set_index("grid_code")["cases_before"]
    assert all(n[0] == before[code] for code, n in held(made, "cases_before").items())
    with pytest.raises(QgsProcessingException):
        run("heattable", WORKSPACE=str(whole_city), PERIOD="2025-11", **AUTUMN)


def test_hot_spots_and_patterns_are_the_cores(run: Run, whole_city: Path) -> None:
    with Workspace.open(whole_city) as ws:
        report, spots = heat_hotspots(ws, **DAYS)
        _, patterns = heat_patterns(ws, step="month")
    made = run("heathotspots", WORKSPACE=str(whole_city), **AUTUMN)
    assert (made["HOT"], made["COLD"]) == (report.details["hot"], report.details["cold"])
    wanted = spots.set_index("grid_code")
    for code, (spot, q, value) in held(made, "spot", "q", "value").items():
        assert (spot or "") == wanted.loc[code, "spot"]
        assert q == pytest.approx(wanted.loc[code, "q"])
        assert value == pytest.approx(wanted.loc[code, "per_hectare"])
    made = run("heatpatterns", WORKSPACE=str(whole_city))
    kinds = patterns.set_index("grid_code")["pattern"]
    assert {c: p[0] or "" for c, p in held(made, "pattern").items()} == kinds.to_dict()


def test_top_lists_are_the_cores(run: Run, whole_city: Path) -> None:
    made = run("heattop", WORKSPACE=str(whole_city), BY=1, PERIOD="2025-11", RISERS=True)
    with Workspace.open(whole_city) as ws:
        report, top = heat_top(ws, by="community", period="2025-11", risers=True)
    rows = [
        (f["rank"], f["code"], f["cases"], f["cases_before"]) for f in made["OUTPUT"].getFeatures()
    ]
    names = ["rank", "community", "cases", "cases_before"]
    assert rows == list(top[names].itertuples(index=False, name=None))
    assert made["CASES"] == report.details["cases"]


def test_near_repeats_are_the_cores(run: Run, whole_city: Path) -> None:
    asked = {"CLASS": "06010", "METRES": "50, 150", "DAYS": "7", "PERMUTATIONS": 99}
    made = run("heatnearrepeat", WORKSPACE=str(whole_city), **asked)
    with Workspace.open(whole_city) as ws:
        report, table = heat_near_repeat(
            ws, class_code="06010", metres="50,150", days="7", permutations=99
        )
    rows = [(f["metres"], f["pairs"], f["q"]) for f in made["OUTPUT"].getFeatures()]
    assert rows == list(table[["metres", "pairs", "q"]].itertuples(index=False, name=None))
    assert made["SIGNIFICANT"] == report.details["significant"]


@pytest.mark.parametrize("by", ["hour", "month", "holiday"])
def test_the_profile_is_the_cores(run: Run, whole_city: Path, by: str) -> None:
    made = run("heatprofile", WORKSPACE=str(whole_city), BY=["hour", "month", "holiday"].index(by))
    with Workspace.open(whole_city) as ws:
        report, frame = heat_profile(ws, by=by)
    rows = list(made["OUTPUT"].getFeatures())
    assert [f["cases"] for f in rows] == frame["cases"].tolist()
    assert made["CASES"] == report.details["cases"]
    assert not made["OUTPUT"].isSpatial()
    if by != "hour":
        assert [f["time"] for f in rows] == frame[by].tolist()


def test_the_surface_opens_with_its_unit(run: Run, whole_city: Path, tmp_path: Path) -> None:
    made = run(
        "heatsurface", WORKSPACE=str(whole_city), CELL=25, OUTPUT=str(tmp_path / "heat.tif"),
        CONTOURS=str(tmp_path / "lines.gpkg"), **AUTUMN,
    )  # fmt: skip
    surface_layer = QgsRasterLayer(made["OUTPUT"], "surface")
    assert surface_layer.isValid()
    assert surface_layer.rasterUnitsPerPixelX() == 25
    assert "per hectare" in surface_layer.htmlMetadata()
    assert Path(made["CONTOURS"]).is_file()
