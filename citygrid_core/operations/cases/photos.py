"""Photos of cases: files beside the workspace, as those of components, with a row each in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.operations.census.photo_files import (
    Photo,
    digest_of_file,
    keep_photo,
    photo_or_problem,
    photo_points,
)
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


def case_photo_rows(
    workspace: Workspace,
    number: str,
    files: Sequence[Path],
    who: str = "",
    *,
    dry_run: bool = False,
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Keep files beside the workspace and return their rows, and what could not be read.

    The same picture twice is one row. A file is in its place before its row is written: a
    crash can leave a file without a row, never a row without a file.
    """
    rows: dict[str, dict[str, Any]] = {}
    problems = []
    for path in files:
        found = photo_or_problem(path)
        if not isinstance(found, Photo):
            problems.append(found)
            continue
        digest = digest_of_file(path)
        rows[digest] = {
            "photo": f"{number}-{digest[:24]}",
            "number": number,
            "path": keep_photo(workspace, path, digest, dry_run=dry_run),
            "sha256": digest,
            "taken_at": found.taken_at,
            "taken_by": who or None,
            "geometry": photo_points(workspace, [found])[0],
        }
    columns = ["photo", "number", "path", "sha256", "taken_at", "taken_by"]
    frame: pd.DataFrame = pd.DataFrame(list(rows.values()), columns=columns, dtype=object)
    shapes = gpd.GeoSeries([r["geometry"] for r in rows.values()], crs=workspace.crs)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=workspace.crs), problems


def attach_case_photos(
    workspace: Workspace,
    number: str,
    files: Sequence[Path],
    *,
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Attach photos to a case that is stored; one that it has already is unchanged.

    Returns
    -------
    Report
        read = stored + unchanged + rejected; a problem for each file that is no picture.

    Raises
    ------
    UsageError
        There is no such case.
    """
    if workspace.count("cases", where={"number": number}) != 1:
        raise UsageError(
            Text(f"no case has the number {number!r}", f"没有案卷号为“{number}”的案件")
        )
    report = Report("cases photos", read=len(files), dry_run=dry_run)
    rows, report.problems = case_photo_rows(workspace, number, files, who, dry_run=dry_run)
    report.rejected = len(report.problems)
    with workspace.transaction(
        "cases photos", who=who, parameters={"number": number, "files": len(files)}
    ) as tx:
        held = set(workspace.read("case_photos", where={"number": number})["photo"])
        new = rows[~rows["photo"].isin(held)]
        if len(new):
            tx.insert("case_photos", new)
        if dry_run:
            tx.rollback()
    report.stored = len(new)
    report.unchanged = report.read - report.stored - report.rejected
    return report


def photos_of_case(workspace: Workspace, number: str) -> list[Path]:
    """Return the files of a case's photos, by the time at which they were taken."""
    rows = workspace.read("case_photos", where={"number": number}, geometry=False)
    base = Path(workspace.path).parent
    ordered = rows.sort_values(["taken_at", "photo"], na_position="last")
    return [base / path for path in ordered["path"]]
