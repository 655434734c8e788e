"""Photos of components: kept as files beside the workspace, with a row each in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

from citygrid_core.census.photos import Reach, match_photos
from citygrid_core.errors import Text
from citygrid_core.operations.census.photo_files import (
    Photo,
    Shown,
    photo_or_problem,
    photo_points,
    photo_problem,
    store_photos,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

_REACH = Reach()


def attach_photos(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    component_code: str = "",
    reach: Reach = _REACH,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Attach photos to one component, or to those that time and place tell.

    A file is stored under its SHA-256, so a photo that is attached already is
    unchanged, whatever its name. The file is in its place before its row is
    written: a crash can leave a file without a row, never a row without a file.

    Parameters
    ----------
    files : sequence of Path
    component_code : str
        The component that all of them show; empty: match each.

    Returns
    -------
    Report
        read = stored + unchanged + rejected; a photo that fits no component, or
        several, is rejected with the candidates.
    """
    photos: list[Photo] = []
    report = Report("census photos", read=len(files), dry_run=dry_run)
    for n, path in enumerate(files):
        progress("reading", n, len(files))
        one = photo_or_problem(path)
        if isinstance(one, Photo):
            photos.append(one)
        else:
            report.problems.append(one)
    if component_code:
        codes: list[str | None] = [component_code] * len(photos)
        if workspace.count("components", where={"code": component_code}) != 1:
            codes = [None] * len(photos)
            expected = Text("a component that is there", "现有部件")
            report.problems += [
                photo_problem("photo.component", p.path.name, component_code, expected)
                for p in photos
            ]
    else:
        codes = _matched(workspace, photos, reach, report)
    shown = [
        Shown(photo, code, who, said=bool(component_code))
        for photo, code in zip(photos, codes, strict=True)
        if code is not None
    ]
    with workspace.transaction(
        "census photos", who=who, parameters={"files": len(files), "component": component_code}
    ) as tx:
        report.stored = store_photos(tx, workspace, shown, dry_run=dry_run)
        if dry_run:
            tx.rollback()
    report.unchanged = len(shown) - report.stored
    report.rejected = len(files) - len(shown)
    return report


def photos_of(workspace: Workspace, component_code: str) -> pd.DataFrame:
    """Return the photos of a component: attachment, taken_at, taken_by, and ``file`` (its path)."""
    rows = workspace.read(
        "attachments", where={"component_code": component_code, "kind": "photo"}, geometry=False
    )
    base = Path(workspace.path).parent
    found: pd.DataFrame = pd.DataFrame(rows).assign(file=[base / p for p in rows["path"]])
    return found


def _matched(
    workspace: Workspace, photos: Sequence[Photo], reach: Reach, report: Report
) -> list[str | None]:
    if not photos:
        return []
    points = photo_points(workspace, photos)
    frame = gpd.GeoDataFrame(
        {"taken_at": pd.Series([p.taken_at for p in photos], dtype=object)},
        geometry=gpd.GeoSeries(points, crs=workspace.crs),
        crs=workspace.crs,
    )
    found = match_photos(frame, _candidates(workspace, frame, reach), reach)
    expected = {
        "none": Text("a component near its place and time", "时间、地点附近有部件"),
        "several": Text("one component; attach it by hand", "唯一部件；请手工关联"),
        "blind": Text("a time or a place in its EXIF", "EXIF 中含时间或位置"),
    }
    for photo, outcome, other in zip(photos, found["outcome"], found["other_code"], strict=True):
        if outcome != "matched":
            report.problems.append(
                photo_problem(
                    f"photo.{outcome}", photo.path.name, str(other or ""), expected[outcome]
                )
            )
    return [None if c is None else str(c) for c in found["component_code"]]


def _candidates(workspace: Workspace, photos: gpd.GeoDataFrame, reach: Reach) -> gpd.GeoDataFrame:
    """Return components near the photos' places, or placed near their times."""
    placed = _placed_at(workspace)
    there = photos[~(photos.geometry.is_empty | photos.geometry.isna())]
    if len(there) == len(photos):
        x0, y0, x1, y1 = there.total_bounds
        box = (x0 - reach.metres, y0 - reach.metres, x1 + reach.metres, y1 + reach.metres)
        near = workspace.read("components", columns=["code"], bbox=box)
    else:
        # A photo without a place can only show what was placed by hand, at a known time.
        near = workspace.read("components", columns=["code"], where={"code": list(placed)})
        if len(there):
            x0, y0, x1, y1 = there.total_bounds
            box = (x0 - reach.metres, y0 - reach.metres, x1 + reach.metres, y1 + reach.metres)
            more = workspace.read("components", columns=["code"], bbox=box)
            near = pd.concat([near, more[~more["code"].isin(near["code"])]])
    near = near.reset_index(drop=True)
    near["placed_at"] = pd.Series([placed.get(c) for c in near["code"]], dtype=object)
    return near


def _placed_at(workspace: Workspace) -> dict[str, str]:
    """Return when components were placed by hand, on the city's wall clock: from the journal."""
    import json

    journal = workspace.journal()
    zone = ZoneInfo(workspace.timezone)
    rows = journal[journal["operation"] == "census capture"]
    found: dict[str, str] = {}
    for at, parameters in zip(rows["at"], rows["parameters"], strict=True):
        instant = dt.datetime.fromisoformat(str(at).replace("Z", "+00:00")).astimezone(zone)
        said = parameters if isinstance(parameters, dict) else json.loads(str(parameters))
        for code in said.get("codes", ()):
            found[str(code)] = instant.replace(tzinfo=None).isoformat()
    return found
