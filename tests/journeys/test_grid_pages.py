"""History, findings, repairs and drawing in a real QGIS; the store looked at afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import shapely

from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.grids.edits import edit_grids
from citygrid_core.operations.store import verify
from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit

LATER = "2025-06-01"


def plant(ws: Workspace, code: str) -> None:
    """Leave a gap of two metres at the rim of a grid, as a careless edit would."""
    row = ws.read("grids", where={"code": code})
    shape = row.geometry.iloc[0]
    x0, y0, x1, _ = shape.bounds
    strip = shapely.box(x0 - 1, y0 - 1, x1 + 1, y0 + 2)
    left = max(shapely.get_parts(shape.difference(strip)), key=lambda p: p.area)
    with ws.transaction("plant") as tx:
        tx.update("grids", gpd.GeoDataFrame(geometry=[left], index=row.index, crs=row.crs))


def test_history_findings_and_drawing(
    own_city: Path, small_city: Path, tmp_path: Path, gallery: Path
) -> None:
    with Workspace.open(own_city) as ws:
        before = ws.read("grids")
        largest = before.loc[before.area.idxmax()]
        edit_grids(ws, "divide", [largest["code"]], Cause(LATER, "王工", "new estate"), n=3)
        held = ws.read("grids")
        fresh = held[held["valid_from"].astype(str).str[:10] == LATER]
        child = fresh[~fresh["code"].isin(list(before["code"]))].iloc[0]
        far = held[held.distance(largest.geometry) > 300].iloc[0]["code"]
        plant(ws, far)
    spot = child.geometry.representative_point()
    went = visit(
        "grid_pages.py",
        tmp_path / "visit",
        locale="en",
        workspace=own_city,
        base=small_city / "base.gpkg",
        x=spot.x,
        y=spot.y,
    ).check()
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"grids_{file.stem}.en.png")
    said = went.said

    assert (said["days"], said["now"], said["before"]) == (2, len(before) + 2, len(before))
    assert child["code"] in said["of"]
    assert said["ancestors"] == [largest["code"]]
    assert {"G05", "G06"} & set(said["rules"])
    assert said["findings"] > 0
    assert said["width"] < 600
    assert said["repair"].startswith("Preview: 0 new, 0 retired, 1 changed")
    assert said["applied"].startswith("✔ Repaired")
    assert said["taken_back"].startswith("✔ Undone")
    assert set(said["layers"].values()) == {
        "roads", "railways and walls", "buildings", "compounds", "water", "parks",
    }  # fmt: skip
    assert "nothing was changed" in said["cancelled"]
    drawn = int(said["quality"]["grids"])
    assert drawn == said["trial"] == said["grids"]
    assert said["view_gone"]
    with Workspace.open(own_city) as ws:
        grids = ws.read("grids")
        assert len(grids) == drawn
        assert set(grids["code"]).isdisjoint(held["code"])
        assert shapely.coverage_is_valid(grids.geometry.to_numpy())
        assert [p.text() for p in verify(ws).problems] == []
