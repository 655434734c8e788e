"""Forecasts of real cases by class and month, beside the baselines.

    CITYGRID_DATA=FOLDER python benchmarks/heat/backtest.py [--side 400] [--horizon week]
        [--from 2015-03-02] [--column REASON] [--markdown FILE]

The cases of one city (boston311_2015: 81,408, January to August 2015) are counted on square
cells cut by its wards and forecast again and again, each time from the days before only.
Prints the table and what beats what.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat_backtest import BASELINES, class_table
from citygrid_core.operations.heat_forecast import Known

ROOT = Path(__file__).parents[2]
#: Where the city's system puts what it cannot place: a fifth of all its rows.
DEFAULT_POINT = ("42.3594", "-71.0587")
METRES = "EPSG:26986"


def cells_of(wards: gpd.GeoDataFrame, side: float) -> gpd.GeoDataFrame:
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


def known_of(folder: Path, side: float, column: str) -> tuple[Known, pd.DataFrame]:
    """Read cases and cells; what can't be placed or dated is counted and left out."""
    wards = gpd.read_file(folder / "Wards.geojson").to_crs(METRES)
    cells = cells_of(wards, side)
    raw = pd.read_csv(folder / "cases_2015_jan_aug.csv.gz", dtype=str)
    default = (raw["LATITUDE"] == DEFAULT_POINT[0]) & (raw["LONGITUDE"] == DEFAULT_POINT[1])
    points = gpd.GeoSeries(
        gpd.points_from_xy(raw["LONGITUDE"].astype(float), raw["LATITUDE"].astype(float)),
        crs=4326,
    ).to_crs(METRES)
    where, which = shapely.STRtree(cells.geometry.to_numpy()).query(
        points.to_numpy(), predicate="intersects"
    )
    grid = pd.Series(which, index=where).groupby(level=0).min().reindex(raw.index)
    good = ~default & grid.notna()
    print(f"{len(raw):,} cases, {int(default.sum()):,} on the default point, "
          f"{int((~default & grid.isna()).sum()):,} outside the wards: {int(good.sum()):,} used; "
          f"{len(cells):,} cells of about {side:.0f} m")  # fmt: skip
    opened = pd.to_datetime(raw["OPEN_DT"])
    first = opened.min().date()
    rows = pd.DataFrame(
        {
            "grid": grid[good].astype(int), "day": (opened[good] - pd.Timestamp(first)).dt.days,
            "object_kind": "event", "class_code": raw.loc[good, column],
            "hour": opened[good].dt.hour, "cases": 1,
        }
    ).reset_index(drop=True)  # fmt: skip
    middle = cells.geometry.representative_point()
    ground = fc.Ground.of(np.column_stack([middle.x, middle.y]), cells.geometry.area.to_numpy())
    codes = np.array([f"{i:05d}" for i in range(len(cells))], dtype=object)
    return Known(codes, cells, rows, first, int(rows["day"].max()) + 1, ground), rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=float, default=400)
    parser.add_argument("--horizon", choices=list(fc.HORIZONS), default="week")
    parser.add_argument("--from", dest="first", default="2015-03-02")
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--column", choices=["TYPE", "REASON"], default="REASON")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    data = Path(os.environ.get("CITYGRID_DATA", ROOT.parent / "shared" / "data"))
    folder = data / "boston311_2015"
    if not folder.is_dir():
        print(f"no cases: {folder} is not there (set CITYGRID_DATA)")
        sys.exit(0)
    known, rows = known_of(folder, options.side, options.column)
    first = pd.Timestamp(options.first).date()
    names = list(rows["class_code"].value_counts().index[: options.classes])
    everything = known.cube()
    cubes = {"all": everything}
    cubes |= {n: known.cube((rows["class_code"] == n).to_numpy()) for n in names}
    start = time.process_time()
    tables = []
    for name, cube in cubes.items():
        table = class_table(known, cube, everything, options.horizon, first)
        table.insert(0, "class", name)
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    seconds = time.process_time() - start
    say(table, options.horizon)
    print(f"{len(cubes)} classes in {seconds:.1f} s of CPU, load {os.getloadavg()[0]:.1f}")
    if options.markdown:
        options.markdown.write_text(markdown(table), encoding="utf-8")


def say(table: pd.DataFrame, horizon: str) -> None:
    wide = table.pivot(index=["class", "month"], columns="model", values="efficiency")
    chosen = table[table["model"] == fc.CHOSEN].set_index(["class", "month"])
    print(wide[[fc.CHOSEN, *fc.MODELS]].round(3).to_string())
    best = wide[list(BASELINES)].max(axis=1)
    monthly = chosen.index.get_level_values("month") != "all"
    print(f"\n{horizon}: mean PEI* at 1, 3, 5 % of the area; {int(monthly.sum())} class-months")
    for name in ("persistence", "mean", "seasonal", "kde"):
        better = (wide[fc.CHOSEN] > wide[name])[monthly].mean()
        print(f"  chosen beats {name:12} in {better:.0%}")
    print(f"  chosen beats the best of {', '.join(BASELINES)} (found afterwards) in "
          f"{(wide[fc.CHOSEN] > best)[monthly].mean():.0%}, worse by more than 1 % in "
          f"{(wide[fc.CHOSEN] < 0.99 * best)[monthly].mean():.0%}, significantly worse (95 %) in "
          f"{(chosen['high'] < 0)[monthly].mean():.0%}, significantly better in "
          f"{(chosen['low'] > 0)[monthly].mean():.0%}")  # fmt: skip
    whole = chosen[~monthly]
    print(f"  over all months: better in {(whole['gain'] > 0).sum()} of {len(whole)} classes, worse by "
          f"more than 1 % in {(whole['gain'] < -0.01).sum()}: "
          + "; ".join(f"{c} {g:+.1%} ({a:+.1%} to {b:+.1%})" for (c, _), g, a, b in
                      whole[["gain", "low", "high"]].itertuples()))  # fmt: skip
    print(
        f"  90 % intervals held {whole['coverage'].mean():.1%} of all grids, "
        f"{whole['busy_coverage'].mean():.1%} where 1 case or more was expected"
    )


def markdown(table: pd.DataFrame) -> str:
    """The table of the docs: each class and month, the chosen beside the baselines."""
    lines = [
        "| class | month | cases | chosen | persistence | mean | seasonal | KDE | gain on the best (95 %) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (name, month), part in table.groupby(["class", "month"], sort=False):
        by = part.set_index("model")
        top = by.loc[fc.CHOSEN]
        marks = [
            f"{by.at[m, 'efficiency']:.3f}"
            for m in (fc.CHOSEN, "persistence", "mean", "seasonal", "kde")
        ]
        lines.append(
            f"| {name} | {month} | {top['cases']} | **{marks[0]}** | {' | '.join(marks[1:])} | "
            f"{top['gain']:+.1%} ({top['low']:+.1%} to {top['high']:+.1%}) |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
