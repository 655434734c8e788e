"""Photos of components: kept as files beside the workspace, with a row each in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.census.photos import Reach, match_photos
from citygrid_core.errors import Problem, Text
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".mpo")
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _DATE, _MODEL = 0x9003, 0x0132, 0x0110
_REACH = Reach()
_BAD = Text("a photo that can be read", "可读取的照片")


@dataclass(frozen=True)
class Photo:
    """What a file says of itself.

    Attributes
    ----------
    taken_at : str or None
        ISO wall clock of the camera.
    longitude, latitude : float or None
        WGS 84 degrees.
    """

    path: Path
    taken_at: str | None = None
    longitude: float | None = None
    latitude: float | None = None


def folder_of(workspace: Workspace) -> Path:
    """Return where the photos of a workspace are: ``city.photos`` beside ``city.gpkg``."""
    return Path(workspace.path).with_suffix(".photos")


def photos_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder and its sub-folders, ordered by name."""
    if folder.is_file():
        return [folder]
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def read_photo(path: Path) -> Photo:
    """Read time and place from a picture's EXIF.

    Raises
    ------
    OSError, ValueError, SyntaxError
        It is no picture (what Pillow raises for a broken one).
    """
    from PIL import Image

    with Image.open(path) as picture:
        picture.verify()
    with Image.open(path) as picture:
        exif = picture.getexif()
        taken = exif.get_ifd(_EXIF).get(_TAKEN) or exif.get(_DATE)
        gps = exif.get_ifd(_GPS)
    return Photo(path, _taken(taken), _degrees(gps, 4, 3, "W"), _degrees(gps, 2, 1, "S"))


def attach_photos(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    component_code: str = "",
    reach: Reach = _REACH,
    who: str = "",
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
    report = Report("census photos", read=len(files))
    for n, path in enumerate(files):
        progress("reading", n, len(files))
        try:
            photos.append(read_photo(path))
        except (OSError, ValueError, SyntaxError) as error:
            report.problems.append(_problem("photo.unreadable", path, _said(error), _BAD))
    if component_code:
        codes: list[str | None] = [component_code] * len(photos)
        if workspace.count("components", where={"code": component_code}) != 1:
            codes = [None] * len(photos)
            expected = Text("a component that is there", "现有部件")
            report.problems += [
                _problem("photo.component", p.path, component_code, expected) for p in photos
            ]
    else:
        codes = _matched(workspace, photos, reach, report)
    rows: dict[str, dict[str, Any]] = {}
    for photo, code in zip(photos, codes, strict=True):
        if code is None:
            continue
        digest, kept = _keep(workspace, photo.path)
        if digest in rows:
            report.unchanged += 1
            continue
        rows[digest] = {
            "attachment": digest[:32],
            "component_code": code,
            "kind": "photo",
            "path": kept,
            "sha256": digest,
            "taken_at": photo.taken_at,
            "taken_by": who or None,
            "geometry": _point(workspace, [photo])[0],
        }
    with workspace.transaction(
        "census photos", who=who, parameters={"files": len(files), "component": component_code}
    ) as tx:
        names = [row["attachment"] for row in rows.values()]
        held = set(workspace.read("attachments", where={"attachment": names})["attachment"])
        new = [row for row in rows.values() if row["attachment"] not in held]
        report.unchanged += len(rows) - len(new)
        if new:
            frame = pd.DataFrame(new, dtype=object)
            shapes = gpd.GeoSeries(frame.pop("geometry").tolist(), crs=workspace.crs)
            tx.insert("attachments", gpd.GeoDataFrame(frame, geometry=shapes, crs=workspace.crs))
    report.stored = len(new)
    report.rejected = len(files) - report.stored - report.unchanged
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
    points = _point(workspace, photos)
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
                _problem(f"photo.{outcome}", photo.path, str(other or ""), expected[outcome])
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


def _point(workspace: Workspace, photos: Sequence[Photo]) -> list[Any]:
    """Return where the photos were taken, in the workspace's CRS; None when unknown."""
    from pyproj import Transformer

    transform = Transformer.from_crs("EPSG:4326", workspace.crs, always_xy=True)
    return [
        None
        if p.longitude is None or p.latitude is None
        else shapely.Point(*transform.transform(p.longitude, p.latitude))
        for p in photos
    ]


def _keep(workspace: Workspace, path: Path) -> tuple[str, str]:
    """Copy a file to its place under its hash; return the hash and the path kept."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    home = folder_of(workspace)
    target = home / digest[:2] / f"{digest[:32]}{path.suffix.lower()}"
    if not target.is_file() or target.stat().st_size != len(content):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    return digest, target.relative_to(home.parent).as_posix()


def _taken(text: Any) -> str | None:
    """Return EXIF's ``2026:11:21 10:05:00`` as ISO text."""
    try:
        moment = dt.datetime.strptime(str(text).strip("\x00 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return moment.isoformat()


def _degrees(gps: Any, value: int, side: int, negative: str) -> float | None:
    try:
        d, m, s = (float(part) for part in gps[value])
        sign = -1 if str(gps[side]).upper().startswith(negative) else 1
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    degrees = sign * (d + m / 60 + s / 3600)
    return degrees if abs(degrees) <= 180 else None


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _problem(rule: str, path: Path, found: str, expected: Text) -> Problem:
    said = Text(found or "nothing", found or "无")
    return Problem(rule, said, expected, file=path.name)
