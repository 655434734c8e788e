"""Held counts compared with a recount: the same, whatever the order, the parts and the piles."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from citygrid_core import heat
from citygrid_core.heat import comparison

KEYS = list(heat.HEAT_KEYS)


def cases_of(size: int, random: np.random.Generator) -> pd.DataFrame:
    day = random.integers(1, 29, size)
    hour = random.integers(-1, 24, size)
    times = [
        f"2026-02-{d:02d}" + (f"T{h:02d}:30:00" if h >= 0 else "")
        for d, h in zip(day, hour, strict=True)
    ]
    return pd.DataFrame(
        {
            "grid_code": random.choice(np.array(["g1", "g2", None], dtype=object), size),
            "object_kind": "event",
            "class_code": random.choice(["01001", "01002"], size),
            "source": random.choice(["hotline", "collector"], size),
            "stage": random.choice(["closed", "void"], size, p=[0.9, 0.1]),
            "reported_at": times,
            "location_method": random.choice(["given", "none"], size),
        }
    )


@pytest.mark.parametrize("piles", [1, 5])
def test_every_difference_is_found_and_nothing_else(
    piles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(5)
    cases = cases_of(900, random)
    cells = heat.count(cases)
    held = cells.sample(frac=1, random_state=3).astype({"weak": object, "hour": object})
    held.index = pd.Index(range(101, 101 + len(held)), name="fid")
    altered, lost, needless = 101, 102, 5000
    held.loc[altered, "weak"] += 0.5
    wanted = (*cells.loc[_at(cells, held.loc[altered])], held.loc[altered, "weak"])
    missing = tuple(held.loc[lost, KEYS])
    held = held.drop(lost)
    held.loc[needless, :] = ["g9", "event", "01001", "hotline", "no day", None, 0, None]
    monkeypatch.setattr(comparison, "CASES", -(-len(cases) // piles))
    monkeypatch.setattr(comparison, "SPOOLED", 1000)  # most of it really lies on disk
    with heat.Comparison(len(cases)) as compared:
        for part in np.array_split(np.arange(len(held)), 3):
            rows = held.iloc[part]
            compared.hold(rows, rows.index.to_numpy())
        for part in np.array_split(random.permutation(len(cases)), 7):
            compared.recount(cases.iloc[part])
        results = list(compared.results())
    assert len(results) == piles
    assert sum(r.cells for r in results) == len(cells)
    assert sum(r.same for r in results) == len(cells) - 2
    assert sum(r.counted for r in results) == (cases["stage"] != "void").sum()
    differing = pd.concat([r.differing for r in results], ignore_index=True)
    by_fid = differing.set_index("fid")
    assert len(differing) == 3
    one = by_fid.loc[altered]
    assert (*one[KEYS], one["cases"], one["weak"], one["weak_held"]) == wanted
    none = differing[differing["fid"].isna()].iloc[0]
    assert (tuple(none[KEYS]), none["cases_held"]) == (missing, 0)
    more = by_fid.loc[needless]
    assert (more["day"], more["hour"], more["cases"]) == ("no day", None, 0)


def _at(cells: pd.DataFrame, row: pd.Series) -> int:
    return int(np.flatnonzero((cells[KEYS] == row[KEYS]).all(axis=1))[0])


def test_differences_count_with_the_rows_they_are_to() -> None:
    cases = cases_of(300, np.random.default_rng(6))
    before, now = cases.iloc[:200], cases.iloc[50:]
    held = heat.count(before)
    with heat.Comparison() as compared:
        compared.hold(held, held.index.to_numpy())
        compared.hold(heat.delta(heat.count(cases.iloc[:50]), heat.count(cases.iloc[200:])))
        compared.recount(now)
        (result,) = compared.results()
    rest = result.differing
    assert (rest["cases"] == rest["cases_held"]).all()
    assert (rest["weak"] == rest["weak_held"]).all()
    # left are cells that came, without a row, and rows whose cases all went
    counts = [Counter(map(tuple, heat.count(c)[KEYS].to_numpy())) for c in (before, now)]
    assert len(rest) == len(counts[0].keys() ^ counts[1].keys())
    assert (rest["fid"].isna() == (rest["cases"] > 0)).all()


def test_nothing_compares_to_nothing() -> None:
    with heat.Comparison() as compared:
        compared.recount(cases_of(3, np.random.default_rng(1)).iloc[:0])
        (result,) = compared.results()
    assert (result.counted, result.cells, result.same, len(result.differing)) == (0, 0, 0, 0)
