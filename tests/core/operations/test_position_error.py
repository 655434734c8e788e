"""Positions with an error of 3 m in the sample city: who is right without a flag, who is flagged."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtri

from citygrid_core.operations.city import City
from citygrid_core.operations.lookup import ROLES, lookup
from citygrid_core.workspace import Workspace

SIGMA, ON = 3.0, "2026-06-01"
CLASSES = ["01001", "01037", "02003", "03009", "04001"]
FLAGGED = 0.02


def check(path: Path, number: int, seed: int) -> None:
    """Compare with the planted rules at the true places, and with an oracle that knows sigma."""
    rng = np.random.default_rng(seed)
    with Workspace.open(path) as ws:
        city = City(ws, ON)
        whole = city.areas[city.areas["level"] == "county"].union_all().buffer(-4 * SIGMA)
        shapely.prepare(whole)
        x0, y0, x1, y1 = whole.bounds
        true = rng.uniform((x0, y0), (x1, y1), (number, 2))
        true = true[shapely.intersects_xy(whole, *true.T)]
        class_ = np.array(CLASSES, dtype=object)[rng.integers(0, len(CLASSES), len(true))]

        def said(xy: np.ndarray, asked: np.ndarray, accuracy: float | None = None) -> pd.DataFrame:
            points = gpd.GeoDataFrame(
                {"class_code": asked}, geometry=shapely.points(xy), crs=ws.crs
            )
            return lookup(ws, points, at=ON, accuracy=accuracy, city=city)

        codes = [f"{r}_code" for r in ROLES]
        # Without one body the candidates differ too; here the body counts.
        truth = said(true, class_)[codes].fillna("").to_numpy()
        seen = true + rng.normal(0, SIGMA, true.shape)
        got = said(seen, class_, SIGMA)
        mine = got[codes].fillna("").to_numpy()
        right = (mine == truth).all(axis=1)
        flagged = got["near_border"].to_numpy(dtype=bool)
        assert 0.9 < right.mean() < 0.999
        assert right[~flagged].mean() >= 0.999

        # Equally probable positions, spread evenly (Roberts' R2 sequence).
        n = np.arange(1, 1501)[:, None]
        around = SIGMA * ndtri((0.5 + n * np.array([0.7548776662466927, 0.5698402909980532])) % 1)
        kinds = [np.flatnonzero(flagged)[:250], np.flatnonzero(~flagged)[:100]]
        part = np.concatenate(kinds)
        spots = (seen[part][:, None, :] + around[None]).reshape(-1, 2)
        there = said(spots, np.repeat(class_[part], len(around)))[codes].fillna("").to_numpy()
        there = there.reshape(len(part), len(around), len(codes))
        other = (there != mine[part][:, None, :]).any(axis=2).mean(axis=1)
        oracle = other > FLAGGED
        # Not the same share of both kinds was taken: weigh them back to all points.
        shares = flagged.sum() / len(kinds[0]), (~flagged).sum() / len(kinds[1])
        weight = np.where(flagged[part], *shares)
        assert flagged.sum() <= 1.1 * (weight * oracle).sum()


def test_unflagged_answers_are_right_and_few_are_flagged(drawn: Path) -> None:
    check(drawn, 20_000, 3)


@pytest.mark.long
def test_the_same_with_a_million_positions(drawn: Path) -> None:
    check(drawn, 1_000_000, 4)
