"""On the sample city's own grids: where nothing emerges, as good as nothing is said to."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from citygrid_core import heat
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

#: Accepted share of false findings, and of grids with a trend that have none.
STATED = 0.05
#: Cases of a grid of middling size in a month: from nearly none to many.
LEVELS = (0.3, 3.0, 30.0)
MONTHS = 12
#: Of the whole city: a summer three times as busy as the winter.
SEASON = 1 + 0.5 * np.sin(2 * np.pi * np.arange(MONTHS) / MONTHS)
KINDS = ("even", "uneven", "seasonal", "block", "seasonal block")


@pytest.fixture(scope="module")
def grids(whole: tuple[Path, dict[str, Report]]) -> gpd.GeoDataFrame:
    with Workspace.open(whole[0]) as ws:
        return gpd.GeoDataFrame(ws.read("grids")).sort_values("code", ignore_index=True)


def simulated(grids: gpd.GeoDataFrame, runs: int) -> pd.DataFrame:
    """Simulate a year of cities in which nothing changes but by chance and with the season.

    uneven: rates of grids differ (gamma, shape 2) without a pattern · block: one grid and its
    neighbours have the fourfold rate, all the year.

    Returns
    -------
    DataFrame
        One row for each city: share of false pairs of grid and month among the hot and cold
        ones, grids that have a name falsely, share of grids with a trend, and of the block
        how many have which name.
    """
    near = heat.contiguity(grids)
    around = near.matrix.toarray() > 0
    np.fill_diagonal(around, True)
    hectares = grids.area.to_numpy() / 1e4
    rng = np.random.default_rng(20261129)
    rows = []
    for run in range(runs):
        kind, level = KINDS[run % len(KINDS)], LEVELS[run // len(KINDS) % len(LEVELS)]
        rate = level * hectares / np.median(hectares)
        block = np.zeros(len(grids), np.bool_)
        if kind == "uneven":
            rate = rate * rng.gamma(2, 0.5, len(grids))
        if kind.endswith("block"):
            block = around[rng.integers(len(grids))]
            rate = rate * np.where(block, 4, 1)
        season = SEASON if kind.startswith("seasonal") else np.ones(MONTHS)
        cases = rng.poisson(rate[:, None] * season)
        found = heat.emerging(cases, near, base=hectares)
        # what has nothing of the block in its neighbourhood is found falsely
        nothing = ~(around @ block)
        pairs = (found["hot_times"] + found["cold_times"]).to_numpy()
        names = found["pattern"]
        rows.append(
            {
                "kind": kind, "level": level, "false": pairs[nothing].sum() / max(pairs.sum(), 1),
                "trend": (found["trend_p"] <= STATED).mean(),
                **{name: int((names[nothing] == name).sum()) for name in heat.PATTERNS},
                "named": int((names[nothing] != "").sum()) / len(grids),
                "held": int(names[block].isin(["intensifying", "persistent", "diminishing"]).sum()),
                "moving": int(names[block].isin(["intensifying", "diminishing"]).sum()),
                "block": int(block.sum()), "block_hot": int((names[block] != "").sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def judge(cities: pd.DataFrame) -> None:
    for what, part in cities.groupby(["kind", "level"]):
        most = STATED + 3 * np.sqrt(STATED * (1 - STATED) / len(part))
        assert part["false"].mean() <= most, (what, part["false"].mean())
        # a season makes the counts of some months scatter more, which costs a little
        assert part["trend"].mean() <= 0.06 + 0.05 / np.sqrt(len(part)), (
            what,
            part["trend"].mean(),
        )
    assert cities["named"].mean() <= 0.001
    many = cities[(cities["block"] > 0) & (cities["level"] == LEVELS[-1])]
    # a spot that stays as it is: found, and seldom said to grow or to fade
    assert many["held"].sum() >= 0.95 * many["block"].sum()
    assert many["moving"].sum() <= 0.09 * many["held"].sum()


def test_nothing_emerges_where_nothing_changes(grids: gpd.GeoDataFrame) -> None:
    judge(simulated(grids, 225))


@pytest.mark.long
def test_nothing_emerges_where_nothing_changes_in_5000_cities(grids: gpd.GeoDataFrame) -> None:
    cities = simulated(grids, 5000)
    shown = cities.groupby(["kind", "level"])[["false", "trend", "named"]].mean()
    blocks = (
        cities[cities["block"] > 0]
        .groupby(["kind", "level"])[["block", "block_hot", "held", "moving"]]
        .sum()
    )
    print(shown.round(4), cities[list(heat.PATTERNS)].sum() / len(cities), blocks, sep="\n")
    judge(cities)
