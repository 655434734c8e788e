"""Noisy addresses to the right cell: ours beside SQLite FTS5 trigrams and rapidfuzz over all.

    python benchmarks/geocode/run.py [--addresses 5000] [--plates 500000]

The test city and its noise have other seeds than those that the calibration was made
from (`fit.py`). A cell is a square of 100 m. The peers answer with the best-matching
entry of the same gazetteer, as a plain search box would: they can't decline.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from typing import Any

import city
import noise
import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from citygrid_core.geocode import Gazetteer, parse

SEED, NOISE = 12, 2
REGIONS = dict(zip(city.COUNTY, city.COUNTY_NAMES, strict=True))
#: Models whose truth is a known door or name: the ones a wrong grid is no fault of.
DOORS = [
    "clean",
    "inside",
    "homophone",
    "typo",
    "suffix",
    "old",
    "written",
    "missing_plate",
    "building",
]


def cells(x: Any, y: Any) -> tuple[Any, Any]:
    return np.floor((np.asarray(x) + 37) / 100), np.floor((np.asarray(y) + 11) / 100)


def right(x: Any, y: Any, truth: pd.DataFrame) -> np.ndarray[Any, Any]:
    a, b = cells(x, y), cells(truth["x"], truth["y"])
    return (a[0] == b[0]) & (a[1] == b[1])


def ours(gazetteer: Gazetteer, test: pd.DataFrame) -> None:
    start = time.perf_counter()
    answers = gazetteer.geocode(test["address"])
    seconds = time.perf_counter() - start
    first = [c[0] if c else {"x": np.nan, "y": np.nan} for c in answers["candidates"]]
    x, y = np.array([c["x"] for c in first]), np.array([c["y"] for c in first])
    good = right(x, y, test)
    accepted = (answers["outcome"] == "accepted").to_numpy()
    exists = test["x"].notna().to_numpy()
    doors = test["model"].isin(DOORS).to_numpy()
    off = np.hypot(x - test["x"], y - test["y"]).to_numpy()
    p = answers["probability"].to_numpy()
    bins = np.minimum((p * 20).astype(int), 19)
    ece = sum(
        abs(p[bins == b].mean() - good[bins == b].mean()) * (bins == b).mean() for b in set(bins)
    )
    covered = off <= answers["error_m"].to_numpy()
    plate = accepted & exists & (answers["level"] == "plate").to_numpy()
    print(f"ours: {len(test) / seconds:,.0f} addresses/s")
    print(f"  doors that exist, best answer in the right cell   {good[doors].mean():.1%}")
    print(f"  doors that exist, accepted                        {accepted[doors].mean():.1%}")
    print(
        f"  wrong cell among accepted doors                   {(~good[accepted & doors]).mean():.2%}"
    )
    print(f"  wrong cell among all accepted                     {(~good[accepted]).mean():.2%}")
    print(f"  places that don't exist, accepted                 {accepted[~exists].mean():.2%}")
    print(f"  expected calibration error                        {ece:.2%}")
    print(
        f"  stated error covers the truth (accepted)          {covered[accepted & exists].mean():.1%}"
    )
    print(f"  median error of accepted plate answers            {np.median(off[plate]):.1f} m")
    table = pd.DataFrame({"model": test["model"], "right": good, "accepted": accepted, "m": off})
    shown = table.groupby("model").agg(
        n=("m", "size"),
        right=("right", "mean"),
        accepted=("accepted", "mean"),
        median_m=("m", "median"),
    )
    print(shown.round(3).to_string())


def entries(places: Any) -> pd.DataFrame:
    rows = places[places["kind"].isin(["plate", "poi", "zone", "street"])]
    at = rows.geometry.representative_point()
    county = rows["county_code"].map(REGIONS).fillna("")
    return pd.DataFrame({"text": county + rows["name"], "x": at.x, "y": at.y}).reset_index(
        drop=True
    )


def trigram(table: pd.DataFrame, test: pd.DataFrame) -> None:
    base = sqlite3.connect(":memory:")
    base.execute("create virtual table t using fts5(text, tokenize='trigram')")
    base.executemany("insert into t(rowid, text) values (?, ?)", enumerate(table["text"]))
    start = time.perf_counter()
    x, y = np.full(len(test), np.nan), np.full(len(test), np.nan)
    for i, text in enumerate(test["address"]):
        grams = {text[k : k + 3] for k in range(len(text) - 2)}
        query = " OR ".join('"' + g.replace('"', "") + '"' for g in sorted(grams))
        row = base.execute(
            "select rowid from t where t match ? order by rank limit 1", (query,)
        ).fetchone()
        if row is not None:
            x[i], y[i] = table["x"][row[0]], table["y"][row[0]]
    report("SQLite FTS5 trigram", x, y, test, time.perf_counter() - start)


def fuzzy(table: pd.DataFrame, test: pd.DataFrame) -> None:
    texts = list(table["text"])
    start = time.perf_counter()
    best = [process.extractOne(t, texts, scorer=fuzz.ratio) for t in test["address"]]
    at = np.array([b[2] for b in best])
    report(
        "rapidfuzz over all",
        table["x"].to_numpy()[at],
        table["y"].to_numpy()[at],
        test,
        time.perf_counter() - start,
    )


def report(name: str, x: Any, y: Any, test: pd.DataFrame, seconds: float) -> None:
    doors = test["model"].isin(DOORS).to_numpy()
    print(f"{name}: {len(test) / seconds:,.0f} addresses/s")
    print(
        f"  doors that exist, best answer in the right cell   {right(x, y, test)[doors].mean():.1%}"
    )


def parsers(test: pd.DataFrame) -> None:
    """Time parsing beside the Chinese parsers, where they are installed."""
    texts = list(test["address"])
    start = time.perf_counter()
    for text in texts:
        parse(text)
    print(f"parse, ours: {len(texts) / (time.perf_counter() - start):,.0f} addresses/s")
    try:
        import jionlp
    except ImportError:
        print("parse, jionlp: not installed")
    else:
        some = texts[:200]
        jionlp.parse_location(some[0])
        start = time.perf_counter()
        for text in some:
            jionlp.parse_location(text)
        print(f"parse, jionlp: {len(some) / (time.perf_counter() - start):,.0f} addresses/s")


def large(plates: int) -> None:
    made = city.make(max(plates // 100, 1), 100, SEED)
    start = time.perf_counter()
    gazetteer = Gazetteer.build(made.places, cities=city.CITIES)
    built = time.perf_counter() - start
    drawn = noise.addresses(noise.Noise(made.places, made.hidden, REGIONS, NOISE), 5000)
    start = time.perf_counter()
    gazetteer.geocode(drawn["address"])
    seconds = time.perf_counter() - start
    single = []
    for text in drawn["address"][:300]:
        start_one = time.perf_counter()
        gazetteer.candidates(text)
        single.append(time.perf_counter() - start_one)
    print(f"{len(made.places):,} places: index built in {built:.1f} s")
    print(
        f"  bulk {5000 / seconds:,.0f} addresses/s; one: median {1000 * statistics.median(single):.2f} ms,"
    )
    print(f"  slowest of 300 {1000 * max(single):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=5000)
    parser.add_argument("--plates", type=int, default=500_000)
    options = parser.parse_args()
    made = city.make(300, 60, SEED)
    test = noise.addresses(noise.Noise(made.places, made.hidden, REGIONS, NOISE), options.addresses)
    print("an even city")
    ours(Gazetteer.build(made.places, cities=city.CITIES), test)
    rough = city.make(300, 60, SEED + 10, hide=0.4, rough=True)
    hard = noise.Noise(rough.places, rough.hidden, REGIONS, NOISE + 2)
    print("a rough city: uneven plots, 40 % of the plates unknown, a third of the lines too")
    ours(
        Gazetteer.build(rough.places, cities=city.CITIES),
        noise.addresses(hard, options.addresses),
    )
    table = entries(made.places)
    some = test.sample(min(500, len(test)), random_state=1).reset_index(drop=True)
    trigram(table, some)
    fuzzy(table, some)
    parsers(test)
    if options.plates:
        large(options.plates)


if __name__ == "__main__":
    main()
