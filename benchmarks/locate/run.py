"""Which cell is each point in? `CellIndex` beside its peers, equal answers checked.

    python -m benchmarks.locate.run [--cells 3780,40000] [--points 1000000] [--repeat 3]
                                    [--sorted] [--peers sjoin,strtree,...] [--most-peer N]

Seamless irregular cells of 20 to 80 vertices and clustered points, made from a seed. The
whole comparison is ``--cells 3780,40000,400000,1600000 --points 1000000,10000000,100000000``.
Peers that are not installed are left out and named. Peers that would take minutes get the
first of the points (the table says how many): rates are compared. A point on a
shared edge has several answers in a peer; the lowest code is taken, as ours does.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.locate.cities import cells_of, points_of
from benchmarks.locate.peers import FEWER, PEERS
from citygrid_core.locate import CellIndex


def median(run: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the median of the seconds, and the answer; a run may time itself."""
    seconds, answer = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = run()
        took = time.perf_counter() - start
        if isinstance(answer, tuple):
            answer, took = answer
        seconds.append(took)
    return statistics.median(seconds), answer


COLD = """
import sys, time
from citygrid_core.locate import CellIndex
start = time.perf_counter()
CellIndex.open(sys.argv[1]).locate_one(float(sys.argv[2]), float(sys.argv[3]))
print(time.perf_counter() - start)
"""


def cold(index: CellIndex, x: float, y: float) -> float:
    """Seconds from open to the first answer in a new process, imports not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.cells"
        index.save(path)
        command = [sys.executable, "-c", COLD, str(path), repr(float(x)), repr(float(y))]
        runs = [
            float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(5)
        ]
    return statistics.median(runs)


def edited(index: CellIndex, cells: Any, codes: np.ndarray) -> float:
    """Seconds to bring the index up to date after one cell was split."""
    at = len(cells) // 2
    x0, y0, x1, y1 = cells[at].bounds
    west = shapely.intersection(cells[at], shapely.box(x0 - 1, y0 - 1, (x0 + x1) / 2, y1 + 1))
    parts = [west, shapely.difference(cells[at], west)]
    now = np.concatenate([np.delete(cells, at), parts])
    named = np.concatenate([np.delete(codes, at), ["N1", "N2"]])
    start = time.perf_counter()
    index.updated(now, named)
    return time.perf_counter() - start


def compare(number: int, points: list[int], options: argparse.Namespace) -> None:
    """Print one table for each number of points in so many cells."""
    cells, codes = cells_of(number)
    start = time.perf_counter()
    index = CellIndex.build(cells, codes)
    built = time.perf_counter() - start
    x, y = points_of(cells, 1000, ordered=False)
    vertices = shapely.get_num_coordinates(cells).mean()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n{number:,} cells of {vertices:.0f} vertices: built in {built:.2f} s, "
        f"{index.nbytes / 1e6:.0f} MB in memory and on disk (peak of the process {peak:.1f} GB), "
        f"brought up to date after a split in {edited(index, cells, codes):.2f} s, "
        f"first answer after {cold(index, float(x[0]), float(y[0])) * 1e3:.1f} ms in a new process",
        flush=True,
    )
    for many in points:
        table(index, cells, codes, many, options)


def table(
    index: CellIndex, cells: Any, codes: np.ndarray, many: int, options: argparse.Namespace
) -> None:
    """Run ours and the peers on the same points and print rates and ratios."""
    x, y = points_of(cells, many, ordered=options.sorted)
    runs: dict[str, tuple[int, Callable[[], Any], int]] = {}
    repeat = options.repeat if many <= 1_000_000 else 1
    runs["ours, numpy"] = (many, lambda: index.locate(x, y, engine="numpy"), repeat)
    if importlib.util.find_spec("numba") is None:
        print("left out: ours with numba (not installed)")
    else:
        index.locate(x[:1000], y[:1000], engine="numba")
        one = lambda: index.locate(x, y, engine="numba", threads=1)  # noqa: E731
        runs["ours, numba, 1 thread"] = (many, one, repeat)
        both = f"ours, numba, {os.cpu_count()} threads"
        runs[both] = (many, lambda: index.locate(x, y, engine="numba"), repeat)
    for name in filter(None, options.peers.split(",")):
        most, most_cells = FEWER.get(name, (options.most_peer, sys.maxsize))
        if len(cells) > most_cells:
            print(f"left out: {name} (it would take minutes for {len(cells):,} cells)")
            continue
        few = min(many, most, options.most_peer)
        try:
            run = PEERS[name](cells, codes, x[:few], y[:few])
        except ImportError as missing:
            print(f"left out: {name} ({missing} is not installed)")
            continue
        runs[name] = (few, run, 1 if name in FEWER else repeat)
    want = index.locate(x, y, engine="numpy")
    rates: dict[str, tuple[int, float, float]] = {}
    for name, (few, run, times) in runs.items():
        seconds, got = median(run, times)
        assert np.array_equal(got, want[:few]), f"{name} answers differently"
        rates[name] = (few, seconds, few / seconds / 1e6)
        del got
    peers = [n for n in rates if not n.startswith("ours")]
    order = "sorted" if options.sorted else "clustered"
    print(f"{many:,} {order} points in {len(cells):,} cells, all answers equal")
    print(f"{'':24}{'points':>12}{'seconds':>9}{'M points/s':>12}", end="")
    print("".join(f"{'x ' + p:>11}" for p in peers))
    for name, (few, seconds, rate) in rates.items():
        ratios = "".join(f"{rate / rates[p][2]:11.1f}" for p in peers)
        print(f"{name:24}{few:12,}{seconds:9.3f}{rate:12.2f}{ratios}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", default="3780,40000", help="numbers of cells, by commas")
    parser.add_argument("--points", default="1000000", help="numbers of points, by commas")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sorted", action="store_true", help="points in rows from south to north")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument(
        "--most-peer", type=int, default=1_000_000, help="points that a peer gets at most"
    )
    options = parser.parse_args()
    for number in options.cells.split(","):
        compare(int(number), [int(n) for n in options.points.split(",")], options)


if __name__ == "__main__":
    main()
