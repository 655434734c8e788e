"""Pictures as files: read from EXIF, kept under their hash, tied to a component by a row."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace import Transaction, Workspace

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".mpo")
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _DATE = 0x9003, 0x0132
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo and the component that it shows.

    Attributes
    ----------
    taken_by : str
        Person or team; empty when unknown.
    said : bool
        Whether somebody said so; a match by time and place gives a photo that is
        attached to another component already to no second one.
    """

    photo: Photo
    component_code: str
    taken_by: str = ""
    said: bool = True


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


def photo_or_problem(path: Path) -> Photo | Problem:
    """Read a picture, or say why it can't be read."""
    try:
        return read_photo(path)
    except (OSError, ValueError, SyntaxError) as error:
        return photo_problem(
            "photo.unreadable", path.name, str(error) or type(error).__name__, _BAD
        )


def photo_problem(
    rule: str, file: str, found: str, expected: Text, cure: Text = Text("", "")
) -> Problem:
    """Return what is wrong with a photo."""
    said = Text(found or "nothing", found or "无")
    return Problem(rule, said, expected, cure, file=file)


def photo_points(workspace: Workspace, photos: Sequence[Photo]) -> list[Any]:
    """Return where photos were taken, in the workspace's CRS; None when unknown."""
    from pyproj import Transformer

    transform = Transformer.from_crs("EPSG:4326", workspace.crs, always_xy=True)
    return [
        None
        if p.longitude is None or p.latitude is None
        else shapely.Point(*transform.transform(p.longitude, p.latitude))
        for p in photos
    ]


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def store_photos(
    tx: Transaction, workspace: Workspace, shown: Sequence[Shown], *, dry_run: bool = False
) -> int:
    """Keep photos and tie them to their components; return how many rows are new.

    A file is kept under its SHA-256 and a row is known by hash and component, so the same
    photo again changes nothing, whatever its name. The file is in its place before its row
    is written: a crash can leave a file without a row, never a row without a file.
    """
    digests = [digest_of_file(one.photo.path) for one in shown]
    names = [(d[:32], _second(d, s.component_code)) for d, s in zip(digests, shown, strict=True)]
    wanted = sorted({n for pair in names for n in pair})
    read = workspace.read("attachments", where={"attachment": wanted}, geometry=False)
    held: dict[str, str] = dict(zip(read["attachment"], read["component_code"], strict=True))
    rows: list[Mapping[str, Any]] = []
    new: list[Photo] = []
    for one, digest, (first, second) in zip(shown, digests, names, strict=True):
        code = one.component_code
        if held.get(first) == code or second in held or (first in held and not one.said):
            continue
        name = second if first in held else first
        held[name] = code
        new.append(one.photo)
        rows.append(
            {
                "attachment": name,
                "component_code": code,
                "kind": "photo",
                "path": keep_photo(workspace, one.photo.path, digest, dry_run=dry_run),
                "sha256": digest,
                "taken_at": one.photo.taken_at,
                "taken_by": one.taken_by or None,
            }
        )
    if rows:
        frame = pd.DataFrame(rows, dtype=object)
        shapes = gpd.GeoSeries(photo_points(workspace, new), crs=workspace.crs)
        tx.insert("attachments", gpd.GeoDataFrame(frame, geometry=shapes, crs=workspace.crs))
    return len(rows)


def _second(digest: str, code: str) -> str:
    """Return the name of a photo's row at a further component that it shows too."""
    return hashlib.sha256(f"{digest}:{code}".encode()).hexdigest()[:32]


def keep_photo(workspace: Workspace, path: Path, digest: str, *, dry_run: bool = False) -> str:
    """Copy a file to its place under its hash; return the path kept (only that, in a dry run)."""
    home = folder_of(workspace)
    target = home / digest[:2] / f"{digest[:32]}{path.suffix.lower()}"
    held = target.is_file() and target.stat().st_size == path.stat().st_size
    if not held and not dry_run:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with draft.open("wb") as out:
            out.write(path.read_bytes())
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    return target.relative_to(home.parent).as_posix()


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
