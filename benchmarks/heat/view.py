"""What a view answers while sliders move: a million cases on 10,000 grids.

PYTHONPATH=. python benchmarks/heat/view.py [--cases 1000000] [--side 100]
"""

from __future__ import annotations

import argparse
import os

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.heat.peers import measured
from citygrid_core import heat
from citygrid_core.heat import Choice


def cases_of(size: int, codes: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(20261001)
    second = rng.integers(0, 730 * 86_400, size)

    def drawn(labels: list[str]) -> pd.Categorical:
        return pd.Categorical.from_codes(rng.integers(0, len(labels), size), labels)

    grid = np.minimum((len(codes) * rng.random(size) ** 2).astype(int), len(codes) - 1)
    return pd.DataFrame(
        {
            "grid_code": pd.Categorical.from_codes(grid, codes),
            "object_kind": "event",
            "class_code": drawn([f"{i // 10 + 1:02d}{i:03d}" for i in range(60)]),
            "source": drawn(["collector", "hotline", "web", "video", "app", "other"]),
            "handling_code": drawn([f"d{i:02d}" for i in range(40)]),
            "location_probability": np.where(rng.random(size) < 0.1, 0.5, 0.95),
            "stage": "closed",
            "reported_at": np.datetime64("2024-01-01T00:00:00") + second.astype("timedelta64[s]"),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--side", type=int, default=100)
    asked = parser.parse_args()
    n = asked.side
    codes = [f"320705{i:09d}" for i in range(n * n)]
    x, y = np.meshgrid(np.arange(n) * 100.0, np.arange(n) * 100.0)
    cells = shapely.box(x.ravel(), y.ravel(), x.ravel() + 100, y.ravel() + 100)
    grids = gpd.GeoDataFrame({"code": codes, "area_m2": 1e4}, geometry=cells, crs="EPSG:4547")
    cases = cases_of(asked.cases, codes)
    print("load", os.getloadavg()[0])
    cost, cube = measured(lambda: heat.Cube.build(cases, codes), 1)
    print(f"{'cube built':34s} {cost.cpu * 1000:8.1f} ms ({cost.wall * 1000:8.1f})")
    view = heat.HeatView(cube, grids, heat.contiguity(grids))
    choices = {
        "everything": Choice(),
        "one year": Choice(from_day="2025-01-01"),
        "one major class": Choice(classes=["01"]),
        "three majors, sources, departments": Choice(
            classes=["01", "02", "03"], sources=["collector", "web", "app"],
            departments=[f"d{i:02d}" for i in range(20)], from_day="2024-06-01",
            to_day="2025-06-30",
        ),
        "day-time hours": Choice(hours=range(8, 18)),
    }  # fmt: skip
    for name, choice in choices.items():
        parts = {
            "count": lambda c=choice: cube.counts(c),
            "Gi*": lambda c=choice: view.hotspots(c),
            "trend of a grid": lambda c=choice: cube.trend(codes[3], c, step="week"),
        }
        found = {part: measured(work, 9)[0].cpu * 1000 for part, work in parts.items()}
        print(f"{name:34s} " + ", ".join(f"{p} {ms:.1f} ms" for p, ms in found.items()))


if __name__ == "__main__":
    main()
