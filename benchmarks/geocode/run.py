"""Noisy addresses to the right cell: ours beside SQLite FTS5 trigrams and rapidfuzz over all.

    python benchmarks/geocode/run.py [--addresses 5000] [--plates 500000]

The test city and its noise have other seeds than those that the calibration was made
from (`fit.py`). A cell is a square of 100 m. The peers answer with the best-matching
entry of the same gazetteer, as a plain search box would: they can't decline.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

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
    gazetteer.geocode(test["address"].head(50))  # the dictionaries are read at first use
    start = time.process_time()
    answers = gazetteer.geocode(test["address"])
    seconds = time.process_time() - start
    first = [c[0] if c else {"x": np.nan, "y": np.nan} for c in answers["candidates"]]
    x, y = np.array([c["x"] for c in first]), np.array([c["y"] for c in first])
    good = right(x, y, test)
    accepted = (answers["outcome"] == "accepted").to_numpy()
    exists = test["x"].notna().to_numpy()
    doors = test["model"].isin(DOORS).to_numpy()
    # A community is some 400 m across.
    a, b = (np.floor((np.asarray(v) + 37) / 400) for v in (x, test["x"]))
    c, d = (np.floor((np.asarray(v) + 11) / 400) for v in (y, test["y"]))
    community = (a == b) & (c == d)
    off = np.hypot(x - test["real_x"], y - test["real_y"]).to_numpy()
    p = answers["probability"].to_numpy()
    bins = np.minimum((p * 20).astype(int), 19)
    ece = sum(
        abs(p[bins == b].mean() - good[bins == b].mean()) * (bins == b).mean() for b in set(bins)
    )
    covered = off <= answers["error_m"].to_numpy()
    plate = accepted & exists & (answers["level"] == "plate").to_numpy()
    print(f"ours: {len(test) / seconds:,.0f} addresses a CPU second")
    for said, value in (
        ("doors that exist, best answer in the right cell", good[doors].mean()),
        ("doors that exist, best answer in the right community", community[doors].mean()),
        ("doors that exist, accepted", accepted[doors].mean()),
        ("wrong cell among accepted doors", (~good[accepted & doors]).mean()),
        ("wrong cell among all accepted", (~good[accepted]).mean()),
        ("places that don't exist, accepted", accepted[~exists].mean()),
        ("expected calibration error", ece),
        ("stated error covers the truth (accepted)", covered[accepted & exists].mean()),
    ):
        print(f"  {said:54s} {value:.2%}")
    print(f"  {'median error of accepted plate answers':54s} {np.median(off[plate]):.1f} m")
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
        if not grams:
            continue
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
    parse(texts[0])  # the dictionaries are read at first use
    start = time.process_time()
    for text in texts:
        parse(text)
    print(f"parse, ours: {len(texts) / (time.process_time() - start):,.0f} addresses a CPU second")
    for name, load in (("jionlp", _jionlp), ("cpca", _cpca)):
        try:
            ask = load()
        except ImportError:
            print(f"parse, {name}: not installed")
            continue
        some = texts[:500]
        ask(some[:2])
        start = time.process_time()
        ask(some)
        print(
            f"parse, {name}: {len(some) / (time.process_time() - start):,.0f} addresses a CPU second"
        )


def _jionlp() -> Any:
    from jionlp.gadget.location_parser import LocationParser

    parse_one = LocationParser()
    return lambda texts: [parse_one(t) for t in texts]


def _cpca() -> Any:
    import cpca

    return cpca.transform


def large(plates: int) -> None:
    made = city.make(max(plates // 100, 1), 100, SEED)
    start, used = time.perf_counter(), time.process_time()
    gazetteer = Gazetteer.build(made.places, cities=city.CITIES)
    built, used = time.perf_counter() - start, time.process_time() - used
    drawn = noise.addresses(noise.Noise(made.places, made.hidden, REGIONS, NOISE), 20_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.places"
        gazetteer.save(file)
        size = file.stat().st_size / 1e6
        start = time.perf_counter()
        gazetteer = Gazetteer.open(file)
        opened = time.perf_counter() - start
        gazetteer.geocode(drawn["address"].head(50))
        start = time.process_time()
        gazetteer.geocode(drawn["address"])
        seconds = time.process_time() - start
        doors = drawn[drawn["model"].isin(["clean", "inside", "written"])]
        start = time.process_time()
        gazetteer.geocode(doors["address"])
        straight = time.process_time() - start
        single = []
        for text in drawn["address"][:500]:
            start_one = time.perf_counter()
            gazetteer.geocode(pd.Series([text]))
            single.append(1000 * (time.perf_counter() - start_one))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{len(made.places):,} places: index built in {built:.1f} s ({used:.1f} s of CPU),")
    print(
        f"  {size:.0f} MB on disk, opened in {opened:.2f} s; peak memory, the city's frames included, {peak:.0f} MB"
    )
    print(f"  bulk, all noise: {len(drawn) / seconds:,.0f} addresses a CPU second;")
    print(f"  doors that are known: {len(doors) / straight:,.0f}; one address: median ")
    print(f"  {statistics.median(single):.2f} ms, 99 % {np.quantile(single, 0.99):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=5000)
    parser.add_argument("--plates", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=SEED, help="of the even city; the rough: + 10")
    parser.add_argument("--noise", type=int, default=NOISE, help="of the even city; the rough: + 2")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    options = parser.parse_args()
    seed, drawn = options.seed, options.noise
    made = city.make(300, 60, seed)
    test = noise.addresses(noise.Noise(made.places, made.hidden, REGIONS, drawn), options.addresses)
    print(f"an even city, seeds {seed}/{drawn}")
    ours(Gazetteer.build(made.places, cities=city.CITIES), test)
    rough = city.make(300, 60, seed + 10, hide=0.4, rough=True)
    hard = noise.Noise(rough.places, rough.hidden, REGIONS, drawn + 2)
    print("a rough city: uneven plots, 40 % of the plates unknown, a third of the lines too")
    ours(
        Gazetteer.build(rough.places, cities=city.CITIES),
        noise.addresses(hard, options.addresses),
    )
    if not options.alone:
        table = entries(made.places)
        some = test.sample(min(500, len(test)), random_state=1).reset_index(drop=True)
        trigram(table, some)
        fuzzy(table, some)
        parsers(test)
        import corpus
        import real

        folder = real.usual_folder()
        real.report(folder)
        corpus.report(folder / "cn_address_corpora")
    if options.plates:
        large(options.plates)


if __name__ == "__main__":
    main()
