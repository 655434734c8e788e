"""Real addresses: Shanghai's points of interest and Taipei's bins, one part asked of the rest.

    python benchmarks/geocode/real.py [FOLDER]

FOLDER (CITYGRID_DATA) holds ``shanghai_poi`` and ``taipei``; neither is part of the project.
The gazetteer is made of the doors in four fifths of the addresses, where each was found; the
last fifth is asked as it was written, and the truth is where that row lies. So a door that is
shared is known, another is interpolated, and a shop in the back of a mall is off by the mall's
size. These are no surveyed plates: first the packaged calibration judges, then one fitted on
one half of the questions and asked the other. The peers answer from the same doors.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import geopandas as gpd
import numpy as np
import pandas as pd
import run

from citygrid_core.geocode import Gazetteer, Labelled, fit, parse

ROOT = Path(__file__).resolve().parents[2]
SETS = (
    ("Shanghai", "shanghai_poi/shanghai_poi_4_districts.csv", "adname", "lon", "lat", 4549),
    ("Taipei", "taipei/pedestrian_bins.csv", "district", "longitude", "latitude", 3826),
)


def rows_of(folder: Path, which: tuple[str, str, str, str, str, int]) -> pd.DataFrame:
    """Read a set: address, district, x, y and, where the address says a door, street and number."""
    _, file, district, lon, lat, crs = which
    read = pd.read_csv(folder / file).dropna(subset=["address", lon, lat])
    at = gpd.GeoSeries(gpd.points_from_xy(read[lon], read[lat]), crs=4326).to_crs(crs)
    rows = pd.DataFrame({"address": read["address"].astype(str), "district": read[district]})
    rows["x"], rows["y"] = at.x.to_numpy(), at.y.to_numpy()
    parsed = [parse(a) for a in rows["address"]]
    doors = [(p.first("road"), p.first("number"), p.first("lane")) for p in parsed]
    rows["street_name"] = [r.value if r and n and not lane else "" for r, n, lane in doors]
    rows["number"] = [f"{n.value}号" if r and n and not lane else "" for r, n, lane in doors]
    return rows.drop_duplicates(["address", "x", "y"]).reset_index(drop=True)


def gazetteer_of(rows: pd.DataFrame, crs: int) -> tuple[Gazetteer, pd.DataFrame]:
    """Return the gazetteer of the doors in some rows, and its entries for the peers."""
    doors = rows[rows["street_name"] != ""]
    doors = doors.groupby(["street_name", "number", "district"], as_index=False)[["x", "y"]].mean()
    doors["name"] = doors["street_name"] + doors["number"]
    places = gpd.GeoDataFrame(
        doors.assign(
            code=[f"P{i}" for i in range(len(doors))], kind="plate", county_code=doors["district"]
        ),
        geometry=gpd.points_from_xy(doors["x"], doors["y"]),
        crs=crs,
    )
    entries = pd.DataFrame({"text": doors["name"], "x": doors["x"], "y": doors["y"]})
    return Gazetteer.build(places), entries


def told(gazetteer: Gazetteer, asked: pd.DataFrame, name: str) -> None:
    """Print how good the answers are, and whether they are as sure as they say."""
    answers = gazetteer.geocode(asked["address"], accept=0.8)
    first = [c[0] if c else {} for c in answers["candidates"]]
    x, y = (np.array([c.get(k, np.nan) for c in first]) for k in "xy")
    dx, dy = np.abs(x - asked["x"]), np.abs(y - asked["y"])
    near = np.nan_to_num(np.clip(1 - dx / 100, 0, 1) * np.clip(1 - dy / 100, 0, 1))
    off, p = np.hypot(dx, dy), answers["probability"].to_numpy(float)
    known = np.isfinite(off.to_numpy())
    at = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(p[at == k].mean() - near[at == k].mean()) * (at == k).mean() for k in set(at))
    covered = (off <= answers["error_m"]).to_numpy()[known & (p >= 0.5)].mean()
    print(f"  {name}: {known.mean():.0%} answered, median {np.median(off[known]):.0f} m;", end=" ")
    print(
        f"calibration error {ece:.1%}, stated error of those above 0.5 covers {covered:.1%};",
        end=" ",
    )
    for low in (0.5, 0.8):
        sure = p >= low
        said = f"said {p[sure].mean():.2f}, held {near[sure].mean():.2f}" if sure.any() else "none"
        print(f"above {low}: {sure.mean():.0%} of them, {said};", end=" ")
    print()


def report(folder: Path, *, peers: bool = True) -> None:
    """Print all of it for the sets that are there."""
    for which in SETS:
        if not (folder / which[1]).is_file():
            print(f"{which[0]}: {folder / which[1]} is not there (set CITYGRID_DATA)")
            continue
        rows = rows_of(folder, which)
        asked = np.random.default_rng(4).random(len(rows)) < 0.2
        gazetteer, entries = gazetteer_of(rows[~asked], which[5])
        test = rows[asked].reset_index(drop=True)
        print(f"{which[0]}: {len(test)} addresses asked of {len(entries)} doors")
        print(f"  {gazetteer.coarse.en if gazetteer.coarse else 'surveyed plates'}")
        halves = [test[np.arange(len(test)) % 2 == k] for k in (0, 1)]
        told(gazetteer, halves[1], "packaged calibration")
        own = Labelled(gazetteer, halves[0]["address"], halves[0]["x"], halves[0]["y"])
        gazetteer.calibrate(fit(own, made="the other half", own=True))
        told(gazetteer, halves[1], "fitted on the other half")
        if peers:
            some: Any = test.head(500).assign(model="clean")
            run.trigram(entries, some)
            run.fuzzy(entries, some)
            best = [c[0] if c else {} for c in gazetteer.geocode(some["address"])["candidates"]]
            good = run.right(*(np.array([b.get(k, np.nan) for b in best]) for k in "xy"), some)
            print(f"ours: best answer in the right cell {good.mean():.1%}")


def usual_folder() -> Path:
    """Return where the real data lie: CITYGRID_DATA, or beside the project."""
    return Path(os.environ.get("CITYGRID_DATA", ROOT.parent / "shared" / "data"))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=usual_folder())
    report(options.parse_args().folder)
