"""An update of 1,000 changed cases on stores of different sizes: the cost stays the same.

    python benchmarks/heat/update.py [--sizes 1000 100000 1000000] [--changed 1000]
                                     [--folder DIR] [--keep] [--no-check]

The changes are new cases of the last day, late ones, corrected and voided ones anywhere in ten
years, a quarter each, made through the workspace. Each update is measured twice: `cold`, of a
file of which the system holds nothing in memory (a dry run), and `warm`, the real one after it by
a new connection. Beside seconds it counts what SQLite asked of the system: pages read and written
(`/proc/self/io`), which no load of the machine alters. At the end the cube is compared with a
recount by SQL alone (`filling.differing`) and by `check_heat`; the memory of both is bounded.

Stores are filled inside SQLite (`filling`): 476 bytes a case, so `--sizes 100000000` wants 48 GB in
DIR, 7 GB more for sorting and for the check, and 16 minutes of CPU; the filling stops when the disk
is nearly full. Set SQLITE_TMPDIR and TMPDIR to that disk. Above a million cases most seals are random
bytes (those of the rows that the update touches are true). A store that is in DIR already is taken as
it is; --keep leaves it there.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.heat.filling import BLOCK, SPAN, cases_of, differing, fill, seal_truly
from citygrid_core.heat import count, delta
from citygrid_core.operations.heat.cube import WATCHED, check_heat, update_heat
from citygrid_core.workspace import Workspace

PAGE = 4096
TRULY_SEALED = 1_000_000


@dataclass
class Cost:
    """What something took: seconds, and pages of 4 KiB."""

    cpu: float
    clock: float
    read: int
    written: int
    from_disk: int

    def __str__(self) -> str:
        return (
            f"{self.cpu:6.3f} s of CPU, {self.clock:7.3f} s by the clock, {self.read:7,} pages read "
            f"({self.from_disk:7,} from disk), {self.written:7,} written"
        )


def measured(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Return what some work gives, and its cost."""
    before, clock, cpu = _io(), time.perf_counter(), time.process_time()
    given = work()
    cpu, clock, after = time.process_time() - cpu, time.perf_counter() - clock, _io()
    pages = {name: (after[name] - before[name]) // PAGE for name in after}
    return given, Cost(cpu, clock, pages["rchar"], pages["wchar"], pages["read_bytes"])


def _io() -> dict[str, int]:
    pairs = (line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return {name: int(value) for name, value in pairs}


def forget(path: Path) -> None:
    """Let the system hold nothing of a file in memory."""
    for name in (path, Path(f"{path}-wal")):
        if name.exists():
            with name.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def change(path: Path, size: int, changed: int) -> Cost:
    """Store new, late, corrected and voided cases, a quarter each; return what it took."""
    part, end = changed // 4, SPAN * size // BLOCK
    with Workspace.open(path) as ws:
        turn = len(ws.journal())
    random = np.random.default_rng(turn)
    fids = random.choice(size, 2 * part, replace=False) + 1
    if size > TRULY_SEALED:
        seal_truly(path, "cases", fids.tolist())
    seconds = np.concatenate(
        [random.integers(max(end - 86_400, 0), end, part), random.integers(0, end, part)]
    )
    new = cases_of(2 * part, random, 0, seconds)
    new["number"] = [f"N{turn:04d}{i:06d}" for i in range(len(new))]
    corrected = pd.DataFrame({"class_code": "05007"}, index=pd.Index(fids[:part], name="fid"))
    voided = pd.DataFrame({"stage": "void"}, index=pd.Index(fids[part:], name="fid"))

    def store() -> None:
        with Workspace.open(path) as ws, ws.transaction("cases of a night") as tx:
            tx.insert("cases", new)
            tx.update("cases", corrected)
            tx.update("cases", voided)

    _, cost = measured(store)
    if size > TRULY_SEALED:
        with Workspace.open(path) as ws, ws.transaction("look") as tx:
            noted = ws.changes("cases", WATCHED)
            assert noted is not None
            touched = tx.find("heat_counts", delta(count(noted[0]), count(noted[1]))).index
        seal_truly(path, "heat_counts", touched.tolist())
    return cost


def update(path: Path, *, dry_run: bool) -> Cost:
    """Bring the cube in step, by a new connection."""

    def work() -> Any:
        with Workspace.open(path) as ws:
            return update_heat(ws, dry_run=dry_run)

    report, cost = measured(work)
    assert report.details["how"] == "changes", report.details
    print(
        f"    {'cold' if dry_run else 'warm'}: {cost}; {report.details['changed_cases']:,} cases, "
        f"{report.read:,} cells",
        flush=True,
    )
    return cost


def check(path: Path) -> None:
    """Compare the cube with a recount by SQL, and by ourselves."""
    cells, cost = measured(lambda: differing(path))
    print(f"    recount by SQL alone: {cells} cells differ; {cost.cpu:.0f} s of CPU", flush=True)
    assert not cells
    with Workspace.open(path) as ws:
        found, cost = measured(lambda: check_heat(ws))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"    check_heat: {len(found)} findings; {cost.cpu:.0f} s of CPU, {cost.clock:.0f} s by "
        f"the clock, at most {peak:.1f} GB of memory",
        flush=True,
    )
    assert not found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--no-check", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        warm_up = Path(temporary) / "warm-up.gpkg"
        # what a process does once (imports, first statements) is no part of an update
        fill(warm_up, 1000, np.random.default_rng(1))
        change(warm_up, 1000, 100)
        update(warm_up, dry_run=False)
        _remove(warm_up)
        for size in options.sizes:
            path = folder / f"{size}.gpkg"
            print(f"{size:,} cases, load {os.getloadavg()[0]:.0f}", flush=True)
            if not path.exists():
                tell = (lambda text: print(f"    {text}", flush=True)) if size > BLOCK else None
                fill(
                    path, size, np.random.default_rng(20261001),
                    true_seals=size <= TRULY_SEALED, tell=tell or (lambda text: None),
                )  # fmt: skip
            changed = min(options.changed, size)
            print(f"    {path.stat().st_size / 1e9:.1f} GB; storing: {change(path, size, changed)}")
            forget(path)
            update(path, dry_run=True)
            update(path, dry_run=False)
            if not options.no_check:
                check(path)
            if not options.keep:
                _remove(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
