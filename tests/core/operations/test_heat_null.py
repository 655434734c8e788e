"""On the sample city's own grids: the share of false hot spots is what was promised."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from citygrid_core import heat
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

#: Accepted share of false findings.
STATED = 0.05
#: Cases of a grid of middling size: from nearly none to many.
LEVELS = (0.3, 3.0, 30.0)


@pytest.fixture(scope="module")
def grids(whole: tuple[Path, dict[str, Report]]) -> gpd.GeoDataFrame:
    with Workspace.open(whole[0]) as ws:
        return gpd.GeoDataFrame(ws.read("grids")).sort_values("code", ignore_index=True)


def found(
    grids: gpd.GeoDataFrame, near: heat.Contiguity, cases: np.ndarray
) -> dict[str, np.ndarray]:
    """What each way of judging calls significant."""
    frame = pd.DataFrame({
        "grid_code": grids["code"], "status": "valid", "cases": cases, "weak": 0,
        "area_m2": grids.area,
    })  # fmt: skip
    table = heat.rates(frame, {}, smoothed=False)
    values = {rate: heat.judged(table, rate) for rate in ("per_hectare", "per_hectare_smoothed")}
    plain, skew = values["per_hectare"]
    return {
        **{
            r: heat.hotspots(v, near, skew=s)["spot"].to_numpy() != ""
            for r, (v, s) in values.items()
        },
        "moran": heat.local_moran(plain, near, skew=skew)["cluster"].to_numpy() != "",
    }


def false_shares(grids: gpd.GeoDataFrame, runs: int) -> tuple[pd.DataFrame, float]:
    """Simulate cities with an even rate, every second one with a block of fourfold rate.

    Returns
    -------
    DataFrame, float
        Share of false findings among the findings of each run (0 without any), by way of
        judging; and how often a block among many cases was found.
    """
    near = heat.contiguity(grids)
    around = near.matrix.toarray() + np.eye(len(grids)) > 0
    expected = grids.area.to_numpy() / grids.area.mean()
    rng = np.random.default_rng(20261129)
    rows, blocks = [], []
    for run in range(runs):
        level, planted = LEVELS[run % 3], run % 2 == 1
        block = around[rng.integers(len(grids))] if planted else np.zeros(len(grids), np.bool_)
        cases = rng.poisson(level * expected * np.where(block, 4, 1)).astype(float)
        # what has nothing of the block in its neighbourhood is found falsely
        touched = around @ block
        row: dict[str, object] = {"level": level, "planted": planted}
        for name, hit in found(grids, near, cases).items():
            row[name] = (hit & ~touched).sum() / max(hit.sum(), 1)
            if planted and level == 30 and name == "per_hectare":
                blocks.append(bool((hit & block).any()))
        rows.append(row)
    return pd.DataFrame(rows), float(np.mean(blocks))


def judge(shares: pd.DataFrame, power: float) -> None:
    for (level, planted), part in shares.groupby(["level", "planted"]):
        most = STATED + 3 * np.sqrt(STATED * (1 - STATED) / len(part))
        for name in ("per_hectare", "per_hectare_smoothed", "moran"):
            assert part[name].mean() <= most, (level, planted, name, part[name].mean())
    assert power >= 0.95


def test_false_hot_spots_are_as_rare_as_stated(grids: gpd.GeoDataFrame) -> None:
    judge(*false_shares(grids, 300))


@pytest.mark.long
def test_false_hot_spots_are_as_rare_as_stated_in_5000_cities(grids: gpd.GeoDataFrame) -> None:
    shares, power = false_shares(grids, 5000)
    print(shares.groupby(["level", "planted"]).mean().round(4), "blocks found", power)
    judge(shares, power)
