"""Counting cases: our `heat.count` beside raw numpy and pandas' groupby, equal answers.

    python benchmarks/heat/run.py [--cases 10000000] [--grids 10000] [--repeat 3]

The cases have a grid (categories), a class and a time, as a store hands them over.
Raw numpy is a bare bincount on integers: the floor, without void and weak cases.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core import heat


def cases_of(size: int, grids: int, days: int = 365) -> pd.DataFrame:
    rng = np.random.default_rng(20261001)
    codes = [f"320705001{i // 999 + 1:03d}{i % 999 + 1:03d}" for i in range(grids)]
    grid = np.minimum((grids * rng.random(size) ** 2).astype(np.int32), grids - 1)
    start = np.datetime64("2026-01-01T00:00:00")
    seconds = rng.integers(0, days * 86_400, size)
    return pd.DataFrame(
        {
            "grid_code": pd.Categorical.from_codes(grid, codes),
            "class_code": pd.Categorical.from_codes(
                rng.integers(0, 40, size, dtype=np.int8), [f"06{i:03d}" for i in range(40)]
            ),
            "stage": pd.Categorical.from_codes(
                (rng.random(size) < 0.01).astype(np.int8), ["closed", "void"]
            ),
            "location_probability": np.where(rng.random(size) < 0.1, 0.5, 0.95),
            "reported_at": start + seconds.astype("timedelta64[s]"),
        }
    )


def median(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    seconds = []
    answer = None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000_000)
    parser.add_argument("--grids", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    cases = cases_of(options.cases, options.grids)
    by = ("grid_code", "day")
    plain = cases[["grid_code", "reported_at"]]

    grid = cases["grid_code"].cat.codes.to_numpy().astype(np.int64)
    stamps = cases["reported_at"].to_numpy()

    def raw() -> Any:
        day = stamps.astype("datetime64[D]").astype(np.int64)
        day -= day.min()
        return np.bincount(grid * (int(day.max()) + 1) + day)

    def bare() -> Any:
        return heat.count(plain, by=by)

    def ours() -> Any:
        return heat.count(cases, by=by)

    def peer() -> Any:
        kept = cases[cases["stage"] != "void"]
        day = kept["reported_at"].dt.normalize().rename("day")
        weak = (kept["location_probability"] < heat.WEAK_BELOW).rename("weak")
        grouped = weak.groupby([kept["grid_code"], day], observed=True)
        return grouped.agg(["size", "sum"])

    t_raw, a_raw = median(raw, options.repeat)
    t_bare, a_bare = median(bare, options.repeat)
    t_ours, a_ours = median(ours, options.repeat)
    t_peer, a_peer = median(peer, options.repeat)

    assert (a_raw[a_raw > 0] == a_bare["cases"].to_numpy()).all()
    flat = a_peer.reset_index().sort_values(["grid_code", "day"])
    assert (flat["size"].to_numpy() == a_ours["cases"].to_numpy()).all()
    assert (flat["sum"].to_numpy() == a_ours["weak"].to_numpy()).all()
    assert (flat["grid_code"].astype(str).to_numpy() == a_ours["grid_code"].to_numpy()).all()

    print(f"{options.cases:,} cases, {options.grids:,} grids, {len(a_ours):,} grid-days")
    print(f"raw numpy bincount of grid x day       {t_raw:7.3f} s")
    print(f"heat.count, the same keys, no masks    {t_bare:7.3f} s   {t_bare / t_raw:5.2f} x raw")
    print(f"heat.count, void out, weak counted     {t_ours:7.3f} s   {t_ours / t_raw:5.2f} x raw")
    print(f"pandas groupby, void out, weak counted {t_peer:7.3f} s   {t_peer / t_ours:5.2f} x ours")


if __name__ == "__main__":
    main()
