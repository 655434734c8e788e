"""The rule book on a census that was imported: the whole, then a day's changes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.census.rules.check import check_components
from citygrid_core.operations.census.twins import find_twins
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.workspace import Workspace

CHECKED, CHANGED, CHANGES = "2025-01-02", "2025-01-31", 6_000
ROWS = SourceOptions(crs="EPSG:4547")


def timed(work: Callable[[], Any]) -> tuple[Any, str]:
    """Run something; return its answer and its seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return answer, f"{wall:.2f} s, {cpu:.2f} s CPU"


def a_day(city: Path, file: Path) -> None:
    """Write what survey teams bring of a day: a few patches, most of it changed, some new."""
    table = pd.read_csv(city / "components.csv", dtype=str, keep_default_na=False)
    rng = np.random.default_rng(3)
    xy = table[["x", "y"]].astype(float).to_numpy()
    most = CHANGES * 5 // 6
    each = 1 + most // 12 * 2
    middles = xy[rng.choice(len(xy), 12, replace=False)]
    near = [np.argsort(np.hypot(*(xy - middle).T))[:each] for middle in middles]
    rows = np.unique(np.concatenate(near))[:most]
    changed, new = table.iloc[rows].copy(), table.iloc[rows[: CHANGES - most]].copy()
    changed["state"] = np.where(changed["state"] == "intact", "damaged", "intact")
    new["source_key"] = "N" + new["source_key"]
    moved = new[["x", "y"]].astype(float) + rng.uniform(-40, 40, (len(new), 2))
    new[["x", "y"]] = moved.round(3).astype(str)
    pd.concat([changed, new]).to_csv(file, index=False)


def book(city: Path, work: Path) -> dict[str, object]:
    """Check a workspace, import a day's changes, check those; return the figures."""
    said: dict[str, object] = {}
    day = work.with_name("day.csv")
    a_day(city, day)
    with Workspace.open(work) as ws:
        (report, rows), said["whole rule book"] = timed(lambda: check_components(ws, on=CHECKED))
        said["components judged"] = report.read
        said["outcomes"] = report.details["outcomes"]
        said.update(alarms(city, ws, rows))
        brought, said["a day's file imported"] = timed(
            lambda: import_components(
                ws, day, source="components.csv", options=ROWS, on=CHANGED
            )
        )  # fmt: skip
        said["of that day"] = f"{brought.stored} stored, {brought.rejected} rejected"
        seconds = []
        for _ in range(5):
            cpu = time.process_time()
            (report, _), said["a day's changes checked"] = timed(
                lambda: check_components(ws, on=CHANGED, changed=True, dry_run=True)
            )
            seconds.append(time.process_time() - cpu)
        said["changes judged"] = report.read
        said["median of five"] = f"{statistics.median(seconds):.2f} s CPU"
    return said


def alarms(city: Path, ws: Workspace, rows: pd.DataFrame) -> dict[str, object]:
    """Compare twins and findings with what was planted."""
    held = ws.read("components", columns=["code", "source_key"], geometry=False)
    key_of = dict(zip(held["code"], held["source_key"], strict=True))
    (_, pairs), seconds = timed(lambda: find_twins(ws))
    pairs = pairs[pairs["score"] > 0]
    got = {
        frozenset((key_of[a], key_of[b]))
        for a, b in zip(pairs["keep"], pairs["merge"], strict=True)
    }
    truth = pd.read_csv(city / "truth" / "components.csv", dtype=str)
    planted = truth.loc[truth["twin_of"].notna(), ["source_key", "twin_of"]]
    real = set(map(frozenset, planted.to_numpy()))
    twins = set().union(*real) if real else set()
    serious = rows[rows["severity"].isin(["error", "warning"])]
    others = {c for c in serious["object_code"] if c in key_of and key_of[c] not in twins}
    return {
        "twins": f"{len(real)} planted, recall {len(real & got) / len(real):.4f}, "
        f"precision {len(real & got) / max(len(got), 1):.4f}, {seconds}",
        "false alarms": f"{len(others)} components beside the twins with an error or a warning, "
        f"{len(others) / len(held):.4%}",
    }
