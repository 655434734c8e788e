"""Dividing a city: our `grids.draw` beside what a user would take instead.

    python -m benchmarks.division.run [--city data_samples/small | --wuhan DATA [--side M]]
                                      [--target 10000] [--json]

Peers: a square grid cut by the communities; Voronoi cells of as many centroids of
buildings (k-means); plain polygonise of the lines; momepy's enclosed tessellation, when
it is installed. All on the same communities, lines and buildings, judged by the same
measures. Reference for the border F1: the city's true blocks, when the city has them.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2

from benchmarks.division.cities import City, sample, wuhan
from citygrid_core.grids import Policy, border_f1, draw, summary

ROOT = Path(__file__).resolve().parents[2]


def ours(city: City, policy: Policy) -> gpd.GeoDataFrame:
    return draw(
        city.areas,
        city.roads,
        barriers=city.barriers,
        buildings=city.buildings,
        compounds=city.compounds,
        policy=policy,
    ).grids


def square_grid(city: City, policy: Policy) -> gpd.GeoDataFrame:
    side = policy.target_m2**0.5
    x0, y0, x1, y1 = city.areas.total_bounds
    x, y = np.meshgrid(np.arange(x0, x1, side), np.arange(y0, y1, side))
    return city.clipped(shapely.box(x.ravel(), y.ravel(), x.ravel() + side, y.ravel() + side))


def voronoi(city: City, policy: Policy) -> gpd.GeoDataFrame:
    # of buildings; where none are known, of the streets
    known = city.buildings if len(city.buildings) else city.roads
    points = shapely.get_coordinates(shapely.centroid(known.geometry.values))
    count = min(max(2, round(city.areas.area.sum() / policy.target_m2)), len(points))
    middle = points.mean(axis=0)
    centres, _ = kmeans2(points - middle, count, minit="++", seed=1)
    hull = shapely.union_all(city.areas.geometry.values)
    cells = shapely.voronoi_polygons(shapely.multipoints(centres + middle), extend_to=hull)
    return city.clipped(shapely.get_parts(cells))


def polygonise(city: City, policy: Policy) -> gpd.GeoDataFrame:
    rims = shapely.boundary(city.areas.geometry.values)
    lines = shapely.union_all(np.concatenate([city.lines.geometry.values, rims]))
    return city.clipped(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def momepy_enclosed(city: City, policy: Policy) -> gpd.GeoDataFrame:
    import momepy

    limit = city.areas.dissolve().geometry.iloc[0]
    enclosures = momepy.enclosures(
        city.roads, limit=gpd.GeoSeries([limit], crs=city.areas.crs),
        additional_barriers=[city.lines],
    )  # fmt: skip
    if not len(city.buildings):  # a tessellation needs buildings: its enclosures remain
        return city.clipped(enclosures.geometry.values)
    cells = momepy.enclosed_tessellation(city.buildings, enclosures.geometry)
    return city.clipped(cells.geometry.values)


METHODS: dict[str, Callable[[City, Policy], gpd.GeoDataFrame]] = {
    "citygrid draw": ours,
    "square grid": square_grid,
    "Voronoi of centroids": voronoi,
    "plain polygonise": polygonise,
    "momepy enclosed tessellation": momepy_enclosed,
}


def judge(city: City, policy: Policy) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for name, method in METHODS.items():
        start = time.perf_counter()
        try:
            grids = method(city, policy)
        except ImportError as missing:
            print(f"{name}: skipped, {missing}")
            continue
        spent = time.perf_counter() - start
        found = summary(
            grids, city.areas, policy=policy, lines=city.lines, buildings=city.buildings
        )
        row = {
            "cells": found["grids"],
            "legal %": 100 * found["legal"],
            "in soft range %": 100 * found["in_soft_range"],
            "buildings cut": found["buildings_cut"],
            "median m²": found["area_m2"]["p50"],
            "p5 m²": found["area_m2"]["p5"],
            "p95 m²": found["area_m2"]["p95"],
            "area cv": found["area_cv"],
            "border on lines %": 100 * found["border_on_lines"],
            "Polsby-Popper": found["polsby_popper"],
            "Reock": found["reock"],
            "s / 1,000 cells": round(1000 * spent / max(len(grids), 1), 2),
        }
        if city.reference is not None:
            found = border_f1(grids, city.reference)
            row |= {
                f"border {name}": round(found[name], 3) for name in ("precision", "recall", "f1")
            }
        rows[name] = row
    return pd.DataFrame(rows).T


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--city", type=Path, default=ROOT / "data_samples" / "small")
    parser.add_argument("--wuhan", type=Path, metavar="DATA", help="folder of real data")
    parser.add_argument("--side", type=float, default=3000.0)
    parser.add_argument("--target", type=float, default=10_000.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=UserWarning)
    city = wuhan(options.wuhan, side_m=options.side) if options.wuhan else sample(options.city)
    table = judge(city, Policy(target_m2=options.target))
    if options.json:
        print(json.dumps(table.to_dict("index")))
    else:
        print(table.round(3).T.to_string())


if __name__ == "__main__":
    main()
