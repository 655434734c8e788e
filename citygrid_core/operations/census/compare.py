"""Two censuses compared: two days of one workspace, two workspaces, or a workspace and a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.census.comparing import compare_censuses
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.parts import fields
from citygrid_core.operations.census.rows import classify_rows, identify, tie_departments
from citygrid_core.operations.census.sources import as_table, parts
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import Rows, SourceOptions
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.tables.guard import is_workspace
from citygrid_core.workspace import Workspace

Ints = npt.NDArray[np.int64]
_SHOWN = ("class_code", "name", "grid_code")


def compare(
    workspace: Workspace,
    other: Path | None = None,
    *,
    at: str | None = None,
    other_at: str | None = None,
    options: SourceOptions = SourceOptions(),
    from_edition: str | None = None,
    reach_m: float = 5.0,
    same_m: float = 0.5,
    on: str = "",
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Compare the census of a workspace with another one, without relying on keys.

    Parameters
    ----------
    other : Path, optional
        The newer census: another workspace, or a file as `census import` reads it.
        None: the same workspace at `other_at`.
    at, other_at : str, optional
        ISO dates of the two states; None: what is valid without an end.
    reach_m, same_m : float
        See `census.comparing.compare_censuses`.
    on : str
        ISO date at which departments of a file are looked up.

    Returns
    -------
    Report
        read: components of the newer census. Rows of a file that can't be read are
        rejects, and none is counted as gone for it.
    GeoDataFrame
        outcome, old_code, new_code, class_code, name, grid_code, distance_m, fields;
        where the component is now (was, when it is gone).
    """
    if other is None and at == other_at:
        raise UsageError(
            Text(
                "one census only: name a second file or workspace, or two dates",
                "只有一次普查：请指定另一文件、工作库或两个日期",
            )
        )
    progress("reading", 0, 3)
    old = workspace.read("components", at=at)
    report = Report("census compare")
    new = _newer(workspace, other, other_at, options, from_edition, on, report)
    progress("matching", 1, 3)
    old, new = old.reset_index(drop=True), new.reset_index(drop=True)
    found = compare_censuses(old, new, reach_m=reach_m, same_m=same_m)
    report.read = len(new) + report.rejected
    report.unchanged = len(new)
    counts = found["outcome"].value_counts()
    report.details.update(
        {k: int(counts.get(k, 0)) for k in ("new", "gone", "moved", "changed", "unchanged")}
    )
    progress("done", 3, 3)
    return report, _shown(found, old, new)


def _newer(
    workspace: Workspace,
    other: Path | None,
    at: str | None,
    options: SourceOptions,
    from_edition: str | None,
    on: str,
    report: Report,
) -> gpd.GeoDataFrame:
    if other is None:
        return workspace.read("components", at=at)
    if is_workspace(Path(other)):
        with Workspace.open(other, read_only=True) as ws:
            theirs: Any = ws.read("components", at=at)
        moved: gpd.GeoDataFrame = theirs.to_crs(workspace.crs)
        return moved
    edition = load_edition(workspace.edition)
    departments = City(workspace).departments
    good = []
    with as_table(Path(other), options) as (table, read_options):
        for batch in parts(table, fields(), read_options, workspace, 100_000):
            rows = Rows(batch.frame)
            identify(rows, Path(other).name)
            classify_rows(rows, edition, from_edition)
            tie_departments(rows, departments, on)
            report.rejected += len(batch.rejects) + len(rows.bad)
            report.problems += [p for r in batch.rejects for p in r.problems]
            report.problems += [p for found in rows.bad.values() for p in found]
            good.append(rows.good)
    return gpd.GeoDataFrame(pd.concat(good, ignore_index=True), crs=workspace.crs)


def _shown(found: pd.DataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return outcomes with codes, class and place instead of labels."""
    a, b = _positions(found["old"]), _positions(found["new"])

    def of(frame: gpd.GeoDataFrame, at: Ints, name: str) -> pd.Series:
        values = np.full(len(frame) + 1, None, dtype=object)
        if name in frame:
            values[:-1] = frame[name].to_numpy(dtype=object)
        picked: pd.Series = pd.Series(values[at], index=found.index, dtype=object)
        return picked

    key = "code" if "code" in new else "source_key"
    out = {
        "outcome": found["outcome"], "old_code": of(old, a, "code"), "new_code": of(new, b, key),
    }  # fmt: skip
    for name in _SHOWN:
        now = of(new, b, name)
        out[name] = now.where(now.notna(), of(old, a, name))
    out["distance_m"], out["fields"] = (
        np.round(found["distance_m"].to_numpy(dtype=float), 3),
        found["fields"],
    )
    place = of(new, b, "geometry")
    place = place.where(place.notna(), of(old, a, "geometry"))
    frame: gpd.GeoDataFrame = gpd.GeoDataFrame(
        pd.DataFrame(out), geometry=gpd.GeoSeries(list(place), crs=old.crs)
    )
    return frame


def _positions(labels: pd.Series) -> Ints:
    """Return positions, -1 for None."""
    return np.array([-1 if v is None or v != v else int(v) for v in labels], dtype=np.int64)
