"""The hand-made town as a workspace, as a bureau would have it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from shapely.geometry import box

from citygrid_core.operations.areas import init
from citygrid_core.operations.geocode.gazetteer import import_places
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.workspace import Workspace
from tests.core.geocode.town import CRS, town

DAY = "2025-01-01"
_X, _Y = 500_000.0, 3_800_000.0


def areas() -> gpd.GeoDataFrame:
    rows = [
        ("320705", "新浦区", box(-600, -600, 5000, 600)),
        ("320705001", "路南街道", box(-600, -600, 5000, 600)),
        ("320705001001", "友谊社区", box(-600, -600, 500, 600)),
        ("320705001002", "通灌社区", box(500, -600, 5000, 600)),
        ("320706", "海州区", box(5000, -600, 10500, 600)),
        ("320706001", "朐阳街道", box(5000, -600, 10500, 600)),
        ("320706001001", "解放社区", box(5000, -600, 10500, 600)),
    ]
    frame = gpd.GeoDataFrame(rows, columns=["code", "name", "geometry"], crs=CRS)
    return frame.set_geometry(frame.translate(_X, _Y))


def at(x: float, y: float) -> tuple[float, float]:
    """Return where a point of the town lies in the workspace."""
    return x + _X, y + _Y


def make(folder: Path) -> Path:
    """Make the town's workspace in a folder."""
    path = folder / "town.gpkg"
    areas().to_file(folder / "areas.gpkg", driver="GPKG")
    init(path, folder / "areas.gpkg", name="连云港市", on=DAY)
    places = town()
    places = places.set_geometry(places.translate(_X, _Y))
    places["source_key"] = places["code"]
    places = places[places["kind"] != "region"].drop(columns=["code", "county_code"])
    with Workspace.open(path) as ws:
        for name, types in (
            ("line", ("street",)),
            ("point", ("plate", "poi")),
            ("area", ("zone",)),
        ):
            part = places[places["kind"].isin(types)].dropna(axis=1, how="all")
            file = folder / f"{name}.gpkg"
            if name == "line":
                part = part.explode(index_parts=False).dissolve(by="source_key").reset_index()
            part.to_file(file, driver="GPKG", layer=name)
            report = import_places(ws, file, options=SourceOptions(layer=name), on=DAY)
            assert report.rejected == 0, report.problems
    return path
