"""A forecast of many grids and the main classes: seconds of CPU and memory.

python benchmarks/heat/forecast.py [--side 100] [--classes 12] [--days 365] [--horizon day]
"""

from __future__ import annotations

import argparse
import os
import resource
import time

import numpy as np

from citygrid_core.heat import forecast as fc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=100, help="side x side grids")
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--cases", type=int, default=40_000, help="of each class")
    parser.add_argument("--horizon", choices=list(fc.HORIZONS), default="day")
    options = parser.parse_args()
    random, number = np.random.default_rng(20261001), options.side**2
    x, y = np.meshgrid(np.arange(options.side), np.arange(options.side))
    xy = np.column_stack([x.ravel(), y.ravel()]) * 100.0
    cubes = []
    for _ in range(options.classes):
        rate = random.gamma(0.3, 1.0, number)
        where = random.choice(number, options.cases, p=rate / rate.sum())
        place = where * options.days + random.integers(0, options.days, options.cases)
        flat = np.bincount(place, minlength=number * options.days).astype(np.float32)
        cubes.append(flat.reshape(number, options.days))
    everything = np.sum(cubes, axis=0)
    from sklearn.linear_model import PoissonRegressor  # the first import is not the forecast's

    assert PoissonRegressor
    begin = time.process_time()
    ground = fc.Ground.of(xy, np.full(number, 10_000.0))
    built = time.process_time() - begin
    spent = []
    for cube in (everything, *cubes):
        begin = time.process_time()
        fc.forecast(cube, ground, options.horizon, everything)
        spent.append(time.process_time() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{number:,} grids, {options.classes} classes and all, {options.horizon}: ground "
          f"{built:.1f} s, forecasts {sum(spent):.1f} s of CPU ({np.median(spent):.2f} s a class), "
          f"peak {peak:.1f} GB, load {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
