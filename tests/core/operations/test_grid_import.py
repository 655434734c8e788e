"""Hand-drawn grids come in mended; the grids of a workspace are mended by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import CitygridError, UnusableInput, UsageError
from citygrid_core.grids import Strategies, check
from citygrid_core.operations.grids.edits import Cause
from citygrid_core.operations.grids.imported import import_grids
from citygrid_core.operations.grids.repairs import repair_grids
from citygrid_core.workspace import Workspace
from tests.core.grids.town import X0, Y0, squares
from tests.core.operations.gridtown import DAY, FIRST, LATER, build

CAUSE = Cause(DAY, reason="手工划分")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    build(tmp_path / "town.gpkg", grids=False)
    with Workspace.open(tmp_path / "town.gpkg") as held:
        yield held


def drawn(path: Path, **changes: object) -> gpd.GeoDataFrame:
    """A surveyor's file: shifted by half a metre here and there, so gaps and overlaps."""
    grids, _ = squares(5, 10)
    rng = np.random.default_rng(3)
    shift = np.where(rng.random(len(grids)) < 0.4, rng.uniform(-0.6, 0.6, len(grids)), 0.0)
    shapes = [
        shapely.affinity.translate(s, d, -d / 2) for s, d in zip(grids.geometry, shift, strict=True)
    ]
    frame = gpd.GeoDataFrame(
        {"BGCode": [f"W{i:03d}" for i in range(len(grids))]}, geometry=shapes, crs=grids.crs
    )
    frame.to_file(path, driver="GPKG")
    return frame


def legal(ws: Workspace) -> gpd.GeoDataFrame:
    grids = ws.read("grids")
    found = check(grids, ws.read("areas", where={"level": "community"}))
    assert [f.text.en for f in found if f.severity == "error"] == []
    assert ws.verify() == []
    return grids


def test_a_surveyors_file_becomes_a_seamless_numbered_division(
    empty: Workspace, tmp_path: Path
) -> None:
    drawn(tmp_path / "hand.gpkg")
    report, repairs = import_grids(empty, tmp_path / "hand.gpkg", CAUSE)
    assert (report.read, report.stored, report.rejected) == (50, 50, 0)
    assert len(repairs) > 10
    assert set(repairs["defect"]) <= {"vertex", "overlap", "gap", "outside", "part"}
    grids = legal(empty)
    assert len(grids) == 50
    assert grids.area.sum() == pytest.approx(500_000)
    assert sorted(grids["code"])[0] == FIRST + "001"
    assert grids["note"].str.contains("W0").all()
    with pytest.raises(UsageError, match="already"):
        import_grids(empty, tmp_path / "hand.gpkg", CAUSE)


def test_rows_that_are_no_grids_are_set_aside(empty: Workspace, tmp_path: Path) -> None:
    frame = drawn(tmp_path / "x.gpkg")
    odd = gpd.GeoDataFrame(
        {"BGCode": ["far", "open", "under"]},
        geometry=[
            shapely.box(X0 + 5000, Y0, X0 + 5100, Y0 + 100),
            shapely.LineString([(X0, Y0), (X0 + 50, Y0), (X0 + 50, Y0 - 50)]),
            shapely.box(X0 + 20, Y0 - 80, X0 + 80, Y0 - 20),
        ],
        crs=frame.crs,
    )
    both = pd.concat([frame, odd], ignore_index=True)
    both.to_file(tmp_path / "hand.geojson", driver="GeoJSON", engine="pyogrio")
    report, _ = import_grids(
        empty, tmp_path / "hand.geojson", CAUSE, rejects=tmp_path / "rejects.csv"
    )
    assert (report.read, report.stored, report.rejected) == (53, 50, 3)
    rules = {p.rule for p in report.problems}
    assert {"grid.outside", "grid.geometry", "grid.overlap"} <= rules
    said = (tmp_path / "rejects.csv").read_text("utf-8-sig")
    assert all(name in said for name in ("far", "open", "under"))
    legal(empty)


def test_ground_that_nobody_drew_becomes_a_grid_with_a_reason(
    empty: Workspace, tmp_path: Path
) -> None:
    grids, _ = squares(5, 10)
    grids.drop(index=12)[["geometry"]].to_file(tmp_path / "hole.gpkg")
    import_grids(empty, tmp_path / "hole.gpkg", CAUSE)
    held = legal(empty)
    assert len(held) == 50
    assert (held["reason"] == "gap").sum() == 1


def test_a_dry_run_and_a_file_without_polygons_change_nothing(
    empty: Workspace, tmp_path: Path
) -> None:
    head = empty.head
    drawn(tmp_path / "hand.gpkg")
    import_grids(empty, tmp_path / "hand.gpkg", CAUSE, dry_run=True)
    far = gpd.GeoDataFrame(geometry=[shapely.box(X0 + 5000, Y0, X0 + 5100, Y0 + 9)], crs=empty.crs)
    far.to_file(tmp_path / "far.gpkg")
    with pytest.raises(UnusableInput, match="inside the communities"):
        import_grids(empty, tmp_path / "far.gpkg", CAUSE)
    without = squares(5, 5)[0][["geometry"]].set_crs(None, allow_override=True)
    without.to_file(tmp_path / "nowhere.shp")
    with pytest.raises(CitygridError, match="CRS"):
        import_grids(empty, tmp_path / "nowhere.shp", CAUSE)
    assert empty.head == head


def test_a_second_survey_takes_over_with_lineage(tmp_path: Path) -> None:
    build(tmp_path / "town.gpkg")
    drawn(tmp_path / "hand.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as ws:
        report, _ = import_grids(ws, tmp_path / "hand.gpkg", Cause(LATER), redraw=True)
        assert report.details["retired"] == 50
        assert "rule.retired_grid" in {p.rule for p in report.problems}
        grids = legal(ws)
        assert set(ws.read("components")["grid_code"]) <= set(grids["code"])
        assert grids["code"].min() == FIRST + "026"
        assert set(ws.lineage()["operation"]) == {"import"}


def test_a_damaged_division_is_mended_and_keeps_its_codes(tmp_path: Path) -> None:
    build(tmp_path / "town.gpkg")
    with Workspace.open(tmp_path / "town.gpkg") as ws:
        with ws.transaction("damage") as tx:
            held = ws.read("grids")
            bad = held[held["code"].isin([FIRST + "007", FIRST + "018"])].copy()
            bad["geometry"] = [shapely.affinity.translate(s, 0.8, 0.3) for s in bad.geometry]
            tx.update("grids", bad[["geometry"]])
        areas = ws.read("areas", where={"level": "community"})
        assert {f.rule for f in check(held.assign(geometry=ws.read("grids").geometry), areas)} >= {
            "grid.overlap", "grid.gap"}  # fmt: skip
        head = ws.head
        preview = repair_grids(ws, Strategies(), Cause(LATER), dry_run=True)
        assert ws.head == head
        report = repair_grids(ws, Strategies(), Cause(LATER))
        assert report.details == preview.details
        assert report.details["created"] == {}
        grids = legal(ws)
        assert set(grids["code"]) == set(held["code"])
        again = ws.head
        repair_grids(ws, Strategies(), Cause(LATER))
        assert ws.head == again
